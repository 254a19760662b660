"""However the rows arrive, the tables end as one full build of the same log would leave them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pandas as pd
import pyarrow as pa
import pytest

from python_tests.harness import Project, Rows, assert_same, snapshot
from python_tests.incremental.arrivals import (
    LABELS,
    MONITOR,
    PREDICTIONS,
    START,
    arrive,
    deliver,
    load,
    random_logs,
)
from python_tests.statements import recorded


@pytest.fixture(scope="module")
def arrived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Rows, Rows]:
    """A project whose logs came in four batches, each followed by an incremental build. test_properties.py tries many logs."""
    return arrive(tmp_path_factory.mktemp("arrivals"), MONITOR, seed=1)


def test_incremental_builds_equal_a_full_refresh(arrived: tuple[Project, Rows, Rows]) -> None:
    project = arrived[0]
    project.check_grains()
    incremental = snapshot(project)
    assert len(incremental["mlmon_checks"]) > 100
    project.build(full_refresh=True).check()
    assert_same(incremental, snapshot(project))


def test_a_second_build_does_nothing(arrived: tuple[Project, Rows, Rows]) -> None:
    project = arrived[0]
    before = snapshot(project)
    project.build().check()
    assert project.table("mlmon_windows_to_read").empty
    assert project.table("mlmon_windows_to_judge").empty
    assert_same(snapshot(project), before)


@pytest.mark.slow
def test_a_long_log_is_read_in_slices(tmp_path: Path) -> None:
    """However few rows a statement may read, the tables are the same, from nothing and as rows arrive."""
    random = Random(6)
    logs = random_logs(random)
    (early, late), (told, told_late) = (deliver(random, log, 2) for log in logs)
    project = Project(tmp_path, {"leads": MONITOR})
    few = {"mlmon_rows_at_once": 40}
    for predictions, labels in ((early, told), (early + late, told + told_late)):
        load(project, predictions, labels)
        with recorded() as statements:
            project.build(variables=few).check()
        inserts = [statement.node for statement in statements if "insert into" in statement.sql]
        for model in ("mlmon_profile", "mlmon_outcomes", "mlmon_log_health", "mlmon_kpi_sums", "mlmon_label_health"):
            assert inserts.count(model) > 5, model
    sliced = snapshot(project)
    for wrong in (0, "many", True):
        told = project.build(full_refresh=True, variables={"mlmon_rows_at_once": wrong}).text
        assert f"the var mlmon_rows_at_once is '{wrong}'; expected a whole number above 0" in told
    project.build(full_refresh=True).check()
    assert_same(sliced, snapshot(project), 1e-12)


def test_a_late_label_touches_its_windows_alone(arrived: tuple[Project, Rows, Rows]) -> None:
    """A label of a prediction 45 days ago: its window's outcomes, the label's own window, no profile, and no distance."""
    project, predictions, labels = arrived
    places = "select rowid, monitor, window_start from mlmon_distances order by rowid"
    distances = project.sql(places)
    target = next(row for row in predictions if (row["at"] - START).days == 2)
    seen = target["at"] + timedelta(days=45)
    late = {"id": target["id"], "label": 1, "revenue": 5.0, "at": seen, "loaded_at": START + timedelta(days=200)}
    labels.append(late)
    load(project, predictions, labels)
    project.build().check()
    changes = project.table("mlmon_windows_to_read")
    midnight = {"hour": 0, "minute": 0, "second": 0, "microsecond": 0}
    copies = {row["at"].replace(**midnight) for row in predictions if row["id"] == target["id"]}
    own = {row["at"].replace(**midnight) for row in labels if row["id"] == target["id"]}
    assert not changes["in_predictions"].any()
    judged = project.table("mlmon_windows_to_judge", "not is_range")
    assert len(judged) > 1
    assert not judged["in_predictions"].any()
    pd.testing.assert_frame_equal(project.sql(places), distances)
    assert set(changes[changes["in_outcomes"]]["window_start"].dt.to_pydatetime()) == copies
    assert set(changes[changes["in_label_log"]]["window_start"].dt.to_pydatetime()) == own
    incremental = snapshot(project)
    project.build(full_refresh=True).check()
    assert_same(incremental, snapshot(project))


def test_erased_rows_leave_no_trace(arrived: tuple[Project, Rows, Rows]) -> None:
    """Rows taken out of the logs, and a window with them: rebuilt, the tables are those of the logs that are left."""
    project, predictions, labels = arrived
    gone = {row["id"] for row in predictions if (row["at"] - START).days == 45 or (row["region"] == "EU" and (row["at"] - START).days == 46)}
    kept = [row for row in predictions if row["id"] not in gone]
    kept_labels = [row for row in labels if row["id"] not in gone]
    load(project, kept, kept_labels)
    project.build(variables={"mlmon_rebuild": {"start": "2026-01-01", "end": "2026-04-30"}}).check()
    rebuilt = snapshot(project)
    days = {row["window_start"].date() for row in rebuilt["mlmon_profile"]}
    assert (START + timedelta(days=45)).date() not in days
    project.build(full_refresh=True).check()
    assert_same(rebuilt, snapshot(project))


@pytest.mark.slow
def test_a_dropped_column_is_an_incident_and_stops_no_other_monitor(tmp_path: Path) -> None:
    random = Random(3)
    predictions, labels = random_logs(random)
    predictions = deliver(random, predictions, 1)[0]
    labels = deliver(random, labels, 1)[0]
    frame = pa.Table.from_pylist(predictions, PREDICTIONS)
    other = {**MONITOR, "predictions": {**MONITOR["predictions"], "relation": "raw.other"}}
    project = Project(tmp_path, {"leads": MONITOR, "other": other})
    project.load(predictions=frame, other=frame, labels=pa.Table.from_pylist(labels, LABELS))
    project.build().check()
    healthy = snapshot(project)

    project.load(predictions=frame.drop_columns(["age"]))
    project.build().check()
    incidents = project.table("mlmon_incidents", "status = 'open' and metric = 'data_problem'")
    assert list(incidents["monitor"]) == ["leads"]
    assert list(incidents["severity"]) == ["error"]
    assert "age" in incidents["detail"].iloc[0]
    assert set(project.table("mlmon_new_watermarks")["monitor"]) == {"other"}

    project.load(predictions=frame)
    project.build().check()
    assert_same(snapshot(project), healthy)


def test_a_build_that_died_is_made_good(tmp_path: Path) -> None:
    """Some sums were replaced and the rest not, and the watermarks was not written: the next build does it again."""
    random = Random(4)
    predictions, labels = random_logs(random)
    first, second = deliver(random, predictions, 2), deliver(random, labels, 2)
    project = Project(tmp_path, {"leads": MONITOR})
    load(project, first[0], second[0])
    project.build().check()
    load(project, first[0] + first[1], second[0] + second[1])
    for model in ("mlmon_profile", "mlmon_log_health", "mlmon_performance"):
        names = ["mlmon_monitors", "mlmon_new_watermarks", "mlmon_bins", "mlmon_windows_to_read", model]
        project.build(select=names).check()
    project.build().check()
    incremental = snapshot(project)
    project.build(full_refresh=True).check()
    assert_same(incremental, snapshot(project))


@pytest.mark.slow
def test_look_back_without_arrival_times(tmp_path: Path) -> None:
    """Without `loaded_at`, rows up to three windows late are found; the result is that of a full build."""
    random = Random(5)
    predictions, labels = random_logs(random)
    predictions = sorted(predictions, key=lambda row: row["at"])
    monitor = {**MONITOR, "predictions": {k: v for k, v in MONITOR["predictions"].items() if k != "loaded_at"}}
    project = Project(tmp_path, {"leads": monitor})
    labels = deliver(random, labels, 1)[0]
    now = datetime(2026, 6, 1)
    cut = next(i for i, row in enumerate(predictions) if (row["at"] - START).days == 30)
    late = predictions[cut - 10 : cut]
    rows = [{**row, "loaded_at": now} for row in predictions]
    load(project, [row for row in rows[:cut] if row["at"] not in {r["at"] for r in late}], labels)
    project.build().check()
    load(project, rows, labels)
    project.build().check()
    incremental = snapshot(project)
    project.build(full_refresh=True).check()
    assert_same(incremental, snapshot(project))
