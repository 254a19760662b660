"""Microsoft Teams, by a workflow's webhook: blocks as Adaptive Cards.

Text is written as runs, which Teams does not read as Markdown: data cannot become markup.
https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook
https://adaptivecards.io/explorer/
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlmon_cli.notify.blocks import (
    Block,
    Code,
    Context,
    Fields,
    Header,
    Run,
    Section,
    build_blocks,
    runs,
)
from mlmon_cli.notify.channel import Http, Sending, key
from mlmon_cli.notify.formats import headline, is_web_address, page_key, pages, pieces
from mlmon_cli.notify.message import Message

TEAMS_BYTES = 24_000  # a message may have 28 KB
TEAMS_TEXT = 4_000
_STYLES = {"error": "attention", "warn": "warning", "resolved": "good"}


def _line(found: list[Run], look: Mapping[str, Any]) -> dict[str, Any]:
    inlines = []
    for run in found:
        written: dict[str, Any] = {"type": "TextRun", "text": run.text, **look}
        if run.bold:
            written["weight"] = "Bolder"
        if run.url:
            written["selectAction"] = {"type": "Action.OpenUrl", "url": run.url}
        inlines.append(written)
    return {"type": "RichTextBlock", "inlines": inlines}


def _text(text: str, **look: Any) -> list[dict[str, Any]]:
    """Lines of `rich` text, a RichTextBlock each; who is called stands beside it."""
    lines = []
    for line in text.split("\n"):
        found = runs(line)
        called = [run for run in found if run.mention]
        said = _line([run for run in found if not run.mention], look)
        lines.append(_calling(called, said) if called else said)
    return lines


def _at(run: Run) -> str:
    """A mention as it stands in the text and, alike, in the card's entities."""
    return f"<at>{re.sub('[<>&]', '', run.text)}</at>"


def _calling(called: list[Run], said: dict[str, Any]) -> dict[str, Any]:
    """Teams knows a mention in a TextBlock only: it gets a column, so that all else stays text."""
    names = {"type": "TextBlock", "text": " ".join(map(_at, called)), "wrap": True}
    return {
        "type": "ColumnSet",
        "columns": [
            {"type": "Column", "width": "auto", "items": [names]},
            {"type": "Column", "width": "stretch", "items": [said]},
        ],
    }


def _fact(label: str, value: str) -> dict[str, Any]:
    columns = [("110px", label, {"isSubtle": True}), ("stretch", value, {})]
    return {
        "type": "ColumnSet",
        "spacing": "Small",
        "columns": [
            {"type": "Column", "width": width, "items": _text(text, **look)}
            for width, text, look in columns
        ],
    }


def _elements(block: Block, severity: str) -> list[dict[str, Any]]:
    if isinstance(block, Header):
        title = _text(block.text, size="Large", weight="Bolder")
        style = _STYLES.get(severity, "default")
        return [{"type": "Container", "style": style, "bleed": True, "items": title}]
    if isinstance(block, Fields):
        return [_fact(label, value) for label, value in block.pairs]
    look: dict[str, Any] = {}
    if isinstance(block, Code):
        look = {"fontType": "Monospace", "size": "Small"}
    elif isinstance(block, Context):
        look = {"isSubtle": True, "size": "Small"}
    found = []
    for part in pieces(block.text, TEAMS_TEXT):
        lines = _text(part, **look)
        for line in lines[1:]:
            line["spacing"] = "None"
        found += lines
    return found


def _payload(
    head: list[dict[str, Any]],
    details: list[dict[str, Any]],
    message: Message,
    called: list[Run],
    number: int = 1,
) -> dict[str, Any]:
    """A card that shows its head, and its details when they are asked for."""
    about: dict[str, Any] = {"width": "Full"}
    if called:
        about["entities"] = [
            {
                "type": "mention",
                "text": _at(run),
                "mentioned": {"id": run.mention, "name": run.text},
            }
            for run in called
        ]
    name = f"mlmon-{page_key(message, number)}"
    body = list(head)
    actions: list[dict[str, Any]] = []
    if details:
        body.append({"type": "Container", "id": name, "isVisible": False, "items": details})
        target = {"title": "Details", "targetElements": [name]}
        actions.append({"type": "Action.ToggleVisibility", **target})
    else:
        body[-1] = {**body[-1], "id": name}
    if is_web_address(message.monitor.runbook):
        link = {"type": "Action.OpenUrl", "title": "Runbook", "url": message.monitor.runbook}
        actions.append(link)
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": about,
        "body": body,
    }
    if actions:
        card["actions"] = actions
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return {"type": "message", "attachments": [attachment]}


def to_teams(message: Message, templates: Path | None = None) -> list[dict[str, Any]]:
    """The message as payloads of a Teams workflow, as many as its limit makes necessary.

    The delivery key travels as the id of the last element, where a reader does not see it.
    """
    written = build_blocks(message, "rich", templates)
    head = [element for block in written.head for element in _elements(block, message.severity)]
    details = [e for block in written.details for e in _elements(block, message.severity)]
    sections = [block for block in written.head if isinstance(block, Section)]
    called = [run for block in sections for run in runs(block.text) if run.mention]
    head = head or _text(message.monitor.monitor)

    def fits(page: list[dict[str, Any]]) -> bool:
        return len(json.dumps(_payload(head, page, message, called))) <= TEAMS_BYTES

    parts = pages(details, fits)
    payloads = [_payload(head, parts[0], message, called)]
    for number, page in enumerate(parts[1:], 2):
        told = f"{headline(message, templates)} ({number} of {len(parts)})"
        title = _text(told, weight="Bolder")
        payloads.append(_payload(title, page, message, [], number))
    return payloads


@dataclass(frozen=True, kw_only=True)
class Teams(Http):
    """A card for each page."""

    type = "teams"
    delivers = (
        "an Adaptive Card, to a Teams workflow that starts with "
        '"When a Teams webhook request is received"'
    )

    url: str = key(needed=True, secret=True, called="a webhook's url")

    def send(self, message: Message, how: Sending) -> str:
        for number, page in enumerate(to_teams(message, how.templates), 1):
            self.post(page, page_key(message, number))
        return ""


CHANNEL = Teams
