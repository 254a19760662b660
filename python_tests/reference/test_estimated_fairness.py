"""Fairness before labels: beside scikit-learn's isotonic regression, and beside what the labels then said."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.isotonic import IsotonicRegression

from python_tests.harness import Project

START, REFERENCE_DAYS, DAYS, ROWS = datetime(2026, 1, 1), 6, 4, 3000
RATES = ("tpr", "fpr", "precision", "accuracy")
MONITOR: dict[str, Any] = {
    "task": "binary",
    "predictions": {"relation": "raw.log", "id": "id", "timestamp": "at", "score": "score"},
    "labels": {"relation": "raw.labels", "id": "id", "label": "label", "timestamp": "at", "maturity": "2 days"},
    "fairness": {"attributes": ["gender"], "min_group_size": 20, "reference_group": {"gender": "m"}},
    "reference": {"start": "2026-01-01", "end": "2026-01-07"},
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, pd.DataFrame]:
    """A score means less for one group, which another window has with lower scores; a third group has few rows, the last hardly any."""
    random, n = np.random.default_rng(4), (REFERENCE_DAYS + DAYS) * ROWS
    rows = pd.DataFrame({"id": np.arange(n).astype(str), "day": np.arange(n) // ROWS, "gender": random.choice(["m", "f", "x", "y"], n, p=[0.5, 0.47, 0.028, 0.002])})
    rows["score"] = random.beta(np.where((rows.gender == "f") & (rows.day >= REFERENCE_DAYS), 2.0, 3.0), 3).round(2)
    rows["label"] = random.random(n) < rows.score * np.where(rows.gender == "f", 0.7, 1.0)
    rows["at"] = [START + timedelta(days=int(day)) for day in rows.day]
    project = Project(tmp_path_factory.mktemp("gaps"), {"leads": MONITOR})
    project.load(
        log=pa.Table.from_pandas(rows[["id", "at", "score", "gender"]], preserve_index=False),
        labels=pa.Table.from_pandas(rows[rows.day < REFERENCE_DAYS][["id", "at", "label"]], preserve_index=False),
    )
    project.build(select=["+mlmon_estimated_fairness"]).check()
    return project, rows


def expected(rows: pd.DataFrame, reference: pd.DataFrame) -> dict[str, float]:
    """Rates of decisions, from the share of positives that labels said of each score; the log has a hundred scores, so each is a bin of its own."""
    by_score = reference.groupby("score").label.agg(["mean", "size"])
    fit = IsotonicRegression().fit(by_score.index, by_score["mean"], sample_weight=by_score["size"])
    rate = pd.Series(fit.predict(by_score.index), by_score.index).reindex(rows.score).to_numpy()
    chosen = (rows.score >= 0.5).to_numpy()
    tp, fp, fn, tn = ((chosen * rate).sum(), (chosen * (1 - rate)).sum(), (~chosen * rate).sum(), (~chosen * (1 - rate)).sum())
    return {"tpr": tp / (tp + fn), "fpr": fp / (fp + tn), "precision": tp / (tp + fp), "accuracy": (tp + tn) / len(rows)}


def test_rates_are_those_of_the_rows(built: tuple[Project, pd.DataFrame]) -> None:
    project, rows = built
    table = project.table("mlmon_estimated_fairness")
    assert len(table) == DAYS * 4
    known = rows[rows.day < REFERENCE_DAYS]
    common = set(known.score[known.gender == "m"]) & set(known.score[known.gender == "f"])
    for row in table[~table.is_suppressed].itertuples():
        mine = rows[(rows.day == (row.window_start - pd.Timestamp(START)).days) & (rows.gender == row.group_value)]
        assert row.n == len(mine)
        # the group of few labels takes those of all
        wanted = expected(mine[mine.score.isin(common)], known if row.group_value == "x" else known[known.gender == row.group_value])
        for name in RATES:
            assert getattr(row, name) == pytest.approx(wanted[name], abs=0.003), (name, row)
    groups = table.set_index(["window_start", "group_value"])
    for name in RATES:
        theirs = groups.xs("m", level="group_value")[name].reindex(groups.index.droplevel("group_value")).to_numpy()
        np.testing.assert_allclose(groups[f"{name}_ratio"], groups[name] / theirs)
        np.testing.assert_allclose(groups[f"{name}_difference"], groups[name] - theirs)
    assert set(table.reference_group) == {"m"}
    assert table.is_trusted.all()


def test_a_gap_is_seen_before_its_labels(built: tuple[Project, pd.DataFrame]) -> None:
    """Beside the rates that the labels held back would have given."""
    project, rows = built
    table = project.table("mlmon_estimated_fairness", "group_value in ('m', 'f')")
    for row in table.itertuples():
        mine = rows[(rows.day == (row.window_start - pd.Timestamp(START)).days) & (rows.gender == row.group_value)]
        chosen = mine.score >= 0.5
        assert row.tpr == pytest.approx((chosen & mine.label).sum() / mine.label.sum(), abs=0.06)
        assert row.precision == pytest.approx(mine.label[chosen].mean(), abs=0.06)
    assert table[table.group_value == "f"].tpr_ratio.max() < 0.8


def test_small_groups_are_suppressed(built: tuple[Project, pd.DataFrame]) -> None:
    small = built[0].table("mlmon_estimated_fairness", "group_value = 'y'")
    assert small.is_suppressed.all()
    assert small[[f"{name}{suffix}" for name in RATES for suffix in ("", "_ratio", "_difference")]].isna().all(axis=None)


@pytest.fixture(scope="module")
def accepted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, pd.DataFrame]:
    """Labels of those alone who were chosen; and a reference in a relation of its own, which has none."""
    random, n = np.random.default_rng(9), 6000
    rows = pd.DataFrame({"id": np.arange(n).astype(str), "day": np.arange(n) // 1000, "gender": random.choice(["m", "f", "x"], n, p=[0.5, 0.3, 0.2])})
    rows["score"] = np.where(rows.gender == "x", random.beta(9, 2, n), random.beta(2, 2, n)).round(2)
    rows["label"], rows["at"] = random.random(n) < rows.score, [START + timedelta(days=int(day)) for day in rows.day]
    known = rows[(rows.day < 3) & (rows.score >= 0.5)]
    block = {**MONITOR, "reference": {"start": "2026-01-01", "end": "2026-01-04"}}
    project = Project(tmp_path_factory.mktemp("accepted"), {"leads": block, "apart": {**MONITOR, "reference": {"relation": "raw.training"}}})
    log = pa.Table.from_pandas(rows[["id", "at", "score", "gender"]], preserve_index=False)
    project.load(log=log, training=log, labels=pa.Table.from_pandas(known[["id", "at", "label"]], preserve_index=False))
    project.build(select=["+mlmon_estimated_fairness"]).check()
    return project, rows


def test_where_no_label_was_the_score_is_taken_and_not_trusted(accepted: tuple[Project, pd.DataFrame]) -> None:
    project, rows = accepted
    table = project.table("mlmon_estimated_fairness", "monitor = 'leads' and group_value in ('m', 'f')")
    assert len(table) == 3 * 2
    for row in table.itertuples():
        mine = rows[(rows.day == (row.window_start - pd.Timestamp(START)).days) & (rows.gender == row.group_value)]
        # the scores are right here, and those below the threshold are all that there is
        chosen = mine.score >= 0.5
        assert row.tpr == pytest.approx(mine.score[chosen].sum() / mine.score.sum(), abs=0.05)
        assert row.accuracy == pytest.approx(np.where(chosen, mine.score, 1 - mine.score).mean(), abs=0.05)
    assert not table.is_trusted.any()
    assert set(table.reason) == {"over 5 % of the scores are where fewer than 10 labels are known"}


def test_a_reference_without_labels_is_not_trusted(accepted: tuple[Project, pd.DataFrame]) -> None:
    table = accepted[0].table("mlmon_estimated_fairness", "monitor = 'apart'")
    assert table[list(RATES)].notna().all(axis=None)
    assert not table.is_trusted.any()
    assert table.reason.notna().all()
