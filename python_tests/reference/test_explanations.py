"""Explanations beside Kitagawa's decomposition of the raw rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from python_tests.harness import Project

START = datetime(2026, 1, 1)
DAYS, REFERENCE, ROLLING, CHANGED = 24, 8, 5, 16
MONITOR: dict[str, Any] = {
    "task": "binary",
    "predictions": {"relation": "raw.predictions", "id": "id", "timestamp": "at", "score": "score"},
    "labels": {"relation": "raw.labels", "id": "id", "label": "label", "timestamp": "at", "maturity": "1 hour"},
    "segments": ["channel", "region", ["channel", "region"]],
    "reference": {"start": "2026-01-01", "end": "2026-01-09"},
    "baseline": ["reference", {"rolling": ROLLING}],
    "kpis": [{"name": "revenue", "numerator": "sum(l.revenue)", "denominator": "count(*)"}],
}
# of and by of each metric, over a frame of rows
METRICS: dict[str, Callable[[pd.DataFrame], tuple[float, float]]] = {
    "precision": lambda rows: ((rows.chosen & rows.label).sum(), rows.chosen.sum()),
    "recall": lambda rows: ((rows.chosen & rows.label).sum(), rows.label.sum()),
    "f1": lambda rows: (2 * (rows.chosen & rows.label).sum(), rows.chosen.sum() + rows.label.sum()),
    "accuracy": lambda rows: ((rows.chosen == rows.label).sum(), len(rows)),
    "prevalence": lambda rows: (rows.label.sum(), len(rows)),
    "selection_rate": lambda rows: (rows.chosen.sum(), len(rows)),
    "value": lambda rows: (rows.revenue.sum(), len(rows)),
}


def reversed_rows() -> list[dict[str, Any]]:
    """Days of 100 rows: 80 of them `north` in the reference and 20 on the day after."""
    rows = []
    for day in range(REFERENCE + 1):
        n_north, rates = (80, {"north": 0.9, "south": 0.2}) if day < REFERENCE else (20, {"north": 0.95, "south": 0.3})
        for region, n in (("north", n_north), ("south", 100 - n_north)):
            for number in range(n):
                at = START + timedelta(days=day, minutes=number)
                row = {"id": f"{day}{region}{number}", "at": at, "score": 0.5, "region": region, "half": str(number % 2), "label": number < rates[region] * n}
                rows.append(row)
    return rows


def made() -> pd.DataFrame:
    """From day 16 on, one channel grows and converts worse, another is gone, and a new one comes. In the region `south`, what is better is more."""
    random, rows = Random(5), []
    for day in range(DAYS):
        for _ in range(random.randrange(90, 130)):
            late = day >= CHANGED
            channel = random.choices(["web", "social", "new" if late else "mail"], [4, 6, 1] if late else [5, 3, 2])[0]
            region = random.choices(["north", "south"], [1, 4] if late else [4, 1])[0]
            score = random.random()
            rate = score * (0.5 if late and channel == "social" else 0.9) * (1 if region == "north" else 0.5)
            label = random.random() < rate
            rows.append({
                "id": str(len(rows)), "at": START + timedelta(days=day, seconds=random.randrange(80000)), "day": day, "score": score, "channel": channel,
                "region": region, "chosen": score >= 0.5, "label": label, "revenue": 10 * random.random() if label else 0.0,
            })  # fmt: skip
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, pd.DataFrame]:
    rows = made()
    reversal = {key: value for key, value in MONITOR.items() if key not in ("kpis", "baseline")} | {
        "predictions": {**MONITOR["predictions"], "relation": "raw.reversal"},
        "labels": {**MONITOR["labels"], "relation": "raw.reversal"},
        "segments": ["region", "half"],
    }
    project = Project(tmp_path_factory.mktemp("explanations"), {"leads": MONITOR, "reversal": reversal})
    labels = rows[["id", "at", "label", "revenue"]].assign(at=rows["at"] + timedelta(minutes=50))
    project.load(
        predictions=pa.Table.from_pandas(rows[["id", "at", "score", "channel", "region"]], preserve_index=False),
        labels=pa.Table.from_pandas(labels, preserve_index=False),
        reversal=pa.Table.from_pylist(reversed_rows()),
    )
    project.build(select=["+mlmon_explanations", "+mlmon_metrics"]).check()
    return project, rows


def kitagawa(before: pd.DataFrame, after: pd.DataFrame, segment: str, metric: str) -> dict[str, tuple[float, float]]:
    """(mix, within) by part."""
    sides = []
    for rows in (before, after):
        counts = {part: METRICS[metric](group) for part, group in rows.groupby(segment)}
        whole = sum(by for _, by in counts.values())
        sides.append({part: (by / whole, of / by) for part, (of, by) in counts.items() if by})
    total = [sum(w * r for w, r in side.values()) for side in sides]
    found = {}
    for part in sides[0].keys() | sides[1].keys():
        w0, r0 = sides[0].get(part, (0.0, None))
        w1, r1 = sides[1].get(part, (0.0, None))
        r0, r1 = r1 if r0 is None else r0, r0 if r1 is None else r1
        assert r0 is not None
        assert r1 is not None
        found[part] = ((w1 - w0) * ((r0 + r1) / 2 - sum(total) / 2), (w0 + w1) / 2 * (r1 - r0))
    return found


@pytest.mark.parametrize("metric", METRICS)
def test_parts_are_those_of_the_rows(built: tuple[Project, pd.DataFrame], metric: str) -> None:
    project, rows = built
    explanations = project.table("mlmon_explanations", f"monitor = 'leads' and metric = '{metric}'")
    assert set(explanations.subject) == {"revenue" if metric == "value" else "model"}
    n_compared = 0
    for (compared_to, start, segment), parts in explanations.groupby(["compared_to", "window_start", "by_segment"]):
        day = (start - pd.Timestamp(START)).days
        members = range(REFERENCE) if compared_to == "reference" else range(day - ROLLING, day)
        expected = kitagawa(rows[rows.day.isin(members)], rows[rows.day == day], str(segment), metric)
        assert {row.part: pytest.approx((row.mix_change, row.within_change), abs=1e-9) for row in parts.itertuples()} == expected
        n_compared += 1
    assert n_compared == 2 * 2 * (DAYS - REFERENCE)


def test_parts_add_up_to_the_change_of_the_whole(built: tuple[Project, pd.DataFrame]) -> None:
    added = built[0].sql(
        """
        select max(abs(metrics.value - metrics.baseline - parts.change)) as worst, count(*) as n
        from (
            select metric, compared_to, window_start, by_segment, sum(total_change) as change, sum(share) as share, sum(baseline_share) as baseline_share
            from mlmon_explanations
            where monitor = 'leads'
            group by all
        ) as parts
        inner join mlmon_metrics as metrics using (metric, compared_to, window_start)
        where metrics.monitor = 'leads' and metrics.segment = 'overall' and metrics.family in ('performance', 'kpi') and abs(parts.share - 1) < 1e-9 and abs(parts.baseline_share - 1) < 1e-9
        """
    )
    assert added.n[0] >= len(METRICS) * 4 * (DAYS - REFERENCE)
    assert added.worst[0] < 1e-9


def test_a_part_that_one_side_lacks_is_all_mix(built: tuple[Project, pd.DataFrame]) -> None:
    gone = built[0].table("mlmon_explanations", "monitor = 'leads' and compared_to = 'reference' and metric = 'precision' and part in ('mail', 'new')")
    late = gone[gone.window_start >= START + timedelta(days=CHANGED)]
    assert set(late.part) == {"mail", "new"}
    assert set(late.within_change) == {0.0}
    assert late[late.part == "mail"].value.isna().all()
    assert late[late.part == "new"].baseline.isna().all()


def test_a_reversal_is_told(built: tuple[Project, pd.DataFrame]) -> None:
    """Each part has more positives, and the whole fewer, for there is more of the part that has few."""
    told = built[0].table("mlmon_explanations", "monitor = 'reversal' and metric = 'prevalence'")
    assert set(told[told.by_segment == "region"].is_reversal) == {True}
    assert set(told[told.by_segment == "half"].is_reversal) == {False}
    assert (told[told.by_segment == "region"].within_change > 0).all()
    assert told[told.by_segment == "region"].total_change.sum() < 0


def test_what_broke_is_first(built: tuple[Project, pd.DataFrame]) -> None:
    late = built[0].sql(
        f"""
        select part, avg(within_change) as within_change
        from mlmon_explanations
        where monitor = 'leads' and compared_to = 'reference' and metric = 'precision' and by_segment = 'channel' and window_start >= '{START + timedelta(days=CHANGED)}'
        group by part order by within_change
        """
    )
    assert late.part[0] == "social"
    assert late.within_change[0] < -0.05
