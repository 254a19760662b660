"""Postgres gives the numbers that DuckDB gives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from python_tests.engines.hostile_log import MONITORS, deliveries
from python_tests.harness import Project, assert_same, snapshot
from python_tests.warehouses import Warehouse


def test_the_same_tables_as_duckdb(new_postgres: Callable[[], Warehouse], tmp_path: Path) -> None:
    """After each of three deliveries, and after a full refresh."""
    here = Project(tmp_path / "duckdb", MONITORS)
    there = Project(tmp_path / "postgres", MONITORS, warehouse=new_postgres())
    for logs in deliveries(seed=1):
        for project in (here, there):
            project.load(**logs)
            project.build().check()
        assert_same(snapshot(there), snapshot(here))
    assert len(snapshot(here)["mlmon_checks"]) > 500
    there.build(full_refresh=True).check()
    assert_same(snapshot(there), snapshot(here))
