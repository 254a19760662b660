"""What holds whatever the logs are: found by hypothesis, many logs in one dbt build, each a monitor of its own.

`MLMON_EXAMPLES=50 pytest python_tests/incremental/test_properties.py` looks longer, at other logs each time.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from python_tests.harness import Project, Rows, assert_same, snapshot
from python_tests.incremental.arrivals import LABELS, MONITOR, PREDICTIONS, START, random_logs

pytestmark = pytest.mark.slow

EXAMPLES = int(os.environ.get("MLMON_EXAMPLES", "0"))
DAYS = 22
BATCHES = 3
MIDNIGHT = {"hour": 0, "minute": 0, "second": 0, "microsecond": 0}
Log = tuple[list[Rows], list[Rows]]  # predictions and labels, by the batch they arrive in


@dataclass(frozen=True)
class Event:
    """Something that happens to the prediction at `place`, `days` after it, and arrives in `batch`."""

    kind: str
    place: int
    days: int
    batch: int
    value: int | None


@dataclass(frozen=True)
class Plan:
    """How a log comes about."""

    seed: int
    rows: int
    loaded_at: bool
    ties: bool
    window: str
    events: tuple[Event, ...]


EVENTS = st.builds(
    Event,
    kind=st.sampled_from(["copy", "copy_elsewhere", "label", "early_label", "late", "no_time"]),
    place=st.integers(0, 1000),
    days=st.integers(-6, 9),
    batch=st.integers(0, BATCHES - 1),
    value=st.sampled_from([0, 1, None]),
)
PLANS = st.builds(
    Plan,
    seed=st.integers(0, 2**32),
    rows=st.integers(20, 120),
    loaded_at=st.booleans(),
    ties=st.booleans(),
    window=st.sampled_from(["day", "day", "week"]),
    events=st.lists(EVENTS, max_size=12).map(tuple),
)


def monitor(plan: Plan, number: int) -> dict[str, Any]:
    """The monitor of a log."""
    block = {**MONITOR, "window": plan.window, "reference": {"start": "2026-01-03", "end": "2026-01-12"}}
    for part, name in (("predictions", f"p{number}"), ("labels", f"l{number}")):
        block[part] = {**MONITOR[part], "relation": f"raw.{name}"}
        if not plan.loaded_at:
            del block[part]["loaded_at"]
    return block


def arrange(plan: Plan) -> Log:
    """The rows of a plan, by batch."""
    random = Random(plan.seed)
    predictions, labels = random_logs(random, plan.rows, DAYS)
    fixed: list[tuple[Rows, dict[str, Any], int]] = []
    for number, event in enumerate(plan.events if predictions else ()):
        row = predictions[event.place % len(predictions)]
        at = row["at"] + timedelta(days=event.days, seconds=number)
        if event.kind in ("copy", "late"):
            fixed.append((predictions, {**row, "score": 0.25, "version": "v3", "at": row["at"] if event.kind == "copy" else at}, event.batch))
        elif event.kind == "copy_elsewhere":
            fixed.append((predictions, {**row, "at": at, "region": "EU", "score": 0.75}, event.batch))
        elif event.kind == "no_time":
            fixed.append((predictions, {**row, "id": f"undated{number}", "at": None}, event.batch))
        else:
            seen = at if event.kind == "label" else row["at"] - timedelta(hours=1)
            fixed.append((labels, {"id": row["id"], "label": event.value, "revenue": 2.5, "at": seen}, event.batch))
    if not plan.loaded_at:
        # in the order of their own time, but for a few that are two windows late at most
        logs = []
        for log in (predictions, labels):
            rows = sorted([*log, *(row for to, row, _ in fixed if to is log)], key=lambda r: r["at"] or START)
            batches: list[Rows] = [[] for _ in range(BATCHES)]
            for place, row in enumerate(rows):
                batch = place * BATCHES // len(rows)
                last = rows[min(len(rows) - 1, (batch + 1) * len(rows) // BATCHES)]["at"] or START
                soon = row["at"] is not None and last - row["at"] < timedelta(days=1)
                batches[batch + 1 if soon and batch + 1 < BATCHES and random.random() < 0.3 else batch].append(row)
            logs.append([[{**row, "loaded_at": None} for row in batch] for batch in batches])
        return logs[0], logs[1]
    found: list[list[Rows]] = []
    for log in (predictions, labels):
        batches = [[] for _ in range(BATCHES)]
        rows = [(row, random.randrange(BATCHES)) for row in log]
        rows += [(row, batch) for to, row, batch in fixed if to is log]
        for row, batch in rows:
            # with ties, what arrives may bear the last time of the batch before
            hours = [0, 24] if plan.ties and batch else [1, 24]
            loaded_at = START + timedelta(days=100 + batch, hours=random.choice(hours))
            batches[batch].append({**row, "loaded_at": loaded_at})
        for batch_rows in batches:
            random.shuffle(batch_rows)
        found.append(batches)
    return found[0], found[1]


def load(project: Project, logs: list[tuple[Rows, Rows]]) -> None:
    """All logs as they are now."""
    frames = {}
    for number, (predictions, labels) in enumerate(logs):
        frames[f"p{number}"] = pa.Table.from_pylist(predictions, PREDICTIONS)
        frames[f"l{number}"] = pa.Table.from_pylist(labels, LABELS)
    project.load(**frames)


def parts_add_up(rows: Mapping[str, Rows]) -> None:
    """Segments, and versions, add up to the whole wherever a number is a sum."""
    counts = ("n_predictions", "n_labelled", "n_positive", "tp", "fp", "tn", "fn")
    for table, columns, extra in (
        ("mlmon_outcomes", counts, ("bin",)),
        ("mlmon_profile", ("n",), ("column_name", "column_role", "bin")),
        ("mlmon_log_health", ("n_rows", "n_predictions"), ()),
        ("mlmon_kpi_sums", ("numerator", "denominator"), ("kpi",)),
    ):
        whole: dict[Any, list[float]] = {}
        parts: dict[str, dict[Any, list[float]]] = {"region": {}, "version": {}}
        for row in rows[table]:
            values = [float(row[c] or 0) for c in columns]
            key = (row["monitor"], row["window_start"], *(row[c] for c in extra))
            overall, every = row["segment"] == "overall", row["model_version"] == "all"
            if overall and every:
                whole[key] = values
            elif row["segment"] == "region" and every:
                add(parts["region"], key, values)
            elif overall:
                add(parts["version"], key, values)
        for name, sums in parts.items():
            for key, values in whole.items():
                found = sums.get(key, [0.0] * len(columns))
                close = all(abs(a - b) <= 1e-9 * max(1, abs(a)) for a, b in zip(values, found, strict=True))
                assert close, (table, name, key, values, found)


def add(sums: dict[Any, list[float]], key: Any, values: list[float]) -> None:
    before = sums.get(key, [0.0] * len(values))
    sums[key] = [a + b for a, b in zip(before, values, strict=True)]


def windows_alone(rows: Mapping[str, Rows]) -> dict[str, Rows]:
    """What of each window that is not emptied depends on its own rows and the reference, by table."""
    left_out = ("_pooled", "is_mature")
    return {
        name: [{c: v for c, v in row.items() if not c.endswith(left_out)} for row in rows[name] if not is_odd(row)]
        for name in ("mlmon_profile", "mlmon_outcomes", "mlmon_performance", "mlmon_fairness", "mlmon_kpis")
    }


def is_odd(row: dict[str, Any]) -> bool:
    """Whether a row of a table belongs to a window that the test of independence empties."""
    at = row["window_start"]
    return bool(at >= datetime(2026, 1, 19) and at.isocalendar().week % 2)


@settings(
    max_examples=EXAMPLES or 2,
    deadline=None,
    database=None,
    derandomize=not EXAMPLES,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if EXAMPLES else [])],
)
@given(st.lists(PLANS, min_size=3, max_size=3))
def test_whatever_the_logs_are(plans: list[Plan]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        monitors = {f"m{number}": monitor(plan, number) for number, plan in enumerate(plans)}
        check(Project(Path(folder) / "watch", monitors), [arrange(plan) for plan in plans])


def check(project: Project, arrivals: list[Log]) -> None:
    seen: list[tuple[Rows, Rows]] = [([], []) for _ in arrivals]
    for batch in range(BATCHES):
        for (predictions, labels), (old_predictions, old_labels) in zip(arrivals, seen, strict=True):
            old_predictions += predictions[batch]
            old_labels += labels[batch]
        load(project, seen)
        project.build().check()
    incremental = snapshot(project)

    # running twice changes nothing
    project.build().check()
    assert_same(snapshot(project), incremental, 1e-12)

    # however the rows arrived, the tables are those of one full refresh
    project.build(full_refresh=True).check()
    full = snapshot(project)
    assert_same(incremental, full, 1e-12)
    parts_add_up(full)

    # erased rows leave no trace once their windows are rebuilt; nor do windows that become empty
    first = None
    kept = []
    for predictions, labels in seen:
        day = predictions[-1]["at"].replace(**MIDNIGHT) if predictions and predictions[-1]["at"] else START
        gone = {row["id"] for row in predictions if row["at"] and row["at"].replace(**MIDNIGHT) == day}
        gone |= {row["id"] for row in predictions[:3]}
        erased = [row for row in [*predictions, *labels] if row["id"] in gone and row["at"]]
        first = min([row["at"] for row in erased] + ([first] if first else []), default=None)
        kept.append(([r for r in predictions if r["id"] not in gone], [r for r in labels if r["id"] not in gone]))
    load(project, kept)
    start = first or START
    project.build(variables={"mlmon_rebuild": {"start": f"{start:%Y-%m-%d}", "end": "2026-12-31"}}).check()
    rebuilt = snapshot(project)
    project.build(full_refresh=True).check()
    without = snapshot(project)
    assert_same(rebuilt, without, 1e-12)

    # a window's numbers do not hang on the rows of other windows
    seen, kept = kept, []
    for predictions, labels in seen:
        copies = [row["id"] for row in predictions]
        kept.append(([r for r in predictions if not (r["at"] and is_odd({"window_start": r["at"]}) and copies.count(r["id"]) == 1)], labels))
    load(project, kept)
    project.build(full_refresh=True).check()
    assert_same(windows_alone(snapshot(project)), windows_alone(without), 1e-12)
