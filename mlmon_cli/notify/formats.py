"""Blocks as plain text, as Slack Block Kit, as a JSON document."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mlmon_cli.console import shorten
from mlmon_cli.notify.blocks import Block, Context, Fields, Header, Section, build_blocks
from mlmon_cli.notify.compose import Message

# https://docs.slack.dev/reference/block-kit/blocks
SLACK_HEADER = 150
SLACK_TEXT = 3000
SLACK_FIELD = 2000
SLACK_FIELDS = 10
SLACK_BLOCKS = 50
JSON_INCIDENTS = 200


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


def to_text(message: Message, templates: Path | None = None) -> str:
    """The message as plain text."""
    lines: list[str] = []
    for block in build_blocks(message, "text", templates):
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


def _slack_block(block: Block) -> dict[str, Any]:
    if isinstance(block, Header):
        text = {"type": "plain_text", "text": shorten(block.text, SLACK_HEADER), "emoji": False}
        return {"type": "header", "text": text}
    if isinstance(block, Fields):
        pairs = block.pairs[:SLACK_FIELDS]
        fields = [_mrkdwn(f"*{label}*\n{value}", SLACK_FIELD) for label, value in pairs]
        return {"type": "section", "fields": fields}
    if isinstance(block, Section):
        return {"type": "section", "text": _mrkdwn(block.text, SLACK_TEXT)}
    return {"type": "context", "elements": [_mrkdwn(block.text, SLACK_TEXT)]}


def to_slack(message: Message, templates: Path | None = None) -> dict[str, Any]:
    """The message as the payload of a Slack incoming webhook, within Slack's limits.

    The delivery key travels as the last block's id, where a reader does not see it.
    """
    blocks = build_blocks(message, "slack", templates)
    header = next((b.text for b in blocks if isinstance(b, Header)), message.monitor.monitor)
    if len(blocks) > SLACK_BLOCKS:
        left = len(blocks) - SLACK_BLOCKS + 1
        blocks = [*blocks[: SLACK_BLOCKS - 1], Context(f"and {left} more blocks")]
    payload = [_slack_block(block) for block in blocks]
    if payload:
        payload[-1]["block_id"] = f"mlmon-{message.delivery_key}"
    summary = header.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {"text": fit(summary, SLACK_TEXT), "blocks": payload}


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
        del row["pending"]
        incidents.append(row)
    blocks = build_blocks(message, "text", templates)
    return {
        "delivery_key": message.delivery_key,
        "monitor": message.monitor.monitor,
        "severity": message.severity,
        "headline": next((b.text for b in blocks if isinstance(b, Header)), ""),
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
