"""Each kind of channel against a local server that checks what it gets as the service's documentation has it."""

from __future__ import annotations

import email
import json
import re
import socket
import ssl
from email import policy
from pathlib import Path
from typing import Any

import pytest
import trustme
import yaml
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from channel_schemas import ADAPTIVE_CARD, PAGERDUTY, SLACK_API, SLACK_UPDATE, SLACK_WEBHOOK
from cli_support import MONITOR, ROOT, incident
from jsonschema import Draft202012Validator

from mlmon_cli.notify.transports import signature

WARNING = incident(severity="warn", actions=[])
ESCALATED = incident(transitions=["opened", "escalated"])
OVER = incident(
    status="closed",
    closed_at="2026-04-25T00:00:00",
    transitions=["opened", "escalated", "resolved"],
)
LONG = [
    incident(incident_id=f"s{i}", metric=f"m{i}", segment="c", segment_value="v" * 2_400)
    for i in range(5)
]
LONG += [
    incident(
        incident_id=f"s{i}-{j}", metric=f"m{i}", segment="d", segment_value=f"{j}" + "w" * 2_400
    )
    for i in range(5)
    for j in range(5)
]


def channel(kind: str, **keys: Any) -> str:
    """An mlmon.yml with one channel that is quick to give up."""
    block = {"type": kind, "retries": 0, "backoff_seconds": 0.01, "timeout_seconds": 5, **keys}
    return json.dumps({"channels": {"team": block}})


def tell(shop: Any, mlmon: Any, *rows: dict[str, Any], code: int = 0) -> Any:
    """The warehouse says `rows`; what is pending is posted."""
    shop.set_rows(MONITOR, *rows)
    result = mlmon("notify")
    assert result.code == code, result.out + result.err
    return result


def check(schema: dict[str, Any], document: Any) -> None:
    mistakes = [
        f"{list(e.absolute_path)}: {e.message[:300]}"
        for e in Draft202012Validator(schema).iter_errors(document)
    ]
    assert mistakes == []


# --- Slack


def test_slack_webhook(shop: Any, server: Any, mlmon: Any) -> None:
    shop.write("mlmon.yml", channel("slack", url=server.url))
    for rows in ([WARNING], [ESCALATED], [OVER], LONG):
        tell(shop, mlmon, *rows)
    assert len(server.requests) > 4  # the long one takes several
    for body in server.bodies():
        check(SLACK_WEBHOOK, body)
    keys = [headers["Mlmon-Delivery"] for headers, _ in server.requests]
    assert len(set(keys)) == len(keys)


def slack_ok(ts: str) -> tuple[int, dict[str, str], str]:
    return 200, {}, json.dumps({"ok": True, "channel": "C024BE91L", "ts": ts, "message": {}})


def test_slack_api_answers_in_the_thread(shop: Any, server: Any, mlmon: Any) -> None:
    shop.write(
        "mlmon.yml", channel("slack", url=server.url, token="xoxb-s3cr3t", channel="#models")
    )
    server.script = [slack_ok("1503435956.000247"), *(slack_ok(f"{n}.{n}") for n in range(2, 9))]
    tell(shop, mlmon, WARNING)
    tell(shop, mlmon, ESCALATED)
    # what is new beside the follow-up begins a thread of its own
    tell(shop, mlmon, OVER, incident(incident_id="i2", metric="recall"))
    for body in server.bodies():
        check(SLACK_API, body)
    bodies = sorted(server.bodies(), key=lambda b: "recall" in b["text"])
    first, worse, over, other = (b for b in bodies if not b["text"].startswith("Details of "))
    details = [b for b in bodies if b["text"].startswith("Details of ")]
    assert [b["thread_ts"] for b in details[:3]] == ["1503435956.000247"] * 3
    assert not any(b["reply_broadcast"] for b in details)
    assert all(h["Authorization"] == "Bearer xoxb-s3cr3t" for h, _ in server.requests)
    assert first["channel"] == "#models"
    assert "thread_ts" not in first
    assert "thread_ts" not in other
    for answer in (worse, over):
        assert answer["thread_ts"] == "1503435956.000247"
        assert answer["channel"] == "C024BE91L"
    assert worse["reply_broadcast"] is True  # who does not follow the thread sees it too
    assert over["reply_broadcast"] is False
    receipts = {
        row["transition"]: row["receipt"] for row in shop.deliveries() if row["incident_id"] == "i1"
    }
    assert receipts == dict.fromkeys(receipts, "C024BE91L:1503435956.000247")
    assert len(receipts) == 3


def test_the_first_message_in_slack_says_when_it_is_over(
    shop: Any, server: Any, mlmon: Any
) -> None:
    address = f"{server.url}/chat.postMessage"
    text = channel("slack", url=address, token="xoxb-s3cr3t", channel="#models")
    shop.write("mlmon.yml", text)
    server.script = [slack_ok(f"{n}.{n}") for n in range(1, 20)]
    tell(shop, mlmon, ESCALATED)
    assert not any(path.endswith("chat.update") for path in server.paths)
    tell(shop, mlmon, OVER)
    edited = server.bodies()[-1]
    check(SLACK_UPDATE, edited)
    assert server.paths[-1] == server.paths[0].replace("postMessage", "update")
    assert (edited["channel"], edited["ts"]) == ("C024BE91L", "1.1")
    assert edited["text"].startswith("RESOLVED lead_scoring: precision is back to normal")
    n_told = len(server.requests)
    assert mlmon("notify").out == "Nothing is pending.\n"
    assert len(server.requests) == n_told


def test_an_edit_that_slack_refuses_is_a_warning(shop: Any, server: Any, mlmon: Any) -> None:
    text = channel("slack", url=f"{server.url}/chat.postMessage", token="xoxb-s3cr3t", channel="C1")
    shop.write("mlmon.yml", text)
    server.script = [slack_ok(f"{n}.{n}") for n in range(1, 5)]
    tell(shop, mlmon, ESCALATED)
    server.script += [(200, {}, '{"ok": false, "error": "cant_update_message"}')]
    result = tell(shop, mlmon, OVER)
    assert "the first message was not edited: Slack says cant_update_message" in result.err
    assert "s3cr3t" not in result.err
    assert [row["transition"] for row in shop.deliveries()][-1] == "resolved"


@pytest.mark.parametrize(
    ("script", "code", "told"),
    [
        (
            [(200, {}, '{"ok": false, "error": "channel_not_found"}')],
            2,
            "Slack says channel_not_found.",
        ),
        ([(200, {}, '{"ok": false, "error": "<token s3cr3t>"}')], 2, "Slack says unknown error."),
        ([(200, {}, "<html>")], 2, "the answer is not one of Slack's API"),
        (
            [(200, {}, '{"ok": false, "error": "ratelimited"}')] * 2,
            2,
            "Slack says ratelimited (2 tries)",
        ),
        (
            [(429, {"Retry-After": "0"}, '{"ok": false}'), slack_ok("1.1"), slack_ok("2.2")],
            0,
            "Posted to team",
        ),
    ],
)
def test_what_slacks_api_says(
    shop: Any, server: Any, mlmon: Any, script: list[Any], code: int, told: str
) -> None:
    shop.write(
        "mlmon.yml", channel("slack", url=server.url, token="xoxb-s3cr3t", channel="C1", retries=1)
    )
    server.script = list(script)
    result = mlmon("notify")
    assert result.code == code
    assert told in result.out + result.err
    assert "s3cr3t" not in result.out + result.err
    assert len(shop.deliveries()) == (code == 0)


# --- Microsoft Teams


def test_teams(shop: Any, server: Any, mlmon: Any) -> None:
    shop.write("mlmon.yml", channel("teams", url=server.url))
    server.script = [202] * 20
    for rows in ([WARNING], [ESCALATED], [OVER], LONG):
        tell(shop, mlmon, *rows)
    assert len(server.requests) > 4
    for (_, raw), body in zip(server.requests, server.bodies(), strict=True):
        check(ADAPTIVE_CARD, body)
        assert len(raw) <= 28 * 1024
    card = server.bodies()[0]["attachments"][0]["content"]
    assert card["actions"][1]["url"] == "https://example.com/runbook?a=1&b=2"


def test_teams_shows_data_as_it_is(shop: Any, server: Any, mlmon: Any) -> None:
    """No text that could come from data is where Teams reads Markdown."""
    hostile = "[pay](http://evil) **now** <at>all</at> \ue000b\ue003"
    shop.write("mlmon.yml", channel("teams", url=server.url))
    tell(shop, mlmon, incident(segment="channel", segment_value=hostile))
    body = json.dumps(server.bodies()[0], ensure_ascii=False)
    assert "TextBlock" not in body.replace("RichTextBlock", "")
    assert "FactSet" not in body
    assert "[pay](http://evil) **now** <at>all</at> b" in body


# --- PagerDuty


def test_pagerduty(shop: Any, server: Any, mlmon: Any) -> None:
    shop.write("mlmon.yml", channel("pagerduty", url=server.url, routing_key="R" * 32))
    server.script = [202] * 9
    tell(shop, mlmon, WARNING, incident(incident_id="i2", metric="recall"))
    tell(shop, mlmon, ESCALATED, incident(incident_id="i2", metric="recall"))
    over = incident(
        incident_id="i2", metric="recall", status="closed", transitions=["opened", "resolved"]
    )
    tell(shop, mlmon, ESCALATED, over)  # the other is still open: the alert stays
    tell(shop, mlmon, OVER, over)
    assert mlmon("notify").out == "Nothing is pending.\n"
    for body in server.bodies():
        check(PAGERDUTY, body)
    assert [b["event_action"] for b in server.bodies()] == ["trigger", "trigger", "resolve"]
    assert [b["payload"]["severity"] for b in server.bodies()[:2]] == ["error", "error"]
    assert len({body["dedup_key"] for body in server.bodies()}) == 1


def test_pagerduty_hears_of_an_acknowledgement(shop: Any, server: Any, mlmon: Any) -> None:
    shop.write("mlmon.yml", channel("pagerduty", url=server.url, routing_key="R" * 32))
    seen = incident(transitions=["opened", "acknowledged"])
    tell(shop, mlmon, incident())
    tell(shop, mlmon, seen)
    tell(shop, mlmon, seen)
    for body in server.bodies():
        check(PAGERDUTY, body)
    assert [b["event_action"] for b in server.bodies()] == ["trigger", "acknowledge"]
    assert len({body["dedup_key"] for body in server.bodies()}) == 1


def test_a_renamed_pager_resolves_the_alert_that_it_opened(
    shop: Any, server: Any, mlmon: Any
) -> None:
    text = channel("pagerduty", url=server.url, routing_key="R" * 32)
    shop.write("mlmon.yml", text)
    server.script = [202] * 3
    tell(shop, mlmon, ESCALATED)
    block = yaml.safe_load(text)["channels"]
    ((name, settings),) = block.items()
    renamed = {"channels": {"oncall": {**settings, "recorded_as": name}}}
    shop.write("mlmon.yml", yaml.safe_dump(renamed))
    tell(shop, mlmon, OVER)
    assert [b["event_action"] for b in server.bodies()] == ["trigger", "resolve"]
    assert len({body["dedup_key"] for body in server.bodies()}) == 1


def test_what_joins_a_group_answers_in_its_thread(shop: Any, server: Any, mlmon: Any) -> None:
    text = channel("slack", url=server.url, token="xoxb-s3cr3t", channel="C1")
    shop.write("mlmon.yml", text)
    server.script = [slack_ok(f"{n}.{n}") for n in range(1, 5)]
    tell(shop, mlmon, incident(group_id="g"))
    tell(shop, mlmon, incident(group_id="g"), incident(group_id="g", incident_id="i2", metric="f1"))
    first, _, joined, _ = server.bodies()
    assert "thread_ts" not in first
    assert joined["thread_ts"] == "1.1"
    assert joined["reply_broadcast"] is True
    assert {row["receipt"] for row in shop.deliveries()} == {"C024BE91L:1.1"}


def test_pagerduty_has_one_key_for_a_repetition(shop: Any, server: Any, mlmon: Any) -> None:
    """A time-out after PagerDuty took the event: the next run tells the same alert again."""
    shop.write(
        "mlmon.yml", channel("pagerduty", url=server.url, routing_key="R" * 32, timeout_seconds=0.3)
    )
    server.script = ["hang", 202]
    tell(shop, mlmon, ESCALATED, code=2)
    tell(shop, mlmon, ESCALATED)
    assert len({body["dedup_key"] for body in server.bodies()}) == 1


def test_pagerduty_pages_nobody_for_what_is_over(shop: Any, server: Any, mlmon: Any) -> None:
    shop.write("mlmon.yml", channel("pagerduty", url=server.url, routing_key="R" * 32))
    tell(shop, mlmon, OVER)
    assert server.requests == []
    assert mlmon("notify").out == "Nothing is pending.\n"


@pytest.mark.parametrize("why", ["monitor", "reference", "configuration", "late_data"])
def test_pagerduty_gets_no_all_clear_that_nobody_saw(
    shop: Any, server: Any, mlmon: Any, why: str
) -> None:
    shop.write("mlmon.yml", channel("pagerduty", url=server.url, routing_key="R" * 32))
    server.script = [202] * 3
    tell(shop, mlmon, ESCALATED)
    ended = {"status": "closed", "closed_at": "2026-04-25T00:00:00"}
    tell(shop, mlmon, incident(transitions=["opened", "withdrawn"], why=why, **ended))
    assert [b["event_action"] for b in server.bodies()] == ["trigger"]
    assert mlmon("notify").out == "Nothing is pending.\n"
    assert [row["transition"] for row in shop.deliveries()][-1] == "withdrawn"


# --- webhook


def test_webhook_is_signed(shop: Any, server: Any, mlmon: Any) -> None:
    """As the documentation's own few lines verify it."""
    page = (ROOT / "docs" / "notifications.md").read_text()
    names: dict[str, Any] = {}
    exec(re.search(r"```text python=verify\n(.*?)```", page, re.DOTALL)[1], names)  # type: ignore[index]
    is_genuine = names["is_genuine"]
    shop.write("mlmon.yml", channel("webhook", url=server.url, secret="wh-s3cr3t", retries=1))
    server.script = [500]
    result = tell(shop, mlmon, ESCALATED)
    assert len(server.requests) == 2
    for headers, body in server.requests:
        timestamp = headers["Mlmon-Timestamp"]
        assert headers["Mlmon-Signature"] == signature("wh-s3cr3t", timestamp, body)
        assert headers["Mlmon-Signature"] != signature("another", timestamp, body)
        assert headers["Mlmon-Signature"] != signature("wh-s3cr3t", timestamp, body + b" ")
        assert is_genuine("wh-s3cr3t", headers, body)
        assert not is_genuine("another", headers, body)
        old = headers | {"Mlmon-Timestamp": str(int(timestamp) - 1000)}
        assert not is_genuine("wh-s3cr3t", old, body)
    assert "s3cr3t" not in result.out + result.err


# --- e-mail


class Mailbox:
    """A mail server on this machine that answers as scripted, then takes what it gets."""

    def __init__(self) -> None:
        self.script: list[str] = []
        self.refuse: set[str] = set()
        self.mails: list[Any] = []

    async def handle_RCPT(self, _s: Any, _c: Any, envelope: Any, address: str, _o: Any) -> str:
        if address in self.refuse:
            return "550 no such user: s3cr3t"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _s: Any, _c: Any, envelope: Any) -> str:
        answer = self.script.pop(0) if self.script else "250 OK"
        if answer.startswith("250"):
            self.mails.append(email.message_from_bytes(envelope.content, policy=policy.default))
        return answer


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def mailbox() -> Any:
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    box.port = controller.port  # type: ignore[attr-defined]
    yield box
    controller.stop()


def mail_channel(mailbox: Any, **keys: Any) -> str:
    given = {"host": "127.0.0.1", "port": mailbox.port, "security": "none"}
    given |= {"from": "mlmon <mlmon@example.com>", "to": ["ds@example.com", "ops@example.com"]}
    return channel("email", **{**given, **keys})


def test_email(shop: Any, mailbox: Any, mlmon: Any) -> None:
    shop.write("mlmon.yml", mail_channel(mailbox))
    tell(shop, mlmon, WARNING)
    tell(shop, mlmon, ESCALATED)
    tell(shop, mlmon, OVER)
    first, worse, over = mailbox.mails
    assert (
        first["Subject"].strip()  # a long one is folded
        == "WARN lead_scoring: cost 12,400 so far; precision fell from 0.62 to 0.4123"
    )
    assert first["To"] == "ds@example.com, ops@example.com"
    assert first["Message-ID"].startswith("<mlmon-")
    assert first["Message-ID"].endswith("@example.com>")
    assert worse["In-Reply-To"] == over["In-Reply-To"] == first["Message-ID"]
    text, html = (first.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "precision: 0.4123, was 0.62" in text
    assert "<strong>precision</strong>: 0.4123, was 0.62" in html
    assert '<a href="https://example.com/runbook?a=1&amp;b=2"' in html
    assert html.isascii() or first.get_body(("html",)).get_content_charset() == "utf-8"


def test_email_shows_data_as_it_is(shop: Any, mailbox: Any, mlmon: Any) -> None:
    hostile = "<script>alert(1)</script>\r\nBcc: x@evil"
    shop.write("mlmon.yml", mail_channel(mailbox))
    tell(shop, mlmon, incident(segment="channel", segment_value=hostile))
    (mail,) = mailbox.mails
    assert mail["Bcc"] is None
    html = mail.get_body(("html",)).get_content()
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


@pytest.mark.parametrize(
    ("script", "told", "mails"),
    [
        (["451 later", "250 OK"], "", 1),
        (["451 later"] * 2, "the mail server answered 451 (2 tries)", 0),
        (["554 s3cr3t"], "the mail server answered 554.", 0),
    ],
)
def test_what_a_mail_server_answers(
    shop: Any, mailbox: Any, mlmon: Any, script: list[str], told: str, mails: int
) -> None:
    shop.write("mlmon.yml", mail_channel(mailbox, retries=1))
    mailbox.script = script
    result = tell(shop, mlmon, ESCALATED, code=2 if told else 0)
    assert told in result.err
    assert "s3cr3t" not in result.err
    assert len(mailbox.mails) == mails


def test_a_recipient_that_is_refused_is_told(shop: Any, mailbox: Any, mlmon: Any) -> None:
    shop.write("mlmon.yml", mail_channel(mailbox))
    mailbox.refuse = {"ops@example.com"}
    result = tell(shop, mlmon, ESCALATED)
    assert "refused 1 of 2 recipients" in result.err
    assert len(mailbox.mails) == 1
    mailbox.refuse |= {"ds@example.com"}
    result = tell(shop, mlmon, incident(incident_id="i9"), code=2)
    assert "the mail server answered 550" in result.err


def test_no_mail_server(shop: Any, mailbox: Any, mlmon: Any) -> None:
    shop.write("mlmon.yml", mail_channel(mailbox, port=9))
    assert "could not connect" in tell(shop, mlmon, ESCALATED, code=2).err
    text = mail_channel(mailbox, security="starttls")
    shop.write("mlmon.yml", text)
    result = tell(shop, mlmon, ESCALATED, code=2)
    assert "the mail server does not offer what security: starttls asks for" in result.err


# aiosmtpd does not count the TLS of a connection that begins with it
@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_email_with_a_password(
    shop: Any, mlmon: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, security: str
) -> None:
    """Over TLS alone, to a server whose certificate is trusted, with the right password."""
    authority = trustme.CA()
    trust = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(trust)
    box = Mailbox()

    def authenticate(_server: Any, _s: Any, _e: Any, _m: Any, login: Any) -> AuthResult:
        known = (login.login, login.password) == (b"mlmon", b"s3cr3t")
        return AuthResult(success=known, handled=False)

    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=authenticate,
        auth_required=True,
        auth_require_tls=security == "starttls",
        ssl_context=trust if security == "tls" else None,
        tls_context=trust if security == "starttls" else None,
        require_starttls=security == "starttls",
    )
    controller.start()
    try:
        box.port = controller.port  # type: ignore[attr-defined]
        login = {"security": security, "username": "mlmon"}
        shop.write("mlmon.yml", mail_channel(box, password="s3cr3t", **login))
        refused = tell(shop, mlmon, ESCALATED, code=2)
        assert "TLS failed: the server's certificate was not accepted" in refused.err
        assert box.mails == []

        trusted = tmp_path / "authority.pem"
        authority.cert_pem.write_to_path(str(trusted))
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        tell(shop, mlmon, ESCALATED)
        assert len(box.mails) == 1

        shop.write("mlmon.yml", mail_channel(box, password="another", **login))
        refused = tell(shop, mlmon, incident(incident_id="i9"), code=2)
        assert "the mail server refused the user name or the password" in refused.err
        assert "another" not in refused.err
    finally:
        controller.stop()


# --- Apprise


def test_apprise(shop: Any, server: Any, mlmon: Any) -> None:
    address = server.url.replace("http://", "json://")
    shop.write("mlmon.yml", channel("apprise", url=address, retries=1))
    server.script = [500]
    result = tell(shop, mlmon, ESCALATED)
    assert len(server.requests) == 2
    body = server.bodies()[-1]
    assert (
        body["title"]
        == "ERROR lead_scoring: cost 12,400 so far; precision fell from 0.62 to 0.4123"
    )
    assert "Since 2026-04-12" in body["message"]
    assert body["type"] == "failure"
    server.script = [500, 500]
    result = tell(shop, mlmon, OVER, code=2)
    assert "the service did not take it (2 tries)" in result.err
    assert "s3cr3t" not in result.out + result.err


def test_apprise_does_not_know_every_address(shop: Any, mlmon: Any) -> None:
    shop.write("mlmon.yml", channel("apprise", url="nope://s3cr3t"))
    result = tell(shop, mlmon, ESCALATED, code=2)
    assert "Apprise does not know the address's service" in result.err
    assert "s3cr3t" not in result.out + result.err


# --- together


def test_a_channel_that_is_down_for_days(
    shop: Any, server: Any, mailbox: Any, mlmon: Any, tmp_path: Path
) -> None:
    """What happened meanwhile is told when it is back, once; the others get it in time."""
    blocks = {
        "pager": {"type": "pagerduty", "url": server.url, "routing_key": "R" * 32},
        "mail": json.loads(mail_channel(mailbox))["channels"]["team"],
        "log": {"type": "file", "path": "log.jsonl"},
    }
    for block in blocks.values():
        if block["type"] != "file":
            block |= {"retries": 1, "backoff_seconds": 0.01, "timeout_seconds": 1}
    shop.write("mlmon.yml", json.dumps({"channels": blocks}))
    server.script = [503] * 6  # three days with two tries each
    tell(shop, mlmon, WARNING, code=2)
    tell(shop, mlmon, ESCALATED, code=2)
    tell(shop, mlmon, ESCALATED, incident(incident_id="i2", metric="recall"), code=2)
    assert len(mailbox.mails) == 3
    assert len((shop.root / "log.jsonl").read_text().splitlines()) == 3
    assert len(server.requests) == 6
    for _ in range(2):  # it is back
        tell(shop, mlmon, ESCALATED, incident(incident_id="i2", metric="recall"))
    assert len(mailbox.mails) == 3
    told = server.bodies()[6:]
    assert len(told) == 1
    details = told[0]["payload"]["custom_details"]["details"]
    assert "precision" in details
    assert "recall" in details
    pager = {
        (r["incident_id"], r["transition"]) for r in shop.deliveries() if r["channel"] == "pager"
    }
    assert pager == {("i1", "opened"), ("i1", "escalated"), ("i2", "opened")}


@pytest.mark.parametrize("name", ["team", "nobody"])
def test_a_sample(shop: Any, server: Any, mlmon: Any, name: str) -> None:
    shop.write("mlmon.yml", channel("teams", url=server.url))
    result = mlmon("notify", "--test", name)
    if name == "team":
        assert result.code == 0, result.err
        check(ADAPTIVE_CARD, server.bodies()[0])
        assert "This is a test" in json.dumps(server.bodies()[0])
        assert "A sample was sent to team." in result.out
    else:
        assert result.code == 2
        assert "there is no channel 'nobody'" in result.err
    assert shop.deliveries() == []
