"""A segment explains the change of a number of a multiclass model only where the number of the whole is made of those of its segments."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

import pandas as pd
import pytest

from python_tests.harness import Project

START = datetime(2026, 1, 1)
DAYS, CHANGED = 20, 14
JUDGED = {
    "accuracy": {"accuracy": {"error": {"below": 0.85}}},
    "class": {"recall": {"of": {"class=gold": {"error": {"below": 0.85}}}}},
    "average": {"recall": {"error": {"below": 0.85}}},
}


def block(thresholds: dict[str, Any]) -> dict[str, Any]:
    """Judged by one number; the default verdicts need more rows than there are."""
    return {
        "task": "multiclass",
        "predictions": {"relation": "raw.offers", "id": "id", "timestamp": "at", "prediction": "offered"},
        "labels": {"relation": "raw.answers", "id": "id", "label": "taken", "timestamp": "at", "maturity": "1 hour"},
        "segments": ["region"],
        "reference": {"start": "2026-01-01", "end": "2026-01-11"},
        "thresholds": thresholds,
        "alerts": {"min_rows": 20},
    }


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """From a day on, gold is taken for silver in one of three regions."""
    random, rows = Random(2), []
    for number in range(DAYS * 200):
        day, region, taken = number // 200, random.choice(["east", "north", "west"]), random.choice(["bronze", "gold", "silver"])
        is_missed = day >= CHANGED and region == "east" and taken == "gold" and random.random() < 0.9
        offered = "silver" if is_missed or random.random() < 0.03 else taken
        rows.append({"id": str(number), "at": START + timedelta(days=day, seconds=400 * (number % 200)), "region": region, "taken": taken, "offered": offered})
    log = pd.DataFrame(rows)
    project = Project(tmp_path_factory.mktemp("explained"), {name: block(thresholds) for name, thresholds in JUDGED.items()})
    project.load(offers=log.drop(columns="taken"), answers=log[["id", "at", "taken"]])
    project.build().check()
    return project


def headline(project: Project, name: str) -> Any:
    subject, metric = {"accuracy": ("model", "accuracy"), "class": ("class=gold", "recall"), "average": ("model", "recall")}[name]
    groups = project.table("mlmon_incident_groups", f"monitor = '{name}' and family = 'performance' and segment = 'overall'")
    (group,) = groups[(groups["subject"] == subject) & (groups["metric"] == metric)].itertuples()
    return group


@pytest.mark.parametrize("name", ["accuracy", "class"])
def test_a_segment_explains_what_adds_up(project: Project, name: str) -> None:
    group = headline(project, name)
    assert (group.cause_kind, group.cause) == ("segment", "region=east")
    count, right = ("n_labelled", "tp") if name == "accuracy" else ("n_positive", "tp")
    table = "mlmon_performance" if name == "accuracy" else "mlmon_classes"
    rows = project.table(table, f"monitor = '{name}' and model_version = 'all'" + (" and class = 'gold'" if name == "class" else ""))
    rows = rows[rows["is_reference"] | rows["window_start"].between(group.first_breach_at, group.last_breach_at)]
    sums = rows.groupby(["segment", "segment_value", "is_reference"])[[count, right]].sum()
    n0, n1 = (sums.loc["region", :, side][count] for side in (True, False))
    r0, r1 = (sums.loc["region", :, side][right] / n for side, n in ((True, n0), (False, n1)))
    w0, w1 = n0 / n0.sum(), n1 / n1.sum()
    whole_0, whole_1 = (w0 * r0).sum(), (w1 * r1).sum()
    share = ((w1 - w0) * ((r0 + r1) / 2 - (whole_0 + whole_1) / 2) + (w0 + w1) / 2 * (r1 - r0)) / (whole_1 - whole_0)
    assert share.sum() == pytest.approx(1)
    assert group.cause_share == pytest.approx(share["east"], rel=1e-9)


def test_no_segment_explains_an_average_over_classes(project: Project) -> None:
    assert headline(project, "average").cause_kind not in ("segment", "column")
