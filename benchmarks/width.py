"""How a build grows with the number of monitors, features and segments.

    python -m benchmarks.width --monitors 100 --features 30
    python -m benchmarks.width --monitors 1 --features 500 --segments 2
    python -m benchmarks.width --monitors 100 --features 30 --only m7
    python -m benchmarks.width --monitors 1 --features 30 --segments 2 --window day --days 30 --rows 60000 --sizes

Few rows: what is measured is the fixed cost, the size of statements and their number. One line a phase (parse, first build, a
build with nothing new, one with new rows), then the models that took longest and the largest statement of each.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa

from python_tests.harness import Project
from python_tests.statements import recorded

START = datetime(2026, 1, 1)


def monitor(number: int, features: int, segments: int, window: str) -> dict[str, Any]:
    """The block of one monitor: a fifth of the features categorical."""
    n_categorical = features // 5
    return {
        "task": "binary",
        "predictions": {
            "relation": f"raw.log_{number}",
            "id": "id",
            "timestamp": "at",
            "score": "score",
            "loaded_at": "loaded_at",
        },
        "labels": {
            "relation": f"raw.labels_{number}",
            "id": "id",
            "label": "label",
            "timestamp": "at",
            "loaded_at": "loaded_at",
            "maturity": "1 days",
        },
        "features": {
            "numeric": [feature_name(place) for place in range(features - n_categorical)],
            "categorical": [
                feature_name(place) for place in range(features - n_categorical, features)
            ],
        },
        "segments": [f"segment_{place}" for place in range(segments)],
        "window": window,
        "reference": {"start": "2026-01-01", "end": "2026-01-03"},
    }


def feature_name(place: int) -> str:
    """A name of a usual length: it is repeated in every comparison with a bin's edge."""
    return f"customer_attribute_{place:03}"


def logs(
    random: Random, features: int, segments: int, rows: int, day: int, days: int
) -> tuple[pa.Table, pa.Table]:
    """Predictions of some days and their labels."""
    times = sorted(
        START + timedelta(days=day, seconds=random.randrange(86400 * days)) for _ in range(rows)
    )
    ids = [f"{day}-{place}" for place in range(rows)]
    columns: dict[str, Any] = {
        "id": ids,
        "at": times,
        "loaded_at": times,
        "score": [random.random() for _ in times],
    }
    n_categorical = features // 5
    for place in range(features - n_categorical):
        columns[feature_name(place)] = [random.gauss(0, 1) for _ in times]
    for place in range(features - n_categorical, features):
        columns[feature_name(place)] = [random.choice("abcde") for _ in times]
    for place in range(segments):
        columns[f"segment_{place}"] = [random.choice(["EU", "US"]) for _ in times]
    later = [at + timedelta(hours=2) for at in times]
    labels = {
        "id": ids,
        "at": later,
        "loaded_at": later,
        "label": [random.randrange(2) for _ in times],
    }
    return pa.table(columns), pa.table(labels)


def wide_project(
    root: Path,
    monitors: int,
    features: int,
    segments: int,
    rows: int = 400,
    days: int = 4,
    window: str = "hour",
) -> Project:
    """A project of so many monitors, each over a log of its own."""
    blocks = {
        f"m{number}": monitor(number, features, segments, window) for number in range(monitors)
    }
    project = Project(root, blocks)
    project.writes_artifacts = True
    add_rows(project, monitors, features, segments, rows, day=0, days=days)
    return project


def add_rows(
    project: Project, monitors: int, features: int, segments: int, rows: int, day: int, days: int
) -> None:
    """Rows of some days for every monitor."""
    random = Random(day)
    predictions, labels = logs(random, features, segments, rows, day, days)
    frames: dict[str, pa.Table] = {}
    for number in range(monitors):
        for name, new in ((f"log_{number}", predictions), (f"labels_{number}", labels)):
            if name in project.tables:
                with project.connect() as connection:
                    old = connection.table(f"raw.{name}").to_arrow_table()
                new = pa.concat_tables([old, new.cast(old.schema)])
            frames[name] = new
    project.load(**frames)


def measured(
    name: str, project: Project, *command: str, variables: dict[str, Any] | None = None
) -> None:
    """Run one dbt command, and say what it took."""
    with recorded() as statements:
        started, used = time.perf_counter(), time.process_time()
        outcome = project.dbt(*command, variables=variables)
        seconds, processor = time.perf_counter() - started, time.process_time() - used
    if outcome.exception or outcome.broken:
        raise SystemExit(f"{name}: {outcome.exception} {list(outcome.broken.items())[:1]}")
    sizes = [statement.size for statement in statements]
    print(
        f"{name:28} {seconds:7.1f} s, {processor:7.1f} s of processor; {len(sizes):5} statements,"
        f" {sum(sizes) / 1e6:7.2f} MB of SQL, largest {max(sizes, default=0) / 1e3:7.1f} kB",
        flush=True,
    )
    largest: dict[str, int] = defaultdict(int)
    count: dict[str, int] = defaultdict(int)
    for statement in statements:
        largest[statement.node] = max(largest[statement.node], statement.size)
        count[statement.node] += 1
    results = node_seconds(project, variables)
    for node in sorted(results, key=lambda node: -results[node][0])[:12]:
        compiling, running = results[node][1:]
        print(
            f"    {node:24} compile {compiling:6.2f} s, run {running:6.2f} s;"
            f" {count[node]:5} statements, largest {largest[node] / 1e3:7.1f} kB"
        )


def node_seconds(
    project: Project, variables: dict[str, Any] | None
) -> dict[str, tuple[float, float, float]]:
    """Seconds of each model: all, compiling, executing."""
    target = project.root / ("target_vars" if variables else "target") / "run_results.json"
    found = {}
    for result in json.loads(target.read_text())["results"] if target.exists() else []:
        spans = {}
        for timing in result["timing"]:
            moments = [
                datetime.fromisoformat(timing[key].replace("Z", "+00:00"))
                for key in ("started_at", "completed_at")
            ]
            spans[timing["name"]] = (moments[1] - moments[0]).total_seconds()
        name = result["unique_id"].split(".")[2]
        found[name] = (
            result["execution_time"],
            spans.get("compile", 0.0),
            spans.get("execute", 0.0),
        )
    return found


SIZED = {
    "mlmon_profile": "window x column x segment value x bin that holds rows",
    "mlmon_outcomes": "window x segment value x score bin that holds rows",
    "mlmon_log_health": "window x segment value",
    "mlmon_label_health": "window",
    "mlmon_label_age_sums": "window x segment value x label x age",
    "mlmon_distances": "window x column x segment value",
    "mlmon_performance": "window x segment value",
    "mlmon_operations": "window x segment value",
    "mlmon_checks": "window x judged metric x segment value",
    "mlmon_reference": "column x segment value x bin, once",
    "mlmon_bins": "column x bin, once",
}


def print_sizes(project: Project, windows: int) -> None:
    """Rows and bytes of each table: the bytes are those of a DuckDB file that holds it alone."""
    for table, grain in SIZED.items():
        alone = project.root / f"{table}.duckdb"
        with project.connect() as connection:
            rows = connection.table(f"main.{table}").aggregate("count(*)").fetchall()[0][0]
            connection.execute(f"attach '{alone}' as alone")
            connection.execute(f"create table alone.{table} as from main.{table}")
            connection.execute("detach alone")
        size = alone.stat().st_size
        print(
            f"    {table:20} {rows:9,} rows, {rows / windows:9.1f} a window;"
            f" {size / max(rows, 1):6.1f} bytes a row, {size / windows / 1e3:8.1f} kB a window ({grain})"
        )


def main() -> None:
    """Measure one shape."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--monitors", type=int, default=1)
    parser.add_argument("--features", type=int, default=30)
    parser.add_argument("--segments", type=int, default=0)
    parser.add_argument(
        "--rows", type=int, default=400, help="predictions a monitor in the first days"
    )
    parser.add_argument("--window", default="hour", choices=["hour", "day"])
    parser.add_argument("--days", type=int, default=4)
    parser.add_argument(
        "--sizes", action="store_true", help="build once and print the size of each table"
    )
    parser.add_argument(
        "--only", help="at the end build this monitor alone, after new rows for all of them"
    )
    chosen = parser.parse_args()
    shape = (chosen.monitors, chosen.features, chosen.segments)
    print(
        f"{shape[0]} monitors, {shape[1]} features each, {shape[2]} segments, windows by {chosen.window}"
    )
    with tempfile.TemporaryDirectory() as folder:
        project = wide_project(
            Path(folder), *shape, rows=chosen.rows, days=chosen.days, window=chosen.window
        )
        build = ["build", "--exclude-resource-type", "unit_test", "--select", "package:mlmon"]
        measured("parse", project, "parse")
        measured("first build", project, *build)
        if chosen.sizes:
            print_sizes(project, chosen.days * {"hour": 24, "day": 1}[chosen.window])
            return
        measured("nothing new", project, *build)
        add_rows(project, *shape, rows=20, day=chosen.days, days=1)
        if chosen.only:
            measured(
                f"new rows, {chosen.only} alone",
                project,
                *build,
                variables={"mlmon_only": [chosen.only]},
            )
        measured("new rows", project, *build)


if __name__ == "__main__":
    main()
