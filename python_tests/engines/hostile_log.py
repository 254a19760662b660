"""One log with whatever logs hold, in three deliveries, and the monitors that watch it.

What an engine may read in another way than the others is in it: NaN, infinities, tiny and large numbers, NULL, quotes, backslashes, commas, line breaks,
letters beyond ASCII, texts that look like the package's own words, copies of ids, late labels, revisions, orphans.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone
from random import Random
from typing import Any

import pyarrow as pa
import pytest

from python_tests.harness import Project, Rows, assert_same, snapshot
from python_tests.warehouses import Warehouse

START = datetime(2026, 1, 1)
DAYS = 40
MONITORS: dict[str, Any] = {
    "Leads-1.x": {
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
        "features": {"numeric": ["age", "visits", "is_new"], "categorical": ["job"], "pairs": [["age", "visits"], ["visits", "is_new"]]},
        "segments": ["region", ["region", "gender"]],
        "fairness": {"attributes": ["gender"], "min_group_size": 3},
        "reference": {"start": "2026-01-03", "end": "2026-01-17"},
        "holidays": ["2026-01-06", {"date": "2026-01-12", "name": "it's a day"}, "2026-02-01"],
        "kpis": [{"name": "revenue", "numerator": "sum(l.revenue)", "denominator": "count(*)"}],
        "value": {"tp": 10, "fp": -2},
        "thresholds": {"null_rate": {"warn": 0.08}, "n_predictions": {"error": {"below": 10}}, "recall": {"warn": {"below": 0.4}}},
        "alerts": {"min_rows": 5, "owner": "o'neil", "runbook": "https://wiki/\\path?a=b&c='d'"},
    },
    # decisions and labels as texts, ids of two kinds, weeks, a reference in a relation of its own and baselines that move, no arrival times
    "calls": {
        "task": "binary",
        "predictions": {
            "relation": "raw.calls",
            "id": "Call Id",
            "timestamp": "day",
            "score": "score",
            "prediction": "decision",
            "version": "agent",
        },
        "labels": {"relation": "raw.answers", "id": "id", "label": "answer", "timestamp": "at", "positive_class": "it's a yes"},
        "features": {"numeric": ["length"], "categorical": ["agent"]},
        "reference": {"relation": "raw.training"},
        "window": "week",
        "baseline": ["reference", {"rolling": 3}, {"seasonal": {"period": "2 weeks", "count": 2}}, "previous_version"],
        "alerts": {"min_rows": 3},
    },
}
# a regression over the second log: what a call's score was is its label
LENGTHS: dict[str, Any] = {
    "task": "regression",
    "predictions": {"relation": "raw.calls", "id": "Call Id", "timestamp": "day", "score": "length"},
    "labels": {"relation": "raw.calls", "id": "Call Id", "label": "score", "timestamp": "day", "maturity": "7 days"},
    "features": {"categorical": ["agent"]},
    "segments": ["agent"],
    "fairness": {"attributes": ["agent"], "min_group_size": 3},
    "window": "week",
    "reference": {"start": "2026-01-05", "end": "2026-01-26"},
    "value": {"per_unit_over": -2, "per_unit_under": -5},
    "thresholds": {"error_p95": {"warn": 3000}, "mean": {"of": {"length": {"warn": 700}}}, "mae_ratio": {"warn": 5, "of": {"agent=x": {"warn": 1}}}},
    "alerts": {"min_rows": 3},
}
# lists over the first log, with ties, repeated items and rows of several segments: what a lead brought in is how relevant it was
LISTS: dict[str, Any] = {
    "task": "ranking",
    "predictions": {**MONITORS["Leads-1.x"]["predictions"], "query": "gender", "rank": "age", "item": "job"},
    "labels": {**MONITORS["Leads-1.x"]["labels"], "label": "revenue"},
    "segments": ["region"],
    "fairness": {"attributes": ["is_new"], "min_group_size": 3},
    "reference": {"start": "2026-01-03", "end": "2026-01-17"},
    "thresholds": {"recall_at_5": {"warn": {"below": 0.5}}},
    "alerts": {"min_rows": 2},
}
TEXTS = [
    "plain", "Plain", "it's", 'say "hi"', "a,b", "back\\slash", "\\", "line\nbreak", "tab\there", "ünïcödé", "日本", "🦆", "", " ", "(null)",
    "all", "other", "null", "unseen", "invalid", "{{ x }}", "--", "%s", "é", "e\u0301", "Z", "z", "_", "1",
]  # fmt: skip
REGIONS = ["EU", "us", "a,b\\c", "Ωmega", "it's", "all", None]
SCHEMAS = {
    "predictions": pa.schema(
        [
            ("id", pa.string()), ("at", pa.timestamp("us", tz="UTC")), ("score", pa.float64()), ("version", pa.string()),
            ("latency", pa.float64()), ("age", pa.float64()), ("visits", pa.int64()), ("is_new", pa.bool_()), ("job", pa.string()),
            ("region", pa.string()), ("gender", pa.string()), ("loaded_at", pa.timestamp("us")),
        ]
    ),
    "labels": pa.schema(
        [
            ("id", pa.string()), ("label", pa.bool_()), ("revenue", pa.float64()), ("at", pa.timestamp("us")),
            ("loaded_at", pa.timestamp("us")),
        ]
    ),
    "calls": pa.schema(
        [
            ("Call Id", pa.int64()), ("day", pa.date32()), ("score", pa.float64()), ("decision", pa.int64()),
            ("length", pa.int64()), ("agent", pa.string()),
        ]
    ),
    "answers": pa.schema([("id", pa.string()), ("answer", pa.string()), ("at", pa.timestamp("us"))]),
    "training": pa.schema([("score", pa.float64()), ("decision", pa.int64()), ("length", pa.int64()), ("agent", pa.string())]),
}  # fmt: skip


def leads(random: Random) -> tuple[Rows, Rows]:
    """Predictions and their labels, not yet loaded."""
    predictions: Rows = []
    labels: Rows = []
    odd_scores = [None, math.nan, math.inf, -math.inf, 1.5, -0.25, 0.0, 1.0, 0.5, 1e-300, 1 - 1e-16]
    odd_ages = [None, math.nan, math.inf, -math.inf, 1e-200, -1e-320, 1e100, 0.1 + 0.2, 1 / 3]
    for number in range(400):
        day = random.randrange(DAYS)
        if day in (20, 27):  # two days without a prediction
            continue
        at = START + timedelta(days=day, microseconds=random.randrange(86_400_000_000))
        if number % 97 == 0:
            at = at.replace(hour=0, minute=0, second=0, microsecond=0)  # a window's first moment
        if number % 89 == 0:
            at = at.replace(hour=23, minute=59, second=59, microsecond=999_999)  # and its last
        row = {
            "id": f"p{number}{random.choice(['', 'é', chr(39)])}",
            "at": at,
            "score": random.choice(odd_scores) if random.random() < 0.06 else random.random() ** (1 if day < 32 else 3),
            "version": ("v1" if day < 22 or random.random() < 0.3 else "v2") if random.random() > 0.03 else random.choice([None, "all"]),
            "latency": random.choice([None, math.nan, 20 + 100 * random.random()]),
            "age": random.choice(odd_ages) if random.random() < 0.06 else float(random.randrange(18, 70)) + (0 if day < 30 else 12),
            "visits": random.choice([None, 0, 1, 2, 3, 5, 8, -1, 2**40]),
            "is_new": random.choice([None, True, False, False]),
            "job": random.choice([*TEXTS[: 20 if day < 17 else None], None]),
            "region": random.choice(REGIONS),
            "gender": random.choice(["f", "m", "x", None]),
        }
        predictions.append(row)
        if random.random() < 0.06:  # the same id again, maybe in another window
            predictions.append({**row, "at": at + timedelta(days=random.choice([0, 0, 3])), "score": random.random()})
        if random.random() < 0.8:
            seen = at + timedelta(days=random.choice([0.25, 2, 6, 20]))
            label = {"id": row["id"], "label": random.random() < 0.4, "revenue": 10 * random.random(), "at": seen}
            labels.append(label)
            if random.random() < 0.1:
                labels.append({**label, "label": random.choice([True, False, None]), "at": seen + timedelta(days=1)})
    labels += [{"id": f"orphan{n}", "label": True, "revenue": 1.0, "at": START + timedelta(days=5 * n)} for n in range(8)]
    predictions += [{**predictions[n], "id": None} for n in range(3)]
    return predictions, labels


def delivered(random: Random, rows: Rows) -> list[Rows]:
    """Three deliveries: most rows in order of their time, some far too late."""
    batches: list[Rows] = [[], [], []]
    for row in rows:
        due = min(2, max(0, (row["at"] - START).days * 3 // DAYS))
        batch = due if random.random() < 0.85 else random.randrange(due, 3)
        batches[batch].append({**row, "loaded_at": START + timedelta(days=100 + batch, hours=random.choice([0, 1]))})
    return batches


def calls(random: Random) -> dict[str, Rows]:
    """The second monitor's logs, each whole from the start."""
    made: Rows = [
        {
            "Call Id": number,
            "day": (START + timedelta(days=random.randrange(DAYS))).date(),
            "score": random.choice([None, random.random(), random.random()]),
            "decision": random.choice([0, 1, 1, None]),
            "length": random.choice([None, 1, 2, 3, 60, 3600]),
            "agent": random.choice(["x", "y", "new one", None]),
        }
        for number in range(150)
    ]
    answers = [
        {"id": str(n), "answer": random.choice(["it's a yes", "no", None]), "at": START + timedelta(days=n % DAYS, hours=5)} for n in range(0, 150, 2)
    ]
    training = [{**row, "agent": random.choice(["x", "y", "z"])} for row in made[:90]]
    return {"calls": made, "answers": answers, "training": [{k: row[k] for k in SCHEMAS["training"].names} for row in training]}


def deliveries(seed: int) -> list[dict[str, pa.Table]]:
    """The logs as they stand after each of three deliveries."""
    random = Random(seed)
    predictions, labels = leads(random)
    rest = calls(random)
    stands: list[dict[str, Rows]] = []
    seen: tuple[Rows, Rows] = ([], [])
    for new_predictions, new_labels in zip(delivered(random, predictions), delivered(random, labels), strict=True):
        seen = ([*seen[0], *new_predictions], [*seen[1], *new_labels])
        zoned = [{**row, "at": row["at"].replace(tzinfo=timezone.utc)} for row in seen[0]]
        stands.append({"predictions": zoned, "labels": seen[1], **rest})
    return [{name: pa.Table.from_pylist(rows, SCHEMAS[name]) for name, rows in stand.items()} for stand in stands]


def with_a_late_label(logs: dict[str, pa.Table]) -> pa.Table:
    """The labels, and one more of a prediction of 5 February that loads after all others."""
    late = next(row for row in logs["predictions"].to_pylist() if row["at"].month == 2 and row["at"].day == 5 and row["id"])
    label = logs["labels"].slice(0, 1).to_pylist()[0]
    label.update(id=late["id"], label=True, at=label["at"].replace(month=2, day=9), loaded_at=label["loaded_at"].replace(year=2027))
    return pa.Table.from_pylist([*logs["labels"].to_pylist(), label], logs["labels"].schema)


def twins(warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Project]:
    """The same project in DuckDB and on an engine, not yet built."""
    monitors = {**MONITORS, "lengths": LENGTHS, "lists": LISTS}
    here = Project(tmp_path_factory.mktemp("duckdb"), monitors)
    return here, Project(tmp_path_factory.mktemp(warehouse.name), monitors, warehouse=warehouse)


def build_alike(projects: tuple[Project, Project], logs: dict[str, pa.Table]) -> None:
    """Build both over these logs, and compare their tables."""
    here, there = projects
    for project in projects:
        project.load(**logs)
        project.build().check()
    assert_same(snapshot(there), snapshot(here))
