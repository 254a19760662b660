"""A dbt adapter of a cloud warehouse with no warehouse behind it: run by test_cloud.py in an environment of its own.

The adapter renders every statement as it would for the warehouse. What it sends is noted, parsed in the warehouse's dialect,
translated to DuckDB and run there, so that what later statements ask for (columns, marks, bins) has answers. This proves
that the SQL is whole and keeps to the dialect as sqlglot knows it; it proves nothing about the warehouse itself.

    python stand_in.py ADAPTER PROJECT_DIRECTORY

The project holds `warehouse.sql`, which fills the logs, and `more.sql`, which adds to them before the second run.
Writes `statements.json`, a list of {step, sql, problem}, and `tables.duckdb`.
"""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp

from python_tests.quick_dbt import make_dbt_quick

DATABASE, SCHEMA = "watch", "main"
PROFILES: dict[str, dict[str, Any]] = {
    "snowflake": {"account": "none", "user": "none", "password": "none", "warehouse": "none", "database": DATABASE},
    "bigquery": {"method": "oauth", "project": DATABASE},
    "redshift": {"host": "none", "user": "none", "password": "none", "port": 5439, "dbname": DATABASE},
    "databricks": {"host": "none.cloud.databricks.com", "http_path": "/sql/1.0/warehouses/none", "token": "none", "catalog": DATABASE},
}
# what the warehouse calls DuckDB's types
TYPES = {
    "snowflake": {"VARCHAR": "VARCHAR", "DOUBLE": "FLOAT", "BIGINT": "NUMBER", "INTEGER": "NUMBER", "TIMESTAMP": "TIMESTAMP_NTZ",
                  "TIMESTAMP WITH TIME ZONE": "TIMESTAMP_TZ", "BOOLEAN": "BOOLEAN", "DATE": "DATE"},
    "bigquery": {"VARCHAR": "STRING", "DOUBLE": "FLOAT64", "BIGINT": "INT64", "INTEGER": "INT64", "TIMESTAMP": "DATETIME",
                 "TIMESTAMP WITH TIME ZONE": "TIMESTAMP", "BOOLEAN": "BOOL", "DATE": "DATE"},
    "redshift": {"VARCHAR": "character varying", "DOUBLE": "double precision", "BIGINT": "bigint", "INTEGER": "integer",
                 "TIMESTAMP": "timestamp without time zone", "TIMESTAMP WITH TIME ZONE": "timestamp with time zone", "BOOLEAN": "boolean", "DATE": "date"},
    "databricks": {"VARCHAR": "string", "DOUBLE": "double", "BIGINT": "bigint", "INTEGER": "int", "TIMESTAMP": "timestamp",
                   "TIMESTAMP WITH TIME ZONE": "timestamp", "BOOLEAN": "boolean", "DATE": "date"},
}  # fmt: skip
RUN = (exp.Select, exp.SetOperation, exp.Subquery, exp.Create, exp.Insert, exp.Delete, exp.Drop, exp.Alter)
NOT_PARSED = ("LOCK", "OPTIMIZE")


class StandIn:
    """The DuckDB behind the adapter, and the notes of what was sent."""

    def __init__(self, dialect: str, directory: Path) -> None:
        self.dialect = dialect
        self.connection = duckdb.connect()
        path = directory / "tables.duckdb"
        path.unlink(missing_ok=True)
        self.connection.execute(f"attach '{path}' as {DATABASE}; use {DATABASE}; set timezone = 'UTC'; create schema {SCHEMA}_dbt_test__audit")
        self.step = ""
        self.notes: list[dict[str, str]] = []

    def send(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Note, parse, translate, run."""
        note = {"step": self.step, "sql": sql, "problem": ""}
        self.notes.append(note)
        names: list[str] = []
        rows: list[tuple[Any, ...]] = []
        try:
            if "information_schema" in sql:
                return names, rows
            for tree in sqlglot.parse(sql, read=self.dialect):
                if isinstance(tree, exp.Command) and tree.name.upper() in NOT_PARSED:
                    note["problem"] = "not parsed"
                    continue
                if isinstance(tree, exp.Command):
                    raise ValueError(f"sqlglot takes no part in it: {tree.sql()[:80]}")
                if isinstance(tree, exp.Alter) and tree.find(exp.ClusterProperty):
                    continue  # DuckDB clusters nothing
                if isinstance(tree, RUN):
                    found = self.connection.execute(self.translated(tree))
                    names = [column[0] for column in found.description or []]
                    rows = found.fetchall()
        except Exception as error:
            note["problem"] = f"{type(error).__name__}: {error}"
            raise
        if self.dialect == "snowflake":
            names = [name.upper() for name in names]
        return names, rows

    def translated(self, tree: exp.Expression) -> str:
        """The statement in DuckDB's words."""
        for properties in list(tree.find_all(exp.Properties)):
            properties.pop()
        for collected in list(tree.find_all(exp.IgnoreNulls)):  # BigQuery's array_agg(... limit), for DuckDB
            if isinstance(collected.this, exp.ArrayAgg) and isinstance(collected.this.this, exp.Limit):
                collected.this.set("this", collected.this.this.this)
        return tree.sql("duckdb")

    def relations(self) -> list[tuple[str, str, str]]:
        """Schema, name and kind of all tables and views."""
        return self.connection.execute(
            f"select table_schema, table_name, table_type from information_schema.tables where table_catalog = '{DATABASE}'"
        ).fetchall()

    def columns(self, schema: str, name: str) -> list[tuple[str, str]]:
        """Names and types of a table's columns."""
        return self.connection.execute(
            f"select column_name, data_type from information_schema.columns where table_catalog = '{DATABASE}'"
            " and lower(table_schema) = ? and lower(table_name) = ? order by ordinal_position",
            [schema.lower(), name.lower()],
        ).fetchall()


def install(dialect: str, stand_in: StandIn) -> None:
    """Put the stand-in where the adapter would reach for its warehouse."""
    from dbt.adapters.contracts.connection import AdapterResponse, ConnectionState
    from dbt.adapters.factory import load_plugin
    from dbt_common.clients.agate_helper import empty_table, table_from_data_flat

    load_plugin(dialect)
    module = sys.modules[f"dbt.adapters.{dialect}"]
    adapter_class = module.Plugin.adapter
    manager = adapter_class.ConnectionManager

    def opened(cls: Any, connection: Any) -> Any:
        connection.state, connection.handle = ConnectionState.OPEN, SimpleNamespace(close=lambda: None)
        return connection

    def execute(self: Any, sql: str, *_: Any, **__: Any) -> tuple[Any, Any]:
        names, rows = stand_in.send(sql)
        return AdapterResponse("OK"), table_from_data_flat([dict(zip(names, row, strict=True)) for row in rows], names) if names else empty_table()

    @contextmanager
    def exception_handler(self: Any, sql: str) -> Any:
        yield

    manager.open = classmethod(opened)
    manager.execute = execute
    manager.exception_handler = exception_handler
    nothing = lambda self, *_, **__: None  # noqa: E731
    for name in "begin commit rollback_if_open add_begin_query add_commit_query cancel_open".split():
        setattr(manager, name, nothing)
    manager.close = classmethod(lambda cls, connection: connection)

    def relation(adapter: Any, schema: str, name: str, kind: str) -> Any:
        upper = dialect == "snowflake"
        parts = [part.upper() if upper else part for part in (DATABASE, schema, name)]
        return adapter.Relation.create(
            database=parts[0], schema=parts[1], identifier=parts[2], type="view" if kind == "VIEW" else "table",
            quote_policy={"database": True, "schema": True, "identifier": True},
        )  # fmt: skip

    def get_relation(self: Any, database: str, schema: str, identifier: str, **_: Any) -> Any:
        for found_schema, name, kind in stand_in.relations():
            if (found_schema.lower(), name.lower()) == (schema.lower(), identifier.lower()):
                return relation(self, found_schema, name, kind)
        return None

    def get_columns(self: Any, wanted: Any) -> list[Any]:
        upper = dialect == "snowflake"
        return [
            self.Column(name.upper() if upper else name, TYPES[dialect][kind])
            for name, kind in stand_in.columns(wanted.schema, wanted.identifier)
        ]

    def rename(self: Any, old: Any, new: Any) -> None:
        self.cache_renamed(old, new)
        stand_in.notes.append({"step": stand_in.step, "sql": f"-- rename {old} to {new}", "problem": ""})
        kind = "view" if str(old.type) == "view" else "table"
        stand_in.connection.execute(f'alter {kind} "{old.schema}"."{old.identifier}" rename to "{new.identifier}"')

    def drop(self: Any, old: Any) -> None:
        self.cache_dropped(old)
        for schema, name, kind in stand_in.relations():
            if (schema.lower(), name.lower()) == (old.schema.lower(), old.identifier.lower()):
                stand_in.connection.execute(f'drop {"view" if kind == "VIEW" else "table"} "{schema}"."{name}"')

    adapter_class.get_relation = get_relation
    adapter_class.list_relations = lambda self, database, schema: [
        relation(self, *found) for found in stand_in.relations() if found[0].lower() == schema.lower()
    ]
    adapter_class.list_relations_without_caching = lambda self, schema_relation, *_: self.list_relations("", schema_relation.schema)
    adapter_class.get_columns_in_relation = get_columns
    adapter_class.rename_relation = rename
    adapter_class.drop_relation = drop
    adapter_class.list_schemas = lambda self, database: [schema for schema, _, _ in stand_in.relations()]
    adapter_class.check_schema_exists = lambda self, database, schema: True
    adapter_class.create_schema = nothing
    for name in ("set_relations_cache", "_relations_cache_for_schemas"):
        setattr(adapter_class, name, nothing)
    if dialect == "bigquery":
        adapter_class.is_replaceable = lambda self, *_: True
        adapter_class.grant_access_to = nothing
    if dialect == "databricks":
        manager._cache_dbr_capabilities = classmethod(nothing)
        adapter_class.compare_dbr_version = lambda self, *_: 1
        manager.compare_dbr_version = lambda self, *_: 1


def main(dialect: str, directory: Path) -> int:
    """Build the project twice, test it, and call what the command line calls."""
    from dbt.cli.main import dbtRunner

    make_dbt_quick()
    stand_in = StandIn(dialect, directory)
    profile = {"type": dialect, "schema": SCHEMA, "threads": 1, **PROFILES[dialect]}
    if dialect == "bigquery":
        profile["dataset"] = profile.pop("schema")
    (directory / "profiles.yml").write_text(json.dumps({"watch": {"target": "dev", "outputs": {"dev": profile}}}))
    install(dialect, stand_in)
    stand_in.connection.execute((directory / "warehouse.sql").read_text())
    delivery = {"incident_id": "O'Brien \\ 1", "monitor": "leads", "channel": "hook", "transition": "opened", "delivered_at": "2026-03-01 00:00:00"}
    steps: list[tuple[str, list[str]]] = [
        ("first", ["run"]),
        ("second", ["run"]),
        ("test", ["test", "--exclude-resource-type", "unit_test"]),
        ("describe", ["run-operation", "mlmon_describe", "--args", json.dumps({"relation": "raw.predictions"})]),
        ("seasons", ["run-operation", "mlmon_seasons", "--args", json.dumps({"relation": "raw.predictions", "timestamp": "at", "columns": ["score"]})]),
        ("doctor", ["run-operation", "mlmon_doctor"]),
        ("record", ["run-operation", "mlmon_record_deliveries", "--args", json.dumps({"rows": [delivery]})]),
        ("report", ["run-operation", "mlmon_report", "--args", json.dumps({"channels": ["hook"], "include_closed": True})]),
    ]
    outcomes = {}
    for step, command in steps:
        stand_in.step = step
        if step == "second":
            stand_in.connection.execute((directory / "more.sql").read_text())
        result = dbtRunner().invoke([
            *command, "--quiet", "--no-write-json", "--project-dir", str(directory), "--profiles-dir", str(directory),
            "--target-path", str(directory / "target"), "--log-path", str(directory / "logs"),
        ])  # fmt: skip
        broken = {}
        for node in getattr(result.result, "results", None) or []:
            name = getattr(node, "unique_id", None) or node.node.unique_id
            status = str(node.status)
            if status in ("error", "runtime error", "skipped") or (status == "fail" and ".alert_" not in name):
                broken[name] = node.message
        outcomes[step] = {"exception": str(result.exception or ""), "broken": broken}
    (directory / "statements.json").write_text(json.dumps(stand_in.notes))
    (directory / "outcomes.json").write_text(json.dumps(outcomes))
    stand_in.connection.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], Path(sys.argv[2]).resolve()))
