"""Blocks as an e-mail: HTML, and text for readers without it."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from html import escape
from pathlib import Path

from mlmon_cli.console import shorten
from mlmon_cli.notify.blocks import Block, Code, Context, Fields, Header, build_blocks, runs
from mlmon_cli.notify.compose import Message
from mlmon_cli.notify.formats import headline, to_text
from mlmon_cli.settings import Channel

SUBJECT = 200
_COLOURS = {"error": "#b42318", "warn": "#b54708", "resolved": "#067647"}
# Mail programs know neither style sheets nor modern layout: every look is inline.
_FONT = "font-family:-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif"


def _line(text: str) -> str:
    parts = []
    for run in runs(text):
        written = escape(run.text)
        if run.bold:
            written = f"<strong>{written}</strong>"
        if run.url:
            written = f'<a href="{escape(run.url)}" style="color:#175cd3">{written}</a>'
        parts.append(written)
    return "".join(parts)


def _html_block(block: Block, colour: str) -> str:
    if isinstance(block, Header):
        return (
            f'<h1 style="font-size:18px;margin:0 0 12px;color:{colour}">{escape(block.text)}</h1>'
        )
    if isinstance(block, Fields):
        rows = "".join(
            f'<tr><td style="padding:2px 16px 2px 0;color:#667085">{escape(label)}</td>'
            f'<td style="padding:2px 0">{_line(value)}</td></tr>'
            for label, value in block.pairs
        )
        return f'<table role="presentation" style="font-size:14px;margin:0 0 12px">{rows}</table>'
    if isinstance(block, Code):
        return (
            '<pre style="background:#f2f4f7;padding:10px;font-size:12px;white-space:pre-wrap">'
            f"{escape(block.text)}</pre>"
        )
    lines = "<br>\n".join(_line(line) for line in block.text.split("\n"))
    look = "color:#667085;font-size:12px" if isinstance(block, Context) else "font-size:14px"
    return f'<p style="{look};margin:0 0 12px">{lines}</p>'


def to_html(message: Message, templates: Path | None = None) -> str:
    """The message as a page of HTML that mail programs can show."""
    colour = _COLOURS.get(message.severity, "#344054")
    blocks = build_blocks(message, "rich", templates)
    body = "\n".join(_html_block(block, colour) for block in blocks)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(headline(message, templates))}</title></head>\n"
        f'<body style="{_FONT};color:#101828">\n'
        f'<div style="border-left:4px solid {colour};padding:4px 0 4px 16px;max-width:720px">\n'
        f"{body}\n</div></body></html>\n"
    )


def to_email(message: Message, channel: Channel, templates: Path | None = None) -> EmailMessage:
    """The message as an e-mail.

    Its Message-ID is made from the delivery key, so that a repetition can be told; a follow-up
    answers the first message and so stands in its thread.
    """
    mail = EmailMessage()
    _, address = parseaddr(channel.sender)
    mail["Subject"] = shorten(headline(message, templates), SUBJECT)
    mail["From"] = channel.sender
    mail["To"] = ", ".join(channel.recipients)
    mail["Date"] = formatdate(usegmt=True)
    mail["Message-ID"] = f"<mlmon-{message.delivery_key}@{address.rpartition('@')[2]}>"
    if message.thread:
        mail["In-Reply-To"] = message.thread
        mail["References"] = message.thread
    mail["Auto-Submitted"] = "auto-generated"
    mail["Mlmon-Delivery"] = message.delivery_key
    mail.set_content(to_text(message, templates) + "\n")
    mail.add_alternative(to_html(message, templates), subtype="html")
    return mail
