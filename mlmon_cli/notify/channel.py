"""What every type of channel has; the types are in `mlmon_cli/notify/channels`, one a file.

A type declares its keys as fields: which are needed, which are secret. What is legal in mlmon.yml, what
`mlmon doctor` warns about and the table of docs/notifications.md follow from that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from mlmon_cli.notify.message import Message
from mlmon_cli.notify.transports import Judge, by_status, json_request, send_request
from mlmon_cli.reader import TRIES, Given, Key, Reader, Target, check_headers, check_url, tries


def key(
    name: str = "",
    default: Any = "",
    *,
    needed: bool = False,
    secret: bool = False,
    called: str = "it",
    hidden: bool = False,
    form: str = "text",
    choices: Sequence[str] = (),
    declared: Key | None = None,
) -> Any:
    """A field that mlmon.yml sets, by `name` where that is not the field's own.

    What is `secret` or `hidden` is kept out of the repr; a secret is `called` so by `mlmon doctor`.
    """
    declared = declared or Key(needed, secret, called, form, choices=choices)
    metadata = {"key": name, "declared": declared}
    if default is dict:
        return field(default_factory=dict, repr=not (secret or hidden), metadata=metadata)
    return field(default=default, repr=not (secret or hidden), metadata=metadata)


@dataclass(frozen=True)
class Sending:
    """What the sending of a message depends on besides its channel."""

    root: Path  # of the project
    templates: Path | None = None
    quiet: bool = False  # stdout is kept free for a document


@dataclass(frozen=True, kw_only=True)
class Channel(Target):
    """Where messages go."""

    what: ClassVar[str] = "channel"
    type: ClassVar[str]
    delivers: ClassVar[str]  # for the documentation
    is_remote: ClassVar[bool] = True  # messages go over the network
    is_pager: ClassVar[bool] = False  # hears that somebody has seen to it

    missing: tuple[str, ...] = ()

    @property
    def has_threads(self) -> bool:
        """Whether a message can answer an earlier one there."""
        return False

    @classmethod
    def keys(cls) -> dict[str, tuple[str, Key]]:
        """The keys that it takes, with the field that each sets: first what it needs, then its own."""
        own = [f for f in fields(cls) if f.metadata]
        inherited = {f.name for base in cls.__mro__[1:] for f in _fields_of(base)}
        own.sort(key=lambda f: (not f.metadata["declared"].needed, f.name in inherited))
        return {f.metadata["key"] or f.name: (f.name, f.metadata["declared"]) for f in own}

    @classmethod
    def needs(cls, block: Mapping[str, Any]) -> dict[str, str]:
        """The keys that `block` must have, with what would do instead."""
        return {name: "" for name, (_, declared) in cls.keys().items() if declared.needed}

    @classmethod
    def read(cls, reader: Reader, given: Given) -> dict[str, Any]:
        """The values of the fields; what is wrong is noted."""
        return {name: str(given.get(key) or "") for key, (name, _) in cls.keys().items()}

    def secrets(self) -> dict[str, str]:
        return {
            key: declared.called
            for key, (name, declared) in self.keys().items()
            if declared.secret and getattr(self, name)
        }

    def send(self, message: Message, how: Sending) -> str:
        """Deliver `message` -> what the receiver calls it, or nothing. Raises DeliveryError."""
        raise NotImplementedError


def _fields_of(base: type) -> list[Any]:
    return list(getattr(base, "__dataclass_fields__", {}).values())


@dataclass(frozen=True, kw_only=True)
class Retried(Channel):
    """A channel that can be out of reach."""

    timeout_seconds: float = key(default=10.0, declared=TRIES["timeout_seconds"])
    retries: int = key(default=4, declared=TRIES["retries"])
    backoff_seconds: float = key(default=1.0, declared=TRIES["backoff_seconds"])

    @classmethod
    def read(cls, reader: Reader, given: Given) -> dict[str, Any]:
        return {**super().read(reader, given), **tries(given)}


@dataclass(frozen=True, kw_only=True)
class Http(Retried):
    """A channel that takes JSON by POST."""

    address: ClassVar[str] = ""  # where the service listens when the file does not say

    url: str = key(hidden=True)
    headers: Mapping[str, str] = key(default=dict, hidden=True, form="any")

    @classmethod
    def read(cls, reader: Reader, given: Given) -> dict[str, Any]:
        values = super().read(reader, given)
        values["url"] = check_url(reader, given) or cls.address
        return {**values, "headers": check_headers(reader, given)}

    def secrets(self) -> dict[str, str]:
        found = super().secrets()
        if urlsplit(self.url).hostname in ("localhost", "127.0.0.1", "::1"):
            found.pop("url", None)
        return found

    def post(
        self,
        payload: object,
        delivery_key: str,
        *,
        headers: Mapping[str, str] | None = None,
        secret: str = "",
        judge: Judge = by_status,
        address: str = "",
    ) -> str:
        """POST `payload` as JSON, signed where there is a `secret` -> the receipt."""
        request = json_request(
            address or self.url,
            payload,
            delivery_key,
            {**(headers or {}), **self.headers},
            secret=secret,
            timeout=self.timeout_seconds,
        )
        return send_request(request, self.retries, self.backoff_seconds, judge)
