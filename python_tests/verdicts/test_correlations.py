"""Pairs of features: the numbers beside pandas, and a shift that no single feature shows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from python_tests.harness import Project

START, DAYS, REFERENCE, BROKEN = datetime(2026, 1, 1), 36, 20, 32
MONITOR: dict[str, Any] = {
    "task": "binary",
    "predictions": {"relation": "raw.predictions", "id": "id", "timestamp": "at", "score": "score"},
    "features": {"numeric": ["age", "balance", "income"], "pairs": "all"},
    "segments": ["region"],
    "reference": {"start": "2026-01-01", "end": "2026-01-21"},
}
WRITTEN = {
    **MONITOR,
    "features": {"numeric": ["age", "balance"], "pairs": [["age", "balance"]]},
    "thresholds": {"correlation": {"of": {"age,balance": {"error": {"below": 0.8}}}}},
}


def made() -> pd.DataFrame:
    """Age and balance go together, far from zero, and then they are shuffled: the same values, of other rows."""
    rng, days = np.random.default_rng(3), []
    for day in range(DAYS):
        size = int(rng.integers(300, 420))
        age = rng.normal(0, 1, size)
        balance = 1e6 + 0.6 * age + 0.8 * rng.normal(0, 1, size)
        if day >= BROKEN:
            balance = rng.permutation(balance)
        at = [
            START + timedelta(days=day, seconds=int(second))
            for second in rng.integers(0, 80_000, size)
        ]
        region = rng.choice(["north", "south"], size)
        frame = pd.DataFrame(
            {
                "at": at,
                "age": age,
                "balance": balance,
                "income": rng.exponential(1, size),
                "score": rng.random(size),
                "region": region,
            }
        )
        days.append(frame.assign(day=day))
    rows = pd.concat(days, ignore_index=True)
    rows.loc[rows.sample(frac=0.02, random_state=1).index, "balance"] = np.nan
    return rows.assign(id=rows.index.astype(str))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, pd.DataFrame]:
    rows = made()
    project = Project(
        tmp_path_factory.mktemp("correlations"), {"leads": MONITOR, "written": WRITTEN}
    )
    project.load(predictions=rows.drop(columns="day"))
    project.build().check()
    return project, rows


def test_numbers_are_those_of_the_rows(built: tuple[Project, pd.DataFrame]) -> None:
    project, rows = built
    table = project.table("mlmon_correlations", "monitor = 'leads'")
    assert len(table) == DAYS * 3 * 3  # pairs; the whole and two regions
    for row in table.itertuples():
        part = rows if row.segment == "overall" else rows[rows.region == row.segment_value]
        pair = part[[row.column_name, row.other_column, "day"]].dropna()
        here, before = pair[pair.day == (row.window_start - START).days], pair[pair.day < REFERENCE]
        r = here[row.column_name].corr(here[row.other_column])
        base = before[row.column_name].corr(before[row.other_column])
        z = (np.arctanh(r) - np.arctanh(base)) / np.sqrt(
            1 / (len(here) - 3) + 1 / (len(before) - 3)
        )
        assert row.n == len(here)
        assert (row.correlation, row.baseline, row.z) == pytest.approx((r, base, z), abs=1e-8)
        assert row.p_value == pytest.approx(2 * stats.norm.sf(abs(z)), rel=1e-5)
    assert table.is_reference.sum() == REFERENCE * 9


def test_a_shift_that_no_feature_shows(built: tuple[Project, pd.DataFrame]) -> None:
    project = built[0]
    incidents = project.table("mlmon_incidents", "monitor = 'leads'")
    assert set(incidents.family) == {"correlation"}
    assert set(incidents.subject) == {"age,balance"}
    assert set(incidents.segment_value) == {"all", "north", "south"}
    assert set(incidents.severity) == {"error"}
    assert set(incidents.first_breach_at) == {START + timedelta(days=BROKEN)}
    (group,) = project.table("mlmon_incident_groups", "monitor = 'leads'").to_dict("records")
    assert (group["n_correlation"], group["n_incidents"], group["segment"]) == (3, 3, "overall")
    checks = project.table(
        "mlmon_checks", "monitor = 'leads' and family = 'correlation' and subject <> 'age,balance'"
    )
    assert (checks.status == "ok").mean() > 0.97  # by chance, one window breaches
    assert len(checks) == (DAYS - REFERENCE) * 2 * 3


def test_thresholds_of_a_pair(built: tuple[Project, pd.DataFrame]) -> None:
    checks = built[0].table(
        "mlmon_checks", "monitor = 'written' and family = 'correlation' and segment = 'overall'"
    )
    assert set(checks.verdict) == {"threshold"}
    assert set(checks.status) == {"error"}  # below 0.8 on all days


def test_metrics_have_them(built: tuple[Project, pd.DataFrame]) -> None:
    project = built[0]
    metrics = project.table(
        "mlmon_metrics", "monitor = 'leads' and family = 'correlation' and segment = 'overall'"
    )
    assert set(metrics.subject) == {"age,balance", "age,income", "balance,income"}
    table = project.table("mlmon_correlations", "monitor = 'leads' and segment = 'overall'")
    merged = metrics.assign(
        column_name=metrics.subject.str.split(",").str[0],
        other_column=metrics.subject.str.split(",").str[1],
    ).merge(table, on=["window_start", "column_name", "other_column"])
    assert len(merged) == DAYS * 3
    assert merged["value"].to_list() == pytest.approx(merged["correlation"].to_list(), abs=1e-12)
    assert merged["baseline_x"].to_list() == pytest.approx(merged["baseline_y"].to_list(), abs=0.01)
