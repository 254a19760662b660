"""Blocks as plain text, as Slack Block Kit, as a PagerDuty event, as a JSON document."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal, TypeVar

from mlmon_cli.console import shorten
from mlmon_cli.notify.blocks import Block, Code, Fields, Header, Section, build_blocks, inert
from mlmon_cli.notify.compose import Message
from mlmon_cli.report import ACKNOWLEDGED, ENDS

T = TypeVar("T")

# https://docs.slack.dev/reference/block-kit/blocks
SLACK_HEADER = 150
SLACK_TEXT = 3000
SLACK_FIELD = 2000
SLACK_FIELDS = 10
SLACK_BLOCKS = 50
SLACK_PAGE = (
    12_000  # characters of all blocks; Slack refuses a good many more without saying how many
)
# https://developer.pagerduty.com/docs/send-alert-event
PAGERDUTY_SUMMARY = 1024
PAGERDUTY_DETAILS = 20_000
JSON_INCIDENTS = 200


def headline(message: Message, templates: Path | None = None) -> str:
    """The first line of the message."""
    blocks = build_blocks(message, "text", templates)
    return next((b.text for b in blocks if isinstance(b, Header)), message.monitor.monitor)


def pages(items: list[T], fits: Callable[[list[T]], bool]) -> list[list[T]]:
    """`items` in as few lists as `fits` allows, in order; one that never fits stands alone."""
    found: list[list[T]] = []
    for item in items:
        if found and fits([*found[-1], item]):
            found[-1].append(item)
        else:
            found.append([item])
    return found or [[]]


def pieces(text: str, limit: int) -> list[str]:
    """`text` in parts of at most `limit` characters, cut between lines, else between words."""
    found: list[str] = []
    for line in text.split("\n"):
        while len(line) > limit:
            cut = line.rfind(" ", 1, limit) + 1 or limit
            half = re.search(r"(?:&[a-z]{0,3}|<[^>]*)$", line[:cut])
            cut = half.start() if half and half.start() else cut  # no entity, no link is cut
            found.append(line[:cut].rstrip())
            line = line[cut:]
        if found and len(found[-1]) + 1 + len(line) <= limit:
            found[-1] += "\n" + line
        else:
            found.append(line)
    return found


def fit(text: str, limit: int) -> str:
    """`text` within `limit` characters, cut after a whole line or word, saying so."""
    if len(text) <= limit:
        return text
    lines = text.split("\n")
    for kept in range(len(lines) - 1, 0, -1):
        note = f"and {len(lines) - kept} more lines"
        shown = "\n".join(lines[:kept])
        if len(shown) + 1 + len(note) <= limit:
            return f"{shown}\n{note}"
    note = " \N{HORIZONTAL ELLIPSIS} and more"
    head = text[: limit - len(note)]
    head = re.sub(r"(?:&[a-z]{0,3}|<[^>]*)$", "", head)  # neither half an entity nor half a link
    return head.rstrip() + note


def to_text(
    message: Message, templates: Path | None = None, markup: Literal["text", "inert"] = "text"
) -> str:
    """The message as plain text; `inert` where the receiver may read it as Markdown."""
    lines: list[str] = []
    for block in build_blocks(message, markup, templates):
        if isinstance(block, Header):
            lines += [block.text]
        elif isinstance(block, Fields):
            lines += ["  " + " | ".join(f"{label}: {value}" for label, value in block.pairs)]
        else:
            lines += ["  " + line for line in block.text.splitlines()]
    return "\n".join(lines)


def _mrkdwn(text: str, limit: int) -> dict[str, Any]:
    # verbatim: Slack must not turn words of the data into links or mentions
    return {"type": "mrkdwn", "text": fit(text, limit), "verbatim": True}


def _slack_escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _slack_blocks(block: Block) -> list[dict[str, Any]]:
    if isinstance(block, Header):
        text = {"type": "plain_text", "text": shorten(block.text, SLACK_HEADER), "emoji": False}
        return [{"type": "header", "text": text}]
    if isinstance(block, Fields):
        fields = [_mrkdwn(f"*{label}*\n{value}", SLACK_FIELD) for label, value in block.pairs]
        tens = [fields[i : i + SLACK_FIELDS] for i in range(0, len(fields), SLACK_FIELDS)]
        return [{"type": "section", "fields": ten} for ten in tens]
    if isinstance(block, Section):
        parts = pieces(block.text, SLACK_TEXT)
        return [{"type": "section", "text": _mrkdwn(part, SLACK_TEXT)} for part in parts]
    if isinstance(block, Code):
        parts = pieces(_slack_escaped(block.text.replace("`", "'")), SLACK_TEXT - 8)
        return [
            {"type": "section", "text": _mrkdwn(f"```\n{part}\n```", SLACK_TEXT)} for part in parts
        ]
    return [
        {"type": "context", "elements": [_mrkdwn(part, SLACK_TEXT)]}
        for part in pieces(block.text, SLACK_TEXT)
    ]


def to_slack(message: Message, templates: Path | None = None) -> list[dict[str, Any]]:
    """The message as payloads of a Slack webhook, as many as Slack's limits make necessary.

    The delivery key travels as the last block's id, where a reader does not see it.
    """
    blocks = build_blocks(message, "slack", templates)
    title = _slack_escaped(inert(headline(message, templates)))
    written = [part for block in blocks for part in _slack_blocks(block)]
    parts = pages(written, lambda page: len(page) < SLACK_BLOCKS and len(str(page)) <= SLACK_PAGE)
    payloads = []
    for number, page in enumerate(parts, 1):
        told = title if len(parts) == 1 else f"{title} ({number} of {len(parts)})"
        if number > 1:
            page = [{"type": "section", "text": _mrkdwn(f"*{told}*", SLACK_TEXT)}, *page]
        if page:
            page[-1]["block_id"] = f"mlmon-{page_key(message, number)}"
        payloads.append({"text": fit(told, SLACK_TEXT), "blocks": page})
    return payloads


def page_key(message: Message, number: int) -> str:
    """The delivery key of one of the payloads that a message takes."""
    return message.delivery_key if number == 1 else f"{message.delivery_key}-{number}"


def to_pagerduty(
    message: Message, routing_key: str, templates: Path | None = None
) -> dict[str, Any] | None:
    """The message as an event of PagerDuty's Events API v2; None where nobody need be paged.

    All that one message told is one alert there: it is resolved when none of it is open, and
    escalated under the same key. https://developer.pagerduty.com/docs/events-api-v2/overview/
    """
    lead, monitor = message.lead, message.monitor
    event: dict[str, Any] = {
        "routing_key": routing_key,
        "dedup_key": message.thread or f"mlmon-{message.delivery_key}",
    }
    told = {item.transition for item in message.transitions}
    if message.thread and told == {ACKNOWLEDGED}:
        return {**event, "event_action": "acknowledge"}
    if message.severity in ENDS:
        # an all-clear only where somebody or the data said so: else the alert is for a person to close
        over = message.thread and message.thread_is_over and not message.withdrawn
        return {**event, "event_action": "resolve"} if over else None
    details: dict[str, Any] = {"text": fit(to_text(message, templates), PAGERDUTY_DETAILS)}
    for name, value in (("owner", monitor.owner), ("runbook", monitor.runbook)):
        if value:
            details[name] = value
    payload = {
        "summary": fit(headline(message, templates), PAGERDUTY_SUMMARY),
        "source": monitor.monitor,
        "severity": "error" if message.severity == "error" else "warning",
        "component": lead.subject or monitor.monitor,
        "group": monitor.owner or monitor.monitor,
        "class": f"{lead.family}.{lead.metric}",
        "custom_details": details,
    }
    if lead.first_breach_at:
        payload["timestamp"] = lead.first_breach_at
    event |= {"event_action": "trigger", "client": "mlmon", "payload": payload}
    if is_web_address(monitor.runbook):
        event |= {"links": [{"href": monitor.runbook, "text": "Runbook"}]}
    return event


def is_web_address(text: str | None) -> bool:
    """Whether a link may lead there."""
    return (text or "").lower().startswith(("http://", "https://"))


def transitions_of(message: Message) -> list[dict[str, str]]:
    """What the message delivers, each with the key under which it is recorded."""
    return [
        {
            "incident_id": item.incident.incident_id,
            "transition": item.transition,
            "delivery_key": item.delivery_key,
        }
        for item in message.transitions
    ]


def to_json(message: Message, templates: Path | None = None) -> dict[str, Any]:
    """The message for a program: the text and the rows behind it."""
    unique = {t.incident.incident_id: t.incident for t in message.transitions}
    incidents = []
    for incident in list(unique.values())[:JSON_INCIDENTS]:
        row = asdict(incident)
        for key in ("pending", "threads", "rounds", "is_gone", "told_extent", "told_rate"):
            del row[key]
        incidents.append(row)
    return {
        "delivery_key": message.delivery_key,
        "monitor": message.monitor.monitor,
        "severity": message.severity,
        "headline": headline(message, templates),
        "text": to_text(message, templates),
        "window": message.monitor.last_window,
        "owner": message.monitor.owner,
        "runbook": message.monitor.runbook,
        "actions": [
            {"name": name, "description": text or None} for name, text in message.actions.items()
        ],
        "transitions": transitions_of(message),
        "incidents": incidents,
        "n_incidents": len(unique),
        "moved": [
            {
                "column": i.subject,
                "metric": i.metric,
                "value": i.value,
                "segment": i.segment,
                "segment_value": i.segment_value,
            }
            for i in message.moved
        ],
    }
