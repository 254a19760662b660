"""What kind of change it was that moved a model's performance: its inputs, the base rate, or what a score means."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from python_tests.harness import Project

START, CASES, BEFORE, AFTER = datetime(2026, 1, 5), 25, 1_600, 600
KINDS = ["inputs", "prior", "concept", "none"]
MONITOR: dict[str, Any] = {
    "task": "binary",
    "predictions": {"relation": "raw.log", "id": "id", "timestamp": "at", "score": "score"},
    "labels": {"relation": "raw.labels", "id": "id", "label": "label", "timestamp": "known", "maturity": "1 day"},
    "segments": ["part"],
    "window": "week",
    "reference": {"start": "2026-01-05", "end": "2026-02-02"},
}
ASK = """{% macro ask(parts) %}
    {%- set rows = [] -%}
    {%- for part in parts -%}
        {%- do rows.append({'group_id': part, 'monitor': 'leads', 'model_version': 'all', 'segment': 'part', 'segment_value': part,
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


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    random = np.random.default_rng(4)
    parts = []
    for kind in KINDS:
        for number in range(CASES):
            for at, (score, label) in {0: scores(random, BEFORE, 0.3), 28: case(kind, random)}.items():
                day = at + random.integers(0, 28 if at == 0 else 14, len(score))
                parts.append(pd.DataFrame({"part": f"{kind}-{number}", "day": day, "score": score, "label": label.astype(int)}))
    rows = pd.concat(parts, ignore_index=True)
    rows["id"] = rows.index
    rows["at"] = pd.to_datetime(START) + pd.to_timedelta(rows["day"], unit="D")
    last = pd.DataFrame({"id": [-1], "at": [rows["at"].max() + pd.Timedelta("9 days")], "score": [0.5], "part": ["later"]})
    frames = {
        "log": pd.concat([rows[["id", "at", "score", "part"]], last]),
        "labels": rows[["id", "label"]].assign(known=rows["at"] + pd.Timedelta("1 hour")),
    }
    project = Project(tmp_path_factory.mktemp("kinds"), {"leads": MONITOR}, frames)
    (project.root / "macros" / "ask.sql").write_text(ASK, encoding="utf-8")
    project.build().check()
    outcome, found = project.operation("ask", parts=[str(part) for part in rows["part"].unique()])
    assert found, outcome.text
    answers = pd.DataFrame(found)
    return answers.assign(kind=answers["group_id"].str.rsplit("-", n=1).str[0])


def test_the_kind_is_named(told: pd.DataFrame) -> None:
    """Nine in ten of each kind; where nothing changed, none is named."""
    assert len(told) == len(KINDS) * CASES
    right = told["change_is"].fillna("none") == told["kind"]
    assert right.groupby(told["kind"]).mean().min() >= 0.9


def test_the_shares_are_of_the_joint_change(told: pd.DataFrame) -> None:
    """What one kind alone explains is about all of a change of that kind."""
    for kind, column in {"inputs": "inputs_share", "prior": "prior_share"}.items():
        assert told.loc[told["change_is"] == kind, column].astype(float).median() == pytest.approx(1, abs=0.1)
    concept = told[told["kind"] == "concept"]
    assert concept["inputs_share"].astype(float).median() < 0.3
    assert told.loc[told["kind"] == "prior", "base_rate_before"].astype(float).mean() == pytest.approx(0.3, abs=0.01)
