"""Which transitions a channel is told, when, and in what order: `mlmon_transitions` and `pending_transitions` over tables of each case.

A case is a monitor of its own, so that one report answers for all of them.
"""

from __future__ import annotations

import copy
from datetime import datetime, timedelta, timezone
from typing import Any

import pandas as pd
import pytest

from python_tests.harness import Project

Rows = list[dict[str, Any]]
START = datetime(2026, 1, 1)
BLOCK: dict[str, Any] = {
    "task": "binary",
    "predictions": {"relation": "raw.log", "id": "id", "timestamp": "at", "score": "score"},
    "features": {"numeric": ["age"]},
    "reference": {"start": "2026-01-01", "end": "2026-01-08"},
    "thresholds": {"null_rate": {"error": 0.5}},
    "alerts": {"open_after": "1 of 1", "min_rows": 1},
}
LAST = 20  # windows of each case
NOW = datetime.now(timezone.utc).replace(tzinfo=None)
MONDAY = NOW - timedelta(days=NOW.weekday(), hours=NOW.hour, minutes=NOW.minute, seconds=NOW.second)
FINGERPRINTS = {"reference_id": "r-1", "sums_hash": "s", "rules_hash": "i"}


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def new(name: str, severity: str = "warn", **changes: Any) -> dict[str, Any]:
    """An incident of the group that no channel knows of."""
    row = {"incident_id": name, "severity": severity, "group_id": "g", "told": {}, "subject": name, "metric": "precision"}
    return {**row, "family": "performance", "status": "open", **changes}


def told(name: str, severity: str = "warn", *, by: str = "team", **changes: Any) -> dict[str, Any]:
    """An incident of the group that a channel knows of as open; `severity` is what it was told."""
    of_told = {key[5:]: changes.pop(key) for key in list(changes) if key.startswith("told_")}
    row = new(name, severity, **changes)
    row["told"] = {by: {"severity": severity, "as_of": day(LAST - 1), **of_told}}
    return row


def closed(row: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**row, "status": "closed", "closed_at": day(LAST - 1), **changes}


def joins(**second: Any) -> Rows:
    return [told("first", family="kpi"), new("second", **second)]


def grown(extent: int) -> Rows:
    """A group of so many open things that was told as one of three."""
    more = [told(f"more{n}", told_extent=3) for n in range(extent - 2)]
    return [told("first", told_extent=3), new("second"), *more]


def costs(rate: float | None) -> dict[str, Any]:
    return {"rows": [told("first", told_value_rate=100.0)], "cost": rate}


def lasting(windows: int, **group: Any) -> dict[str, Any]:
    """A group that was told so many windows ago, of a monitor that reminds every seven."""
    return {"rows": [told("first", told_as_of=day(LAST - 1 - windows))], "monitor": {"remind_every": 7}, "group": group}


def spent(this_week: int = 0, last_week: int = 0, budget: int | None = 2) -> dict[str, Any]:
    return {"monitor": {"max_notices_per_week": budget}, "messages": (this_week, last_week)}


OPENED = [("first", "opened")]
BOTH = [("first", "opened"), ("second", "opened")]
SECOND = [("second", "opened")]
SILENT = {"n_open": 0, "status": "closed"}
ENDED = {"team": [("opened", day(3)), ("resolved", day(4))]}
CASES: dict[str, tuple[Any, list[tuple[str, str]]]] = {
    "a new group is told with all its members": ([new("first"), new("second", family="drift")], BOTH),
    "drift joins": (joins(family="drift"), []),
    "the same family joins": (joins(family="kpi"), []),
    "a graver family joins": (joins(family="performance"), SECOND),
    "an error joins": (joins(family="drift", severity="error"), SECOND),
    "as many things": (grown(3), []),
    "less than twice as many": (grown(5), []),
    "twice as many": (grown(6), SECOND),
    "many more": (grown(20), SECOND),
    "no cost": (costs(None), []),
    "a higher cost": (costs(190.0), []),
    "twice the cost": (costs(200.0), [("first", "grew")]),
    "a member that recovers waits": ([closed(told("first", "error")), told("second"), new("third", "error")], []),
    "what recovered counts while the group lasts": (
        [closed(told("first", "error", family="kpi")), told("second", family="drift"), new("fourth")],
        [("fourth", "opened")],
    ),
    "what joined is told with the next message": (
        [told("first", told_severity="warn") | {"severity": "error"}, new("second", family="drift")],
        [("first", "escalated"), ("second", "opened")],
    ),
    "an error beside one that was told": ([told("first", "error"), told("second") | {"severity": "error"}], []),
    "a part is over": ([closed(told("first")), told("second")], []),
    "all is over": ({"rows": [closed(told("first"))], "group": SILENT}, [("first", "resolved")]),
    "what joins answers what was told": ([told("first", family="kpi", told_receipt="C1:7"), new("second")], SECOND),
    "a group returns": ([closed(new("first"), history=ENDED), new("second")], SECOND),
    "it returns itself": ([new("first", history=ENDED)], OPENED),
    "muted": ([new("first", "error", muted_until=NOW + timedelta(days=1))], []),
    "no longer muted": ([new("first", muted_until=NOW - timedelta(days=1))], OPENED),
    "expected": ([new("first", "error", is_expected=True)], []),
    "cooling": ({"rows": [new("first", "error")], "group": {"cooling_until": day(LAST)}}, []),
    "cooled": ({"rows": [new("first", "error")], "group": {"cooling_until": day(LAST - 1)}}, OPENED),
    "a muted member stays": ([new("first"), new("second", muted_until=NOW + timedelta(days=1))], OPENED),
    "quiet": ([new("first")], []),
    "quiet, an error": ([new("first", "error"), new("second")], BOTH),
    "quiet, acknowledged": ([told("first", by="pager", acknowledged_by="ana", acknowledged_at=NOW)], [("first", "acknowledged")]),
    "spent": ({"rows": [new("first")], **spent(this_week=2)}, []),
    "spent, an error": ({"rows": [new("first", "error"), new("second")], **spent(this_week=2)}, BOTH),
    "left": ({"rows": [new("first")], **spent(this_week=1)}, OPENED),
    "none allowed": ({"rows": [new("first")], **spent(budget=0)}, []),
    "a digest": ({"rows": [new("first")], **spent(last_week=2)}, OPENED),
    "no digest: left over": ({"rows": [new("first")], **spent(last_week=1)}, OPENED),
    "no digest: told since": ({"rows": [new("first")], **spent(this_week=1, last_week=2)}, OPENED),
    "no digest: no budget": ({"rows": [new("first")], **spent(last_week=9, budget=None)}, OPENED),
    "a reminder": (lasting(7), [("first", "reminded")]),
    "no reminder yet": (lasting(6), []),
    "no reminder: acknowledged": (lasting(7, acknowledged_by="ana"), []),
    "no reminder: muted": (lasting(7, muted_until=NOW + timedelta(days=1)), []),
    "passed": ({"rows": [closed(new("first"))], "group": SILENT}, [("first", "opened"), ("first", "resolved")]),
    "passed, expected": ({"rows": [closed(new("first", is_expected=True))], "group": SILENT}, []),
    "passed, was muted": ({"rows": [closed(new("first", muted_until=day(1)))], "group": SILENT}, []),
    "passed, before the reference": ({"rows": [closed(new("first", is_before_reference=True))], "group": SILENT}, []),
    "gone": ({"rows": [{**told("first"), "is_gone": True}]}, [("first", "withdrawn")]),
    "gone, another reference": ({"rows": [{**told("first", told_reference_id="r-0"), "is_gone": True}]}, [("first", "withdrawn")]),
    "gone, another configuration": ({"rows": [{**told("first", told_rules_hash="h"), "is_gone": True}]}, [("first", "withdrawn")]),
    "gone, while its group lasts": ([{**told("first"), "is_gone": True}, told("second")], []),
    "renamed": ([{**told("first", subject="a"), "is_gone": True}, new("second", subject="a")], []),
    "renamed, and graver": (
        [{**told("first", subject="a"), "is_gone": True}, new("second", "error", subject="a", escalated_at=day(LAST - 1))],
        [("second", "escalated")],
    ),
    "routed, an owner": ([new("first", "error", owner="growth", family="drift")], OPENED),
    "routed, a tag": ({"rows": [new("first", "error", family="drift")], "monitor": {"tags": "eu,us"}}, OPENED),
}  # fmt: skip


def insert(project: Project, table: str, rows: Rows, like: str = "") -> None:
    """Put rows into a table: like one that is there, where it holds one."""
    with project.connect() as connection:
        names = [row[0] for row in connection.execute(f"describe main.{table}").fetchall()]
        base = connection.execute(f"select * from main.{table} {like} limit 1").df() if like else pd.DataFrame()
        made = [{**({} if base.empty else base.iloc[0].to_dict()), **row} for row in rows]
        frame = pd.DataFrame([{name: row.get(name) for name in names} for row in made])  # noqa: F841
        columns = ", ".join(f'"{name}"' for name in names)
        connection.execute(f"insert into main.{table} by name select {columns} from frame")


def deliveries_of(name: str, row: dict[str, Any]) -> Rows:
    found = []
    for channel, given in row["told"].items():
        found.append({"transition": "opened", "channel": channel, "delivered_at": day(5), **given})
    for channel, events in row.get("history", {}).items():
        found += [{"transition": t, "channel": channel, "delivered_at": at, "severity": "warn", "as_of": at} for t, at in events]
    key = {
        "incident_id": f"{name}|{row['incident_id']}",
        "monitor": name,
        "model_version": "all",
        "segment": "overall",
        "segment_value": "all",
    }
    key |= {
        "family": row["family"],
        "subject": row["subject"],
        "metric": row["metric"],
        "column_role": "",
        "compared_to": "reference",
        "group_id": f"{name}|g",
    }
    return [
        {**key, "delivery_key": f"{name}{row['incident_id']}{n}", "message_key": f"m{name}", **FINGERPRINTS, **one}
        for n, one in enumerate(found)
    ]


def seed(project: Project) -> None:
    """The tables of all cases."""
    found: dict[str, Rows] = {
        name: [] for name in ("monitors", "incidents", "incident_groups", "deliveries", "calendar", "kpis", "baselines", "bins")
    }
    for name, (content, _) in CASES.items():
        case = content if isinstance(content, dict) else {"rows": content}
        rows = case["rows"]
        found["monitors"].append(
            {"monitor": name, "remind_every": None, "max_notices_per_week": None, "tags": "", "actions": ""} | case.get("monitor", {})
        )
        found["monitors"][-1] |= {"sums_hash": "s", "incidents_hash": "i"}
        found["bins"].append({"monitor": name, "reference_id": FINGERPRINTS["reference_id"]})
        found["calendar"] += [{"monitor": name, "window_start": day(n)} for n in range(LAST)]
        for place, row in enumerate(rows, 1):
            base = {
                "model_version": "all",
                "segment": "overall",
                "segment_value": "all",
                "column_role": "",
                "compared_to": "reference",
                "opened_at": day(8),
                "first_breach_at": day(8),
            }
            base |= {
                "escalated_at": day(9) if row["severity"] == "error" else None,
                "closed_at": None,
                "n_episodes": 1,
                "reopened_at": None,
                "owner": None,
            }
            base |= {"is_expected": False, "is_before_reference": False, "monitor": name, "group_place": place, "muted_until": None}
            if not row.get("is_gone"):
                found["incidents"].append({**base, **row, "incident_id": f"{name}|{row['incident_id']}", "group_id": f"{name}|g"})
            found["deliveries"] += deliveries_of(name, row)
        lasts = [row for row in rows if row["status"] == "open" and not row.get("is_gone")]
        if any(not row.get("is_gone") for row in rows):
            group = {
                "monitor": name,
                "group_id": f"{name}|g",
                "status": "open" if lasts else "closed",
                "n_open": len(lasts),
                "severity": "warn",
            }
            group |= {
                "headline_incident_id": f"{name}|{rows[0]['incident_id']}",
                "is_expected": False,
                "family": rows[0]["family"],
                "first_breach_at": day(8),
            }
            group |= {"acknowledged_by": None, "muted_until": None, "cooling_until": None}
            found["incident_groups"].append({**group, **case.get("group", {})})
        for start, count in zip((MONDAY, MONDAY - timedelta(days=7)), case.get("messages", (0, 0)), strict=True):
            for n in range(count):
                one = {"monitor": name, "incident_id": f"{name}|other", "transition": "escalated", "channel": "team", "severity": "warn"}
                found["deliveries"].append(
                    {**one, "delivery_key": f"{name}{start}{n}", "message_key": f"m{n}", "delivered_at": start + timedelta(seconds=1)}
                )
        if case.get("cost"):
            value = {"monitor": name, "model_version": "all", "segment": "overall", "segment_value": "all"}
            found["kpis"].append({**value, "kpi": "business_value", "window_start": day(8), "denominator": 1.0, "value": -case["cost"]})
            found["baselines"].append(
                {
                    **value,
                    "family": "kpi",
                    "subject": "business_value",
                    "metric": "value",
                    "baseline": 0.0,
                    "phase": -1,
                    "compared_to": "reference",
                }
            )
    for table in ("incidents", "incident_groups", "calendar", "deliveries"):
        like = "" if table in ("deliveries", "incident_groups") else "where true"
        insert(project, f"mlmon_{table}", found[table], like)
        with project.connect() as connection:
            connection.execute(f"delete from main.mlmon_{table} where monitor = 'base'")
    for table in ("monitors", "kpis", "baselines", "bins"):
        insert(project, f"mlmon_{table}", found[table], "where true" if table == "monitors" else "")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    rows = [
        {"id": f"{n}-{m}", "at": START + timedelta(days=n, hours=m), "score": (m + 0.5) / 8, "age": None if n > 9 else float(m)}
        for n in range(12)
        for m in range(8)
    ]
    made = Project(tmp_path_factory.mktemp("transitions") / "watch", {"base": BLOCK}, {"log": pd.DataFrame(rows)})
    made.build().check()
    seed(made)
    quiet = copy.deepcopy(BLOCK)
    quiet["alerts"]["quiet_hours"] = {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}
    made.configure({"base": BLOCK, **{name: quiet if name.startswith("quiet") else BLOCK for name in CASES}})
    outcome = made.dbt("run", "--select", "mlmon_transitions")
    assert outcome.success, outcome.text
    return made


def report(project: Project, **changes: Any) -> Rows:
    given = {"channels": ["team", "pager"], "pagers": ["pager"], "threads": ["team"], **changes}
    outcome, rows = project.operation("mlmon_report", **given)
    assert outcome.success, outcome.text
    return rows


@pytest.fixture(scope="module")
def rows(project: Project) -> Rows:
    return report(project)


def due(rows: Rows, case: str, channel: str = "team") -> list[tuple[str, str]]:
    found = [row for row in rows if row["kind"] == "due" and row["monitor"] == case and row["channel"] == channel]
    return [(row["incident_id"].split("|")[1], row["transition"]) for row in found]


@pytest.mark.parametrize("case", CASES)
def test_what_is_due(rows: Rows, case: str) -> None:
    channel = "pager" if "acknowledged" in case and case.startswith("quiet") else "team"
    assert due(rows, case, channel) == CASES[case][1]


def test_a_digest_holds_what_a_spent_week_kept_back(rows: Rows) -> None:
    digests = {row["monitor"] for row in rows if row["kind"] == "due" and row["channel"] == "team" and row["is_digest"]}
    assert digests == {"a digest"}


def test_what_returns_has_a_key_of_its_own(rows: Rows) -> None:
    """The text that the key is made from holds how often the channel was told that it was over."""
    rounds = {
        row["monitor"]: row["round"] for row in rows if row["kind"] == "due" and row["channel"] == "team" and row["transition"] == "opened"
    }
    assert {name for name, number in rounds.items() if number} == {"it returns itself"}
    assert rounds["it returns itself"] == 1


def test_what_joins_a_group_answers_what_was_told_of_it(project: Project, rows: Rows) -> None:
    """Where a channel has threads; another sends a message of its own."""
    case = "what joins answers what was told"
    alone = report(project, threads=[])
    found = {row["channel"]: row["thread"] for row in alone if row["kind"] == "due" and row["monitor"] == case}
    assert found == {"team": None, "pager": None}
    (shown,) = [row for row in rows if row["kind"] == "due" and row["monitor"] == case and row["channel"] == "team"]
    assert shown["thread"] == "C1:7"
    assert [row["thread"] for row in rows if row["kind"] == "due" and row["monitor"] == "a digest"] == [None, None]


def test_only_pagers_hear_of_an_acknowledgement(rows: Rows) -> None:
    case = "quiet, acknowledged"
    assert due(rows, case) == []
    (shown,) = [row for row in rows if row["kind"] == "incident" and row["monitor"] == case]
    assert shown["pending"] == {"team": ["opened"], "pager": ["acknowledged"]}
    assert shown["told"] == {"pager": "warn"}


def test_one_order(rows: Rows) -> None:
    """Of incidents, groups and what is told: that of the table."""
    for kind in ("incident", "group"):
        places = [row["place"] for row in rows if row["kind"] == kind]
        assert places == sorted(places)
        assert len(set(places)) == len(places)
    order = {row["incident_id"]: row["place"] for row in rows if row["kind"] == "incident"}
    for case in CASES:
        told_in = [order[f"{case}|{name}"] for name, _ in due(rows, case) if f"{case}|{name}" in order]
        assert told_in == sorted(told_in)


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        ({}, ["routed, a tag", "routed, an owner", "drift joins", "a reminder", "all is over"]),
        ({"owners": ["growth"]}, ["routed, an owner", "all is over"]),
        ({"tags": ["de", "eu"]}, ["routed, a tag", "all is over"]),
        ({"severity": "error", "families": ["drift"]}, ["routed, a tag", "routed, an owner", "all is over"]),
        ({"monitors": ["a reminder"]}, ["a reminder", "all is over"]),
        ({"tags": ["of nobody"]}, ["all is over"]),
    ],
)
def test_routes(project: Project, route: dict[str, Any], expected: list[str]) -> None:
    """An incident goes where a route leads it; its end, where its opening went."""
    empty: dict[str, Any] = {"monitors": [], "families": [], "owners": [], "tags": [], "severity": "warn"}
    found = report(project, routes=[{**empty, **route, "channels": ["team"]}])
    assert {row["channel"] for row in found if row["kind"] == "due"} <= {"team", "pager"}
    asked = ["routed, a tag", "routed, an owner", "a reminder", "all is over"]
    assert [case for case in asked if due(found, case)] == [case for case in asked if case in expected]
    # nothing else reaches the pager than what goes on there
    assert {row["transition"] for row in found if row["kind"] == "due" and row["channel"] == "pager"} <= {"acknowledged"}


def test_a_transition_is_a_function_of_the_tables(project: Project) -> None:
    """What is told changes no row, and how an incident ended stays as it was told, whatever changes later."""
    before = project.table("mlmon_transitions").sort_values("transition_id").reset_index(drop=True)
    assert not before["transition_id"].duplicated().any()
    kinds = before.groupby("kind").size().to_dict()
    assert set(kinds) == {"opened", "escalated", "acknowledged", "recovered", "withdrawn", "grew"}
    gone = before[before["kind"] == "withdrawn"].set_index("monitor")
    assert dict(gone["why"]) == {
        "gone": "late_data",
        "gone, while its group lasts": "late_data",
        "gone, another reference": "reference",
        "gone, another configuration": "configuration",
    }
    assert gone.loc["gone", "shown_with"] == "gone|first"
    assert gone.loc["gone, while its group lasts", "shown_with"] == "gone, while its group lasts|g"
    ends = [
        {**row, "delivered_at": NOW, "as_of": day(LAST - 1), "delivery_key": f"{row['delivery_key']}|end", "transition": transition}
        for case, transition in (("gone", "withdrawn"), ("all is over", "resolved"), ("twice the cost", "grew"))
        for row in deliveries_of(case, (CASES[case][0] if isinstance(CASES[case][0], dict) else {"rows": CASES[case][0]})["rows"][0])
    ]
    insert(project, "mlmon_deliveries", ends)
    with project.connect() as connection:
        connection.execute("update main.mlmon_monitors set incidents_hash = 'another' where monitor in ('gone', 'all is over')")
    assert project.dbt("run", "--select", "mlmon_transitions").success
    after = project.table("mlmon_transitions").sort_values("transition_id").reset_index(drop=True)
    pd.testing.assert_frame_equal(after, before)
    found = report(project)
    assert [due(found, case) for case in ("gone", "all is over")] == [[], []]


def test_closed_incidents_cost_nothing(project: Project) -> None:
    """Told and over, or never meant for a channel: five thousand of them change nothing of what is loaded."""
    routes = [{"monitors": [], "families": [], "owners": [], "tags": [], "severity": "error", "channels": ["pager"]}]
    routes.append({**routes[0], "severity": "warn", "channels": ["team"]})
    before = report(project, routes=routes)
    past = [closed(new(f"past{n}", group_id=f"past{n // 5}")) for n in range(5000)]
    key = {
        "monitor": "left",
        "model_version": "all",
        "segment": "overall",
        "segment_value": "all",
        "opened_at": day(1),
        "column_role": "",
        "compared_to": "reference",
    }
    key |= {"first_breach_at": day(1), "is_expected": False, "is_before_reference": False, "muted_until": None, "n_episodes": 1}
    insert(project, "mlmon_incidents", [{**key, "group_place": n % 5 + 1, **row} for n, row in enumerate(past)])
    groups = [
        {"monitor": "left", "group_id": f"past{n}", "status": "closed", "severity": "warn", "n_open": 0, "is_expected": False}
        for n in range(1000)
    ]
    insert(project, "mlmon_incident_groups", groups)
    told_of = {"channel": "team", "severity": "warn", "as_of": day(LAST - 1), **FINGERPRINTS}
    for hour, transition in enumerate(("opened", "resolved")):
        given = [
            {
                **key,
                **row,
                **told_of,
                "transition": transition,
                "delivery_key": f"{row['incident_id']}{hour}",
                "delivered_at": day(30 + hour),
            }
            for row in past
        ]
        insert(project, "mlmon_deliveries", given)
    assert project.dbt("run", "--select", "mlmon_transitions").success
    after = report(project, routes=routes)
    assert len(project.table("mlmon_transitions", "incident_id like 'past%'")) == 10_000
    assert after == before
