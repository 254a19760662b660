"""A feature that is empty for a day is an incident of the next morning, and not one of drift.

A few NULLs in a segment of few rows are a matter of their rate, and no error of the shape of what is there.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from python_tests.harness import Project

START = datetime(2026, 3, 2)
DAYS, REFERENCE, ROWS = 40, 28, 400
EMPTY = 36  # the day on which lat is NULL
THIN = 30  # from here on 4 % of alt are NULL


def test_an_empty_feature_is_told_the_next_morning(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    day = np.repeat(np.arange(DAYS), ROWS)
    n = len(day)
    lat, alt = random.normal(0, 1, n), random.normal(0, 1, n)
    lat[day == EMPTY] = np.nan
    alt[(day >= THIN) & (random.random(n) < 0.04)] = np.nan
    log = pd.DataFrame(
        {
            "id": np.arange(n),
            "at": pd.Timestamp(START) + pd.to_timedelta(day, "D") + pd.to_timedelta(random.integers(0, 80_000, n), "s"),
            "score": random.random(n),
            "lat": lat,
            "alt": alt,
            "region": random.choice(["EU", "US"], n),
        }
    )
    monitor = {
        "task": "binary",
        "predictions": {"relation": "raw.log", "id": "id", "timestamp": "at", "score": "score"},
        "features": {"numeric": ["lat", "alt"]},
        "segments": ["region"],
        "reference": {"start": START.date(), "end": (START + timedelta(days=REFERENCE)).date()},
        "alerts": {"open_after": "2 of 3"},
    }
    # as on the next morning: the day after has not come
    project = Project(tmp_path / "faults", {"m": monitor}, {"log": log[day <= EMPTY]})
    project.build().check()
    found = project.sql("select * from main.mlmon_incidents where subject = 'lat' order by segment, segment_value")
    assert list(found["metric"].unique()) == ["null_rate"]
    assert list(found["segment_value"]) == ["all", "EU", "US"]
    assert (found["severity"] == "error").all()
    assert (found["opened_at"] == START + timedelta(days=EMPTY)).all()
    assert (found["peak_value"] == 1.0).all()
    assert (found["baseline"] == 0.0).all()
    # 4 % NULL are a warning of their rate; the shape of what is there has not moved
    others = project.sql("select distinct metric, severity from main.mlmon_incidents where subject = 'alt'")
    assert others.to_dict("records") == [{"metric": "null_rate", "severity": "warn"}]
    # the day after is well again: one group, over after two clean windows
    project.load(log=log)
    project.build().check()
    found = project.sql("select * from main.mlmon_incidents where subject = 'lat'")
    assert set(found["closed_at"]) == {pd.Timestamp(START + timedelta(days=EMPTY + 2))}
    assert found["group_id"].nunique() == 1
