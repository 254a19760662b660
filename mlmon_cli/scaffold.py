"""Edits to the files of a dbt project that leave the rest of each file as it was."""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from mlmon_cli.errors import MlmonError
from mlmon_cli.project import PACKAGE_LINK, Project, read_yaml


def starter(name: str) -> str:
    """A file that a project begins with, from `starter`."""
    return (files("mlmon_cli") / "starter" / name).read_text(encoding="utf-8")


def require_directory(output: Path) -> None:
    """Refuse a file of --output whose directory is not there."""
    if not output.resolve().parent.is_dir():
        raise MlmonError(f"--output {output}: there is no directory {output.resolve().parent}")


def write(path: Path, text: str) -> None:
    """Replace a file as a whole, so that a crash leaves the old or the new one."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """The same of a file that is no text."""
    temporary = path.with_name(path.name + ".tmp")
    try:
        temporary.write_bytes(content)
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


def _insert(text: str, keys: Sequence[str], lines: str) -> str | None:
    """`text` with `lines` (indented by nothing) as first entries under the nested `keys`.

    What is missing of the keys is added. None where the file is written in a way that leaves no
    safe place, such as `key: {}`.
    """
    import yaml

    newline = "\r\n" if "\r\n" in text else "\n"
    rows, lines, keys = text.splitlines(), textwrap.dedent(lines), list(keys)
    node, at, column = yaml.compose(text), None, 0
    while keys:
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        found = next(((key, value) for key, value in pairs if key.value == keys[0]), None)
        if found is None:
            break
        key, node = found
        at = key.end_mark.line + 1
        if not re.fullmatch(r"\s*:\s*(#.*)?", rows[at - 1][key.end_mark.column :]):
            return None
        column = node.start_mark.column if node.value else key.start_mark.column + 2
        del keys[0]
    for missing in reversed(keys):
        lines = f"{missing}:\n{textwrap.indent(lines, '  ')}"
    if at is None:
        at, rows = len(rows) + bool(rows), [*rows, *([""] if rows else [])]
    rows[at:at] = textwrap.indent(lines.rstrip("\n"), " " * column).splitlines()
    return newline.join(rows) + newline


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
    after = _insert(before, ["packages"], entry)
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
    after = _insert(before, ["vars", "mlmon_monitors"], block)
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
            raise MlmonError(f"{directory / file} already exists; leave out --new")
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "models").mkdir(exist_ok=True)
    for file in ("dbt_project.yml", "profiles.yml"):
        write(directory / file, starter(file).format(name=name))
    if not (directory / ".gitignore").exists():
        write(directory / ".gitignore", "target/\ndbt_packages/\nlogs/\n*.duckdb\n*.duckdb.wal\n")
