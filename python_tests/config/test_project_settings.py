"""What a project sets for all its models reaches mlmon's too, and wins: it does no harm, or the run stops before it writes."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from python_tests.harness import Project, assert_same, snapshot

MONITOR: dict[str, Any] = {
    "task": "binary",
    "predictions": {"relation": "raw.log", "id": "id", "timestamp": "at", "score": "score"},
    "reference": {"start": "2026-01-01", "end": "2026-01-03"},
}
HARMLESS = {
    "+full_refresh": True,
    "+on_schema_change": "fail",
    "+incremental_strategy": "append",
    "+unique_key": "no_such_column",
    "+pre-hook": "select 1",
    "+post-hook": ["insert into hooked values (1)"],
    "+persist_docs": {"relation": True, "columns": True},
    "+tags": ["nightly"],
    "+meta": {"team": "data"},
    "+docs": {"show": False},
}
# name: (section of dbt_project.yml, settings, words of the error)
HARMFUL: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
    "table": ("models", {"+materialized": "table"}, ("'models: +materialized' is 'table'", "need 'mlmon_windows'", "models: {watch: {+materialized: …}}")),
    "view": ("models", {"+materialized": "view"}, ("is 'view'", "need 'mlmon_windows'")),
    "incremental": ("models", {"mlmon": {"+materialized": "incremental"}}, ("is 'incremental'",)),
    "expiry": ("models", {"+hours_to_expiration": 24}, ("'models: +hours_to_expiration' is 24", "have to last")),
    "alerts": ("data_tests", {"+error_if": ">10"}, ("'data_tests: +error_if' is the text '>10'", "need the text '>= 2'", "alert_drift")),
}  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    at = pd.date_range("2026-01-01", "2026-01-05", freq="1h")
    log = pd.DataFrame({"id": range(len(at)), "at": at, "score": [i % 10 / 10 for i in range(len(at))]})
    project = Project(tmp_path_factory.mktemp("settings"), {"m": MONITOR}, {"log": log})
    project.build().check()
    with project.connect() as connection:
        connection.execute("insert into main.mlmon_events (event_id, actor) values ('e', 'ana')")
        connection.execute("create table hooked (one integer)")
    return project


def configure(project: Project, settings: dict[str, Any]) -> None:
    project.settings = settings
    project.configure({"m": MONITOR})


def test_harmless_settings_change_nothing(project: Project) -> None:
    before = snapshot(project)
    configure(project, {"models": HARMLESS})
    project.build().check()
    assert project.table("mlmon_events")["actor"].tolist() == ["ana"]
    assert_same(snapshot(project), before)
    assert len(project.table("hooked")) > 10


@pytest.mark.parametrize("name", HARMFUL)
def test_harmful_settings_stop_the_run(project: Project, name: str) -> None:
    section, settings, words = HARMFUL[name]
    before = snapshot(project)
    configure(project, {section: settings})
    outcome = project.build()
    assert not outcome.success
    for word in words:
        assert word in outcome.text
    assert "mistake(s) in the configuration" in outcome.text
    assert project.table("mlmon_events")["actor"].tolist() == ["ana"]
    assert_same(snapshot(project), before)
    assert any("+" in row["key"] for row in project.operation("mlmon_validate")[1])
