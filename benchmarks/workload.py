"""Write the logs that are measured: as a DuckDB file, or that file's as Parquet.

workload.py logs FILE PER_DAY DAYS
workload.py files FILE DIRECTORY

A process of its own: what a process once took in memory counts for those that it starts.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb


def main(command: str, file: str, *arguments: str) -> None:
    """Read the command line."""
    if command == "logs":
        per_day, days = map(int, arguments)
        with duckdb.connect(file) as connection:
            connection.execute(f"set variable per_day = {per_day}; set variable days = {days}")
            statements = Path(__file__).with_suffix(".sql")
            connection.execute(statements.read_text(encoding="utf-8"))
    else:
        with duckdb.connect(file, read_only=True) as connection:
            for name in ("predictions", "labels"):
                connection.execute(f"copy raw.{name} to '{arguments[0]}/{name}.parquet'")


if __name__ == "__main__":
    main(*sys.argv[1:])
