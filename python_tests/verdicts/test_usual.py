"""What every day of the reference shows is no drift, and NULL, invalid and unseen values are judged by their own rates."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from python_tests.harness import Project

START = datetime(2026, 1, 5)  # a Monday
DAYS, REFERENCE, LATE = 56, 42, 49
MONITOR: dict[str, Any] = {
    "task": "binary",
    "predictions": {"relation": "raw.log", "id": "id", "timestamp": "at", "score": "score", "prediction": "said"},
    "features": {"numeric": ["x", "holed", "moved", "day_of_month"], "categorical": ["weekday", "kind", "tail"]},
    "segments": ["region"],
    "reference": {"start": "2026-01-05", "end": "2026-02-16"},
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    random = np.random.default_rng(3)
    frames = []
    for day in range(DAYS):
        n = int(1000 * (0.5 if day % 7 >= 5 else 1))
        late = day >= LATE
        at = START + timedelta(days=day)
        region = random.choice(["small", "large"], n, p=[0.2, 0.8])
        holed = random.normal(0, 1, n)
        holed[random.random(n) < (0.04 if late else 0)] = np.nan
        kind = random.choice(["a", "b", "c"], n)
        kind[random.random(n) < (0.3 if late else 0)] = "new"
        frames.append(
            pd.DataFrame(
                {
                    "id": [f"{day}-{i}" for i in range(n)], "at": at + pd.to_timedelta(random.integers(0, 86_000, n), unit="s"),
                    "score": random.random(n), "said": random.choice(["yes", "no"], n), "region": region, "holed": holed, "kind": kind,
                    "x": random.normal(0, 1, n), "moved": random.normal(0.4 if late else 0, 1, n),
                    "weekday": at.strftime("%A"), "day_of_month": float(at.day),
                    # a long tail: new categories come every day, in the reference as after it
                    "tail": [f"t{t}" for t in random.zipf(1.3, n).clip(max=10**9)],
                }
            )
        )  # fmt: skip
    log = pd.concat(frames)
    # a decision that stops
    log.loc[(log["at"] >= START + timedelta(days=LATE)) & (np.arange(len(log)) % 3 == 0), "said"] = None
    project = Project(tmp_path_factory.mktemp("usual"), {"m": MONITOR}, {"log": log})
    project.build(select=["+mlmon_metrics", "+mlmon_checks"]).check()
    return project


def breaches(project: Project, subject: str, metric: str) -> pd.DataFrame:
    rows = project.table("mlmon_checks", f"subject = '{subject}' and metric like '{metric}%' and status in ('warn', 'error')")
    rows["day"] = (rows["window_start"] - pd.Timestamp(START)).dt.days
    return rows


def test_a_calendar_in_the_features_is_no_drift(project: Project) -> None:
    """Each weekend has half the rows of a weekday, so that days differ in their usual effect too."""
    drift = project.table("mlmon_drift", "column_name = 'weekday' and not is_reference and segment = 'overall'")
    assert (drift["psi_excess"] > 5).all()
    assert (drift["effect"] < 0.02).all()
    for subject in ("weekday", "day_of_month"):
        assert breaches(project, subject, "psi_excess").empty


def test_what_moves_is_found(project: Project) -> None:
    found = breaches(project, "moved", "psi_excess")
    assert set(found.loc[(found["segment"] == "overall") & (found["metric"] == "psi_excess"), "day"]) == set(range(LATE, DAYS))
    whole = found[(found["segment"] == "overall") & (found["metric"] == "psi_excess")]
    # the bound stands in the units of the value beside it
    assert ((whole["value"] >= whole["warn_threshold"]) & (whole["value"] < whole["error_threshold"])).all()


def test_nulls_are_judged_by_their_rate(project: Project) -> None:
    """4 % of 200 rows are a warning of the NULL rate, and no drift."""
    late = START + timedelta(days=LATE)
    drift = project.table("mlmon_drift", f"column_name = 'holed' and segment_value = 'small' and window_start >= timestamp '{late}'")
    assert drift["psi_excess"].max() > 0.1
    assert drift["effect"].max() < 0.1
    assert breaches(project, "holed", "psi_excess").empty
    found = breaches(project, "holed", "null_rate")
    assert set(found["day"]) <= set(range(LATE, DAYS))
    assert len(found[found["segment"] == "overall"]) == DAYS - LATE
    assert set(found["status"]) == {"warn"}


def test_unseen_categories_are_judged_by_their_rate(project: Project) -> None:
    assert breaches(project, "kind", "psi_excess").empty
    found = breaches(project, "kind", "unseen_rate")
    assert set(found["day"]) == set(range(LATE, DAYS))
    assert set(found["status"]) == {"error"}
    assert found.loc[found["segment"] == "overall", "value"].mean() == pytest.approx(0.3, abs=0.02)
    # where new categories always come, they are expected
    checks = project.table("mlmon_checks", "subject = 'tail' and metric = 'unseen_rate'")
    assert checks["value"].mean() == pytest.approx(checks["baseline"].mean(), abs=0.01)
    assert checks["baseline"].min() > 0.02
    assert len(breaches(project, "tail", "unseen_rate")) <= 1
    # a number has no category
    assert not len(project.table("mlmon_metrics", "metric = 'unseen_rate' and subject = 'x'"))


def test_a_decision_that_stops_is_seen(project: Project) -> None:
    found = breaches(project, "said", "null_rate")
    assert set(found["day"]) == set(range(LATE, DAYS))
    assert set(found["status"]) == {"error"}
