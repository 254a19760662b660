"""What becomes of checks: spells, groups, people's words and known changes, over histories that are written down here.

The spells are compared with a walk through the same history, window by window.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pandas as pd
import pytest

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
    "spans": {},
    "early": {},
    "late": {"open_after": "1 of 1", "close_after": 1, "escalate_after": 3, "cool_down": 4},
    "repair": {"maintenance": [{"start": "2026-03-10", "end": "2026-03-15", "reason": "move"}]},
    "together": {"open_after": "1 of 1", "close_after": 2},
    "words": {"open_after": "1 of 1", "close_after": 2},
}
MODELS = ["mlmon_events", "mlmon_change_events", "mlmon_spells", "mlmon_incidents", "mlmon_incident_groups"]
SEVERITY = {"o": "ok", "w": "warn", "e": "error", "?": "insufficient_data"}
Check = dict[str, Any]


def history(
    monitor: str, marks: str, family: str = "drift", subject: str = "x", metric: str = "psi_excess", **more: Any
) -> list[Check]:
    """Checks of one series from START on, a mark a day: o(k), w(arn), e(rror), ?."""
    return [
        {
            "monitor": monitor, "model_version": "all", "window_start": START + timedelta(days=day),
            "window_end": START + timedelta(days=day + 1), "is_reference": False, "segment": "overall", "segment_value": "all",
            "family": family, "subject": subject, "metric": metric, "value": 0.1, "status": SEVERITY[mark], "n": 100, "effect": 0.1,
            "verdict": "drift", **more,
        }
        for day, mark in enumerate(marks)
    ]  # fmt: skip


def random_histories() -> dict[str, str]:
    random = Random(11)
    return {
        f"column_{number:02d}": "".join(random.choices("ooowe?", k=40)) for number in range(25)
    }


def checks() -> list[Check]:
    rows = list(itertools.chain.from_iterable(history("walk", marks, subject=name) for name, marks in random_histories().items()))
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
    rows += history("words", "oooowwwwwwwwww", "performance", "model", "precision")
    rows += history("words", "oooowwwwwwwwww")
    rows += history("words", "ooooooooooowww", subject="y")
    return rows


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


def walk(marks: str, n: int = 2, m: int = 3, k: int = 2) -> list[tuple[datetime, datetime | None, str]]:
    """Opened, closed and severity of each incident, by going from window to window."""
    found: list[list[Any]] = []
    seen: list[str] = []
    for day, mark in enumerate(marks):
        if mark == "?":
            continue
        seen.append(mark)
        open_now = bool(found) and found[-1][1] is None
        if not open_now and mark in "we" and sum(s in "we" for s in seen[-m:]) >= n:
            found.append([START + timedelta(days=day), None, "warn"])
            open_now = True
        elif open_now and len(seen) >= k and all(s == "o" for s in seen[-k:]):
            found[-1][1] = START + timedelta(days=day)
            open_now = False
        if open_now and mark == "e":
            found[-1][2] = "error"
    return [tuple(row) for row in found]


def incidents(project: Project, where: str) -> pd.DataFrame:
    return project.sql(f"select * from main.mlmon_incidents where {where} order by opened_at, subject, metric")


def spans(rows: pd.DataFrame) -> list[tuple[datetime, datetime | None, str]]:
    return [
        (row.opened_at.to_pydatetime(), None if pd.isna(row.closed_at) else row.closed_at.to_pydatetime(), row.severity)
        for row in rows.itertuples()
    ]


def test_spells_are_those_of_a_walk(project: Project) -> None:
    rows = incidents(project, "monitor = 'walk' and subject like 'column%'")
    found = {name: spans(rows[rows["subject"] == name]) for name in random_histories()}
    assert found == {name: walk(marks) for name, marks in random_histories().items()}
    assert sum(map(len, found.values())) > 30


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
    # two incidents: one lasted for four breaches, one came back on the second day after
    assert list(rows["severity"]) == ["error", "warn"]
    assert rows["escalated_at"].iloc[0] == START + timedelta(days=3)
    assert pd.isna(rows["cooling_until"].iloc[0])
    assert rows["cooling_until"].iloc[1] == START + timedelta(days=5 + 4)


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
    assert (first["cause_kind"], first["cause"]) == ("volume", "volume of channel=web rose")
    assert (first["columns_moved"], first["segments_moved"]) == ("x", "channel=web")
    assert (first["n_performance"], first["n_kpi"], first["n_operations"], first["n_drift"]) == (2, 1, 1, 1)
    assert pd.isna(groups.iloc[1]["cause"])
    places = incidents(project, "monitor = 'together' and group_place = 1")
    assert sorted(places["incident_id"]) == sorted(groups["headline_incident_id"])


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
    say(project, "ack", group["group_id"][:10], reason="on it")
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
