"""The file itself: what is in it, how large it gets, and that nothing in the data can act."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import random
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from mlmon_cli.commands.report import period
from mlmon_cli.errors import MlmonError
from mlmon_cli.page.build import build_page, read_blocks

HOSTILE = "</script><script>alert(1)</script>\u2028<!--&"


Rows = list[list[Any]]


def block(name: str, columns: list[str], rows: Rows, packed: dict[str, str] | None = None, monitor: str | None = "m") -> dict[str, Any]:
    """A row as the macro prints it."""
    place = {"kind": "block", "monitor": monitor, "name": name, "sql": f"select {HOSTILE}"}
    return {**place, "columns": columns, "packed": packed or {}, "rows": rows}


def data_of(page: str) -> Any:
    """What the page's scripts read."""
    (text,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    return json.loads(gzip.decompress(base64.b64decode(json.loads(text)["gzip"])))


def test_numbers_are_those_of_sql_and_shared_lists_are_written_once() -> None:
    windows = "2026-01-01 00:00:00,2026-01-02 00:00:00,2026-01-03 12:00:00"
    packed = {"window_start": "time", "value": "number", "n": "count", "status": "text"}
    rows = [["a", windows, "0.123456789,,1e-05", "3,,1234567890", "ok,error,"], ["b", windows, "1,2.5e+300,nan", "1,2,3", "ok,ok,ok"]]
    document = read_blocks([block("series", ["key", *packed], rows, packed)])
    series, lists = document["blocks"]["m"]["series"], document["lists"]
    first, second = series["rows"]
    assert first[1] == second[1]
    assert lists[first[1]] == ["2026-01-01", "2026-01-02", "2026-01-03T12:00:00"]
    assert lists[first[2]] == [0.12346, None, 1e-05]
    assert lists[first[3]] == [3, None, 1234567890]
    assert lists[first[4]] == ["ok", "error", ""]
    assert lists[second[2]] == [1, 2.5e300, None]


def test_what_comes_from_data_stays_data() -> None:
    page = build_page(read_blocks([block("overview", ["monitor"], [[HOSTILE]], monitor=None)]), title=HOSTILE)
    assert "alert(1)" not in re.sub(r"<title>.*?</title>", "", page)
    assert "<title>&lt;/script&gt;" in page
    assert data_of(page)["blocks"][""]["overview"]["rows"] == [[HOSTILE]]


def test_the_policy_names_every_script_and_lets_nothing_else_in() -> None:
    page = build_page(read_blocks([]))
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    scripts = re.findall(r"<script>(.*?)</script>", page, re.S)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.S)
    hashes = {"'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'" for text in (*scripts, style)}
    assert set(re.findall(r"'sha256-[^']*'", policy)) == hashes
    assert not re.findall(r'(?:src|href)="(?!#)', page.split("<script>")[0])
    assert page.count("<script") == len(scripts) + 1
    for name in ("vega", "vega-interpreter", "vega-lite"):
        assert f"/*! {name}\nCopyright" in scripts[0]


def test_a_year_of_twenty_features_and_two_segments_is_under_3_mb() -> None:
    """The shape of the blocks of such a monitor: 365 days, two versions, five and three segment values. Numbers of chance pack worst."""
    chance = random.Random(1)
    days = ",".join(f"{date(2025, 1, 1) + timedelta(days=n)} 00:00:00" for n in range(365))
    parts = [("overall", "all"), *(("channel", str(n)) for n in range(5)), *(("region", str(n)) for n in range(3))]

    def numbers(count: int = 365) -> str:
        return ",".join(f"{chance.random():.8f}" for _ in range(count))

    def series(name: str, keys: list[list[str]], n_numbers: int) -> dict[str, Any]:
        packed = {"window_start": "time", **{f"v{n}": "number" for n in range(n_numbers)}}
        rows = [[*key, days, *(numbers() for _ in range(n_numbers))] for key in keys]
        return block(name, [*(f"k{n}" for n in range(len(keys[0]))), *packed], rows, packed)

    segments = [["all", *part] for part in parts]
    # both versions together have the days of one
    twice = segments + [["v1", *part] for part in parts]
    rows = [
        series("performance", twice, 16),
        series("checks", [[str(n), *part] for n in range(10) for part in segments], 2),
        series("operations", twice, 6),
        series("drift", [[str(n), *part] for n in range(21) for part in [*segments, ["v1", "overall", "all"]]], 1),
        series("distributions", [[str(n), str(g)] for n in range(21) for g in range(10)], 1),
        series("kpis", twice, 1),
    ]
    page = build_page(read_blocks(rows))
    assert len(page.encode()) < 3_000_000


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("2026-02", "2026-02-01", "2026-03-01"),
        ("2026-12", "2026-12-01", "2027-01-01"),
        ("2026-02-03", "2026-02-03", "2026-02-04"),
        ("2026-02-03..2026-02-05", "2026-02-03", "2026-02-06"),
    ],
)
def test_a_period_holds_its_last_day(text: str, since: str, until: str) -> None:
    assert period(text) == (f"{since} 00:00:00", f"{until} 00:00:00")


@pytest.mark.parametrize("text", ["2026-13", "last month", "2026-02-05..2026-02-03", "2026-02..", "9999-12"])
def test_what_is_no_period_is_told(text: str) -> None:
    with pytest.raises(MlmonError, match="--period"):
        period(text)


def test_every_script_is_in_the_page_and_every_asset_is_used() -> None:
    from mlmon_cli.page.build import SCRIPTS, VENDOR

    assets = Path(__file__).resolve().parents[2] / "mlmon_cli" / "page" / "assets"
    assert {path.name for path in assets.glob("*.js")} == set(SCRIPTS)
    assert {path.name for path in (assets / "vendor").glob("*.js")} == set(VENDOR)
