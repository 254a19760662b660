"""The share of positives is watched, and so is the share of labels that arrive: a window of too few labels is not judged by them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from python_tests.harness import Project

START = datetime(2026, 1, 5)
DAYS, REFERENCE, LATE = 62, 42, 50
LABELS = {"id": "id", "label": "label", "timestamp": "known", "maturity": "3 days"}
MONITOR: dict[str, Any] = {
    "task": "binary",
    "predictions": {"relation": "raw.log", "id": "id", "timestamp": "at", "score": "score"},
    "labels": {"relation": "raw.labels", **LABELS},
    "features": {"numeric": ["x"]},
    "segments": ["region"],
    "kpis": [{"name": "worth", "numerator": "sum(l.worth)", "denominator": "count(*)"}],
    "reference": {"start": "2026-01-05", "end": "2026-02-16"},
}
MONITORS = {
    "turned": MONITOR,
    "thin": {**MONITOR, "labels": {"relation": "raw.thin", **LABELS}},
    # a threshold of one's own is no judge of half a window either
    "written": {**MONITOR, "labels": {"relation": "raw.thin", **LABELS}, "thresholds": {"roc_auc": {"error": {"below": 0.7}}}},
    "mixed": {
        **MONITOR, "predictions": {**MONITOR["predictions"], "relation": "raw.mixed"}, "labels": {"relation": "raw.mixed_labels", **LABELS},
        "features": {"categorical": ["region"]},
    },
    "unlabelled": {key: value for key, value in MONITOR.items() if key not in ("labels", "kpis")},
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    random = np.random.default_rng(5)
    n = 900 * DAYS
    day = np.repeat(np.arange(DAYS), 900)
    region = random.choice(["north", "south"], n, p=[0.3, 0.7])
    score = random.beta(1, 5, n)
    late = day >= LATE
    positive = random.random(n) < score
    turned = np.where(late & (region == "north"), random.random(n) < 0.85, positive)
    at = pd.to_datetime(START) + pd.to_timedelta(day, unit="D") + pd.to_timedelta(random.integers(0, 86_000, n), unit="s")
    log = pd.DataFrame({"id": np.arange(n), "at": at, "score": score, "region": region, "x": random.normal(0, 1, n)})
    known = at + timedelta(days=1)
    labels = pd.DataFrame({"id": log["id"], "label": turned.astype(int), "known": known, "worth": turned * 10.0})
    # 73 % of labels, at random; later 57 %, of positives above all where the score is low
    chance = np.where(late, np.where(positive, np.where(score < 0.3, 1, 0.1), 0.57 + 0.1 * (score > 0.2)), 0.73)
    thin = pd.DataFrame({"id": log["id"], "label": positive.astype(int), "known": known, "worth": positive * 10.0})
    # more of the region with more positives
    mixed = log.assign(region=np.where(random.random(n) < np.where(late, 0.8, 0.3), "north", "south"))
    positives = random.random(n) < np.where(mixed["region"] == "north", 0.4, 0.1)
    frames = {
        "log": log, "labels": labels, "thin": thin[random.random(n) < chance], "mixed": mixed,
        "mixed_labels": pd.DataFrame({"id": log["id"], "label": positives.astype(int), "known": known, "worth": 1.0}),
    }  # fmt: skip
    project = Project(tmp_path_factory.mktemp("labels"), MONITORS, frames)
    project.build().check()
    return project


def checks(project: Project, monitor: str, where: str = "true") -> pd.DataFrame:
    rows = project.table("mlmon_checks", f"monitor = '{monitor}' and {where}")
    rows["day"] = (rows["window_start"] - pd.Timestamp(START)).dt.days
    return rows


def test_prevalence_that_turns_in_a_segment_is_an_incident(project: Project) -> None:
    rows = checks(project, "turned", "metric = 'prevalence' and segment = 'region'")
    north = rows[rows["segment_value"] == "north"]
    mature = set(range(LATE, DAYS - 3))
    assert set(north.loc[north["status"] == "error", "day"]) == mature
    assert set(rows.loc[rows["status"].isin(["warn", "error"]), "segment_value"]) == {"north"}
    row = north[north["day"] == LATE].iloc[0]
    assert (row["verdict"], row["side"]) == ("share_shift", "above")
    assert row["baseline"] == pytest.approx(1 / 6, abs=0.01)
    odds = row["value"] / (1 - row["value"]) / (row["baseline"] / (1 - row["baseline"]))
    assert row["effect"] == pytest.approx(odds - 1)
    # the bound has odds half as large again
    bound = row["warn_threshold"]
    assert bound / (1 - bound) == pytest.approx(1.5 * row["baseline"] / (1 - row["baseline"]))
    incidents = project.table("mlmon_incidents", "monitor = 'turned' and metric = 'prevalence' and segment_value = 'north'")
    assert list(incidents["severity"]) == ["error"]


def test_a_fall_of_prevalence_counts_too(project: Project) -> None:
    values = {1: ("below", 1 / (1 + 1.5 * 1)), 2: ("above", 1.5 / 2.5)}
    for number, (side, bound) in values.items():
        value = 0.1 if side == "below" else 0.9
        project.root.joinpath(f"models/shift{number}.sql").write_text(
            "{{ config(materialized='table') }}\n"
            f"select {{{{ mlmon.odds_shift('{value}', '100', '0.5', '1000') }}}} as effect, "
            f"{{{{ mlmon.shifted_share('0.5', '{value}', 0.5) }}}} as bound"
        )
        project.dbt("run", "--select", f"shift{number}").check()
        row = project.sql(f"select * from shift{number}").iloc[0]
        assert row["effect"] == pytest.approx(8)
        assert row["bound"] == pytest.approx(bound)


@pytest.mark.parametrize("monitor", ["thin", "written"])
def test_half_labelled_windows_are_not_judged_as_whole(project: Project, monitor: str) -> None:
    mature = set(range(LATE, DAYS - 3))
    coverage = checks(project, monitor, "metric = 'label_coverage' and segment = 'overall'")
    assert coverage[coverage["day"] < LATE]["value"].mean() == pytest.approx(0.73, abs=0.01)
    assert set(coverage.loc[coverage["status"] == "warn", "day"]) == mature
    auc = project.table("mlmon_metrics", f"monitor = '{monitor}' and family = 'performance' and metric = 'roc_auc' and segment = 'overall'")
    late = auc["window_start"] >= pd.Timestamp(START + timedelta(days=LATE))
    assert auc.loc[late, "value"].mean() < auc.loc[~late, "value"].mean() - 0.1
    realised = checks(project, monitor, "(family = 'performance' and metric <> 'label_coverage') or (family = 'kpi' and subject = 'worth')")
    realised = realised[(realised["monitor"] == monitor) & (realised["segment"] == "overall") & realised["day"].isin(mature)]
    assert set(realised["metric"]) >= {"roc_auc", "prevalence", "value"}
    assert set(realised["status"]) == {"insufficient_data"}
    assert set(realised["reason"]) == {"thin_labels"}
    incidents = project.table("mlmon_incidents", f"monitor = '{monitor}'")
    assert set(incidents["metric"]) == {"label_coverage"}


def test_a_reason_stands_beside_what_was_not_judged(project: Project) -> None:
    rows = checks(project, "turned")
    unjudged = rows["status"] == "insufficient_data"
    assert (rows["reason"].notna() == unjudged).all()
    newest = rows[(rows["day"] == DAYS - 1) & (rows["metric"] == "prevalence")]
    assert set(newest["reason"]) == {"not_mature"}


def test_a_monitor_without_labels_is_not_asked_for_any(project: Project) -> None:
    assert checks(project, "unlabelled", "family = 'performance'").empty


def group_of(project: Project, monitor: str) -> pd.Series:
    groups = project.table("mlmon_incident_groups", f"monitor = '{monitor}'")
    (row,) = groups.to_dict("records")
    return pd.Series(row)


def test_a_cause_is_the_segment_that_explains_the_change(project: Project) -> None:
    """Kitagawa's parts by hand, from the rows of the reference and of the windows of the headline."""
    found = group_of(project, "turned")
    assert (found["metric"], found["segment"]) == ("recall", "overall")
    metrics = project.table("mlmon_metrics", "monitor = 'turned' and family = 'performance' and metric = 'recall'")
    incident = project.table("mlmon_incidents", f"incident_id = '{found['headline_incident_id']}'").iloc[0]
    inside = metrics["window_start"].between(incident["first_breach_at"], incident["last_breach_at"]) & ~metrics["is_reference"]

    def side(rows: pd.DataFrame) -> dict[str, tuple[float, float]]:
        return {
            value: (part["n"].sum(), (part["value"] * part["n"]).sum() / part["n"].sum()) for value, part in rows.groupby("segment_value")
        }  # fmt: skip

    (n0, r0), (n1, r1) = side(metrics[metrics["is_reference"]])["north"], side(metrics[inside])["north"]
    (all0, whole0), (all1, whole1) = side(metrics[metrics["is_reference"]])["all"], side(metrics[inside])["all"]
    w0, w1 = n0 / all0, n1 / all1
    share = ((w1 - w0) * ((r0 + r1) / 2 - (whole0 + whole1) / 2) + (w0 + w1) / 2 * (r1 - r0)) / (whole1 - whole0)
    assert (found["cause_kind"], found["cause"]) == ("segment", "region=north")
    assert found["cause_share"] == pytest.approx(share)
    assert 0.7 < share < 1


def test_no_cause_is_given_for_what_is_everywhere(project: Project) -> None:
    """70 % of the rows have 70 % of the change."""
    assert group_of(project, "thin")["cause"] is None


def test_a_column_is_a_cause_where_its_mix_explains_the_change(project: Project) -> None:
    found = group_of(project, "mixed")
    assert (found["cause_kind"], found["cause"]) == ("column", "drift of region")
    assert found["cause_share"] == pytest.approx(1, abs=0.1)
