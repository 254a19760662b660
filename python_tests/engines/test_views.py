"""On DuckDB, a view is made where its SQL is another, or where it is gone; most runs make none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from python_tests.harness import Outcome, Project
from python_tests.statements import recorded

BLOCK: dict[str, Any] = {
    "task": "binary",
    "predictions": {"relation": "raw.log", "id": "id", "timestamp": "at", "score": "score"},
    "reference": {"start": "2026-01-01", "end": "2026-01-02"},
}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    log = pa.table({"id": ["a", "b"], "at": [datetime(2026, 1, 1), datetime(2026, 1, 3)], "score": [0.2, 0.9]})
    return Project(tmp_path, {"one": BLOCK}, {"log": log})


def made(build: Callable[[], Outcome]) -> set[str]:
    """The views that a build makes."""
    with recorded() as statements:
        build().check()
    return {statement.node for statement in statements if "create view" in statement.sql}


def views(project: Project) -> set[str]:
    return set(project.sql("select view_name from duckdb_views() where view_name like 'mlmon%'")["view_name"])


@pytest.mark.slow
def test_a_view_is_made_when_its_sql_is_another(project: Project) -> None:
    first = made(project.build)
    assert first == views(project)
    assert {"mlmon_metrics", "mlmon_drift", "mlmon_confusion"} <= first

    assert made(project.build) == {"mlmon_measured"}  # the first run had no reviews of a run before
    assert made(project.build) == set()

    project.configure({"one": {**BLOCK, "features": {"numeric": ["score"]}, "baseline": {"rolling": 2}}})
    assert "mlmon_metrics" in made(project.build)
    assert views(project) == first

    before = project.table("mlmon_confusion")
    (project.root / "models" / "other.sql").write_text("{% do run_query('drop view ' ~ target.schema ~ '.mlmon_confusion') if execute %}select 1 as one\n")
    project.dbt("run", "--select", "other").check()
    assert made(project.build) == {"mlmon_confusion"}
    assert project.table("mlmon_confusion").equals(before)
    assert made(lambda: project.build(full_refresh=True)) == first


def test_docs_that_are_persisted_later_come_to_views_that_are_there(project: Project) -> None:
    def build() -> Outcome:
        return project.build(select=["+mlmon_confusion"])

    first = made(build)
    assert "mlmon_confusion" in first
    comments = "select distinct comment from duckdb_columns() where table_name = 'mlmon_confusion' and column_name = 'n'"
    assert project.sql(comments)["comment"].isna().all()
    project.settings = {"models": {"mlmon": {"+persist_docs": {"columns": True}}}}
    project.configure({"one": BLOCK})
    assert made(build) == first
    assert "predictions" in project.sql(comments)["comment"][0].lower()
    assert made(build) == set()

    # those of the relation take the place of what says how it was made
    project.settings = {"models": {"mlmon": {"+persist_docs": {"relation": True}}}}
    project.configure({"one": BLOCK})
    assert made(build) == first
    assert made(build) == first
    assert project.sql("select comment from duckdb_views() where view_name = 'mlmon_confusion'")["comment"][0].startswith("The confusion matrix")
