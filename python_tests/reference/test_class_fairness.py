"""Each class by group beside fairlearn: groups too small to show, a class that a group never gets, classes that the reference has not."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from fairlearn import metrics as fairlearn

from python_tests.harness import Project, Rows
from python_tests.reference.test_multiclass import close

START = datetime(2026, 1, 1)
DAYS, SMALLEST, CHANGED = 6, 40, START + timedelta(days=4)
CLASSES = ["bronze", "gold", "silver"]
MONITOR: dict[str, Any] = {
    "task": "multiclass",
    "predictions": {
        "relation": "raw.offers",
        "id": "id",
        "timestamp": "at",
        "prediction": "offered",
        "version": "version",
    },
    "labels": {"relation": "raw.answers", "id": "id", "label": "taken", "timestamp": "at"},
    "segments": ["channel"],
    "fairness": {
        "attributes": ["gender", "region"],
        "reference_group": {"gender": "f"},
        "min_group_size": SMALLEST,
    },
    "reference": {"start": "2026-01-01", "end": "2026-01-04"},
}
# two blocks more: without labels, and of another task with the same attributes
PLAIN = {key: value for key, value in MONITOR.items() if key != "labels"}
BINARY = {
    **MONITOR,
    "task": "binary",
    "predictions": {"relation": "raw.offers", "id": "id", "timestamp": "at", "score": "score"},
}
BINARY["labels"] = {**MONITOR["labels"], "label": "is_taken"}
RATES = {
    "selection_rate": fairlearn.selection_rate,
    "tpr": fairlearn.true_positive_rate,
    "fpr": fairlearn.false_positive_rate,
}


def made() -> pd.DataFrame:
    """Offers with what was taken, None where unknown. Nobody offers gold to `x`, a small group; in the reference there is no gold in the region `east`, and no tin at all."""
    random, rows = Random(8), []
    for number in range(DAYS * 420):
        at = START + timedelta(seconds=random.randrange(DAYS * 86_400))
        row = {
            "id": f"o{number}", "at": at, "version": "v1" if at < CHANGED else "v2", "channel": random.choice(["app", "web, \\ new"]),
            "gender": random.choices(["f", "m", "x", None], [8, 9, 2, 1])[0], "region": random.choices(["east", "north"], [3, 2])[0],
            "taken": random.choice(CLASSES), "score": random.random(),
        }  # fmt: skip
        row["offered"] = row["taken"] if random.random() < 0.6 else random.choice(CLASSES)
        if row["gender"] == "x" and row["offered"] == "gold":
            row["offered"] = "silver"
        if at < CHANGED and row["region"] == "east":
            row |= {name: "bronze" for name in ("offered", "taken") if row[name] == "gold"}
        if at >= CHANGED and random.random() < 0.1:
            row |= {random.choice(["offered", "taken"]): random.choice(["tin", "zinc"])}
        if random.random() < 0.03:
            row["offered"] = None
        if random.random() < (0.7 if row["gender"] == "m" and at.day == 3 else 0.2):
            row["taken"] = None
        rows.append(row)
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def log() -> pd.DataFrame:
    return made()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, log: pd.DataFrame) -> Project:
    answers = (
        log[["id", "at", "taken"]]
        .dropna(subset=["taken"])
        .assign(is_taken=lambda rows: rows["taken"].eq("gold"))
    )
    offers = pa.Table.from_pandas(log.drop(columns="taken"), preserve_index=False)
    project = Project(
        tmp_path_factory.mktemp("class_fairness"),
        {"offers": MONITOR, "plain": PLAIN, "scored": BINARY},
    )
    project.load(offers=offers, answers=answers)
    project.build().check()
    return project


def expected(part: pd.DataFrame, attribute: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Each group and class of the rows of a window, by fairlearn's MetricFrame: None where a rate is unknown or its group too small."""
    part = part.assign(
        group=part[attribute].fillna("(null)"), is_right=part["offered"].eq(part["taken"])
    )
    for name in ("offered", "taken"):
        part[name] = part[name].where(part[name].isna() | part[name].isin(CLASSES), "unseen")
    judged = part.dropna(subset=["offered", "taken"])
    found = {}
    for each in sorted(set(part["offered"].dropna()) | set(judged["taken"])):
        rows = part.assign(y=part["taken"].eq(each), p=part["offered"].eq(each))
        both = rows.loc[judged.index]
        whole = fairlearn.MetricFrame(
            metrics={"selection_rate": RATES["selection_rate"]},
            y_true=rows["y"],
            y_pred=rows["p"],
            sensitive_features=rows["group"],
        )
        rates = whole.by_group
        if len(both):
            labelled = fairlearn.MetricFrame(
                metrics={"tpr": RATES["tpr"], "fpr": RATES["fpr"], "precision": precision},
                y_true=both["y"],
                y_pred=both["p"],
                sensitive_features=both["group"],
            )
            rates = rates.join(labelled.by_group)
        for group, own in rows.groupby("group"):
            labels = both[both["group"] == group]
            values: dict[str, Any] = {
                "n_predicted": int(own["p"].sum()),
                "n": len(own),
                "n_labelled": len(labels),
                "n_positive": int(labels["y"].sum()),
            }
            of = {
                "selection_rate": len(own),
                "tpr": labels["y"].sum(),
                "fpr": (~labels["y"]).sum(),
                "precision": labels["p"].sum(),
            }
            for rate, n in of.items():
                shown = len(own) >= SMALLEST and (
                    rate == "selection_rate" or len(labels) >= SMALLEST
                )
                values[rate] = float(rates.loc[group, rate]) if n and shown else None
            if each == "unseen":  # two classes that the reference has not are not one
                right = (labels["p"] & labels["is_right"]).sum()
                rights = {"tpr": right, "fpr": labels["p"].sum() - right, "precision": right}
                values |= {
                    rate: float(n / of[rate])
                    for rate, n in rights.items()
                    if values[rate] is not None
                }
            found[group, each] = values
    return found


def precision(y: pd.Series, p: pd.Series) -> float:
    return float((y & p).sum() / p.sum()) if p.sum() else 0.0


@pytest.mark.parametrize("attribute", ["gender", "region"])
def test_each_class_of_a_group_is_that_of_fairlearn(
    project: Project, log: pd.DataFrame, attribute: str
) -> None:
    table = project.arrow(
        "mlmon_class_fairness", f"monitor = 'offers' and attribute = '{attribute}'"
    ).to_pylist()
    found = {
        tuple(
            row[name]
            for name in (
                "model_version",
                "window_start",
                "segment",
                "segment_value",
                "group_value",
                "class",
            )
        ): row
        for row in table
    }
    assert len(found) == len(table)
    compared: Rows = []
    log = log.assign(window_start=log["at"].dt.floor("D"), overall="all", all="all")
    for version, segment in (("all", "overall"), ("all", "channel"), ("version", "overall")):
        for (model_version, window, value), part in log.groupby([version, "window_start", segment]):
            value = value.replace("\\", "\\\\").replace(",", "\\,")
            groups = expected(part, attribute)
            for (group, each), values in groups.items():
                row = found.pop(
                    (model_version, window.to_pydatetime(), segment, value, group, each)
                )
                assert row["is_suppressed"] == (values["n"] < SMALLEST)
                for name, theirs in values.items():
                    assert close(row[name], theirs), (
                        window,
                        value,
                        group,
                        each,
                        name,
                        row[name],
                        theirs,
                    )
                    if f"{name}_ratio" in row:
                        reference = groups[row["reference_group"], each][name]
                        both = theirs is not None and reference is not None
                        assert close(
                            row[f"{name}_difference"], theirs - reference if both else None
                        ), (group, each, name)
                        assert close(
                            row[f"{name}_ratio"], theirs / reference if both and reference else None
                        ), (group, each, name)
                compared.append(row)
    assert all(key[0] != "all" and key[2] != "overall" for key in found)
    assert {row["reference_group"] for row in compared} == {
        {"gender": "f", "region": "east"}[attribute]
    }
    for rate in ("selection_rate", "tpr", "fpr", "precision"):
        assert sum(row[f"{rate}_ratio"] is not None for row in compared) > 100, rate
    assert "unseen" in {row["class"] for row in compared}


def test_small_groups_and_classes_that_a_group_never_gets(project: Project) -> None:
    table = project.table(
        "mlmon_class_fairness",
        "monitor = 'offers' and attribute = 'gender' and segment = 'overall' and model_version = 'all'",
    )
    small = table[table["is_suppressed"]]
    rates = ["selection_rate", "tpr", "fpr", "precision", "selection_rate_ratio", "tpr_difference"]
    assert {"(null)"} <= set(small["group_value"])
    assert small[rates].isna().all().all()
    never = table[
        (table["group_value"] == "x") & (table["class"] == "gold") & ~table["is_suppressed"]
    ]
    assert len(never) > 2
    assert (never["n_predicted"] == 0).all()
    assert (never["selection_rate"] == 0).all()
    assert (never["selection_rate_ratio"] == 0).all()
    assert never["precision"].isna().all()
    # enough predictions, too few labels
    few = table[~table["is_suppressed"] & (table["n_labelled"] < SMALLEST)]
    assert len(few) > 0
    assert few["selection_rate"].notna().all()
    assert few[["tpr", "fpr", "precision"]].isna().all().all()


def test_a_class_that_the_reference_group_never_gets_has_no_ratio(project: Project) -> None:
    table = project.table(
        "mlmon_class_fairness",
        "monitor = 'offers' and attribute = 'region' and segment = 'overall' and model_version = 'all' and class = 'gold'",
    )
    table = table[table["window_start"] < CHANGED].set_index("group_value")
    assert (table.loc["east", ["n_predicted", "n_positive", "selection_rate"]] == 0).all().all()
    assert table.loc["east", ["tpr", "precision"]].isna().all().all()
    assert (
        table.loc["north", "selection_rate_difference"] == table.loc["north", "selection_rate"]
    ).all()
    assert table["selection_rate_ratio"].isna().all()


def test_it_agrees_with_the_other_tables(project: Project) -> None:
    assert set(project.table("mlmon_class_fairness")["monitor"]) == {"offers", "plain"}
    plain = project.table("mlmon_class_fairness", "monitor = 'plain'")
    assert plain["selection_rate"].notna().any()
    assert plain[["tpr", "fpr", "precision"]].isna().all().all()
    key = ["model_version", "window_start", "segment", "segment_value", "attribute", "group_value"]
    groups = project.table("mlmon_fairness", "monitor = 'offers'").set_index(key)
    classes = project.table("mlmon_class_fairness", "monitor = 'offers'").groupby(key)
    assert set(classes.groups) == set(groups.index)
    assert (classes["n"].first() == groups["n"].loc[classes["n"].first().index]).all()
    assert (
        classes["is_suppressed"].first() == groups["is_suppressed"].loc[classes["n"].first().index]
    ).all()
    assert (classes["n_labelled"].nunique() == 1).all()
    project.check_grains()
