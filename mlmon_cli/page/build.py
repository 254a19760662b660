"""Puts the report together: the page, its scripts and its data, in one file that asks nothing of a network.

Numbers come from SQL as they are; here they are only written down in fewer characters.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
import math
from collections.abc import Callable, Iterable, Mapping
from importlib.resources import files
from typing import Any

from mlmon_cli import __version__

Row = dict[str, Any]
DIGITS = 5  # significant digits of a number in a series: more than a chart shows
VENDOR = ("vega.min.js", "vega-lite.min.js", "vega-interpreter.js")
SCRIPTS = (
    "data.js dom.js format.js table.js charts.js filters.js overview.js incident.js "
    "performance.js drift.js segments.js scores.js operations.js monitor.js page.js"
).split()
# the interpreter is published as a module, and a script is what a policy of hashes can name
_IMPORT = "import { ascending, isString, DisallowedObjectProperties } from 'vega-util';"
_EXPORT = "export { expression as expressionInterpreter };"


def _asset(name: str) -> str:
    return (files("mlmon_cli") / "page" / "assets" / name).read_text(encoding="utf-8")


def _vendored(name: str) -> str:
    text = _asset(f"vendor/{name}")
    if name != "vega-interpreter.js":
        return text
    text = text.replace(
        _IMPORT, "const { ascending, isString, DisallowedObjectProperties } = vega;"
    )
    return f"(() => {{\n{text.replace(_EXPORT, 'vega.expressionInterpreter = expression;')}\n}})();"


def _number(text: str) -> float | int | None:
    """A number as SQL wrote it, in few digits; none for what is no number."""
    if not text:
        return None
    value = float(text)
    if not math.isfinite(value):
        return None
    short = float(f"{value:.{DIGITS}g}")
    return int(short) if short.is_integer() and abs(short) < 1e15 else short


def _moment(text: str) -> str:
    """A time as an ISO text, a midnight as its date."""
    date, _, clock = text.replace("T", " ").partition(" ")
    clock = clock.split(".")[0]
    return date if clock in ("", "00:00:00") else f"{date}T{clock}"


_READ: Mapping[str, Callable[[str], Any]] = {
    "time": _moment,
    "number": _number,
    "count": lambda text: int(float(text)) if text else None,
    "text": lambda text: text,
}


class _Lists:
    """Lists that many series share, such as their windows, each written once."""

    def __init__(self) -> None:
        self.lists: list[list[Any]] = []
        self._places: dict[tuple[str, str], int] = {}

    def place(self, text: str, kind: str) -> int:
        key = (kind, text)
        if key not in self._places:
            self._places[key] = len(self.lists)
            self.lists.append([_READ[kind](part) for part in text.split(",")])
        return self._places[key]


def read_blocks(rows: Iterable[Row]) -> Row:
    """The document of a report from the rows that the macro printed."""
    document: Row = {"version": __version__, "blocks": {}}
    shared = _Lists()
    for row in rows:
        if row["kind"] == "page":
            document.update({key: row[key] for key in ("made_at", "since", "until")})
        if row["kind"] != "block":
            continue
        packed: Mapping[str, str] = row["packed"]
        kinds = [packed.get(column) for column in row["columns"]]
        block = {"sql": row["sql"], "columns": row["columns"], "packed": list(packed)}
        block["rows"] = [
            [
                value if kind is None else shared.place(value or "", kind)
                for value, kind in zip(cells, kinds, strict=True)
            ]
            for cells in row["rows"]
        ]
        document["blocks"].setdefault(row["monitor"] or "", {})[row["name"]] = block
    document["lists"] = shared.lists
    return document


def as_script(text: str) -> str:
    """A JSON text that can stand in a script element: nothing in it ends the element or a line of it."""
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def build_page(document: Row, title: str = "mlmon report") -> str:
    """The whole page. Its policy names each of its scripts and its style, and lets nothing else in."""
    data = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    packed = base64.b64encode(gzip.compress(data.encode("utf-8"), 9, mtime=0)).decode()
    licences = "\n".join(
        f"/*! {name}\n{_asset(f'vendor/LICENSE.{name}')}*/"
        for name in ("vega", "vega-lite", "vega-interpreter")
    )
    own = "\n".join(_asset(name) for name in SCRIPTS)
    scripts = [
        licences,
        *(_vendored(name) for name in VENDOR),
        f"'use strict';\n(() => {{\n{own}\n}})();",
    ]
    style = _asset("page.css")
    policy = (
        f"default-src 'none'; script-src {' '.join(_hash(text) for text in scripts)}; "
        f"style-src {_hash(style)}; base-uri 'none'; form-action 'none'"
    )
    page = _asset("page.html")
    for name, text in {
        "policy": policy,
        "title": html.escape(title),
        "style": style,
        "data": as_script(json.dumps({"gzip": packed})),
        "scripts": "\n".join(f"<script>{text}</script>" for text in scripts),
    }.items():
        page = page.replace(f"%{name}%", text, 1)
    return page
