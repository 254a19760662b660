"""Which numbers of a log have seasons, compared with omega squared in numpy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from python_tests.harness import Project


def omega_squared(values: np.ndarray, groups: np.ndarray) -> float:
    """The share of the variance that groups explain, less what chance would (Hays 1963)."""
    parts = [values[groups == group] for group in np.unique(groups)]
    within = sum(((part - part.mean()) ** 2).sum() for part in parts)
    between = sum(len(part) * (part.mean() - values.mean()) ** 2 for part in parts)
    mean_square = within / (len(values) - len(parts))
    return float((between - (len(parts) - 1) * mean_square) / (between + within + mean_square))


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_seasons(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    rng = np.random.default_rng(4)
    days = pd.date_range("2025-01-01", "2025-08-10", freq="D")
    frames = []
    for day in days:
        n = 20 if day.dayofweek < 5 else 8
        warm = 10 + 8 * np.sin(day.dayofyear / 58) + rng.normal(size=n)
        at = day + pd.to_timedelta(rng.integers(0, 86_000, n), unit="s")
        frames.append(pd.DataFrame({"at": at, "age": rng.normal(40, 9, n), "degrees": warm, "job": "a"}))
    log = pd.concat(frames, ignore_index=True)
    log.insert(0, "id", range(len(log)))
    log.loc[5, "age"], log.loc[6, "degrees"] = np.inf, np.nan
    warehouse: Any = {"warehouse": request.getfixturevalue("new_postgres")()} if engine == "postgres" else {}
    project = Project(tmp_path, {}, {"log": log}, **warehouse)
    outcome, rows = project.operation("mlmon.mlmon_seasons", relation="raw.log", timestamp="at", columns=["age", "degrees", "job", "gone"])
    assert outcome.success, outcome.text
    assert [row["name"] for row in rows] == ["n", "age", "degrees"]

    finite = log.replace(np.inf, np.nan)
    daily = finite.groupby(finite["at"].dt.normalize()).agg(n=("id", "size"), age=("age", "mean"), degrees=("degrees", "mean"))[1:-1]
    weekday, month = np.asarray(daily.index.dayofweek), np.asarray(daily.index.month)
    for row in rows:
        values = daily[row["name"]].to_numpy(dtype=float)
        beside = values - pd.Series(values).groupby(weekday).transform("mean").to_numpy()
        assert row["months"] == 8
        assert row["weekday"] == pytest.approx(omega_squared(values, weekday), abs=1e-9), row
        assert row["month"] == pytest.approx(omega_squared(beside, month) if beside.var() > 1e-12 else 0, abs=1e-9), row
    shares = {row["name"]: row for row in rows}
    assert shares["n"]["weekday"] > 0.9
    assert shares["degrees"]["month"] > 0.8
    assert max(abs(shares["age"]["month"]), abs(shares["age"]["weekday"])) < 0.1
