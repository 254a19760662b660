"""Microsoft Teams, by a workflow's webhook: blocks as Adaptive Cards.

Text is written as runs, which Teams does not read as Markdown: data cannot become markup.
https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook
https://adaptivecards.io/explorer/
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlmon_cli.notify.blocks import Block, Code, Context, Fields, Header, build_blocks, runs
from mlmon_cli.notify.channel import Http, Sending, key
from mlmon_cli.notify.formats import headline, is_web_address, page_key, pages, pieces
from mlmon_cli.notify.message import Message

TEAMS_BYTES = 24_000  # a message may have 28 KB
TEAMS_TEXT = 4_000
_STYLES = {"error": "attention", "warn": "warning", "resolved": "good"}


def _text(text: str, **look: Any) -> list[dict[str, Any]]:
    """Lines of `rich` text, a RichTextBlock each."""
    lines = []
    for line in text.split("\n"):
        inlines = []
        for run in runs(line):
            written: dict[str, Any] = {"type": "TextRun", "text": run.text, **look}
            if run.bold:
                written["weight"] = "Bolder"
            if run.url:
                written["selectAction"] = {"type": "Action.OpenUrl", "url": run.url}
            inlines.append(written)
        lines.append({"type": "RichTextBlock", "inlines": inlines})
    return lines


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


def _payload(body: list[dict[str, Any]], message: Message) -> dict[str, Any]:
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": body,
    }
    if is_web_address(message.monitor.runbook):
        link = {"type": "Action.OpenUrl", "title": "Runbook", "url": message.monitor.runbook}
        card["actions"] = [link]
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
    blocks = build_blocks(message, "rich", templates)
    body = [element for block in blocks for element in _elements(block, message.severity)]

    def fits(page: list[dict[str, Any]]) -> bool:
        return len(json.dumps(_payload(page, message))) <= TEAMS_BYTES

    parts = pages(body, fits)
    payloads = []
    for number, page in enumerate(parts, 1):
        if number > 1:
            told = f"{headline(message, templates)} ({number} of {len(parts)})"
            page = [*_text(told, weight="Bolder"), *page]
        if page:
            page[-1]["id"] = f"mlmon-{page_key(message, number)}"
        payloads.append(_payload(page, message))
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
