"""PagerDuty, by its Events API v2.

https://developer.pagerduty.com/docs/events-api-v2/overview/, https://developer.pagerduty.com/docs/send-alert-event
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlmon_cli.notify.channel import Http, Sending, key
from mlmon_cli.notify.formats import fit, headline, is_web_address, to_details, to_text
from mlmon_cli.notify.message import Message
from mlmon_cli.report import ACKNOWLEDGED, ENDS

PAGERDUTY_SUMMARY = 1024
PAGERDUTY_DETAILS = 20_000


def to_pagerduty(
    message: Message, routing_key: str, templates: Path | None = None
) -> dict[str, Any] | None:
    """The message as an event of PagerDuty's Events API v2; None where nobody need be paged.

    All that one message told is one alert there: it is resolved when none of it is open, and
    escalated under the same key.
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
    if more := to_details(message, templates):
        details["details"] = fit(more, PAGERDUTY_DETAILS)
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


@dataclass(frozen=True, kw_only=True)
class PagerDuty(Http):
    """An event for each message; its alert is the thread that follow-ups belong to."""

    type = "pagerduty"
    delivers = "an event of Events API v2"
    address = "https://events.pagerduty.com/v2/enqueue"
    is_pager = True

    routing_key: str = key(needed=True, secret=True)

    @property
    def has_threads(self) -> bool:
        return True

    def send(self, message: Message, how: Sending) -> str:
        event = to_pagerduty(message, self.routing_key, how.templates)
        if event is None:
            return message.thread
        self.post(event, message.delivery_key)
        return str(event["dedup_key"])


CHANNEL = PagerDuty
