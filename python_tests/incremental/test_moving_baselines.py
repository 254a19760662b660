"""Windows compared with the windows before them: the numbers against numpy, any order of arrival, and no row of the log read for it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency

from python_tests.harness import Project, Rows, assert_same, snapshot
from python_tests.incremental.arrivals import MONITOR, START, arrive, load
from python_tests.statements import Statement, recorded

ROLLING, PERIOD, COUNT, POOLED = 5, 3, 2, 4
MOVING = {
    **MONITOR,
    "baseline": ["reference", {"rolling": ROLLING}, {"seasonal": {"period": "3 days", "count": COUNT}}],
    "verdicts": {"pooled_windows": POOLED, "min_reference_windows": 4},
}
BOTH = ("rolling", "seasonal")


def members(kind: str, day: int) -> list[int]:
    """The days that a day is compared with."""
    if kind == "rolling":
        return list(range(day - ROLLING, day))
    return [day - PERIOD * k for k in range(1, COUNT + 1)]


def reach(kind: str) -> int:
    return ROLLING if kind == "rolling" else PERIOD * COUNT


@pytest.fixture(scope="module")
def arrived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Rows, Rows]:
    """A project whose logs came in four batches, each followed by an incremental build."""
    return arrive(tmp_path_factory.mktemp("moving"), MOVING, seed=2)


def test_incremental_builds_equal_a_full_refresh(arrived: tuple[Project, Rows, Rows]) -> None:
    project = arrived[0]
    project.check_grains()
    incremental = snapshot(project)
    assert len(incremental["mlmon_moving_baselines"]) > 1000
    project.build(full_refresh=True).check()
    assert_same(incremental, snapshot(project))


def counts_by_day(project: Project, column: str) -> Callable[[list[int]], pd.Series]:
    """How many rows of some days are in each group of a column, of all segments together."""
    bins = project.sql(
        f"""
        select profile.window_start, coalesce(bins.psi_group, profile.bin) as psi_group, sum(profile.n) as n
        from mlmon_profile as profile
        left join mlmon_bins as bins on bins.column_name = profile.column_name and bins.column_role = profile.column_role and bins.bin = profile.bin
        where profile.column_name = '{column}' and profile.column_role = 'feature' and profile.segment = 'overall' and profile.model_version = 'all'
        group by 1, 2
        """
    )
    table = bins.pivot(index="window_start", columns="psi_group", values="n").fillna(0)

    def counts(days: list[int]) -> pd.Series:
        found = [START + timedelta(days=day) for day in days]
        return table.reindex(found).fillna(0).sum()

    return counts


def psi(window: pd.Series, baseline: pd.Series) -> float:
    there = (window + baseline) > 0
    b = np.maximum((window / window.sum())[there], 1e-4)
    a = np.maximum((baseline / baseline.sum())[there], 1e-4)
    return float(((b - a) * np.log(b / a)).sum())


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("column", ["age", "job"])
def test_distances_are_those_to_the_members(arrived: tuple[Project, Rows, Rows], kind: str, column: str) -> None:
    project = arrived[0]
    counts = counts_by_day(project, column)
    drift = project.table("mlmon_drift", f"column_name = '{column}' and column_role = 'feature' and segment = 'overall' and model_version = 'all'")
    rows = drift[drift.compared_to == kind].set_index("window_start")
    n_compared = 0
    first = int((drift.window_start.min() - START).days)
    for window_start, row in rows.iterrows():
        day = (window_start - pd.Timestamp(START)).days
        window, baseline = counts([day]), counts(members(kind, day))
        if day - reach(kind) < first:
            assert row.n_reference == 0
            assert np.isnan(row.psi)
            continue
        n_compared += 1
        assert row.n_reference == baseline.sum()
        assert row.psi == pytest.approx(psi(window, baseline), abs=1e-12)
        both = pd.concat([window, baseline], axis=1).T
        both = both.loc[:, both.sum() > 0]
        assert row.chi2 == pytest.approx(chi2_contingency(both, correction=False)[0], rel=1e-9)
        # the windows pooled with it, and the members of each of them that are none of these
        pool = list(range(day - POOLED + 1, day + 1))
        others = {member for each in pool for member in members(kind, each)} - set(pool)
        pooled = pd.concat([counts(pool), counts(sorted(others))], axis=1).T
        pooled = pooled.loc[:, pooled.sum() > 0]
        assert row.chi2_pooled == pytest.approx(chi2_contingency(pooled, correction=False)[0], rel=1e-9)
    assert n_compared > 30


@pytest.mark.parametrize("kind", BOTH)
def test_values_are_those_of_the_members(arrived: tuple[Project, Rows, Rows], kind: str) -> None:
    """Weighted by rows; how much they scatter is told around the mean of each phase."""
    project = arrived[0]
    metrics = project.sql("select * from mlmon_metrics where model_version = 'all' and segment = 'overall' and family = 'performance' and metric in ('accuracy', 'prevalence')")
    stored = project.table("mlmon_moving_baselines", f"compared_to = '{kind}' and segment = 'overall' and family = 'performance'")
    mature = project.sql("select window_start from mlmon_performance where is_mature and segment = 'overall' and model_version = 'all'").window_start
    n_compared = 0
    for metric in ("accuracy", "prevalence"):
        values = metrics[(metrics.metric == metric) & (metrics.compared_to == kind)].set_index("window_start")
        spreads = stored[stored.metric == metric].set_index("window_start")
        final = values[values.index.isin(mature)]
        for window_start, row in values.iterrows():
            days = [window_start - timedelta(days=window) for window in ((window_start - START).days - day for day in members(kind, (window_start - START).days))]
            there = final[final.index.isin(days)]
            if np.isnan(row.baseline):
                continue
            n_compared += 1
            assert row.baseline == pytest.approx((there.value * there.n).sum() / there.n.sum(), rel=1e-9)
            period = 1 if kind == "rolling" else PERIOD
            before = final[(final.index < window_start) & (final.index >= window_start - timedelta(days=reach(kind)))]
            phases = before.groupby([(window_start - time).days % period for time in before.index]).value
            df = len(before) - phases.ngroups
            spread = np.sqrt(((before.value - phases.transform("mean")) ** 2).sum() / df) if df else np.nan
            assert spreads.loc[window_start].spread == pytest.approx(spread, rel=1e-9, nan_ok=True)
            assert spreads.loc[window_start].n_windows == len(there)
    assert n_compared > 60


def readers(statements: list[Statement]) -> set[str]:
    """The models whose statements read a log."""
    return {statement.node for statement in statements if re.search(r'"raw"\."(predictions|labels)"', statement.sql)} - {""}


def test_a_baseline_comes_and_goes_without_a_row_of_the_log(arrived: tuple[Project, Rows, Rows], tmp_path: Path) -> None:
    _, predictions, labels = arrived
    other = Project(tmp_path, {"leads": MONITOR})
    load(other, predictions, labels)
    with recorded() as statements:
        other.build().check()
    assert {"mlmon_profile", "mlmon_outcomes", "mlmon_reference", "mlmon_log_health"} <= readers(statements)
    plain = snapshot(other)
    for monitor in ({**MOVING, "verdicts": {}}, MONITOR):
        other.configure({"leads": monitor})
        with recorded() as statements:
            other.build().check()
        # which asks for the columns, which whether anything is new, and which takes rows for people to look at
        assert readers(statements) <= {"mlmon_monitors", "mlmon_new_watermarks", "mlmon_review_queue"}
    assert_same(snapshot(other), plain)


def test_what_no_baseline_changes_is_judged_once(arrived: tuple[Project, Rows, Rows]) -> None:
    checks = arrived[0].table("mlmon_checks")
    written = checks[checks.verdict == "threshold"]
    assert set(written.compared_to) == {"reference"}
    judged = checks[(checks.verdict == "relative_drop") & (checks.status != "insufficient_data")]
    assert set(judged.compared_to) == {"reference", *BOTH}


def test_what_is_excluded_is_in_no_baseline(arrived: tuple[Project, Rows, Rows], tmp_path: Path) -> None:
    """Rows of the reference are left out as the period says, members by the windows that it touches; the windows themselves are there and judged."""
    _, predictions, labels = arrived
    spells = [{"start": "2026-01-08", "end": "2026-01-10", "why": "outage"}, {"start": "2026-01-25", "end": "2026-01-26 12:00:00", "why": "sale"}]
    project = Project(tmp_path, {"leads": {**MOVING, "reference": {**MONITOR["reference"], "exclude": spells}}})
    load(project, predictions, labels)
    project.build().check()
    counts = counts_by_day(project, "age")
    reference = project.sql("select sum(n) as n from mlmon_reference where column_name = 'age' and segment = 'overall'").n[0]
    assert reference == counts([day for day in range(4, 16) if day not in (7, 8)]).sum() < counts(list(range(4, 16))).sum()
    drift = project.table("mlmon_drift", "column_name = 'age' and compared_to = 'rolling' and segment = 'overall' and model_version = 'all'").set_index("window_start")
    for day in (9, 26, 29):
        there = [member for member in members("rolling", day) if member not in (7, 8, 24, 25)]
        assert len(there) < ROLLING
        assert drift.loc[START + timedelta(days=day)].n_reference == counts(there).sum()
    of_windows = project.sql("select max(n_windows) as n from mlmon_baselines where family = 'performance' and metric = 'prevalence' and segment = 'overall'")
    assert of_windows.n[0] == 10
    assert (project.table("mlmon_checks").window_start == START + timedelta(days=24)).any()


def test_a_number_that_left_several_baselines_counts_once(arrived: tuple[Project, Rows, Rows]) -> None:
    incidents = arrived[0].table("mlmon_incidents")
    series = ["group_id", "model_version", "segment", "segment_value", "family", "subject", "column_role", "metric"]
    told = incidents.assign(metric=incidents["metric"].str.removesuffix("_pooled"))
    counted = told.drop_duplicates(series)
    assert len(counted) < len(told.drop_duplicates([*series, "compared_to"]))
    assert arrived[0].table("mlmon_incident_groups").n_incidents.sum() == len(counted)
