"""What is at stake, in money a week: against pandas over the raw rows, and as the only threshold of an owner."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from python_tests.harness import Project
from python_tests.warehouses import Warehouse

START, DAYS, BY_DAY, BROKEN = datetime(2026, 1, 5), 50, 200, 38
WORTH = {"tp": 120, "fp": -8, "fn": -30, "tn": 0}
SWITCHED_OFF = "precision recall f1 accuracy roc_auc prevalence label_coverage n_predictions business_value"
MONITOR: dict[str, Any] = {
    "task": "binary",
    "predictions": {"relation": "raw.log", "id": "id", "timestamp": "at", "score": "score"},
    "labels": {"relation": "raw.labels", "id": "id", "label": "label", "timestamp": "known", "maturity": "2 days"},
    "segments": ["region"],
    "reference": {"start": "2026-01-05", "end": "2026-02-02"},
    "value": WORTH,
    # the owner's only threshold: all that is judged by default is off
    "thresholds": {
        **dict.fromkeys(SWITCHED_OFF.split(), False),
        "value_at_stake": {"warn": 3_000, "error": 6_000},
    },
}
MONITORS = {
    "leads": MONITOR,
    "quiet": {key: value for key, value in MONITOR.items() if key != "thresholds"},
    "moving": {**MONITOR, "baseline": ["reference", {"rolling": 7}], "thresholds": {"value_at_stake": {"error": 6_000}}},
    "weekly": {**MONITOR, "window": "week", "verdicts": {"pooled_windows": 2}, "thresholds": {"value_at_stake": {"error": 6_000}}},
}


def logs() -> dict[str, pd.DataFrame]:
    """From one day on, most predicted positives of the north turn out to be none. One day has no row."""
    random = np.random.default_rng(8)
    n = DAYS * BY_DAY
    day = np.repeat(np.arange(DAYS), BY_DAY)
    at = pd.to_datetime(START) + pd.to_timedelta(day, unit="D") + pd.to_timedelta(random.integers(0, 86_000, n), unit="s")
    score, region = random.beta(2, 3, n), random.choice(["north", "south"], n)
    positive = random.random(n) < score
    positive &= ~((day >= BROKEN) & (region == "north") & (random.random(n) < 0.8))
    log = pd.DataFrame({"id": np.arange(n), "at": at, "score": score, "region": region})
    labels = pd.DataFrame({"id": log["id"], "label": positive.astype(int), "known": at + pd.Timedelta("1 day")})
    kept = day != 35
    return {"log": log[kept], "labels": labels[kept & (labels["id"] % 10 > 0)]}


def expected(frames: dict[str, pd.DataFrame], region: str | None, window: str, pooled: int) -> pd.DataFrame:
    """By window: the value of its labelled predictions, and what the trailing windows lost of the reference's, a week."""
    rows = frames["log"].merge(frames["labels"], on="id")
    rows = rows if region is None else rows[rows["region"] == region]
    outcome = np.where(rows["score"] >= 0.5, np.where(rows["label"] == 1, "tp", "fp"), np.where(rows["label"] == 1, "fn", "tn"))
    rows = rows.assign(worth=[float(WORTH[name]) for name in outcome])
    days = {"day": 1, "week": 7}[window]
    place = (rows["at"].dt.normalize() - pd.Timestamp(START)).dt.days // days
    by_window = rows.groupby(place)["worth"].agg(["sum", "count"]).reindex(range(DAYS // days + (DAYS % days > 0)), fill_value=0)
    reference = by_window[by_window.index * days < 28]
    usual = reference["sum"].sum() / reference["count"].sum()
    trailing = by_window.rolling(pooled, min_periods=1).sum()
    by_window["at_stake"] = (usual * trailing["count"] - trailing["sum"]) * 7 / (days * pooled)
    by_window["n"] = trailing["count"]
    by_window["lost"] = usual * by_window["count"] - by_window["sum"]
    return by_window[by_window["count"] > 0]


@pytest.fixture(scope="module", params=["duckdb", pytest.param("postgres", marks=pytest.mark.slow)])
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Project:
    new_postgres: Callable[[], Warehouse] | None = request.getfixturevalue("new_postgres") if request.param == "postgres" else None
    project = Project(tmp_path_factory.mktemp("value"), MONITORS, logs(), warehouse=new_postgres() if new_postgres else None)
    project.build().check()
    return project


def of(
    project: Project, monitor: str, region: str | None = None, compared_to: str = "reference", table: str = "mlmon_value"
) -> pd.DataFrame:
    part = "overall" if region is None else "region"
    where = f"monitor = '{monitor}' and segment = '{part}' and segment_value = '{region or 'all'}' and compared_to = '{compared_to}'"
    return project.table(table, where).sort_values("window_start").reset_index(drop=True)


@pytest.mark.parametrize(
    ("monitor", "region", "window", "pooled"), [("leads", None, "day", 7), ("quiet", "north", "day", 7), ("weekly", "south", "week", 2)]
)
def test_it_is_what_the_trailing_windows_lost(project: Project, monitor: str, region: str | None, window: str, pooled: int) -> None:
    """To 1e-9, gaps included, whether a threshold judges it or not; and `mlmon_metrics` has it as family value."""
    rows, right = of(project, monitor, region), expected(logs(), region, window, pooled)
    assert len(rows) == len(right) > 5
    for column, wanted in {"business_value": "sum", "n_labelled": "count", "lost": "lost", "value_at_stake": "at_stake", "n": "n"}.items():
        np.testing.assert_allclose(rows[column].astype(float), right[wanted].astype(float), rtol=1e-9, atol=1e-6, err_msg=column)
    metrics = of(project, monitor, region, table="mlmon_metrics")
    metrics = metrics[metrics["family"] == "value"]
    assert set(metrics["subject"]) == {"model"}
    assert metrics["value"].to_list() == pytest.approx(rows["value_at_stake"].to_list())
    assert metrics["baseline"].isna().all()


def test_a_rolling_baseline_forgets_the_loss(project: Project) -> None:
    """Each baseline has its own number: against the week before, nothing is lost any more once that week is as bad."""
    fixed, rolling = of(project, "moving"), of(project, "moving", compared_to="rolling")
    assert len(fixed) == len(rolling)
    assert fixed["value_at_stake"].iloc[-1] > 6_000
    assert rolling["value_at_stake"].iloc[-1] < 0.3 * fixed["value_at_stake"].iloc[-1]
    judged = project.table("mlmon_checks", "monitor = 'moving' and family = 'value' and segment = 'overall'")
    assert set(judged["compared_to"]) == {"reference", "rolling"}


def test_it_can_be_the_only_threshold(project: Project) -> None:
    """One incident tells of the loss and where it is. Windows with open labels are not judged, nor is it without a threshold."""
    checks = of(project, "leads", table="mlmon_checks")
    checks = checks[checks["family"] == "value"]
    day = (checks["window_start"] - pd.Timestamp(START)).dt.days
    right = expected(logs(), None, "day", 7).loc[day.to_list(), "at_stake"].to_numpy()
    is_mature = (day < DAYS - 3).to_numpy()
    status = np.where(right > 6_000, "error", np.where(right > 3_000, "warn", "ok"))
    assert checks["status"].to_numpy()[is_mature].tolist() == status[is_mature].tolist()
    assert {"ok", "warn", "error"} <= set(checks["status"])
    assert set(checks.loc[~is_mature & (checks["status"] == "insufficient_data"), "reason"]) <= {"not_mature"}
    groups = project.table("mlmon_incident_groups", "monitor = 'leads'")
    assert groups[["family", "metric", "severity", "status"]].to_numpy().tolist() == [["value", "value_at_stake", "error", "open"]]
    assert groups["segment"].iloc[0] == "overall"
    incidents = project.table("mlmon_incidents", "monitor = 'leads'")
    assert set(incidents["segment_value"]) == {"all", "north"}
    assert project.table("mlmon_checks", "monitor = 'quiet' and family = 'value'").empty
    health = project.table("mlmon_health", "monitor = 'leads' and model_version = 'all'")
    assert health["value_at_stake"].iloc[0] > 5_000


def test_it_breaks_with_what_it_is_made_of(project: Project) -> None:
    """Beside default verdicts it is one more number of the same cause, and not another message."""
    incidents = project.table("mlmon_incidents", "monitor = 'moving' and status = 'open' and segment = 'overall'")
    groups = incidents[incidents["compared_to"] == "reference"].groupby("family")["group_id"].agg(set)
    assert {"value", "performance"} <= set(groups.index)
    assert groups["value"] <= groups["performance"]


def test_it_needs_a_value(project: Project) -> None:
    """A threshold on it without `value`, or of a subject that it has not, is a mistake of the configuration."""
    wrong = {key: value for key, value in MONITOR.items() if key != "value"}
    project.configure({**MONITORS, "leads": {**wrong, "thresholds": {"value_at_stake": {"error": 10}}}})
    said = project.build(select=("mlmon_monitors",)).text
    project.configure(MONITORS)
    assert "'thresholds.value_at_stake' needs `value`" in said
