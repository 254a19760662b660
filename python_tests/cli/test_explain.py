"""`mlmon explain`: what it says, in which lines, and that each number is one of the tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pytest
from cli_support import MONITOR, ROOT, incident
from conftest import Shop

from mlmon_cli import wording
from python_tests.demo import Demo

LEAD = incident(group_id="ab12cd34ef56", acknowledged_by="ana", note="it is\nthe campaign") | {
    "change_name": "spring-2",
    "change_kind": "campaign",
    "hours_after_change": 24.0,
}
GROUP: dict[str, Any] = {
    "kind": "group",
    **{"group_id": "ab12cd34ef56", "monitor": "lead_scoring", "headline_incident_id": "i1"},
    **{"severity": "error", "n_open": 4, "n_incidents": 5, "n_columns": 4, "n_open_segments": 1},
    **{"value_lost": 12400.5, "value_rate": 413.4, "acknowledged_by": "ana"},
    **{"judged_until": "2026-04-20T00:00:00", "where_kind": "explains", "where_segment": "channel"},
    **{"where_segment_value": "paid_social", "where_value": 0.1, "where_baseline": 0.7},
    **{"cause_kind": "segment", "cause": "channel=paid_social", "cause_share": 0.82},
    **{"moved_subject": "minutes", "moved_role": "feature", "moved_metric": "psi_excess"},
    **{"moved_at": "2026-04-12T00:00:00", "moved_is_first": True},
    **{"mean_now": 19.8, "mean_before": 5.8},
    **{"change_is": "concept", "inputs_share": 0.22, "prior_share": 0.31},
}
COLUMN = {
    "kind": "column",
    **{"group_id": "i7", "monitor": "lead_scoring", "moved_subject": "channel"},
    **{"moved_metric": "psi_excess", "moved_at": "2026-04-10T00:00:00"},
    **{"category": "paid_social", "share_now": 0.31, "share_before": 0.04},
}
BASELINE = {
    "kind": "baseline",
    "window_start": "2026-04-20T00:00:00",
    "baseline_phase": 0,
    "is_holiday": 0,
}
SPLIT = {
    "kind": "split",
    **{"window_start": "2026-04-20T00:00:00", "by_segment": "channel", "part": "paid_social"},
    **{"total_change": -0.21, "part_within_change": -0.19, "mix_change": -0.03},
    **{"others_within_change": 0.01, "is_reversal": True},
}
RESTATED = {
    "kind": "restated",
    **{"window_start": "2026-04-12T00:00:00", "first_value": 0.55, "value": 0.4123},
    **{"first_known_at": "2026-04-14T06:30:00", "restated_at": "2026-04-18T06:30:00"},
    **{"reason": "data", "n_windows": 3},
}
CHANGE = {"kind": "change", "actor": "bob", "reason": "new landing page"}
ESTIMATES = [
    {"kind": "estimate", "estimator": name, "window_start": "2026-04-30T00:00:00"}
    | {"value": 0.44, "low": 0.42, "high": 0.46, "is_trusted": trusted, "reason": reason}
    for name, trusted, reason in [("nowcast", True, None), ("calibrated", False, "few rows")]
]


def test_a_headline_is_explained(shop: Shop, mlmon: Callable[..., Any]) -> None:
    shop.set_rows(MONITOR, LEAD, GROUP, COLUMN, BASELINE, SPLIT, RESTATED, CHANGE, *ESTIMATES)
    said = mlmon("explain", "ab12cd34")
    assert said.code == 0, said.err
    assert said.out.splitlines() == [
        "error   lead_scoring: precision fell from 0.62 to 0.4123; error below 0.558;",
        "        compared with the same weekday in the reference",
        "when    open since 2026-04-12: 6 bad days; labels are complete up to 2026-04-20",
        "cost    12,400 so far (413.4 a day)",
        "where   channel=paid_social explains 82 % of the change; precision there is 0.1,",
        "        was 0.7",
        "split   of -0.21 (all weekdays, 2026-04-20): channel=paid_social within -0.19,",
        "        mix of channel -0.03, others within +0.01; each channel moved the other",
        "        way than the whole (Simpson's paradox)",
        "kind    concept: a score no longer means what it meant; inputs alone explain 22",
        "        % of the change, the base rate alone 31 %",
        "moved   first: minutes: mean 19.8, was 5.8",
        "also    channel: paid_social 31 % of the rows, was 4 %, since 2026-04-10; and 2",
        "        more columns",
        "change  began 1 day after campaign spring-2 (bob: new landing page)",
        "then    2026-04-12 was 0.55 when judged (2026-04-14 06:30), is 0.4123 now (new",
        "        data); and 2 more windows",
        "now     estimated 0.44 (0.42 to 0.46), 2026-04-30, nowcast; trusted",
        "asked   growth-analytics: please retrain; acknowledged by ana; note: it is the",
        "        campaign; runbook https://example.com/runbook?a=1&b=2",
        "next    mlmon incidents -m lead_scoring (3 more)",
    ]
    document = mlmon("explain", "ab12cd34", "--format", "json").json
    assert (document["command"], document["exit_code"]) == ("explain", 0)
    assert document["monitor"] == "lead_scoring"
    assert document["incident"]["note"] == "it is\nthe campaign"
    assert document["group"]["where_segment_value"] == "paid_social"
    assert document["split"]["is_reversal"] is True
    assert document["restated"]["first_value"] == 0.55
    assert [row["estimator"] for row in document["estimates"]] == ["nowcast", "calibrated"]


def test_what_is_not_known_is_left_out(shop: Shop, mlmon: Callable[..., Any]) -> None:
    member = incident(incident_id="i9", segment="region", segment_value="EU", status="closed")
    member |= {"closed_at": "2026-04-25T00:00:00", "value_lost": None, "group_id": "ab12cd34ef56"}
    told = {name: GROUP[name] for name in ("kind", "group_id", "monitor", "headline_incident_id")}
    shop.set_rows({**MONITOR, "owner": None, "runbook": None}, member, told)
    said = mlmon("explain", "lead_scoring")
    assert said.out.splitlines() == [
        "error   lead_scoring: precision in region=EU fell from 0.62 to 0.4123; error",
        "        below 0.558",
        "when    began 2026-04-12, closed 2026-04-25: 6 bad days",
        "owner   runbook dbt_packages/mlmon/docs/runbooks/performance.md",
        "next    mlmon explain ab12cd34 (the group it is part of)",
    ]
    document = mlmon("explain", "lead_scoring", "--format", "json").json
    assert (
        document["restated"]
        is document["split"]
        is document["change"]
        is document["baseline"]
        is None
    )
    assert document["estimates"] == document["columns"] == []


def test_what_names_nothing_or_too_much_is_an_error(shop: Shop, mlmon: Callable[..., Any]) -> None:
    assert "'ab1' is too short for an id" in mlmon("explain", "ab1").err
    shop.set_rows({"kind": "mistake", "message": "no incident or group has such an id"})
    said = mlmon("explain", "ffff", "--format", "json")
    assert (said.code, said.json["error"]) == (2, "no incident or group has such an id")
    candidates = [
        incident(incident_id=name, id=name, n=1) | {"kind": "candidate"}
        for name in ("ab12cd34", "ab12ff34")
    ]
    shop.set_rows({"kind": "ambiguous", "target": "ab12", "is_monitor": False}, *candidates)
    said = mlmon("explain", "ab12")
    assert (said.code, said.out) == (2, "")
    assert "'ab12' means 2 incidents and groups; say which one by its id:" in said.err
    assert "  ab12ff34  error  precision, since 2026-04-12" in said.err


def _leaves(value: Any) -> Iterator[Any]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    for item in inner:
        yield from _leaves(item)
    if not isinstance(value, (dict, list)):
        yield value


@pytest.fixture
def explain(demo: Demo, mlmon: Callable[..., Any]) -> Callable[..., Any]:
    """`mlmon explain` of the demo."""
    place = ["--project-dir", str(demo.project), "--profiles-dir", str(demo.project)]
    return lambda *arguments: mlmon("explain", *arguments, *place)


def _tables(demo: Demo, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(demo.project / "lead_scoring.duckdb"), read_only=True) as connection:
        return list(connection.execute(query, list(values)).fetchall())


def test_the_demo_is_explained(demo: Demo, explain: Callable[..., Any]) -> None:
    said, document = explain("lead_scoring"), explain("lead_scoring", "--format", "json").json
    lines = said.out.splitlines()
    assert max(map(len, lines)) <= 80
    assert said.out in (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    text = re.sub(r"\s+", " ", said.out)
    assert "lead_scoring: precision fell from 0.6972 to 0.4274" in text
    assert "when open since 2026-04-01" in text
    assert "where channel=paid_social explains 82 % of the change" in text
    assert "split of -0.2751 (all weekdays, 2026-04-08): channel=paid_social within" in text
    assert "moved first: session_minutes in channel=paid_social: mean 19.78, was 5.831" in text
    assert "also channel: paid_social 26.2 % of the rows, was 10 %" in text
    assert "asked growth-analytics: please retrain, review; runbook https://" in text

    # each number is one of the document's, or of how many incidents there are
    told: set[str] = {wording.number(document["group"]["n_open"] - 1)}
    for leaf in _leaves(document):
        if isinstance(leaf, (int, float)) and not isinstance(leaf, bool):
            told |= {wording.number(leaf), wording.whole(leaf), wording.change(leaf)}
            told.add(wording.percent(leaf).removesuffix(" %"))
            told.add(wording.percent(round(leaf, 2)).removesuffix(" %"))
    plain = re.sub(r"\d{4}-\d\d-\d\d|mlmon ack \w+|https?://\S+", "", text)
    figures = re.findall(r"(?<![\w.])[+-]?\d[\d,]*(?:\.\d+)?(?:e[+-]\d+)?(?!\w)", plain)
    # a value of a column may look like a number: that of predicted_label
    unknown = {figure.rstrip(",") for figure in figures} - told - {"0"}
    assert len(figures) > 20
    assert not unknown, unknown

    # and each of the document's is one of the tables
    split = document["split"]
    of_metric = "metric = 'precision' and model_version = 'all' and window_start = ?"
    parts = _tables(
        demo,
        "select part, mix_change, within_change from mlmon_explanations "
        f"where by_segment = 'channel' and {of_metric}",
        split["window_start"],
    )
    within = {part: change for part, _, change in parts}
    assert split["part_within_change"] == pytest.approx(within.pop("paid_social"))
    assert split["others_within_change"] == pytest.approx(sum(within.values()))
    assert split["mix_change"] == pytest.approx(sum(mix for _, mix, _ in parts))
    for row in document["estimates"]:
        ((*band, trusted),) = _tables(
            demo,
            "select precision, precision_low, precision_high, is_trusted from mlmon_estimates "
            "where segment = 'overall' and model_version = 'all' and estimator = ? "
            "and window_start = '2026-04-30'",
            row["estimator"],
        )
        assert [row["value"], row["low"], row["high"]] == pytest.approx(band)
        assert row["is_trusted"] is trusted


def test_a_member_of_the_demo_is_explained(demo: Demo, explain: Callable[..., Any]) -> None:
    ((name,),) = _tables(
        demo,
        "select incident_id from mlmon_incidents where metric = 'psi_excess' "
        "and subject = 'score' and segment = 'overall'",
    )
    text = re.sub(r"\s+", " ", explain(name[:12]).out)
    assert text.startswith("error lead_scoring: score drifted; psi_excess ") or text.startswith(
        "warn lead_scoring: score drifted; psi_excess "
    )
    # what explains the headline is not said of another number
    assert "where no single segment; worst is channel=paid_social" in text
    assert "split" not in text
    assert "also score: mean " in text
    assert "(the group it is part of)" in text
    wrong = explain("no such id")
    assert wrong.code == 2
    assert "no incident or group has an id that begins with 'no such id'" in wrong.err
