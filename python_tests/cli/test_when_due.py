"""What a message says of what is due; what is due is decided in SQL (python_tests/incidents/test_transitions.py)."""

from __future__ import annotations

from typing import Any

from cli_support import MONITOR, due, incident

from mlmon_cli.notify.channels.slack import Slack
from mlmon_cli.notify.compose import GREW, REMINDED, compose
from mlmon_cli.notify.formats import to_details, to_text
from mlmon_cli.report import Report, read_report, verdict
from mlmon_cli.settings import Settings
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


def new(name: str, **changes: Any) -> dict[str, Any]:
    """An incident of the group that the channel does not know of."""
    row = incident(incident_id=name, group_id="g", **{"severity": "warn", **changes})
    del row["transitions"]
    return {**row, "pending": {"team": ["opened"]}}


def report(
    *rows: dict[str, Any], notice: str = "", monitor: Any = (), group: Any = (), **of_due: Any
) -> Report:
    """What is pending is due; `notice`: the first incident's group is told of again."""
    told_now = due(*rows, **of_due)
    if notice:
        told_now = due({**rows[0], "pending": {"team": [notice]}}, **of_due)
    return read_report([{**MONITOR, **dict(monitor)}, {**GROUP, **dict(group)}, *rows, *told_now])


def test_a_group_that_costs_twice_as_much_is_worse() -> None:
    (message,) = compose(report(told("first"), notice=GREW), TEAM)
    assert "; worse than told before" in to_text(message)


def test_what_returns_after_it_was_over_is_told_again() -> None:
    first = compose(report(new("first")), TEAM)[0]
    back = compose(report(new("first"), round=1), TEAM)[0]
    assert back.delivery_key != first.delivery_key
    assert back.transitions[0].delivery_key != first.transitions[0].delivery_key
    assert to_text(back).splitlines()[0].endswith("precision fell from 0.62 to 0.4123 again")


def test_a_reminder_has_a_key_for_each_window() -> None:
    (message,) = compose(report(told("first"), notice=REMINDED), TEAM)
    assert to_text(message).startswith("REMINDER WARN lead_scoring: precision")
    (item,) = message.transitions
    monitor = {"last_window": "2026-05-07T00:00:00"}
    (other,) = compose(report(told("first"), notice=REMINDED, monitor=monitor), TEAM)[0].transitions
    assert item.delivery_key != other.delivery_key
    # posted, and not yet recorded
    given = report(told("first"), notice=REMINDED)
    assert compose(given, TEAM, frozenset([item.delivery_key])) == []


def test_a_message_holds_what_is_due_and_nothing_else() -> None:
    """In the order of the rows; what answers another message is one of its own."""
    first, second, third = new("first"), new("second", family="drift"), new("third")
    rows = [first, second, third]
    told_now = [*due(second), *due(first, thread="C1:1")]
    given = read_report([MONITOR, GROUP, *rows, *told_now])
    found = [
        (m.thread, [t.incident.incident_id for t in m.transitions]) for m in compose(given, TEAM)
    ]
    assert found == [("", ["second"]), ("C1:1", ["first"])]


def test_the_headline_of_the_group_leads() -> None:
    given = report(
        new("volume", severity="error", family="operations", metric="n_predictions"),
        new("first", value=0.58, place=-1),
        group={
            "cause": "volume of channel=web rose",
            "cause_kind": "volume",
            "change_name": "spring-2",
        },
    )
    (message,) = compose(given, TEAM)
    text = to_text(message)
    assert text.splitlines()[0].startswith("ERROR lead_scoring: precision fell")
    assert "  Moved first: volume of channel=web rose\n" in text
    assert ", began with spring-2\n" in text


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
    spent = {"max_notices_per_week": 2}
    (message,) = compose(report(new("first"), monitor=spent, is_digest=True), TEAM)
    text = to_text(message)
    assert text.startswith("DIGEST WARN lead_scoring")
    assert "A digest: last week's budget of 2 messages was spent" in to_details(message)
    (message,) = compose(report(new("first"), monitor=spent), TEAM)
    assert "digest" not in to_text(message).lower()
