"""Posts over HTTP, to files and to stdout: each transition once, no secret in sight."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest
from cli_support import INCIDENT, MONITOR, incident, spawn, wait_for

from mlmon_cli.notify import deliver as deliver_module
from mlmon_cli.notify import journal, transports
from mlmon_cli.notify.channels.file import append
from mlmon_cli.notify.transports import Attempt, DeliveryError, backoff, retry_after, with_retries

CHANNEL = """\
channels:
  hook:
    type: {type}
    url: "{{{{ env_var('HOOK_URL') }}}}"
    timeout_seconds: 0.4
    retries: {retries}
    backoff_seconds: 0.01
    headers: {{Authorization: "Bearer {{{{ env_var('HOOK_TOKEN') }}}}"}}
"""


@pytest.fixture
def hook(shop: Any, server: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A project whose only channel is the local server."""
    monkeypatch.setenv("HOOK_URL", server.url)
    monkeypatch.setenv("HOOK_TOKEN", "t0k3n")
    shop.write("mlmon.yml", CHANNEL.format(type="webhook", retries=3))
    return shop


def assert_no_secret(*texts: str) -> None:
    for text in texts:
        assert "s3cr3t" not in text
        assert "t0k3n" not in text
        assert "127.0.0.1" not in text


def test_three_runs_post_once(hook: Any, server: Any, mlmon: Any) -> None:
    first = mlmon("run")
    assert first.code == 1, first.err
    assert mlmon("run").code == 1
    assert mlmon("notify").out == "Nothing is pending.\n"
    assert len(server.requests) == 1
    headers, _ = server.requests[0]
    body = server.bodies()[0]
    assert headers["Mlmon-Delivery"] == headers["Idempotency-Key"] == body["delivery_key"]
    assert headers["Authorization"] == "Bearer t0k3n"
    assert body["transitions"][0]["incident_id"] == "i1"
    assert (
        body["headline"]
        == "ERROR lead_scoring: cost 12,400 so far; precision fell from 0.62 to 0.4123"
    )
    (recorded,) = hook.deliveries()
    assert recorded["delivery_key"] == body["transitions"][0]["delivery_key"]
    assert recorded["channel"] == "hook"
    assert set(recorded) == {
        *("delivery_key incident_id monitor model_version segment segment_value family").split(),
        *(
            "subject column_role metric compared_to transition severity channel delivered_at receipt"
        ).split(),
    }
    assert_no_secret(first.out, first.err)


@pytest.mark.parametrize(
    ("script", "tries"),
    [
        ([(429, {"Retry-After": "0"}, "slow down")], 2),
        ([500, 503], 3),
        (["reset"], 2),
        (["hang"], 2),
        ([429, "reset", 502], 4),
    ],
)
def test_tries_again(hook: Any, server: Any, mlmon: Any, script: list[Any], tries: int) -> None:
    server.script = list(script)
    result = mlmon("notify")
    assert result.code == 0, result.err
    assert len(server.requests) == tries
    assert len({body for _, body in server.requests}) == 1
    assert len({headers["Mlmon-Delivery"] for headers, _ in server.requests}) == 1
    assert len(hook.deliveries()) == 1


@pytest.mark.parametrize(
    ("script", "tries", "told"),
    [
        ([(400, {}, "token s3cr3t is wrong")], 1, "HTTP 400"),
        ([(302, {"Location": "http://127.0.0.1/s3cr3t"}, "")], 1, "HTTP 302: a redirection"),
        ([500] * 4, 4, "HTTP 500 (4 tries)"),
        (["hang"] * 4, 4, "no answer within 0.4 s (4 tries)"),
        (["reset"] * 4, 4, "connection lost (4 tries)"),
        ([(429, {"Retry-After": "86400"}, "")], 1, "HTTP 429, and asks to wait 86400 s"),
    ],
)
def test_failure_is_told_and_stays_pending(
    hook: Any, server: Any, mlmon: Any, script: list[Any], tries: int, told: str
) -> None:
    server.script = list(script)
    result = mlmon("notify")
    assert result.code == 2
    assert f"channel 'hook' (from HOOK_URL, HOOK_TOKEN): {told}" in result.err
    assert "stays pending" in result.err
    assert len(server.requests) == tries
    assert_no_secret(result.out, result.err)
    assert hook.deliveries() == []
    server.script = []
    assert mlmon("notify").code == 0
    assert len(hook.deliveries()) == 1


def test_nobody_listens(hook: Any, mlmon: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_URL", "http://127.0.0.1:9/s3cr3t")
    result = mlmon("notify", "--format", "json")
    assert result.code == 2
    assert result.json["problems"] == [
        "channel 'hook' (from HOOK_URL, HOOK_TOKEN): could not connect (4 tries). "
        "'lead_scoring' stays pending there."
    ]
    assert_no_secret(result.out, result.err)


def test_one_failing_channel_does_not_stop_the_others(
    shop: Any, server: Any, mlmon: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_URL", server.url)
    monkeypatch.setenv("HOOK_TOKEN", "x")
    text = CHANNEL.format(type="slack", retries=0)
    shop.write("mlmon.yml", text + "  log: {type: file, path: out/messages.jsonl}\n")
    server.script = [(404, {}, "no_service")]
    result = mlmon("notify")
    assert result.code == 2
    assert "HTTP 404 (no_service)" in result.err
    (line,) = (shop.root / "out" / "messages.jsonl").read_text().splitlines()
    assert json.loads(line)["monitor"] == "lead_scoring"
    assert [row["channel"] for row in shop.deliveries()] == ["log"]


def test_one_refused_message_does_not_stop_the_next(hook: Any, server: Any, mlmon: Any) -> None:
    other = {**MONITOR, "monitor": "churn"}
    hook.set_rows(MONITOR, other, INCIDENT, incident(incident_id="i2", monitor="churn"))
    server.script = [400]
    assert mlmon("notify").code == 2
    assert [row["monitor"] for row in hook.deliveries()] == ["churn"]


def test_transitions_follow_each_other(hook: Any, server: Any, mlmon: Any) -> None:
    hook.set_rows(MONITOR, incident(severity="warn", actions=[]))
    mlmon("notify")
    hook.set_rows(MONITOR, incident(transitions=["opened", "escalated"]))
    mlmon("notify")
    closed = incident(
        status="closed",
        closed_at="2026-04-25T00:00:00",
        transitions=["opened", "escalated", "resolved"],
    )
    hook.set_rows(MONITOR, closed)
    assert mlmon("notify").code == 0
    assert mlmon("notify").out == "Nothing is pending.\n"
    assert [b["severity"] for b in server.bodies()] == ["warn", "error", "resolved"]
    assert [t["transition"] for b in server.bodies() for t in b["transitions"]] == [
        "opened",
        "escalated",
        "resolved",
    ]
    assert "worse than told before" in server.bodies()[1]["text"]
    assert "is back to normal" in server.bodies()[2]["headline"]


def test_dry_run_posts_and_records_nothing(
    hook: Any, server: Any, mlmon: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOOK_URL")  # a secret is not needed to see what would be posted
    for command in ("notify", "run"):
        result = mlmon(command, "--dry-run")
        assert result.code in (0, 1), result.err
        assert (
            "Would be posted to hook:\nERROR lead_scoring: cost 12,400 so far; precision fell"
            in result.out
        )
    assert server.requests == []
    assert hook.deliveries() == []


def test_what_could_not_be_recorded_is_not_posted_again(
    hook: Any, server: Any, mlmon: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The warehouse goes away between the post and its record."""
    from mlmon_cli.errors import MlmonError

    real = deliver_module.dbt.run_operation

    def broken(project: Any, macro: str, *arguments: Any) -> Any:
        if macro == "mlmon_record_deliveries":
            raise MlmonError("the warehouse is away")
        return real(project, macro, *arguments)

    monkeypatch.setattr(deliver_module.dbt, "run_operation", broken)
    result = mlmon("notify")
    assert result.code == 2
    assert "posted, but not yet recorded" in result.err
    monkeypatch.undo()
    monkeypatch.setenv("HOOK_URL", server.url)
    monkeypatch.setenv("HOOK_TOKEN", "x")
    monkeypatch.setenv("NO_PROXY", "*")
    assert hook.deliveries() == []
    assert "Would be posted" not in mlmon("notify", "--dry-run").out
    assert mlmon("notify").code == 0
    assert len(server.requests) == 1
    assert len(hook.deliveries()) == 1


def test_a_journal_cut_short_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "state" / "deliveries.jsonl"
    journal.append(path, [{"delivery_key": "a"}, {"delivery_key": "b"}])
    with path.open("a") as file:
        file.write('{"delivery_key": "c", "inc')
    assert [record["delivery_key"] for record in journal.read(path)] == ["a", "b"]
    journal.clear(path)
    assert journal.read(path) == []


def test_ctrl_c_while_posting(hook: Any, server: Any) -> None:
    server.script = ["hang"] * 10
    text = CHANNEL.format(type="webhook", retries=5).replace("0.4", "30")
    hook.write("mlmon.yml", text)
    process = spawn("notify")
    assert wait_for(lambda: bool(server.requests), 60)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in err + out
    assert "Interrupted" in err


def test_retry_after() -> None:
    from datetime import datetime, timezone

    now = datetime(2026, 4, 1, 12, 0, 0, tzinfo=timezone.utc)
    assert retry_after("7") == 7
    assert retry_after("Wed, 01 Apr 2026 12:00:30 GMT", now) == 30
    assert retry_after("Wed, 01 Apr 2026 11:00:00 GMT", now) == 0
    assert retry_after("soon") is None
    assert retry_after(None) is None
    assert retry_after("-3") is None


def test_backoff_doubles_and_leaves_half_to_chance() -> None:
    assert [backoff(n, 1.0, lambda: 1.0) for n in (1, 2, 3, 4)] == [1, 2, 4, 8]
    assert backoff(3, 1.0, lambda: 0.0) == 2
    assert backoff(50, 1.0, lambda: 1.0) == transports.LONGEST_WAIT


def test_the_wait_a_server_asks_for_is_honoured() -> None:
    waits: list[float] = []
    busy = Attempt("HTTP 429", again=True, wait=7.0)
    answers = [busy, Attempt("HTTP 500", again=True), Attempt()]
    with_retries(lambda: answers.pop(0), 4, 0.01, waits.append)
    assert waits[0] == 7
    assert waits[1] <= 0.02
    with pytest.raises(DeliveryError, match=r"HTTP 500 \(3 tries\)") as error:
        with_retries(lambda: Attempt("HTTP 500", again=True), 2, 0.01, waits.append)
    assert error.value.unreachable


def test_what_is_in_doubt_keeps_its_message(tmp_path: Path) -> None:
    path = tmp_path / "deliveries.jsonl"
    journal.begin(path, "m1", ["a", "b"])
    journal.begin(path, "m2", ["c"])
    journal.give_up(path, "m2")
    journal.begin(path, "m3", ["d"])
    journal.append(path, [{"delivery_key": "d"}])
    assert journal.in_doubt(path) == {"a": "m1", "b": "m1"}
    journal.clear(path)
    assert journal.read(path) == []
    assert journal.in_doubt(path) == {"a": "m1", "b": "m1"}
    journal.append(path, [{"delivery_key": "a"}, {"delivery_key": "b"}])
    journal.clear(path)
    assert not path.exists()


def test_a_line_cut_short_does_not_spoil_the_next(tmp_path: Path) -> None:
    path = tmp_path / "deliveries.jsonl"
    path.write_text('{"delivery_key": "a"}\n{"delivery_k')
    journal.append(path, [{"delivery_key": "b"}])
    assert [record["delivery_key"] for record in journal.read(path)] == ["a", "b"]
    path.write_text('{"delivery_k')
    append(path, {"delivery_key": "c"})
    assert path.read_text().splitlines()[1] == '{"delivery_key": "c"}'


def test_a_message_that_may_have_come_through_is_sent_again_as_it_was(
    hook: Any, server: Any, mlmon: Any
) -> None:
    """No answer in time; meanwhile something else broke. The receiver knows the first by its key."""
    server.script = ["hang"] * 4
    assert mlmon("notify").code == 2
    other = incident(incident_id="i2", metric="recall")
    hook.set_rows(MONITOR, INCIDENT, other)
    assert mlmon("notify").code == 0
    told = [[t["incident_id"] for t in body["transitions"]] for body in server.bodies()]
    assert told == [["i1"]] * 5 + [["i2"]]
    assert len({body["delivery_key"] for body in server.bodies()}) == 2
    assert len(hook.deliveries()) == 2


def test_a_message_that_was_refused_is_put_together_anew(
    hook: Any, server: Any, mlmon: Any
) -> None:
    server.script = [400]
    assert mlmon("notify").code == 2
    hook.set_rows(MONITOR, INCIDENT, incident(incident_id="i2", metric="recall"))
    assert mlmon("notify").code == 0
    assert {t["incident_id"] for t in server.bodies()[-1]["transitions"]} == {"i1", "i2"}
    assert len(server.bodies()) == 2


RENAMED = CHANNEL.replace("  hook:", "  alerts:")


def test_a_renamed_channel_is_told_nothing_twice(hook: Any, server: Any, mlmon: Any) -> None:
    """`recorded_as`: the keys that receivers know stay the same, and so does the record."""
    hook.set_rows(MONITOR, incident(severity="warn", actions=[]))
    assert mlmon("notify").code == 0
    text = RENAMED.format(type="webhook", retries=0) + "    recorded_as: hook\n"
    hook.write("mlmon.yml", text + "routes:\n  - {channels: [alerts]}\n")
    assert mlmon("notify").out == "Nothing is pending.\n"
    assert len(server.requests) == 1

    # a try whose answer was lost before the renaming has its key still
    hook.set_rows(MONITOR, incident(transitions=["opened", "escalated"]))
    hook.write("mlmon.yml", CHANNEL.format(type="webhook", retries=0))
    server.script = ["hang"]
    assert mlmon("notify").code == 2
    hook.write("mlmon.yml", text + "routes:\n  - {channels: [alerts]}\n")
    shown = mlmon("notify", "--dry-run")
    assert "Would be posted to alerts:\nERROR lead_scoring" in shown.out
    told = mlmon("notify", "--format", "json")
    assert told.code == 0, told.err
    assert [item["channel"] for item in told.json["posted"]] == ["alerts"]
    lost, again = server.bodies()[1:]
    assert lost["delivery_key"] == again["delivery_key"]
    assert {row["channel"] for row in hook.deliveries()} == {"hook"}

    closed = incident(
        status="closed",
        closed_at="2026-04-25T00:00:00",
        transitions=["opened", "escalated", "resolved"],
    )
    hook.set_rows(MONITOR, closed)
    assert mlmon("notify").code == 0
    assert server.bodies()[-1]["severity"] == "resolved"
    assert mlmon("notify").out == "Nothing is pending.\n"
    assert [row["transition"] for row in hook.deliveries()] == ["opened", "escalated", "resolved"]


def test_another_name_is_another_channel(hook: Any, server: Any, mlmon: Any) -> None:
    """It is told what is open, once, and then what becomes of it; the old name's record stays."""
    assert mlmon("notify").code == 0
    hook.write("mlmon.yml", RENAMED.format(type="webhook", retries=0))
    assert mlmon("notify").code == 0
    assert mlmon("notify").out == "Nothing is pending.\n"
    first, second = server.bodies()
    assert first["transitions"][0]["incident_id"] == second["transitions"][0]["incident_id"]
    assert first["delivery_key"] != second["delivery_key"]
    closed = incident(
        status="closed", closed_at="2026-04-25T00:00:00", transitions=["opened", "resolved"]
    )
    hook.set_rows(MONITOR, closed)
    assert mlmon("notify").code == 0
    assert [body["severity"] for body in server.bodies()] == ["error", "error", "resolved"]
    # put back under its first name, it hears what it missed
    hook.write("mlmon.yml", CHANNEL.format(type="webhook", retries=0))
    assert mlmon("notify").code == 0
    assert [row["channel"] for row in hook.deliveries()] == [
        *("hook", "alerts", "alerts", "hook"),
    ]


def test_two_channels_cannot_share_a_record(hook: Any, mlmon: Any) -> None:
    both = CHANNEL.format(type="webhook", retries=0) + (
        "  log: {type: file, path: a.jsonl, recorded_as: hook}\n"
        "  odd: {type: stdout, recorded_as: 'action:retrain'}\n"
        "  wrong: {type: stdout, recorded_as: [a]}\n"
    )
    hook.write("mlmon.yml", both)
    result = mlmon("notify")
    assert result.code == 2
    assert "channel 'log': is recorded as 'hook', and so is channel 'hook'" in result.err
    assert "channel 'odd': recorded_as: cannot begin with 'action:'" in result.err
    assert "channel 'wrong': recorded_as: must be text, found" in result.err
