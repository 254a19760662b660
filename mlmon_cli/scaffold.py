"""Edits to the files of a dbt project that leave the rest of each file as it was."""

from __future__ import annotations

import os
import re
import textwrap
from pathlib import Path
from typing import Any

from mlmon_cli.errors import MlmonError
from mlmon_cli.project import PACKAGE_LINK, Project, read_yaml

MLMON_YML = """\
# What only the mlmon command line needs: where messages go and what actions mean.
# Secrets come from the environment, never from this file.

channels:
  console: {type: stdout}
  # team: {type: slack, url: "{{ env_var('SLACK_WEBHOOK_URL') }}"}
  # pager:
  #   type: webhook
  #   url: "{{ env_var('PAGER_URL') }}"
  #   headers: {Authorization: "Bearer {{ env_var('PAGER_TOKEN') }}"}
  #   timeout_seconds: 10
  #   retries: 4
  # archive: {type: file, path: target/mlmon_messages.jsonl}

# Without routes everything goes to every channel.
# routes:
#   - {channels: [console]}
#   - {severity: error, channels: [pager]}
#   - {monitors: [lead_scoring], families: [performance, kpi], channels: [team]}

# Actions that monitors name in `alerts: {on_error: [retrain]}`; a message asks for them.
# actions:
#   retrain: {description: Retrain on the last 90 days.}

# Your own wording: templates here replace the shipped ones of the same name.
# templates: mlmon_templates
"""

DBT_PROJECT_YML = """\
name: {name}
version: "1.0.0"
config-version: 2
profile: {name}

models:
  {name}:
    +materialized: table
"""

PROFILES_YML = """\
{name}:
  target: dev
  outputs:
    dev:
      type: duckdb
      path: {name}.duckdb
      threads: 2
"""


def write(path: Path, text: str) -> None:
    """Replace a file as a whole, so that a crash leaves the old or the new one."""
    temporary = path.with_name(path.name + ".tmp")
    try:
        with temporary.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
        if path.exists():
            os.chmod(temporary, path.stat().st_mode)
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise MlmonError(f"{path} cannot be written: {error.strerror}") from None


def _read(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()


def _parsed(text: str) -> Any:
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return None


def _insert_under(text: str, key: str, lines: str, *, list_items: bool = False) -> str | None:
    """`text` with `lines` (indented by nothing) as first entries under the top-level `key`.

    The key is added at the end where it is missing. None where the file is written in a way
    that leaves no safe place, such as `key: {}`.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    rows = text.splitlines()
    found = [i for i, row in enumerate(rows) if re.match(rf"{key}\s*:", row)]
    if not found:
        tail = [] if not rows else [""]
        added = textwrap.indent(lines.rstrip("\n"), "  ").splitlines()
        return newline.join([*rows, *tail, f"{key}:", *added]) + newline
    at = found[0]
    if not re.fullmatch(rf"{key}\s*:\s*(#.*)?", rows[at]):
        return None
    indent = 0 if list_items else 2
    for row in rows[at + 1 :]:
        if row.strip() and not row.lstrip().startswith("#"):
            width = len(row) - len(row.lstrip(" "))
            indent = width if width or (list_items and row.startswith("-")) else 2
            break
    else:
        indent = 2
    added = textwrap.indent(lines.rstrip("\n"), " " * indent).splitlines()
    return newline.join([*rows[: at + 1], *added, *rows[at + 1 :]]) + newline


def _insert_monitor(text: str, block: str) -> str | None:
    """`text` with a monitor as first entry of vars: mlmon_monitors:. None without a safe place."""
    newline = "\r\n" if "\r\n" in text else "\n"
    rows = text.splitlines()
    found = [i for i, row in enumerate(rows) if re.fullmatch(r" +mlmon_monitors\s*:\s*(#.*)?", row)]
    if len(found) != 1:
        return None
    at = found[0]
    own = len(rows[at]) - len(rows[at].lstrip(" "))
    indent = own + 2
    for row in rows[at + 1 :]:
        if row.strip() and not row.lstrip().startswith("#"):
            width = len(row) - len(row.lstrip(" "))
            indent = width if width > own else indent
            break
    added = textwrap.indent(textwrap.dedent(block).rstrip("\n"), " " * indent).splitlines()
    return newline.join([*rows[: at + 1], *added, *rows[at + 1 :]]) + newline


def has_package(packages: list[dict[str, Any]], root: Path) -> bool:
    """Whether mlmon is among `packages`, by path, git address or name."""
    for item in packages:
        local = item.get("local")
        if local == PACKAGE_LINK:
            return True
        if isinstance(local, str):
            content = read_yaml((root / local) / "dbt_project.yml")
            if isinstance(content, dict) and content.get("name") == "mlmon":
                return True
        for key in ("git", "package"):
            name = str(item.get(key) or "").rstrip("/").removesuffix(".git")
            if name.split("/")[-1] == "mlmon":
                return True
    return False


def add_package(project: Project, entry: str) -> Path:
    """Add `entry` (one list item) to packages.yml, or to dependencies.yml where packages are there.

    Returns the file. Raises MlmonError that shows the entry where it can't be added safely.
    """
    path = project.root / "packages.yml"
    dependencies = read_yaml(project.root / "dependencies.yml")
    if isinstance(dependencies, dict) and dependencies.get("packages"):
        path = project.root / "dependencies.yml"
    before = _read(path) if path.exists() else ""
    content = _parsed(before) if before.strip() else {}
    after = _insert_under(before, "packages", entry, list_items=True)
    expected = _parsed(entry)
    checked = _parsed(after) if after is not None else None
    if (
        after is None
        or not isinstance(content, dict)
        or not isinstance(checked, dict)
        or checked.get("packages") != [*expected, *(content.get("packages") or [])]
    ):
        raise MlmonError(
            f"{path} could not be edited safely. Add to its `packages:` list:\n\n{entry}"
        )
    write(path, after)
    return path


def add_monitor(project: Project, name: str, block: str) -> bool:
    """Add the YAML of a monitor under vars: mlmon_monitors: in dbt_project.yml.

    All else in the file, comments too, stays as it is. False, and nothing written, where the file
    leaves no safe place: `vars:` is written in one line, or is elsewhere (vars.yml).
    """
    path = project.root / "dbt_project.yml"
    before = _read(path)
    content = _parsed(before)
    if not isinstance(content, dict) or (project.root / "vars.yml").exists():
        return False
    variables = content.get("vars") or {}
    if not isinstance(variables, dict):
        return False
    known = variables.get("mlmon_monitors") or {}
    if not isinstance(known, dict) or name in known:
        return False
    if "mlmon_monitors" in variables:
        after = _insert_monitor(before, block)
    else:
        lines = "mlmon_monitors:\n" + textwrap.indent(textwrap.dedent(block), "  ")
        after = _insert_under(before, "vars", lines)
    checked = _parsed(after) if after is not None else None
    if after is None or not isinstance(checked, dict):
        return False
    added = (checked.get("vars") or {}).pop("mlmon_monitors", None)
    others = {key: value for key, value in variables.items() if key != "mlmon_monitors"}
    if {**content, "vars": others} != checked or not isinstance(added, dict):
        return False
    if added.pop(name, None) is None or added != known:
        return False
    write(path, after)
    return True


def new_project(directory: Path, name: str) -> None:
    """A dbt project with nothing in it, on an embedded DuckDB."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise MlmonError(f"'{name}' is not a legal project name: letters, digits and _ only")
    for file in ("dbt_project.yml", "profiles.yml"):
        if (directory / file).exists():
            raise MlmonError(f"{directory / file} is there already; leave out --new")
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "models").mkdir(exist_ok=True)
    write(directory / "dbt_project.yml", DBT_PROJECT_YML.format(name=name))
    write(directory / "profiles.yml", PROFILES_YML.format(name=name))
    if not (directory / ".gitignore").exists():
        write(directory / ".gitignore", "target/\ndbt_packages/\nlogs/\n*.duckdb\n*.duckdb.wal\n")
