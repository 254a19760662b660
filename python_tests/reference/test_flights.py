"""Real flights: every table against scikit-learn, scipy, fairlearn and numpy on the raw log."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest

from python_tests.harness import PACKAGE
from python_tests.reference import checks
from python_tests.reference.checks import Built
from python_tests.reference.flights import flight_logs

PREDICTIONS = {
    "relation": "raw.predictions",
    "id": "flight_id",
    "timestamp": "scheduled",
    "score": "score",
    "version": "version",
    "loaded_at": "logged_at",
}
LABELS = {"relation": "raw.labels", "id": "flight_id", "label": "late", "timestamp": "landed_at"}
REFERENCE = {"start": "2013-03-01", "end": "2013-04-15"}
MONITORS = {
    "monthly": {
        "task": "binary",
        "predictions": {**PREDICTIONS, "prediction": "decision"},
        "labels": {**LABELS, "maturity": "7 days"},
        "features": {
            "numeric": ["departure_delay", "distance", "hour"],
            "categorical": ["carrier", "dest"],
        },
        "segments": ["carrier", "origin", ["origin", "carrier"]],
        "fairness": {"attributes": ["origin", "carrier"], "reference_group": {"origin": "JFK"}},
        "window": "month",
        "reference": REFERENCE,
        "kpis": [
            {"name": "delay", "numerator": "sum(l.arr_delay)", "denominator": "count(l.arr_delay)"},
            {"name": "miles", "numerator": "sum(p.distance)", "denominator": "count(*)"},
        ],
        "value": {"tp": 120, "fp": -8.5, "fn": -30},
    },
    "daily": {
        "task": "binary",
        "predictions": {k: v for k, v in PREDICTIONS.items() if k != "version"},
        "labels": LABELS,
        "features": {
            "numeric": ["departure_delay", "distance"],
            "categorical": ["carrier", "origin"],
        },
        "segments": ["carrier", "origin"],
        "reference": REFERENCE,
        "thresholds": {"n_predictions": {"warn": {"below": 850}}, "ks": {"warn": 0.1, "error": 0.2}},
    },
}


@pytest.fixture(scope="module")
def flights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """Two monitors over three months of flights, built once."""
    predictions, labels = flight_logs("2013-03-01", "2013-06-01")
    frames = {"predictions": predictions, "labels": labels}
    built = Built(tmp_path_factory.mktemp("flights"), MONITORS, frames, "flights")
    yield built
    built.deviations.write("flights")


@pytest.fixture(scope="module")
def catalog() -> pd.DataFrame:
    """The shipped catalogue."""
    return pd.read_csv(PACKAGE / "seeds" / "mlmon_metric_catalog.csv")


both = pytest.mark.parametrize("monitor", list(MONITORS))


@both
def test_windows(flights: Built, monitor: str) -> None:
    checks.check_windows(flights, monitor)


def test_performance(flights: Built) -> None:
    checks.check_performance(flights, "monthly", auc=0.002, pr_auc=0.02, large=100)


def test_fairness(flights: Built) -> None:
    checks.check_fairness(flights, "monthly")


@both
def test_operations(flights: Built, monitor: str) -> None:
    checks.check_operations(flights, monitor)


@both
def test_bins(flights: Built, monitor: str) -> None:
    checks.check_bins(flights, monitor)


@both
def test_reference(flights: Built, monitor: str) -> None:
    checks.check_reference(flights, monitor)


@both
def test_drift(flights: Built, monitor: str) -> None:
    checks.check_drift(flights, monitor)


@both
def test_quantiles(flights: Built, monitor: str) -> None:
    checks.check_quantiles(flights, monitor)


def test_shapes(flights: Built) -> None:
    checks.check_shapes(flights, "monthly", bound=0.03, minimum=30)


@both
def test_segments_add_up(flights: Built, monitor: str) -> None:
    checks.check_adds_up(flights, monitor)


@both
def test_tidy_equals_wide(flights: Built, monitor: str, catalog: pd.DataFrame) -> None:
    checks.check_tidy(flights, monitor, catalog)


@both
def test_false_discovery(flights: Built, monitor: str) -> None:
    assert checks.check_false_discovery(flights, monitor) > 100


@both
def test_incidents(flights: Built, monitor: str) -> None:
    checks.check_incidents(flights, monitor)


def test_kpis(flights: Built) -> None:
    """KPIs are the user's sums; the business value is the value of the outcomes per labelled prediction."""
    oracle = flights.oracle("monthly")
    arrivals = dict(
        zip(
            flights.frames["labels"]["flight_id"].to_pylist(),
            flights.frames["labels"]["arr_delay"].to_pylist(),
            strict=True,
        )
    )
    delay = [arrivals.get(i) for i in oracle.log["flight_id"].to_pylist()]
    miles = oracle.log["distance"].to_pylist()
    actual = checks.keyed(flights.table("mlmon_kpis", "monthly"), ["kpi"])
    expected = {}
    for key, rows in oracle.groups.items():
        delays = [delay[i] for i in rows if delay[i] is not None]
        confusion = oracle.performance(rows)
        n = sum(confusion[name] or 0 for name in ("tp", "fp", "tn", "fn"))
        worth = 120 * (confusion["tp"] or 0) - 8.5 * (confusion["fp"] or 0) - 30 * (confusion["fn"] or 0)
        for name, numerator, denominator in (
            ("delay", sum(delays) if delays else None, len(delays)),
            ("miles", sum(miles[i] for i in rows), len(rows)),
            ("business_value", worth, n),
        ):
            value = numerator / denominator if denominator and numerator is not None else None
            expected[(*key, name)] = {"numerator": numerator, "denominator": denominator, "value": value}
    checks.compare(actual, expected, ["numerator", "denominator", "value"], title="flights/kpis")
