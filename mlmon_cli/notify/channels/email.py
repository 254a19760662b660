"""E-mail: HTML, and text for readers without it."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from html import escape
from pathlib import Path
from typing import Any

from mlmon_cli import console
from mlmon_cli.console import shorten
from mlmon_cli.notify.blocks import Block, Code, Context, Fields, Header, build_blocks, runs
from mlmon_cli.notify.channel import Retried, Sending, key
from mlmon_cli.notify.formats import headline, to_details, to_text
from mlmon_cli.notify.message import Message
from mlmon_cli.notify.transports import Attempt, with_retries
from mlmon_cli.reader import Given, Key, Reader, is_number, kind_of

SUBJECT = 200
_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_PORT = Key(form="a whole number", least=1, most=65535)
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
    written = build_blocks(message, "rich", templates)
    line = ['<hr style="border:0;border-top:1px solid #d0d5dd;margin:16px 0">']
    parts = [_html_block(block, colour) for block in written.head]
    parts += [*line, *(_html_block(block, colour) for block in written.details)]
    body = "\n".join(parts if written.details else parts[: len(written.head)])
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(headline(message, templates))}</title></head>\n"
        f'<body style="{_FONT};color:#101828">\n'
        f'<div style="border-left:4px solid {colour};padding:4px 0 4px 16px;max-width:720px">\n'
        f"{body}\n</div></body></html>\n"
    )


def to_email(message: Message, channel: Email, templates: Path | None = None) -> EmailMessage:
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
    details = to_details(message, templates)
    mail.set_content(
        to_text(message, templates) + (f"\n\n{'-' * 60}\n{details}\n" if details else "\n")
    )
    mail.add_alternative(to_html(message, templates), subtype="html")
    return mail


def _is_mail_address(text: str) -> bool:
    _, address = parseaddr(text)
    before, at, after = address.rpartition("@")
    return bool(before and at and after) and not any(c in text for c in "\r\n")


@dataclass(frozen=True, kw_only=True)
class Email(Retried):
    """A mail for each message; a follow-up answers the first one."""

    type = "email"
    delivers = "HTML and text"

    host: str = key(needed=True)
    sender: str = key("from", needed=True)
    recipients: tuple[str, ...] = key("to", (), needed=True, form="any")
    port: int = key(default=0, declared=_PORT)
    security: str = key(default="starttls", form="any", choices=tuple(_PORTS))
    username: str = key(hidden=True)
    password: str = key(secret=True)

    @property
    def has_threads(self) -> bool:
        return True

    @classmethod
    def read(cls, reader: Reader, given: Given) -> dict[str, Any]:
        values, where = super().read(reader, given), given.where
        security = reader.choice(
            given.values, "security", tuple(_PORTS), "starttls", where, hidden=bool(given.used)
        )
        if given.get("password") and security == "none":
            reader.wrong(
                f"{where}: security",
                "is none, which would send the password in the clear. "
                "Legal with a password: starttls, tls",
            )
        if bool(given.get("username")) != bool(given.get("password")) and not given.missing:
            reader.wrong(where, "needs both 'username' and 'password', or neither")
        sender = given.get("from")
        if isinstance(sender, str) and sender and not _is_mail_address(sender):
            reader.wrong(f"{where}: from", "is not a mail address")
        recipients = given.get("to") or []
        if isinstance(recipients, str):
            recipients = recipients.split(",")
        if not isinstance(recipients, list):
            reader.wrong(
                f"{where}: to", f"must be a list of mail addresses, found {kind_of(recipients)}"
            )
            recipients = []
        recipients = [str(recipient).strip() for recipient in recipients]
        for recipient in recipients:
            if not _is_mail_address(recipient):
                reader.wrong(f"{where}: to", "holds what is not a mail address")
        port = given.get("port")
        return {
            **values,
            "host": values["host"].strip(),
            "sender": values["sender"].strip(),
            "recipients": tuple(recipients),
            "port": int(float(port)) if is_number(port, _PORT) else _PORTS[security],
            "security": security,
        }

    def send(self, message: Message, how: Sending) -> str:
        mail = to_email(message, self, how.templates)
        with_retries(lambda: self.attempt(mail), self.retries, self.backoff_seconds)
        return message.thread or str(mail["Message-ID"])

    def attempt(self, mail: EmailMessage) -> Attempt:
        """Hand `mail` to the server once."""
        import smtplib
        import ssl

        def refused(code: int) -> Attempt:
            return Attempt(f"the mail server answered {code}", again=400 <= code < 500)

        def connection() -> smtplib.SMTP:
            place = (self.host, self.port)
            if self.security != "tls":
                return smtplib.SMTP(*place, timeout=self.timeout_seconds)
            trust = ssl.create_default_context()
            return smtplib.SMTP_SSL(*place, timeout=self.timeout_seconds, context=trust)

        try:
            with connection() as server:
                if self.security == "starttls":
                    server.starttls(context=ssl.create_default_context())
                if self.username:
                    server.login(self.username, self.password)
                left_out = server.send_message(mail)
        except smtplib.SMTPAuthenticationError:
            return Attempt("the mail server refused the user name or the password")
        except smtplib.SMTPNotSupportedError:
            return Attempt(
                f"the mail server does not offer what security: {self.security} asks for"
            )
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            return refused(max(codes) if codes else 550)
        except smtplib.SMTPResponseException as error:
            return refused(error.smtp_code)
        except smtplib.SMTPServerDisconnected:
            return Attempt("connection lost", again=True)
        except ssl.SSLError:
            return Attempt("TLS failed: the server's certificate was not accepted")
        except TimeoutError:
            return Attempt(f"no answer within {self.timeout_seconds:g} s", again=True)
        except OSError:
            return Attempt("could not connect", again=True)
        except smtplib.SMTPException as error:
            return Attempt(f"the mail could not be sent ({type(error).__name__})")
        if left_out:
            # the others have it: to send it again would not help them
            console.say(
                f"Warning: {self.described()}: the mail server refused {len(left_out)} of "
                f"{len(self.recipients)} recipients"
            )
        return Attempt()


CHANNEL = Email
