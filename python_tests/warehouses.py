"""The engines that tests run on: how to start one, its dbt profile, how rows get in and out of it.

A `Warehouse` is a database of its own, empty at first. Tests take `duckdb_file`, or the fixtures of
`python_tests/engines/conftest.py` for the engines that have to be started.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
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
    latter; `read_all` gives the rows of queries, over one connection, NULL and NaN kept apart; `release` lets go of what dbt holds open.
    """

    name: str
    profile: dict[str, Any]
    schema: str
    raw_schema: str
    load: Callable[[str, pa.Table], None]
    read_all: Callable[[Sequence[str]], list[pa.Table]]
    release: Callable[[], None]

    def read(self, query: str) -> pa.Table:
        """The rows of one query."""
        (table,) = self.read_all([query])
        return table


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

    def read_all(queries: Sequence[str]) -> list[pa.Table]:
        release_duckdb()
        with duckdb.connect(str(path)) as connection:
            return [connection.sql(query).to_arrow_table() for query in queries]

    # a second thread of dbt waits for the first one's Python most of the time; one of DuckDB costs a fifth more over a few rows
    profile = {"type": "duckdb", "path": str(path), "threads": 1, "settings": {"threads": 1}}
    return Warehouse("duckdb", profile, "main", RAW, load, read_all, release_duckdb)


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
    23: pa.int32(),
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

    def read_all(queries: Sequence[str]) -> list[pa.Table]:
        connection = connect(name)
        tables = []
        with connection.cursor() as cursor:
            for query in queries:
                cursor.execute(query)
                rows = cursor.fetchall()
                names = [(column.name, ARROW_TYPES.get(column.type_code)) for column in cursor.description]
                tables.append(pa.table({name: pa.array([row[i] for row in rows], type_) for i, (name, type_) in enumerate(names)}))
        connection.close()
        return tables

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
    return Warehouse("postgres", profile, "main", RAW, load, read_all, lambda: None)


def spark_parameters(directory: Path) -> dict[str, str]:
    """The settings of a Spark that keeps its tables and its metastore (Derby) in a directory, made quick for small tables."""
    return {
        "spark.sql.catalogImplementation": "hive",
        "spark.sql.warehouse.dir": str(directory / "tables"),
        # what runs for minutes and never twice is not worth the second compiler: four tenths of the CPU time
        # where its code finds no room any more, Java stops to compile: four times slower, or no further
        # a metastore of a test need not outlive the machine; a small heap that grows is collected again and again
        "spark.driver.extraJavaOptions": f"-Dderby.system.home={directory} -Dderby.system.durability=test "
        "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:ReservedCodeCacheSize=240m -Xms1500m -Xmn700m",
        "spark.master": "local[2]",
        "spark.driver.memory": "2g",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "1",
        # each statement is another: to compile its code takes longer than to interpret it over a few rows
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.subexpressionElimination.enabled": "false",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.constraintPropagation.enabled": "false",
    }


def spark_schema(directory: Path, schema: str) -> Warehouse:
    """A schema of the Spark in this process, its tables in Parquet. One process at a time can have the metastore: see `stop_spark`."""
    parameters = spark_parameters(directory)
    raw = f"{schema}_{RAW}"

    def session() -> Any:
        from pyspark.sql import SparkSession

        builder = SparkSession.builder.enableHiveSupport()
        for name, value in parameters.items():
            builder = builder.config(name, value)
        return builder.getOrCreate()

    def load(name: str, table: pa.Table) -> None:
        import pyarrow.parquet as pq

        spark = session()
        file = directory / "incoming.parquet"
        # what has no zone is a UTC time, as for the other engines
        pq.write_table(table, file, coerce_timestamps="us")
        spark.sql(f"create schema if not exists {raw}")
        spark.sql(f"drop table if exists {raw}.{quoted(name, '`')}")
        frame = spark.read.parquet(str(file))
        for field in frame.schema.fields:
            if field.dataType.typeName() == "timestamp_ntz":
                frame = frame.withColumn(field.name, frame[quoted(field.name, "`")].cast("timestamp"))
        frame.write.saveAsTable(f"{raw}.{quoted(name, '`')}")
        file.unlink()

    def in_utc(table: pa.Table) -> pa.Table:
        zoned = [pa.types.is_timestamp(field.type) for field in table.schema]
        columns = [column.cast(pa.timestamp("us")) if is_time else column for column, is_time in zip(table.columns, zoned, strict=True)]
        return pa.table(columns, names=table.column_names)

    def read_all(queries: Sequence[str]) -> list[pa.Table]:
        return [in_utc(session().sql(query).toArrow()) for query in queries]

    profile = {
        "type": "spark",
        "method": "session",
        "host": "NA",
        "schema": schema,
        "threads": 1,
        "server_side_parameters": parameters,
    }
    return Warehouse("spark", profile, schema, raw, load, read_all, lambda: None)


def stop_spark() -> None:
    """End the Spark of this process, its Java with it, so that another process can open the metastore."""
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession()
    if session is not None:
        session.stop()
    gateway = SparkContext._gateway
    if gateway is not None:
        process = gateway.proc
        gateway.shutdown()
        process.stdin.close()
        process.wait(timeout=60)
        SparkContext._gateway = SparkContext._jvm = None


def why_no_spark() -> str:
    """What keeps Spark from running here; empty where nothing does."""
    java = shutil.which("java", path=None if "JAVA_HOME" not in os.environ else str(Path(os.environ["JAVA_HOME"]) / "bin"))
    if java is None:
        return "no Java 17 found"
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', said)
    if found is None or int(found.group(1)) < 17:
        return f"no Java 17 found, {java} is {said.splitlines()[0] if said else 'silent'}"
    return ""
