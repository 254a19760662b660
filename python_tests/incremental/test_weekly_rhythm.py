"""Numbers with a rhythm of the week, compared with the windows before: a weekend is no incident, and a day without half of its rows is."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from python_tests.harness import Project

START, DAYS = datetime(2026, 1, 5), 112
FAULT = 107  # a Wednesday


def test_weekends_are_no_incident_and_a_halved_weekday_is(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    frames = []
    for day in range(DAYS):
        n = random.poisson(150 if day % 7 >= 5 else 300) // (2 if day >= FAULT else 1)
        at = pd.to_datetime(START + timedelta(days=day)) + pd.to_timedelta(random.integers(0, 86400, n), unit="s")
        frames.append(pd.DataFrame({"at": at, "score": random.random(n), "latency": np.exp(random.normal(3 if day % 7 >= 5 else 3.5, 0.2, n))}))
    log = pd.concat(frames, ignore_index=True)
    log["id"] = np.arange(len(log))
    monitor = {
        "task": "binary",
        "predictions": {"relation": "raw.log", "id": "id", "timestamp": "at", "score": "score", "latency_ms": "latency"},
        "reference": {"start": "2026-01-05", "end": "2026-02-16"},
        "baseline": ["reference", {"rolling": 28}],
    }
    project = Project(tmp_path, {"leads": monitor}, {"log": log})
    project.build().check()
    # a reference of six weeks knows too few Saturdays to tell
    incidents = project.table("mlmon_incidents", "metric in ('n_predictions', 'latency_p95') and compared_to = 'rolling'")
    assert list(incidents.metric) == ["n_predictions"]
    assert (incidents.first_breach_at == START + timedelta(days=FAULT)).all()
    checks = project.table("mlmon_checks", "metric = 'n_predictions' and compared_to = 'rolling'").set_index("window_start")
    last = checks.loc[START + timedelta(days=DAYS - 1)]
    counts = log.groupby(log["at"].dt.normalize()).id.count()
    assert last.baseline_windows == 4
    assert last.baseline == pytest.approx(counts.loc[[START + timedelta(days=DAYS - 1 - 7 * k) for k in range(1, 5)]].mean(), rel=1e-12)
