"""What was taken out of the package because an engine or another dbt cannot have it does not come back."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import minijinja
import pytest
from dbt.cli.main import dbtRunner
from dbt_common.clients.jinja import get_environment
from jinja2 import nodes

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(path for folder in ("macros", "models", "tests") for path in (ROOT / folder).rglob("*.sql"))
# a pattern, where it may stand all the same, and what to write instead
BANNED = [
    (r"target\.type", "", "a dispatched macro in macros/engines/"),
    (r"adapter\.quote\('", "macros/engines/", "mlmon.reserved_name: on Snowflake a quoted name in lower case is another one"),
    (r"(?m)^\s*where 1 = 0", "", "mlmon.no_rows(): BigQuery takes no condition without a table"),
    (r"(?m)^\s*union\s*$", "", "mlmon.union_distinct(): BigQuery wants the word"),
    (r"dbt\.(dateadd|datediff)\(", "macros/engines/", "mlmon.add_time, units_between or seconds_between"),
    (r"make_(intermediate|backup|temp)_relation", "", "relation.incorporate: on Databricks these have no schema"),
    (r"(?i)\b(as|join|from) groups\b", "", "another alias: a word of BigQuery's"),
    (r"(?i)\bas percent\b", "", "another alias: a word of Redshift's"),
    (r"string_literal\(|escape_single_quotes\(", "macros/engines/", "mlmon.text_literal: backslashes are escapes on most warehouses"),
    (r"modules\.(?!re\b|datetime\b|pytz\b)", "", "what dbt 2 has too"),
    (r"\.groups?\(", "", "slices or split: dbt 2 gives no groups of a match"),
    (r"\.total_seconds\(", "", "a comparison of times as texts"),
    (r"['\"]\.format\(", "", "the filter format"),
    (r"\bdict\.", "", "a literal mapping: dbt 2 has no class dict"),
]  # fmt: skip


@pytest.mark.parametrize(("pattern", "allowed", "instead"), BANNED)
def test_banned(pattern: str, allowed: str, instead: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match[0].strip()}"
        for path in SOURCES
        if not (allowed and path.relative_to(ROOT).as_posix().startswith(allowed))
        for match in re.finditer(pattern, re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.S))
    ]
    assert found == [], f"write {instead}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_dbt_2_can_read_it(path: Path) -> None:
    """minijinja, whose dialect dbt 2 speaks, parses the file; what it reads in another way than Jinja is not in it."""
    text = path.read_text()
    # dbt's own tags, as what they are made of
    plain = re.sub(r"\{%(-?)\s*materialization\s+(\w+)\s*,.*?(-?)%\}", r"{%\1 macro \2() \3%}", text)
    plain = re.sub(r"\{%(-?)\s*test\s+(\w+)\((.*?)\)\s*(-?)%\}", r"{%\1 macro \2(\3) \4%}", plain)
    plain = re.sub(r"\{%(-?)\s*end(materialization|test)\s*(-?)%\}", r"{%\1 endmacro \3%}", plain)
    environment = minijinja.Environment()
    environment.add_template(path.name, plain)

    tree = get_environment().parse(text)
    assert [node.lineno for node in tree.find_all(nodes.Compare) if len(node.ops) > 1] == [], "a < b < c compares a truth with c there"
    texts = [node.lineno for node in tree.find_all(nodes.Mod) if isinstance(node.left, nodes.Const) and isinstance(node.left.value, str)]
    assert texts == [], "% on texts is the filter format there"
    for kind, template in ((nodes.Filter, "1 | {}"), (nodes.Test, "1 is {}")):
        unknown = [name for name in {node.name for node in tree.find_all(kind)} if not _is_known(environment, template.format(name))]
        assert unknown == []


def _is_known(environment: minijinja.Environment, expression: str) -> bool:
    try:
        environment.eval_expr(expression)
    except minijinja.TemplateError as error:
        return "unknown" not in str(error)
    return True


def test_only_artifacts_and_success_are_read_of_dbt() -> None:
    """Of what dbtRunner gives back the command line takes success and exception: the rest differs between dbt 1 and 2."""
    text = (ROOT / "mlmon_cli" / "dbt.py").read_text()
    taken = set(re.findall(r"\bresult\.(\w+)", text)) - {"get"}
    assert taken <= {"success", "exception"}


@pytest.mark.parametrize("folder", [".", *sorted(f"examples/{path.name}" for path in (ROOT / "examples").iterdir())])
def test_nothing_is_deprecated(folder: str, tmp_path: Path) -> None:
    """What dbt deprecates today dbt 2 refuses: keys that it does not know, renamed arguments, duplicate YAML keys and the like. Arguments of macros as
    newer dbt checks them."""
    copy = tmp_path / "project"
    shutil.copytree(ROOT / folder, copy, ignore=shutil.ignore_patterns(".*", "target", "logs", "dbt_packages", "*.duckdb*", "benchmarks", "python_tests"))
    if folder == ".":
        with (copy / "dbt_project.yml").open("a") as stream:
            stream.write("\nflags: {validate_macro_args: true}\n")
    else:
        (copy / "dbt_packages").mkdir()
        (copy / "dbt_packages" / "mlmon").symlink_to(ROOT, target_is_directory=True)
    command = ["parse", "--quiet", "--no-partial-parse", "--project-dir", str(copy), "--profiles-dir", str(copy), "--log-path", str(tmp_path)]
    result = dbtRunner().invoke([*command, "--warn-error-options", '{"error": ["Deprecations", "InvalidMacroAnnotation"]}'])
    assert result.success, result.exception
