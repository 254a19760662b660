"""Versions compared with the version before: the numbers against numpy, any order of arrival, what is judged."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from python_tests.harness import Project, Rows, assert_same, snapshot
from python_tests.incremental.arrivals import MONITOR, arrive
from python_tests.incremental.test_moving_baselines import psi

EXCLUDED = datetime(2026, 1, 9)
COMPARING = {
    **MONITOR,
    "baseline": ["reference", "previous_version"],
    "reference": {**MONITOR["reference"], "exclude": [{"start": str(EXCLUDED), "end": str(EXCLUDED + timedelta(days=1)), "why": "outage"}]},
    "verdicts": {"min_reference_windows": 4},
}


def named(predictions: Rows) -> None:
    """Versions of twelve days that overlap with the next, then two that begin together, and one after them."""
    for number, row in enumerate(predictions):
        day = (row["at"] - datetime(2026, 1, 1)).days
        row["version"] = f"v{(day + number % 5) // 12}" if day < 43 else ("one", "two", "two")[number % 3] if day < 47 else "last"


@pytest.fixture(scope="module")
def arrived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Rows, Rows]:
    return arrive(tmp_path_factory.mktemp("versions"), COMPARING, seed=5, changed=named)


def previous(windows: pd.DataFrame) -> dict[str, str]:
    """The version before each, by the first window of each."""
    first = windows.sort_values("window_start").groupby("model_version").first()
    found = {}
    for version, row in first.iterrows():
        earlier = first[first.window_start < row.window_start].sort_values(["window_start", "n_predictions"])
        if len(earlier):
            found[str(version)] = str(earlier.index[-1])
    return found


@pytest.fixture(scope="module")
def windows(arrived: tuple[Project, Rows, Rows]) -> pd.DataFrame:
    return arrived[0].table("mlmon_log_health", "segment = 'overall' and model_version <> 'all'")


@pytest.mark.slow
def test_incremental_builds_equal_a_full_refresh(arrived: tuple[Project, Rows, Rows], windows: pd.DataFrame) -> None:
    project = arrived[0]
    project.check_grains()
    assert previous(windows)["v2"] == "v1"
    assert len(previous(windows)) == 6
    incremental = snapshot(project)
    project.build(full_refresh=True).check()
    assert_same(incremental, snapshot(project))


@pytest.mark.parametrize("segment", ["overall", "region"])
def test_distances_are_those_to_the_version_before(arrived: tuple[Project, Rows, Rows], windows: pd.DataFrame, segment: str) -> None:
    project = arrived[0]
    bins = project.sql(
        f"""
        select profile.model_version, profile.segment_value, profile.window_start, coalesce(bins.psi_group, profile.bin) as psi_group, sum(profile.n) as n
        from mlmon_profile as profile
        left join mlmon_bins as bins on bins.column_name = profile.column_name and bins.column_role = profile.column_role and bins.bin = profile.bin
        where profile.column_name = 'age' and profile.segment = '{segment}'
        group by 1, 2, 3, 4
        """
    )
    table = bins.pivot_table(index=["model_version", "segment_value", "window_start"], columns="psi_group", values="n", aggfunc="sum").fillna(0)
    drift = project.table("mlmon_drift", f"column_name = 'age' and segment = '{segment}' and compared_to = 'previous_version'")
    before, n_compared = previous(windows), 0
    for row in drift.itertuples():
        version = before.get(row.model_version)
        known = table.xs((version, row.segment_value)) if (version, row.segment_value) in table.index else table.iloc[:0].droplevel([0, 1])
        members = known[(known.index < row.window_start) & (known.index != EXCLUDED)]
        if not len(members):
            assert row.n_reference == 0
            assert np.isnan(row.psi)
            continue
        n_compared += 1
        assert row.n_reference == members.sum().sum()
        assert row.psi == pytest.approx(psi(table.loc[(row.model_version, row.segment_value, row.window_start)], members.sum()), abs=1e-12)
    assert n_compared > 40
    assert set(drift[drift.n_reference > 0].model_version) == set(before)


def test_values_are_those_of_the_version_before(arrived: tuple[Project, Rows, Rows], windows: pd.DataFrame) -> None:
    project, before, n_compared = arrived[0], previous(windows), 0
    metrics = project.sql(
        """
        select metrics.*
        from mlmon_metrics as metrics
        inner join mlmon_performance as performance using (model_version, window_start, segment, segment_value)
        where performance.is_mature and metrics.segment = 'region' and metrics.family = 'performance' and metrics.metric in ('accuracy', 'prevalence')
            and metrics.compared_to = 'previous_version'
        """
    )
    assert metrics[metrics.model_version == "all"].baseline.isna().all()
    for row in metrics[metrics.model_version != "all"].itertuples():
        members = metrics[
            (metrics.model_version == before.get(row.model_version)) & (metrics.metric == row.metric) & (metrics.segment_value == row.segment_value)
            & (metrics.window_start < row.window_start) & (metrics.window_start != EXCLUDED)
        ]  # fmt: skip
        if not len(members):
            assert np.isnan(row.baseline)
            continue
        n_compared += 1
        assert row.baseline == pytest.approx((members.value * members.n).sum() / members.n.sum(), rel=1e-9)
    assert n_compared > 100


def test_versions_are_judged_against_it_and_all_of_them_against_the_others(arrived: tuple[Project, Rows, Rows], windows: pd.DataFrame) -> None:
    checks = arrived[0].table("mlmon_checks")
    beside = checks[checks.compared_to == "previous_version"]
    assert set(checks[checks.compared_to == "reference"].model_version) == {"all"}
    assert set(beside.model_version) == {*previous(windows), "v0"}
    assert (beside[beside.model_version == "v0"].reason.isin(["no_baseline", "few_rows", "not_mature", "not_trusted"])).all()
    judged = beside[beside.status != "insufficient_data"]
    assert {"drift", "performance", "operations", "kpi"} <= set(judged.family)
    # a threshold is the same whatever it stands beside, and the rollout decides how many predictions a version makes
    assert not set(beside.verdict) & {"threshold", "ratio_bound"}
    assert not (beside.metric == "n_predictions").any()
