"""What a KPI rests on: rows, whatever its denominator is a sum of."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from python_tests.harness import Project

START = datetime(2026, 1, 1)
REFERENCE_DAYS, DAYS, SMALL_DAY = 10, 13, 12
KPIS = {
    "per_lead": "count(*)",
    "per_sale": "sum(case when l.sold = 1 then 1 else 0 end)",
    "per_euro": "sum(p.euros)",
    "per_million": "sum(p.euros) / 1000000",
}


def log() -> pd.DataFrame:
    """120 predictions a day, and on the last 12."""
    random = np.random.default_rng(3)
    frames = []
    for day in range(DAYS):
        n = 12 if day == SMALL_DAY else 120
        frames.append(
            pd.DataFrame(
                {
                    "id": [f"{day}-{i}" for i in range(n)], "day": day,
                    "at": [START + timedelta(days=day, minutes=i) for i in range(n)],
                    "score": random.random(n), "euros": random.uniform(100, 300, n),
                    "sold": random.integers(0, 2, n), "revenue": random.uniform(500, 700, n),
                }
            )
        )  # fmt: skip
    return pd.concat(frames)


def test_a_kpi_counts_rows_whatever_it_is_divided_by(tmp_path: Path) -> None:
    frame = log()
    monitor = {
        "task": "binary",
        "predictions": {"relation": "raw.log", "id": "id", "timestamp": "at", "score": "score"},
        "labels": {"relation": "raw.sales", "id": "id", "label": "sold", "timestamp": "at"},
        "reference": {"start": "2026-01-01", "end": "2026-01-11"},
        "kpis": [{"name": name, "numerator": "sum(l.revenue)", "denominator": sql} for name, sql in KPIS.items()],
    }
    project = Project(
        tmp_path, {"m": monitor}, {"log": frame[["id", "at", "score", "euros"]], "sales": frame[["id", "at", "sold", "revenue"]]}
    )
    project.build(select=["+mlmon_metrics", "+mlmon_checks"]).check()
    rows = project.table("mlmon_metrics", "family = 'kpi' and segment = 'overall'")
    rows["day"] = (rows["window_start"] - pd.Timestamp(START)).dt.days
    days = frame.groupby("day").agg(n=("id", "size"), euros=("euros", "sum"), sold=("sold", "sum"), revenue=("revenue", "sum"))
    divided_by = {"per_lead": days["n"], "per_sale": days["sold"], "per_euro": days["euros"], "per_million": days["euros"] / 1e6}
    counted = {name: days["sold"] if name == "per_sale" else days["n"] for name in KPIS}
    assert set(rows["subject"]) == set(KPIS)
    for row in rows.itertuples():
        denominators = divided_by[row.subject]
        assert row.n == counted[row.subject][row.day], row.subject
        assert row.value == pytest.approx(days["revenue"][row.day] / denominators[row.day])
        # the reference as a whole: its revenue by what it is divided by, not the mean of its days
        reference = slice(0, REFERENCE_DAYS - 1)
        assert row.baseline == pytest.approx(days["revenue"].loc[reference].sum() / denominators.loc[reference].sum())
    checks = project.table("mlmon_checks", "family = 'kpi'")
    judged = checks.groupby("window_start")["status"].agg(set)
    assert judged[START + timedelta(days=SMALL_DAY)] == {"insufficient_data"}
    assert judged[START + timedelta(days=SMALL_DAY - 2)] == {"ok"}
