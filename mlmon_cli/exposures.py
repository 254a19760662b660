"""Monitors as dbt exposures: the YAML of `mlmon exposures`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

HEADER = "# Written by `mlmon exposures`; run it again when monitors change.\n"
ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+")


def _plain(value: Any) -> Any:
    """What dbt renders to just this text: it takes double braces in its YAML for Jinja."""
    if isinstance(value, str) and re.search(r"\{[{%#]", value):
        return value.replace("{", "{{ '{' }}")
    return value


def _names(monitors: Sequence[str]) -> list[str]:
    """A name of letters, digits, and underscores for each, no two alike."""
    names: list[str] = []
    for monitor in monitors:
        name = plain = "mlmon_" + re.sub(r"\W", "_", monitor, flags=re.ASCII)
        while name.lower() in (other.lower() for other in names):
            name = f"{plain}_{len(names)}"
        names.append(name)
    return names


def _exposure(name: str, row: Mapping[str, Any], url: str | None) -> dict[str, Any]:
    monitor, owner = str(row["monitor"]), str(row["owner"])
    exposure: dict[str, Any] = {"name": name, "label": f"Monitor {monitor}", "type": "ml"}
    if url:
        exposure["url"] = _plain(url.replace("{monitor}", quote(monitor, safe="")))
    exposure["description"] = (
        f"How the {row['task']} model {monitor} is, {row['window']} by {row['window']}: "
        "its data, performance, fairness, and KPIs, as mlmon monitors them."
    )
    exposure["depends_on"] = list(row["depends_on"])
    exposure["owner"] = {"email" if ADDRESS.fullmatch(owner) else "name": _plain(owner)}
    meta = {"mlmon_monitor": monitor}
    if row["runbook"]:
        meta["runbook"] = _plain(row["runbook"])
    exposure["config"] = {"tags": ["mlmon", *map(_plain, row["tags"])], "meta": meta}
    return exposure


def exposures(rows: Sequence[Mapping[str, Any]], url: str | None = None) -> list[dict[str, Any]]:
    """One exposure a monitor. `{monitor}` in `url` is replaced by its name."""
    names = _names([str(row["monitor"]) for row in rows])
    return [_exposure(name, row, url) for name, row in zip(names, rows, strict=True)]


def to_yaml(found: Sequence[Mapping[str, Any]]) -> str:
    """The file."""
    import yaml

    text = yaml.safe_dump(
        {"exposures": list(found)}, sort_keys=False, allow_unicode=True, width=100
    )
    return HEADER + text
