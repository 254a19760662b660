"""Slack, by an incoming webhook or by its API.

https://docs.slack.dev/reference/block-kit/blocks, https://docs.slack.dev/reference/methods/chat.postMessage,
https://docs.slack.dev/reference/methods/chat.update
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlmon_cli import console
from mlmon_cli.console import shorten
from mlmon_cli.notify.blocks import Block, Code, Fields, Header, Section, build_blocks, inert
from mlmon_cli.notify.channel import Http, Sending, key
from mlmon_cli.notify.formats import fit, headline, page_key, pages, pieces
from mlmon_cli.notify.message import Message
from mlmon_cli.notify.transports import Answer, Attempt, DeliveryError, by_status
from mlmon_cli.reader import Given, Reader
from mlmon_cli.report import ENDS

SLACK_HEADER = 150
SLACK_TEXT = 3000
SLACK_FIELD = 2000
SLACK_FIELDS = 10
SLACK_BLOCKS = 50
SLACK_PAGE = (
    12_000  # characters of all blocks; Slack refuses a good many more without saying how many
)
# errors of Slack's API that pass by themselves
_PASSING = {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}


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


def _title(message: Message, templates: Path | None) -> str:
    return _slack_escaped(inert(headline(message, templates)))


def _written(blocks: Iterable[Block]) -> list[dict[str, Any]]:
    return [part for block in blocks for part in _slack_blocks(block)]


def _fits(page: list[dict[str, Any]]) -> bool:
    return len(page) < SLACK_BLOCKS and len(str(page)) <= SLACK_PAGE


def to_slack(message: Message, templates: Path | None = None) -> list[dict[str, Any]]:
    """The message as payloads of a Slack webhook, as many as Slack's limits make necessary.

    The details are an attachment, which Slack may fold. The delivery key travels as the last
    block's id, where a reader does not see it.
    """
    written = build_blocks(message, "slack", templates)
    title, head = _title(message, templates), _written(written.head)
    parts = pages(_written(written.details), lambda page: _fits([*head, *page]))
    payloads = []
    for number, page in enumerate(parts, 1):
        told = title if len(parts) == 1 else f"{title} ({number} of {len(parts)})"
        named = {"type": "section", "text": _mrkdwn(f"*{told}*", SLACK_TEXT)}
        shown = head if number == 1 and head else [named]
        [*shown, *page][-1]["block_id"] = f"mlmon-{page_key(message, number)}"
        payload: dict[str, Any] = {"text": fit(told, SLACK_TEXT), "blocks": shown}
        payloads.append({**payload, "attachments": [{"blocks": page}]} if page else payload)
    return payloads


def to_slack_thread(message: Message, templates: Path | None = None) -> list[dict[str, Any]]:
    """The message as payloads of Slack's API: the head, and the details for its thread."""
    written = build_blocks(message, "slack", templates)
    title, head = _title(message, templates), _written(written.head)
    details = _written(written.details)
    parts = [head, *(pages(details, _fits) if details else [])]
    payloads = []
    for number, page in enumerate(parts, 1):
        if page:
            page[-1]["block_id"] = f"mlmon-{page_key(message, number)}"
            told = title if number == 1 else f"Details of {title}"
            payloads.append({"text": fit(told, SLACK_TEXT), "blocks": page})
    return payloads


def _slack_word(answer: Answer) -> Attempt:
    """Slack explains itself in one word, such as invalid_payload or no_service."""
    attempt = by_status(answer)
    word = answer.body[:64].decode("ascii", "replace").strip()
    if attempt.problem and re.fullmatch(r"[a-z_]{3,40}", word):
        return Attempt(f"{attempt.problem} ({word})", attempt.again, attempt.wait)
    return attempt


def _slack_answer(answer: Answer) -> Attempt:
    """Slack's API says in the body whether it took a message, and what it calls it."""
    document = answer.json()
    if answer.status != 200 or not isinstance(document, dict):
        attempt = by_status(answer)
        return attempt if attempt.problem else Attempt("the answer is not one of Slack's API")
    if document.get("ok") is True:
        return Attempt(receipt=f"{document.get('channel', '')}:{document.get('ts', '')}")
    word = str(document.get("error", ""))
    known = word if re.fullmatch(r"[a-z_]{3,40}", word) else "unknown error"
    passing = word in _PASSING or word in ("ratelimited", "rate_limited")
    return Attempt(f"Slack says {known}", again=passing, wait=answer.wait)


@dataclass(frozen=True, kw_only=True)
class Slack(Http):
    """A message for each page; by the API, details and follow-ups answer the first one, which is edited when it is over."""

    type = "slack"
    delivers = "Block Kit, through an incoming webhook or Slack's API"
    address = "https://slack.com/api/chat.postMessage"

    url: str = key(needed=True, secret=True, called="a webhook's url")
    token: str = key(secret=True)
    conversation: str = key("channel")  # where a token is given

    @classmethod
    def needs(cls, block: Mapping[str, Any]) -> dict[str, str]:
        if "token" in block or "channel" in block:
            return {"token": "", "channel": ""}
        return {"url": ", or 'token' and 'channel'"}

    @classmethod
    def read(cls, reader: Reader, given: Given) -> dict[str, Any]:
        values = super().read(reader, given)
        return values if given.get("token") or given.get("url") else {**values, "url": ""}

    @property
    def has_threads(self) -> bool:
        return bool(self.token)

    def secrets(self) -> dict[str, str]:
        found = super().secrets()
        if self.token:
            found.pop("url", None)
        return found

    def send(self, message: Message, how: Sending) -> str:
        if not self.token:
            for number, page in enumerate(to_slack(message, how.templates), 1):
                self.post(page, page_key(message, number), judge=_slack_word)
            return message.thread
        receipt = ""
        conversation, _, thread = message.thread.partition(":")
        payloads = to_slack_thread(message, how.templates)
        for number, page in enumerate(payloads, 1):
            key = page_key(message, number)
            answer = page | {
                "channel": conversation or self.conversation,
                "unfurl_links": False,
                "unfurl_media": False,
                "metadata": {
                    "event_type": "mlmon_delivery",
                    "event_payload": {"delivery_key": key},
                },
            }
            if thread:
                answer["thread_ts"] = thread
                # what became worse must be seen by those who do not follow the thread
                answer["reply_broadcast"] = number == 1 and message.severity not in ENDS
            told = self._ask(answer, key)
            receipt = receipt or told
            thread = thread or told.partition(":")[2]
        if payloads and message.thread and (message.thread_is_over or message.again):
            self._edit(message, payloads[0])
        return message.thread or receipt

    def _ask(self, payload: Mapping[str, Any], key: str, address: str = "") -> str:
        authorization = {"Authorization": f"Bearer {self.token}"}
        return self.post(payload, key, headers=authorization, judge=_slack_answer, address=address)

    def _edit(self, message: Message, page: Mapping[str, Any]) -> None:
        """Let the first message say how it stands: over, or not any more. The reply is out already: no failure counts."""
        address = self.url.removesuffix("chat.postMessage")
        if address == self.url:
            return  # a proxy of which nobody knows where it takes edits
        conversation, _, moment = message.thread.partition(":")
        try:
            self._ask(
                {"channel": conversation, "ts": moment, **page},
                f"{message.delivery_key}-edit",
                address + "chat.update",
            )
        except DeliveryError as error:
            console.say(f"Warning: {self.described()}: the first message was not edited: {error}")


CHANNEL = Slack
