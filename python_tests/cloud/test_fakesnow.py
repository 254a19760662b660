"""The package through dbt-snowflake on fakesnow, which runs Snowflake's SQL in DuckDB: the same tables as on DuckDB."""

from __future__ import annotations

import json
import math
import os
import pickle
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from python_tests.harness import (
    PACKAGE,
    TABLES,
    Project,
    Rows,
    assert_same,
    comparable_rows,
    snapshot,
)
from python_tests.incremental.arrivals import LABELS, MONITOR, PREDICTIONS, deliver, random_logs

pytestmark = pytest.mark.slow

PYTHON = Path(os.environ.get("MLMON_FAKESNOW_PYTHON") or PACKAGE / ".venv" / "fakesnow" / "bin" / "python")


def logs() -> list[tuple[pa.Table, pa.Table]]:
    """A log with copies, revisions, orphans and late labels, as it is after each of two deliveries."""
    random = Random(8)
    predictions, labels = random_logs(random, rows=500)
    batches = deliver(random, predictions, 2), deliver(random, labels, 2)
    found = []
    for n in (1, 2):
        tables = []
        for log, schema in zip(batches, (PREDICTIONS, LABELS), strict=True):
            table = pa.Table.from_pylist([row for batch in log[:n] for row in batch], schema)
            # NaN comes as a literal that fakesnow does not read, so that it is missing here; `at` is a word of DuckDB's SQL that it does not quote
            table = pa.Table.from_pandas(table.to_pandas().replace([math.inf, -math.inf], math.nan), schema, preserve_index=False)
            tables.append(table.rename_columns(["seen_at" if name == "at" else name for name in table.column_names]))
        found.append((tables[0], tables[1]))
    return found


def plain(value: Any) -> Any:
    """A whole number for a decimal, a time without its zone, which is UTC."""
    if isinstance(value, Decimal):
        return int(value)
    return value.replace(tzinfo=None) if hasattr(value, "tzinfo") else value


def read(path: Path) -> dict[str, Rows]:
    """The tables that snowflake_run.py wrote down."""
    tables = pickle.loads(path.read_bytes())
    return {table: [{name: plain(value) for name, value in row.items()} for row in rows] for table, rows in tables.items()}


@pytest.mark.skipif(sys.version_info < (3, 11), reason="fakesnow needs Python 3.11")
def test_the_tables_are_those_of_duckdb(tmp_path: Path) -> None:
    monitor = {
        **MONITOR,
        "predictions": {**MONITOR["predictions"], "timestamp": "seen_at"},
        "labels": {**MONITOR["labels"], "timestamp": "seen_at"},
    }
    here = Project(tmp_path / "duckdb", {"leads": monitor})
    expected = []
    for number, (predictions, labels) in enumerate(logs()):
        here.load(predictions=predictions, labels=labels)
        here.build().check()
        expected.append(snapshot(here))
        delivery = tmp_path / "deliveries" / str(number)
        delivery.mkdir(parents=True)
        pq.write_table(predictions, delivery / "predictions.parquet")
        pq.write_table(labels, delivery / "labels.parquet")
    there = tmp_path / "snowflake"
    shutil.copytree(here.root, there, symlinks=True, ignore=shutil.ignore_patterns("target", "logs", "*.duckdb"))
    account = {"type": "snowflake", "account": "none", "user": "nobody", "password": "none", "warehouse": "none", "threads": 1}
    profile = {"watch": {"target": "dev", "outputs": {"dev": {**account, "database": "watch", "schema": "mlmon"}}}}
    (there / "profiles.yml").write_text(yaml.safe_dump(profile), encoding="utf-8")
    queries = json.dumps({name: comparable_rows("watch.mlmon", name) for name in TABLES})
    command = [PYTHON, "-W", "ignore", Path(__file__).with_name("snowflake_run.py"), there, tmp_path / "deliveries", queries]
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE)}
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, (done.stdout + done.stderr)[-5000:]
    for number, tables in enumerate(expected):
        found = read(tmp_path / "deliveries" / str(number) / "tables.pickle")
        assert len(found["mlmon_checks"]) > 100
        assert_same(found, tables)
