"""Spark and DuckDB over the same files.

    python -m benchmarks.spark --rows 1000000
    python -m benchmarks.spark --rows 10000000 --memory 10g --engines spark

The logs of workload.sql as Parquet files, in `benchmarks/.work`, made once a size. Views read them; each engine does three runs of
`mlmon run`, each a process of its own: the first, one with nothing new, one after a new day. For each it prints seconds, and the peak
of the memory that dbt and Spark's Java hold together (Linux only).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import yaml

from benchmarks.bench import BIN, HERE, MONITOR, NO_TELEMETRY, WORK, statement_seconds

DAYS = 90
CHUNK = 4_000_000  # rows that are made at once
LOGS = ("predictions", "labels")


def make_logs(rows: int) -> Path:
    """`raw` holds the logs of 90 days, `later` what arrives the day after."""
    per_day = round(rows / DAYS)
    directory = WORK / f"files_{per_day}"
    if directory.exists():
        return directory
    making = directory.with_suffix(".making")
    shutil.rmtree(making, ignore_errors=True)
    for schema in ("raw", "later"):
        for log in LOGS:
            (making / schema / log).mkdir(parents=True)
    step = max(1, CHUNK // per_day)
    for day in range(0, DAYS + 1, step):
        first, last = day * per_day, min(day + step, DAYS + 1) * per_day
        with duckdb.connect() as connection:
            connection.execute(f"set variable per_day = {per_day}; set variable days = {DAYS}")
            connection.execute(f"set variable first_row = {first}; set variable last_row = {last}")
            connection.execute((HERE / "workload.sql").read_text(encoding="utf-8"))
            for schema in ("raw", "later"):
                for log in LOGS:
                    if connection.table(f"{schema}.{log}").limit(1).fetchall():
                        file = making / schema / log / f"{day:03}.parquet"
                        connection.execute(f"copy {schema}.{log} to '{file}'")
    making.rename(directory)
    return directory


def profile(engine: str, root: Path, memory: str, settings: dict[str, str]) -> dict[str, Any]:
    """dbt's output for an engine that keeps its tables in `root`."""
    if engine == "duckdb":
        limits = {"memory_limit": f"{memory}b", "temp_directory": str(WORK / "spill")}
        path = str(root / "warehouse.duckdb")
        return {"type": "duckdb", "path": path, "threads": 2, "settings": limits}
    parameters = {
        "spark.master": "local[2]",
        "spark.driver.memory": memory,
        "spark.local.dir": str(WORK / "spill"),
        "spark.sql.catalogImplementation": "hive",
        "spark.sql.warehouse.dir": str(root / "spark" / "tables"),
        "spark.driver.extraJavaOptions": f"-Dderby.system.home={root / 'spark'}",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.parquet.inferTimestampNTZ.enabled": "false",  # the files' times are UTC
        "spark.sql.shuffle.partitions": "2",
        "spark.log.level": "ERROR",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    return {
        "type": "spark",
        "method": "session",
        "host": "NA",
        "schema": "monitoring",
        "threads": 1,
        "server_side_parameters": parameters | settings,
    }


def make_project(root: Path, engine: str, output: dict[str, Any], files: Path) -> None:
    """A dbt project with the benchmarks' monitor over views of the files."""
    shutil.rmtree(root, ignore_errors=True)
    (root / "models").mkdir(parents=True)
    (root / "dbt_packages").mkdir()
    (root / "dbt_packages" / "mlmon").symlink_to(HERE.parent, target_is_directory=True)
    monitor = MONITOR | {log: MONITOR[log] | {"relation": log} for log in LOGS}
    content: dict[str, Any] = {
        "packages.yml": {"packages": [{"local": str(HERE.parent)}]},
        "profiles.yml": {"bench": {"target": "dev", "outputs": {"dev": output}}},
        "dbt_project.yml": {
            "name": "bench",
            "version": "1.0.0",
            "config-version": 2,
            "profile": "bench",
            "flags": {"send_anonymous_usage_stats": False},
            "vars": {"mlmon_monitors": {"bench": monitor}},
        },
    }
    for name, value in content.items():
        (root / name).write_text(yaml.safe_dump(value, sort_keys=False), encoding="utf-8")
    for log in LOGS:
        shutil.copytree(files / "raw" / log, root / log, copy_function=os.link)
        source = (
            f"'{root / log}/*.parquet'" if engine == "duckdb" else f"parquet.`file://{root / log}`"
        )
        (root / "models" / f"{log}.sql").write_text(f"select * from {source}\n", encoding="utf-8")


def of_tree(process_id: int) -> tuple[float, dict[int, float]]:
    """What a process and all below it use now: GB of memory, and the CPU seconds of each so far."""
    children: dict[int, list[int]] = {}
    pages: dict[int, int] = {}
    seconds: dict[int, float] = {}
    spawners = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")
        except OSError:  # it ended
            continue
        number = int(stat.parent.name)
        fields = rest.split()
        if name.endswith("(java"):
            spawners.add(number)
        children.setdefault(int(fields[1]), []).append(number)
        pages[number] = int(fields[21])
        seconds[number] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    tree = [process_id]
    for number in tree:
        if number not in spawners:  # what Java starts counts its memory as its own for a moment
            tree += children.get(number, [])
    memory = sum(pages.get(number, 0) for number in tree) * os.sysconf("SC_PAGE_SIZE") / 1e9
    return memory, {number: seconds[number] for number in tree if number in seconds}


def run(root: Path) -> tuple[float, float, float]:
    """`mlmon run`: its seconds, its CPU seconds, the peak of memory in GB."""
    log = root / "target" / "mlmon" / "logs" / "dbt.log"
    log.unlink(missing_ok=True)
    peak, cpu = 0.0, dict[int, float]()
    started = time.perf_counter()
    with (root / "output.log").open("wb") as stream:
        process = subprocess.Popen(
            [BIN / "mlmon", "run", "--upstream", "--fail-on", "never"],
            cwd=root,
            stdout=stream,
            stderr=subprocess.STDOUT,
            env={**os.environ, **NO_TELEMETRY},
        )
        while process.poll() is None:
            memory, seconds = of_tree(process.pid)
            peak = max(peak, memory)
            cpu |= seconds
            time.sleep(0.2)
    wall = time.perf_counter() - started
    if process.returncode != 0:
        raise SystemExit((root / "output.log").read_text(encoding="utf-8")[-3000:])
    slowest = sorted(statement_seconds(log).items(), key=lambda found: -found[1])[:4]
    told = ", ".join(f"{name.rpartition('.')[2]} {spent:,.0f}" for name, spent in slowest)
    print(f"    seconds of SQL: {told}", file=sys.stderr, flush=True)
    return wall, sum(cpu.values()), peak


def main() -> None:
    """Make the logs, run, print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000, help="predictions in 90 days")
    parser.add_argument("--engines", default="duckdb,spark", help="separated by a comma")
    parser.add_argument("--memory", default="8g", help="DuckDB's limit, Spark's heap")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="a setting of Spark"
    )
    parser.add_argument("--first-only", action="store_true", help="no second and third run")
    chosen = parser.parse_args()
    WORK.mkdir(exist_ok=True)
    files = make_logs(chosen.rows)
    settings = dict(pair.split("=", 1) for pair in chosen.set)
    print("| predictions | engine | run | seconds | CPU seconds | GB |\n|---|---|---|---|---|---|")
    for engine in chosen.engines.split(","):
        root = WORK / f"on_{engine}"
        make_project(root, engine, profile(engine, root, chosen.memory, settings), files)
        for name in ("first",) if chosen.first_only else ("first", "nothing new", "a new day"):
            if name == "a new day":
                for log in LOGS:
                    for file in (files / "later" / log).iterdir():
                        os.link(file, root / log / f"later_{file.name}")
            seconds, cpu, memory = run(root)
            print(
                f"| {chosen.rows:,} | {engine} | {name} | {seconds:,.0f} | {cpu:,.0f} | {memory:.1f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
