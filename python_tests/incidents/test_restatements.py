"""What a number was when it was first judged stays known, however often its window is computed anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlmon_cli.page.build import read_blocks
from mlmon_cli.report import SERIES_KEY
from python_tests.harness import Project
from python_tests.warehouses import Warehouse

START, DAYS, BY_DAY = datetime(2026, 1, 5), 36, 80
HIT = 30
NUMBER = [*SERIES_KEY, "window_start"]
MONITOR: dict[str, Any] = {
    "task": "binary",
    "predictions": {"relation": "raw.log", "id": "id", "timestamp": "at", "score": "score", "loaded_at": "loaded"},
    "labels": {"relation": "raw.labels", "id": "id", "label": "label", "timestamp": "known", "loaded_at": "loaded", "maturity": "3 days"},
    "features": {"numeric": ["x"]},
    "segments": ["region"],
    "reference": {"start": "2026-01-05", "end": "2026-01-29"},
    "thresholds": {"precision": {"error": {"below": 0.35}}},
}


def logs(flipped: int = 0, extra: int = 0) -> dict[str, pd.DataFrame]:
    """A log and its labels. `flipped`: so many positives of one day turn out to be negatives; `extra`: predictions of it that come late."""
    random = np.random.default_rng(3)
    n = DAYS * BY_DAY
    day = np.repeat(np.arange(DAYS), BY_DAY)
    second = np.tile(np.linspace(0, 86_000, BY_DAY).astype(int), DAYS)
    at = pd.to_datetime(START) + pd.to_timedelta(day, unit="D") + pd.to_timedelta(second, unit="s")
    score, region, x = random.beta(2, 2, n), random.choice(["north", "south"], n), random.normal(0, 1, n)
    log = pd.DataFrame({"id": np.arange(n), "at": at, "score": score, "region": region, "x": x, "loaded": at})
    known = at + pd.Timedelta("1 day")
    labels = pd.DataFrame({"id": log["id"], "label": (random.random(n) < score).astype(int), "known": known, "loaded": known})
    wrong = labels.index[(day == HIT) & (labels["label"] == 1) & (score >= 0.5)][:flipped]
    mended = known.max() + pd.Timedelta("1 hour")
    anew = labels.loc[wrong].assign(label=0, known=mended, loaded=mended)
    late = log[day == HIT].head(extra)
    late = late.assign(id=late["id"] + n, loaded=at.max() + pd.Timedelta("1 hour"))
    return {"log": pd.concat([log, late]), "labels": pd.concat([labels, anew])}


@pytest.fixture(params=["duckdb", pytest.param("postgres", marks=pytest.mark.slow)])
def project(request: pytest.FixtureRequest, tmp_path: Any) -> Project:
    new_postgres: Callable[[], Warehouse] | None = request.getfixturevalue("new_postgres") if request.param == "postgres" else None
    return Project(tmp_path, {"leads": MONITOR}, logs(), warehouse=new_postgres() if new_postgres else None)


def numbers(project: Project) -> pd.DataFrame:
    return project.table("mlmon_checks").set_index(NUMBER)[["value", "status", "window_end"]].sort_index()


def restated(project: Project, which: int) -> pd.DataFrame:
    rows = project.table("mlmon_restatements", f"restatement = {which}")
    return rows.set_index(NUMBER).sort_index()


def changed(before: pd.DataFrame, after: pd.DataFrame) -> pd.Index:
    """The numbers that both have, and that are others now."""
    left, right = before["value"].align(after["value"], join="inner")
    is_equal = np.isclose(left, right, rtol=1e-9, atol=0, equal_nan=True)
    return left.index[~is_equal]


def stated(checks: pd.DataFrame, newest: str) -> pd.Index:
    """The numbers that were judged: of windows that are over, or that alarm."""
    is_over = checks["window_end"] <= pd.Timestamp(newest)
    return checks.index[checks["value"].notna() & (checks["status"].isin(["warn", "error"]) | ((checks["status"] == "ok") & is_over))]


def test_what_a_number_was_and_what_it_is(project: Project) -> None:
    """First values stay, each change is a row, and what changed nothing leaves none."""
    project.build().check()
    first = numbers(project)
    known = project.table("mlmon_stated_values").set_index(NUMBER)
    newest = str(START + pd.Timedelta(days=DAYS + 1))
    assert set(known.index) == set(stated(first, newest))
    assert len(known) > 300
    assert (known["statement"] == 1).all()
    assert known["reason"].isna().all()
    assert project.table("mlmon_restatements").empty

    # labels of one day are mended
    project.load(**logs(flipped=20))
    project.build().check()
    second = numbers(project)
    rows = restated(project, 1)
    expected = changed(first, second).intersection(known.index)
    assert set(rows.index) == set(expected)
    precision = rows.xs("precision", level="metric").reset_index().query("segment == 'overall'").iloc[0]
    assert precision["first_value"] > 0.35 > precision["value"]
    assert (precision["first_status"], precision["status"], precision["reason"]) == ("ok", "error", "data")
    assert precision["window_start"] == pd.Timestamp(START) + pd.Timedelta(days=HIT)
    assert precision["first_known_at"] <= precision["restated_at"]
    pd.testing.assert_series_equal(rows["first_value"], first.loc[rows.index, "value"], check_names=False)
    pd.testing.assert_series_equal(rows["value"], second.loc[rows.index, "value"], check_names=False)
    assert not rows.index.get_level_values("metric").isin(["psi_excess", "psi_excess_pooled"]).any()
    mark = project.table("mlmon_timeline", "kind = 'restatement'").iloc[0]
    turned = rows[rows["status"].isin(["warn", "error"]) != rows["first_status"].isin(["warn", "error"])]
    assert mark["title"].startswith(f"{len(turned)} number")
    assert mark["title"].endswith("new data")

    # the report has those whose verdict is another one
    blocks = read_blocks(project.operation("mlmon.mlmon_page")[1])["blocks"]
    block = blocks[""]["restatements"]
    on_page = pd.DataFrame(block["rows"], columns=block["columns"])
    assert len(on_page) == (rows["first_status"] != rows["status"]).sum() > 0
    assert (on_page["first_status"] != on_page["status"]).all()

    # a run that died before the watermarks were written, and a full refresh, state nothing again
    count = len(project.table("mlmon_stated_values"))
    if project.warehouse.name == "duckdb":
        with project.connect() as connection:
            connection.execute(f"delete from {project.warehouse.schema}.mlmon_watermarks")
    project.build(full_refresh=True).check()
    assert len(project.table("mlmon_stated_values")) == count

    # the same day again: late predictions
    project.load(**logs(flipped=20, extra=30))
    project.build().check()
    third = numbers(project)
    again = changed(second, third)
    rows = pd.concat([restated(project, 1), restated(project, 2)])
    now = rows[rows["restated_at"] == rows["restated_at"].max()]
    assert set(now.index) == set(again.intersection(known.index))
    pd.testing.assert_series_equal(now["value"].sort_index(), third.loc[now.index.sort_values(), "value"], check_names=False)
    pd.testing.assert_series_equal(now["first_value"].sort_index(), first.loc[now.index.sort_values(), "value"], check_names=False)


@pytest.mark.parametrize("project", ["duckdb"], indirect=True)
def test_why_it_is_another_number(project: Project) -> None:
    """A reference that is taken anew, or another configuration, is told from new data."""
    project.build().check()
    before = numbers(project)
    project.configure({"leads": {**MONITOR, "reference": {"start": "2026-01-05", "end": "2026-01-26"}}})
    project.build().check()
    rows = restated(project, 1)
    assert len(rows) > 10
    assert set(rows["reason"]) == {"reference"}
    assert set(rows.index) == set(changed(before, numbers(project)).intersection(stated(before, "2026-03-01")))
    project.configure({"leads": {**MONITOR, "reference": {"start": "2026-01-05", "end": "2026-01-26"}, "verdicts": {"pooled_windows": 3}}})
    project.build().check()
    rows = project.table("mlmon_restatements")
    rows = rows[rows["restated_at"] == rows["restated_at"].max()]
    assert set(rows["metric"]) == {"psi_excess_pooled"}
    assert set(rows["reason"]) == {"configuration"}
