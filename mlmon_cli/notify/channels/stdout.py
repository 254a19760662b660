"""Standard output."""

from __future__ import annotations

from dataclasses import dataclass

import click

from mlmon_cli.notify.channel import Channel, Sending
from mlmon_cli.notify.formats import to_text
from mlmon_cli.notify.message import Message


@dataclass(frozen=True, kw_only=True)
class Stdout(Channel):
    """Text on standard output, unless that is kept free for a document."""

    type = "stdout"
    delivers = "text"
    is_remote = False

    def send(self, message: Message, how: Sending) -> str:
        text = to_text(message, how.templates)
        if not how.quiet:
            click.echo(text + "\n")
        return ""


CHANNEL = Stdout
