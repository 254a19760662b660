"""What a message says, in which order, and that nothing in the data can distort it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from cli_support import MONITOR, due, incident
from hypothesis import given
from hypothesis import strategies as st

from mlmon_cli import wording
from mlmon_cli.errors import MlmonError
from mlmon_cli.notify.blocks import Safe, Section, build_blocks, escape
from mlmon_cli.notify.channels.email import to_html
from mlmon_cli.notify.channels.slack import SLACK_BLOCKS, Slack, to_slack, to_slack_thread
from mlmon_cli.notify.channels.teams import to_teams
from mlmon_cli.notify.compose import compose
from mlmon_cli.notify.formats import fit, pieces, to_details, to_json, to_text
from mlmon_cli.notify.message import Message
from mlmon_cli.report import read_report
from mlmon_cli.settings import Settings

SLACK = Settings(channels=(Slack(name="team"),), actions={"retrain": "on 90 days"})


def pending(**changes: Any) -> dict[str, Any]:
    """An incident row whose transitions are pending on the channel `team`."""
    row = incident(**changes)
    row["pending"] = {"team": row.pop("transitions")}
    return row


def message(*rows: dict[str, Any], settings: Settings = SLACK) -> Message:
    """The one message about `rows`."""
    (made,) = compose(read_report([MONITOR, *rows, *due(*rows)]), settings)
    return made


def whole(made: Message, templates: Path | None = None) -> str:
    """The head and the details."""
    return to_text(made, templates) + "\n" + to_details(made, templates)


def story(**changes: Any) -> dict[str, Any]:
    """A group row whose headline is the incident `i1`."""
    given = {"kind": "group", "group_id": "g1", "monitor": "lead_scoring", "severity": "error"}
    given |= {"headline_incident_id": "i1", "n_incidents": 46, "n_open": 46, "n_open_segments": 4}
    given |= {"value_lost": 211_994.8, "value_rate": 7_066.5, "cause_kind": "segment"}
    given |= {"cause": "channel=paid_social", "cause_share": 0.818, "where_kind": "explains"}
    given |= {"where_segment": "channel", "where_segment_value": "paid_social"}
    given |= {"where_value": 0.0995, "where_baseline": 0.697, "judged_until": "2026-04-20T00:00:00"}
    given |= {"moved_subject": "session_minutes", "moved_role": "feature", "moved_is_first": True}
    given |= {"moved_metric": "psi_excess", "moved_segment": "channel", "moved_value": 3.7}
    given |= {"moved_segment_value": "paid_social", "moved_at": "2026-04-12T00:00:00"}
    return {**given, "mean_now": 19.784, "mean_before": 5.8313, **changes}


def drift(subject: str, value: float, **changes: Any) -> dict[str, Any]:
    """A drift incident."""
    given = {
        "incident_id": f"drift-{subject}",
        "family": "drift",
        "subject": subject,
        "metric": "psi_excess",
        "value": value,
        "baseline": None,
        "warn_threshold": 0.02,
        "error_threshold": 0.25,
        "side": "above",
        "direction": "lower_is_better",
        "severity": "warn",
        "actions": [],
        "value_lost": None,
    }
    return pending(**{**given, **changes})


def test_a_message_says_all_that_a_person_needs() -> None:
    made = message(
        drift("channel", 0.42),
        pending(incident_id="a", segment="channel", segment_value="paid_social", value=0.22),
        pending(incident_id="b", segment="region,channel", segment_value="EU,we\\,b", value=0.3),
        drift("age", 0.03),
        pending(),
    )
    assert to_text(made).splitlines() == [
        "ERROR lead_scoring: cost 12,400 so far; precision fell from 0.62 to 0.4123",
        "  Since 2026-04-12 (6 bad days, the last 2026-04-20)",
        "  growth-analytics: please retrain (on 90 days). "
        "Runbook: https://example.com/runbook?a=1&b=2",
        "  And 4 other incidents: mlmon incidents --monitor lead_scoring",
    ]
    assert to_details(made).splitlines() == [
        "  Model version: all | Last window: 2026-04-30 | Owner: growth-analytics",
        "  precision: 0.4123, was 0.62 (error below 0.558), since 2026-04-12 (6 windows)",
        "  Worst segments: channel=paid_social 0.22, region=EU, channel=we,b 0.3",
        "  Moved with it: channel (psi_excess 0.42), age (psi_excess 0.03)",
        "  precision: share of predicted positives that are positive",
    ]


def test_one_order_for_all_that_is_told() -> None:
    """It comes with the rows: `place`."""
    kpi = pending(incident_id="k", family="kpi", subject="revenue", metric="value", place=2)
    volume = pending(incident_id="o", family="operations", metric="n_predictions", place=1)
    recall = pending(incident_id="r", metric="recall", place=3)
    made = message(recall, kpi, volume)
    assert [e.incident.incident_id for e in made.entries] == ["o", "k", "r"]
    # of one thing the whole stands for its parts
    segment = pending(incident_id="s", segment="region", segment_value="EU", place=1)
    made = message(pending(place=2), segment)
    assert made.lead.segment == "overall"
    assert [s.segment for s in made.entries[0].segments] == ["region"]


def test_what_all_have_in_common_is_said_once() -> None:
    later = {"first_breach_at": "2026-04-14T00:00:00"}
    text = whole(
        message(
            pending(),
            pending(incident_id="f", metric="f1"),
            pending(incident_id="r", metric="recall", **later),
        )
    )
    told = [line.strip() for line in text.splitlines() if "error below" in line]
    assert [line.partition(",")[0] for line in told] == [
        "precision: 0.4123",
        "f1: 0.4123",
        "recall: 0.4123",
    ]
    assert [", since 2026-04" in line for line in told] == [True, False, True]


def test_a_year_that_is_over_is_told_in_a_line() -> None:
    closed = {"status": "closed", "closed_at": "2026-04-25T00:00:00"}
    over = [
        pending(incident_id=f"p{n}", metric="f1", transitions=["opened", "resolved"], **closed)
        for n in range(120)
    ]
    text = whole(message(pending(), *over))
    history = "120 incidents broke and recovered, 2026-04-12 to 2026-04-25; mlmon incidents --all"
    assert f"Before this message: {history}" in text
    assert text.count("f1") == 0
    alone = to_text(message(*over)).splitlines()
    told = "120 incidents broke and recovered before this message"
    assert alone[0] == f"RESOLVED lead_scoring: {told}"


def test_several_groups_are_counted() -> None:
    groups = [
        {"kind": "group", "group_id": f"g{n}", "monitor": "lead_scoring", "severity": "error"}
        | {"headline_incident_id": f"i{n}", "n_incidents": 44, "n_open": 7, "n_open_segments": 2}
        for n in range(3)
    ]
    mine = [pending(incident_id=f"i{n}", group_id=f"g{n}", metric=f"m{n}") for n in range(3)]
    assert "Open: 3 groups of 21 incidents" in whole(message(*mine, *groups))
    assert "Open: 7 incidents in 2 segments, 44 since it began" in whole(
        message(mine[0], groups[0])
    )


def test_others_are_counted_by_family() -> None:
    """Of the headline's groups, what is open beside it; where all of it is known."""
    group = {"group_id": "g1"}
    rest = [drift(name, 0.3, **group) for name in ("age", "channel")]
    rest.append(pending(incident_id="k", family="kpi", subject="margin", metric="margin", **group))
    told = {n: to_text(message(pending(**group), *rest, story(n_open=n))) for n in (4, 5)}
    assert "  And 3 other incidents (2 drift, 1 KPI): mlmon incidents" in told[4]
    assert "  And 4 other incidents: mlmon incidents" in told[5]


def test_drift_alone_is_the_news() -> None:
    made = message(drift("age", 0.03, place=2), drift("channel", 0.3, severity="error", place=1))
    assert to_text(made).splitlines()[0] == "ERROR lead_scoring: channel drifted"
    assert made.moved == ()


def test_what_broke_earlier_stands_beside_the_news() -> None:
    old = pending(incident_id="s", segment="region", segment_value="EU", value=0.3, transitions=[])
    moved = drift("channel", 0.4, transitions=[])
    made = message(pending(), old, moved)
    assert [t.incident.incident_id for t in made.transitions] == ["i1"]
    assert "Worst segments: region=EU 0.3" in whole(made)
    assert "Moved with it: channel" in whole(made)


def test_a_column_is_told_once_for_two_spans_and_once_for_its_nulls() -> None:
    pooled = drift("age", 0.06, incident_id="pooled", metric="psi_excess_pooled")
    rate = drift("age", 0.2, incident_id="rate", metric="null_rate")
    made = message(pending(), pooled, drift("age", 0.03, is_counted=False), rate)
    assert "Moved with it: age (psi_excess_pooled 0.06), age (null_rate 0.2)" in whole(made)
    assert len(made.transitions) == 4
    # told even where what counts for it was told before
    (alone,) = message(drift("age", 0.03, is_counted=False)).entries
    assert alone.incident.subject == "age"


def test_a_milder_last_window_is_told_with_the_worst() -> None:
    text = whole(message(drift("age", 0.18, severity="error", peak_value=0.3)))
    assert "psi_excess 0.18 (error above 0.25, was 0.3 at worst)" in text


def test_resolved_withdrawn_and_passed() -> None:
    closed = {"status": "closed", "closed_at": "2026-04-25T00:00:00"}
    gone = pending(incident_id="w", metric="recall", transitions=["withdrawn"])
    gone |= {"kind": "gone", "why": "late_data"}
    passed = pending(incident_id="p", metric="f1", transitions=["opened", "resolved"], **closed)
    made = message(pending(transitions=["resolved"], **closed), gone, passed)
    text = whole(made) + "\n"
    assert made.severity == "resolved"
    assert text.startswith(
        "RESOLVED lead_scoring: precision is back to normal; it cost 12,400\n  From "
    )
    assert "Resolved: precision (closed 2026-04-25)\n" in text
    assert "Withdrawn, which is no recovery: recall (late data changed the numbers)" in text
    assert "Broke and recovered before this message: f1 (2026-04-12 to 2026-04-25)" in text
    assert sorted(t.transition for t in made.transitions) == [
        "opened",
        "resolved",
        "resolved",
        "withdrawn",
    ]


def test_what_a_person_ended_is_not_back_to_normal() -> None:
    closed = {"status": "closed", "closed_at": "2026-04-25T00:00:00", "transitions": ["resolved"]}
    text = to_text(message(pending(resolved_by="ana", value_lost=None, **closed)))
    assert text.startswith("RESOLVED lead_scoring: precision was resolved by ana\n")


def test_delivery_keys_do_not_depend_on_order() -> None:
    rows = [pending(incident_id=name) for name in "abc"]
    first, second = message(*rows), message(*reversed(rows))
    assert first.delivery_key == second.delivery_key
    assert len(first.delivery_key) == 32
    assert message(rows[0]).delivery_key != first.delivery_key


HOSTILE = "<!channel> <https://evil|x> & \x1b[31m\x9b0m\u202egnp.exe\r\nERROR *fine*"


def test_values_from_data_cannot_distort_a_message() -> None:
    made = message(
        pending(incident_id="h", segment="channel", segment_value=HOSTILE),
        drift(HOSTILE, 0.4),
        settings=Settings(channels=SLACK.channels, actions={"retrain": HOSTILE}),
    )
    for text in (whole(made), to_json(made)["text"], to_json(made)["details"]):
        assert not any(ord(c) < 0x20 and c != "\n" for c in text)
        assert not any(0x7F <= ord(c) < 0xA0 or c == "\u202e" for c in text)
        assert "\nERROR *fine*" not in text
    (slack,) = to_slack(made)
    blocks = [*slack["blocks"], *slack["attachments"][0]["blocks"]]
    shown = [b["text"]["text"] for b in blocks if b["type"] == "section" and "text" in b]
    assert any("&lt;!channel&gt; &lt;https://evil|x&gt; &amp;" in text for text in shown)
    # the header is plain text there
    assert "*fine*" not in json.dumps([slack["text"], *blocks[1:]], ensure_ascii=False)
    assert "<!channel>" not in json.dumps(blocks[1:])
    assert "<!channel>" not in slack["text"]


def test_a_runbook_that_is_no_web_address_is_no_link() -> None:
    made = message(pending(), settings=SLACK)
    assert "<https://example.com/runbook?a=1&amp;b=2|Runbook>" in json.dumps(to_slack(made))
    monitor = {**MONITOR, "runbook": "javascript:alert(1)|<x>"}
    report = read_report([monitor, pending(), *due(pending())])
    (made,) = compose(report, SLACK)
    assert "Runbook: javascript:alert(1)|&lt;x&gt;" in json.dumps(to_slack(made))


def test_slack_limits() -> None:
    rows = [
        pending(incident_id=f"{i}-{j}", metric=f"metric_{j}", segment="c", segment_value="v" * 900)
        for i in range(40)
        for j in range(40)
    ]
    rows += [drift(f"feature_{i}" * 20, 0.3) for i in range(80)]
    made = message(*rows)
    pages = to_slack(made)
    assert len(pages) > 1
    everything = [[*slack["blocks"], *slack["attachments"][0]["blocks"]] for slack in pages]
    for number, (slack, blocks) in enumerate(zip(pages, everything, strict=True), 1):
        assert len(blocks) <= SLACK_BLOCKS
        for block in blocks:
            if block["type"] == "header":
                assert len(block["text"]["text"]) <= 150
            for text in [block.get("text", {}), *block.get("elements", [])]:
                assert len(text.get("text", "")) <= 3000
            assert len(block.get("fields", [])) <= 10
        assert f"({number} of {len(pages)})" in slack["text"]
        assert blocks[-1]["block_id"].startswith("mlmon-")
    assert len({blocks[-1]["block_id"] for blocks in everything}) == len(pages)
    shown = [
        text["text"]
        for blocks in everything
        for block in blocks
        for text in [block.get("text", {}), *block.get("elements", []), *block.get("fields", [])]
        if text and not text["text"].startswith("*ERROR")  # so the pages after the first begin
    ]
    together = re.sub(r"\s", "", "".join(shown))
    for block in build_blocks(made, "slack").details:
        if isinstance(block, Section):  # nothing is lost
            assert re.sub(r"\s", "", block.text) in together


@given(st.text(alphabet="ab &<>\n;", max_size=200), st.integers(20, 60))
def test_pieces_lose_nothing(text: str, limit: int) -> None:
    parts = pieces(text, limit)
    assert all(len(part) <= limit for part in parts)
    assert re.sub(r"\s", "", "".join(parts)) == re.sub(r"\s", "", text)


def test_fit_cuts_between_lines_and_never_inside_an_entity() -> None:
    assert fit("a\nb", 10) == "a\nb"
    assert fit("one\n" + "x" * 50, 25) == "one\nand 1 more lines"
    cut = fit("x" * 20 + "&amp;" + "y" * 30, 33)
    assert cut == "x" * 20 + " \N{HORIZONTAL ELLIPSIS} and more"
    assert len(fit("x" * 9000, 3000)) <= 3000


def test_the_json_document_can_be_written() -> None:
    document = to_json(message(pending(), drift("age", 0.03)))
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert document["actions"] == [{"name": "retrain", "description": "on 90 days"}]
    assert document["moved"][0]["column"] == "age"
    assert {t["incident_id"] for t in document["transitions"]} == {"i1", "drift-age"}


def test_templates_can_be_overridden(tmp_path: Path) -> None:
    (tmp_path / "header.j2").write_text("{{ monitor.monitor }} is unwell")
    (tmp_path / "entry.j2").write_text("{% include 'mlmon/entry.j2' %}\nCall {{ monitor.owner }}.")
    (tmp_path / "moved.j2").write_text("")
    made = message(pending(), drift("age", 0.03))
    lines = whole(made, tmp_path).splitlines()
    assert lines[0] == "lead_scoring is unwell"
    assert "  Call growth-analytics." in lines
    assert not any("Moved" in line for line in lines)


def test_a_line_of_the_fields_without_a_label_is_shown(tmp_path: Path) -> None:
    (tmp_path / "fields.j2").write_text(
        "Team: {{ monitor.owner }}\nEmpty:\nThe model of the web shop\n"
    )
    lines = whole(message(pending()), tmp_path).splitlines()
    assert "  Team: growth-analytics" in lines
    assert any(line.strip() == "The model of the web shop" for line in lines)
    assert not any("Empty" in line for line in lines)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{ monitr.monitor }}", "template header.j2: 'monitr' is undefined"),
        ("{% if %}", "template header.j2, line 1: "),
        ("{{ ''.__class__.__mro__ }}", "template header.j2: "),
    ],
)
def test_a_broken_template_is_named(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "header.j2").write_text(text)
    with pytest.raises(MlmonError) as error:
        build_blocks(message(pending()), "text", tmp_path)
    assert str(error.value).startswith(told)


def test_escape() -> None:
    assert escape("a<b>&\x00\t c", "slack") == "a&lt;b&gt;&amp;  c"
    assert escape("a<b>", "text") == "a<b>"
    assert Safe("<x>") == "<x>"


@pytest.mark.parametrize(
    ("given", "headline", "beside"),
    [
        ({"value": 60.0, "baseline": 58.0, "warn_threshold": 500.0, "side": "below"},
         "is 60, below 500", "60, was 58 (warn below 500)"),
        ({"value": 60.0, "baseline": 1000.0, "warn_threshold": 500.0, "side": "below"},
         "fell from 1,000 to 60", "60, was 1,000 (warn below 500)"),
        ({"value": 0.4, "baseline": 0.5, "warn_threshold": 0.2, "side": "above"},
         "is 0.4, above 0.2", "0.4, was 0.5 (warn above 0.2)"),
        ({"value": 0.4, "baseline": 0.1, "warn_threshold": 0.2, "side": "above"},
         "rose from 0.1 to 0.4", "0.4, was 0.1 (warn above 0.2)"),
        ({"value": 0.1, "baseline": None, "warn_threshold": 0.2, "side": "below"},
         "is 0.1, below 0.2", "0.1 (warn below 0.2)"),
        ({"value": 60.0, "baseline": 58.0, "warn_threshold": 500.0, "side": None},
         "rose from 58 to 60", "60, was 58 (warn at 500)"),
    ],
)  # fmt: skip
def test_a_threshold_is_told_with_the_side_that_the_check_says(
    given: dict[str, Any], headline: str, beside: str
) -> None:
    row = pending(
        severity="warn",
        error_threshold=None,
        metric="n_predictions",
        unit="",
        value_lost=None,
        **given,
    )
    lines = whole(message(row)).splitlines()
    assert lines[0] == f"WARN lead_scoring: n_predictions {headline}"
    assert f"n_predictions: {beside}, since 2026-04-12" in lines[4]


def test_a_log_that_cannot_be_read_says_what_was_found() -> None:
    detail = "'predictions.score' is 'score', which raw.log does not have; it has: id, scores"
    row = {
        "family": "operations",
        "subject": "log",
        "metric": "data_problem",
        "detail": detail,
        "value_lost": None,
    }
    lines = whole(message(pending(value=1.0, baseline=0.0, **row))).splitlines()
    assert lines[0] == f"ERROR lead_scoring: the logs cannot be read: {detail}"
    assert lines[4].startswith(f"  logs that cannot be read: {detail}, since 2026-04-12")
    over = {"status": "closed", "transitions": ["resolved"], "closed_at": None}
    text = to_text(message(pending(**row, **over)))
    assert text.startswith("RESOLVED lead_scoring: the logs can be read again\n")


def test_more_than_two_days_are_days() -> None:
    assert [wording.number(1, "ms"), wording.number(-1, "rows")] == ["1 ms", "-1 row"]
    assert [wording.number(hours, "hours") for hours in (1, 48, 49.2, 240)] == [
        "1 hour",
        "48 hours",
        "2.05 days",
        "10 days",
    ]


@pytest.mark.parametrize(
    "name",
    [
        *("*bold*", "_slanted_", "~struck~", "`code`", "```", ":fire:", "<@U123>", "@everyone"),
        *("<https://evil.example|x>", "[x](https://evil.example)", "**a** __b__", "a*b* c"),
    ],
)
def test_names_that_look_like_markup_are_text(name: str) -> None:
    """In Slack, and in whatever reads Markdown behind Apprise; a plain word stays as it is."""
    made = message(
        pending(segment=name, segment_value=name), drift(name, 0.4), drift("null_rate_2", 0.3)
    )
    slack = to_slack(made)
    marked = [
        text["text"]
        for page in slack
        for block in [*page["blocks"], *page["attachments"][0]["blocks"]]
        for text in [block.get("text", {}), *block.get("elements", []), *block.get("fields", [])]
        if text.get("type") == "mrkdwn"
    ]
    for text in [*marked, slack[0]["text"], to_text(made, markup="inert")]:
        own = re.sub(r"^\*[^*\n]+\*", "", re.sub(r"<https://example[^>]*>", "", text))
        own = own.replace("*Moved with it:*", "").replace("*Where:*", "")
        assert not re.search(r"(?<![a-z0-9])[*_~]|[*_~](?![a-z0-9])|`|<", own), own
        assert not re.search(r":[a-z]+:|(?<!\w)@\w|\]\(", own), own
    assert "null_rate_2" in "".join(marked)
    assert name in whole(made)


def test_a_number_of_a_column_is_no_drift() -> None:
    text = whole(message(drift("lat", 1.0, metric="null_rate", baseline=0.0, severity="error")))
    assert text.startswith("ERROR lead_scoring: lat: 100 % NULL since ")
    assert "(was 0 %)" in text.splitlines()[0]
    assert "null_rate of lat: 100 %, was 0 % (error above 25 %)" in text
    once = to_text(
        message(
            drift(
                "lat",
                1.0,
                metric="null_rate",
                baseline=0.0,
                severity="error",
                n_windows=1,
                first_breach_at="2026-09-09",
            )
        )
    )
    assert once.startswith("ERROR lead_scoring: lat: 100 % NULL on 2026-09-09 (was 0 %)")


# --- the five lines


def test_five_lines_with_the_money_first() -> None:
    made = message(pending(group_id="g1"), drift("age", 0.3, group_id="g1"), story())
    text = to_text(made).splitlines()
    assert text == [
        "ERROR lead_scoring: cost 211,995 so far (7,066 a day); precision fell from 0.62 to 0.4123",
        "  Since 2026-04-12 (6 bad days; labels are complete up to 2026-04-20)",
        "  Where: channel=paid_social explains 82 % of the change; "
        "precision there is 0.0995, was 0.697",
        "  Moved first: session_minutes in channel=paid_social: mean 19.78, was 5.831",
        "  growth-analytics: please retrain (on 90 days). "
        "Runbook: https://example.com/runbook?a=1&b=2",
        "  And 45 other incidents: mlmon incidents --monitor lead_scoring",
    ]
    assert to_json(made)["text"] == to_text(made)
    assert "error below 0.558" in to_json(made)["details"]


def test_without_a_value_there_is_no_money() -> None:
    row = pending(group_id="g1", value_lost=None)
    (head, *_) = to_text(message(row, story(value_lost=None, value_rate=None))).splitlines()
    assert head == "ERROR lead_scoring: precision fell from 0.62 to 0.4123"


def head_lines(document: Any) -> list[str]:
    """The lines of text that a card or a message shows before anything is clicked."""
    if isinstance(document, list):
        return [line for item in document for line in head_lines(item)]
    if not isinstance(document, dict) or document.get("isVisible") is False:
        return []
    if document.get("type") == "ColumnSet":  # beside each other
        return [" ".join(line for column in document["columns"] for line in head_lines(column))]
    if "inlines" in document:
        return ["".join(run["text"] for run in document["inlines"])]
    if isinstance(document.get("text"), str):
        return document["text"].splitlines()
    return [line for key in ("text", "items") for line in head_lines(document.get(key, []))]


def test_five_lines_in_every_channel() -> None:
    made = message(pending(group_id="g1"), drift("age", 0.3, group_id="g1"), story())
    (slack,) = to_slack(made)
    first, *details = to_slack_thread(made)
    (card,) = to_teams(made)
    content = card["attachments"][0]["content"]
    before, rule, after = to_html(made).partition("<hr")
    for shown in (slack["blocks"], first["blocks"], content["body"]):
        lines = head_lines(shown)
        assert len(lines) == 5, lines
        assert "cost 211,995" in lines[0]
        assert "error below" not in "".join(lines)
    assert before.count("<br>") == 3  # four lines below the title
    assert rule
    for rest in (slack["attachments"], details, content["body"][-1], after):
        assert "error below 0.558" in str(rest)
    (toggle, _) = content["actions"]
    assert toggle["targetElements"] == [content["body"][-1]["id"]]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"where_kind": "mix", "cause": "drift of channel", "cause_kind": "column"},
         "Where: the mix of channel changed, 82 % of the change"),
        ({"where_kind": "worst", "cause_kind": None},
         "Where: no single segment; worst is channel=paid_social (0.0995, was 0.697)"),
        ({"where_kind": "headline", "cause_kind": None},
         "Where: channel=paid_social, and 3 other segments"),
        ({"where_segment": None}, "Where: channel=paid_social explains 82 % of the change"),
        ({"where_segment": "region,channel", "where_segment_value": "EU,we\\,b", "where_kind": "headline", "n_open_segments": 1},
         "Where: region=EU, channel=we,b"),
    ],
)  # fmt: skip
def test_where_is_one_segment_or_none(changes: dict[str, Any], where: str) -> None:
    lines = to_text(message(pending(group_id="g1"), story(**changes))).splitlines()
    assert lines[2].strip() == where
    nowhere = to_text(message(pending(group_id="g1"), story(where_kind=None)))
    assert "Where:" not in nowhere


@pytest.mark.parametrize(
    ("changes", "moved"),
    [
        ({"category": "web", "category_bin": "3", "share_now": 0.4, "share_before": 0.25},
         "Moved first: device: web 40 % of the rows, was 25 %"),
        ({"category": "0", "category_bin": "3", "share_now": 0.4, "share_before": 0.25},
         "Moved first: device: '0' 40 % of the rows, was 25 %"),
        ({"category_bin": "unseen", "share_now": 0.12, "share_before": 0.0},
         "Moved first: device: unseen values 12 % of the rows, was 0 %"),
        ({"moved_metric": "null_rate", "moved_value": 0.9, "moved_baseline": 0.01, "moved_at": "2026-04-10T00:00:00"},
         "Moved first: device: 90 % NULL, was 1 %, since 2026-04-10"),
        ({"moved_is_first": False}, "Moved with it: device: its values are spread differently (psi_excess 3.7)"),
        ({"cause_kind": "volume", "cause": "volume of channel=web fell", "where_kind": "worst"}, "Moved first: volume of channel=web fell"),
    ],
)  # fmt: skip
def test_what_of_the_column_moved(changes: dict[str, Any], moved: str) -> None:
    given = {"moved_subject": "device", "moved_segment": "overall", "moved_segment_value": "all"}
    given |= {"mean_now": None, "mean_before": None, **changes}
    lines = to_text(message(pending(group_id="g1"), story(**given))).splitlines()
    assert lines[3].strip() == moved


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"change_is": "inputs", "prior_share": 0.1}, "inputs: other cases than before; at equal scores, labels are as they were"),
        ({"change_is": "inputs"}, "inputs: other cases than before; at equal predictions, labels are as they were"),
        ({"change_is": "concept", "inputs_share": 0.1},
         "concept: a prediction no longer means what it meant; inputs alone explain 10 % of the change"),
        ({"change_is": "prior", "base_rate_now": 0.12, "base_rate_before": 0.3},
         "prior: 12 % positives, were 30 %; at equal labels, scores are as they were"),
        ({"change_is": "concept", "inputs_share": 0.6, "prior_share": 0.0},
         "concept: a score no longer means what it meant; inputs alone explain 60 % of the change, the base rate alone 0 %"),
        ({"change_is": "data"}, "data: columns or the volume are not as they should be; mend the logs first"),
    ],
)  # fmt: skip
def test_the_kind_of_change_is_in_the_details(changes: dict[str, Any], kind: str) -> None:
    made = message(pending(group_id="g1"), story(**changes))
    assert f"Kind of change: {kind}" in whole(made)
    assert "Kind of change" not in to_text(made)
    assert "Kind of change" not in whole(message(pending(group_id="g1"), story()))


def test_a_known_change_and_what_people_said() -> None:
    change = {"change_name": "spring-2", "change_kind": "campaign", "hours_after_change": 24.0}
    told = {"acknowledged_by": "ana", "assignee": "bob"}
    lines = to_text(message(pending(group_id="g1"), story(**change, **told))).splitlines()
    assert lines[1].endswith(", began 1 day after campaign spring-2")
    assert "; acknowledged by ana, assigned to bob. Runbook" in lines[4]


OWNERS = {"growth-analytics": {"slack": ("S0123", "U0456"), "teams": ("ana@example.com",)}}


def test_owners_are_mentioned() -> None:
    settings = Settings(channels=SLACK.channels, owners=OWNERS)
    made = message(pending(), settings=settings)
    (slack,) = to_slack(made)
    assert "<!subteam^S0123> <@U0456>: please retrain." in slack["blocks"][1]["text"]["text"]
    (card,) = to_teams(made)
    content = card["attachments"][0]["content"]
    (entity,) = content["msteams"]["entities"]
    assert entity["mentioned"] == {"id": "ana@example.com", "name": "growth-analytics"}
    assert entity["text"] == "<at>growth-analytics</at>"
    assert f'"text": "{entity["text"]}"' in json.dumps(content["body"])
    assert "growth-analytics: please" in to_text(made)
    assert "subteam" not in to_text(made) + to_html(made)
    # nobody is called for what is over, nor for what others own
    over = pending(status="closed", closed_at="2026-04-25T00:00:00", transitions=["resolved"])
    for other in (message(over, settings=settings), message(pending(), settings=SLACK)):
        assert "subteam" not in json.dumps(to_slack(other))
        assert "entities" not in json.dumps(to_teams(other))


@pytest.mark.parametrize(
    "name", ["<!channel>", "<@U1>", "<at>ana</at>", "<!subteam^S1>", "@here", "</h1><script>x"]
)
def test_names_from_data_call_nobody(name: str) -> None:
    changes = {
        "where_segment_value": name,
        "moved_subject": name,
        "category": name,
        "mean_now": None,
    }
    changes |= {"share_now": 0.5, "share_before": 0.1, "change_name": name}
    row = pending(group_id="g1", segment="c", segment_value=name)
    settings = Settings(channels=SLACK.channels, owners=OWNERS)
    made = message(row, drift(name, 0.3, group_id="g1"), story(**changes), settings=settings)
    slack = json.dumps([to_slack(made), to_slack_thread(made)], ensure_ascii=False)
    if "<" in name:
        # the header is plain text, in which Slack calls nobody
        marked = [
            block
            for page in to_slack_thread(made)
            for block in page["blocks"]
            if block["type"] != "header"
        ]
        marked += [page["text"] for page in to_slack(made)]
        assert name not in json.dumps(marked, ensure_ascii=False)
        assert name not in to_html(made)
    assert slack.count("<!subteam^S0123>") == 2
    cards = to_teams(made)
    assert [len(c["attachments"][0]["content"]["msteams"]["entities"]) for c in cards] == [1]
    assert len(re.findall(r'"TextBlock", "text": "([^"]*)"', json.dumps(cards))) == 1


def test_what_may_have_come_through_is_told_before_its_end() -> None:
    """Told after its end, an incident would count as told anew, and its end would be told twice."""
    row = pending(transitions=["resolved", "opened"], status="closed")
    report = read_report([MONITOR, row, *due(row)])
    (whole_story,) = compose(report, SLACK)
    (opened,) = (t.delivery_key for t in whole_story.transitions if t.transition == "opened")
    first, second = compose(report, SLACK, in_doubt={opened: "begun"})
    assert [t.transition for t in first.transitions] == ["opened"]
    assert [t.transition for t in second.transitions] == ["resolved"]
