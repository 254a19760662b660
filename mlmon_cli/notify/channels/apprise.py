"""Any service that the library Apprise knows: https://github.com/caronc/apprise"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from mlmon_cli.notify.channel import Retried, Sending, key
from mlmon_cli.notify.formats import to_text
from mlmon_cli.notify.message import Message
from mlmon_cli.notify.transports import Attempt, DeliveryError, with_retries
from mlmon_cli.reader import Given, Reader


@dataclass(frozen=True, kw_only=True)
class Apprise(Retried):
    """Text for the service that the URL names."""

    type = "apprise"
    delivers = (
        "text, to any service that [Apprise](https://github.com/caronc/apprise) supports: "
        "`pip install 'mlmon[apprise]'`"
    )

    url: str = key(needed=True, secret=True, called="the url of a service")

    @classmethod
    def read(cls, reader: Reader, given: Given) -> dict[str, Any]:
        if given.strict and find_spec("apprise") is None:
            reader.wrong(
                given.where, "type apprise needs the library: pip install 'mlmon[apprise]'"
            )
        return super().read(reader, given)

    def send(self, message: Message, how: Sending) -> str:
        title, _, body = to_text(message, how.templates, "inert").partition("\n")
        return self.hand_over(title, body or title, message.severity)

    def hand_over(self, title: str, body: str, severity: str) -> str:
        """Give a message to the library."""
        try:
            import apprise
        except ImportError:
            raise DeliveryError("needs the library: pip install 'mlmon[apprise]'") from None
        # its log quotes URLs
        log = logging.getLogger("apprise")
        log.propagate, log.handlers = False, [logging.NullHandler()]
        service = apprise.Apprise.instantiate(self.url)
        if service is None:
            raise DeliveryError("Apprise does not know the address's service, or it is incomplete")
        if "overflow=" not in self.url:
            service.overflow_mode = apprise.OverflowMode.SPLIT  # else the service cuts, or refuses
        kinds = {
            "error": apprise.NotifyType.FAILURE,
            "warn": apprise.NotifyType.WARNING,
            "resolved": apprise.NotifyType.SUCCESS,
        }
        target = apprise.Apprise()
        target.add(service)

        def once() -> Attempt:
            taken = target.notify(
                body=body,
                title=title,
                notify_type=kinds.get(severity, apprise.NotifyType.INFO),
                body_format=apprise.NotifyFormat.TEXT,
            )
            return Attempt() if taken else Attempt("the service did not take it", again=True)

        return with_retries(once, self.retries, self.backoff_seconds)


CHANNEL = Apprise
