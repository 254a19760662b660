"""Deciles beside numpy: what lies between two cuts of the order of the scores, where all rows of a score are alike."""

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
    "labels": {"relation": "raw.labels", "id": "id", "label": "label", "timestamp": "at"},
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
    project = Project(tmp_path_factory.mktemp("deciles"), {"leads": MONITOR, "plain": without_value()})
    project.load(
        log=pa.Table.from_pandas(rows[["id", "at", "score", "sent", "region", "version"]], preserve_index=False),
        labels=pa.Table.from_pandas(rows[rows.known][["id", "at", "label"]], preserve_index=False),
    )
    project.build(select=["+mlmon_deciles"]).check()
    return project, rows


def without_value() -> dict[str, Any]:
    """Without treatment, value and labels."""
    predictions = {key: value for key, value in MONITOR["predictions"].items() if key != "treatment"}
    return {key: value for key, value in MONITOR.items() if key not in ("value", "labels")} | {"predictions": predictions}


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
        mine = rows[rows.day == (start - pd.Timestamp(START)).days]
        mine = mine if version == "all" else mine[mine.version == version]
        mine = mine if segment == "overall" else mine[mine.region == part]
        wanted = expected(mine)
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
