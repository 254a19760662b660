"""A name in two roles: the latency or the score listed as a feature too, a feature named like the decision.

Each role is a series of its own, and the subject alone tells them apart.
"""

from __future__ import annotations

import ast
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlmon_cli.report import SERIES_KEY
from python_tests.harness import PACKAGE, TABLES, Project, assert_same, snapshot

START, REFERENCE_DAYS, DAYS, ROWS = datetime(2026, 1, 1), 20, 32, 300
SUBJECTS = {
    ("x", "feature"): "x",
    ("prediction", "feature"): "prediction",
    ("score", "feature"): "score",
    ("latency_ms", "feature"): "latency_ms",
    ("score", "score"): "score (score)",
    ("latency_ms", "latency"): "latency_ms (latency)",
    ("decided", "prediction"): "decided",
}  # fmt: skip


def predictions() -> pd.DataFrame:
    """A calm log but for its scores: in the last days a third are no probability, which is nothing to a feature."""
    random = np.random.default_rng(5)
    n = DAYS * ROWS
    day = np.repeat(np.arange(DAYS), ROWS)
    score = random.beta(2, 3, n)
    decided = (score >= 0.5).astype(int)
    score[(day >= REFERENCE_DAYS + 4) & (random.random(n) < 1 / 3)] = 7.0
    return pd.DataFrame({
        "id": np.arange(n), "at": START + pd.to_timedelta(day, "D") + pd.to_timedelta(np.tile(np.arange(ROWS), DAYS), "min"),
        "score": score, "decided": decided, "prediction": random.normal(0, 1, n),
        "latency_ms": random.gamma(4, 20, n), "x": random.normal(0, 1, n), "region": np.where(np.arange(n) % 2, "EU", "US"),
    })  # fmt: skip


def monitor(**features: Any) -> dict[str, Any]:
    return {
        "task": "binary",
        "predictions": {
            "relation": "raw.predictions", "id": "id", "timestamp": "at", "score": "score", "prediction": "decided",
            "latency_ms": "latency_ms",
        },
        "features": {"numeric": ["x", "prediction", "score", "latency_ms"], **features},
        "segments": ["region"],
        "reference": {"start": "2026-01-01", "end": "2026-01-21"},
        # beside the default verdicts, one that judges every column of every role
        "thresholds": {"mean": {"warn": {"above": 100000}}, "invalid_rate": {"warn": {"above": 0.1}}},
        "alerts": {"open_after": {"default": "2 of 3", "score": "3 of 3", "score (score)": "2 of 2", "latency_ms (latency)": "1 of 1"}},
    }  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    rows = predictions()
    root = tmp_path_factory.mktemp("roles")
    project = Project(root, {"shop": monitor()}, {"predictions": rows[rows["at"] < START + timedelta(days=30)]})
    project.build().check()
    project.load(predictions=rows)
    project.build().check()
    return project


def test_no_key_is_there_twice(project: Project) -> None:
    for name, key in TABLES.items():
        rows = project.table(name)
        doubled = rows[rows.duplicated(list(key), keep=False)]
        assert doubled.empty, (name, doubled[list(key)].head())
        # nor without the role, which the subject tells
        if "column_role" in key and "subject" in key:
            assert not rows.duplicated([part for part in key if part != "column_role"]).any(), name
            assert rows[list(key)].notna().all(axis=None), name


def test_each_role_has_numbers_of_its_own(project: Project) -> None:
    drift = project.table("mlmon_drift", "segment = 'overall'").set_index(["column_name", "column_role", "window_start"]).sort_index()
    metrics = project.table("mlmon_metrics", "segment = 'overall' and family = 'drift'")
    assert set(metrics.groupby(["subject", "column_role"]).groups) == {(s, role) for (_, role), s in SUBJECTS.items()}
    for (name, role), subject in SUBJECTS.items():
        for metric in ("psi", "invalid_rate", "mean"):
            mine = metrics[(metrics["subject"] == subject) & (metrics["metric"] == metric)].set_index("window_start").sort_index()
            theirs = drift.loc[(name, role)].dropna(subset=metric)
            assert list(mine["value"]) == list(theirs[metric]), (subject, metric)
            assert list(mine["n"]) == list(theirs["n"]), (subject, metric)
            assert len(mine) == (0 if (subject, metric) == ("decided", "mean") else DAYS), (subject, metric)
    # a score of 7 is no probability, and as a feature a number like others
    last = metrics[metrics["window_start"] == metrics["window_start"].max()].set_index(["subject", "metric"])
    assert last.loc[("score (score)", "invalid_rate"), "value"] > 0.2
    assert last.loc[("score", "invalid_rate"), "value"] == 0
    assert last.loc[("score", "mean"), "value"] > 2 * last.loc[("score", "mean"), "baseline"]
    assert last.loc[("score (score)", "mean"), "value"] < 1
    assert set(project.table("mlmon_metrics", "family <> 'drift'")["column_role"]) == {""}


def test_checks_count_once_and_an_incident_leaves_the_other_role_alone(project: Project) -> None:
    checks = project.table("mlmon_checks", "segment = 'overall' and metric = 'psi_excess'")
    assert checks.groupby(["window_start", "subject"]).size().eq(1).all()
    # the latency's drift has no default verdict
    assert set(checks["subject"]) == set(SUBJECTS.values()) - {"latency_ms (latency)"}
    incidents = project.table("mlmon_incidents", "segment = 'overall' and metric = 'invalid_rate'")
    (row,) = incidents.to_dict("records")
    assert (row["subject"], row["column_role"], row["status"]) == ("score (score)", "score", "open")
    # 2 of 2, its own rule: breached on the 5th and 6th day after the reference
    assert (row["opened_at"] - START).days == REFERENCE_DAYS + 5
    assert row["n_windows"] == DAYS - REFERENCE_DAYS - 4
    group = project.table("mlmon_incident_groups", f"group_id = '{row['group_id']}'").iloc[0]
    assert group["subject"] not in ("score", "latency_ms", "prediction")
    quiet = project.table("mlmon_incidents", "family = 'drift' and subject not in ('score', 'score (score)')")
    assert quiet.empty, quiet[["subject", "metric", "segment_value"]]


def test_a_word_and_a_query_mean_one_role(project: Project) -> None:
    word = {"actor": "kim", "reason": "known", "recorded_at": "2026-02-03T00:00:00", "muted_until": "2027-01-01T00:00:00"}
    outcome, rows = project.operation("mlmon_say", verb="mute", word=word, pattern={"monitor": "shop", "subject": "score (score)"})
    assert outcome.success, outcome.text
    assert rows[0]["kind"] == "said"
    project.build().check()
    incidents = project.table("mlmon_incidents", "family = 'drift'")
    assert set(incidents.loc[incidents["muted_until"].notna(), "subject"]) == {"score (score)"}
    assert "score" in set(incidents["subject"])
    _, rows = project.operation("mlmon_report")
    queries = {row["subject"]: row["query"] for row in rows if row["kind"] == "incident"}
    assert "column_name = 'score'\n    and column_role = 'score'" in queries["score (score)"]
    assert "column_name = 'score'\n    and column_role = 'feature'" in queries["score"]


def test_all_at_once_gives_the_same_and_history_keeps_roles_apart(project: Project, tmp_path: Path) -> None:
    fresh = Project(tmp_path, {"shop": monitor()}, {"predictions": predictions()})
    fresh.build().check()
    mine = snapshot(project)
    theirs = snapshot(fresh)
    for name in ("mlmon_metrics", "mlmon_baselines", "mlmon_checks", "mlmon_episodes", "mlmon_found_incidents"):
        assert_same({name: mine[name]}, {name: theirs[name]})
    outcome, _ = fresh.operation("mlmon_prune", older_than="8 days")
    assert outcome.success, outcome.text
    history = fresh.table("mlmon_history")
    assert not history.duplicated(["window_start", "covered_until", *SERIES_KEY]).any()
    assert set(history.loc[history["family"] == "drift", "subject"]) == set(SUBJECTS.values())
    assert not history.duplicated(["window_start", *(name for name in SERIES_KEY if name != "column_role")]).any()
    fresh.build().check()
    assert set(fresh.table("mlmon_found_incidents")["incident_id"]) == {row["incident_id"] for row in theirs["mlmon_found_incidents"]}


def test_a_decision_without_a_column_beside_a_feature_of_its_name(tmp_path: Path) -> None:
    """The decision that mlmon takes itself is called `prediction`. A column may even be called like a role's subject."""
    rows = predictions().drop(columns="decided").rename(columns={"x": "prediction (prediction)"})
    block = monitor(numeric=["prediction", "prediction (prediction)"])
    del block["predictions"]["prediction"], block["alerts"]
    project = Project(tmp_path, {"shop": block}, {"predictions": rows})
    project.build().check()
    for name in ("mlmon_metrics", "mlmon_checks", "mlmon_baselines", "mlmon_episodes", "mlmon_found_incidents"):
        assert not project.table(name).duplicated(list(TABLES[name])).any(), name
    subjects = project.sql("select distinct subject, column_role from main.mlmon_metrics where family = 'drift'")
    assert set(subjects.itertuples(index=False, name=None)) == {
        ("prediction", "feature"), ("prediction (prediction)", "feature"), ("prediction (prediction) (prediction)", "prediction"),
        ("score", "score"), ("latency_ms", "latency"),
    }  # fmt: skip


def test_the_key_is_one() -> None:
    """What Python calls the key of a series is what the package calls it."""
    macro = (PACKAGE / "macros/config/series_key.sql").read_text(encoding="utf-8")
    (spelled,) = re.findall(r"return\((\[[^\]]*\])", macro)
    assert tuple(ast.literal_eval(spelled)) == SERIES_KEY
