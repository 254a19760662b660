"""How much the verdicts send when nothing is wrong, and how fast they find what is: mlmon's own SQL over a generated log.

Columns of mixed kinds, overall and in segments of unequal size, a reference and then windows without any drift; in the
last month some columns move. Beside the default verdicts stand rules that others use, read from the same tables and with
the same incidents (2 of 3 to open, 2 clean to close).

    python -m benchmarks.noise --features 20 --segments 4 --days 90 --rows 1000

Prints one table. The numbers in docs/verdicts.md come from it.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from python_tests.harness import Project

START = np.datetime64("2026-01-01", "us")
REFERENCE = 60
MOVED = 30  # days at the end in which columns move
SHIFT = 0.25  # standard deviations


def generate(
    features: int, segments: int, days: int, rows: int, seed: int
) -> tuple[pa.Table, dict[str, list[str]], list[str]]:
    """The log, its feature columns by kind, and the columns that move."""
    random = np.random.default_rng(seed)
    total = REFERENCE + days + MOVED
    n = total * rows
    day = np.repeat(np.arange(total), rows)
    columns: dict[str, Any] = {
        "id": np.arange(n),
        "at": START
        + day.astype("timedelta64[D]")
        + random.integers(0, 86_400_000_000, n).astype("timedelta64[us]"),
        "score": random.beta(2, 5, n),
    }
    weights = np.geomspace(0.3, 0.02, segments)
    columns["part"] = random.choice(
        [f"s{i:02d}" for i in range(segments)], n, p=weights / weights.sum()
    )
    kinds: dict[str, list[str]] = {"numeric": [], "categorical": []}
    moves = []
    late = day >= REFERENCE + days
    for number in range(features):
        name = f"f{number:02d}"
        moving = number < 4
        if moving:
            moves.append(name)
        if number % 4 == 1:  # categories
            share = np.array([0.4, 0.3, 0.2, 0.1])
            values = random.choice(4, n, p=share)
            if moving:
                values = np.where(
                    late, random.choice(4, n, p=share + np.array([0.1, -0.1, 0, 0])), values
                )
            columns[name] = np.array(["a", "b", "c", "d"])[values]
            kinds["categorical"].append(name)
        else:
            values = random.normal(0, 1, n) + (SHIFT * late if moving else 0)
            columns[name] = np.exp(values) if number % 4 == 2 else values
            kinds["numeric"].append(name)
    return pa.table(columns), kinds, moves


def incidents(breaching: str) -> str:
    """Openings by 2 of 3 and closings by 2 clean, for a rule given as a condition on mlmon_drift."""
    return f"""
        with judged as (
            select segment, segment_value, column_name, window_start, case when {breaching} then 1 else 0 end as hit
            from main.mlmon_drift where not is_reference and column_role = 'feature' and n >= 30
        ),
        counted as (
            select *, sum(hit) over (series rows 2 preceding) as hits_3, lag(hit, 1) over series as before
            from judged window series as (partition by segment, segment_value, column_name order by window_start)
        ),
        signals as (
            select *, case when hit = 1 and hits_3 >= 2 then 1 when hit = 0 and coalesce(before, 0) = 0 then 0 end as signal
            from counted
        ),
        states as (
            select *, last_value(signal ignore nulls) over (series rows unbounded preceding) as is_open
            from signals window series as (partition by segment, segment_value, column_name order by window_start)
        ),
        opened as (
            select *, coalesce(lag(is_open) over series, 0) as was_open
            from states window series as (partition by segment, segment_value, column_name order by window_start)
        )
        select segment, segment_value, column_name, window_start from opened where is_open = 1 and was_open = 0
    """


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--features", type=int, default=20)
    parser.add_argument("--segments", type=int, default=4)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    log, kinds, moves = generate(
        options.features, options.segments, options.days, options.rows, options.seed
    )
    monitor = {
        "task": "binary",
        "predictions": {"relation": "raw.log", "id": "id", "timestamp": "at", "score": "score"},
        "features": kinds,
        "segments": ["part"],
        "reference": {
            "start": str(START.astype("datetime64[D]")),
            "end": str((START + np.timedelta64(REFERENCE, "D")).astype("datetime64[D]")),
        },
    }
    quiet_end = START + np.timedelta64(REFERENCE + options.days, "D")
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        project = Project(Path(folder), {"noise": monitor}, {"log": log})
        project.build().check()
        built = time.monotonic() - began
        began = time.monotonic()
        outcome, _ = project.operation(
            "mlmon_backtest", sides=[{"name": "as configured", "block": {}}]
        )
        assert outcome.success, outcome.text
        replayed = time.monotonic() - began
        rules = {
            "default verdicts: groups (what is posted)": """
                select segment, segment_value, '' as column_name, opened_at as window_start from main.mlmon_incident_groups
            """,
            "default verdicts: incidents": """
                select segment, segment_value, subject as column_name, opened_at as window_start from main.mlmon_incidents
            """,
            "PSI on deciles >= 0.1": incidents("psi >= 0.1"),
            "Jensen-Shannon distance >= 0.1": incidents("js_distance >= 0.1"),
            "KS distance above its 5 % critical value": incidents(
                "ks > 1.36 * sqrt(1.0 / n + 1.0 / n_reference)"
            ),
        }
        print(
            f"{options.features} features, {options.segments} segments, {options.days} days of {options.rows} rows without drift, "
            f"after {REFERENCE} of reference"
        )
        print(f"build {built:.0f} s, replay of the history {replayed:.1f} s (dbt's start included)")
        print(
            "\n| rule | incidents a month without drift, overall / with segments | columns that moved found overall, median days |"
        )
        print("|---|---|---|")
        months = options.days / 30.0
        for name, query in rules.items():
            found = project.sql(query)
            early = found[found["window_start"] < np.datetime64(quiet_end, "ns")]
            overall = early[early["segment"] == "overall"]
            late = found[
                (found["window_start"] >= np.datetime64(quiet_end, "ns"))
                & (found["segment"] == "overall")
            ]
            first = (
                late[late["column_name"].isin(moves)].groupby("column_name")["window_start"].min()
            )
            delays = (
                sorted((first - np.datetime64(quiet_end, "ns")).dt.days + 1) if len(first) else []
            )
            said = (
                f"{len(first)} of {len(moves)}" + (f", {int(np.median(delays))}" if delays else "")
                if "groups" not in name
                else "–"
            )
            print(f"| {name} | {len(overall) / months:.2f} / {len(early) / months:.2f} | {said} |")
        families = project.sql(
            f"""
            select family, metric, count(*) as n from main.mlmon_incidents
            where opened_at < '{quiet_end.astype("datetime64[s]")}' group by all order by n desc
            """
        )
        print("\nincidents without drift by metric:", families.to_dict("records"))


if __name__ == "__main__":
    main()
