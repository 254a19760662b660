"""Lists of items beside scikit-learn and NumPy: ties, repeated items, lists without a relevant one, short lists, late clicks; what they are judged by; on every engine but Spark."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from python_tests.harness import Project, Rows, assert_same, snapshot
from python_tests.incremental.arrivals import deliver
from python_tests.reference.ranking import BY_LIST, lists, performance
from python_tests.warehouses import Warehouse

START = datetime(2026, 1, 1)
DAYS, LISTS = 26, 800
CHANGED = START + timedelta(days=19)  # the app shows its lists the wrong way round, and `blind` finds nothing any more


def block(rank: str, label: str, *, items: bool = True, **changed: Any) -> dict[str, Any]:
    predictions = {"relation": "raw.shown", "id": "id", "timestamp": "at", "query": "request", "rank": rank, "version": "version", "loaded_at": "loaded_at"}
    if items:
        predictions |= {"item": "item", "score": "score"}
    return {
        "task": "ranking", "predictions": predictions,
        "labels": {"relation": "raw.clicks", "id": "id", "label": label, "timestamp": "at", "loaded_at": "loaded_at", "maturity": "2 days"},
        "reference": {"start": "2026-01-01", "end": "2026-01-13"}, "alerts": {"min_rows": 10}, **changed,
    }  # fmt: skip


MONITORS = {
    "offers": block("rank", "graded", segments=["channel", ["channel", "region"]], fairness={"attributes": ["gender"], "min_group_size": 5}, features={"numeric": ["age"]},
                    thresholds={"recall_at_20": {"warn": {"below": 0.01}}}),
    "clicks": block("position", "clicked", items=False),
    "blind": block("blind_rank", "blind", items=False),
}  # fmt: skip
SCHEMAS = {
    "shown": pa.schema(
        [(name, pa.string()) for name in ("id", "request", "item", "version", "channel", "region", "gender")] + [(name, pa.int64()) for name in ("position", "blind_rank")]
        + [(name, pa.timestamp("us")) for name in ("at", "loaded_at")] + [(name, pa.float64()) for name in ("rank", "score", "age")]
    ),
    "clicks": pa.schema([("id", pa.string())] + [(name, pa.float64()) for name in ("graded", "blind")] + [("clicked", pa.bool_())] + [(name, pa.timestamp("us")) for name in ("at", "loaded_at")]),
}  # fmt: skip


def logs() -> tuple[Rows, Rows]:
    """What was shown, and how relevant it was: with copies, revisions, labels that are none and clicks that come late or never."""
    random = Random(7)
    rows: Rows = []
    labels: Rows = []
    for number in range(LISTS):
        at = START + timedelta(seconds=random.randrange(DAYS * 86_400))
        request = {
            "request": f"r{number}", "version": "v1" if at < START + timedelta(days=15) or random.random() < 0.5 else "v2", "channel": random.choice(["app", "web"]),
            "region": random.choice(["EU", "US", None]), "gender": random.choice("fm"), "age": random.gauss(40, 9),
        }  # fmt: skip
        length = random.choice([11, 14, 14, 25] if request["channel"] == "app" else [1, 2, 4, 9, 10, 11])
        grades = [random.choice([1.0, 2.0, 3.0, 0.5]) if random.random() < 0.35 / (1 + place / 4) else 0.0 for place in range(length)]
        blind = [float(length >= 14 and place < 2) for place in range(length)]
        order = list(range(length))
        if random.random() < 0.5:
            random.shuffle(order)
        if at >= CHANGED and request["channel"] == "app":
            order = sorted(range(length), key=lambda place: grades[place])
        for position, place in enumerate(order):
            row = {
                **request, "id": f"p{number}_{place}", "at": at + timedelta(milliseconds=position), "item": f"item{min(int(random.expovariate(0.12)), 59)}", "position": position,
                "rank": 10.0 + 5 * position, "score": 100.0 - position, "blind_rank": place + (1000 if at >= CHANGED and blind[place] else 0),
            }  # fmt: skip
            if random.random() < 0.05:
                row["item"] = None
            if random.random() < 0.1:
                row["rank"] = random.choice([20.0, 20.0, None, math.nan, math.inf])  # ties, and no place at all
            if random.random() < 0.01:
                row |= random.choice([{"request": None}, {"region": "elsewhere"}, {"score": None}])
            if at >= CHANGED and random.random() < 0.05:
                row["item"] = "novelty"
            rows.append(row)
            if random.random() < 0.02:  # the same id again, maybe in another window
                rows.append({**row, "at": row["at"] + timedelta(days=random.choice([0, 1]), seconds=1), "rank": 1.0})
            graded = random.choice([-1.0, math.nan, None, math.inf]) if random.random() < 0.03 else grades[place]
            if random.random() < 0.9:
                label = {"id": row["id"], "at": row["at"] + timedelta(days=random.choice([0.1, 1, 5])), "graded": graded, "blind": blind[place], "clicked": True if grades[place] else None}
                labels.append(label)
                if random.random() < 0.03:
                    labels.append({**label, "graded": random.choice([None, 0.0, 4.0]), "at": label["at"] + timedelta(days=1)})
    # a list over midnight, and one of repeated items: the label of the second counts at the first's place
    for number, (minutes, item, label) in enumerate([(0, "a", 0.0), (1, "b", 1.0), (2, "a", 3.0), (30, "b", 2.0), (31, "c", 1.0)]):
        row = {"id": f"night{number}", "at": START + timedelta(days=DAYS + 2, hours=23, minutes=45 + minutes), "request": "night", "item": item, "version": "v2", "channel": "web", "rank": float(number)}
        rows.append({**row, "region": "EU", "gender": "f", "position": number, "blind_rank": number, "score": 1.0, "age": 40.0})
        labels.append({"id": row["id"], "at": row["at"], "graded": label, "blind": 0.0, "clicked": None})
    return rows, labels


def built_in_parts(project: Project) -> Project:
    parts = dict(zip(SCHEMAS, (deliver(Random(5), rows, 2, DAYS) for rows in logs()), strict=True))
    for batch in range(2):
        project.load(**{name: pa.Table.from_pylist([row for rows in parts[name][: batch + 1] for row in rows], schema) for name, schema in SCHEMAS.items()})
        project.build().check()
    return project


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return built_in_parts(Project(tmp_path_factory.mktemp("ranking"), MONITORS))


def joined(project: Project, name: str, until: datetime = datetime(2100, 1, 1)) -> pd.DataFrame:
    """A monitor's rows that had come by then, each id once, with the latest label."""
    columns = MONITORS[name]["predictions"]
    shown = project.warehouse.read("select * from raw.shown").to_pandas()
    shown = shown[shown["loaded_at"] < until].sort_values(["loaded_at", "at"]).drop_duplicates("id", keep="last")
    labels = project.warehouse.read("select * from raw.clicks").to_pandas().sort_values(["at", "loaded_at"]).drop_duplicates("id", keep="last")
    labels = labels.assign(label=pd.to_numeric(labels[MONITORS[name]["labels"]["label"]]).astype(float))[["id", "label"]]
    found = shown.assign(query=shown["request"], rank=shown[columns["rank"]].astype(float)).merge(labels, on="id", how="left")
    found["label"] = found["label"].where(found["label"].between(0, 1e300))
    if "item" not in columns:
        found["item"] = None
    found["region"] = found["region"].fillna("(null)")
    return found.assign(window_start=found["at"].dt.floor("D"), overall="all", all="all")


def close(mine: float | None, theirs: float | None) -> bool:
    return mine is theirs if mine is None or theirs is None else abs(mine - theirs) <= 1e-9


@pytest.mark.parametrize("name", MONITORS)
def test_every_metric_is_that_of_scikit_learn_and_numpy(project: Project, name: str) -> None:
    rows = joined(project, name)
    measured = lists(rows)
    measured["channel,region"] = measured["channel"] + "," + measured["region"]
    shares = None
    if name == "offers":
        # pinned when the first part had come
        first = joined(project, name, until=START + timedelta(days=100, hours=12))
        shares = dict(first[first["window_start"] < datetime(2026, 1, 13)]["item"].value_counts(normalize=True))
    tables = {(r["model_version"], r["window_start"], r["segment"], r["segment_value"]): r for r in project.arrow("mlmon_performance", f"monitor = '{name}'").to_pylist()}
    checked = 0
    for version in ("all", "version"):
        for segment in ["overall", *(["channel", "channel,region"] if name == "offers" else [])]:
            for (model_version, window, value), part in measured.groupby([version, "window_start", segment]):
                row = tables.pop((model_version, window.to_pydatetime(), segment, value))
                for metric, theirs in performance(part, shares).items():
                    assert close(row[metric], theirs), (model_version, window, value, metric, row[metric], theirs)
                    checked += theirs is not None
                for metric in [*(each for each in BY_LIST if each.endswith("at_10")), "mrr"]:
                    if row[metric] is not None:  # as if there were a perfect list and one that finds nothing besides
                        error = 1.959963984540054 * np.std([*part[metric].dropna(), 0, 1]) / math.sqrt(part[metric].count())
                        assert close(row[f"{metric}_low"], max(row[metric] - error, 0.0)), metric
                        assert close(row[f"{metric}_high"], min(row[metric] + error, 1.0)), metric
    assert not any(row["n_lists"] for row in tables.values())
    assert checked > 1000, checked


def test_counts_are_those_of_rows(project: Project) -> None:
    rows = joined(project, "offers")
    found = project.table("mlmon_performance", "monitor = 'offers' and segment = 'overall' and model_version = 'all'").set_index("window_start")
    by_day = rows.groupby("window_start")
    assert dict(found["n_predictions"]) == dict(by_day.size())
    assert dict(found["n_labelled"]) == dict(by_day["label"].count())
    invalid = (rows["query"].isna() | ~rows["rank"].between(-1e300, 1e300)).groupby(rows["window_start"]).mean()
    operations = project.table("mlmon_operations", "monitor = 'offers' and segment = 'overall' and model_version = 'all'").set_index("window_start")
    for window, share in invalid.items():
        assert operations["invalid_score_rate"][window] == pytest.approx(share)


def test_a_list_over_midnight_is_one_in_each_window(project: Project) -> None:
    found = project.table("mlmon_performance", "monitor = 'offers' and segment = 'overall' and model_version = 'all' and window_start >= '2026-01-29'").sort_values("window_start")
    assert list(found["n_lists"]) == [1, 1]
    assert list(found["ndcg_at_10"].round(9)) == [1.0, 1.0]  # a with 3, b with 1; b with 2, c with 1


def test_groups_are_compared_by_ndcg(project: Project) -> None:
    measured = lists(joined(project, "offers"))
    found = project.arrow("mlmon_fairness", "monitor = 'offers' and segment = 'overall' and model_version = 'all' and not is_suppressed").to_pylist()
    compared = 0
    for row in found:
        if row["ndcg_at_10"] is not None:
            part = measured[(measured["window_start"] == row["window_start"]) & (measured["gender"] == row["group_value"])]
            assert close(row["ndcg_at_10"], performance(part)["ndcg_at_10"])
            compared += row["ndcg_at_10_ratio"] is not None
    assert compared > 30


def test_what_is_shown_is_watched(project: Project) -> None:
    drift = project.table("mlmon_metrics", "monitor = 'offers' and family = 'drift' and segment = 'overall' and model_version = 'all'")
    assert set(drift["subject"]) == {"age", "rank", "item", "score"}
    unseen = drift[(drift["subject"] == "item") & (drift["metric"] == "unseen_rate")]
    unseen = unseen[unseen["window_start"] < START + timedelta(days=DAYS)]
    assert unseen[unseen["window_start"] >= CHANGED]["value"].min() > 0


def test_lists_that_are_worse_are_incidents(project: Project) -> None:
    found = project.table("mlmon_incidents", "family = 'performance'")
    assert set(found["monitor"]) == {"offers", "clicks", "blind"}
    offers = found[found["monitor"] == "offers"].set_index(["segment", "segment_value", "metric"])
    for metric in ("ndcg_at_10", "map_at_10", "mrr"):
        assert offers.loc[("channel", "app", metric), "severity"] == "error"
        assert ("channel", "web", metric) not in offers.index
    # nothing is found any more: values that are all 0 have an error all the same
    blind = project.table("mlmon_checks", "monitor = 'blind' and segment = 'overall' and window_start >= '2026-01-20' and window_start < '2026-01-24'")
    for metric in ("ndcg_at_10", "map_at_10", "mrr", "hit_rate_at_10"):
        checks = blind[blind["metric"] == metric]
        assert set(checks["status"]) <= {"error", "insufficient_data"}, metric
        assert (checks["status"] == "error").any(), metric
    before = project.table("mlmon_checks", "family = 'performance' and segment = 'overall' and window_start < '2026-01-20'")
    assert (before["status"] == "ok").sum() > 50
    assert (before["status"].isin(["warn", "error"])).sum() < 3
    assert found["first_breach_at"].min() >= CHANGED


def test_the_doctor_looks_at_whole_lists(project: Project) -> None:
    _, rows = project.operation("mlmon_doctor")
    found = {row["check"]: row for row in rows if row["monitor"] == "offers"}
    assert found["lists"]["level"] == "warn"
    assert "have a rank more than once" in found["lists"]["message"]
    assert found["segments of lists"]["level"] == "warn"
    assert found["label values"]["level"] == "warn"
    assert "in no list" in found["scores"]["message"]
    assert {row["check"]: row["level"] for row in rows if row["monitor"] == "clicks"}["lists"] == "ok"


@pytest.mark.slow
def test_a_full_refresh_is_the_same_and_postgres_agrees(project: Project, new_postgres: Callable[[], Warehouse], tmp_path_factory: pytest.TempPathFactory) -> None:
    incremental = snapshot(project)
    elsewhere = built_in_parts(Project(tmp_path_factory.mktemp("ranking_pg"), MONITORS, warehouse=new_postgres()))
    assert_same(snapshot(elsewhere), incremental)
    project.build(full_refresh=True).check()
    assert_same(snapshot(project), incremental)
    project.check_grains()
