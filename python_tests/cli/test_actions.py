"""Actions: started once an incident, held back by their guards, and no value is read as code."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from cli_support import MONITOR, incident

from mlmon_cli.notify.actions import fill
from mlmon_cli.notify.transports import signature

SCRIPT = """\
import json, os, sys
with open("started.jsonl", "a") as file:
    print(json.dumps([sys.argv[1:], {k: v for k, v in os.environ.items() if k.startswith("MLMON_")}]), file=file)
print("half way")
sys.exit(int(os.environ.get("EXIT_CODE", 0)))
"""


def settings(**action: Any) -> str:
    """An mlmon.yml with one action and one channel that says nothing."""
    if action.get("type") not in (None, "command"):
        action = {"retries": 1, "backoff_seconds": 0.01, "timeout_seconds": 5, **action}
    channels = {"log": {"type": "file", "path": "log.jsonl"}}
    return json.dumps({"channels": channels, "actions": {"retrain": action}})


def actions(shop: Any) -> list[dict[str, Any]]:
    return [row for row in shop.deliveries() if row["transition"] == "action"]


def started(shop: Any) -> list[Any]:
    path = shop.root / "started.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def command(shop: Any) -> Any:
    """A project whose action is a command that notes how it was called."""
    shop.write("retrain.py", SCRIPT)
    line = [sys.executable, "retrain.py", "--monitor={monitor}", "{segment_value}", "{since}"]
    shop.write("mlmon.yml", settings(type="command", command=line))
    return shop


def test_a_command_is_started_once(command: Any, mlmon: Any) -> None:
    hostile = "$(touch x); `id` {monitor} %PATH% \"'"
    other = incident(incident_id="i2", metric="recall")
    command.set_rows(MONITOR, incident(segment="channel", segment_value=hostile), other)
    first = mlmon("run")
    assert "Action retrain for lead_scoring: started" in first.out, first.err
    assert mlmon("run").code == 1
    assert mlmon("notify").out == "Nothing is pending.\n"
    ((arguments, variables),) = started(command)
    assert arguments[0] == "--monitor=lead_scoring"
    assert {arguments[1], variables["MLMON_SEGMENT_VALUE"]} <= {hostile, "all"}
    assert variables["MLMON_ACTION"] == "retrain"
    rows = actions(command)
    assert {row["incident_id"] for row in rows} == {"i1", "i2"}
    assert {row["channel"] for row in rows} == {"action:retrain"}
    assert variables["MLMON_DELIVERY_KEY"] in {row["delivery_key"] for row in rows}
    assert not (command.root / "x").exists()


def test_a_renamed_action_is_not_started_again(command: Any, mlmon: Any) -> None:
    """Nor for another incident within `not_within`: its guard looks at the same record."""
    assert mlmon("notify").code == 0
    text = (command.root / "mlmon.yml").read_text().replace('"retrain":', '"refit":')
    asked = incident(actions=["refit"])
    command.set_rows(MONITOR, asked)
    command.write(
        "mlmon.yml",
        text.replace('"type": "command"', '"type": "command", "recorded_as": "retrain"'),
    )
    assert mlmon("notify").out == "Nothing is pending.\n"
    command.set_rows(MONITOR, asked, incident(incident_id="i2", metric="recall", actions=["refit"]))
    waits = mlmon("notify", "--format", "json")
    assert [(item["action"], item["status"]) for item in waits.json["actions"]] == [
        ("refit", "waits")
    ]
    assert len(started(command)) == 1
    assert {row["channel"] for row in actions(command)} == {"action:retrain"}
    # under another name it is another action
    command.write("mlmon.yml", text)
    assert mlmon("notify").code == 0
    assert len(started(command)) == 2
    assert {row["channel"] for row in actions(command)} == {"action:retrain", "action:refit"}


def test_a_value_is_never_read_as_a_template() -> None:
    values = {"monitor": "{segment_value}", "segment_value": "{monitor}"}
    assert fill(["a {monitor}", {"b": "{segment_value} {other} {"}], values) == [
        "a {segment_value}",
        {"b": "{monitor} {other} {"},
    ]


def test_a_command_that_fails_is_told_and_stays_due(
    command: Any, mlmon: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXIT_CODE", "3")
    result = mlmon("notify")
    assert result.code == 2
    assert "action 'retrain': the command ended with exit code 3; its output is in " in result.err
    assert "It stays due for 'lead_scoring'." in result.err
    assert "half way" in (command.root / "target/mlmon/action-retrain.log").read_text()
    monkeypatch.setenv("EXIT_CODE", "0")
    assert mlmon("notify").code == 0
    assert len(started(command)) == 2
    assert len(actions(command)) == 1


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (["no-such-program"], "there is no program 'no-such-program'"),
        (
            [sys.executable, "-c", "import time; time.sleep(9)"],
            "the command took longer than 0.3 s",
        ),
    ],
)
def test_a_command_that_cannot_run(shop: Any, mlmon: Any, line: list[str], told: str) -> None:
    shop.write("mlmon.yml", settings(type="command", command=line, timeout_seconds=0.3))
    result = mlmon("notify")
    assert result.code == 2
    assert told in result.err
    assert actions(shop) == []


def test_a_dry_run_starts_nothing(command: Any, mlmon: Any) -> None:
    result = mlmon("notify", "--dry-run")
    assert "Action retrain for lead_scoring: would be started" in result.out
    document = mlmon("run", "--dry-run", "--format", "json").json
    assert document["actions"][0]["status"] == "due"
    assert started(command) == []
    assert actions(command) == []


def test_not_twice_within_some_days(command: Any, mlmon: Any) -> None:
    mlmon("notify")
    later = incident(incident_id="i2", metric="recall", opened_at="2026-04-29T00:00:00")
    command.set_rows(MONITOR, incident(), later)
    result = mlmon("notify")
    assert "Action retrain for lead_scoring: waits: was started on" in result.out
    assert "not within 7 days again" in result.out
    assert result.code == 0
    assert len(started(command)) == 1
    # days later it is started for what still asks
    old = (datetime.now(timezone.utc) - timedelta(days=8)).strftime("%Y-%m-%dT%H:%M:%S")
    import duckdb

    with duckdb.connect(str(command.root / "shop.duckdb")) as connection:
        connection.execute(
            "update mlmon_deliveries set row_json = json_merge_patch(row_json, ?)",
            [json.dumps({"delivered_at": old})],
        )
    mlmon("notify")
    assert len(started(command)) == 2
    assert {row["incident_id"] for row in actions(command)} == {"i1", "i2"}


def test_not_while_labels_are_immature_unless_forced(command: Any, mlmon: Any) -> None:
    command.set_rows(MONITOR, incident(labels_mature=False))
    result = mlmon("notify")
    assert "waits: labels of the window it began in are not complete yet" in result.out
    assert started(command) == []
    assert "retrain for lead_scoring: started" in mlmon("notify", "--force-actions").out
    assert len(started(command)) == 1


def test_warnings_and_what_is_over_start_nothing(command: Any, mlmon: Any) -> None:
    over = incident(incident_id="i2", status="closed", transitions=["opened", "resolved"])
    command.set_rows(MONITOR, incident(severity="warn"), over)
    mlmon("notify")
    assert started(command) == []


def test_an_action_without_a_type_is_only_asked_for(shop: Any, mlmon: Any) -> None:
    shop.write("mlmon.yml", settings(description="by hand"))
    mlmon("notify")
    assert actions(shop) == []
    assert "lease retrain (by hand)" in (shop.root / "log.jsonl").read_text()


# --- requests


def test_a_signed_webhook(shop: Any, server: Any, mlmon: Any) -> None:
    body = {"ticket": "{monitor} in {segment_value}", "list": ["{metric}"], "n": 3}
    shop.write("mlmon.yml", settings(type="webhook", url=server.url, secret="wh-s3cr3t", body=body))
    shop.set_rows(MONITOR, incident(segment="c", segment_value='a"b}'))
    server.script = [503]
    assert mlmon("notify").code == 0
    assert len(server.requests) == 2
    (row,) = actions(shop)
    for headers, raw in server.requests:
        assert json.loads(raw) == {"ticket": 'lead_scoring in a"b}', "list": ["precision"], "n": 3}
        assert headers["Mlmon-Signature"] == signature("wh-s3cr3t", headers["Mlmon-Timestamp"], raw)
        assert headers["Mlmon-Delivery"] == row["delivery_key"]


@pytest.mark.parametrize("api", ["v1", "v2"])
def test_airflow(shop: Any, server: Any, mlmon: Any, api: str) -> None:
    """POST …/dags/{dag_id}/dagRuns; 409 says that the run is there: only the answer was lost."""
    address = server.url.split("/services")[0]
    text = settings(type="airflow", url=address, dag="retrain_{monitor}", token="t0k3n", api=api)
    shop.write("mlmon.yml", text)
    server.script = ["reset", 409]
    result = mlmon("notify")
    assert result.code == 0, result.err
    assert server.paths[-1] == f"/api/{api}/dags/retrain_lead_scoring/dagRuns"
    headers, _ = server.requests[-1]
    first, second = server.bodies()
    assert first == second
    assert headers["Authorization"] == "Bearer t0k3n"
    assert set(first) == {"dag_run_id", "conf"} | ({"logical_date"} if api == "v2" else set())
    assert first["dag_run_id"] == f"mlmon__{actions(shop)[0]['delivery_key']}"
    assert first["conf"]["monitor"] == "lead_scoring"
    assert first["conf"]["incidents"][0]["incident_id"] == "i1"


def test_github(shop: Any, server: Any, mlmon: Any) -> None:
    """POST /repos/{owner}/{repo}/dispatches: event_type up to 100 characters, 10 keys at most."""
    address = server.url.split("/services")[0]
    text = settings(type="github", url=address, repository="acme/models", token="ghp_s3cr3t")
    shop.write("mlmon.yml", text)
    server.script = [204]
    assert mlmon("notify").code == 0
    assert server.paths == ["/repos/acme/models/dispatches"]
    headers, _ = server.requests[0]
    assert headers["Accept"] == "application/vnd.github+json"
    assert headers["Authorization"] == "Bearer ghp_s3cr3t"
    (body,) = server.bodies()
    assert set(body) == {"event_type", "client_payload"}
    assert body["event_type"] == "mlmon_retrain"
    assert len(body["client_payload"]) <= 10
    assert body["client_payload"]["mlmon"]["metric"] == "precision"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"data": {"launchRun": {"__typename": "LaunchRunSuccess", "run": {"runId": "r1"}}}}, ""),
        (
            {"data": {"launchRun": {"__typename": "PythonError", "message": "s3cr3t"}}},
            "Dagster says PythonError",
        ),
        ({"data": None, "errors": [{"message": "s3cr3t"}]}, "Dagster says an error"),
        ("<html>", "the answer is not one of Dagster's"),
    ],
)
def test_dagster(shop: Any, server: Any, mlmon: Any, answer: Any, told: str) -> None:
    """The mutation launchRun(executionParams: {selector, runConfigData, executionMetadata})."""
    address = server.url.split("/services")[0]
    text = settings(
        type="dagster",
        url=address,
        job="retrain",
        location="ml",
        run_config={"ops": {"train": {"config": {"model": "{monitor}"}}}},
    )
    shop.write("mlmon.yml", text)
    server.script = [(200, {}, json.dumps(answer))]
    result = mlmon("notify")
    assert told in result.err
    assert "s3cr3t" not in result.err
    assert server.paths == ["/graphql"]
    (body,) = server.bodies()
    params = body["variables"]["params"]
    assert "launchRun(executionParams: $params)" in body["query"]
    assert params["selector"] == {
        "repositoryLocationName": "ml",
        "repositoryName": "__repository__",
        "jobName": "retrain",
    }
    assert params["runConfigData"] == {"ops": {"train": {"config": {"model": "lead_scoring"}}}}
    assert {"key": "mlmon/incident_id", "value": "i1"} in params["executionMetadata"]["tags"]
    assert [row["receipt"] for row in actions(shop)] == ([] if told else ["r1"])


@pytest.mark.parametrize("version", [None, "7"])
def test_mlflow(shop: Any, server: Any, mlmon: Any, version: str | None) -> None:
    """POST /api/2.0/mlflow/registered-models/set-tag, or model-versions/set-tag."""
    address = server.url.split("/services")[0]
    more = {"version": version} if version else {}
    text = settings(type="mlflow", url=address, model="{monitor}", tag="needs_retraining", **more)
    shop.write("mlmon.yml", text)
    assert mlmon("notify").code == 0
    kind = "model-versions" if version else "registered-models"
    assert server.paths == [f"/api/2.0/mlflow/{kind}/set-tag"]
    expected = {"name": "lead_scoring", "key": "needs_retraining", "value": "i1"}
    assert server.bodies() == [expected | more]


def test_a_failed_request_is_told_without_its_secrets(shop: Any, server: Any, mlmon: Any) -> None:
    shop.write("mlmon.yml", settings(type="webhook", url=server.url, secret="wh-t0k3n"))
    server.script = [(401, {}, "s3cr3t")]
    result = mlmon("run", "--format", "json")
    assert result.code == 2
    assert result.json["actions"][0]["status"] == "failed"
    assert any("action 'retrain': HTTP 401. It stays due" in p for p in result.json["problems"])
    for text in (result.out, result.err):
        assert "s3cr3t" not in text
        assert "t0k3n" not in text
        assert "127.0.0.1" not in text
