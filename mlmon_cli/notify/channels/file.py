"""A file of JSON lines."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlmon_cli.notify.channel import Channel, Sending, key
from mlmon_cli.notify.formats import to_json
from mlmon_cli.notify.journal import ends_in_a_line
from mlmon_cli.notify.message import Message
from mlmon_cli.notify.transports import DeliveryError


def append(path: Path, payload: Mapping[str, Any]) -> None:
    """Append `payload` as one line of JSON."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        start = "" if ends_in_a_line(path) else "\n"
        with path.open("a", encoding="utf-8") as file:
            file.write(start + json.dumps(payload, ensure_ascii=False) + "\n")
    except OSError as error:
        raise DeliveryError(f"{path} cannot be written: {error.strerror}") from None


@dataclass(frozen=True, kw_only=True)
class File(Channel):
    """A line for each message; `path` is relative to the project."""

    type = "file"
    delivers = "one JSON object per line"
    is_remote = False

    path: str = key(needed=True)

    def send(self, message: Message, how: Sending) -> str:
        append(how.root / Path(self.path).expanduser(), to_json(message, how.templates))
        return ""


CHANNEL = File
