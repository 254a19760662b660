"""A channel's secrets stay in the environment: they are in no file, table or output, whatever fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cli_support import spawn

PARTS = ("T000SECRET", "s3cr3t-path", "t0k3n-header", "s1gning-key", "p4ssw0rd")
MLMON_YML = """\
channels:
  hook:
    type: webhook
    url: "{{ env_var('HOOK_URL') }}"
    headers: {Authorization: "Bearer {{ env_var('HOOK_TOKEN') }}"}
    retries: 0
    timeout_seconds: 0.5
  chat:
    type: slack
    url: "{{ env_var('HOOK_URL') }}"
    retries: 1
    timeout_seconds: 0.5
    backoff_seconds: 0.01
routes: [{channels: [hook, chat]}]
"""


def holds_a_secret(root: Path) -> list[Path]:
    """Every file below `root`, hidden and binary ones too, that holds a part of a secret."""
    return [
        path
        for path in root.rglob("*")
        if path.is_file() and any(part.encode() in path.read_bytes() for part in PARTS)
    ]


@pytest.fixture
def secret_shop(shop: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("HOOK_TOKEN", "t0k3n-header")
    # what a person may set to look closer shows no secret either
    monkeypatch.setenv("MLMON_TRACEBACK", "1")
    monkeypatch.setenv("DBT_DEBUG", "1")
    monkeypatch.setenv("DBT_LOG_LEVEL_FILE", "debug")
    shop.write("mlmon.yml", MLMON_YML)
    return shop


URLS = {
    "nobody listens": "http://127.0.0.1:9/services/T000SECRET/s3cr3t-path",
    "no such host": "http://nosuchhost.invalid/services/T000SECRET/s3cr3t-path",
    "user and password": "http://bob:p4ssw0rd@127.0.0.1:9/T000SECRET",
    "no such port": "http://127.0.0.1:99999/T000SECRET/s3cr3t-path",
    "no address": "T000SECRET/s3cr3t-path",
    "bad label": "http://" + "s3cr3t-path" * 9 + ".example/",
    "control characters": "http://127.0.0.1:9/T000SECRET\t/s3cr3t-path",
}


@pytest.mark.parametrize("case", list(URLS))
def test_a_url_that_leads_nowhere(
    secret_shop: Any, mlmon: Any, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    monkeypatch.setenv("HOOK_URL", URLS[case])
    for command in (["notify"], ["run", "--format", "json"]):
        result = mlmon(*command)
        assert result.code == 2
        for part in PARTS:
            assert part not in result.out + result.err, command
    assert holds_a_secret(secret_shop.root) == []


@pytest.mark.parametrize(
    "answer",
    [
        (302, {"Location": "http://127.0.0.1:9/T000SECRET/s3cr3t-path"}, ""),
        (400, {}, "no such token: t0k3n-header T000SECRET"),
        (429, {"Retry-After": "s3cr3t-path"}, ""),
        (500, {"X-Debug": "T000SECRET"}, "s3cr3t-path"),
        "reset",
        "hang",
    ],
)
def test_an_answer_that_quotes_it(
    secret_shop: Any, server: Any, mlmon: Any, monkeypatch: pytest.MonkeyPatch, answer: Any
) -> None:
    monkeypatch.setenv("HOOK_URL", f"{server.url}/T000SECRET/s3cr3t-path")
    server.script = [answer] * 3
    for command in (["notify", "--format", "json"], ["doctor"]):
        result = mlmon(*command)
        for part in PARTS:
            assert part not in result.out + result.err, command
    assert holds_a_secret(secret_shop.root) == []


def test_what_a_process_prints_and_leaves(
    secret_shop: Any, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way, once delivered and once with a variable that is missing."""
    monkeypatch.setenv("HOOK_URL", f"{server.url}/T000SECRET/s3cr3t-path")
    out, err = spawn("run").communicate(timeout=120)
    assert len(server.requests) == 2
    assert server.requests[0][0]["Authorization"] == "Bearer t0k3n-header"
    monkeypatch.delenv("HOOK_TOKEN")
    process = spawn("notify")
    told = process.communicate(timeout=120)
    assert process.returncode == 2
    assert "environment variable HOOK_TOKEN is not set" in told[1]
    for part in PARTS:
        assert part not in out + err + told[0] + told[1]
    assert holds_a_secret(secret_shop.root) == []
