"""What `mlmon doctor` says of the columns and the labels of a log."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pandas as pd

from python_tests.harness import Project

START = datetime(2026, 1, 5)


def test_features_that_tell_the_day_and_labels_that_come_by_outcome(tmp_path: Path) -> None:
    at = [START + timedelta(days=i // 40, minutes=i % 40) for i in range(800)]
    log = pd.DataFrame(
        {
            "id": range(800), "at": at, "score": [i % 40 / 40 for i in range(800)], "weekday": [t.weekday() for t in at],
            "age": [i * 7 % 50 for i in range(800)], "order_ref": [f"o{i}" for i in range(800)], "job": [["a", "b"][i % 2] for i in range(800)],
            "country": "DE",
        }
    )  # fmt: skip
    bad = [i % 4 == 0 for i in range(800)]
    labels = pd.DataFrame({"id": range(800), "y": bad, "at": [t + timedelta(days=20 if b else 1) for t, b in zip(at, bad, strict=True)]})
    monitor = {
        "task": "binary",
        "predictions": {"relation": "raw.log", "id": "id", "timestamp": "at", "score": "score"},
        "labels": {"relation": "raw.labels", "id": "id", "label": "y", "timestamp": "at", "maturity": "3 days"},
        "features": {"numeric": ["age", "weekday"], "categorical": ["job", "order_ref", "country"]},
        "reference": {"start": "2026-01-05", "end": "2026-01-15"},
    }
    patient = {**monitor, "labels": {**monitor["labels"], "maturity": "21 days"}}
    project = Project(tmp_path, {"loans": monitor, "patient": patient}, {"log": log, "labels": labels})
    outcome, rows = project.operation("mlmon.mlmon_doctor")
    assert outcome.success, outcome.text
    features = [row["message"] for row in rows if row["check"] == "features" and row["monitor"] == "loans"]
    assert features == ["weekday: constant within each day, different between them", "order_ref: nearly every row has a unique value"]
    maturity = {row["monitor"]: row for row in rows if row["check"] == "maturity"}
    told = "95 % of the positive labels arrived within 20 days, 95 % of the negative labels arrived within 24 hours; labels.maturity is"
    assert maturity["loans"]["level"] == "warn"
    assert maturity["loans"]["message"] == f"{told} 3 days, and 100 % of the positive ones later"
    assert (maturity["patient"]["level"], maturity["patient"]["message"]) == ("ok", f"{told} 21 days")


def test_segments_too_fine_and_ages_in_days(tmp_path: Path) -> None:
    """Over 1,000 values are told before a run takes long, and so are values of few rows; hours beyond two days are days."""
    now = datetime.now(timezone.utc).replace(tzinfo=None)
    frames = {}
    for name, hours in {"late": 20 * 24, "soon": 30}.items():
        at = [now - timedelta(hours=hours) - timedelta(seconds=i) for i in range(2002)]
        columns = {"id": range(2002), "at": at, "score": 0.5, "thousand": [i % 1000 for i in range(2002)], "more": [i % 1001 for i in range(2002)], "few": [i % 3 for i in range(2002)]}
        frames[name] = pd.DataFrame(columns)
    monitor = {
        "task": "binary",
        "reference": {"start": "2000-01-01", "end": "2200-01-01"},
        "segments": ["thousand", "more", "few"],
        "alerts": {"min_rows": 2},
    }
    monitors = {name: {**monitor, "predictions": {"relation": f"raw.{name}", "id": "id", "timestamp": "at", "score": "score"}} for name in frames}
    outcome, rows = Project(tmp_path, monitors, frames).operation("mlmon.mlmon_doctor")
    assert outcome.success, outcome.text
    segments = [row["message"] for row in rows if row["check"] == "segments" and row["monitor"] == "late"]
    assert segments == ["'more' has 1,001 values in the reference, 0 of them with fewer than 2 rows"]
    ages = {row["monitor"]: row["message"] for row in rows if row["check"] == "freshness"}
    assert ages == {"late": "the newest prediction is 20 days old", "soon": "the newest prediction is 30 hours old"}


def test_a_threshold_for_what_a_monitor_never_has_is_told(tmp_path: Path) -> None:
    """An owner who wrote it believes that it is watched. A default for all monitors may name what some have not, and a metric that is switched off needs nothing."""
    log = pd.DataFrame({"id": ["a", "b"], "at": [START, START + timedelta(days=2)], "score": [0.2, 0.9], "said": ["x", "y"], "place": [1, 2]})
    predictions = {"relation": "raw.log", "id": "id", "timestamp": "at"}
    binary = {"task": "binary", "predictions": {**predictions, "score": "score"}, "reference": {"start": "2026-01-05", "end": "2026-01-06"}}
    multiclass = {**binary, "task": "multiclass", "predictions": {**predictions, "prediction": "said"}, "labels": {**predictions, "label": "said"}}
    ranking = {**binary, "task": "ranking", "predictions": {**predictions, "query": "said", "rank": "place"}}
    judged = {"error": {"below": 0.5}}
    needs = {
        "precision": (binary, "labels"), "estimate.recall": (binary, "labels"), "label_lag_p95": (binary, "labels"), "latency_p95": (binary, "predictions.latency_ms"),
        "fairness.selection_rate_ratio": (binary, "fairness.attributes"), "correlation": (binary, "features.pairs"), "log_loss": (multiclass, "predictions.class_scores"),
        "catalogue_coverage": (ranking, "predictions.item"), "qini": ({**binary, "labels": {**predictions, "label": "score"}}, "predictions.treatment"),
        "override_rate": (binary, "alerts.on_error: review"), "hours_to_review": ({**binary, "alerts": {"on_error": ["retrain"]}}, "alerts.on_error: review"),
        "kpi.value": (binary, "kpis"), "correlation.correlation": ({**binary, "features": {"numeric": ["score"], "pairs": "all"}}, "features.pairs"),
    }  # fmt: skip
    monitors = {f"m{number}": {**block, "thresholds": {metric: judged}} for number, (metric, (block, _)) in enumerate(needs.items())}
    monitors["fine"] = {**multiclass, "thresholds": {"recall": judged, "n_predictions": judged, "roc_auc": False}}
    monitors["all"] = {
        **binary, "labels": {**predictions, "label": "score"}, "alerts": {"on_error": ["review"]}, "value": {"tp": 1}, "features": {"numeric": ["score", "place"], "pairs": "all"},
        "thresholds": {"override_rate": judged, "kpi.value": judged, "correlation": judged},
    }  # fmt: skip
    project = Project(tmp_path, monitors, {"log": log}, defaults={"thresholds": {"latency_p50": {"warn": 100}}})
    outcome, rows = project.operation("mlmon.mlmon_doctor")
    assert outcome.success, outcome.text
    told = {row["monitor"]: (row["check"], row["level"], row["message"]) for row in rows if "has nothing to judge" in row["message"]}
    wanted = {
        f"m{number}": (f"thresholds.{metric}", "warn", f"has nothing to judge: {metric.split('.')[-1]} needs `{key}`, and this monitor has none")
        for number, (metric, (_, key)) in enumerate(needs.items())
    }
    assert told == wanted
    assert project.build(select=["mlmon_monitors"]).statuses  # it is told, and does not stop a build

    # unless the project makes errors of warnings
    strict = ("run", "--select", "mlmon_monitors", "--warn-error-options", '{"error": ["JinjaLogWarning"]}')
    project.configure({"m0": monitors["m0"]})
    assert project.build(select=["mlmon_monitors"]).check().success
    assert "monitor 'm0': 'thresholds.precision' has nothing to judge: precision needs `labels`, and this monitor has none. Add `labels`" in project.dbt(*strict).text
    project.configure({"fine": monitors["fine"]})
    assert project.dbt(*strict).check().success
