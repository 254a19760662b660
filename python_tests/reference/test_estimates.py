"""Estimates before labels come, beside scikit-learn and beside what came: a log whose labels are known to the test, and arrive late by outcome."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score, roc_auc_score

from python_tests.harness import Project

START = np.datetime64("2026-01-01", "us")
DAYS, PER_DAY, REFERENCE, MATURITY = 64, 700, 20, 20
DRIFT = 34  # from this day on, concept drift in the monitor `drifted`
WORTH = {"tp": 10, "fp": -2}
SHORT = {"short": {"start": "2026-01-01", "end": "2026-01-03"}, "short_later": {"start": "2026-01-07", "end": "2026-01-09"}}
METRICS: dict[str, Any] = {"precision": partial(precision_score, zero_division=np.nan), "recall": recall_score, "f1": partial(f1_score, zero_division=np.nan), "accuracy": accuracy_score, "roc_auc": roc_auc_score}


def made(seed: int, drifts: bool) -> pd.DataFrame:
    """Scores that are not calibrated, and drift; a region where they are worth less, and one too small for rates of its own."""
    random = np.random.default_rng(seed)
    day = np.repeat(np.arange(DAYS), PER_DAY)
    n = len(day)
    region = random.choice(["north", "south", "islet"], n, p=[0.6, 0.39, 0.01])
    score = 1 / (1 + np.exp(0.8 - 1.3 * (random.normal(0, 1, n) + np.where(day >= 40, 0.4, 0))))
    rate = score**1.3 * np.where(region == "south", 0.7, 1) * np.where(drifts & (day >= DRIFT), 0.6, 1)
    positive = random.random(n) < rate
    at = START + day.astype("timedelta64[D]") + random.integers(0, 86_000_000_000, n).astype("timedelta64[us]")
    delay = np.where(positive, random.exponential(6, n), random.exponential(2, n))
    labelled_at = at + (delay * 86_400_000_000).astype("timedelta64[us]")
    comes = random.random(n) < 0.9
    known = comes & (labelled_at < START + np.timedelta64(DAYS, "D"))
    return pd.DataFrame({
        "id": np.arange(n).astype(str), "at": at, "day": day, "score": score, "region": region, "positive": positive,
        "labelled_at": labelled_at, "comes": comes, "known": known,
    })  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, dict[str, pd.DataFrame]]:
    logs = {"leads": made(1, drifts=False), "drifted": made(2, drifts=True)}
    monitors = {
        name: {
            "task": "binary",
            "predictions": {"relation": f"raw.{name}", "id": "id", "timestamp": "at", "score": "score"},
            "labels": {"relation": f"raw.{name}_labels", "id": "id", "label": "label", "timestamp": "at", "maturity": f"{MATURITY} days"},
            "segments": ["region"],
            "reference": {"start": "2026-01-01", "end": "2026-01-21"},
            "value": WORTH,
        }
        for name in logs
    }
    del monitors["drifted"]["value"]
    # the same log with references of two windows: what the rates are learned from is little
    for name, days in SHORT.items():
        monitors[name] = {**monitors["leads"], "reference": days}
    project = Project(tmp_path_factory.mktemp("estimates"), monitors)
    for name, rows in logs.items():
        known = rows[rows.known]
        labels = pd.DataFrame({"id": known.id, "label": known.positive.astype(int), "at": known.labelled_at})
        project.load(**{name: rows[["id", "at", "score", "region"]], f"{name}_labels": labels})
    project.build(select=["+mlmon_estimates"]).check()
    return project, logs


@cache
def estimates(project: Project, monitor: str, *by: str) -> pd.DataFrame:
    """By estimator, what else is named, segment, and day."""
    found = project.table("mlmon_estimates", f"monitor = '{monitor}'")
    found["day"] = (found["window_start"] - pd.Timestamp("2026-01-01")).dt.days
    return found.set_index(["estimator", *by, "segment_value", "day"]).sort_index()


def rates(project: Project, segment_value: str) -> pd.DataFrame:
    """What scikit-learn's isotonic regression says of the score bins of the reference."""
    bins = project.sql(
        "select bin, sum(n_scored) as n, sum(n_positive) as k, sum(score_total) as s from main.mlmon_outcomes where monitor = 'leads'"
        f" and is_reference and model_version = 'all' and segment_value = '{segment_value}' and n_scored > 0 group by bin order by bin"
    )
    bins["rate"] = IsotonicRegression().fit_transform(range(len(bins)), bins.k / bins.n, sample_weight=bins.n)
    return bins.assign(score=bins.s / bins.n).set_index("bin")


def expected(project: Project, segment_value: str, day: int) -> dict[str, float]:
    """The metrics of a window whose rows are positive with these rates: each row of a bin once as a positive and once as a negative, weighted."""
    calibration = rates(project, segment_value if segment_value in ("north", "south") else "all")
    bins = project.sql(
        "select o.bin, o.n_predictions as n, o.n_selected as selected, p.total / p.n as score from main.mlmon_outcomes as o inner join main.mlmon_profile as p"
        " using (monitor, model_version, window_start, segment, segment_value, bin) where o.monitor = 'leads' and p.column_role = 'score'"
        f" and o.segment_value = '{segment_value}' and o.window_start = timestamp '2026-01-01' + interval {day} day and o.n_predictions > 0 order by o.bin"
    ).set_index("bin")
    places = [calibration.index.get_loc(bin_) for bin_ in bins.index]
    rate = []
    for place, score in zip(places, bins.score, strict=True):
        beside = np.clip([place - 1, place, place + 1], 0, len(calibration) - 1)
        known = calibration.iloc[beside]
        rate.append(np.interp(score, known.score, known.rate))
    weights = np.concatenate([bins.n * rate, bins.n * (1 - np.array(rate))])
    truth = np.repeat([1, 0], len(bins))
    chosen, order = np.tile(bins.selected > 0, 2), np.tile(np.arange(len(bins)), 2)
    found = {name: float(METRICS[name](truth, order if name == "roc_auc" else chosen, sample_weight=weights)) for name in METRICS}
    found["business_value"] = float(sum(weights * np.select([truth * chosen == 1, chosen], [WORTH["tp"], WORTH["fp"]], 0)))
    return found


@pytest.mark.parametrize("segment_value", ["all", "south", "islet"])
def test_as_if_no_label_were_known(built: tuple[Project, Any], segment_value: str) -> None:
    """Equal to scikit-learn's metrics and isotonic regression; a part of few labels has the rates of the whole."""
    mine = estimates(built[0], "leads").loc["calibrated", segment_value]
    assert list(mine.index) == list(range(REFERENCE, DAYS))
    for day in (REFERENCE, 47, DAYS - 1):
        theirs = expected(built[0], segment_value, day)
        assert {name: mine.loc[day, name] for name in theirs} == pytest.approx(theirs, rel=1e-9, nan_ok=True), day


def came(rows: pd.DataFrame, region: str = "all") -> pd.DataFrame:
    """What each day's metrics are when all labels that ever come are there."""
    if region != "all":
        rows = rows[rows.region == region]
    days = {day: {name: metric(of.positive, of.score if name == "roc_auc" else of.score >= 0.5) for name, metric in METRICS.items()} for day, of in rows.groupby("day")}
    return pd.DataFrame.from_dict(days, orient="index")


def test_it_is_what_comes(built: tuple[Project, dict[str, pd.DataFrame]]) -> None:
    """No bias, also of inputs that drifted and within a region, and intervals that hold 95 of 100."""
    inside = []
    for region in ("all", "north", "south"):
        mine = estimates(built[0], "leads").loc["calibrated", region]
        truth = came(built[1]["leads"], region).loc[mine.index]
        for name in METRICS:
            error = mine[name] - truth[name]
            assert abs(error.mean()) < (0.02 if region == "all" else 0.04), (region, name)
            inside += list((truth[name] >= mine[f"{name}_low"]) & (truth[name] <= mine[f"{name}_high"]))
    assert 0.92 < np.mean(inside) < 0.98
    assert estimates(built[0], "leads").loc["calibrated", "all"].is_trusted.mean() > 0.9


def test_the_rest_is_estimated(built: tuple[Project, dict[str, pd.DataFrame]]) -> None:
    """Known labels count; the others as those that come so late. Positives come later here, so that what is known looks worse than what will be."""
    mine = estimates(built[0], "leads").loc["nowcast", "all"]
    truth = came(built[1]["leads"][lambda rows: rows.comes]).loc[mine.index]
    open_days = mine[(mine.n_labelled < 0.85 * mine.n_predictions) & (mine.n_labelled > 0.2 * mine.n_predictions)].index
    assert len(open_days) >= 5
    known_only = built[0].table("mlmon_performance", "monitor = 'leads' and segment = 'overall' and model_version = 'all'").sort_values("window_start")
    known_only = known_only.set_index((known_only["window_start"] - pd.Timestamp("2026-01-01")).dt.days)
    for name in ("precision", "recall", "accuracy", "roc_auc"):
        error, naive = (mine[name] - truth[name]).loc[open_days], (known_only[name] - truth[name]).loc[open_days]
        assert error.abs().median() < 0.025, name
        if name == "precision":
            assert naive.mean() < -0.05
            assert abs(error.mean()) < 0.02
    inside = [
        low <= value <= high
        for name in ("precision", "recall", "accuracy", "roc_auc")
        for low, value, high in zip(mine[f"{name}_low"].loc[open_days], truth[name].loc[open_days], mine[f"{name}_high"].loc[open_days], strict=True)
    ]
    assert np.mean(inside) > 0.88


def test_where_all_labels_are_there_nothing_is_estimated(built: tuple[Project, Any]) -> None:
    mine = estimates(built[0], "leads").loc["nowcast", "all"]
    performance = built[0].table("mlmon_performance", "monitor = 'leads' and segment = 'overall' and model_version = 'all' and is_mature").set_index("window_start")
    mature = mine[mine.window_start.isin(performance.index)]
    assert len(mature) > 20
    for name in METRICS:
        assert list(mature[name]) == pytest.approx(list(performance[name].loc[mature.window_start]), rel=1e-9), name
        assert (mature[f"{name}_high"] - mature[f"{name}_low"]).abs().max() < 1e-9


def test_what_misses_is_silenced(built: tuple[Project, Any]) -> None:
    """Concept drift: scores as before, labels that are not. It is told when the first of them are complete, and no later than a maturity period after that."""
    drifted = estimates(built[0], "drifted").loc["calibrated", "all"]
    first_complete = DRIFT
    told = drifted[~drifted.is_trusted].index
    assert min(told) >= first_complete
    assert min(told) <= first_complete + 7
    late = drifted.loc[DRIFT + 7 :]
    assert not late.is_trusted.any()
    assert late.reason.str.contains("missed what came").all()
    assert drifted.business_value.isna().all()
    nowcast = estimates(built[0], "drifted").loc["nowcast", "all"]
    complete = nowcast.index < DAYS - MATURITY - 1
    assert nowcast[complete].is_trusted.all()
    assert not nowcast[~complete].is_trusted.any()
    assert estimates(built[0], "leads").loc["nowcast", "all"].is_trusted.all()
    islet = estimates(built[0], "leads").loc["calibrated", "islet"]
    assert set(islet.reason) == {"fewer predictions than alerts.min_rows"}
    assert not islet.is_trusted.any()


def test_a_reference_of_two_windows_has_wider_bands(built: tuple[Project, dict[str, pd.DataFrame]]) -> None:
    """Rates that are learned from few labels are in doubt, in all windows alike: over the references, the bands hold what comes."""
    long = estimates(built[0], "leads").loc["calibrated", "all"]
    days, inside = long.index, []
    truth = came(built[1]["leads"]).loc[days]
    for reference in SHORT:
        short = estimates(built[0], reference).loc["calibrated", "all"].loc[days]
        for name in METRICS:
            low, high = short[f"{name}_low"], short[f"{name}_high"]
            assert (high - low).mean() > 1.05 * (long[f"{name}_high"] - long[f"{name}_low"]).mean(), (reference, name)
            inside += list((truth[name] >= low) & (truth[name] <= high))
    assert 0.9 < np.mean(inside) < 0.98
