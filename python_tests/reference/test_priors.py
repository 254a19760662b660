"""The base rate that scores alone tell, beside HDy as quapy computes it, and beside the truth."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pytest

from python_tests.harness import Project

START, REFERENCE_DAYS, DAYS, ROWS = datetime(2026, 1, 1), 4, 120, 5000
MONITOR: dict[str, Any] = {
    "task": "binary",
    "predictions": {"relation": "raw.log", "id": "id", "timestamp": "at", "score": "score"},
    "labels": {"relation": "raw.labels", "id": "id", "label": "label", "timestamp": "at"},
    "reference": {"start": "2026-01-01", "end": "2026-01-05"},
}
Doubles = npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, pd.DataFrame]:
    """Each window has a base rate of its own; in the last one, scores are those of neither class."""
    random, logs = np.random.default_rng(8), []
    for day in range(REFERENCE_DAYS + DAYS):
        rate = 0.3 if day < REFERENCE_DAYS else random.uniform(0.05, 0.7)
        label = random.random(ROWS) < rate
        score = np.where(label, random.beta(5, 2, ROWS), random.beta(2, 5, ROWS))
        if day == REFERENCE_DAYS + DAYS - 1:
            score = random.beta(60, 60, ROWS)
        logs.append(pd.DataFrame({"day": day, "rate": rate, "score": score, "label": label, "at": START + timedelta(days=day)}))
    rows = pd.concat(logs, ignore_index=True)
    rows["id"] = rows.index.astype(str)
    alike = pd.DataFrame({"score": random.random(4000), "label": random.random(4000) < 0.5, "at": [START + timedelta(days=number // 1000 * 2) for number in range(4000)]})
    alike["id"] = alike.index.astype(str)
    of_alike = {**MONITOR, "predictions": {**MONITOR["predictions"], "relation": "raw.alike"}, "labels": {**MONITOR["labels"], "relation": "raw.alike"}}
    of_equal = {**of_alike, "predictions": {**of_alike["predictions"], "relation": "raw.equal"}}
    project = Project(tmp_path_factory.mktemp("priors"), {"leads": MONITOR, "alike": of_alike, "equal": of_equal})
    project.load(
        log=pa.Table.from_pandas(rows[["id", "at", "score"]], preserve_index=False),
        labels=pa.Table.from_pandas(rows[rows.day < REFERENCE_DAYS][["id", "at", "label"]], preserve_index=False),
        alike=pa.Table.from_pandas(alike, preserve_index=False),
        equal=pa.Table.from_pandas(alike.assign(score=0.4), preserve_index=False),
    )
    project.build(select=["+mlmon_priors"]).check()
    return project, rows


def hdy(positives: Doubles, negatives: Doubles, scores: Doubles) -> float:
    """quapy's HDy: the median over histograms of 10 to 110 bins of the share, in hundredths, whose mixture is nearest by Hellinger."""
    shares, found = np.linspace(0, 1, 101)[:, None], []
    for n_bins in range(10, 111, 10):
        of_positives, of_negatives, of_scores = (np.histogram(values, n_bins, (0, 1))[0] / len(values) for values in (positives, negatives, scores))
        found.append(shares[np.sqrt((shares * of_positives + (1 - shares) * of_negatives) * of_scores).sum(axis=1).argmax(), 0])
    return float(np.median(found))


def test_it_is_that_of_quapy(built: tuple[Project, pd.DataFrame]) -> None:
    project, rows = built
    found = project.table("mlmon_priors", "monitor = 'leads'").sort_values("window_start").reset_index(drop=True)[:-1]
    known = rows[rows.day < REFERENCE_DAYS]
    positives, negatives = known.score[known.label].to_numpy(), known.score[~known.label].to_numpy()
    theirs = np.array([hdy(positives, negatives, rows.score[rows.day == REFERENCE_DAYS + day].to_numpy()) for day in range(DAYS - 1)])
    assert len(found) == DAYS - 1
    assert np.abs(found.prevalence - theirs).max() <= 0.01
    truth = rows.groupby("day").label.mean().to_numpy()[REFERENCE_DAYS:-1]
    assert np.sqrt(np.square(found.prevalence - truth).mean()) <= np.sqrt(np.square(theirs - truth).mean())
    rates = rows.groupby("day").rate.first().to_numpy()[REFERENCE_DAYS:-1]
    assert 0.9 <= ((found.prevalence_low <= rates) & (rates <= found.prevalence_high)).mean() <= 0.99
    assert found.reference_prevalence.to_numpy() == pytest.approx(known.label.mean())
    assert found.n_predictions.eq(ROWS).all()


def test_what_is_no_mixture_is_far_from_it(built: tuple[Project, pd.DataFrame]) -> None:
    found = built[0].table("mlmon_priors", "monitor = 'leads'").sort_values("window_start")
    assert found.distance[:-1].max() < 0.05
    assert found.distance.iloc[-1] > 0.3


def test_scores_that_tell_nothing_tell_no_base_rate(built: tuple[Project, pd.DataFrame]) -> None:
    alike = built[0].table("mlmon_priors", "monitor = 'alike'")
    assert len(alike) == 2
    assert (alike.prevalence_high - alike.prevalence_low > 0.5).all()


def test_equal_scores_tell_nothing(built: tuple[Project, pd.DataFrame]) -> None:
    table = built[0].table("mlmon_priors", "monitor = 'equal'")
    assert len(table) == 2
    assert table[["prevalence", "prevalence_low", "prevalence_high"]].isna().all(axis=None)
    assert table.distance.max() < 1e-6
