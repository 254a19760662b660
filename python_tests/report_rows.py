"""The schema of what `mlmon_report` prints: the rows of the real package and of the CLI tests' stand-in both pass it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from mlmon_cli.report import Asked, Due, Group, Incident, Monitor

KINDS: dict[str, type] = {
    "monitor": Monitor,
    "incident": Incident,
    "gone": Incident,
    "group": Group,
    "asked": Asked,
    "due": Due,
}
READ_FROM_KIND = {"is_gone"}


def fits(value: Any, kind: Any) -> bool:
    """Whether a value read from JSON is one of the type; NULL stands for the default."""
    if value is None or kind is NoneType:
        return value is None
    if isinstance(kind, UnionType):
        return any(fits(value, one) for one in get_args(kind))
    if get_origin(kind) is list:
        return isinstance(value, list) and all(fits(item, get_args(kind)[0]) for item in value)
    if get_origin(kind) is dict:
        of = get_args(kind)[1]
        return isinstance(value, dict) and all(fits(item, of) for item in value.values())
    if kind in (int, float):
        return isinstance(value, (int, kind)) and not isinstance(value, bool)
    return isinstance(value, kind)


def mistakes(rows: Iterable[Mapping[str, Any]], *, whole: bool, beside: Iterable[str] = ()) -> list[str]:
    """What is wrong with rows. `whole`: each has every field; else each has no key that is not a field or named in `beside`."""
    found = []
    for row in rows:
        kind = KINDS.get(row["kind"])
        if kind is None:
            continue
        types = get_type_hints(kind)
        names = {field.name for field in fields(kind)} - READ_FROM_KIND
        found += [
            f"{row['kind']}: {name} is {value!r}, not {types[name]}"
            for name, value in row.items()
            if name in types and not fits(value, types[name])
        ]
        if whole and row["kind"] != "gone":
            found += [f"{row['kind']}: no {name}" for name in sorted(names - set(row))]
        if not whole:
            found += [f"{row['kind']}: unknown {name}" for name in sorted(set(row) - names - {"kind", *beside})]
    return found
