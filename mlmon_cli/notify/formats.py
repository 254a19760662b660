"""What formats share: blocks as plain text and as a JSON document, and text within limits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal, TypeVar

from mlmon_cli.notify.blocks import Block, Fields, Header, build_blocks
from mlmon_cli.notify.message import Message

T = TypeVar("T")

JSON_INCIDENTS = 200


def headline(message: Message, templates: Path | None = None) -> str:
    """The first line of the message."""
    written = build_blocks(message, "text", templates)
    return next((b.text for b in written.head if isinstance(b, Header)), message.monitor.monitor)


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
    """The head as plain text, and where the rest is; `inert` where the receiver may read it as Markdown."""
    written = build_blocks(message, markup, templates)
    rest = [f"  {written.rest}"] if written.rest else []
    return "\n".join([*_lines(written.head), *rest])


def to_details(message: Message, templates: Path | None = None) -> str:
    """What the head leaves out, as plain text."""
    return "\n".join(_lines(build_blocks(message, "text", templates).details))


def _lines(blocks: Iterable[Block]) -> list[str]:
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, Header):
            lines += [block.text]
        elif isinstance(block, Fields):
            lines += ["  " + " | ".join(f"{label}: {value}" for label, value in block.pairs)]
        else:
            lines += ["  " + line for line in block.text.splitlines()]
    return lines


def page_key(message: Message, number: int) -> str:
    """The delivery key of one of the payloads that a message takes."""
    return message.delivery_key if number == 1 else f"{message.delivery_key}-{number}"


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
        for key in ("pending", "threads", "is_gone"):
            del row[key]
        incidents.append(row)
    return {
        "delivery_key": message.delivery_key,
        "monitor": message.monitor.monitor,
        "severity": message.severity,
        "headline": headline(message, templates),
        "text": to_text(message, templates),
        "details": to_details(message, templates),
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
