"""Estimates of multiclass models before labels come: beside scikit-learn's isotonic regression of each class against the rest over rows, and beside what came."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import roc_auc_score

from python_tests.harness import Project

START = np.datetime64("2026-01-01", "us")
DAYS, PER_DAY, REFERENCE, MATURITY = 46, 900, 14, 12
DRIFT = 26  # from this day on, concept drift in the monitor `drifted`
CLASSES = ["bronze", "gold", "silver", "zinc"]
SCORES = [f"p_{name}" for name in CLASSES]
METRICS = ["precision", "recall", "specificity", "f1", "accuracy", "roc_auc"]
Doubles = npt.NDArray[np.float64]


def made(seed: int, drifts: bool) -> pd.DataFrame:
    """Scores that are too sure; what is predicted is the likeliest class, and one is rare. Of some nothing was predicted. Inputs drift from day 24 on, and a region is harder."""
    random = np.random.default_rng(seed)
    day = np.repeat(np.arange(DAYS), PER_DAY)
    n = len(day)
    region = random.choice(["north", "south"], n, p=[0.6, 0.4])
    logits = random.normal(size=(n, 4)) * 1.2 + np.array([0.6, 0.0, 0.2, -1.6]) + np.where(day >= 24, 0.5, 0)[:, None] * np.array([0, 1, -1, 0])
    truth = np.exp(logits * np.where(region == "south", 0.6, 1)[:, None])
    if drifts:
        truth = np.where((day >= DRIFT)[:, None], truth[:, [1, 2, 0, 3]], truth)
    sure = np.exp(1.6 * logits)
    scores, truth = sure / sure.sum(axis=1, keepdims=True), truth / truth.sum(axis=1, keepdims=True)
    label = (truth.cumsum(axis=1) < random.random(n)[:, None]).sum(axis=1).clip(0, 3)
    at = START + day.astype("timedelta64[D]") + random.integers(0, 86_000_000_000, n).astype("timedelta64[us]")
    labelled_at = at + (random.exponential(3, n) * 86_400_000_000).astype("timedelta64[us]")
    rows = pd.DataFrame({"id": np.arange(n).astype(str), "at": at, "day": day, "region": region, "labelled_at": labelled_at, "label": np.array(CLASSES)[label]})
    rows[SCORES] = scores
    rows["p_void"] = 1e-9  # a class that never occurs
    rows["prediction"] = np.where(random.random(n) < 0.02, None, np.array(CLASSES)[scores.argmax(axis=1)])
    return rows.assign(known=labelled_at < START + np.timedelta64(DAYS, "D"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, dict[str, pd.DataFrame]]:
    logs = {"offers": made(1, drifts=False), "drifted": made(2, drifts=True)}
    monitors: dict[str, Any] = {
        name: {
            "task": "multiclass",
            "predictions": {"relation": f"raw.{name}", "id": "id", "timestamp": "at", "prediction": "prediction", "class_scores": {**dict(zip(CLASSES, SCORES, strict=True)), "void": "p_void"}},
            "labels": {"relation": f"raw.{name}_labels", "id": "id", "label": "label", "timestamp": "at", "maturity": f"{MATURITY} days"},
            "segments": ["region"],
            "reference": {"start": "2026-01-01", "end": "2026-01-15"},
        }
        for name in logs
    }
    # decisions alone say nothing of what they will turn out to be
    plain = {key: value for key, value in monitors["offers"]["predictions"].items() if key != "class_scores"}
    widened = {**monitors["offers"]["labels"], "relation": "raw.widened"}
    monitors["widened"] = {**monitors["offers"], "labels": widened}
    monitors["plain"] = {**monitors["offers"], "predictions": plain}
    monitors["mute"] = {key: value for key, value in monitors["offers"].items() if key != "labels"}
    project = Project(tmp_path_factory.mktemp("estimates"), monitors)
    for name, rows in logs.items():
        known = rows[rows.known]
        project.load(**{name: rows[["id", "at", "region", "prediction", *SCORES, "p_void"]], f"{name}_labels": known[["id", "label"]].assign(at=known.labelled_at)})
    known = logs["offers"][logs["offers"].known]
    label = known.label.where((known.day < REFERENCE) | (known.id.astype(int) % 5 > 0), "platinum")
    project.load(widened=pd.DataFrame({"id": known.id, "label": label, "at": known.labelled_at}))
    project.build(select=["+mlmon_estimates"]).check()
    return project, logs


def estimates(project: Project, monitor: str, estimator: str, segment_value: str) -> pd.DataFrame:
    found = project.table("mlmon_estimates", f"monitor = '{monitor}' and estimator = '{estimator}' and segment_value = '{segment_value}'")
    return found.assign(day=(found.window_start - pd.Timestamp("2026-01-01")).dt.days).set_index("day").sort_index()


def averages(predicted: pd.Series, chances: Doubles, scores: Doubles) -> dict[str, float]:
    """Metrics of rows that are each of a class with these chances: each class against the rest, and the mean of the classes."""
    found: dict[str, list[float]] = {name: [] for name in METRICS}
    right = 0.0
    for number, name in enumerate(CLASSES):
        chosen, chance = (predicted == name).to_numpy(), chances[:, number]
        tp, fp, fn, tn = (chosen * chance).sum(), (chosen * (1 - chance)).sum(), (~chosen * chance).sum(), (~chosen * (1 - chance)).sum()
        auc = roc_auc_score(np.repeat([1, 0], len(chance)), np.tile(scores[:, number], 2), sample_weight=np.concatenate([chance, 1 - chance]))
        for metric, value in {"precision": tp / (tp + fp), "recall": tp / (tp + fn), "specificity": tn / (tn + fp), "f1": 2 * tp / (2 * tp + fp + fn), "roc_auc": auc}.items():
            found[metric].append(value)
        right += tp
    return {name: float(np.mean(values)) for name, values in found.items() if values} | {"accuracy": right / len(predicted)}


def by_isotonic_regression(rows: pd.DataFrame, reference: pd.DataFrame) -> dict[str, float]:
    chances = [IsotonicRegression(out_of_bounds="clip").fit(reference[score], reference.label == name).predict(rows[score]) for name, score in zip(CLASSES, SCORES, strict=True)]
    return averages(rows.prediction, np.column_stack(chances), rows[SCORES].to_numpy())


def came(rows: pd.DataFrame) -> dict[str, float]:
    return averages(rows.prediction, np.column_stack([rows.label == name for name in CLASSES]).astype(float), rows[SCORES].to_numpy())


def part(rows: pd.DataFrame, segment_value: str) -> pd.DataFrame:
    return rows[rows.prediction.notna() & ((rows.region == segment_value) | (segment_value == "all"))]


@pytest.mark.parametrize("segment_value", ["all", "south"])
def test_as_if_no_label_were_known(built: tuple[Project, dict[str, pd.DataFrame]], segment_value: str) -> None:
    mine, rows = estimates(built[0], "offers", "calibrated", segment_value), part(built[1]["offers"], segment_value)
    assert list(mine.index) == list(range(REFERENCE, DAYS))
    reference = rows[(rows.day < REFERENCE) & rows.known]
    for day in (REFERENCE, 25, DAYS - 1):
        theirs = by_isotonic_regression(rows[rows.day == day], reference)
        assert {name: mine.loc[day, name] for name in theirs} == pytest.approx(theirs, abs=0.01 if segment_value == "all" else 0.02), day


def test_it_is_what_comes(built: tuple[Project, dict[str, pd.DataFrame]]) -> None:
    inside = []
    for segment_value in ("all", "north", "south"):
        mine, rows = estimates(built[0], "offers", "calibrated", segment_value), part(built[1]["offers"], segment_value)
        truth = pd.DataFrame.from_dict({day: came(of) for day, of in rows.groupby("day")}, orient="index").loc[mine.index]
        for name in METRICS:
            # of scores alike, those of the class that is predicted are more often right; inputs that drift change how many these are
            assert abs((mine[name] - truth[name]).mean()) < 0.015, (segment_value, name)
            inside += list((truth[name] >= mine[f"{name}_low"]) & (truth[name] <= mine[f"{name}_high"]))
        assert mine.is_trusted.mean() > 0.7
        assert mine.business_value.isna().all()
    assert 0.9 < np.mean(inside) < 0.98


def test_a_nowcast_takes_known_labels_as_they_are(built: tuple[Project, dict[str, pd.DataFrame]]) -> None:
    project, rows = built[0], part(built[1]["offers"], "all")
    mine = estimates(project, "offers", "nowcast", "all")
    measured = project.table("mlmon_performance", "monitor = 'offers' and segment_value = 'all' and not is_reference").set_index("window_start").sort_index()
    measured.index = mine.index
    complete = [day for day in mine.index if (rows[rows.day == day].known).all()]
    assert len(complete) > 5
    for name in METRICS:
        assert list(mine.loc[complete, name]) == pytest.approx(list(measured.loc[complete, name]), abs=1e-9), name
        assert (mine.loc[complete, f"{name}_high"] - mine.loc[complete, f"{name}_low"]).max() == pytest.approx(0, abs=1e-9)
    # a class that came up, which has no score, is one that is never predicted
    new, known = estimates(project, "widened", "nowcast", "all"), project.table("mlmon_performance", "monitor = 'widened' and segment_value = 'all' and not is_reference")
    known = known.assign(day=(known.window_start - pd.Timestamp("2026-01-01")).dt.days).set_index("day")
    for name in METRICS[:-1]:
        assert list(new.loc[complete, name]) == pytest.approx(list(known.loc[complete, name]), abs=1e-9), name
    assert known.loc[complete, "f1"].max() < measured.loc[complete, "f1"].min() - 0.05
    # of the newest windows, most labels are still to come
    for day in range(DAYS - 4, DAYS):
        truth = came(rows[rows.day == day])
        for name in METRICS:
            assert mine.loc[day, name] == pytest.approx(truth[name], abs=0.06), (day, name)


def test_what_labels_refute_is_not_trusted(built: tuple[Project, dict[str, pd.DataFrame]]) -> None:
    project, rows = built[0], part(built[1]["drifted"], "all")
    mine = estimates(project, "drifted", "calibrated", "all")
    truth = came(rows[rows.day >= DRIFT])
    assert mine.loc[DRIFT:, "accuracy"].mean() > truth["accuracy"] + 0.1
    assert not mine.loc[DRIFT + 6 :, "is_trusted"].any()
    assert mine.loc[DRIFT + 6 :, "reason"].str.contains("missed what came").all()


def test_without_class_scores_nothing_is_estimated(built: tuple[Project, dict[str, pd.DataFrame]]) -> None:
    assert built[0].table("mlmon_estimates", "monitor = 'plain'").empty
    # nor is a class counted that no label can be of
    assert set(built[0].table("mlmon_outcomes", "monitor = 'mute'")["bin"]) == {"all"}
