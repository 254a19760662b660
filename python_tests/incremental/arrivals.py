"""Small random logs and how they arrive."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa

from python_tests.harness import Project, Rows

START = datetime(2026, 1, 1)
DAYS = 50
MONITOR: dict[str, Any] = {
    "task": "binary",
    "predictions": {
        "relation": "raw.predictions",
        "id": "id",
        "timestamp": "at",
        "score": "score",
        "version": "version",
        "latency_ms": "latency",
        "loaded_at": "loaded_at",
    },
    "labels": {
        "relation": "raw.labels",
        "id": "id",
        "label": "label",
        "timestamp": "at",
        "loaded_at": "loaded_at",
        "maturity": "5 days",
    },
    "features": {"numeric": ["age"], "categorical": ["job"]},
    "segments": ["region"],
    "fairness": {"attributes": ["gender"], "min_group_size": 3},
    "reference": {"start": "2026-01-05", "end": "2026-01-17"},
    "kpis": [{"name": "revenue", "numerator": "sum(l.revenue)", "denominator": "count(*)"}],
    "value": {"tp": 10, "fp": -2},
    "thresholds": {"null_rate": {"warn": 0.08}, "n_predictions": {"error": {"below": 12}}},
    "alerts": {"min_rows": 5},
}
PREDICTIONS = pa.schema(
    [
        ("id", pa.string()), ("at", pa.timestamp("us")), ("score", pa.float64()), ("version", pa.string()),
        ("latency", pa.float64()), ("age", pa.float64()), ("job", pa.string()), ("region", pa.string()),
        ("gender", pa.string()), ("loaded_at", pa.timestamp("us")),
    ]
)  # fmt: skip
LABELS = pa.schema(
    [
        ("id", pa.string()), ("label", pa.int64()), ("revenue", pa.float64()), ("at", pa.timestamp("us")),
        ("loaded_at", pa.timestamp("us")),
    ]
)  # fmt: skip
def random_logs(random: Random, rows: int = 900, days: int = DAYS) -> tuple[Rows, Rows]:
    """Predictions and labels with copies, revisions, revocations, orphans and missing values; not yet loaded."""
    predictions: Rows = []
    labels: Rows = []
    for number in range(rows):
        day = random.randrange(days)
        if day in (20, 31):  # two days without a prediction
            continue
        at = START + timedelta(days=day, seconds=random.randrange(86400))
        row = {
            "id": f"p{number}",
            "at": at,
            "score": random.choice([None, math.nan, 1.5] if random.random() < 0.02 else [random.random()]),
            "version": "v1" if day < 30 or random.random() < 0.3 else "v2",
            "latency": random.choice([None, 20 + 100 * random.random()]),
            "age": random.choice([None, math.inf, float(random.randrange(18, 70))] if random.random() < 0.1 else [float(random.randrange(18, 70))]),
            "job": random.choice(["a", "b", "c", None] if day < 40 else ["a", "new"]),
            "region": random.choice(["EU", "US", "a,b\\c"]),
            "gender": random.choice(["f", "m", "x"]),
        }
        predictions.append(row)
        if random.random() < 0.06:  # the same id again, maybe in another window
            predictions.append({**row, "at": at + timedelta(days=random.choice([0, 0, 3])), "score": random.random()})
        if random.random() < 0.8:
            seen = at + timedelta(days=random.choice([0.5, 2, 6, 44]))
            label = {"id": row["id"], "label": random.randrange(2), "revenue": 10 * random.random(), "at": seen}
            labels.append(label)
            if random.random() < 0.1:
                labels.append({**label, "label": random.choice([0, 1, None]), "at": seen + timedelta(days=1)})
    labels += [
        {"id": f"orphan{n}", "label": 1, "revenue": 1.0, "at": START + timedelta(days=random.randrange(days))}
        for n in range(max(1, rows // 112))
    ]
    return predictions, labels


def deliver(random: Random, rows: Rows, batches: int, days: int = DAYS + 10) -> list[Rows]:
    """Rows of so many days cut into batches: mostly in order of their time, some far too late; a batch shares two arrival times."""
    delivered: list[Rows] = [[] for _ in range(batches)]
    for row in rows:
        due = min(batches - 1, max(0, (row["at"] - START).days * batches // days))
        batch = due if random.random() < 0.85 else random.randrange(due, batches)
        loaded_at = START + timedelta(days=100 + batch, hours=random.choice([0, 1]))
        delivered[batch].append({**row, "loaded_at": loaded_at})
    for batch in delivered:
        random.shuffle(batch)
    return delivered


def load(project: Project, predictions: Rows, labels: Rows) -> None:
    """The logs as they are now."""
    project.load(
        predictions=pa.Table.from_pylist(predictions, PREDICTIONS), labels=pa.Table.from_pylist(labels, LABELS)
    )


def arrive(root: Path, monitor: dict[str, Any], seed: int, changed: Callable[[Rows], None] | None = None) -> tuple[Project, Rows, Rows]:
    """A project whose logs came in four batches, each followed by an incremental build. `changed`: what is done to the predictions before."""
    random = Random(seed)
    predictions, labels = random_logs(random)
    if changed:
        changed(predictions)
    project = Project(root, {"leads": monitor})
    batches = zip(deliver(random, predictions, 4), deliver(random, labels, 4), strict=True)
    seen: tuple[Rows, Rows] = ([], [])
    for new_predictions, new_labels in batches:
        seen[0].extend(new_predictions)
        seen[1].extend(new_labels)
        load(project, *seen)
        project.build().check()
    return project, *seen
