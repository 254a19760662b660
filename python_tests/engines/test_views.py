"""A view is made where its SQL is another, or where it is gone; most runs make none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from python_tests.harness import Outcome, Project
from python_tests.statements import recorded
from python_tests.warehouses import Warehouse, duckdb_file

BLOCK: dict[str, Any] = {
    "task": "binary",
    "predictions": {"relation": "raw.log", "id": "id", "timestamp": "at", "score": "score"},
    "reference": {"start": "2026-01-01", "end": "2026-01-02"},
}


@pytest.fixture(params=["duckdb", "postgres"])
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Project:
    new_postgres: Callable[[], Warehouse] | None = request.getfixturevalue("new_postgres") if request.param == "postgres" else None
    project = Project(tmp_path, {"one": BLOCK}, warehouse=new_postgres() if new_postgres else duckdb_file(tmp_path / "warehouse.duckdb"))
    project.load(log=pa.table({"id": ["a", "b"], "at": ["2026-01-01 10:00", "2026-01-03 10:00"], "score": [0.2, 0.9]}))
    return project


def made(build: Callable[[], Outcome]) -> set[str]:
    """The views that a build makes."""
    with recorded() as statements:
        build().check()
    return {statement.node for statement in statements if "create view" in statement.sql}


def views(project: Project) -> set[str]:
    schema = project.warehouse.schema
    return set(project.sql(f"select table_name from information_schema.views where table_schema = '{schema}' and table_name like 'mlmon%'")["table_name"])


def test_a_view_is_made_when_its_sql_is_another(project: Project) -> None:
    """On Postgres, a table that is made anew takes the views that read it along."""
    first = made(project.build)
    assert first == views(project)
    assert {"mlmon_metrics", "mlmon_drift", "mlmon_confusion"} <= first

    again = made(project.build)
    assert again < first
    assert again.isdisjoint({"mlmon_confusion", "mlmon_drift"})
    assert views(project) == first

    project.configure({"one": {**BLOCK, "features": {"numeric": ["score"]}, "baseline": {"rolling": 2}}})
    assert "mlmon_metrics" in made(project.build)
    assert views(project) == first

    before = project.table("mlmon_confusion")
    (project.root / "models" / "other.sql").write_text("{% do run_query('drop view ' ~ target.schema ~ '.mlmon_confusion') if execute %}select 1 as one\n")
    project.dbt("run", "--select", "other").check()
    assert made(project.build) >= {"mlmon_confusion"}
    assert project.table("mlmon_confusion").equals(before)
    assert made(lambda: project.build(full_refresh=True)) == first
