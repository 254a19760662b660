"""Which transitions are worth a message, and when."""

from __future__ import annotations

from typing import Any

import pytest
from cli_support import MONITOR, incident

from mlmon_cli.notify.channels.slack import Slack
from mlmon_cli.notify.compose import GREW, REMINDED, compose, due
from mlmon_cli.notify.formats import to_text
from mlmon_cli.report import Report, read_report, verdict
from mlmon_cli.settings import Route, Settings
from mlmon_cli.wording import began

TEAM = Settings(channels=(Slack(name="team"),))
GROUP: dict[str, Any] = {
    "kind": "group",
    "group_id": "g",
    "thread_id": "g",
    "monitor": "lead_scoring",
    "severity": "warn",
    "status": "open",
    "headline_incident_id": "first",
    "n_incidents": 2,
    "n_open": 2,
}


def told(name: str, severity: str = "warn", **changes: Any) -> dict[str, Any]:
    """An incident of the group that the channel knows of."""
    row = incident(incident_id=name, group_id="g", severity=severity, **changes)
    del row["transitions"]
    return {"pending": {}, "told": {"team": severity}, **row}


def new(name: str, *due: str, severity: str = "warn", **changes: Any) -> dict[str, Any]:
    """An incident of the group with transitions that the channel does not know of."""
    row = incident(incident_id=name, group_id="g", severity=severity, **changes)
    del row["transitions"]
    return {**row, "pending": {"team": list(due or ("opened",))}}


def report(*rows: dict[str, Any], monitor: Any = (), group: Any = ()) -> Report:
    return read_report([{**MONITOR, **dict(monitor)}, {**GROUP, **dict(group)}, *rows])


def what_is_due(given: Report, settings: Settings = TEAM) -> list[tuple[str, str]]:
    found = due(given, settings).get(("lead_scoring", "team"), [])
    return [(item.incident.incident_id, item.transition) for item in found]


def test_a_new_group_is_told_with_all_its_members() -> None:
    given = report(new("first"), new("second", family="drift"))
    assert what_is_due(given) == [("first", "opened"), ("second", "opened")]


@pytest.mark.parametrize(
    ("joins", "is_news"),
    [
        ({"family": "drift"}, False),
        ({"family": "kpi"}, False),
        ({"family": "performance"}, True),
        ({"family": "drift", "severity": "error"}, True),
    ],
)
def test_what_joins_is_told_where_it_is_graver(joins: dict[str, Any], is_news: bool) -> None:
    given = report(told("first", family="kpi"), new("second", **joins))
    assert what_is_due(given) == ([("second", "opened")] if is_news else [])


@pytest.mark.parametrize(("extent", "is_news"), [(3, False), (5, False), (6, True), (20, True)])
def test_a_group_that_doubles_is_news(extent: int, is_news: bool) -> None:
    given = report(told("first", told_extent={"team": 3}), new("second"), group={"extent": extent})
    assert what_is_due(given) == ([("second", "opened")] if is_news else [])


@pytest.mark.parametrize(("rate", "is_news"), [(None, False), (190.0, False), (200.0, True)])
def test_a_group_that_costs_twice_as_much_is_news(rate: float | None, is_news: bool) -> None:
    given = report(told("first", told_rate={"team": 100.0}), group={"value_rate": rate})
    assert what_is_due(given) == ([("first", GREW)] if is_news else [])
    if is_news:
        (message,) = compose(given, TEAM)
        assert ", now worse" in to_text(message)


def test_a_member_that_recovers_waits_for_its_group() -> None:
    """Until then the group lasts; what was told of it still counts."""
    closed = {**told("first", "error"), "status": "closed", "pending": {"team": ["resolved"]}}
    assert what_is_due(report(closed, told("second"), new("third", severity="error"))) == []
    graver = new("fourth", family="performance")
    closed["family"] = "kpi"
    given = report(closed, told("second", family="drift"), graver)
    assert what_is_due(given) == [("fourth", "opened")]


def test_what_returns_after_it_was_over_is_told_again() -> None:
    first = compose(report(new("first")), TEAM)[0]
    back = compose(report(new("first", rounds={"team": 1})), TEAM)[0]
    assert back.delivery_key != first.delivery_key
    assert back.transitions[0].delivery_key != first.transitions[0].delivery_key
    assert to_text(back).splitlines()[0].endswith("precision fell to 0.4123 again")


def test_what_joined_is_told_with_the_next_message() -> None:
    given = report(
        {**told("first"), "severity": "error", "pending": {"team": ["escalated"]}},
        new("second", family="drift"),
    )
    assert what_is_due(given) == [("first", "escalated"), ("second", "opened")]


def test_an_error_beside_one_that_was_told_is_no_news() -> None:
    given = report(
        told("first", "error"),
        {**told("second"), "severity": "error", "pending": {"team": ["escalated"]}},
    )
    assert what_is_due(given) == []


def test_over_is_told_when_all_is_over() -> None:
    closed = {**told("first"), "status": "closed", "pending": {"team": ["resolved"]}}
    assert what_is_due(report(closed, told("second"), group={"n_open": 1})) == []
    given = report(closed, group={"n_open": 0, "status": "closed"})
    assert what_is_due(given) == [("first", "resolved")]


def test_a_group_that_returns_is_news() -> None:
    closed = {**told("first", "error"), "status": "closed", "told": {}}
    assert what_is_due(report(closed, new("second"))) == [("second", "opened")]


@pytest.mark.parametrize(
    ("member", "group"),
    [({"is_muted": True}, {}), ({"is_expected": True}, {}), ({}, {"is_cooling": True})],
)
def test_quiet_for_a_reason(member: dict[str, Any], group: dict[str, Any]) -> None:
    assert what_is_due(report(new("first", severity="error", **member), group=group)) == []


def test_a_muted_member_does_not_go_along() -> None:
    given = report(new("first"), new("second", is_muted=True))
    assert what_is_due(given) == [("first", "opened")]


@pytest.mark.parametrize(
    "monitor", [{"is_quiet": True}, {"max_notices_per_week": 2, "notices_this_week": {"team": 2}}]
)
def test_only_errors_pass_quiet_hours_and_a_spent_budget(monitor: dict[str, Any]) -> None:
    assert what_is_due(report(new("first"), monitor=monitor)) == []
    given = report(new("first", severity="error"), new("second"), monitor=monitor)
    assert what_is_due(given) == [("first", "opened"), ("second", "opened")]


def test_a_budget_that_is_left_holds_nothing_back() -> None:
    monitor = {"max_notices_per_week": 2, "notices_this_week": {"team": 1, "other": 5}}
    assert what_is_due(report(new("first"), monitor=monitor)) == [("first", "opened")]


def reminder(**changes: Any) -> Report:
    group = {"windows_since_told": {"team": 7}, **changes}
    return report(told("first"), monitor={"remind_every": 7}, group=group)


def test_a_reminder_goes_where_nobody_has_taken_it_up() -> None:
    assert what_is_due(reminder()) == [("first", REMINDED)]
    assert what_is_due(reminder(windows_since_told={"team": 6})) == []
    assert what_is_due(reminder(acknowledged_by="ana")) == []
    assert what_is_due(reminder(is_muted=True)) == []
    (message,) = compose(reminder(), TEAM)
    assert to_text(message).startswith("REMINDER WARN lead_scoring: precision")
    # its own key for each window, and not sent again under it
    (item,) = message.transitions
    later = reminder()
    monitor = {"remind_every": 7, "last_window": "2026-05-07T00:00:00"}
    later = report(told("first"), monitor=monitor, group={"windows_since_told": {"team": 7}})
    (other,) = compose(later, TEAM)[0].transitions
    assert item.delivery_key != other.delivery_key
    assert compose(reminder(), TEAM, frozenset([item.delivery_key])) == []


def test_a_reminder_follows_the_routes() -> None:
    settings = Settings(
        channels=(Slack(name="team"),), routes=(Route(("team",), severity="error"),)
    )
    assert what_is_due(reminder(), settings) == []


def test_the_headline_of_the_group_leads() -> None:
    given = report(
        new("volume", severity="error", family="operations", metric="n_predictions"),
        new("first", value=0.58, place=-1),
        group={"cause": "volume of channel=web rose", "change_name": "spring-2"},
    )
    (message,) = compose(given, TEAM)
    text = to_text(message)
    assert text.splitlines()[0].startswith("ERROR lead_scoring: precision fell")
    assert "First moved: volume of channel=web rose" in text
    assert "Known change: began with spring-2" in text


def test_words_for_the_time_since_a_change() -> None:
    change = {"change_name": "spring-2", "change_kind": "campaign"}
    for hours, words in ((0, "with"), (5, "5 hours after"), (24, "1 day after")):
        (found,) = report(group={**change, "hours_after_change": hours}).groups
        assert began(found) == f"began {words} campaign spring-2"


def test_what_is_silenced_does_not_fail_a_check() -> None:
    row = told("first", "error")
    assert verdict(report(row), "error") == ("error", 1)
    assert verdict(report({**row, "is_muted": True}), "warn") == ("ok", 0)
    assert verdict(report({**row, "is_expected": True}), "warn") == ("ok", 0)


def test_what_a_spent_week_kept_back_is_a_digest() -> None:
    spent = {"max_notices_per_week": 2, "notices_last_week": {"team": 2}}
    (message,) = compose(report(new("first"), monitor=spent), TEAM)
    text = to_text(message)
    assert text.startswith("DIGEST WARN lead_scoring")
    assert "A digest: last week's budget of 2 messages was spent" in text
    for other in (
        {**spent, "notices_last_week": {"team": 1}},
        {**spent, "notices_this_week": {"team": 1}},
        {"notices_last_week": {"team": 9}},
    ):
        (message,) = compose(report(new("first"), monitor=other), TEAM)
        assert "digest" not in to_text(message).lower()
