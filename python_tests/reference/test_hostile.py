"""Hostile logs: the same comparisons as on the flights, where nothing is nice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta, timezone
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy import stats

from python_tests.harness import PACKAGE, TABLES
from python_tests.reference import checks
from python_tests.reference.checks import Built
from python_tests.reference.hostile import START, hostile_logs, huge_values, unstable_nulls
from python_tests.reference.oracle import distances

PREDICTIONS: dict[str, Any] = {
    "relation": "raw.predictions",
    "id": "Prediction Id",
    "timestamp": "at",
    "score": "score",
    "loaded_at": "loaded at",
}
LABELS = {
    "relation": "raw.labels",
    "id": "id",
    "label": "outcome",
    "positive_class": "Yes",
    "timestamp": "seen",
    "loaded_at": "loaded",
}
REFERENCE = {"start": date(2026, 1, 1), "end": "2026-01-11 00:00:00"}
FLAKY = {
    "task": "binary",
    "predictions": {"relation": "raw.nulls", "id": "id", "timestamp": "at", "score": "score"},
    "features": {"numeric": ["x"]},
    "segments": ["segment"],
    "reference": {"start": "2026-01-01", "end": "2026-01-02"},
    "thresholds": {"null_rate": {"warn": 0.4, "error": 0.9}},
}
MONITORS: dict[str, Any] = {
    "hostile": {
        "task": "binary",
        "predictions": {**PREDICTIONS, "prediction": "decision", "version": "version", "latency_ms": "latency"},
        "labels": {**LABELS, "maturity": "5 days"},
        "features": {
            "numeric": ["order", "Mixed Case", 'with "quote"', "flag", "stamp", "nothing", "price"],
            "categorical": ["many", "it's nasty", "day of"],
        },
        "segments": ["group", 'Seg "ment"', ["senior", "group"]],
        "fairness": {
            "attributes": ["gender", "senior"],
            "reference_group": {"senior": False},
            "min_group_size": 10,
        },
        "reference": REFERENCE,
        "kpis": [{"name": "it's worth", "numerator": "sum(l.worth)", "denominator": "count(l.worth)"}],
        "alerts": {"min_rows": 5, "by_version": True, "open_after": "1 of 2", "close_after": 1},
        "thresholds": {"null_rate": {"warn": 0.06}, "precision": {"error": {"below": 0.5}}},
    },
    "hourly": {
        "task": "binary",
        "predictions": {**PREDICTIONS, "relation": "raw.four_days", "threshold": 0.3},
        "features": {"numeric": ["Mixed Case"]},
        "segments": ["flag"],
        "fairness": {"attributes": ["gender"], "min_group_size": 2},
        "window": "hour",
        "reference": {"start": "2026-01-09", "end": "2026-01-11"},
    },
    "weekly": {
        "task": "binary",
        "predictions": {**PREDICTIONS, "version": "version"},
        "labels": LABELS,
        "features": {"numeric": ["stamp", "price"], "categorical": ["senior"]},
        "window": "week",
        "reference": {"start": "2025-12-29", "end": "2026-01-12"},
    },
    "two_of_three": FLAKY,
    "at_once": {**FLAKY, "alerts": {"open_after": "1 of 1", "close_after": 1}},
    "patient": {**FLAKY, "alerts": {"open_after": "3 of 5", "close_after": 4}},
    "nervous": {**FLAKY, "alerts": {"open_after": "2 of 6", "close_after": 1}},
    "from_training": {
        "task": "binary",
        "predictions": {**PREDICTIONS, "prediction": "decision"},
        "features": {"numeric": ["Mixed Case"], "categorical": ["many"]},
        "reference": {"relation": "raw.training"},
    },
    "huge": {
        "task": "binary",
        "predictions": {"relation": "raw.huge", "id": "id", "timestamp": "at", "score": "score"},
        "features": {"numeric": ["huge", "large", "small"]},
        "reference": {"start": "2026-01-01", "end": "2026-01-11"},
    },
    "dates": {
        "task": "binary",
        "predictions": {"relation": "raw.dated", "id": "id", "timestamp": "on", "score": "score", "prediction": "said"},
        "labels": {"relation": "raw.dated_labels", "id": "id", "label": "churned", "timestamp": "on"},
        "features": {"categorical": ["many"]},
        "reference": {"start": "2026-01-01", "end": "2026-01-11"},
    },
}
FULL = pytest.mark.parametrize("monitor", ["hostile", "hourly", "weekly"])


def dated_logs() -> tuple[pa.Table, pa.Table]:
    """Days instead of times, whole numbers as scores, texts as decisions, booleans as labels; more categories than are listed."""
    random = Random(5)
    predictions = [
        {
            "id": i,
            "on": (START + timedelta(days=i % 20)).date(),
            "score": random.randrange(2),
            "said": random.choice(["1", "TRUE", " yes ", "no", "0", None]),
            "many": f"u{i}",
        }
        for i in range(22_000)
    ]
    labels = [
        {"id": i, "on": (START + timedelta(days=i % 20 + 2)).date(), "churned": random.choice([True, False, None])}
        for i in range(22_000)
    ]
    return pa.Table.from_pylist(predictions), pa.Table.from_pylist(labels)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """All monitors, built once."""
    predictions, labels = hostile_logs()
    days = [at.astimezone(timezone.utc).day for at in predictions["at"].to_pylist()]
    training = predictions.filter([day <= 8 for day in days])
    four_days = predictions.filter([9 <= day <= 12 for day in days])
    dated, dated_labels = dated_logs()
    frames = {
        "predictions": predictions, "labels": labels, "training": training, "four_days": four_days, "huge": huge_values(),
        "nulls": unstable_nulls(), "dated": dated, "dated_labels": dated_labels,
    }  # fmt: skip
    built = Built(tmp_path_factory.mktemp("hostile"), MONITORS, frames, "hostile")
    yield built
    built.deviations.write("hostile")


@FULL
def test_windows(hostile: Built, monitor: str) -> None:
    checks.check_windows(hostile, monitor)


@FULL
def test_performance(hostile: Built, monitor: str) -> None:
    checks.check_performance(hostile, monitor, auc=0.005, pr_auc=0.02, large=100)


@pytest.mark.parametrize("monitor", ["hostile", "hourly"])
def test_fairness(hostile: Built, monitor: str) -> None:
    checks.check_fairness(hostile, monitor)
    checks.check_ratio_errors(hostile, monitor)


@FULL
def test_operations(hostile: Built, monitor: str) -> None:
    checks.check_operations(hostile, monitor)


@FULL
def test_bins(hostile: Built, monitor: str) -> None:
    checks.check_bins(hostile, monitor)


@FULL
def test_reference(hostile: Built, monitor: str) -> None:
    checks.check_reference(hostile, monitor)


@FULL
def test_drift(hostile: Built, monitor: str) -> None:
    checks.check_drift(hostile, monitor)


@FULL
def test_quantiles(hostile: Built, monitor: str) -> None:
    checks.check_quantiles(hostile, monitor)


@FULL
def test_shapes(hostile: Built, monitor: str) -> None:
    checks.check_shapes(hostile, monitor, bound=0.03, minimum=30, outliers=["order"])


@FULL
def test_segments_add_up(hostile: Built, monitor: str) -> None:
    checks.check_adds_up(hostile, monitor)


@FULL
def test_tidy_equals_wide(hostile: Built, monitor: str) -> None:
    checks.check_tidy(hostile, monitor, pd.read_csv(PACKAGE / "seeds" / "mlmon_metric_catalog.csv"))


@FULL
def test_false_discovery(hostile: Built, monitor: str) -> None:
    assert checks.check_false_discovery(hostile, monitor) > 0


@pytest.mark.parametrize("monitor", ["hostile", "two_of_three", "at_once", "patient", "nervous"])
def test_incidents(hostile: Built, monitor: str) -> None:
    """Random histories, four rules of opening and closing."""
    assert checks.check_incidents(hostile, monitor) > 5


def test_thresholds_judge_as_written(hostile: Built) -> None:
    """A user's number is compared as it is, and nothing else judges that metric."""
    for monitor in ("two_of_three", "hostile"):
        rows = hostile.table("mlmon_checks", monitor)
        rows = rows[(rows["family"] == "drift") & (rows["metric"] == "null_rate")]
        rule = MONITORS[monitor]["thresholds"]["null_rate"]
        assert set(rows["verdict"]) == {"threshold"}
        want = np.where(
            rows["value"] > rule.get("error", np.inf), "error", np.where(rows["value"] > rule["warn"], "warn", "ok")
        )
        assert list(rows["status"]) == list(want)
        assert len(rows[["model_version", "window_start", "segment", "segment_value", "subject"]].drop_duplicates()) == len(rows)


def test_the_grain_of_every_table(hostile: Built) -> None:
    hostile.project.check_grains()


def test_no_value_is_nan_or_infinite(hostile: Built) -> None:
    """NULL is the word for unknown, in every table and for every monitor; only what a log holds can be huge."""
    found = []
    with hostile.project.connect() as connection:
        for table in [*TABLES, "mlmon_measured"]:
            columns = connection.execute(f"describe {table}").fetchall()
            for name, kind, *_ in columns:
                if kind == "DOUBLE":
                    query = f"select monitor, count(*) from {table} where not isfinite(\"{name}\") group by 1"
                    found += [(table, name, *row) for row in connection.execute(query).fetchall()]
    assert not found


def test_a_reference_of_its_own(hostile: Built) -> None:
    """With a relation as reference no window is one, and windows are compared with the relation's rows."""
    training = np.array(
        [np.nan if v is None else v for v in hostile.frames["training"]["Mixed Case"].to_pylist()], dtype=float
    )
    finite = training[np.isfinite(training)]
    bins = hostile.table("mlmon_bins", "from_training")
    uppers = list(bins[bins["column_name"] == "Mixed Case"].sort_values("bin_number")["upper"])[:-1]
    np.testing.assert_allclose(
        checks.dedup(uppers), checks.dedup(sorted(set(np.quantile(finite, np.arange(1, 100) / 100)))), rtol=1e-12, atol=1e-320
    )
    assert not hostile.table("mlmon_profile", "from_training")["is_reference"].any()
    deciles = sorted(set(np.quantile(finite, np.arange(1, 10) / 10)))
    oracle = hostile.oracle("from_training")

    def counts(values: list[float | None]) -> np.ndarray:
        x = np.array([v for v in values if v is not None and np.isfinite(v)])
        n_null = sum(v is None for v in values)
        groups = np.bincount(np.searchsorted(deciles, x, side="left"), minlength=len(deciles) + 1)
        return np.array([*groups, n_null, len(values) - n_null - len(x)], dtype=float)

    reference = counts(hostile.frames["training"]["Mixed Case"].to_pylist())
    drift = hostile.table("mlmon_drift", "from_training")
    drift = drift[drift["column_name"] == "Mixed Case"].set_index("window_start")
    x = oracle.log["Mixed Case"].to_pylist()
    for (_, start, *_), rows in oracle.groups.items():
        expected = distances(counts([x[i] for i in rows]), reference)
        for name in ("psi", "psi_excess", "chi2", "chi2_df"):
            assert drift.loc[start, name] == pytest.approx(float(expected[name]), abs=1e-6)
        assert drift.loc[start, "dispersion"] == 1


def test_more_categories_than_are_listed(hostile: Built) -> None:
    """Of 11,000 categories a hundred are bins; the rest, listed or not, are `other` and none is lost."""
    profile = hostile.table("mlmon_profile", "dates")
    profile = profile[profile["column_name"] == "many"]
    assert profile["n"].sum() == 22_000
    reference = profile[profile["is_reference"]]
    assert reference["n"].sum() == 11_000
    assert set(reference["bin"]) == {*(f"{i:03d}" for i in range(1, 101)), "other"}
    assert "null" not in set(profile["bin"])


def test_days_as_times_and_texts_as_decisions(hostile: Built) -> None:
    checks.check_windows(hostile, "dates")
    checks.check_performance(hostile, "dates", auc=0.002, pr_auc=0.002, large=100)
    checks.check_operations(hostile, "dates")


def test_normal_tail(hostile: Built) -> None:
    """The tail's relative error, from -8 to where doubles end."""
    hostile.project.root.joinpath("models/tail.sql").write_text(
        "{{ config(materialized='table') }}\n"
        "select z, {{ mlmon.normal_tail('z') }} as p from (select unnest(range(-8000, 37001)) / 1000.0::double as z)"
    )
    hostile.project.dbt("run", "--select", "tail").check()
    tail = hostile.project.sql("select * from tail")
    error = np.abs(tail["p"] / stats.norm.sf(tail["z"]) - 1).max()
    hostile.deviations.note("normal_tail.relative", error, "z in [-8, 37]")
    assert error < 1e-6


def test_kpis(hostile: Built) -> None:
    """Worth of the label in force, per window and segment, with quotes in names and values."""
    oracle = hostile.oracle("hostile")
    labels = hostile.frames["labels"].to_pylist()
    latest: dict[str, Any] = {}
    for label in labels:
        name = str(label["id"])
        if name not in latest or (label["seen"], label["loaded"]) > (latest[name]["seen"], latest[name]["loaded"]):
            latest[name] = label
    worth = [latest.get(i, {}).get("worth") for i in oracle.log["Prediction Id"].to_pylist()]
    actual = checks.keyed(hostile.table("mlmon_kpis", "hostile"), ["kpi"])
    expected = {}
    for key, rows in oracle.groups.items():
        values = [worth[i] for i in rows if worth[i] is not None]
        expected[(*key, "it's worth")] = {
            "numerator": sum(values) if values else None,
            "denominator": len(values),
            "value": sum(values) / len(values) if values else None,
        }
    checks.compare(actual, expected, ["numerator", "denominator", "value"], title="hostile/kpis")
