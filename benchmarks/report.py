"""Write docs/benchmarks.md from what was measured. Every number in it comes from results.json."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
Results = dict[str, dict[str, dict[str, Any]]]
NAMES = {
    "full": "mlmon, full build",
    "limited": "mlmon, full build, `memory_limit: 1GB`",
    "floor": "hand-written query (DuckDB)",
    "evidently": "Evidently",
    "nannyml": "NannyML",
    "whylogs": "whylogs",
}
RUNS = {
    "empty": "`dbt build` of a project without monitors",
    "full": "`mlmon run`, everything for the first time",
    "nothing": "again, with nothing new",
    "new_day": "one new day of predictions and labels",
    "late_day": "1 % of the labels of one day, late",
    "late_labels": "1 % of the labels of the last 60 days, late",
    "day_30": "one new day, after 30 days of history",
    "day_365": "one new day, after 365 days of history",
}


def _machine() -> str:
    cpu = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    versions = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "dbt-core", "dbt-duckdb"))
    return (
        f"The machine: {os.cpu_count()} cores ({cpu}), {memory:.0f} GB of memory, "
        f"{platform.system()}; Python {platform.python_version()}, {versions}."
    )


def _peer_versions() -> str:
    found = []
    for name in ("evidently", "nannyml", "whylogs"):
        python = HERE / ".work" / "venvs" / name / "bin" / "python"
        code = f"from importlib.metadata import version; print(version('{name}'))"
        told = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
        found.append(f"{NAMES[name]} {told.stdout.strip() or 'not installed'}")
    return ", ".join(found)


def _seconds(value: float) -> str:
    return f"{value:,.1f} s" if value < 100 else f"{value:,.0f} s"


def _times(value: float) -> str:
    return f"{value:,.1f}×" if value >= 1 else f"{value:.2f}×"


def _table(head: str, rows: list[list[str]]) -> str:
    lines = [head, "|".join(["", *["---"] * (head.count("|") - 1), ""])]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def _sides(results: Results) -> str:
    rows = []
    for size, found in results.items():
        ours = found.get("full")
        for name, title in NAMES.items():
            it = found.get(name)
            if it and ours:
                times = _times(it["wall"] / ours["wall"])
                room = _times(it["memory"] / ours["memory"])
                rows.append(
                    [
                        *(
                            f"{int(size):,}",
                            title,
                            _seconds(it["wall"]),
                            times,
                            _seconds(it["cpu"]),
                        ),
                        *(f"{it['memory']:,.0f} MB", room, str(it["runs"])),
                    ]
                )
    table = _table("| predictions | | time | of mlmon's | CPU | memory | of mlmon's | runs |", rows)
    notes = [
        f"{NAMES[name]} at {int(size):,}: {found[name]['note']}."
        for size, found in results.items()
        for name in NAMES
        if found.get(name, {}).get("note")
    ]
    return "\n\n".join([table, *notes])


def _runs(results: Results) -> str:
    rows = []
    for size, found in results.items():
        for name, title in RUNS.items():
            if name in found:
                it = found[name]
                sql = _seconds(it["sql"]) if "sql" in it else ""
                rows.append(
                    [
                        *(f"{int(size):,}", title, _seconds(it["wall"]), _seconds(it["cpu"]), sql),
                        *(f"{it['memory']:,.0f} MB", str(it["runs"])),
                    ]
                )
    return _table("| predictions | | time | CPU | in DuckDB | memory | runs |", rows)


def _floor(results: Results) -> str:
    rows = []
    for size, found in results.items():
        floor = found.get("floor")
        for name, title in (("sql", "no segments"), ("segments", "two segments")):
            if floor and name in found:
                ours = found[name]["sql"]
                given = floor["counts"] + floor["outcomes"]
                whole = given + floor["edges"]
                rows.append(
                    [
                        *(f"{int(size):,}", title, _seconds(ours), _seconds(whole)),
                        *(_times(ours / whole), _seconds(given), _times(ours / given)),
                    ]
                )
    head = "| predictions | mlmon | in DuckDB | the query | ratio | given the edges | ratio |"
    return _table(head, rows)


def _ratio(results: Results, size: int, name: str, other: str, key: str) -> float | None:
    found = results.get(str(size), {})
    if name not in found or other not in found:
        return None
    return float(found[name][key]) / float(found[other][key])


def _targets(results: Results) -> str:
    big = results.get("10000000", {})
    floor = big.get("floor", {})
    given = floor.get("counts", 0.0) + floor.get("outcomes", 0.0)
    rows: list[list[str]] = []

    def add(goal: str, value: float | None, good: bool, unit: str = "×") -> None:
        told = "not measured" if value is None else f"{value:,.2f}{unit}"
        rows.append([goal, told, "" if value is None else "yes" if good else "no"])

    for peer, least, size in (
        ("evidently", 40, 1_000_000),
        ("nannyml", 1, 1_000_000),
        ("whylogs", 1, 1_000_000),
        ("nannyml", 10, 10_000_000),
        ("whylogs", 10, 10_000_000),
    ):
        value = _ratio(results, size, peer, "full", "wall")
        add(
            f"{size:,}: {NAMES[peer]}'s time over mlmon's, at least {least}×",
            value,
            (value or 0) >= least,
        )
    for ours, held in (("full", ""), ("limited", ", `memory_limit: 1GB`")):
        for peer in ("nannyml", "whylogs"):
            value = _ratio(results, 10_000_000, ours, peer, "memory")
            add(
                f"10,000,000{held}: mlmon's memory over {NAMES[peer]}'s, at most 0.25×",
                value,
                (value or 1) <= 0.25,
            )
    for name, most, title in (("sql", 2, "no segments"), ("segments", 3, "two segments")):
        for seconds, which in (
            (given + floor.get("edges", 0.0), "query"),
            (given, "query given its edges"),
        ):
            value = big[name]["sql"] / seconds if name in big and seconds else None
            add(
                f"10,000,000: DuckDB's time over that of the {which}, {title}, at most {most}×",
                value,
                (value or 9) <= most,
            )
    value = _ratio(results, 1_000_000, "nothing", "empty", "wall")
    add("nothing new, over a build without monitors, at most 1.5×", value, (value or 9) <= 1.5)
    value = _ratio(results, 1_000_000, "day_365", "day_30", "wall")
    add("a new day at day 365 over one at day 30, at most 1.2×", value, (value or 9) <= 1.2)
    largest = results.get("50000000", {}).get("full")
    add(
        "50,000,000 predictions with 4 GB for DuckDB: peak of the process",
        largest["memory"] / 1024 if largest else None,
        True,
        " GB",
    )
    return _table("| target | measured | met |", rows)


def write(results: Results) -> None:
    """Render the page."""
    results = dict(sorted(results.items(), key=lambda item: int(item[0])))
    page = (
        (HERE / "page.md")
        .read_text(encoding="utf-8")
        .format(
            machine=_machine(),
            peers=_peer_versions(),
            sides=_sides(results),
            runs=_runs(results),
            history_rows=f"{round(1_000_000 / 90):,} predictions",
            floor=_floor(results),
            targets=_targets(results),
        )
    )
    (HERE.parent / "docs" / "benchmarks.md").write_text(page, encoding="utf-8")
