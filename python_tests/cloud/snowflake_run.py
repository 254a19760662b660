"""Build a dbt project on fakesnow, delivery by delivery, and write down its tables. Run in the environment that has fakesnow.

snowflake_run.py PROJECT DELIVERIES QUERIES

DELIVERIES holds a folder each with predictions.parquet and labels.parquet, the logs as they are then. QUERIES is
a JSON object: queries by the name of a table. Their answers are written beside the logs as tables.pickle: a list of rows, as mappings, for each name.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
from pathlib import Path

import fakesnow
import pyarrow.parquet as pq
import snowflake.connector

from python_tests.quick_dbt import make_dbt_quick

TYPES = {"string": "varchar", "double": "float", "int64": "integer", "timestamp[us]": "timestamp_ntz"}


def main(project: str, deliveries: str, queries: str) -> None:
    """Build after each delivery. Exits with what dbt says where it does not succeed."""
    from dbt.cli.main import dbtRunner

    make_dbt_quick()
    os.chdir(project)
    with fakesnow.patch():
        connection = snowflake.connector.connect(database="watch", schema="raw")
        cursor = connection.cursor()
        cursor.execute("create schema if not exists mlmon")
        for delivery in sorted(Path(deliveries).iterdir()):
            for name in ("predictions", "labels"):
                log = pq.read_table(delivery / f"{name}.parquet")
                columns = ", ".join(f"{field.name} {TYPES[str(field.type)]}" for field in log.schema)
                cursor.execute(f"create or replace table raw.{name} ({columns})")
                places = ", ".join(["%s"] * log.num_columns)
                cursor.executemany(f"insert into raw.{name} values ({places})", [tuple(row.values()) for row in log.to_pylist()])
            build = ["build", "--exclude-resource-type", "unit_test", "--select", "package:mlmon", "--no-fail-fast"]
            result = dbtRunner().invoke([*build, "--quiet", "--profiles-dir", "."])
            if result.exception:
                raise SystemExit(str(result.exception))
            found = {}
            for table, query in json.loads(queries).items():
                cursor.execute(query)
                names = [column.name.lower() for column in cursor.description]
                found[table] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            (delivery / "tables.pickle").write_bytes(pickle.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
