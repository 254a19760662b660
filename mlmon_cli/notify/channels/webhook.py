"""Any HTTP server: the JSON of docs/notifications.md, signed where there is a secret."""

from __future__ import annotations

from dataclasses import dataclass

from mlmon_cli.notify.channel import Http, Sending, key
from mlmon_cli.notify.formats import to_json
from mlmon_cli.notify.message import Message


@dataclass(frozen=True, kw_only=True)
class Webhook(Http):
    """A POST for each message."""

    type = "webhook"
    delivers = "the same JSON, by POST; signed if a secret is set"

    url: str = key(needed=True, secret=True, called="a webhook's url")
    secret: str = key(secret=True)

    def send(self, message: Message, how: Sending) -> str:
        payload = to_json(message, how.templates)
        return self.post(payload, message.delivery_key, secret=self.secret)


CHANNEL = Webhook
