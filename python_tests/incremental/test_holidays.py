"""Holidays are compared with holidays, and are no members of what other days are compared with."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from python_tests.harness import Project, Rows, assert_same, snapshot
from python_tests.incremental.arrivals import MONITOR, START, arrive, load
from python_tests.incremental.test_moving_baselines import counts_by_day, psi
from python_tests.statements import recorded

ROLLING, PERIOD, COUNT = 5, 3, 2
# two lie in the reference, 4 to 15
DAYS = [6, 10, 24, 31, 36, 40, 44]
REFERENCE = range(4, 16)
MONITOR_ON_HOLIDAYS = {
    **MONITOR,
    "baseline": ["reference", {"rolling": ROLLING}, {"seasonal": {"period": "3 days", "count": COUNT}}],
    "holidays": [str((START + timedelta(days=day)).date()) for day in DAYS[:-1]] + [{"date": (START + timedelta(days=DAYS[-1])).date(), "name": "the last"}],
    "verdicts": {"min_reference_windows": 4},
}
KINDS = ("reference", "rolling", "seasonal")


@pytest.fixture(scope="module")
def arrived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Rows, Rows]:
    return arrive(tmp_path_factory.mktemp("holidays"), MONITOR_ON_HOLIDAYS, seed=3)


def members(kind: str, day: int, first: int) -> list[int]:
    """The days that a day is compared with."""
    if day in DAYS:
        if kind == "reference":
            return [one for one in DAYS if one in REFERENCE]
        before = [one for one in DAYS if first <= one < day][-(4 if kind == "rolling" else COUNT) :]
        return before if len(before) >= 2 else []
    if kind == "reference":
        return [one for one in REFERENCE if one not in DAYS]
    far = ROLLING if kind == "rolling" else PERIOD * COUNT
    found = range(day - far, day) if kind == "rolling" else [day - PERIOD * k for k in range(1, COUNT + 1)]
    return [one for one in found if one not in DAYS] if day - far >= first else []


def day_of(moment: pd.Timestamp) -> int:
    return int((moment - pd.Timestamp(START)).days)


@pytest.mark.slow
def test_incremental_builds_equal_a_full_refresh(arrived: tuple[Project, Rows, Rows]) -> None:
    project = arrived[0]
    project.check_grains()
    incremental = snapshot(project)
    assert sorted(project.table("mlmon_calendar", "is_holiday").window_start.map(day_of)) == DAYS
    project.build(full_refresh=True).check()
    assert_same(incremental, snapshot(project))


@pytest.mark.parametrize("kind", KINDS)
def test_distances_are_those_to_the_members(arrived: tuple[Project, Rows, Rows], kind: str) -> None:
    project, n_holidays = arrived[0], 0
    counts = counts_by_day(project, "age")
    drift = project.table("mlmon_drift", "column_name = 'age' and column_role = 'feature' and segment = 'overall' and model_version = 'all'")
    rows = drift[drift.compared_to == kind]
    pinned = project.sql("select sum(n) as n from mlmon_reference where column_name = 'age' and column_role = 'feature' and segment = 'overall'").n[0]
    first = min(day_of(start) for start in rows.window_start)
    for row in rows.itertuples():
        day = day_of(row.window_start)
        if kind == "reference" and day not in DAYS:  # the reference as it was pinned, holidays and all
            assert row.n_reference == pinned
            continue
        baseline = counts(members(kind, day, first))
        assert row.n_reference == baseline.sum()
        if not baseline.sum():
            assert np.isnan(row.psi)
            continue
        n_holidays += day in DAYS
        assert row.psi == pytest.approx(psi(counts([day]), baseline), abs=1e-12)
        assert np.isnan(row.psi_excess_pooled) or day not in DAYS
    assert n_holidays == {"reference": 6, "rolling": 4, "seasonal": 4}[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_values_are_those_of_the_members(arrived: tuple[Project, Rows, Rows], kind: str) -> None:
    project, compared = arrived[0], set()
    metrics = project.sql(
        f"""
        select metrics.*
        from mlmon_metrics as metrics
        inner join mlmon_performance as performance using (model_version, window_start, segment, segment_value)
        where performance.is_mature and metrics.segment = 'overall' and metrics.model_version = 'all' and metrics.family = 'performance'
            and metrics.metric in ('accuracy', 'prevalence') and metrics.compared_to = '{kind}'
        """
    )
    first = day_of(project.table("mlmon_calendar").window_start.min())
    for row in metrics.itertuples():
        day = day_of(row.window_start)
        there = metrics[(metrics.metric == row.metric) & metrics.window_start.map(day_of).isin(members(kind, day, first))]
        if not len(there):
            assert np.isnan(row.baseline)
            continue
        compared.add(day)
        assert row.baseline == pytest.approx((there.value * there.n).sum() / there.n.sum(), rel=1e-9)
    assert len(compared & set(DAYS)) >= 4


def test_a_holiday_without_others_has_no_baseline(arrived: tuple[Project, Rows, Rows]) -> None:
    checks = arrived[0].table("mlmon_checks", "compared_to = 'rolling' and segment = 'overall'")
    first = checks[checks.window_start == START + timedelta(days=DAYS[1])]
    assert set(first.reason) <= {"no_baseline", "few_rows", "not_mature", "thin_labels"}
    later = checks[(checks.window_start == START + timedelta(days=DAYS[3])) & (checks.metric == "n_predictions")]
    assert set(later.status) <= {"ok", "warn", "error"}


@pytest.mark.slow
def test_a_relation_of_holidays_is_read_again(arrived: tuple[Project, Rows, Rows], tmp_path: Path) -> None:
    """A day that is added has what it touches judged again. A run asks once."""
    holidays: Rows = [{"date": (START + timedelta(days=day)).date(), "name": "one"} for day in DAYS[:-1]]
    project = Project(tmp_path, {"leads": {**MONITOR_ON_HOLIDAYS, "holidays": "raw.holidays"}})
    load(project, *arrived[1:])
    project.load(holidays=pa.Table.from_pylist(holidays))
    project.build().check()
    project.load(holidays=pa.Table.from_pylist([*holidays, {"date": (START + timedelta(days=DAYS[-1])).date(), "name": "the last"}, {"date": date(2020, 1, 1), "name": "old"}]))
    with recorded() as statements:
        project.build().check()
    assert len([statement for statement in statements if re.search(r"select distinct .* as holidays", statement.sql, re.DOTALL)]) == 1
    assert sorted(project.table("mlmon_calendar", "is_holiday").window_start.map(day_of)) == DAYS
    incremental = snapshot(project)
    project.build(full_refresh=True).check()
    assert_same(incremental, snapshot(project))


def test_hours_of_a_holiday_are_compared_with_the_same_hour(tmp_path: Path) -> None:
    monitor = {
        "task": "binary",
        "predictions": {"relation": "raw.predictions", "id": "id", "timestamp": "at", "score": "score"},
        "features": {"numeric": ["age"]},
        "window": "hour",
        "reference": {"start": "2026-01-01", "end": "2026-01-05"},
        "baseline": ["reference", {"rolling": 24}],
        "holidays": ["2026-01-02", "2026-01-04", "2026-01-06", "2026-01-07"],
    }
    rows = [
        {"id": f"{hour}-{n}", "at": datetime(2026, 1, 1) + timedelta(hours=hour, minutes=n), "score": 0.5, "age": float(hour % 24 + n)}
        for hour in range(24 * 7) for n in range(hour % 24 + 2 + hour // 24)
    ]  # fmt: skip
    project = Project(tmp_path, {"calls": monitor})
    project.load(predictions=pa.Table.from_pylist(rows))
    project.build().check()
    drift = project.table("mlmon_drift", "column_name = 'age' and column_role = 'feature'").set_index(["compared_to", "window_start"]).n_reference
    at = datetime(2026, 1, 7, 15)
    sizes = {day: 15 + 2 + day for day in range(7)}
    assert drift[("reference", at)] == sizes[1] + sizes[3]
    assert drift[("rolling", at)] == sizes[1] + sizes[3] + sizes[5]
    baselines = project.table("mlmon_checks", "metric = 'n_predictions'").set_index(["compared_to", "window_start"]).baseline
    assert baselines[("reference", at)] == (sizes[1] + sizes[3]) / 2
    assert baselines[("rolling", at)] == (sizes[1] + sizes[3] + sizes[5]) / 3
