"""Sums that later capabilities need of a row: treatment, pairs of features, labels by age. Against pandas, however the rows arrived."""

from __future__ import annotations

import math
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from python_tests.harness import Project, Rows, assert_same, snapshot
from python_tests.incremental.arrivals import LABELS, MONITOR, PREDICTIONS, START, deliver

SCHEMA = PREDICTIONS.append(pa.field("balance", pa.float64())).append(pa.field("debt", pa.float64())).append(pa.field("treated", pa.bool_()))
MONITORS = {
    "leads": {
        **MONITOR,
        "predictions": {**MONITOR["predictions"], "treatment": "treated"},
        "features": {"numeric": ["age", "balance", "debt"], "pairs": "all"},
    },
    "weekly": {**MONITOR, "window": "week", "features": {"numeric": ["age", "balance"], "pairs": [["balance", "age"]]}},
    "plain": {**MONITOR, "features": {"numeric": ["age", "balance"]}},
}
KEY = ["monitor", "model_version", "window_start", "segment", "segment_value"]


def logs(random: Random) -> tuple[Rows, Rows]:
    """Balances near a billion, which whole numbers keep exact; labels that are late, revised and revoked; ids twice."""
    predictions: Rows = []
    labels: Rows = []
    for number in range(700):
        at = START + timedelta(days=random.randrange(50), seconds=random.randrange(86400))
        age = random.choice([None, math.nan, math.inf] if random.random() < 0.05 else [float(random.randrange(18, 70))])
        row = {
            "id": f"p{number}", "at": at, "score": random.choice([random.random(), 1.5] if random.random() < 0.05 else [random.random()]),
            "version": random.choice(["v1", "v2"]), "latency": 20.0, "age": age, "job": "a", "region": random.choice(["EU", "US"]),
            "gender": random.choice(["f", "m"]), "balance": 1e9 + random.randrange(1000) + 10 * (age if age and math.isfinite(age) else 0),
            "debt": random.choice([None, float(random.randrange(9))]), "treated": random.choice([True, False, None]),
        }  # fmt: skip
        predictions.append(row)
        if random.random() < 0.05:
            predictions.append({**row, "at": at + timedelta(days=random.choice([1, 9])), "treated": True})
        if random.random() < 0.8:
            seen = at + timedelta(days=random.choice([-1, 0, 1, 2, 4, 6, 8, 30]), seconds=random.randrange(3600))
            label = {"id": row["id"], "label": random.randrange(2), "revenue": 1.0, "at": seen}
            labels.append(label)
            if random.random() < 0.15:
                labels.append({**label, "label": random.choice([0, 1, None]), "at": seen + timedelta(days=3)})
    return predictions, labels


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, pd.DataFrame]:
    """A project whose logs came in three batches, and every prediction that counts with its label."""
    random = Random(11)
    log = logs(random)
    project = Project(tmp_path_factory.mktemp("sums"), MONITORS)
    batches = [deliver(random, rows, 3) for rows in log]
    for number in range(1, 4):
        seen = [[row for batch in rows[:number] for row in batch] for rows in batches]
        project.load(predictions=pa.Table.from_pylist(seen[0], SCHEMA), labels=pa.Table.from_pylist(seen[1], LABELS))
        project.build().check()
    predictions = pd.DataFrame(seen[0]).sort_values(["loaded_at", "at"]).drop_duplicates("id", keep="last")
    told = pd.DataFrame(seen[1]).sort_values("at", kind="stable")
    latest = told.drop_duplicates("id", keep="last").set_index("id")["label"]
    first = told.groupby("id")["at"].min()
    return project, predictions.assign(label=predictions["id"].map(latest), first=predictions["id"].map(first))


def parts(rows: pd.DataFrame, monitor: str) -> pd.DataFrame:
    """Each row once for every window, version and segment it is counted in."""
    day = rows["at"].dt.floor("D")
    start = day - pd.to_timedelta(day.dt.weekday, unit="D") if monitor == "weekly" else day
    rows = rows.assign(monitor=monitor, window_start=start)
    versions = [rows.assign(model_version="all"), rows.assign(model_version=rows["version"])]
    return pd.concat(
        part for frame in versions for part in (frame.assign(segment="overall", segment_value="all"), frame.assign(segment="region", segment_value=frame["region"]))
    )


def compare(actual: pd.DataFrame, expected: pd.DataFrame, by: list[str]) -> None:
    columns = list(expected.columns)
    actual = actual.astype({"window_start": "datetime64[us]"}).set_index(by)[columns].sort_index()
    expected = expected.reset_index().astype({"window_start": "datetime64[us]"}).set_index(by)[columns].sort_index()
    pd.testing.assert_frame_equal(actual.astype(float), expected.astype(float), rtol=1e-12, check_index_type=False)


def test_the_same_in_a_full_refresh(built: tuple[Project, pd.DataFrame]) -> None:
    incremental = snapshot(built[0])
    built[0].build(full_refresh=True).check()
    assert_same(incremental, snapshot(built[0]))


def test_treatment(built: tuple[Project, pd.DataFrame]) -> None:
    project, rows = built
    outcomes = project.table("mlmon_outcomes")
    sums = ["n_treated", "n_treated_labelled", "n_treated_positive"]
    assert outcomes[outcomes["monitor"] != "leads"][sums].isna().all().all()
    treated = rows["treated"].eq(True)
    marked = rows.assign(n_treated=treated, n_treated_labelled=treated & rows["label"].notna(), n_treated_positive=treated & rows["label"].eq(1))
    mine = outcomes[(outcomes["monitor"] == "leads") & outcomes["segment"].isin(["overall", "region"])]
    assert mine["bin"].nunique() > 20
    compare(mine.groupby(KEY)[sums].sum().reset_index(), parts(marked, "leads").groupby(KEY)[sums].sum(), KEY)


def test_pairs(built: tuple[Project, pd.DataFrame]) -> None:
    project, rows = built
    table, bins = project.table("mlmon_pair_sums"), project.table("mlmon_bins")
    expected = []
    for monitor, pairs in (("leads", combinations(["age", "balance", "debt"], 2)), ("weekly", [("balance", "age")])):
        centers = bins[(bins["monitor"] == monitor) & (bins["column_role"] == "feature")].groupby("column_name")["center"].max()
        for first, second in pairs:
            x, y = (rows[name].astype(float).where(rows[name].astype(float).abs() < math.inf) - centers[name] for name in (first, second))
            both = x.notna() & y.notna()
            x, y = x.where(both), y.where(both)
            sums = rows.assign(
                column_name=first, other_column=second, n=both.astype(int), x_total=x, y_total=y, xx_total=x * x, yy_total=y * y, xy_total=x * y
            )
            expected.append(parts(sums, monitor))
    by = [*KEY, "column_name", "other_column"]
    totals = ["x_total", "y_total", "xx_total", "yy_total", "xy_total"]
    grouped = pd.concat(expected).groupby(by)
    compare(table, pd.concat([grouped[["n"]].sum(), grouped[totals].sum(min_count=1)], axis=1), by)
    whole = table[(table["monitor"] == "leads") & (table["segment"] == "overall") & (table["model_version"] == "all")]
    whole = whole[(whole["column_name"] == "age") & (whole["other_column"] == "balance")][["n", *totals]].sum()
    n, x, y, xx, yy, xy = whole
    valid = rows[rows["age"].astype(float).abs() < math.inf]
    assert (xy - x * y / n) / math.sqrt((xx - x * x / n) * (yy - y * y / n)) == pytest.approx(valid["age"].astype(float).corr(valid["balance"]), abs=1e-12)


def test_labels_by_age(built: tuple[Project, pd.DataFrame]) -> None:
    project, rows = built
    newest = max(rows["at"].max(), rows["first"].max(), *project.table("mlmon_watermarks")["newest_timestamp"])
    for monitor, days, maturity in (("plain", 1, 5), ("weekly", 7, 1)):
        every = parts(rows, monitor)
        first = every["first"].dt.floor("D")
        first = first - pd.to_timedelta(first.dt.weekday, unit="D") if days == 7 else first
        every = every.assign(age_windows=((first - every["window_start"]).dt.days // days).clip(lower=0), is_positive=every["label"].eq(1))
        labelled = every[every["label"].notna()]
        sums = project.table("mlmon_label_age_sums").query("monitor == @monitor")
        by = [*KEY, "is_positive", "age_windows"]
        compare(sums, labelled.groupby(by).size().to_frame("n"), by)
        outcomes = project.table("mlmon_outcomes").query("monitor == @monitor and segment in ('overall', 'region')")
        assert sums["n"].sum() == outcomes["n_labelled"].sum()

        ages = []
        for age in range(maturity + 1):
            due = every[every["window_start"] + pd.Timedelta(days=days * (age + 1)) <= newest]
            known = due["label"].notna() & (due["age_windows"] <= age)
            found = due.assign(known=known).groupby(KEY).agg(n_due=("known", "size"), n_labelled=("known", "sum"), share=("known", "mean"))
            ages.append(found.assign(age_windows=age).reset_index())
        by = [*KEY, "age_windows"]
        compare(project.table("mlmon_label_ages").query("monitor == @monitor"), pd.concat(ages).set_index(by), by)


def test_what_is_wrong_with_pairs_and_treatment(tmp_path: Path) -> None:
    numeric = ["age", "balance"]
    said: dict[str, tuple[Any, dict[str, str], str]] = {
        "unknown": ([["age", "ballance"]], {}, "'features.pairs[0]' names 'ballance', which is not in features.numeric — did you mean 'balance'?"),
        "itself": ([["age", "age"]], {}, "'features.pairs[0]' is [age, age]; expected two different numeric features"),
        "twice": ([["age", "balance"], ["balance", "age"]], {}, "'features.pairs[1]' is [balance, age], a pair that is named twice"),
        "word": ("every", {}, "'features.pairs' is the text 'every'"),
        "type": (None, {"treatment": "region"}, "'predictions.treatment' is 'region', a column of type"),
        "column": (None, {"treatment": "treted"}, "'predictions.treatment' is 'treted', which is not a column of"),
    }
    monitors = {
        name: {**MONITORS["plain"], "features": {"numeric": numeric, **({"pairs": pairs} if pairs else {})}, "predictions": {**MONITOR["predictions"], **more}}
        for name, (pairs, more, _) in said.items()
    }
    project = Project(tmp_path, monitors)
    project.load(predictions=pa.Table.from_pylist(logs(Random(1))[0], SCHEMA), labels=pa.Table.from_pylist([], LABELS))
    text = project.build(select=["mlmon_monitors"]).text
    for name, (_, _, words) in said.items():
        assert f"monitor '{name}': {words}" in text, text
