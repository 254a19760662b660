"""What becomes of checks: episodes, incidents, groups, people's words and known changes, over histories that are written down here.

The incidents are compared with a walk through the same history, window by window.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pandas as pd
import pytest

from mlmon_cli.dbt import INCIDENTS
from python_tests.harness import Project

START = datetime(2026, 3, 1)
MONITOR: dict[str, Any] = {
    "task": "binary",
    "predictions": {"relation": "raw.log", "id": "id", "timestamp": "at", "score": "score"},
    "features": {"numeric": ["x", "y"]},
    "reference": {"start": "2026-03-01", "end": "2026-03-03"},
}
ALERTS: dict[str, dict[str, Any]] = {
    "walk": {},
    "slow": {"open_after": {"default": "3 of 4", "null_rate": "2 of 2"}, "close_after": {"drift": 3, "y": 1}, "reopen_within": 4},
    "never": {"reopen_within": 0},
    "faults": {"open_after": "3 of 3"},
    "written": {"open_after": "1 of 1"},
    "spans": {},
    "early": {},
    "late": {"open_after": "1 of 1", "close_after": 1, "escalate_after": 3, "cool_down": 4},
    "repair": {"maintenance": [{"start": "2026-03-10", "end": "2026-03-15", "reason": "move"}]},
    "topics": {},
    "follows": {},
    "together": {"open_after": "1 of 1", "close_after": 2},
    "words": {"open_after": "1 of 1", "close_after": 2},
}
MODELS = ["mlmon_events", *INCIDENTS]
SEVERITY = {"o": "ok", "n": "ok", "w": "warn", "e": "error", "?": "insufficient_data"}
Check = dict[str, Any]


def history(
    monitor: str, marks: str, family: str = "drift", subject: str = "x", metric: str = "psi_excess", **more: Any
) -> list[Check]:
    """Checks of one series from START on, a mark a day: o(k) and clean, n(ear the bound), w(arn), e(rror), ?."""
    return [
        {
            "monitor": monitor, "model_version": "all", "window_start": START + timedelta(days=day),
            "window_end": START + timedelta(days=day + 1), "is_reference": False, "segment": "overall", "segment_value": "all",
            "family": family, "subject": subject, "column_role": "feature" if family == "drift" else "", "metric": metric,
            "compared_to": "reference",
            "value": 0.1, "status": SEVERITY[mark], "n": 100, "effect": 0.1,
            "verdict": "drift", "is_clean": mark == "o", **more,
        }
        for day, mark in enumerate(marks)
    ]  # fmt: skip


def random_histories() -> dict[str, str]:
    random = Random(11)
    return {
        f"column_{number:02d}": "".join(random.choices(pool, k=80))
        for number, pool in enumerate(["ooowe?", "ooooooonwe?", "oooooooooooooonww"] * 10)
    }


def checks() -> list[Check]:
    rows = list(
        itertools.chain.from_iterable(
            history(monitor, marks, subject=name) for monitor in ("walk", "slow", "never") for name, marks in random_histories().items()
        )
    )
    rows += history("slow", "owwoooooooo", metric="null_rate") + history("slow", "owwwwonooo", subject="y")
    rows += history("faults", "ooeoooooooo", metric="null_rate") + history("faults", "oowoooooooo", metric="invalid_rate")
    rows += history("faults", "ooeoooooooo")
    for side, part in (("below", "gone"), ("above", "more")):
        rows += history("faults", "ooeoooooooo", "operations", "log", "n_predictions", segment="channel", segment_value=part, side=side)
    rows += history("written", "owooooooooo", "performance", "model", "precision", verdict="threshold")
    rows += history("written", "ownnnnnnnnn", "performance", "model", "recall", verdict="threshold")
    rows += history("written", "ownnnnnnnnn", "performance", "model", "f1")
    rows += history("spans", "oowww") + history("spans", "ooowww", metric="psi_excess_pooled") + history("spans", "oowww", subject="y")
    rows += history("early", "owwoooowww")
    rows += history("late", "owwwwoowo")
    rows += history("repair", "ooooooooowwwwwwoo")  # days 9 to 13 lie in maintenance
    # a campaign: volume first, then everything; much later a column by itself
    rows += history("together", "oooowwwwwoooooooooo", "operations", "log", "n_predictions", segment="channel",
                    segment_value="web", baseline=0.05)
    rows += history("together", "oooooeeeeoooooooooo", "performance", "model", "precision")
    rows += history("together", "oooooeeeeoooooooooo", "performance", "model", "precision", segment="channel", segment_value="web")
    rows += history("together", "oooooowwwoooooooooo", "kpi", "revenue", "value")
    rows += history("together", "oooooowwwoooooooooo")
    rows += history("together", "oooooooooooooowwwww", subject="y")
    web = {"segment": "channel", "segment_value": "web"}
    rows += history("topics", "oooo" + "w" * 36, metric="null_rate") + history("topics", "o" * 30 + "w" * 10, **web)
    rows += history("topics", "o" * 20 + "w" * 20, subject="y", **web) + history("topics", "o" * 34 + "w" * 6, subject="z", **web)
    rows += history("topics", "o" * 27 + "w" * 13, subject="u")
    rows += history("follows", "oowwwwwwoooooo") + history("follows", "oowwwwwwwwwwww", metric="psi_excess_pooled")
    rows += history("follows", "oowwww????????", **web) + history("follows", "oowwwwwwwwwwww", subject="y")
    rows += history("follows", "ooooooowwwwwww", segment="channel", segment_value="mail")
    rows += history("words", "oooowwwwwwwwww", "performance", "model", "precision")
    rows += history("words", "oooowwwwwwwwww")
    rows += history("words", "ooooooooooowww", subject="y")
    return rows


def test_an_incident_against_the_reference_keeps_its_id(project: Project) -> None:
    """Messages and acknowledgements of earlier versions, which had one baseline, name incidents by it."""
    row = incidents(project, "monitor = 'walk'").iloc[0]
    named = ["monitor", "model_version", "segment", "segment_value", "family", "subject", "metric"]
    text = "|".join([*(str(row[name]) for name in named), str(row["opened_at"])])
    assert row["incident_id"] == hashlib.md5(text.encode()).hexdigest()


def derive(project: Project) -> None:
    outcome = project.dbt("run", "--select", *MODELS)
    assert outcome.success, outcome.text


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    days = 20
    log = pd.DataFrame(
        {
            "id": [f"{d}-{i}" for d in range(days) for i in range(4)],
            "at": [START + timedelta(days=d, hours=i) for d in range(days) for i in range(4)],
            "score": [0.1 + 0.2 * i for _ in range(days) for i in range(4)],
            "x": [float(i) for _ in range(days) for i in range(4)],
            "y": [float(i) for _ in range(days) for i in range(4)],
        }
    )
    monitors = {name: {**MONITOR, "alerts": alerts} for name, alerts in ALERTS.items()}
    monitors["early"]["reference"] = {"start": "2026-03-05", "end": "2026-03-07"}
    project = Project(tmp_path_factory.mktemp("incidents"), monitors, {"log": log})
    project.build().check()
    write(project, checks())
    derive(project)
    return project


def write(project: Project, rows: list[Check]) -> None:
    frame = pd.DataFrame(rows)
    with project.connect() as connection:
        connection.register("rows", frame)
        connection.execute("delete from main.mlmon_checks")
        connection.execute(f"insert into main.mlmon_checks ({', '.join(frame.columns)}) select * from rows")


def walk(marks: str, n: int = 2, m: int = 3, k: int = 2, again: int = 14) -> list[tuple[datetime, datetime | None, str, int]]:
    """Opened, closed, severity and episodes of each incident, by going from window to window."""
    found: list[dict[str, Any]] = []
    seen: list[str] = []
    clean_in_a_row = 0
    is_open = False
    ended = 0  # windows with a verdict up to the end of the last episode
    for day, mark in enumerate(marks):
        if mark == "?":
            continue
        now = START + timedelta(days=day)
        seen.append(mark)
        clean_in_a_row = clean_in_a_row + 1 if mark == "o" else 0
        if is_open:
            if clean_in_a_row >= k:
                is_open, ended = False, len(seen)
                patience = k * min(2 ** (found[-1]["episodes"] - 1), 8) - k
                found[-1]["quiet_until"] = len(seen) + min(patience, again)
        elif mark in "we" and sum(s in "we" for s in seen[-m:]) >= n:
            is_open = True
            if found and len(seen) <= ended + again:
                found[-1]["episodes"] += 1
                found[-1]["quiet_until"] = found[-1]["closed"] = None
            else:
                found.append({"opened": now, "closed": None, "severity": "warn", "episodes": 1, "quiet_until": None})
        if is_open and mark == "e":
            found[-1]["severity"] = "error"
        if found and found[-1]["quiet_until"] == len(seen) and not is_open:
            found[-1]["closed"] = now
    return [(row["opened"], row["closed"], row["severity"], row["episodes"]) for row in found]


def incidents(project: Project, where: str) -> pd.DataFrame:
    return project.sql(f"select * from main.mlmon_incidents where {where} order by opened_at, subject, metric")


def spans(rows: pd.DataFrame) -> list[tuple[datetime, datetime | None, str, int]]:
    return [
        (row.opened_at.to_pydatetime(), None if pd.isna(row.closed_at) else row.closed_at.to_pydatetime(), row.severity, row.n_episodes)
        for row in rows.itertuples()
    ]


@pytest.mark.parametrize(
    ("monitor", "rule"),
    [("walk", {}), ("slow", {"n": 3, "m": 4, "k": 3, "again": 4}), ("never", {"again": 0})],
)
def test_incidents_are_those_of_a_walk(project: Project, monitor: str, rule: dict[str, int]) -> None:
    # as a series alone has them: what follows another of its topic comes after
    rows = project.table("mlmon_found_incidents", f"monitor = '{monitor}' and subject like 'column%' order by opened_at")
    found = {name: spans(rows[rows["subject"] == name]) for name in random_histories()}
    assert found == {name: walk(marks, **rule) for name, marks in random_histories().items()}
    assert sum(map(len, found.values())) > 30
    returned = rows[rows["n_episodes"] > 1]
    assert returned.empty == (monitor == "never")
    assert (returned["reopened_at"] > returned["opened_at"]).all()


def test_rules_of_a_metric_and_of_a_subject(project: Project) -> None:
    rows = incidents(project, "monitor = 'slow' and subject in ('x', 'y')").set_index("subject")
    # null_rate: 2 of 2; drift of x: three clean windows; y: one
    assert rows.loc["x", "opened_at"] == START + timedelta(days=2)
    assert rows.loc["x", "closed_at"] == START + timedelta(days=5)
    assert rows.loc["y", "opened_at"] == START + timedelta(days=3)
    assert rows.loc["y", "closed_at"] == START + timedelta(days=5)


def test_a_fault_of_the_data_opens_at_once_where_it_is_an_error(project: Project) -> None:
    rows = incidents(project, "monitor = 'faults'").sort_values("metric")
    assert list(rows["metric"]) == ["n_predictions", "null_rate"]
    assert list(rows["segment_value"]) == ["gone", "all"]
    assert set(rows["severity"]) == {"error"}
    assert set(rows["opened_at"]) == {START + timedelta(days=2)}


def test_what_stays_near_its_bound_does_not_close(project: Project) -> None:
    rows = project.sql("select * from main.mlmon_found_incidents where monitor = 'written'").set_index("metric")
    assert rows.loc["precision", "closed_at"] == START + timedelta(days=3)
    # by a threshold of the user's own a week without a breach will do; by a default verdict the evidence must come
    assert rows.loc["recall", "closed_at"] == START + timedelta(days=8)
    assert pd.isna(rows.loc["f1", "closed_at"])


def test_the_two_spans_of_a_column_count_once(project: Project) -> None:
    rows = incidents(project, "monitor = 'spans'")
    assert len(rows) == 3
    (group,) = project.sql("select n_incidents, n_drift, n_open from main.mlmon_incident_groups where monitor = 'spans'").to_dict("records")
    assert group == {"n_incidents": 2, "n_drift": 2, "n_open": 2}


def test_before_the_reference_nobody_is_told(project: Project) -> None:
    rows = incidents(project, "monitor = 'early'")
    assert list(rows["is_before_reference"]) == [True, False]


def test_what_lasts_becomes_an_error_and_what_returns_soon_is_quiet(project: Project) -> None:
    rows = incidents(project, "monitor = 'late'")
    # one incident: it lasted for four breaches, and came back on the second day after
    (row,) = rows.to_dict("records")
    assert (row["severity"], row["n_episodes"]) == ("error", 2)
    assert row["escalated_at"] == START + timedelta(days=3)
    assert row["reopened_at"] == START + timedelta(days=7)
    assert row["cooling_until"] == START + timedelta(days=5 + 4)
    # twice as many clean windows as at first: the log ends before
    assert pd.isna(row["closed_at"])


def test_windows_in_maintenance_open_nothing(project: Project) -> None:
    # days 9 to 13 do not count; day 14 is one breach of three, and so nothing opens
    assert incidents(project, "monitor = 'repair'").empty


def test_what_breaks_together_is_one_group(project: Project) -> None:
    groups = project.sql("select * from main.mlmon_incident_groups where monitor = 'together' order by first_breach_at")
    assert list(groups["n_incidents"]) == [5, 1]
    first = groups.iloc[0]
    assert (first["family"], first["metric"], first["segment"]) == ("performance", "precision", "overall")
    assert (first["severity"], first["status"]) == ("error", "closed")
    assert first["first_breach_at"] == START + timedelta(days=4)
    # a change of volume in one channel is no evidence of what moved the whole
    assert pd.isna(first["cause"])
    assert (first["columns_moved"], first["segments_moved"]) == ("x", "channel=web")
    assert (first["n_performance"], first["n_kpi"], first["n_operations"], first["n_drift"]) == (2, 1, 1, 1)
    assert pd.isna(groups.iloc[1]["cause"])
    places = incidents(project, "monitor = 'together' and group_place = 1")
    assert sorted(places["incident_id"]) == sorted(groups["headline_incident_id"])


def test_what_shares_a_column_or_a_segment_joins_however_late(project: Project) -> None:
    rows = incidents(project, "monitor = 'topics'")
    groups = {frozenset(zip(part["subject"], part["segment"], strict=True)) for _, part in rows.groupby("group_id")}
    assert groups == {
        frozenset({("x", "overall"), ("x", "channel")}),
        frozenset({("y", "channel"), ("z", "channel")}),
        frozenset({("u", "overall")}),
    }


def test_what_is_over_for_the_column_is_over_for_its_echoes(project: Project) -> None:
    rows = incidents(project, "monitor = 'follows'").set_index(["subject", "segment_value", "metric"])
    closed = rows["closed_at"]
    over = START + timedelta(days=9)
    assert closed["x", "all", "psi_excess"] == over
    # seven windows together forget slowly; a segment may have no rows any more
    assert closed["x", "all", "psi_excess_pooled"] == closed["x", "web", "psi_excess"] == over
    # what breaks on in a segment, or in another column, is not over
    assert pd.isna(closed["x", "mail", "psi_excess"])
    assert pd.isna(closed["y", "all", "psi_excess"])


def say(project: Project, verb: str, target: str, **word: Any) -> list[dict[str, Any]]:
    outcome, rows = project.operation(
        "mlmon_say", verb=verb, target=target, word={"actor": "ana", "recorded_at": "2026-03-20 08:00:00", **word}
    )
    assert outcome.success, outcome.text
    return rows


def test_words_are_kept_and_shown(project: Project) -> None:
    group = project.sql("select * from main.mlmon_incident_groups where monitor = 'words' order by first_breach_at").iloc[0]
    later = incidents(project, "monitor = 'words' and subject = 'y'")["incident_id"].iloc[0]
    [mistake] = say(project, "ack", "nothing like it")
    assert mistake["kind"] == "mistake"
    assert "begins with 'nothing like it'" in mistake["message"]
    # a monitor with several groups: which they are, for the command line to list
    question, *candidates = say(project, "ack", "walk")
    assert (question["kind"], question["is_monitor"]) == ("ambiguous", True)
    assert len(candidates) > 1
    assert {row["kind"] for row in candidates} == {"candidate"}
    assert all(row["id"] and row["metric"] and row["n"] for row in candidates)
    say(project, "ack", group["group_id"][:8], reason="on it")
    say(project, "assign", group["group_id"][:10], assignee="bob")
    say(project, "note", later[:12], reason="it's the \\ new 'feed'")
    say(project, "mute", later[:12], muted_until="2026-04-01 00:00:00")
    outcome, _ = project.operation(
        "mlmon_add_change",
        change={
            "change_name": "spring-2", "change_kind": "campaign", "starts_at": "2026-03-11 00:00:00",
            "expects": "drift,kpi", "monitor": "words",
        },
        word={"actor": "ana", "recorded_at": "2026-03-01 08:00:00"},
    )
    assert outcome.success, outcome.text
    derive(project)
    rows = incidents(project, "monitor = 'words'").set_index("subject")
    assert list(rows.loc[["model", "x"], "acknowledged_by"]) == ["ana", "ana"]
    assert rows.loc["model", "assignee"] == "bob"
    assert pd.isna(rows.loc["y", "acknowledged_by"])
    assert rows.loc["y", "note"] == "it's the \\ new 'feed'"
    assert rows.loc["y", "muted_until"] == datetime(2026, 4, 1)
    assert (rows.loc["y", "change_name"], rows.loc["y", "hours_after_change"], rows.loc["y", "is_expected"]) == ("spring-2", 24.0 * 1, True)
    assert pd.isna(rows.loc["model", "change_name"])
    # an explanation names an incident as these commands do, and says who declared the change
    outcome, told = project.operation("mlmon_explain", target=later[:12])
    assert outcome.success, outcome.text
    assert [(row["change_name"], row["actor"]) for row in told if row["kind"] == "change"] == [("spring-2", "ana")]
    assert [row["note"] for row in told if row["kind"] == "incident"] == ["it's the \\ new 'feed'"]
    assert project.operation("mlmon_explain", target="walk")[1] == [question, *candidates]
    assert not rows.loc["model", "is_expected"]


def test_a_resolved_incident_ends_and_trouble_that_goes_on_opens_another(project: Project) -> None:
    words = project.sql("select * from main.mlmon_events where event_type = 'resolve'")
    assert words.empty
    found = incidents(project, "monitor = 'words' and subject = 'x'")["incident_id"].iloc[0]
    [said] = say(project, "resolve", found)
    assert said["kind"] == "said"
    # as if it had been said on the tenth day
    with project.connect() as connection:
        connection.execute("update main.mlmon_events set as_of = '2026-03-10' where event_type = 'resolve'")
    derive(project)
    rows = incidents(project, "monitor = 'words' and subject = 'x'")
    assert list(rows["status"]) == ["closed", "open"]
    assert rows["closed_at"].iloc[0] == datetime(2026, 3, 10)
    assert rows["resolved_by"].iloc[0] == "ana"
    assert rows["opened_at"].iloc[1] == datetime(2026, 3, 11)
    assert pd.isna(rows["resolved_by"].iloc[1])


def test_words_survive_a_full_refresh(project: Project) -> None:
    before = project.table("mlmon_events")
    assert len(before) >= 5
    outcome = project.dbt("run", "--full-refresh", "--select", *MODELS)
    assert outcome.success, outcome.text
    after = project.table("mlmon_events")
    assert sorted(after["event_id"]) == sorted(before["event_id"])


def test_counts_and_order_come_from_one_place(project: Project) -> None:
    outcome, rows = project.operation("mlmon_report", channels=["team"], include_closed=False)
    assert outcome.success, outcome.text
    shown = [row for row in rows if row["kind"] == "incident"]
    is_open = [row for row in shown if row["status"] == "open"]
    groups = [row for row in rows if row["kind"] == "group" and row["status"] == "open"]
    assert len(is_open) > 5
    for monitor in (row for row in rows if row["kind"] == "monitor"):
        name = monitor["monitor"]
        counted = [row for row in is_open if row["monitor"] == name and row["is_counted"]]
        assert len(counted) == sum(row["n_open"] for row in groups if row["monitor"] == name)
        assert len(counted) == monitor["n_open_warn"] + monitor["n_open_error"]
    # one order: what is printed, its `place`, and that of the groups
    assert [row["place"] for row in shown] == sorted(row["place"] for row in shown)
    assert [row["place"] for row in groups] == sorted(row["place"] for row in groups)
    order = list(dict.fromkeys(row["group_id"] for row in is_open))
    by_place = [group["group_id"] for monitor in sorted({g["monitor"] for g in groups}) for group in groups if group["monitor"] == monitor]
    assert order == by_place
    for group in groups:
        first = next(row for row in is_open if row["group_id"] == group["group_id"])
        assert first["incident_id"] == group["headline_incident_id"]
        assert group["extent"] >= 1


def test_what_was_told_and_is_over_costs_nothing(project: Project) -> None:
    """The report returns what is open or due, however much was told and closed before."""
    before = [row for row in project.operation("mlmon_report", channels=["team"])[1] if row["kind"] == "incident"]
    closed = incidents(project, "status = 'closed'")
    assert len(closed) > 20
    with project.connect() as connection:
        for transition, hour in (("opened", 1), ("resolved", 2)):
            connection.execute(
                f"""insert into main.mlmon_deliveries (delivery_key, incident_id, monitor, model_version, segment, segment_value, family,
                    subject, metric, transition, severity, channel, delivered_at)
                select incident_id || '{transition}', incident_id, monitor, model_version, segment, segment_value, family, subject,
                    metric, '{transition}', severity, 'team', timestamp '2026-03-20 0{hour}:00:00'
                from main.mlmon_incidents where status = 'closed'"""
            )
    after = [row for row in project.operation("mlmon_report", channels=["team"])[1] if row["kind"] == "incident"]
    assert {row["incident_id"] for row in before if row["status"] == "open"} == {row["incident_id"] for row in after}
    with project.connect() as connection:
        connection.execute("delete from main.mlmon_deliveries")
