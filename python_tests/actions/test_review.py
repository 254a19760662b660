"""The review queue, the decisions on it, and what the report says of actions and threads, on a real build."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

import pandas as pd
import pytest

from python_tests.harness import Project

START = datetime(2026, 1, 1)
BROKEN_FROM = 40
MONITOR: dict[str, Any] = {
    "task": "binary",
    "predictions": {"relation": "raw.predictions", "id": "id", "timestamp": "at", "score": "score"},
    "labels": {"relation": "raw.labels", "id": "id", "label": "label", "timestamp": "at", "maturity": "3 days"},
    "segments": ["channel"],
    "reference": {"start": "2026-01-01", "end": "2026-01-21"},
    "thresholds": {"accuracy": {"error": {"below": 0.5}}},
    "alerts": {"open_after": "2 of 2", "on_error": ["retrain", "review"], "review_size": 12, "tags": ["eu"]},
}
ID = ("monitor", "prediction_id")


def frames(days: int) -> dict[str, pd.DataFrame]:
    """60 predictions a day; from BROKEN_FROM on the labels of channel `social` are turned round."""
    rows, labels = [], []
    for day in range(days):
        chance = Random(day)
        for n in range(60):
            at = START + timedelta(days=day, minutes=n)
            score, channel = chance.random(), chance.choice(["web", "social"])
            right = chance.random() < 0.9
            if day >= BROKEN_FROM and channel == "social":
                right = not right
            rows.append({"id": f"{day}-{n}", "at": at, "score": score, "channel": channel})
            label = int((score >= 0.5) == right)
            labels.append({"id": f"{day}-{n}", "label": label, "at": at + timedelta(hours=1)})
    return {"predictions": pd.DataFrame(rows), "labels": pd.DataFrame(labels)}


def queue(project: Project) -> pd.DataFrame:
    return project.table("mlmon_review_queue").sort_values(["window_start", "place"]).reset_index(drop=True)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """52 days: 12 of them broken, 9 of them judged, for labels are complete after 3 days."""
    made = Project(tmp_path_factory.mktemp("review"), {"m": MONITOR}, frames(52))
    made.build().check()
    return made


def test_the_queue_holds_what_a_person_should_look_at(project: Project) -> None:
    found = queue(project)
    predictions = frames(52)["predictions"].set_index("id")
    incidents = project.table("mlmon_incidents", "status = 'open' and severity = 'error'")
    assert {"social"} <= set(incidents.segment_value) <= {"social", "all"}
    # the latest seven judged windows, twelve each
    last = incidents.last_breach_at.max()
    assert sorted(found.window_start.unique()) == [last - timedelta(days=n) for n in range(6, -1, -1)]
    assert (found.groupby("window_start").size() == 12).all()
    assert not found.duplicated(list(ID)).any()
    for row in found.itertuples():
        shown = predictions.loc[row.prediction_id]
        assert shown["at"].normalize() == row.window_start
        assert shown["channel"] == "social" == row.segment_value
        near = abs(shown["score"] - 0.5) <= 0.1
        assert row.reason == ("segment and threshold" if near else "segment")
    # all around the threshold come before the others
    for start, part in found.groupby("window_start"):
        theirs = predictions[(predictions["at"].dt.normalize() == start) & (predictions["channel"] == "social")]
        n_near = int((abs(theirs["score"] - 0.5) <= 0.1).sum())
        assert (part.reason == "segment and threshold").sum() == min(12, n_near)
    # by id alone
    assert not {"score", "channel"} & set(found.columns)


@pytest.mark.slow
def test_the_queue_is_stable_and_grows_by_the_window(project: Project) -> None:
    before = queue(project)
    project.build().check()
    pd.testing.assert_frame_equal(queue(project), before)
    project.build(full_refresh=True).check()
    pd.testing.assert_frame_equal(queue(project), before)
    project.load(**frames(53))
    project.build().check()
    after = queue(project)
    assert len(after) == len(before) + 12
    pd.testing.assert_frame_equal(after[: len(before)], before)
    assert after.window_start.max() == before.window_start.max() + timedelta(days=1)
    # another project over the same log chooses the same
    assert len(set(after.prediction_id)) == len(after)


def decide(project: Project, ids: list[str], decision: str, at: str) -> list[dict[str, Any]]:
    outcome, rows = project.operation(
        "mlmon.mlmon_decide", monitor="m", prediction_ids=ids, decision=decision,
        decided_by="it's me", note=None, decided_at=at,
    )  # fmt: skip
    assert outcome.success, outcome.text
    return rows


def test_decisions_and_what_they_add_up_to(project: Project) -> None:
    found = queue(project)
    window = found[found.window_start == found.window_start.min()]
    first, second, third = window.prediction_id[:3]
    at = pd.Timestamp(found.queued_at.min())
    times = [(at + timedelta(hours=hours)).isoformat() for hours in (1, 3, 5)]
    assert decide(project, [first, "nobody"], "confirmed", times[0]) == [{"kind": "unknown", "prediction_id": "nobody"}]
    assert project.table("mlmon_review_decisions").empty
    decide(project, [first, second, third], "confirmed", times[0])
    decide(project, [second], "overridden", times[1])  # a second thought
    decide(project, [third], "overridden", times[2])
    reviews = project.table("mlmon_reviews", f"window_start = timestamp '{window.window_start.min()}'")
    (row,) = reviews.to_dict("records")
    assert (row["n_queued"], row["n_reviewed"], row["n_overridden"]) == (12, 3, 2)
    assert row["override_rate"] == pytest.approx(2 / 3)
    assert row["hours_to_review"] == pytest.approx((1 + 3 + 5) / 3)
    _, rows = project.operation("mlmon.mlmon_review", monitors=["m"], size=500)
    waiting = {row["prediction_id"] for row in rows if row["kind"] == "waiting"}
    assert waiting == set(found.prediction_id) - {first, second, third}


def expected_reviews(project: Project) -> dict[tuple[Any, ...], dict[str, float]]:
    """How reviews go by window and segment, and over the whole window, counted here from the two tables."""
    latest: dict[str, Any] = {}
    for row in project.table("mlmon_review_decisions").sort_values("decided_at").itertuples():
        latest[row.prediction_id] = row
    parts: dict[tuple[Any, ...], list[Any]] = {}
    for row in queue(project).itertuples():
        places = {("overall", "all"), (row.segment, row.segment_value)}
        for place in places:
            parts.setdefault((row.window_start, *place), []).append(row)
    found = {}
    for place, rows in parts.items():
        done = [(row, latest[row.prediction_id]) for row in rows if row.prediction_id in latest]
        numbers = {"n_queued": float(len(rows)), "n_reviewed": float(len(done))}
        if done:
            overridden = [word for _, word in done if word.decision == "overridden"]
            hours = [(word.decided_at - row.queued_at).total_seconds() / 3600 for row, word in done]
            numbers["override_rate"] = len(overridden) / len(done)
            numbers["hours_to_review"] = sum(hours) / len(hours)
        found[place] = numbers
    return found


def reviews_of(rows: pd.DataFrame) -> dict[tuple[Any, ...], dict[str, float]]:
    found: dict[tuple[Any, ...], dict[str, float]] = {}
    for row in rows.itertuples():
        assert (row.family, row.subject, row.model_version, row.is_reference) == ("operations", "review", "all", False)
        found.setdefault((row.window_start, row.segment, row.segment_value), {})[row.metric] = row.value
    return found


@pytest.mark.slow
def test_reviews_are_metrics_and_can_be_judged(project: Project) -> None:
    waiting = queue(project)
    windows = sorted(waiting.window_start.unique())
    at = pd.Timestamp(waiting.queued_at.max())
    for day, (n, overridden) in {0: (3, 2), 1: (5, 4), 2: (6, 6), 3: (4, 1)}.items():
        ids = list(waiting[waiting.window_start == windows[day]].prediction_id[:n])
        decide(project, ids, "confirmed", (at + timedelta(hours=day)).isoformat())
        decide(project, ids[:overridden], "overridden", (at + timedelta(hours=day, minutes=20)).isoformat())
    rows = project.table("mlmon_metrics", "family = 'operations' and subject = 'review'")
    expected = expected_reviews(project)
    assert len(expected) == 2 * len(windows)
    found = reviews_of(rows)
    assert found.keys() == expected.keys()
    for place, numbers in expected.items():
        assert found[place] == pytest.approx(numbers), place
    reviewed = rows.metric.isin(["override_rate", "hours_to_review"])
    assert all(row.n == expected[row.window_start, row.segment, row.segment_value]["n_reviewed"] for row in rows[reviewed].itertuples())

    # without a threshold nobody is told
    def checks() -> pd.DataFrame:
        return project.table("mlmon_checks", "subject = 'review'")

    project.build().check()
    assert checks().empty
    rules = {"override_rate": {"warn": 0.5, "error": 0.75}, "operations.hours_to_review": {"warn": 100}}
    project.configure({"m": {**MONITOR, "thresholds": {**MONITOR["thresholds"], **rules}}})
    project.build().check()

    def assert_judged() -> None:
        judged = checks()
        expected = expected_reviews(project)
        assert set(judged.metric) == {"override_rate", "hours_to_review"}
        assert len(judged) == 2 * sum("override_rate" in numbers for numbers in expected.values())
        for row in judged[judged.metric == "override_rate"].itertuples():
            rate = expected[row.window_start, row.segment, row.segment_value]["override_rate"]
            assert row.value == pytest.approx(rate)
            assert row.status == ("error" if rate > 0.75 else "warn" if rate > 0.5 else "ok")

    assert_judged()
    # 2/3 warns, 4/5 and 6/6 are errors, 1/4 is fine
    assert list(checks().query("segment == 'overall' and metric == 'override_rate'").sort_values("window_start").status) == [
        "warn", "error", "error", "ok",
    ]  # fmt: skip
    incidents = project.table("mlmon_incidents", "subject = 'review' and segment = 'overall'")
    assert [(row.metric, row.severity) for row in incidents.itertuples()] == [("override_rate", "error")]
    (told,) = [
        row for row in report(project, channels=[])
        if row["kind"] == "incident" and row["incident_id"] == incidents.incident_id[0]
    ]  # fmt: skip
    shown = project.sql(told["query"])
    assert set(shown.metric) == {"n_queued", "n_reviewed", "override_rate", "hours_to_review"}

    # a decision on an old window is judged by the next run, and by that alone; a full refresh gives the same
    later = list(waiting[waiting.window_start == windows[3]].prediction_id[4:12])
    decide(project, later, "overridden", (at + timedelta(hours=30)).isoformat())
    project.build().check()
    assert_judged()
    scope = set(project.table("mlmon_windows_to_judge", "not is_range").window_start)
    before = checks().sort_values(["window_start", "segment", "metric"]).reset_index(drop=True)
    project.build().check()
    # the latest windows of a log without loaded_at are looked at in every run
    assert scope - set(project.table("mlmon_windows_to_judge", "not is_range").window_start) == {windows[3]}
    project.build(full_refresh=True).check()
    after = checks().sort_values(["window_start", "segment", "metric"]).reset_index(drop=True)
    pd.testing.assert_frame_equal(before, after)
    # that people overrule the model fills no queue
    assert not queue(project).incident_id.isin(project.table("mlmon_incidents", "subject = 'review'").incident_id).any()
    project.configure({"m": MONITOR})
    project.build().check()


def report(project: Project, **arguments: Any) -> list[dict[str, Any]]:
    outcome, rows = project.operation("mlmon.mlmon_report", **arguments)
    assert outcome.success, outcome.text
    return rows


def test_the_report_says_which_actions_are_due(project: Project) -> None:
    arguments = {"channels": ["team"], "actions": ["retrain"]}
    rows = report(project, **arguments)
    asked = [row for row in rows if row["kind"] == "asked"]
    incidents = [row for row in rows if row["kind"] == "incident" and row["actions"]]
    assert incidents
    assert {row["incident_id"] for row in asked} == {row["incident_id"] for row in incidents}
    # a threshold of one's own is judged on incomplete labels too: such an incident waits
    complete = {row["incident_id"] for row in incidents if row["opened_at"] <= "2026-02-18T00:00:00"}
    assert complete
    assert {row["incident_id"] for row in asked if row["labels_mature"]} == complete
    assert all(row["last_started_at"] is None for row in asked)
    assert next(row for row in rows if row["kind"] == "monitor")["tags"] == ["eu"]

    names = "incident_id monitor model_version segment segment_value family subject metric severity".split()
    done = {name: incidents[0][name] for name in names}
    done |= {"delivery_key": "k1", "transition": "action", "channel": "action:retrain"}
    told = done | {"delivery_key": "k2", "transition": "opened", "channel": "team", "receipt": "C1:17.5"}
    times = {"delivered_at": "2026-03-01T08:00:00"}
    outcome, _ = project.operation("mlmon.mlmon_record_deliveries", rows=[done | times, told | times])
    assert outcome.success, outcome.text

    # the same under another name: what counts is the name of record
    renamed = report(project, channels=["team"], actions={"refit": "retrain"})
    assert [row for row in renamed if row["kind"] == "asked"] == []  # on_error does not ask for it
    rows = report(project, channels=["team"], actions={"retrain": "retrain", "review": "look"})
    assert done["incident_id"] not in {row["incident_id"] for row in rows if row["kind"] == "asked" and row["action"] == "retrain"}
    assert done["incident_id"] in {row["incident_id"] for row in rows if row["kind"] == "asked" and row["action"] == "review"}
    rows = report(project, channels=["team"], actions={"retrain": "retrain_old"})
    assert done["incident_id"] in {row["incident_id"] for row in rows if row["kind"] == "asked"}

    rows = report(project, **arguments)
    assert [r["incident_id"] for r in rows if r["kind"] == "asked" and r["incident_id"] == done["incident_id"]] == []
    others = [row for row in rows if row["kind"] == "asked"]
    assert {row["last_started_at"] for row in others} <= {"2026-03-01T08:00:00"}
    (posted,) = [r for r in rows if r["kind"] == "incident" and r["incident_id"] == done["incident_id"]]
    assert posted["threads"] == {"team": "C1:17.5"}
