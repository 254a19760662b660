"""The engines that tests run on: how to start one, its dbt profile, how rows get in and out of it.

A `Warehouse` is a database of its own, empty at first. Tests take `duckdb_file`, or the fixtures of
`python_tests/engines/conftest.py` for the engines that have to be started.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

RAW = "raw"


@dataclass(frozen=True)
class Warehouse:
    """What the tests need of an engine.

    `profile` is the dbt output; `schema` holds the package's tables, `raw_schema` the logs; `load` replaces a table of the
    latter; `read` gives the rows of a query, NULL and NaN kept apart; `release` lets go of what dbt holds open.
    """

    name: str
    profile: dict[str, Any]
    schema: str
    raw_schema: str
    load: Callable[[str, pa.Table], None]
    read: Callable[[str], pa.Table]
    release: Callable[[], None]


def quoted(name: str, mark: str = '"') -> str:
    """A name in quotes."""
    return mark + name.replace(mark, mark + mark) + mark


def release_duckdb() -> None:
    """Let go of the DuckDB files that dbt holds open in this process."""
    module = sys.modules.get("dbt.adapters.duckdb.connections")
    if module is not None:
        module.DuckDBConnectionManager.close_all_connections()


def duckdb_file(path: Path) -> Warehouse:
    """A DuckDB file."""

    def load(name: str, table: pa.Table) -> None:
        release_duckdb()
        with duckdb.connect(str(path)) as connection:
            connection.execute(f"create schema if not exists {RAW}")
            connection.register("incoming", table)
            connection.execute(f"create or replace table {RAW}.{quoted(name)} as select * from incoming")

    def read(query: str) -> pa.Table:
        release_duckdb()
        with duckdb.connect(str(path)) as connection:
            return connection.execute(query).to_arrow_table()

    profile = {"type": "duckdb", "path": str(path), "threads": 2}
    return Warehouse("duckdb", profile, "main", RAW, load, read, release_duckdb)


POSTGRES_TYPES = {
    pa.string(): "text",
    pa.large_string(): "text",
    pa.float64(): "double precision",
    pa.int64(): "bigint",
    pa.int32(): "integer",
    pa.bool_(): "boolean",
    pa.date32(): "date",
}
# by the number Postgres gives a type; others, such as numeric, are taken as they come
ARROW_TYPES = {
    16: pa.bool_(),
    20: pa.int64(),
    23: pa.int64(),
    25: pa.string(),
    701: pa.float64(),
    1114: pa.timestamp("us"),
}


def postgres_type(type_: pa.DataType) -> str:
    """The Postgres type that holds an Arrow one."""
    if pa.types.is_timestamp(type_):
        return "timestamptz" if type_.tz else "timestamp"
    return POSTGRES_TYPES[type_]


def copy_field(value: Any) -> str:
    """A value as `copy … from` reads it."""
    if value is None:
        return r"\N"
    if isinstance(value, datetime):
        return value.isoformat()
    text = str(value)
    for plain, escaped in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
        text = text.replace(plain, escaped)
    return text


def postgres_database(host: str, name: str, port: int = 5432) -> Warehouse:
    """A database of a running Postgres server that listens in the socket directory `host`; made anew."""
    import psycopg2

    def connect(database: str) -> Any:
        connection = psycopg2.connect(host=host, port=port, user="postgres", dbname=database)
        connection.autocommit = True
        return connection

    with connect("postgres").cursor() as cursor:
        cursor.execute(f"drop database if exists {quoted(name)} with (force)")
        cursor.execute(f"create database {quoted(name)}")

    def load(table_name: str, table: pa.Table) -> None:
        target = f"{RAW}.{quoted(table_name)}"
        columns = ", ".join(f"{quoted(field.name)} {postgres_type(field.type)}" for field in table.schema)
        rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
        lines = "".join("\t".join(map(copy_field, row)) + "\n" for row in rows)
        connection = connect(name)
        with connection.cursor() as cursor:
            cursor.execute(f"create schema if not exists {RAW}")
            cursor.execute(f"drop table if exists {target} cascade")
            cursor.execute(f"create table {target} ({columns})")
            cursor.copy_expert(f"copy {target} from stdin", io.StringIO(lines))
        connection.close()

    def read(query: str) -> pa.Table:
        connection = connect(name)
        with connection.cursor() as cursor:
            cursor.execute(query)
            rows = cursor.fetchall()
            names = [(column.name, ARROW_TYPES.get(column.type_code)) for column in cursor.description]
        connection.close()
        return pa.table({name: pa.array([row[i] for row in rows], type_) for i, (name, type_) in enumerate(names)})

    profile = {
        "type": "postgres",
        "host": host,
        "port": port,
        "user": "postgres",
        "password": "",
        "dbname": name,
        "schema": "main",
        "threads": 2,
    }
    return Warehouse("postgres", profile, "main", RAW, load, read, lambda: None)
