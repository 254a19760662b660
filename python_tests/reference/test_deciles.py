"""Deciles, thresholds, and uplift beside numpy: what lies between two cuts of the order of the scores, where all rows of a score are alike."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pytest

from python_tests.harness import Project

START = datetime(2026, 1, 1)
DAYS = 6
WORTH = {"tp": 120, "fp": -8, "fn": -3, "tn": 0}
MONITOR: dict[str, Any] = {
    "task": "binary",
    "predictions": {"relation": "raw.log", "id": "id", "timestamp": "at", "score": "score", "treatment": "sent", "version": "version"},
    "labels": {"relation": "raw.labels", "id": "id", "label": "label", "timestamp": "at", "maturity": "2 days"},
    "segments": ["region"],
    "reference": {"start": "2026-01-01", "end": "2026-01-04"},
    "value": WORTH,
}
SCORES = [0.02, 0.07, 0.11, 0.25, 0.26, 0.4, 0.5, 0.55, 0.71, 0.83, 0.9, 0.97]


def made() -> pd.DataFrame:
    random, rows = Random(2), []
    for day in range(DAYS):
        for _ in range(random.randrange(150, 200)):
            score, sent = random.choice(SCORES), random.random() < 0.5
            rows.append({
                "id": str(len(rows)), "at": START + timedelta(days=day, seconds=random.randrange(80000)), "day": day, "sent": sent,
                "score": None if random.random() < 0.02 else score, "region": random.choice(["north", "south"]), "version": random.choice(["a", "b"]),
                "label": random.random() < score * (1 if sent else 0.7), "known": random.random() < 0.8,
            })  # fmt: skip
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, pd.DataFrame]:
    rows = made()
    project = Project(tmp_path_factory.mktemp("deciles"), {"leads": MONITOR, "plain": without_value(), "smooth": SMOOTH, "contacted": contacted()})
    project.load(
        log=pa.Table.from_pandas(rows[["id", "at", "score", "sent", "region", "version"]], preserve_index=False),
        labels=pa.Table.from_pandas(rows[rows.known][["id", "at", "label"]], preserve_index=False),
    )
    project.load(outcomes=pa.Table.from_pandas(rows[rows.known & rows.sent][["id", "at", "label"]], preserve_index=False))
    project.load(smooth=pa.Table.from_pandas(smooth_rows(), preserve_index=False))
    project.build(select=["+mlmon_deciles", "mlmon_thresholds", "mlmon_confusion", "+mlmon_performance"]).check()
    return project, rows


def without_value() -> dict[str, Any]:
    """Without treatment, value and labels."""
    predictions = {key: value for key, value in MONITOR["predictions"].items() if key != "treatment"}
    return {key: value for key, value in MONITOR.items() if key not in ("value", "labels")} | {"predictions": predictions}


def contacted() -> dict[str, Any]:
    """Labels of those alone who were sent something."""
    return {**MONITOR, "labels": {**MONITOR["labels"], "relation": "raw.outcomes"}}


# scores that are all different, and the label in the log itself
SMOOTH: dict[str, Any] = {
    "task": "binary",
    "predictions": {"relation": "raw.smooth", "id": "id", "timestamp": "at", "score": "score", "treatment": "sent", "prediction": "decision"},
    "labels": {"relation": "raw.smooth", "id": "id", "label": "label", "timestamp": "at"},
    "reference": {"start": "2026-01-01", "end": "2026-01-02"},
}


def smooth_rows() -> pd.DataFrame:
    random, n = np.random.default_rng(3), 20_000
    score, sent = random.random(n), random.random(n) < 0.3
    return pd.DataFrame({
        "id": [f"s{number}" for number in range(n)], "at": [START + timedelta(days=number % 2, seconds=number) for number in range(n)], "score": score,
        "sent": sent, "decision": score > 0.4, "label": random.random(n) < score**2 * np.where(sent, 0.9, 0.5),
    })  # fmt: skip


def qini(label: npt.ArrayLike, score: npt.ArrayLike, treated: npt.ArrayLike) -> float:
    """scikit-uplift's `qini_auc_score`, of which this gives all 15 digits: its curve has a point for each score that occurs."""
    order = np.argsort(-np.asarray(score), kind="stable")
    y, s, t = (np.asarray(values, dtype=float)[order] for values in (label, score, treated))
    ends = np.flatnonzero(np.append(s[1:] != s[:-1], True))
    n, n_treated, positive, others_positive = ends + 1.0, *(np.cumsum(values)[ends] for values in (t, y * t, y * (1 - t)))
    gain = positive - np.divide(others_positive * n_treated, n - n_treated, out=np.zeros(len(n)), where=n > n_treated)
    at_random, first, last = len(y) * gain[-1] / 2, positive[-1], others_positive[-1]
    perfect = first**2 / 2 + (len(y) - first - last) * first + last * (first + gain[-1]) / 2
    return float((np.trapezoid([0.0, *gain], [0.0, *n]) - at_random) / (perfect - at_random))


def between_cuts(rows: pd.DataFrame, amount: pd.Series) -> npt.NDArray[np.float64]:
    """How much of `amount` lies in each tenth of the rows in the order of their scores, best first."""
    by_score = pd.DataFrame({"n": 1.0, "amount": amount.astype(float)}).groupby(rows.score).sum().sort_index(ascending=False).cumsum()
    places = np.linspace(0, len(rows), 11)
    return np.diff(np.interp(places, [0.0, *by_score.n], [0.0, *by_score.amount]))


def expected(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows[rows.score.notna()]
    label, known, sent, chosen = rows.label, rows.known, rows.sent, rows.score >= 0.5
    worth = np.select([chosen & label, chosen & ~label, ~chosen & label], [WORTH["tp"], WORTH["fp"], WORTH["fn"]], WORTH["tn"])
    n, n_labelled, n_positive = (between_cuts(rows, amount) for amount in (label | True, known, known & label))
    treated, treated_positive = (between_cuts(rows, amount) for amount in (known & sent, known & sent & label))
    value = between_cuts(rows, pd.Series(worth, rows.index) * known)
    rate, whole = n_positive / n_labelled, n_positive.sum() / n_labelled.sum()

    def uplift(treated_positive: Any, treated: Any, positive: Any, labelled: Any) -> Any:
        others = np.where(labelled - treated > 1e-9, labelled - treated, np.nan)
        return treated_positive / treated - (positive - treated_positive) / others

    return pd.DataFrame(
        {
            "n_predictions": n,
            "n_labelled": n_labelled,
            "n_positive": n_positive,
            "mean_score": between_cuts(rows, rows.score) / n,
            "positive_rate": rate,
            "lift": rate / whole,
            "cumulative_gain": n_positive.cumsum() / n_positive.sum(),
            "calibration_gap": between_cuts(rows, rows.score * known) / n_labelled - rate,
            "value": value,
            "cumulative_value": value.cumsum(),
            "n_treated": between_cuts(rows, sent),
            "uplift": uplift(treated_positive, treated, n_positive, n_labelled),
            "cumulative_uplift": uplift(*(amount.cumsum() for amount in (treated_positive, treated, n_positive, n_labelled))),
        },
        index=range(1, 11),
    )


def test_deciles_are_those_of_the_rows(built: tuple[Project, pd.DataFrame]) -> None:
    project, rows = built
    deciles, n_compared = project.table("mlmon_deciles", "monitor = 'leads'"), 0
    for (start, version, segment, part), found in deciles.groupby(["window_start", "model_version", "segment", "segment_value"]):
        wanted = expected(part_of(rows, start, version, segment, part))
        pd.testing.assert_frame_equal(found.set_index("decile").sort_index()[wanted.columns], wanted, rtol=1e-9, atol=1e-9, check_names=False, check_index_type=False)
        n_compared += 1
    assert n_compared == DAYS * 3 * 3


def test_without_labels_there_are_scores_alone(built: tuple[Project, pd.DataFrame]) -> None:
    plain = built[0].table("mlmon_deciles", "monitor = 'plain'")
    assert len(plain) == DAYS * 3 * 3 * 10
    assert plain.mean_score.notna().all()
    for column in ("positive_rate", "lift", "cumulative_gain", "calibration_gap", "value", "cumulative_value", "n_treated", "uplift", "cumulative_uplift"):
        assert plain[column].isna().all(), column


def test_a_window_of_few_rows_has_no_more_deciles_than_they_fill(tmp_path: Path) -> None:
    """Of three predictions, each lies in four tenths or three; what is counted is three."""
    project = Project(tmp_path, {"leads": without_value()})
    rows = [{"id": str(n), "at": START + timedelta(hours=n), "score": [0.2, 0.6, 0.9][n], "region": "north", "version": "a"} for n in range(3)]
    project.load(log=pa.Table.from_pylist(rows))
    project.build(select=["+mlmon_deciles"]).check()
    deciles = project.table("mlmon_deciles", "segment = 'overall' and model_version = 'all'").sort_values("decile")
    assert list(deciles.decile) == list(range(1, 11))
    assert deciles.n_predictions.to_list() == pytest.approx([0.3] * 10)
    assert deciles.mean_score.to_list() == pytest.approx([0.9] * 3 + [(0.9 + 2 * 0.6) / 3] + [0.6] * 2 + [(2 * 0.6 + 0.2) / 3] + [0.2] * 3)


def part_of(rows: pd.DataFrame, start: pd.Timestamp, version: str, segment: str, part: str) -> pd.DataFrame:
    mine = rows[rows.day == (start - pd.Timestamp(START)).days]
    mine = mine if version == "all" else mine[mine.version == version]
    return mine if segment == "overall" else mine[mine.region == part]


def test_thresholds_are_those_of_the_rows(built: tuple[Project, pd.DataFrame]) -> None:
    """At 0 everyone is above, and at 1 no one; between them are the edges of the bins, which lie at the scores that there are, and at each tenth."""
    project, rows = built
    table, n_compared = project.table("mlmon_thresholds", "monitor = 'leads'"), 0
    assert {0.0, 1.0, *SCORES} <= set(table.threshold)
    assert set(table[table.is_in_use].threshold) == {0.5}
    for (start, version, segment, part), found in table.groupby(["window_start", "model_version", "segment", "segment_value"]):
        valid = part_of(rows, start, version, segment, part).dropna(subset="score")
        assert len(found) == table.threshold.nunique()
        for row in found.itertuples():
            above = valid.score > (row.threshold if row.threshold > 0 else -1)
            known, label = valid.known, valid.label
            counts = {"tp": above & label, "fp": above & ~label, "fn": ~above & label, "tn": ~above & ~label}
            wanted = {name: int((chosen & known).sum()) for name, chosen in counts.items()}
            assert {name: getattr(row, name) for name in wanted} == wanted
            assert (row.n_predictions, row.n_labelled) == (above.sum(), (above & known).sum())
            assert row.value == pytest.approx(sum(WORTH[name] * n for name, n in wanted.items()), abs=1e-9)
            assert row.selection_rate == pytest.approx(above.mean())
            assert row.recall == pytest.approx(wanted["tp"] / (wanted["tp"] + wanted["fn"]))
            assert np.isnan(row.precision) if row.n_labelled == 0 else row.precision == pytest.approx(wanted["tp"] / (wanted["tp"] + wanted["fp"]))
        np.testing.assert_allclose(found.regret, found.value.max() - found.value, atol=1e-9)
        n_compared += 1
    assert n_compared == DAYS * 3 * 3


def test_thresholds_without_labels_or_value(built: tuple[Project, pd.DataFrame]) -> None:
    project, _ = built
    assert project.table("mlmon_thresholds", "monitor = 'plain'").empty
    smooth = project.table("mlmon_thresholds", "monitor = 'smooth'")
    assert smooth[["value", "regret"]].isna().all(axis=None)
    assert not smooth.is_in_use.any()  # decisions are logged


def test_uplift_and_qini_are_those_of_the_rows(built: tuple[Project, pd.DataFrame]) -> None:
    project, rows = built
    for row in project.table("mlmon_performance", "monitor = 'leads'").itertuples():
        mine = part_of(rows, row.window_start, row.model_version, row.segment, row.segment_value)
        mine = mine[mine.known]
        assert row.uplift == pytest.approx(mine.label[mine.sent].mean() - mine.label[~mine.sent].mean(), abs=1e-9)
        mine = mine.dropna(subset="score")
        assert row.qini == pytest.approx(qini(mine.label, mine.score, mine.sent), abs=1e-9)
    assert project.table("mlmon_performance", "monitor = 'plain'")[["uplift", "qini"]].isna().all(axis=None)


def test_what_a_treatment_does_is_not_known_of_the_treated_alone(built: tuple[Project, pd.DataFrame]) -> None:
    known = built[0].table("mlmon_performance", "monitor = 'contacted' and n_labelled > 0")
    assert known.precision.notna().any()
    assert known[["uplift", "qini"]].isna().all(axis=None)
    assert built[0].table("mlmon_deciles", "monitor = 'contacted'")[["uplift", "cumulative_uplift"]].isna().all(axis=None)


@pytest.mark.parametrize("table", ["mlmon_deciles", "mlmon_thresholds", "mlmon_confusion"])
def test_windows_say_whether_their_labels_are_complete(built: tuple[Project, pd.DataFrame], table: str) -> None:
    shown = built[0].table(table, "monitor = 'leads'")[["window_start", "is_mature"]].drop_duplicates()
    assert dict(zip(shown.window_start, shown.is_mature, strict=True)) == {pd.Timestamp(START + timedelta(days=day)): day < DAYS - 3 for day in range(DAYS)}


def test_qini_of_bins_is_that_of_the_scores(built: tuple[Project, pd.DataFrame]) -> None:
    rows = smooth_rows()
    found = built[0].table("mlmon_performance", "monitor = 'smooth'").set_index("window_start").qini
    assert len(found) == 2
    for day, mine in rows.groupby(rows["at"].dt.floor("D")):
        assert found[day] == pytest.approx(qini(mine.label, mine.score, mine.sent), abs=0.005)
        assert found[day] > 0.02
