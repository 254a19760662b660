"""`mlmon run --monitor X` touches X alone: no other log is read, no other row is written."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pyarrow as pa
import pytest

from python_tests.harness import Project
from python_tests.incremental.test_convergence import (
    LABELS,
    MONITOR,
    PREDICTIONS,
    Rows,
    assert_same,
    deliver,
    random_logs,
    snapshot,
)
from python_tests.statements import recorded

pytestmark = pytest.mark.slow

ONLY_X = {"mlmon_only": ["x"]}


def part(tables: dict[str, Rows], name: str) -> dict[str, Rows]:
    """The rows of one monitor."""
    return {table: [row for row in rows if row["monitor"] == name] for table, rows in tables.items()}


def load_all(project: Project, predictions: Rows, labels: Rows) -> None:
    frame, label_frame = pa.Table.from_pylist(predictions, PREDICTIONS), pa.Table.from_pylist(labels, LABELS)
    project.load(log_x=frame, log_y=frame, labels_x=label_frame, labels_y=label_frame)


@pytest.mark.parametrize("full_refresh", [False, True])
def test_other_monitors_stay_as_they_are(tmp_path: Path, full_refresh: bool) -> None:
    random = Random(21)
    predictions, labels = random_logs(random)
    first, rest = deliver(random, predictions, 2), deliver(random, labels, 2)
    monitors = {
        name: {
            **MONITOR,
            "predictions": {**MONITOR["predictions"], "relation": f"raw.log_{name}"},
            "labels": {**MONITOR["labels"], "relation": f"raw.labels_{name}"},
        }
        for name in ("x", "y")
    }
    project = Project(tmp_path, monitors)
    load_all(project, first[0], rest[0])
    project.build().check()
    before = snapshot(project)

    # both have new rows, and the log of y has lost a column
    load_all(project, predictions := first[0] + first[1], labels := rest[0] + rest[1])
    frame = pa.Table.from_pylist(predictions, PREDICTIONS)
    project.load(log_y=frame.drop_columns(["age"]))
    with recorded() as statements:
        project.build(variables=ONLY_X, full_refresh=full_refresh).check()
    read = [statement.sql for statement in statements if "log_y" in statement.sql or "labels_y" in statement.sql]
    assert read == []
    after = snapshot(project)
    assert_same(part(after, "y"), part(before, "y"))
    assert set(project.table("mlmon_new_watermarks")["monitor"]) == {"x"}
    assert set(project.table("mlmon_windows_to_judge")["monitor"]) == {"x"}
    assert len(part(after, "x")["mlmon_profile"]) > len(part(before, "x")["mlmon_profile"])

    # y's turn comes with the next whole run, and x is done: together they are what a full build gives
    project.load(log_y=frame)
    project.build().check()
    assert set(project.table("mlmon_windows_to_judge")["monitor"]) == {"y"}
    mine, theirs = (part(snapshot(project), name) for name in ("x", "y"))
    same_as_x = {
        table: [{**row, "monitor": "x"} for row in rows]
        for table, rows in theirs.items()
        if table not in ("mlmon_incidents", "mlmon_episodes", "mlmon_found_incidents", "mlmon_incident_groups", "mlmon_transitions", "mlmon_timeline", "mlmon_monitors", "mlmon_bins", "mlmon_reference")
    }
    assert_same({table: mine[table] for table in same_as_x}, same_as_x)
