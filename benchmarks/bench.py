"""Measure mlmon beside a hand-written query and beside other tools, on the same logs.

    bench.py measure --rows 1000000            everything at that size
    bench.py measure --rows 10000000 --only full,floor
    bench.py write                             docs/benchmarks.md from all that was measured

Each measurement is a process of its own. What was measured is kept in benchmarks/.work/results.json.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
import venv
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import duckdb
import yaml

HERE = Path(__file__).resolve().parent
WORK = HERE / ".work"
RESULTS = WORK / "results.json"
BIN = Path(sys.executable).parent
PEERS = {
    "evidently": ["evidently==0.7.*", "pandas<3", "pyarrow"],
    "nannyml": [
        *("nannyml==0.13.*", "numpy==1.26.*", "pandas==2.2.*", "scikit-learn==1.6.*"),
        *("scipy<1.15", "statsmodels", "pyarrow<19"),
    ],
    "whylogs": ["whylogs[viz]==1.6.*", "pandas<3", "numpy<2", "pyarrow<19"],
}
NO_TELEMETRY = {
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DO_NOT_TRACK": "1",
    "NML_DISABLE_USAGE_LOGGING": "1",
    "WHYLOGS_NO_ANALYTICS": "True",
}
NUMERIC = [
    *("normal_1", "normal_2", "normal_3", "log_normal_1", "log_normal_2"),
    *("uniform_1", "uniform_2", "integer_1", "integer_2", "integer_3"),
]
MONITOR: dict[str, Any] = {
    "task": "binary",
    "predictions": {
        "relation": "raw.predictions",
        "id": "prediction_id",
        "timestamp": "predicted_at",
        "score": "score",
        "version": "model_version",
        "latency_ms": "latency_ms",
        "loaded_at": "loaded_at",
    },
    "labels": {
        "relation": "raw.labels",
        "id": "prediction_id",
        "label": "label",
        "timestamp": "labeled_at",
        "loaded_at": "loaded_at",
        "maturity": "14 days",
    },
    "features": {"numeric": NUMERIC, "categorical": [f"category_{n}" for n in range(1, 6)]},
    "reference": {"start": "2026-01-01", "end": "2026-01-31"},
}
Sample = dict[str, float]


def run(command: Sequence[str | Path], directory: Path) -> Sample:
    """One process: its wall and CPU seconds, the peak of its memory in MB, and what it printed last as JSON."""
    log = WORK / f"{os.getpid()}.log"
    started = time.perf_counter()
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=directory,
            stdout=stream,
            stderr=subprocess.STDOUT,
            env={**os.environ, **NO_TELEMETRY},
        )
        _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    output = log.read_text(encoding="utf-8", errors="replace")
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{output[-3000:]}")
    sample = {
        "wall": wall,
        "cpu": usage.ru_utime + usage.ru_stime,
        "memory": usage.ru_maxrss / 1024,
    }
    last_line = output.strip().rpartition("\n")[2]
    return sample | (json.loads(last_line) if last_line.startswith("{") else {})


def logs(per_day: int, days: int) -> Path:
    """The workload as a DuckDB file, made once."""
    path = WORK / f"logs_{per_day}_{days}.duckdb"
    if not path.exists():
        making = path.with_suffix(".making")
        making.unlink(missing_ok=True)
        command = [sys.executable, HERE / "workload.py", "logs", making, str(per_day), str(days)]
        subprocess.run(command, check=True)
        making.rename(path)
    return path


def files(source: Path) -> Path:
    """The same logs as Parquet files, for tools that read files."""
    directory = source.with_suffix(".files")
    if not directory.exists():
        directory.mkdir()
        command = [sys.executable, HERE / "workload.py", "files", source, directory]
        subprocess.run(command, check=True)
    return directory


def project(
    source: Path | None, segments: Sequence[str] = (), memory: str | None = None, threads: int = 2
) -> Path:
    """A dbt project with one monitor over a copy of the logs; without logs, one that has no monitor."""
    root = WORK / "project"
    shutil.rmtree(root, ignore_errors=True)
    (root / "models").mkdir(parents=True)
    (root / "dbt_packages").mkdir()
    (root / "dbt_packages" / "mlmon").symlink_to(HERE.parent, target_is_directory=True)
    if source:
        shutil.copyfile(source, root / "warehouse.duckdb")
    options = {"memory_limit": memory} if memory else {}
    target = {
        "type": "duckdb",
        "path": str(root / "warehouse.duckdb"),
        "threads": threads,
        "config_options": options,
    }
    content: dict[str, Any] = {
        "packages.yml": {"packages": [{"local": str(HERE.parent)}]},
        "profiles.yml": {"bench": {"target": "dev", "outputs": {"dev": target}}},
        "dbt_project.yml": {
            "name": "bench",
            "version": "1.0.0",
            "config-version": 2,
            "profile": "bench",
            "flags": {"send_anonymous_usage_stats": False},
            "vars": {
                "mlmon_monitors": {"bench": MONITOR | {"segments": list(segments)}}
                if source
                else {}
            },
        },
        "models/sources.yml": {
            "sources": [
                {
                    "name": "raw",
                    "schema": "raw",
                    "tables": [{"name": "predictions"}, {"name": "labels"}],
                }
            ]
        },
    }
    for name, value in content.items():
        (root / name).write_text(yaml.safe_dump(value, sort_keys=False), encoding="utf-8")
    return root


def mlmon(root: Path) -> Sample:
    """One `mlmon run`, with the seconds that its statements took in DuckDB."""
    log = root / "target" / "mlmon" / "logs" / "dbt.log"
    log.unlink(missing_ok=True)
    sample = run([BIN / "mlmon", "run", "--fail-on", "never"], root)
    return sample | {"sql": sum(statement_seconds(log).values())}


def statement_seconds(log: Path) -> dict[str, float]:
    """dbt's log: seconds of SQL by model."""
    seconds: dict[str, float] = {}
    node: dict[str, str] = {}
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        found = re.search(
            r"\] \[([^\]]+)\]: (?:On ([\w.]+): |SQL status: OK in ([\d.]+) seconds)", line
        )
        if found and found[2]:
            node[found[1]] = found[2]
        elif found:
            name = node.get(found[1], "")
            seconds[name] = seconds.get(name, 0.0) + float(found[3])
    return seconds


def arrive(root: Path, *inserts: str) -> None:
    """Rows arrive in the logs of a project that was built."""
    with duckdb.connect(str(root / "warehouse.duckdb")) as connection:
        for insert in inserts:
            connection.execute(insert)


NEW_DAY = (
    "insert into raw.predictions from later.predictions",
    "insert into raw.labels from later.labels",
)


def after(root: Path, inserts: Sequence[str], repeat: int) -> Iterator[Sample]:
    """`mlmon run` after rows arrived in a project that was built, from the same state each time."""
    warehouse, built = root / "warehouse.duckdb", root / "built.duckdb"
    shutil.copyfile(warehouse, built)
    for _ in range(repeat):
        shutil.copyfile(built, warehouse)
        arrive(root, *inserts)
        yield mlmon(root)
    shutil.move(built, warehouse)


def peer_python(name: str) -> Path:
    """The Python of a peer's own environment, which is made once."""
    home = WORK / "venvs" / name
    if not home.exists():
        venv.create(home, with_pip=True)
        subprocess.run([home / "bin" / "pip", "install", "--quiet", *PEERS[name]], check=True)
    return home / "bin" / "python"


def peer(name: str, source: Path) -> Sample:
    """One run of a peer."""
    return run([peer_python(name), HERE / "peers" / f"{name}_daily.py", files(source)], WORK)


def keep(rows: int, name: str, samples: Sequence[Sample], note: str = "") -> None:
    """Add the median of several runs to the results."""
    median = {key: statistics.median(s[key] for s in samples) for key in samples[0]}
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    when = f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M}"
    results.setdefault(str(rows), {})[name] = median | {
        "runs": len(samples),
        "at": when,
        "note": note,
    }
    RESULTS.write_text(json.dumps(results, indent=1), encoding="utf-8")
    told = ", ".join(f"{key} {value:,.1f}" for key, value in median.items())
    print(f"{rows:>11,} {name:<16} {told}", flush=True)


def measure(rows: int, only: Sequence[str], repeat: int, memory: str | None, note: str) -> None:
    """All measurements of one size, or those named."""
    source = logs(round(rows / 90), 90)

    def wanted(name: str) -> bool:
        return not only or name in only

    if wanted("empty"):
        root = project(None)
        command: list[str | Path] = [
            BIN / "dbt",
            "build",
            "--quiet",
            "--exclude-resource-type",
            "unit_test",
        ]
        run(command, root)
        keep(rows, "empty", [run(command, root) for _ in range(repeat)], note)
    later: dict[str, Sequence[str]] = {
        "nothing": (),
        "new_day": NEW_DAY,
        "late_labels": ("insert into raw.labels from later.late_labels",),
        "late_day": ("insert into raw.labels from later.one_late_day",),
    }
    if wanted("full") or any(wanted(name) for name in later):
        samples = []
        for _ in range(repeat if wanted("full") else 1):
            root = project(source, memory=memory)
            samples.append(mlmon(root))
        if wanted("full"):
            keep(rows, "full", samples, note)
        for name, inserts in later.items():
            if wanted(name):
                keep(rows, name, list(after(root, inserts, repeat)), note)
    if wanted("limited"):
        keep(rows, "limited", [mlmon(project(source, memory="1GB")) for _ in range(repeat)], note)
    if wanted("sql"):
        keep(rows, "sql", [mlmon(project(source, memory=memory, threads=1))], note)
    if wanted("segments"):
        segments = ["region", "gender"]
        keep(rows, "segments", [mlmon(project(source, segments, memory=memory, threads=1))], note)
    if wanted("floor"):
        query: list[str | Path] = [sys.executable, HERE / "floor.py", source]
        keep(rows, "floor", [run(query, WORK) for _ in range(repeat)], note)
    if wanted("history"):
        for days in (30, 365):
            root = project(logs(round(rows / 90), days))
            mlmon(root)
            keep(rows, f"day_{days}", list(after(root, NEW_DAY, repeat)), note)
    for name in PEERS:
        if wanted(name):
            keep(rows, name, [peer(name, source)], note)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    measuring = commands.add_parser("measure", help="measure one size")
    measuring.add_argument("--rows", type=int, default=1_000_000)
    measuring.add_argument("--only", default="", help="names, separated by commas")
    measuring.add_argument("--repeat", type=int, default=3)
    measuring.add_argument("--memory-limit", help="DuckDB's, such as 4GB")
    measuring.add_argument("--note", default="", help="what the page says of these runs")
    commands.add_parser("write", help="write docs/benchmarks.md")
    options = parser.parse_args()
    WORK.mkdir(exist_ok=True)
    if options.command == "measure":
        only = [name for name in options.only.split(",") if name]
        measure(options.rows, only, options.repeat, options.memory_limit, options.note)
    else:
        from report import write

        write(json.loads(RESULTS.read_text(encoding="utf-8")))


if __name__ == "__main__":
    main()
