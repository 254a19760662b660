"""The default verdicts over a generated log: each p-value beside an independent one, what the parameters do, and what chance does not.

The log is 78 days. On Saturdays and Sundays there are fewer rows, more NULLs, slower answers and fewer conversions; the last days hold one
change of each kind. A monitor with whole weeks enough in its reference knows the weekend; one that is told to ask for more does not.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.random import Generator
from scipy import stats

from python_tests.harness import Project

START = datetime(2026, 1, 5)  # a Monday
DAYS, REFERENCE = 78, 63  # the last day is not mature
NEW_KIND = (65, 74)  # one row of a category that the reference has not
SMALL_DAY = 70  # a segment has 40 rows of its usual 400
BAD_SUNDAY = 76  # conversions, NULLs and latency are bad even for a Sunday
MONITOR: dict[str, Any] = {
    "task": "binary",
    "predictions": {"relation": "raw.log", "id": "id", "timestamp": "at", "score": "score", "latency_ms": "latency"},
    "labels": {"relation": "raw.labels", "id": "id", "label": "label", "timestamp": "at"},
    "features": {"numeric": ["x"], "categorical": ["kind"]},
    "segments": ["region"],
    "kpis": [{"name": "revenue", "numerator": "sum(l.revenue)", "denominator": "count(*)"}],
    "reference": {"start": "2026-01-05", "end": "2026-03-09"},
}
MONITORS: dict[str, dict[str, Any]] = {
    "knows": MONITOR,
    "flat": {**MONITOR, "verdicts": {"seasonal_weeks": 100, "dispersion": False}},
    "tuned": {
        **MONITOR,
        "thresholds": {
            "null_rate": {"of": {"x": {"warn": 0.15}}}, "psi_excess": {"of": {"x": False}},
            "psi": {"warn": 9, "of": {"kind": {"warn": {"below": 9}}}},
        },
        "verdicts": {
            "alpha": 0.05, "pooled_windows": 3,
            "metrics": {
                "performance": {"warn": 0.02, "error": 0.5}, "recall": {"warn": 0.04}, "revenue": {"min_rows": 200, "alpha": 0.001},
                "operations.latency_p95": {"warn": 0.9},
            },
        },
    },
}  # fmt: skip


def day_of(random: Generator, day: int) -> pd.DataFrame:
    weekend, bad = day % 7 >= 5, day == BAD_SUNDAY
    frames = []
    for region, usual in (("EU", 400), ("US", 800)):
        n = 40 if region == "EU" and day == SMALL_DAY else int(random.poisson(usual * (0.6 if weekend else 1)))
        score = random.beta(2, 3, n)
        label = random.random(n) < score * (0.5 if bad else 0.8 if weekend else 1)
        # a category that is rare in every window, and one that is new
        kinds = random.choice(["a", "b", "c", "rare"], n, p=[0.5, 0.3, 0.198, 0.002])
        kinds[:1] = "new" if region == "US" and day in NEW_KIND else kinds[:1]
        x = random.normal(0, 1, n)
        x[random.random(n) < (0.2 if bad else 0.06 if weekend else 0.01)] = np.nan
        frames.append(
            pd.DataFrame(
                {
                    "id": [f"{day}-{region}-{i}" for i in range(n)],
                    "at": [START + timedelta(days=day, seconds=int(s)) for s in random.integers(0, 80_000, n)],
                    "score": score, "label": label.astype(int), "region": region, "kind": kinds, "x": x,
                    "latency": np.exp(random.normal(0.8 if bad else 0.4 if weekend else 0, 0.3, n)) * 80,
                    "revenue": label * np.exp(random.normal(3, 0.7, n)),
                }
            )
        )
    return pd.concat(frames)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    random = np.random.default_rng(7)
    log = pd.concat([day_of(random, day) for day in range(DAYS)])
    labels = log[["id", "at", "label", "revenue"]]
    project = Project(tmp_path_factory.mktemp("verdicts"), MONITORS, {"log": log.drop(columns=["label", "revenue"]), "labels": labels})
    project.build(select=["+mlmon_metrics", "+mlmon_checks"]).check()
    return project


def checks(project: Project, monitor: str, metric: str, subject: str | None = None) -> pd.DataFrame:
    rows = project.table("mlmon_checks", f"monitor = '{monitor}' and metric = '{metric}'")
    rows["day"] = (rows["window_start"] - pd.Timestamp(START)).dt.days
    return rows if subject is None else rows[rows["subject"] == subject]


def reference_values(project: Project, family: str, subject: str, metric: str) -> pd.DataFrame:
    rows = project.table(
        "mlmon_metrics",
        f"monitor = 'knows' and model_version = 'all' and is_reference and family = '{family}' and subject = '{subject}' "
        f"and metric = '{metric}'",
    )
    rows["phase"] = rows["window_start"].dt.dayofweek
    return rows


def by_phase(reference: pd.DataFrame) -> pd.DataFrame:
    """Each window's own day of the week: sum over it, mean, windows and the harmonic mean of the counts."""
    grouped = reference.groupby("phase")
    return pd.DataFrame(
        {
            "pooled": grouped.apply(lambda part: (part["value"] * part["n"]).sum() / part["n"].sum(), include_groups=False),
            "n": grouped["n"].sum(), "windows": grouped.size(), "mean": grouped["value"].mean(), "usual_n": grouped["n"].agg(stats.hmean),
        }
    )  # fmt: skip


def test_a_kpi_is_judged_by_the_spread_of_its_days_and_the_more_loosely_the_fewer_rows_it_has(project: Project) -> None:
    judged = checks(project, "knows", "value", "revenue")
    for (segment, value), rows in judged.groupby(["segment", "segment_value"]):
        reference = reference_values(project, "kpi", "revenue", "value")
        reference = reference[(reference["segment"] == segment) & (reference["segment_value"] == value)]
        days = by_phase(reference)
        df = len(reference) - len(days)
        spread = np.sqrt(((reference["value"] - reference["phase"].map(days["mean"])) ** 2).sum() / df)
        assert set(rows.loc[rows["p_value"].isna(), "day"]) == {DAYS - 1}
        for row in rows[rows["p_value"].notna()].itertuples():
            usual = days.loc[row.window_start.dayofweek]
            error = spread * np.sqrt(max(1, usual["usual_n"] / row.n) + 1 / usual["windows"])
            assert row.p_value == pytest.approx(stats.t.sf((usual["mean"] - row.value) / error, df), rel=0.05)
            assert row.baseline == pytest.approx(usual["pooled"])
            assert (row.baseline_phase, row.baseline_windows) == (row.window_start.dayofweek, usual["windows"])
    small = judged[(judged["day"] == SMALL_DAY) & (judged["segment_value"] == "EU")].iloc[0]
    assert small["n"] == 40
    assert small["status"] == "ok"


def test_shares_are_judged_by_the_chance_of_their_counts(project: Project) -> None:
    """NULLs and what performance missed: the binomial tail at the share of the same day of the week."""
    for family, subject, metric, missed in (
        ("drift", "x", "null_rate", lambda value: value),
        ("performance", "model", "recall", lambda value: 1 - value),
        ("performance", "model", "f1", lambda value: 1 - value / (2 - value)),
    ):
        reference = reference_values(project, family, subject, metric)
        judged = checks(project, "knows", metric, subject)
        judged = judged[judged["family"] == family]
        compared = 0
        for (segment, value), rows in judged.groupby(["segment", "segment_value"]):
            days = by_phase(reference[(reference["segment"] == segment) & (reference["segment_value"] == value)])
            for row in rows[rows["p_value"].notna()].itertuples():
                usual = days.loc[row.window_start.dayofweek]
                inflation = row.dispersion * (1 + row.n / usual["n"])
                k, n = missed(row.value) * row.n / inflation, row.n / inflation
                # P(X >= k) of a binomial as an incomplete beta function, which takes counts that are not whole
                expected = stats.beta.cdf(missed(usual["pooled"]), k, n - k + 1) if k > 0 else 1.0
                assert row.p_value == pytest.approx(expected, rel=0.2, abs=1e-12), row
                compared += 1
        assert compared > 30


def test_the_weekend_is_known_where_the_reference_has_weeks_enough(project: Project) -> None:
    sudden = {"value": ("kpi", "revenue"), "latency_p95": ("operations", "log"), "null_rate": ("drift", "x")}
    for metric, (family, subject) in sudden.items():
        knows, flat = (checks(project, monitor, metric, subject) for monitor in ("knows", "flat"))
        assert set(knows["family"]) == {family}
        breaching = set(knows.loc[knows["status"].isin(["warn", "error"]) & (knows["segment"] == "overall"), "day"])
        assert breaching == {BAD_SUNDAY}, metric
        assert knows["baseline_phase"].notna().all()
        assert flat["baseline_phase"].isna().all()
    # a flat baseline takes each weekend for a breach
    flat = checks(project, "flat", "null_rate", "x")
    flat = flat[flat["segment"] == "overall"]
    assert set(flat.loc[flat["status"].isin(["warn", "error"]), "day"]) == {day for day in range(REFERENCE, DAYS) if day % 7 >= 5}


def sparse_p_value(b: np.ndarray, a: np.ndarray) -> float:
    """Pearson's test with the groups of less than one expected row taken together, by their exact chance."""
    b, a = b[(a + b) > 0], a[(a + b) > 0]
    n, m, total = b.sum(), a.sum(), a + b
    chance = n / (n + m)
    terms = (b - total * chance) ** 2 / (total * chance * (1 - chance))
    expected = total * chance
    if expected.min() >= 5:
        return float(stats.chi2.sf(terms.sum(), len(b) - 1))
    filled = expected >= 1
    chi2, df = terms[filled].sum(), filled.sum() - 1
    k, rare = b[~filled].sum(), total[~filled].sum()
    if rare:
        df += 1
        pearson = (k - rare * chance) ** 2 / (rare * chance * (1 - chance))
        exact = stats.norm.isf(stats.binom.sf(k - 1, rare, chance)) ** 2 if k > rare * chance else pearson
        chi2 += min(pearson, exact)
    scale = max(1.0, 1 + (1 / (chance * (1 - chance)) - 6) * (1 / total[filled]).sum() / (2 * df))
    return float(stats.chi2.sf(chi2 / scale, df / scale))


def test_groups_of_few_rows_are_no_drift(project: Project) -> None:
    where = "monitor = 'flat' and column_name = 'kind' and segment = 'overall'"
    drift = project.table("mlmon_drift", where + " and not is_reference and model_version = 'all'")
    profile = project.table("mlmon_profile", where + " and model_version = 'all' and bin not in ('null', 'invalid', 'unseen')")
    reference = project.table("mlmon_reference", where)
    a = reference.groupby("bin")["n"].sum()
    assert len(drift) == DAYS - REFERENCE
    for row in drift.itertuples():
        for first, p_value in ((row.window_start, row.p_value_sparse), (row.window_start - timedelta(days=6), row.p_value_sparse_pooled)):
            b = profile[(profile["window_start"] >= first) & (profile["window_start"] <= row.window_start)].groupby("bin")["n"].sum()
            both = pd.concat([b, a], axis=1).fillna(0).to_numpy(dtype=float)
            expected = sparse_p_value(both[:, 0], both[:, 1])
            # the approximation of the exact chance errs on the safe side
            assert -0.1 < np.log10(p_value) - np.log10(expected) < 0.3 + 0.2 * abs(np.log10(expected)), row
    # a single row of a category that is new is no reason to call anyone
    new = drift[(drift["window_start"] - pd.Timestamp(START)).dt.days.isin(NEW_KIND)]
    assert (new["p_value"] < 1e-6).all()
    assert drift["p_value_sparse"].min() > 1e-3
    judged = checks(project, "flat", "psi_excess", "kind")
    assert not judged.loc[judged["segment"] == "overall", "status"].isin(["warn", "error"]).any()


def test_statuses_follow_from_what_stands_beside_them(project: Project) -> None:
    rows = project.table("mlmon_checks", "verdict <> 'threshold'")
    assert rows[["alpha", "min_effect", "min_rows", "span_windows"]].notna().all().all()
    assert ((rows["family"] == "estimate") == rows["min_effect_error"].isna()).all()  # which is never an error
    significant = rows["q_value"] <= rows["alpha"]
    expected = np.select(
        [
            rows["q_value"].isna() | rows["effect"].isna(),
            significant & (rows["effect"] >= rows["min_effect_error"]),
            significant & (rows["effect"] >= rows["min_effect"]),
        ],
        ["insufficient_data", "error", "warn"],
        "ok",
    )  # fmt: skip
    assert (rows["status"] == expected).all()
    few = (rows["n"] < rows["min_rows"]) & (rows["verdict"] != "seasonal_band")
    assert (rows.loc[few, "status"] == "insufficient_data").all()


def test_parameters_of_a_kpi_stand_over_those_of_a_metric_a_family_and_the_monitor(project: Project) -> None:
    def used(metric: str, subject: str | None = None, monitor: str = "tuned") -> set[tuple[Any, ...]]:
        rows = checks(project, monitor, metric, subject)
        rows = rows[rows["family"] != "estimate"]
        return set(rows[["alpha", "min_effect", "min_effect_error", "min_rows", "span_windows"]].itertuples(index=False, name=None))

    assert used("psi_excess", monitor="knows") == {(0.01, 0.02, 0.25, 30, 1)}
    assert used("psi_excess_pooled", monitor="knows") == {(0.01, 0.02, 0.25, 30, 7)}
    assert used("psi_excess_pooled") == {(0.05, 0.02, 0.25, 30, 3)}
    assert used("precision") == {(0.05, 0.02, 0.5, 30, 1)}
    assert used("recall") == {(0.05, 0.04, 0.5, 30, 1)}
    assert used("value", "revenue") == {(0.001, 0.1, 0.2, 200, 1)}
    # a warning moved beyond the default error takes it along
    assert used("latency_p95") == {(0.05, 0.9, 0.9, 30, 1)}
    small = checks(project, "tuned", "value", "revenue")
    assert set(small.loc[small["n"] < 200, "status"]) == {"insufficient_data"}


def test_pooled_windows_are_those_asked_for(project: Project) -> None:
    drift = project.table("mlmon_drift", "monitor = 'tuned' and column_name = 'x' and segment = 'overall' and model_version = 'all'")
    drift = drift.sort_values("window_start")
    assert list(drift["n_pooled"])[2:] == list(drift["n"].rolling(3).sum())[2:]


def test_a_subject_has_a_threshold_of_its_own(project: Project) -> None:
    """It replaces the default verdict and the metric's own threshold, for this subject alone."""
    rules = project.table("mlmon_rules", "monitor = 'tuned'")
    written = rules[rules["metric"].isin(["null_rate", "psi_excess", "psi"])]
    assert {(row.metric, row.subject or "", row.verdict) for row in written.itertuples()} == {
        ("null_rate", "", "share_rise"), ("null_rate", "x", "threshold"), ("psi_excess", "", "drift"), ("psi_excess", "x", "off"),
        ("psi", "", "threshold"), ("psi", "kind", "threshold"),
    }  # fmt: skip
    judged = {metric: checks(project, "tuned", metric) for metric in ("null_rate", "psi_excess", "psi")}
    verdicts = {metric: {subject: set(part["verdict"]) for subject, part in rows.groupby("subject")} for metric, rows in judged.items()}
    assert verdicts["null_rate"] == {"x": {"threshold"}, "kind": {"share_rise"}}
    assert verdicts["psi_excess"] == {"kind": {"drift"}, "score": {"drift"}, "prediction": {"drift"}}
    nulls = judged["null_rate"]
    assert set(nulls.loc[nulls["status"] == "warn", "day"]) == {BAD_SUNDAY}
    assert set(nulls["warn_threshold"][nulls["subject"] == "x"]) == {0.15}
    psi = judged["psi"].groupby("subject")["status"].agg(set)
    assert psi.pop("kind") == {"warn"}
    assert set(psi.index) == {"x", "score", "prediction", "latency"}
    assert all(status == {"ok"} for status in psi)
    assert not judged["psi"].duplicated(["window_start", "segment", "segment_value", "subject"]).any()


def test_a_monitor_has_rules_of_its_own_task(project: Project) -> None:
    assert not set(project.table("mlmon_rules")["metric"]) & {"mae", "rmse", "bias"}
