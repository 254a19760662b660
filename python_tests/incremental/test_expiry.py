"""Logs that expire rows while others are sent again: an id counts once in whatever a run reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pytest

from python_tests.harness import Project, Rows, assert_same, snapshot
from python_tests.incremental.arrivals import LABELS, MONITOR, PREDICTIONS, START, random_logs

pytestmark = pytest.mark.slow

SECOND = START + timedelta(days=101)  # what arrives after the first run
DAY = START + timedelta(days=45)  # the window that rows arrive for in the second run
Log = tuple[Rows, Rows]


def once(rows: Rows) -> Rows:
    """Each id once, loaded when it came about, before the first run."""
    return [{**row, "loaded_at": row["at"]} for row in {row["id"]: row for row in rows}.values()]


def on(rows: Rows, day: datetime) -> Rows:
    return [row for row in rows if day <= row["at"] < day + timedelta(days=1)]


def fresh(predictions: Rows, labels: Rows, number: int) -> Log:
    """Normal rows for the day, each with its label."""
    rows = [{**row, "id": f"new{number}_{place}", "loaded_at": SECOND} for place, row in enumerate(on(predictions, DAY)[:10])]
    return rows, [{**labels[0], "id": row["id"], "at": row["at"] + timedelta(days=1), "loaded_at": SECOND} for row in rows]


def expired(predictions: Rows, labels: Rows, days: float) -> Log:
    """What is left of the logs."""
    end = START + timedelta(days=days)
    return [row for row in predictions if row["at"] >= end], [row for row in labels if row["at"] >= end]


def unseen_copies(predictions: Rows, labels: Rows) -> Log:
    """Predictions of the day again, loaded before the last run; as many fewer as have expired."""
    copies = [{**row, "score": 0.99, "loaded_at": START} for row in on(predictions, DAY)[:8]]
    return [*predictions, *copies], labels


def unseen_label_copies(predictions: Rows, labels: Rows) -> Log:
    ids = {row["id"] for row in on(predictions, DAY)}
    copies = [{**row, "at": row["at"] - timedelta(hours=1), "loaded_at": START} for row in labels if row["id"] in ids]
    assert copies
    return predictions, [*labels, *copies]


def both(predictions: Rows, labels: Rows) -> Log:
    return unseen_label_copies(*unseen_copies(predictions, labels))


def sent_again(predictions: Rows, labels: Rows) -> Log:
    """The day's predictions and labels once more, with the time of arrival that they have."""
    rows = [{**row, "loaded_at": SECOND} for row in on(predictions, DAY)[:8]]
    ids = {row["id"] for row in rows}
    return [*predictions, *rows], [*labels, *({**row, "loaded_at": SECOND} for row in labels if row["id"] in ids)]


def nothing(predictions: Rows, labels: Rows) -> Log:
    return predictions, labels


# what comes beside the normal rows, and how many days of the log are gone by then
CASES: list[tuple[Callable[[Rows, Rows], Log], float]] = [
    (unseen_copies, 8), (unseen_label_copies, 8.5), (both, 0.3), (sent_again, 8.5), (nothing, 8.5),
]  # fmt: skip
SUMS = ("mlmon_profile", "mlmon_outcomes", "mlmon_log_health", "mlmon_kpi_sums")


def load(project: Project, logs: list[Log]) -> None:
    frames = {}
    for number, (predictions, labels) in enumerate(logs):
        frames[f"p{number}"] = pa.Table.from_pylist(predictions, PREDICTIONS)
        frames[f"l{number}"] = pa.Table.from_pylist(labels, LABELS)
    project.load(**frames)


def whole_windows(tables: dict[str, Rows], gone: dict[str, datetime]) -> dict[str, Rows]:
    """The windows whose rows are all still in the log. A label whose prediction is gone is an orphan where it is read again."""
    kept = {name: [row for row in tables[name] if row["window_start"] >= gone[row["monitor"]]] for name in (*SUMS, "mlmon_label_health")}
    kept["mlmon_label_health"] = [{**row, "n_orphan_labels": None} for row in kept["mlmon_label_health"]]
    return kept


def test_what_expires_hides_no_copy(tmp_path: Path) -> None:
    """Rows that are gone are as many as, or more than, those that came unseen: the number of rows tells nothing."""
    monitors: dict[str, Any] = {}
    logs, later = [], []
    gone = {}
    for number, (arrive, days) in enumerate(CASES):
        predictions, labels = (once(rows) for rows in random_logs(Random(20 + number), rows=600))
        labels = [row for row in labels if not row["id"].startswith("orphan")]
        logs.append((predictions, labels))
        new = fresh(predictions, labels, number)
        predictions, labels = arrive(*expired(predictions, labels, days))
        later.append(([*predictions, *new[0]], [*labels, *new[1]]))
        gone[f"m{number}"] = START + timedelta(days=int(days) + 1)
        monitors[f"m{number}"] = {
            **MONITOR,
            "predictions": {**MONITOR["predictions"], "relation": f"raw.p{number}"},
            "labels": {**MONITOR["labels"], "relation": f"raw.l{number}"},
            "reference": {"start": "2026-01-12", "end": "2026-01-24"},
        }
    project = Project(tmp_path, monitors)
    load(project, logs)
    project.build().check()
    kept = snapshot(project)
    assert not project.table("mlmon_watermarks")[["has_copies", "has_label_copies"]].any().any()

    load(project, later)
    project.build().check()
    ledger = project.table("mlmon_watermarks").set_index("monitor")
    assert list(ledger["has_copies"].sort_index()) == [True, False, True, True, False]
    assert list(ledger["has_label_copies"].sort_index()) == [False, True, True, True, False]
    incremental = snapshot(project)
    # windows that are gone from the logs, and those that nothing arrived for, are as they were
    before = {name: [row for row in rows if "window_start" in row and row["window_start"] < min(gone.values())] for name, rows in kept.items() if name in SUMS}
    after = {name: [row for row in incremental[name] if row["window_start"] < min(gone.values())] for name in SUMS}
    assert_same(after, before)
    project.build(full_refresh=True).check()
    full = snapshot(project)
    assert_same(whole_windows(incremental, gone), whole_windows(full, gone))


def test_a_reference_taken_late_and_a_table_lost(tmp_path: Path) -> None:
    """What a run reads beside the windows that rows arrived for: the reference, and all of a log for a table that is gone."""
    predictions, labels = (once(rows) for rows in random_logs(Random(31)))
    copied = START + timedelta(days=20)
    early = [row for row in predictions if row["at"] < DAY]
    monitor = {**MONITOR, "reference": {"start": "2026-01-15", "end": f"{DAY + timedelta(hours=12):%Y-%m-%d %H:%M:%S}"}}
    project = Project(tmp_path, {"leads": monitor})
    frames = {"labels": pa.Table.from_pylist(labels, LABELS)}
    project.load(predictions=pa.Table.from_pylist(early, PREDICTIONS), **frames)
    project.build().check()
    with project.connect() as connection:
        connection.execute("drop table mlmon_outcomes")
    kept, _ = expired(predictions, labels, 12)
    copies = [{**row, "age": 99.0, "score": 0.99, "loaded_at": START} for row in on(predictions, copied)]
    rows = [*({**row, "loaded_at": SECOND} if row["at"] >= DAY else row for row in kept), *copies]
    project.load(predictions=pa.Table.from_pylist(rows, PREDICTIONS), **frames)
    project.build().check()
    names = ("mlmon_bins", "mlmon_reference", "mlmon_outcomes")
    incremental = without_ids(snapshot(project), names)
    project.build(full_refresh=True, variables={"mlmon_rebaseline": True}).check()
    assert_same(incremental, without_ids(snapshot(project), names))


def without_ids(tables: dict[str, Rows], names: tuple[str, ...]) -> dict[str, Rows]:
    """Tables without the name of a reference, which is another one each time it is taken."""
    return {name: [{c: v for c, v in row.items() if c != "reference_id"} for row in tables[name]] for name in names}
