"""A log without repeated ids is read without looking for them; the first row that repeats one changes that."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from python_tests.harness import Project, Rows
from python_tests.incremental.test_convergence import (
    MONITOR,
    START,
    assert_same,
    load,
    random_logs,
    snapshot,
)

pytestmark = pytest.mark.slow


def test_the_first_copy_is_found(tmp_path: Path) -> None:
    random = Random(11)
    predictions, labels = ({row["id"]: row for row in rows}.values() for rows in random_logs(random))
    early = [{**row, "loaded_at": row["at"]} for row in predictions if (row["at"] - START).days < 40]
    late = [{**row, "loaded_at": row["at"]} for row in predictions if (row["at"] - START).days >= 40]
    known = {row["id"] for row in early}
    told = [{**row, "loaded_at": row["at"]} for row in labels if row["id"] in known]
    project = Project(tmp_path, {"leads": MONITOR})

    load(project, early, told)
    project.build().check()
    ledger = project.table("mlmon_watermarks")
    assert not ledger["has_copies"].any()
    assert not ledger["has_label_copies"].any()

    load(project, early + late, told)
    project.build().check()
    assert not project.table("mlmon_watermarks")["has_copies"].any()

    at = START + timedelta(days=90)
    copy = {**early[5], "at": early[5]["at"] + timedelta(days=3), "score": 0.99, "loaded_at": at}
    answered = next(row for row in told if row["label"] is not None)
    revised = {**answered, "label": 1 - answered["label"], "at": at, "loaded_at": at}
    load(project, [*early, *late, copy], [*told, revised])
    project.build().check()
    ledger = project.table("mlmon_watermarks")
    assert ledger["has_copies"].all()
    assert ledger["has_label_copies"].all()
    incremental = snapshot(project)
    project.build(full_refresh=True).check()
    assert_same(incremental, snapshot(project))


def loaded(rows: Rows, at: datetime) -> Rows:
    """Each id once, arrived at the same time."""
    return [{**row, "loaded_at": at} for row in {row["id"]: row for row in rows}.values()]


@pytest.mark.parametrize("loaded_at", [START, None])
def test_a_copy_that_is_not_seen_to_arrive(tmp_path: Path, loaded_at: datetime | None) -> None:
    """Its `loaded_at` is before that of the last run, or missing. A window of it that is read again counts it once."""
    first = START + timedelta(days=100)
    predictions, labels = (loaded(rows, first) for rows in random_logs(Random(12), rows=300))
    project = Project(tmp_path, {"leads": MONITOR})
    load(project, predictions, labels)
    project.build().check()
    assert not project.table("mlmon_watermarks")["has_copies"].any()

    row, label = predictions[5], labels[5]
    copy = {**row, "score": 0.99, "loaded_at": loaded_at}
    revised = {**label, "label": None, "at": label["at"] - timedelta(days=1), "loaded_at": loaded_at}
    fresh = {**row, "id": "new", "loaded_at": first + timedelta(days=1)}
    load(project, [*predictions, copy, fresh], [*labels, revised, {**label, "id": "new", "loaded_at": first + timedelta(days=1)}])
    project.build().check()
    arrivals = project.table("mlmon_watermarks")
    assert arrivals["has_copies"].all()
    assert list(arrivals["n_predictions_unseen"]) == [1]
    assert list(arrivals["n_labels_unseen"]) == [1]
    profile = project.table("mlmon_profile", "segment = 'overall' and model_version = 'all' and column_role = 'score'")
    assert profile["n"].sum() == len(predictions) + 1

    project.build().check()
    assert list(project.table("mlmon_new_watermarks")["n_predictions_unseen"]) == [0]


def test_a_time_of_arrival_far_ahead_hides_nothing(tmp_path: Path) -> None:
    first = START + timedelta(days=100)
    predictions, labels = (loaded(rows, first) for rows in random_logs(Random(13), rows=200))
    far = datetime(2999, 1, 1)
    predictions[3]["loaded_at"] = labels[4]["loaded_at"] = far
    project = Project(tmp_path, {"leads": MONITOR})

    def windows() -> int:
        project.build().check()
        incremental = snapshot(project)
        changed = len(project.table("mlmon_windows_to_read"))
        project.build(full_refresh=True).check()
        assert_same(incremental, snapshot(project))
        return changed

    load(project, predictions, labels)
    project.build().check()
    project.build().check()
    assert project.table("mlmon_windows_to_read").empty
    # what comes after it is seen, and so is another one ahead of the clock
    predictions += [{**predictions[0], "id": "later", "loaded_at": first + timedelta(days=1)}]
    labels += [{**labels[0], "id": predictions[7]["id"], "at": START + timedelta(days=60), "loaded_at": first + timedelta(days=1)}]
    load(project, predictions, labels)
    assert windows()
    predictions += [{**predictions[1], "id": "ahead", "loaded_at": far}]
    load(project, predictions, labels)
    assert windows()


def test_tables_of_an_earlier_version(tmp_path: Path) -> None:
    """Columns that came later are added by the next build, which reads nothing that is not there."""
    predictions, labels = (loaded(rows, START + timedelta(days=100)) for rows in random_logs(Random(14), rows=200))
    project = Project(tmp_path, {"leads": MONITOR})
    load(project, predictions, labels)
    project.build().check()
    later = {
        "mlmon_new_watermarks": ["has_copies", "has_label_copies", "pruned_before", "n_prediction_rows", "n_predictions_ahead", "n_labels_unseen"],
        "mlmon_watermarks": ["has_copies", "has_label_copies", "pruned_before", "n_prediction_rows", "n_predictions_ahead", "n_labels_unseen"],
        "mlmon_windows_to_read": ["is_whole_log", "is_gone"],
        "mlmon_deliveries": ["receipt", "group_id", "message_key", "as_of", "column_role", "compared_to"],
        "mlmon_distances": ["compared_to"],
        "mlmon_checks": ["column_role", "compared_to"],
        "mlmon_history": ["column_role", "compared_to"],
        "mlmon_events": ["refers_to", "expects", "ends_at", "starts_at", "change_kind", "change_name", "column_role", "compared_to"],
    }
    with project.connect() as connection:
        for table, columns in later.items():
            for column in columns:
                connection.execute(f"alter table {table} drop column {column}")
        connection.execute("alter table mlmon_metric_catalog drop column error_opens")
    at = START + timedelta(days=101)
    load(project, [*predictions, {**predictions[2], "score": 0.5, "loaded_at": at}], [*labels, {**labels[2], "label": 1, "loaded_at": at}])
    outcome, _ = project.operation("mlmon.mlmon_report")
    assert not outcome.success
    assert "earlier version of mlmon" in outcome.text
    assert "Run `mlmon run` once" in outcome.text
    project.build().check()
    outcome, _ = project.operation("mlmon.mlmon_report")
    assert outcome.success, outcome.text
    assert project.table("mlmon_watermarks")["has_copies"].all()
    incremental = snapshot(project)
    project.build(full_refresh=True).check()
    assert_same(incremental, snapshot(project))
