"""Logs that hold whatever a log may hold: all that is legal and none of it nice."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pyarrow as pa

START = datetime(2026, 1, 1)
DAYS = 20
NASTY = (
    None, "", "a,b", "a\\,b", "a\\b", "it's", 'say "no"', "naïve ☃", "{{ 7*7 }}", "{% raw %}", "'; drop table x; --",
    "overall", "all", "(null)", "x" * 10_000, " padded ", "line\nbreak", "\x1b[31mred", "<b>&amp;</b>", "caf\u00e9", "cafe\u0301",
)  # fmt: skip
SCORES = (None, math.nan, math.inf, -math.inf, 1.0000001, -1e-12, 0.0, 1.0, 0.5, 0.1, 0.3, 1e-300)
NUMBERS = (None, math.nan, math.inf, -math.inf, 0.0, -0.0, 5e-324)
Rows = list[dict[str, Any]]

PREDICTIONS = pa.schema(
    [
        ("Prediction Id", pa.string()),
        ("at", pa.timestamp("us", tz="America/New_York")),
        ("loaded at", pa.timestamp("us")),
        ("score", pa.float64()),
        ("decision", pa.bool_()),
        ("order", pa.int32()),
        ("Mixed Case", pa.float64()),
        ('with "quote"', pa.float32()),
        ("flag", pa.bool_()),
        ("stamp", pa.float64()),
        ("nothing", pa.float64()),
        ("price", pa.decimal128(10, 2)),
        ("many", pa.string()),
        ("it's nasty", pa.string()),
        ("day of", pa.date32()),
        ('Seg "ment"', pa.string()),
        ("group", pa.int64()),
        ("version", pa.string()),
        ("latency", pa.float64()),
        ("gender", pa.string()),
        ("senior", pa.bool_()),
    ]
)
LABELS = pa.schema(
    [
        ("id", pa.int64()),
        ("outcome", pa.string()),
        ("seen", pa.timestamp("us", tz="Asia/Kolkata")),
        ("loaded", pa.timestamp("us")),
        ("worth", pa.float64()),
    ]
)


def pick(random: Random, strange: tuple[Any, ...], share: float, usual: Any) -> Any:
    """Something strange now and then."""
    return random.choice(strange) if random.random() < share else usual


def hostile_logs(seed: int = 7, n: int = 2400) -> tuple[pa.Table, pa.Table]:
    """Predictions of twenty days and their labels; the first ten days are the reference. Copies of an id never share an arrival time, nor revisions of a label."""
    random = Random(seed)
    predictions: Rows = []
    labels: Rows = []
    arrival = START
    for number in range(n):
        day = random.randrange(DAYS)
        if day == 15 or (day == 12 and random.random() < 0.98):  # a gap, and a window of a few rows
            continue
        at = START + timedelta(days=day, microseconds=random.randrange(86_400_000_000))
        late = day >= 10
        score = round(random.random(), 2) if random.random() < 0.5 else random.random()
        arrival += timedelta(seconds=1)
        row = {
            "Prediction Id": pick(random, (None,), 0.01, str(number)),
            "at": at,
            "loaded at": arrival,
            "score": math.nan if day == 17 else pick(random, SCORES, 0.15, score),
            "decision": pick(random, (None,), 0.02, random.random() < score),
            "order": pick(random, (None, -1, 2**31 - 1), 0.02, int(random.gammavariate(1, 3))),
            "Mixed Case": pick(random, NUMBERS, 0.1, random.gauss(0.4 * late, 1)),
            'with "quote"': 3.25,
            "flag": pick(random, (None,), 0.05, random.random() < 0.7),
            "stamp": 1.7e9 + random.choice([-1, 0, 1]) + random.random() / 8,
            "nothing": None,
            "price": pick(random, (None,), 0.05, Decimal(random.randrange(1, 9000)) / 100),
            "many": f"c{int(random.paretovariate(0.4)) % 400}" + ("new" if late and random.random() < 0.2 else ""),
            "it's nasty": random.choice(NASTY[: len(NASTY) if late else 14]),
            "day of": pick(random, (None,), 0.05, date(2026, 1, 1 + random.randrange(5))),
            'Seg "ment"': NASTY[(day * 5 + random.randrange(5)) % len(NASTY)],  # a few of them each day
            "group": pick(random, (None, -1), 0.05, random.randrange(2)),
            "version": "all" if random.random() < 0.2 else pick(random, (None, "(null)", "v2"), 0.1, "v1"),
            "latency": pick(random, NUMBERS, 0.1, random.lognormvariate(3, 1)),
            "gender": random.choice(["f", "f", "m", "m", "m", None, "x,y"]),
            "senior": pick(random, (None,), 0.05, random.random() < 0.3),
        }
        predictions.append(row)
        if random.random() < 0.05:  # a copy that arrived later, or before, in this window or another
            moved = at + timedelta(hours=random.choice([-30, 0, 1, 50]))
            copy = {**row, "at": moved, "score": random.random(), "Mixed Case": random.gauss(0, 1)}
            copy["loaded at"] = arrival + random.choice([-1, 1]) * timedelta(milliseconds=500)
            predictions.append(copy)
        if day == 16 or random.random() < 0.3:  # a window without labels
            continue
        good = random.random() < score and day != 13  # a window of one class
        seen = at + timedelta(hours=random.choice([-2, 1, 30, 300]))  # a label may come before its prediction
        label = {
            "id": number, "outcome": "Yes" if good else random.choice(["No", "yes", "maybe"]), "seen": seen,
            "loaded": seen, "worth": pick(random, (None,), 0.1, random.gauss(10, 5)),
        }  # fmt: skip
        labels.append(label)
        for step in range(random.choice([0] * 8 + [1, 2])):
            revised = random.choice(["Yes", "No", None])
            same_time = random.random() < 0.3
            labels.append(
                {**label, "outcome": revised, "seen": seen + timedelta(hours=0 if same_time else step + 1),
                 "loaded": seen + timedelta(days=step + 1)}
            )  # fmt: skip
    labels += [
        {"id": 10**9 + i, "outcome": "Yes", "seen": START + timedelta(days=i * 2, hours=3), "loaded": START, "worth": 1.0}
        for i in range(20)
    ]
    labels.append({"id": None, "outcome": "Yes", "seen": START, "loaded": START, "worth": 1.0})
    random.shuffle(predictions)
    random.shuffle(labels)
    return pa.Table.from_pylist(predictions, PREDICTIONS), pa.Table.from_pylist(labels, LABELS)


def huge_values(n: int = 400) -> pa.Table:
    """Values whose squares and sums leave the range of doubles."""
    random = Random(3)
    rows = [
        {
            "id": i,
            "at": START + timedelta(days=i * 30 / n),
            "score": random.random(),
            "huge": random.choice([1.7e308, -1.7e308, 1.0]),
            "large": random.choice([1e160, -1e160]),
            "small": random.choice([1e-310, -1e-310, 0.0]),
        }
        for i in range(n)
    ]
    return pa.Table.from_pylist(rows)


def unstable_nulls(n_segments: int = 24, n_days: int = 60) -> pa.Table:
    """A column whose share of NULL jumps at random, by segment and day, with days missing."""
    random = Random(11)
    rows: Rows = []
    for segment in range(n_segments):
        rate = random.choice([0.05, 0.2, 0.5])
        for day in range(n_days):
            if random.random() < 0.1:
                continue
            n_null = random.choice([2, 3, 4]) if random.random() < rate else 0
            for i in range(4):
                rows.append(
                    {
                        "id": len(rows),
                        "at": START + timedelta(days=day, hours=i),
                        "score": random.random(),
                        "x": None if i < n_null else 1.5,
                        "segment": f"s{segment}",
                    }
                )
    return pa.Table.from_pylist(rows)
