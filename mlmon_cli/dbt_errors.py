"""dbt's errors in words that a user of mlmon can act on."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mlmon_cli.project import Project, declared_monitors, read_yaml, suggest_relation

_CLOCK = re.compile(r"^\d\d:\d\d:\d\d\s+", re.MULTILINE)
_CALL_STACK = re.compile(r"\n\s*> (?:in macro|called by) .*", re.DOTALL)
_LOCK = re.compile(
    r'Could not set lock on file "(?P<file>[^"]*)".*?(?:held in (?P<held>.*?)\(PID (?P<pid>\d+)\))',
    re.DOTALL,
)
_NO_CONNECTION = "could not connect to the warehouse"
_HEADING = re.compile(r"^(?:Runtime|Database|Compilation) Error\b.*$")
_VALUES = re.compile(r"(['\"`]).*(?:\1|$)|\b\d[\d.,:-]*\b")
_JAVA_STACK = re.compile(r"^\s+(?:at [\w.$/<>]+\(.*\)|\.\.\. \d+ more)\n?", re.MULTILINE)
_MISSING_NODE = re.compile(
    r"depends on (?:a|an) (?:node|source|\w+) named '(?P<name>[^']+)'"
    r"(?: in package '[^']*')? which (?:was not found|is disabled)"
)


def tidy(text: str) -> str:
    """dbt's text without clock, preamble, macro call stack and common indentation."""
    text = _CLOCK.sub("", text).strip("\n")
    text = re.sub(r"^\s*Encountered an error(?: while running operation)?:\s*", "", text)
    text = _CALL_STACK.sub("", text)
    head, _, rest = text.partition("\n")
    return "\n".join(part for part in (head.strip(), textwrap.dedent(rest).rstrip()) if part)


def _known_relations(root: Path) -> Iterator[str]:
    """Names of models, seeds and sources as far as the project's files show them."""
    content = read_yaml(root / "dbt_project.yml")
    settings: dict[str, Any] = content if isinstance(content, dict) else {}
    for key, default, patterns in (
        ("model-paths", ["models"], ("*.sql", "*.py")),
        ("seed-paths", ["seeds"], ("*.csv",)),
    ):
        folders = settings.get(key, default)
        for folder in folders if isinstance(folders, list) else default:
            for pattern in patterns:
                yield from (path.stem for path in (root / str(folder)).rglob(pattern))
            for path in (root / str(folder)).rglob("*.y*ml"):
                schema = read_yaml(path)
                sources = schema.get("sources") if isinstance(schema, dict) else None
                for source in sources if isinstance(sources, list) else []:
                    for table in (source or {}).get("tables") or []:
                        yield f"{source.get('name')}.{table.get('name')}"


def _uses_of(relation: str, project: Project) -> list[str]:
    """Where the monitors name `relation`, e.g. `lead_scoring: labels.relation`."""
    uses = []
    for name, block in declared_monitors(project).items():
        for part in ("predictions", "labels", "reference"):
            section = block.get(part) if isinstance(block, dict) else None
            named = section.get("relation") if isinstance(section, dict) else None
            if isinstance(named, dict):
                named = named.get("name")
            elif isinstance(named, str):
                named = re.sub(r"\.v\d+$", "", named)
            if isinstance(named, str) and named in (relation, relation.split(".")[-1]):
                uses.append(f"monitor '{name}': {part}.relation")
    return uses


def _missing_node(relation: str, is_disabled: bool, project: Project) -> str | None:
    uses = _uses_of(relation, project)
    if not uses:
        return None
    if is_disabled:
        lines = [
            f"{use}: '{relation}' is disabled, so that dbt builds no such table" for use in uses
        ]
        return "\n".join([*lines, "  Enable it, or name another model, seed or source"])
    names = sorted(set(_known_relations(project.root)) - {relation})
    near = suggest_relation(relation, names)
    hint = f" \N{EM DASH} did you mean '{near}'?" if near else ""
    lines = [f"{use}: there is no model, seed or source '{relation}'{hint}" for use in uses]
    if names and not near:
        some = ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")
        lines.append(f"  The project has: {some}")
    lines.append(
        "  A table that dbt does not build is declared as a source: source_name.table_name"
    )
    return "\n".join(lines)


def explain(text: str, project: Project) -> str:
    """What went wrong in a dbt invocation, for a person, with what to do where that is known."""
    text = _JAVA_STACK.sub("", _CLOCK.sub("", text))
    own = re.search(r"^\s*mlmon: ", text, re.MULTILINE)
    if own:
        return textwrap.dedent(_CALL_STACK.sub("", text[own.start() :])).strip()
    lock = _LOCK.search(text)
    if lock:
        holder = lock["held"].strip()
        who = f"process {lock['pid']}" + (f" ({holder})" if holder else "")
        return (
            f"another process holds the DuckDB file {lock['file']}: {who}.\n"
            "  DuckDB lets one process write at a time, and none other read meanwhile. Close it "
            "(a second mlmon or dbt run, a notebook, a BI tool), then try again."
        )
    if "Could not set lock on file" in text:
        return (
            "another process holds the DuckDB file. Close it (a second mlmon or dbt run, a "
            "notebook, a BI tool), then try again.\n" + tidy(text)
        )
    missing = _MISSING_NODE.search(text)
    if missing:
        told = _missing_node(missing["name"], "is disabled" in missing[0], project)
        if told:
            return told
    if "dbt could not find a macro with the name" in text or re.search(
        r"could not find.*macro.*mlmon", text, re.IGNORECASE
    ):
        return (
            "the dbt package 'mlmon' is not part of this project, or is older than this CLI. "
            "`mlmon init` adds it to packages.yml; `dbt deps` installs it."
        )
    adapter = re.search(r"Could not find adapter type (?P<type>[\w-]+)", text)
    if adapter:
        return (
            f"profiles.yml asks for the adapter '{adapter['type']}', which is not installed here.\n"
            f"  pip install dbt-{adapter['type']}   (into the environment that mlmon runs in)"
        )
    if "Could not find profile named" in text or "profiles.yml" in text:
        return (
            tidy(text) + "\n  dbt reads connections from profiles.yml: in the project's directory, "
            "in ~/.dbt, or where --profiles-dir says."
        )
    if re.search(
        r"(?i)could not connect|connection refused|failed to connect|unable to open|"
        r"could not translate host|authentication failed",
        text,
    ):
        return f"{_NO_CONNECTION}:\n" + textwrap.indent(tidy(text), "  ")
    return tidy(text) or "dbt failed and did not say why; see target/mlmon/logs/dbt.log"


def is_busy(told: str) -> bool:
    """Whether `told`, an explanation, is that another process is at work."""
    return told.startswith(("another process holds", "mlmon: another run holds"))


def is_about_the_connection(told: str) -> bool:
    """Whether `told`, an explanation, is about the way to the warehouse and not about its data."""
    return is_busy(told) or told.startswith(_NO_CONNECTION)


def cause_of(told: str) -> str:
    """What the warehouse says in `told`, an explanation, as one short line that may be posted.

    The warehouse quotes what it could not read, and no value of a row leaves it: what is quoted,
    and numbers, are left out.
    """
    lines = [line.strip() for line in told.splitlines()]
    said = [line for line in lines if line and not _HEADING.match(line)]
    return _VALUES.sub("\N{HORIZONTAL ELLIPSIS}", said[0] if said else told)[:200]


def explain_node(unique_id: str, message: str, project: Project) -> str:
    """One broken node and its error text."""
    kind, _, rest = unique_id.partition(".")
    name = rest.split(".")[1] if rest.count(".") else rest
    told = explain(message, project)
    if told.startswith(("mlmon: ", "another process holds", "monitor '")):
        return told
    return f"{kind} {name} failed:\n" + textwrap.indent(told, "    ")
