"""A log without repeated ids is read without looking for them; the first row that repeats one changes that."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random

from python_tests.harness import Project
from python_tests.incremental.test_convergence import (
    MONITOR,
    START,
    assert_same,
    load,
    random_logs,
    snapshot,
)


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
    arrivals = project.table("mlmon_arrivals")
    assert not arrivals["has_copies"].any()
    assert not arrivals["has_label_copies"].any()

    load(project, early + late, told)
    project.build().check()
    assert not project.table("mlmon_arrivals")["has_copies"].any()

    at = START + timedelta(days=90)
    copy = {**early[5], "at": early[5]["at"] + timedelta(days=3), "score": 0.99, "loaded_at": at}
    answered = next(row for row in told if row["label"] is not None)
    revised = {**answered, "label": 1 - answered["label"], "at": at, "loaded_at": at}
    load(project, [*early, *late, copy], [*told, revised])
    project.build().check()
    arrivals = project.table("mlmon_arrivals")
    assert arrivals["has_copies"].all()
    assert arrivals["has_label_copies"].all()
    incremental = snapshot(project)
    project.build(full_refresh=True).check()
    assert_same(incremental, snapshot(project))
