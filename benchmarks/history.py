"""What one more day costs after a year of hourly windows.

    python -m benchmarks.history --monitors 10 --features 30 --days 365

Four days are built from logs; the windows of the last are then copied into the past, in every table by window, until there is a
year of them. Then a day arrives, and is built: before there is a history, and with it.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.width import add_rows, measured, wide_project
from python_tests.harness import Project

TABLES = (
    "profile outcomes log_health label_health distances performance operations checks".split()
)


def lengthen(project: Project, days: int) -> None:
    """Copy the windows of the fourth day into the days before the log begins."""
    with project.connect() as connection:
        for table in TABLES:
            connection.execute(
                f"""
                insert into main.mlmon_{table}
                select * replace (
                    window_start - to_days(cast(3 + past.day as integer)) as window_start,
                    window_end - to_days(cast(3 + past.day as integer)) as window_end
                )
                from main.mlmon_{table}
                cross join range(1, {days + 1}) as past(day)
                where window_start >= '2026-01-04' and window_start < '2026-01-05' and not is_reference
                order by past.day desc
                """
            )
            rows = connection.table(f"main.mlmon_{table}").aggregate("count(*)").fetchall()[0][0]
            print(f"    mlmon_{table}: {rows:,} rows")


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--monitors", type=int, default=10)
    parser.add_argument("--features", type=int, default=30)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--rows", type=int, default=4000, help="predictions a monitor in the first four days")
    chosen = parser.parse_args()
    shape = (chosen.monitors, chosen.features, 0)
    with tempfile.TemporaryDirectory() as folder:
        project = wide_project(Path(folder), *shape, rows=chosen.rows)
        build = ["build", "--exclude-resource-type", "unit_test", "--select", "package:mlmon"]
        project.dbt(*build).check()
        add_rows(project, *shape, rows=chosen.rows // 4, day=4, days=1)
        measured("a day, without history", project, *build)
        lengthen(project, chosen.days)
        add_rows(project, *shape, rows=chosen.rows // 4, day=5, days=1)
        measured(f"a day, after {chosen.days} days", project, *build)


if __name__ == "__main__":
    main()
