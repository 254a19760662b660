"""Slices in which a model is weak: numbers beside pandas, and a planted one is found. Each version of a log is a trial of its own."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pytest
from scipy import stats

from python_tests.harness import Project

START, TRIALS, ROWS = datetime(2026, 1, 1), 100, 2400
PARTS = {"region": ["north", "south", "east", "west"], "channel": ["mail", "paid", "search", "shop"], "device": ["phone", "web", "tv"]}
SEGMENTS: list[Any] = [*PARTS, ["region", "channel"], ["region", "device"], ["channel", "device"]]
Bools = npt.NDArray[np.bool_]


def monitor(label: str, score: str, task: str = "binary") -> dict[str, Any]:
    return {
        "task": task,
        "predictions": {"relation": "raw.log", "id": "id", "timestamp": "at", "score": score, "version": "version"},
        "labels": {"relation": "raw.log", "id": "id", "label": label, "timestamp": "at", "maturity": "1 day"},
        "segments": SEGMENTS,
        "reference": {"start": "2026-01-01", "end": "2026-01-02"},
    }


def planted(rows: pd.DataFrame, trial: int, random: np.random.Generator) -> tuple[str, str, Bools]:
    """A value of a segment, or of two, in turn: its name, its value, and whether a row is in it."""
    names = [str(name) for name in random.choice([*PARTS], size=1 + trial % 2, replace=False)]
    names = [name for name in PARTS if name in names]
    values = [str(random.choice(PARTS[name])) for name in names]
    return ",".join(names), ",".join(values), np.asarray((rows[names] == values).all(axis=1))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, pd.DataFrame, dict[str, tuple[str, str]]]:
    random, logs, where = np.random.default_rng(5), [], {}
    for trial in range(TRIALS):
        rows = pd.DataFrame({name: random.choice(values, ROWS) for name, values in PARTS.items()})
        segment, value, inside = planted(rows, trial, random)
        where[f"v{trial}"] = (segment, value)
        score = random.random(ROWS)
        rows = rows.assign(version=f"v{trial}", score=score, calm=(score >= 0.5) ^ (random.random(ROWS) < 0.15), label=(score >= 0.5) ^ (random.random(ROWS) < np.where(inside, 0.35, 0.15)))
        rows["rare"] = (score >= 0.5) ^ (random.random(ROWS) < 0.005)
        rows["heavy"] = score + random.standard_t(2, ROWS)
        rows["amount"] = score + random.normal(size=ROWS) * np.where(inside, 0.4, 0.2)
        rows["id"] = [f"{trial}-{number}" for number in range(ROWS)]
        rows["at"] = [START + timedelta(days=number % 2, seconds=number) for number in range(ROWS)]
        logs.append(rows)
    log = pd.concat(logs)
    late = log.iloc[:1].assign(id="late", at=START + timedelta(days=5))
    monitors = {
        "leads": monitor("label", "score"), "calm": monitor("calm", "score"), "rare": monitor("rare", "score"),
        "spend": monitor("amount", "score", "regression"), "heavy": monitor("heavy", "score", "regression"),
    }  # fmt: skip
    project = Project(tmp_path_factory.mktemp("slices"), monitors)
    project.load(log=pa.Table.from_pandas(pd.concat([log, late]), preserve_index=False))
    project.build(select=["+mlmon_slices"]).check()
    return project, log, where


@pytest.mark.parametrize("name", ["leads", "spend"])
def test_a_planted_slice_is_among_the_first_three(built: tuple[Project, pd.DataFrame, dict[str, tuple[str, str]]], name: str) -> None:
    project, _, where = built
    slices = project.table("mlmon_slices", f"monitor = '{name}' and is_weak and place <= 3")
    found = {row.model_version for row in slices.itertuples() if where.get(row.model_version) == (row.segment, row.segment_value)}
    assert len(found) >= 95


@pytest.mark.parametrize("name", ["calm", "rare", "heavy"])
def test_where_none_is_weak_none_is_called(built: tuple[Project, pd.DataFrame, dict[str, tuple[str, str]]], name: str) -> None:
    """Where one in seven is wrong, or one in 200 with less than one to be expected in many a segment, or where one error outweighs a hundred others."""
    slices = built[0].table("mlmon_slices", f"monitor = '{name}' and model_version <> 'all'")
    assert slices.model_version.nunique() == TRIALS
    assert slices[slices.is_weak].model_version.nunique() <= 0.1 * TRIALS


@pytest.mark.parametrize("name", ["leads", "spend"])
def test_numbers_are_those_of_the_rows(built: tuple[Project, pd.DataFrame, dict[str, tuple[str, str]]], name: str) -> None:
    project, log, _ = built
    table = project.table("mlmon_slices", f"monitor = '{name}' and model_version = 'v1'").sort_values("p_value").reset_index(drop=True)
    mine = log[log.version == "v1"]
    loss = ((mine.score >= 0.5) != mine.label).astype(float) if name == "leads" else (mine.score - mine.amount).abs()
    assert len(table) == sum(len(values) for values in PARTS.values()) + 16 + 12 + 12
    for row in table.itertuples():
        inside = np.logical_and.reduce([mine[column] == value for column, value in zip(row.segment.split(","), row.segment_value.split(","), strict=True)])
        n, rest = inside.sum(), (~inside).sum()
        assert row.n_labelled == n
        assert (row.mean_loss, row.rest_loss) == pytest.approx((loss[inside].mean(), loss[~inside].mean()))
        assert row.score == pytest.approx(0.95 * (loss[inside].mean() / loss.mean() - 1) - 0.05 * (len(mine) / n - 1))
        if name == "leads":
            wrong = loss.sum()
            exact = stats.hypergeom.sf(loss[inside].sum() - 1, len(mine), wrong, n)
            assert 0.97 * exact < row.p_value
            assert np.log(row.p_value) == pytest.approx(stats.binom.logsf(loss[inside].sum() - 1, min(n, wrong), max(n, wrong) / len(mine)), rel=0.01, abs=0.05)
        else:
            variance = max(loss.var(ddof=0) * (1 / n + 1 / rest), loss[inside].var(ddof=0) / n + loss[~inside].var(ddof=0) / rest)
            assert row.p_value == pytest.approx(stats.norm.sf((loss[inside].mean() - loss[~inside].mean()) / np.sqrt(variance)), rel=1e-5)
    np.testing.assert_allclose(table.q_value, stats.false_discovery_control(table.p_value), rtol=1e-9)
    assert list(table.is_weak) == list(table.q_value <= 0.05)
    ranked = table.sort_values("place")
    assert list(ranked.place) == list(range(1, len(table) + 1))
    assert list(ranked.score) == [*sorted(table.score[table.is_weak], reverse=True), *sorted(table.score[~table.is_weak], reverse=True)]
    assert set(table.first_window_start) == {pd.Timestamp(START)}
    assert set(table.last_window_end) == {pd.Timestamp(START + timedelta(days=2))}


def test_few_rows_have_no_verdict(tmp_path: Path) -> None:
    log = pa.table({
        "id": [str(number) for number in range(40)], "at": [START + timedelta(days=number // 39 * 5, minutes=number) for number in range(40)],
        "score": [0.9] * 40, "label": [number > 9 for number in range(40)], "version": ["a"] * 40,
        **{name: [values[0] if number > 9 else values[1] for number in range(40)] for name, values in PARTS.items()},
    })  # fmt: skip
    project = Project(tmp_path, {"leads": monitor("label", "score")}, {"log": log})
    project.build(select=["+mlmon_slices"]).check()
    slices = project.table("mlmon_slices", "model_version = 'all'")
    assert slices.mean_loss.max() == 1
    assert slices.p_value.isna().all()
    assert not slices.is_weak.any()


def test_a_multiclass_model_is_judged_by_what_it_decided(tmp_path: Path) -> None:
    """Rows without a decision are neither right nor wrong, and weigh nothing."""
    random, rows = np.random.default_rng(8), 3000
    log = pd.DataFrame({name: random.choice(values, rows) for name, values in PARTS.items()})
    log["label"] = random.choice(["a", "b", "c"], rows)
    log["prediction"] = np.where(random.random(rows) < 0.8, log.label, "a")
    log.loc[random.random(rows) < np.where(log.region == "north", 0.9, 0.1), "prediction"] = None
    log["id"], log["at"] = [str(number) for number in range(rows)], [START + timedelta(days=number // (rows - 1) * 5, seconds=number * 40) for number in range(rows)]
    block = monitor("label", "score", "multiclass")
    block["predictions"] = {"relation": "raw.log", "id": "id", "timestamp": "at", "prediction": "prediction"}
    project = Project(tmp_path, {"leads": block}, {"log": pa.Table.from_pandas(log, preserve_index=False)})
    project.build(select=["+mlmon_slices"]).check()
    table, decided = project.table("mlmon_slices", "model_version = 'all' and segment = 'region'"), log.iloc[:-1].dropna()
    assert len(table) == 4
    wrong = decided.label != decided.prediction
    for row in table.itertuples():
        inside = decided.region == row.segment_value
        assert row.n_labelled == inside.sum()
        assert (row.mean_loss, row.rest_loss) == pytest.approx((wrong[inside].mean(), wrong[~inside].mean()))
