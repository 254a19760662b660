"""A model of several classes beside scikit-learn: 2, 3, 12 and 200 classes, unknown and unseen ones, late labels; what it is judged by; on every engine but Spark."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from python_tests.harness import Project, Rows, assert_same, snapshot
from python_tests.incremental.arrivals import deliver
from python_tests.reference.multiclass import area_of, by_class, performance, tenths
from python_tests.statements import recorded
from python_tests.warehouses import Warehouse

START = datetime(2026, 1, 1)
DAYS, ROWS = 30, 3000
CHANGED = START + timedelta(days=22)  # gold is taken for silver in one region
TIERS = ["bronze", "gold", "it's, \\silver"]
CLASSES = {"tiers": TIERS, "two": ["no", "yes"], "twelve": [str(n) for n in range(12)], "many": [f"item_{n:03}" for n in range(200)]}
SCORED = {"tiers": TIERS, "many": CLASSES["many"]}


def block(name: str, **changed: Any) -> dict[str, Any]:
    predictions = {"relation": "raw.offers", "id": "id", "timestamp": "at", "prediction": f"p_{name}", "version": "version", "loaded_at": "loaded_at"}
    if name in SCORED:
        predictions["class_scores"] = scores(name)
    return {
        "task": "multiclass", "predictions": predictions,
        "labels": {"relation": "raw.choices", "id": "id", "label": f"y_{name}", "timestamp": "at", "loaded_at": "loaded_at", "maturity": "2 days"},
        "reference": {"start": "2026-01-01", "end": "2026-01-13"}, "alerts": {"min_rows": 10}, **changed,
    }  # fmt: skip


def scores(name: str) -> dict[str, str]:
    return {each: f"{name}_{place}" for place, each in enumerate(SCORED.get(name, []))}


MONITORS = {
    "tiers": block("tiers", segments=["region", ["region", "channel"]], fairness={"attributes": ["gender"]}, features={"numeric": ["age"]}, thresholds={"f1": {"of": {"class=gold": {"error": {"below": 0.5}}}}}),
    "two": block("two", thresholds={"recall": {"warn": {"below": 0.99}}}), "twelve": block("twelve"), "many": block("many"),
}  # fmt: skip
SCHEMAS = {
    "offers": pa.schema(
        [(name, pa.string()) for name in ("id", "version", "region", "channel", "gender", "p_tiers", "p_two", "p_many")] + [("p_twelve", pa.int64())]
        + [(name, pa.timestamp("us")) for name in ("at", "loaded_at")] + [(name, pa.float64()) for name in ("age", *scores("tiers").values(), *scores("many").values())]
    ),
    # whole numbers in a column of doubles: the same classes
    "choices": pa.schema([(name, pa.string()) for name in ("id", "y_tiers", "y_two", "y_many")] + [("y_twelve", pa.float64())] + [(name, pa.timestamp("us")) for name in ("at", "loaded_at")]),
}  # fmt: skip


def logs() -> tuple[Rows, Rows]:
    """Offers and what was chosen: with copies, revisions, missing and unseen classes, labels that come late or never."""
    random, draws = Random(3), np.random.default_rng(3)
    offers: Rows = []
    choices: Rows = []
    for number in range(ROWS):
        at = START + timedelta(seconds=random.randrange(DAYS * 86_400))
        region = random.choice(["EU", "US"])
        row: dict[str, Any] = {
            "id": f"o{number}", "at": at, "version": "v1" if at < CHANGED else "v2", "region": region, "channel": random.choice(["app", "web"]),
            "gender": random.choice("fm"), "age": random.gauss(40, 9),
        }  # fmt: skip
        label: dict[str, Any] = {"id": row["id"], "at": at + timedelta(days=random.choice([0.3, 1, 5]))}
        for name, classes in CLASSES.items():
            truth = min(int(random.expovariate(3 / len(classes))), len(classes) - 1)
            logits = draws.normal(0, 1, len(classes))
            logits[truth] += 2 + math.log(len(classes))
            if name == "tiers" and truth == 1 and at >= CHANGED and region == "EU":
                logits[2] = logits[1] + 3
            chances = np.exp(logits) / np.exp(logits).sum()
            row[f"p_{name}"] = classes[int(chances.argmax())]
            label[f"y_{name}"] = classes[truth]
            row |= {column: float(chance) for column, chance in zip(scores(name).values(), chances, strict=False)}
        if random.random() < 0.02:
            row["p_tiers"] = None
        if random.random() < 0.02:
            row["tiers_0"] = random.choice([None, math.nan, 1.5, 0.0])
        if at >= CHANGED and random.random() < 0.03:  # classes that the reference has not
            row["p_tiers"] = random.choice(["tin", "zinc"])
            label["y_tiers"] = random.choice(["tin", row["p_tiers"], "gold"])
        row["p_twelve"], label["y_twelve"] = int(row["p_twelve"]), float(label["y_twelve"])
        offers.append(row)
        if random.random() < 0.05:
            offers.append({**row, "at": at + timedelta(days=random.choice([0, 3]), seconds=1), "p_two": "no"})
        if random.random() < 0.9:
            choices.append(label)
            if random.random() < 0.05:
                choices.append({**label, "y_two": random.choice([None, "yes"]), "at": label["at"] + timedelta(days=1)})
    one = {"version": "v2", "region": "EU", "channel": "app", "gender": "f", "p_tiers": "gold", "p_two": "no", "p_twelve": 1, "p_many": "item_000"}
    offers.append({**one, "id": "alone", "at": START + timedelta(days=DAYS + 1)})
    choices.append({"id": "alone", "at": START + timedelta(days=DAYS + 1), "y_tiers": "bronze", "y_two": "no", "y_twelve": 1.0, "y_many": None})
    return offers, choices


def built_in_parts(project: Project) -> Project:
    parts = dict(zip(SCHEMAS, (deliver(Random(5), rows, 2, DAYS) for rows in logs()), strict=True))
    for batch in range(2):
        project.load(**{name: pa.Table.from_pylist([row for rows in parts[name][: batch + 1] for row in rows], schema) for name, schema in SCHEMAS.items()})
        with recorded() as statements:
            project.build().check()
        assert max(statement.size for statement in statements) < 1_000_000
    return project


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return built_in_parts(Project(tmp_path_factory.mktemp("multiclass"), MONITORS))


def joined(project: Project, name: str) -> pd.DataFrame:
    """A monitor's predictions, each id once, with the latest label; None where there is none."""
    p = project.warehouse.read("select * from raw.offers").to_pandas()
    p = p.sort_values(["loaded_at", "at"]).drop_duplicates("id", keep="last")
    y = project.warehouse.read("select * from raw.choices").to_pandas()
    y = y.sort_values(["at", "loaded_at"]).drop_duplicates("id", keep="last")
    found = p.merge(y[["id", f"y_{name}"]], on="id", how="left").rename(columns={f"p_{name}": "p", f"y_{name}": "y"})
    for column in ("p", "y"):
        found[column] = [None if pd.isna(value) else value if isinstance(value, str) else str(int(value)) for value in found[column]]
    return found.assign(window_start=found["at"].dt.floor("D"), overall="all", all="all")


def close(mine: float | None, theirs: float | None, tolerance: float = 1e-9) -> bool:
    return mine is theirs if mine is None or theirs is None else abs(mine - theirs) <= tolerance * max(1.0, abs(theirs))


@pytest.mark.parametrize("name", MONITORS)
def test_every_metric_is_that_of_scikit_learn(project: Project, name: str) -> None:
    rows = joined(project, name)
    tables = {(r["model_version"], r["window_start"], r["segment"], r["segment_value"]): r for r in project.arrow("mlmon_performance", f"monitor = '{name}'").to_pylist()}
    checked = 0
    for version in ("all", "version"):
        for segment in ["overall", *(["region"] if name == "tiers" else [])]:
            for (model_version, window, value), part in rows.groupby([version, "window_start", segment]):
                row = tables.pop((model_version, window.to_pydatetime(), segment, value))
                for metric, theirs in performance(part, scores(name)).items():
                    assert close(row[metric], theirs), (version, window, value, metric, row[metric], theirs)
                    checked += theirs is not None
    assert all("," in key[2] for key in tables)
    assert checked > 500, checked


def test_tenths_of_log_odds_are_fine_enough(project: Project) -> None:
    rows = joined(project, "tiers").dropna(subset=["y", *scores("tiers").values()])
    for name, column in scores("tiers").items():
        is_class, score = (rows["y"] == name).to_numpy(), rows[column].clip(0, 1).to_numpy()
        for exact, binned in zip(area_of(is_class, score), area_of(is_class, tenths(score)), strict=True):
            assert exact is not None
            assert binned is not None
            assert abs(exact - binned) < 5e-3


def test_each_class_against_the_rest(project: Project) -> None:
    for name in ("tiers", "twelve"):
        rows = joined(project, name)
        known = set(CLASSES[name])
        for column in ("p", "y"):
            rows[column] = [value if value is None or value in known else "unseen" for value in rows[column]]
        found = project.arrow("mlmon_classes", f"monitor = '{name}' and segment = 'overall' and model_version = 'all'").to_pylist()
        table = {(row["window_start"], row["class"]): row for row in found}
        for window, part in rows.groupby("window_start"):
            for each, values in by_class(part).items():
                row = table.pop((window.to_pydatetime(), each))
                if each == "unseen":  # two classes that the reference has not are not one
                    assert row["tp"] <= (part["p"].eq("unseen") & part["y"].eq("unseen")).sum()
                    continue
                for metric, theirs in values.items():
                    assert close(row[metric], theirs), (window, each, metric, row[metric], theirs)
        assert not table
    assert any(row["class"] == "unseen" for row in project.arrow("mlmon_classes", "monitor = 'tiers'").to_pylist())


def test_the_confusion_is_a_crosstab(project: Project) -> None:
    rows = joined(project, "twelve").dropna(subset=["p", "y"])
    expected = rows.groupby(["window_start", "y", "p"]).size()
    found = project.table("mlmon_confusion", "monitor = 'twelve' and segment = 'overall' and model_version = 'all'").set_index(["window_start", "label", "prediction"])["n"]
    assert dict(found) == dict(expected)


def test_segments_add_up_to_the_whole(project: Project) -> None:
    sums = ["n_predictions", "n_labelled", "tp", "fp", "n_scored", "n_ranked", "log_loss_total", "squared_error_total"]
    sums += [f"class_{name}" for name in ("predictions", "labelled", "selected", "rejected", "tp", "fp", "tn", "fn")]
    table = project.table("mlmon_outcomes", "monitor = 'tiers' and model_version = 'all'")
    by_segment = table.fillna({"class": "", "label": ""}).groupby(["segment", "window_start", "bin", "class", "label"])[sums].sum()
    for segment in ("region", "region,channel", "gender"):
        assert np.allclose(by_segment.loc[segment], by_segment.loc["overall"], rtol=1e-9), segment
    assert by_segment.loc["overall"]["n_predictions"].sum() == len(joined(project, "tiers"))


def test_groups_are_compared_by_accuracy_and_recall(project: Project) -> None:
    rows = joined(project, "tiers")
    found = project.arrow("mlmon_fairness", "monitor = 'tiers' and segment = 'overall' and model_version = 'all' and not is_suppressed").to_pylist()
    compared = 0
    for row in found:
        expected = performance(rows[(rows["window_start"] == row["window_start"]) & (rows["gender"] == row["group_value"])], {})
        if row["accuracy"] is not None:
            compared += 1
            assert close(row["accuracy"], expected["accuracy"])
            assert close(row["tpr"], expected["recall"])
    assert compared > 30


def test_a_class_that_is_missed_is_an_incident(project: Project) -> None:
    found = project.table("mlmon_incidents", "family = 'performance'")
    assert set(found["monitor"]) == {"tiers", "two"}
    tiers = found[found["monitor"] == "tiers"].set_index(["segment", "segment_value", "subject", "metric"])
    assert set(tiers.index.get_level_values("subject")) == {"model", "class=gold"}
    assert tiers.loc[("region", "EU", "class=gold", "f1"), "severity"] == "error"
    assert tiers.loc[("region", "EU", "model", "recall"), "severity"] == "error"
    assert ("region", "US", "model", "recall") not in tiers.index
    checks = project.table("mlmon_checks", "monitor in ('twelve', 'many') and metric in ('precision', 'recall', 'f1', 'accuracy') and window_start < '2026-01-28'")
    assert set(checks["status"]) <= {"ok", "insufficient_data"}
    assert (checks["status"] == "ok").sum() > 40
    metrics = project.table("mlmon_metrics", "monitor = 'tiers' and subject = 'class=gold' and segment = 'overall' and model_version = 'all'")
    assert set(metrics["metric"]) == {"precision", "recall", "specificity", "f1", "roc_auc", "pr_auc"}
    assert metrics["n"].notna().all()


def test_an_unseen_class_is_drift_of_the_prediction(project: Project) -> None:
    drift = project.table("mlmon_metrics", "monitor = 'tiers' and subject = 'p_tiers' and metric = 'unseen_rate' and segment = 'overall' and model_version = 'all'")
    assert (drift[drift["window_start"] < CHANGED]["value"] == 0).all()
    assert drift[drift["window_start"] >= CHANGED]["value"].max() > 0


@pytest.mark.slow
def test_a_full_refresh_is_the_same_and_postgres_agrees(project: Project, new_postgres: Callable[[], Warehouse], tmp_path_factory: pytest.TempPathFactory) -> None:
    incremental = snapshot(project)
    elsewhere = built_in_parts(Project(tmp_path_factory.mktemp("multiclass_pg"), MONITORS, warehouse=new_postgres()))
    assert_same(snapshot(elsewhere), incremental)
    project.build(full_refresh=True).check()
    assert_same(snapshot(project), incremental)
    project.check_grains()
