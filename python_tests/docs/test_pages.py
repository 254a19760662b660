"""What the pages show holds: commands run, configuration is legal, queries return what they say, links lead somewhere.

How a fenced block is marked says what becomes of it:

- bash: every line is run, in a copy of the built example (getting-started.md: in an empty
  directory); `# exit code N` says which exit code it has to have, 0 where it says nothing
- yaml: a monitor or a part of one goes through the package's validator, mlmon.yml through the
  command line's reader; `yaml postgres` is the profile that getting-started.md is run with once more
- sql: is run against the built example; `sql file=PATH` is written to that file instead, before
  the commands that follow
- text demo: its lines are what `mlmon demo` prints
- text: is not run
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from docs_support import ROOT, Demo

from mlmon_cli.dbt import release
from mlmon_cli.main import invoke
from mlmon_cli.settings import load_settings
from python_tests.warehouses import Warehouse

PAGES = [
    *(ROOT / "README.md", ROOT / "CONTRIBUTING.md"),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "runbooks").glob("*.md")),
]
MONITOR_KEYS = (
    "task predictions labels features segments fairness window holidays reference baseline kpis value thresholds verdicts alerts"
).split()


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: Path
    line: int
    marks: tuple[str, ...]
    text: str

    @property
    def name(self) -> str:
        return f"{self.page.name}:{self.line}"


def _blocks(page: Path) -> list[Block]:
    found = []
    text = page.read_text()
    for match in re.finditer(r"^```(.*)\n((?:.*\n)*?)```$", text, re.MULTILINE):
        line = text.count("\n", 0, match.start()) + 1
        found.append(Block(page, line, tuple(match[1].split()), match[2]))
    return found


BLOCKS = [block for page in PAGES for block in _blocks(page)]


def _of(kind: str) -> list[Block]:
    return [block for block in BLOCKS if block.marks[:1] == (kind,)]


def _names(blocks: list[Block]) -> list[str]:
    return [block.name for block in blocks]


@pytest.mark.parametrize("block", BLOCKS, ids=_names(BLOCKS))
def test_block_is_marked(block: Block) -> None:
    assert block.marks[:1] in [("bash",), ("yaml",), ("sql",), ("text",)], block.text


_done: set[str] = set()


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Exit code and output. mlmon is run in this process: most of a small run is the start of dbt."""
    if command[0] == "mlmon":
        told = io.StringIO()
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
                code = invoke(command[1:])
            release()
        return code, told.getvalue()
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


COMMAND_PAGES = [page for page in PAGES if any(b.page == page for b in _of("bash"))]


def _follow(page: Path, folder: Path, environment: dict[str, str], profile: str = "") -> None:
    """The commands of a page, from top to bottom. `profile`: what to put in place of the profiles.yml that the first of them makes."""
    for block in _blocks(page):
        if block.marks[0] == "sql" and block.marks[1:2] and block.marks[1].startswith("file="):
            path = folder / block.marks[1].removeprefix("file=")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text)
        if block.marks[0] != "bash":
            continue
        for line in block.text.splitlines():
            command, _, comment = line.partition("#")
            if not command.strip():
                continue
            code = re.search(r"exit code (\d+)", comment)
            if page.name != "getting-started.md":
                # the same command on the same project has been run for another page
                if command.strip() in _done:
                    continue
                _done.add(command.strip())
            returned, told = _run(shlex.split(command), folder, environment)
            assert returned == (int(code[1]) if code else 0), f"{block.name}: {command}\n{told}"
            if profile:
                (folder / "profiles.yml").write_text(profile)


@pytest.mark.parametrize("page", [pytest.param(page, id=page.name, marks=[pytest.mark.slow] if page.name == "cli.md" else []) for page in COMMAND_PAGES])
def test_commands(page: Path, demo: Demo, environment: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "project"
    if page.name == "getting-started.md":
        folder.mkdir()
    else:
        shutil.copytree(demo.project, folder, symlinks=True)
    _follow(page, folder, environment)


@pytest.mark.slow
def test_getting_started_on_postgres(
    new_postgres: Callable[[], Warehouse], environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page as it is, with the profile of the page about engines."""
    (profile,) = [block.text for block in _of("yaml") if block.marks == ("yaml", "postgres")]
    warehouse = new_postgres()
    places = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    for key, name in places.items():
        monkeypatch.setenv(name, str(warehouse.profile[key]))
    _follow(ROOT / "docs" / "getting-started.md", tmp_path, {**environment, **{name: os.environ[name] for name in places.values()}}, profile)
    assert warehouse.read("select incident_id from monitoring.mlmon_incidents").num_rows > 0


def _monitor(content: dict[str, Any], base: dict[str, Any]) -> dict[str, Any] | None:
    """The monitor block that a YAML block shows, a part of one laid over `base`; None where it shows none."""
    variables = content.get("vars")
    if isinstance(variables, dict):
        shown = variables.get("mlmon_monitors")
        if shown:
            ((_, block),) = shown.items()
            return dict(block)
        return {**base, **variables["mlmon_defaults"]}
    if set(content) <= set(MONITOR_KEYS):
        if "task" in content:  # what outcomes are worth is told by task
            base = {key: value for key, value in base.items() if key != "value"}
        return {**base, **content}
    return None


def test_monitors(demo: Demo, environment: dict[str, str]) -> None:
    """Every monitor of the pages, and every part of one, is legal for the validator."""
    project = yaml.safe_load((demo.project / "dbt_project.yml").read_text())
    base = project["vars"]["mlmon_monitors"]["lead_scoring"]
    monitors = {}
    for block in _of("yaml"):
        monitor = _monitor(yaml.safe_load(block.text), base)
        if monitor is not None:
            monitors[block.name.replace(":", "-")] = monitor
    assert len(monitors) >= 5
    variables = yaml.safe_dump({"mlmon_monitors": monitors}, default_flow_style=True, width=10**9)
    done = subprocess.run(
        [
            *("dbt", "run-operation", "mlmon.mlmon_validate", "--quiet", "--profiles-dir", "."),
            *("--target-path", "target/docs", "--vars", variables),
        ],
        cwd=demo.project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    mistakes = [line for line in done.stdout.splitlines() if line.startswith("mlmon-row: ")]
    assert mistakes == []


@pytest.mark.parametrize("block", _of("yaml"), ids=_names(_of("yaml")))
def test_yaml(block: Block, tmp_path: Path) -> None:
    """What is no monitor is mlmon.yml, packages.yml, profiles.yml, or configuration of dbt's."""
    content = yaml.safe_load(block.text)
    if set(content) & {"channels", "routes", "actions"}:
        (tmp_path / "mlmon.yml").write_text(block.text)
        load_settings(tmp_path, {}, strict=False)
    elif not all(isinstance(value, dict) and set(value) == {"target", "outputs"} for value in content.values()):
        assert set(content) <= {"vars", "packages", "models", "data_tests", *MONITOR_KEYS}


QUERIES = [block for block in _of("sql") if block.marks[1:] == ()]


@pytest.mark.parametrize("block", QUERIES, ids=_names(QUERIES))
def test_query(block: Block, database: Path) -> None:
    """Every query runs, and returns rows."""
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(block.text).fetchall()
    # the flights' questions are about the whole, where the leads have an answer too; no pairs are watched in the demo, and it is built once
    assert rows or "mlmon_correlations" in block.text or "mlmon_restatements" in block.text


def test_readme_quotes_the_demo(demo: Demo) -> None:
    """The message in the README is the one that is printed."""
    (quoted,) = [block for block in BLOCKS if block.marks == ("text", "demo")]
    printed = demo.output.splitlines()
    assert [line for line in quoted.text.splitlines() if line not in printed] == []


def test_readme_names_the_channel(database: Path) -> None:
    """The table under the README's query is its answer."""
    text = (ROOT / "README.md").read_text()
    query = next(b.text for b in BLOCKS if b.page.name == "README.md" and b.marks == ("sql",))
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(query).fetchall()
    for channel, precision in rows:
        assert f"| {channel} | {precision:.3f} |" in text


def test_the_campaign_is_the_one_thing_that_is_posted(database: Path) -> None:
    """Four months of the example: one group of incidents, from the day of the campaign on, and nothing else."""
    with duckdb.connect(str(database), read_only=True) as connection:
        groups = connection.execute(
            "select cast(first_breach_at as date)::varchar, severity, metric, segment, cause from mlmon_incident_groups"
        ).fetchall()
        n_incidents, n_members = connection.execute(
            "select (select count(*) from mlmon_incidents), (select count(*) from mlmon_incidents join mlmon_incident_groups using (group_id))"
        ).fetchone() or (0, 0)
    assert groups == [("2026-04-01", "error", "precision", "overall", "channel=paid_social")]
    assert n_incidents == n_members > 20


def test_health_and_timeline_say_what_the_tables_say(database: Path) -> None:
    """The row of the monitor, beside the tables that it sums up; the campaign's incident and the versions as marks."""
    with duckdb.connect(str(database), read_only=True) as connection:

        def one(query: str) -> Any:
            return connection.execute(query).fetchone()

        health = connection.execute("select * from mlmon_health order by model_version").df().set_index("model_version")
        assert list(health.index) == ["all", "v1", "v2"]
        assert list(health["status"]) == ["error", "not_judged", "not_judged"]
        whole = health.loc["all"]
        spans = "family, subject, column_role, segment, segment_value, case when metric like 'psi_excess%' then 'psi' else metric end"
        (n_open, since) = one(f"select count(distinct ({spans})), min(first_breach_at) from mlmon_incidents where status = 'open'")
        assert whole["n_open_warn"] + whole["n_open_error"] == n_open
        assert whole["open_since"] == since
        measured = "mlmon_performance where segment = 'overall' and model_version = 'all' and is_mature"
        (at, precision, coverage) = one(f"select window_start, precision, label_coverage from {measured} order by window_start desc limit 1")
        assert (whole["labelled_window_start"], whole["headline_metric"]) == (at, "precision")
        assert (whole["headline_value"], whole["label_coverage"]) == (precision, coverage)
        assert whole["headline_baseline"] == pytest.approx(0.702, abs=0.02)
        reference = "select sum(numerator) / sum(denominator) from mlmon_kpis where kpi = 'business_value' and segment = 'overall' and model_version = 'all' and is_reference"
        (usual,) = one(reference)
        (lost,) = one(
            f"select sum(({usual} - value) * denominator) from mlmon_kpis where kpi = 'business_value' and segment = 'overall' "
            "and model_version = 'all' and window_start >= '2026-04-01'"
        )
        assert whole["value_at_stake"] == pytest.approx(lost, rel=1e-6)
        marks = connection.execute("select kind, cast(starts_at as date)::varchar, title from mlmon_timeline order by 2, 1").fetchall()
    assert [mark[:2] for mark in marks] == [
        ("deployment", "2026-01-01"), ("reference", "2026-01-01"), ("deployment", "2026-03-09"), ("incident", "2026-04-01"),
    ]  # fmt: skip
    assert marks[2][2] == "first predictions of version v2"
    assert marks[3][2].startswith("error: precision and ")


def test_verdicts_page_has_the_defaults(database: Path) -> None:
    """The table of default verdicts is that of the catalogue."""
    page = (ROOT / "docs/verdicts.md").read_text()
    shown = {
        (cells[0], float(cells[3]), float(cells[4]))
        for row in re.findall(r"^\| (.+) \|$", page, re.MULTILINE)
        if len(cells := row.split(" | ")) == 5 and re.fullmatch(r"[\d.]+", cells[3])
    }
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(
            "select distinct verdict, default_warn, default_error from mlmon_metric_catalog where verdict is not null and family <> 'estimate'"
        ).fetchall()
    assert shown == set(rows)


def test_catalog_is_made_from_the_declarations() -> None:
    """`make docs` writes it."""
    command = [sys.executable, "-m", "dbt.cli.main", "--quiet", "run-operation", "mlmon_catalog", "--profiles-dir", "."]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert printed == (ROOT / "seeds/mlmon_metric_catalog.csv").read_text()


MODELS = sorted(path.stem for path in (ROOT / "models").glob("*/*.sql"))


@pytest.mark.parametrize("model", MODELS)
def test_model_is_described(model: str, database: Path) -> None:
    """The YAML beside the model names the columns that the table has, in its order, each with a description."""
    (path,) = (ROOT / "models").glob(f"*/{model}.yml")
    (described,) = yaml.safe_load(path.read_text())["models"]
    assert described["name"] == model
    assert len(described["description"]) > 20
    for column in described["columns"]:
        assert len(column.get("description", "")) > 5, column["name"]
    with duckdb.connect(str(database), read_only=True) as connection:
        built = [row[0] for row in connection.execute(f"describe {model}").fetchall()]
    assert [column["name"] for column in described["columns"]] == built


LINKED = [*PAGES, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs/decisions").glob("*.md"))]


@pytest.mark.parametrize("page", LINKED, ids=[page.name for page in LINKED])
def test_links(page: Path) -> None:
    """Links to files of the repository lead somewhere."""
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text()):
        if not re.match(r"https?:", target):
            assert (page.parent / target).exists(), target


FAMILIES = {
    "performance": {"metric": "precision", "subject": "model"},
    "drift": {"metric": "psi_excess", "subject": "channel", "column_role": "feature"},
    "fairness": {"metric": "selection_rate_ratio", "subject": "gender=female"},
    "operations": {"metric": "duplicate_rate", "subject": "log"},
    "kpi": {"metric": "value", "subject": "revenue_per_lead"},
    "value": {"metric": "value_at_stake", "subject": "model"},
    "estimate": {"metric": "precision", "subject": "model"},
    "correlation": {"metric": "correlation", "subject": "age,balance"},
    "data": {"metric": "data_problem", "subject": "log"},
}


def _bare(query: str) -> str:
    """A query without the names of database and schema, in one line."""
    return " ".join(re.sub(r'(?:"\w+"\.){2}"(\w+)"', r"\1", query).split())


def test_runbooks(demo: Demo, environment: dict[str, str]) -> None:
    """There is a page for each family, with three queries; the first is what a message carries, filled in."""
    assert {path.stem for path in (ROOT / "docs/runbooks").glob("*.md")} == set(FAMILIES)
    inline = []
    for page, shown in FAMILIES.items():
        incident = {
            "monitor": "lead_scoring", "model_version": "all", "segment": "overall", "segment_value": "all",
            "family": "operations" if page == "data" else page, "first_breach_at": "2026-04-01T00:00:00", **shown,
        }  # fmt: skip
        inline.append(f"/* {page} */ {{{{ mlmon.runbook_query({incident}) }}}} /* end */")
    done = subprocess.run(
        ["dbt", "compile", "--quiet", "--profiles-dir", ".", "--target-path", "target/docs", "--inline", "\n".join(inline)],
        cwd=demo.project, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    carried = dict(re.findall(r"/\* (\w+) \*/(.*?)/\* end \*/", done.stdout, re.DOTALL))
    for page in FAMILIES:
        queries = [b for b in BLOCKS if b.page.stem == page and b.page.parent.name == "runbooks" and b.marks == ("sql",)]
        assert len(queries) == 3, page
        assert _bare(carried[page]) == _bare(queries[0].text), page
