"""For each type of channel, how a message is written and handed over."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from mlmon_cli.notify.cards import to_teams
from mlmon_cli.notify.compose import Message
from mlmon_cli.notify.formats import page_key, to_json, to_pagerduty, to_slack, to_text
from mlmon_cli.notify.mail import to_email
from mlmon_cli.notify.transports import (
    Answer,
    Attempt,
    append,
    by_status,
    post,
    send_apprise,
    send_mail,
    show,
)
from mlmon_cli.project import Project
from mlmon_cli.report import ENDS
from mlmon_cli.settings import Channel, Settings

# errors of Slack's API that pass by themselves
_PASSING = {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}


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


def _send_webhook(message: Message, channel: Channel, templates: Path | None) -> str:
    return post(channel, to_json(message, templates), message.delivery_key)


def _send_slack(message: Message, channel: Channel, templates: Path | None) -> str:
    """To a webhook; or by the API, where a follow-up answers the first message."""
    receipt = ""
    conversation, _, thread = message.thread.partition(":")
    for number, page in enumerate(to_slack(message, templates), 1):
        key = page_key(message, number)
        if not channel.token:
            post(channel, page, key, judge=_slack_word)
            continue
        page |= {
            "channel": conversation or channel.conversation,
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": {"event_type": "mlmon_delivery", "event_payload": {"delivery_key": key}},
        }
        if thread:
            page["thread_ts"] = thread
            # what became worse must be seen by those who do not follow the thread
            page["reply_broadcast"] = number == 1 and message.severity not in ENDS
        authorization = {"Authorization": f"Bearer {channel.token}"}
        told = post(channel, page, key, headers=authorization, judge=_slack_answer)
        receipt = receipt or told
        thread = thread or told.partition(":")[2]
    return message.thread or receipt


def _send_teams(message: Message, channel: Channel, templates: Path | None) -> str:
    for number, page in enumerate(to_teams(message, templates), 1):
        post(channel, page, page_key(message, number))
    return ""


def _send_email(message: Message, channel: Channel, templates: Path | None) -> str:
    told = send_mail(channel, to_email(message, channel, templates))
    return message.thread or told


def _send_pagerduty(message: Message, channel: Channel, templates: Path | None) -> str:
    event = to_pagerduty(message, channel.routing_key, templates)
    if event is None:
        return message.thread
    post(channel, event, message.delivery_key)
    return str(event["dedup_key"])


def _send_apprise(message: Message, channel: Channel, templates: Path | None) -> str:
    title, _, body = to_text(message, templates, "inert").partition("\n")
    return send_apprise(channel, title, body or title, message.severity)


_SENDERS: dict[str, Callable[[Message, Channel, Path | None], str]] = {
    "webhook": _send_webhook,
    "slack": _send_slack,
    "teams": _send_teams,
    "email": _send_email,
    "pagerduty": _send_pagerduty,
    "apprise": _send_apprise,
}


def is_remote(channel: Channel) -> bool:
    """Whether messages go over the network."""
    return channel.type in _SENDERS


def send(
    message: Message, channel: Channel, project: Project, settings: Settings, quiet: bool
) -> str:
    """Write `message` for `channel` and deliver it -> what the receiver calls it, or nothing.

    `quiet` keeps stdout free for a document. Raises DeliveryError.
    """
    templates = settings.templates
    if channel.type == "stdout":
        text = to_text(message, templates)
        if not quiet:
            show(text)
        return ""
    if channel.type == "file":
        append(project.root / Path(channel.path).expanduser(), to_json(message, templates))
        return ""
    return _SENDERS[channel.type](message, channel, templates)
