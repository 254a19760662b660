"""What kind of change it was that moved a model's performance: its inputs, the base rate, or what a score means."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from python_tests.harness import Project

START, CASES, BEFORE, AFTER = datetime(2026, 1, 5), 25, 1_600, 600
KINDS = {"leads": ["inputs", "prior", "concept", "none"], "spend": ["inputs", "concept", "none"]}
TASKS = {"leads": "binary", "spend": "regression"}
ASK = """{% macro ask(monitor, parts) %}
    {%- set rows = [] -%}
    {%- for part in parts -%}
        {%- do rows.append({'group_id': part, 'monitor': monitor, 'model_version': 'all',
            'segment': 'part', 'segment_value': part,
            'first_breach_at': '2026-02-02T00:00:00', 'last_breach_at': '2026-02-09T00:00:00'}) -%}
    {%- endfor -%}
    {%- for row in mlmon.query_rows(mlmon.changes_by_kind(rows, mlmon.built_table('mlmon_outcomes'))) -%}
        {%- do mlmon.print_row(row) -%}
    {%- endfor -%}
{% endmacro %}
"""


def scores(random: np.random.Generator, n: int, positives: float) -> tuple[np.ndarray, np.ndarray]:
    """Scores and labels with a share of positives, whose scores are higher."""
    label = random.random(n) < positives
    return np.where(label, random.beta(4, 3, n), random.beta(2, 4, n)), label


def case(kind: str, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The rows after a change of a kind, of a size of its own. A model's score orders its cases, and need not be calibrated."""
    size = random.uniform(0.5, 1)
    if kind == "prior":
        return scores(random, AFTER, 0.3 + random.choice([-0.2, 0.3]) * size)
    score, label = scores(random, 20 * AFTER, 0.3)
    if kind == "inputs":
        # other cases than before, chosen by what the score knows
        weight = np.exp(random.choice([-1, 1]) * 5 * size * score)
        rows = random.choice(len(score), AFTER, replace=False, p=weight / weight.sum())
        return score[rows], label[rows]
    score, label = score[:AFTER], label[:AFTER]
    if kind == "concept":
        # where the score is high, it no longer means what it meant
        label = np.where((score > 0.45) & (random.random(AFTER) < size), random.random(AFTER) < 0.15, label)
    return score, label


def amounts(random: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Predicted amounts and what came: skewed, the farther apart the larger they are."""
    predicted = random.gamma(2, 50, n)
    return predicted, 1.1 * predicted * random.lognormal(-0.08, 0.4, n)


def case_of_amounts(kind: str, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The rows after a change of a kind, of a size of its own."""
    size = random.uniform(0.5, 1)
    predicted, actual = amounts(random, 20 * AFTER)
    if kind == "inputs":
        weight = np.exp(random.choice([-1, 1]) * 0.015 * size * np.minimum(predicted, 300))
        rows = random.choice(len(predicted), AFTER, replace=False, p=weight / weight.sum())
        return predicted[rows], actual[rows]
    predicted, actual = predicted[:AFTER], actual[:AFTER]
    if kind == "concept":
        # what is bought costs more, or it is harder to tell
        more = actual * (1 + 0.5 * size)
        noisier = actual * random.lognormal(-0.32 * size**2, 0.8 * size, AFTER)
        actual = more if random.random() < 0.5 else noisier
    return predicted, actual


def monitor(name: str) -> dict[str, Any]:
    return {
        "task": TASKS[name],
        "predictions": {"relation": f"raw.{name}", "id": "id", "timestamp": "at", "score": "score"},
        "labels": {"relation": f"raw.{name}_labels", "id": "id", "label": "label", "timestamp": "known", "maturity": "1 day"},
        "segments": ["part"],
        "window": "week",
        "reference": {"start": "2026-01-05", "end": "2026-02-02"},
    }


def logs(name: str) -> dict[str, pd.DataFrame]:
    """Each part of a log has four quiet weeks, and two with a change of a kind."""
    random = np.random.default_rng(4)
    quiet, changed = (lambda: scores(random, BEFORE, 0.3), case) if name == "leads" else (lambda: amounts(random, BEFORE), case_of_amounts)
    parts = []
    for kind in KINDS[name]:
        for number in range(CASES):
            for at, (score, label) in {0: quiet(), 28: changed(kind, random)}.items():
                day = at + random.integers(0, 28 if at == 0 else 14, len(score))
                parts.append(pd.DataFrame({"part": f"{kind}-{number}", "day": day, "score": score, "label": label * 1}))
    rows = pd.concat(parts, ignore_index=True)
    rows["id"] = rows.index
    rows["at"] = pd.to_datetime(START) + pd.to_timedelta(rows["day"], unit="D")
    last = pd.DataFrame({"id": [-1], "at": [rows["at"].max() + pd.Timedelta("9 days")], "score": [0.5], "part": ["later"]})
    labels = rows[["id", "label"]].assign(known=rows["at"] + pd.Timedelta("1 hour"))
    return {name: pd.concat([rows[["id", "at", "score", "part"]], last]), f"{name}_labels": labels}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    """What is told of each monitor: a row a part, with the kind of its change."""
    project = Project(tmp_path_factory.mktemp("kinds"), {name: monitor(name) for name in TASKS}, {**logs("leads"), **logs("spend")})
    (project.root / "macros" / "ask.sql").write_text(ASK, encoding="utf-8")
    project.build(select=["+mlmon_outcomes"]).check()
    answers = {}
    for name in TASKS:
        parts = [f"{kind}-{number}" for kind in KINDS[name] for number in range(CASES)]
        outcome, found = project.operation("ask", monitor=name, parts=parts)
        assert found, outcome.text
        answers[name] = pd.DataFrame(found)
        answers[name]["kind"] = answers[name]["group_id"].str.rsplit("-", n=1).str[0]
    return answers


@pytest.mark.parametrize("name", list(TASKS))
def test_the_kind_is_named(told: dict[str, pd.DataFrame], name: str) -> None:
    """Nine in ten of each kind; where nothing changed, none is named."""
    assert len(told[name]) == len(KINDS[name]) * CASES
    right = told[name]["change_is"].fillna("none") == told[name]["kind"]
    assert right.groupby(told[name]["kind"]).mean().min() >= 0.9


def test_the_shares_are_of_the_joint_change(told: dict[str, pd.DataFrame]) -> None:
    """What one kind alone explains is about all of a change of that kind."""
    leads = told["leads"]
    for kind, column in {"inputs": "inputs_share", "prior": "prior_share"}.items():
        assert leads.loc[leads["change_is"] == kind, column].astype(float).median() == pytest.approx(1, abs=0.1)
    concept = leads[leads["kind"] == "concept"]
    assert concept["inputs_share"].astype(float).median() < 0.3
    assert leads.loc[leads["kind"] == "prior", "base_rate_before"].astype(float).mean() == pytest.approx(0.3, abs=0.01)
    spend = told["spend"]
    assert spend.loc[spend["change_is"] == "inputs", "inputs_share"].astype(float).median() == pytest.approx(1, abs=0.1)
    assert spend.loc[spend["kind"] == "concept", "inputs_share"].astype(float).median() < 0.1
    assert spend[["prior_share", "base_rate_now", "base_rate_before"]].isna().all(axis=None)
