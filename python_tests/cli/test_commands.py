"""The commands: exit codes, what they print, errors in words."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cli_support import INCIDENT, MONITOR, ROOT, incident, spawn, wait_for

from mlmon_cli import dbt
from mlmon_cli.commands import demo as demo_module
from mlmon_cli.commands.demo import EXAMPLES, prepare_copy
from mlmon_cli.dbt_errors import explain
from mlmon_cli.errors import MlmonError
from mlmon_cli.project import Project

WARN = incident(severity="warn")
CALM = {**MONITOR, "status": "ok", "n_open_error": 0}


@pytest.mark.parametrize(
    ("rows", "fail_on", "code"),
    [
        ([CALM], "warn", 0),
        ([MONITOR, INCIDENT], "error", 1),
        ([MONITOR, INCIDENT], "warn", 1),
        ([MONITOR, INCIDENT], "never", 0),
        ([MONITOR, WARN], "error", 0),
        ([MONITOR, WARN], "warn", 1),
        ([MONITOR, incident(status="closed")], "warn", 0),
    ],
)
def test_exit_codes_of_check(
    shop: Any, mlmon: Any, rows: list[dict[str, Any]], fail_on: str, code: int
) -> None:
    shop.set_rows(*rows)
    assert mlmon("check", "--fail-on", fail_on).code == code


GROUP: dict[str, Any] = {
    "kind": "group",
    "value_lost": 12400.5,  # of the whole; its headline may be one segment
    "group_id": "g1",
    "monitor": "lead_scoring",
    "severity": "error",
    "status": "open",
    "first_breach_at": "2026-04-12T00:00:00",
    "headline_incident_id": "i1",
}


def test_check_reads_and_changes_nothing(shop: Any, mlmon: Any) -> None:
    shop.write("mlmon.yml", "channels: {a: {type: slack}}")  # not read: nothing is posted
    result = mlmon("check")
    assert result.code == 1
    assert "Verdict: error (exit code 1)" in result.out
    assert shop.deliveries() == []


def test_run_prints_one_summary(shop: Any, mlmon: Any) -> None:
    grouped = {**INCIDENT, "group_id": "g1"}
    shop.set_rows(MONITOR, grouped, GROUP, {**CALM, "monitor": "churn", "reference": "provisional"})
    result = mlmon("run")
    assert result.code == 1
    lines = result.out.splitlines()
    assert lines[0] == "ERROR lead_scoring: cost 12,400 so far; precision fell from 0.62 to 0.4123"
    table = lines[lines.index("") + 1 :]
    assert table[:4] == [
        "monitor       last window  predictions  status  open        since",
        "------------  -----------  -----------  ------  ----------  ----------",
        "lead_scoring  2026-04-30         1,672  error   1 incident  2026-04-12",
        "churn         2026-04-30         1,672  ok      \N{EN DASH}           \N{EN DASH}",
    ]
    assert "churn: the reference period is not over yet" in result.out
    told = lines.index("  error  cost 12,400 so far; precision fell from 0.62 to 0.4123")
    assert lines[told + 1] == "         since 2026-04-12"
    assert "Posted to: stdout (1 message)" in lines
    assert "6 windows recomputed" in result.err


def test_a_group_is_one_line_with_its_members_beneath(shop: Any, mlmon: Any) -> None:
    part = {"segment": "channel", "segment_value": "web", "value": 0.3, "group_id": "g1"}
    rows = [
        {**INCIDENT, "group_id": "g1", "place": 1},
        incident(incident_id="i2", place=3, **part),
        incident(incident_id="i3", metric="recall", group_id="g1", place=2),
    ]
    group = {
        **GROUP,
        "n_incidents": 3,
        "n_open": 3,
        "n_open_segments": 1,
        "cause": "volume rose",
        "cause_kind": "volume",
    }
    shop.set_rows(MONITOR, *rows, group)
    head = "error  precision and 2 more in 1 segment, since 2026-04-12; value lost 12,400; first moved: volume rose"
    lines = mlmon("check").out.splitlines()
    assert "  3 incidents  " in lines[2]
    assert lines[5:8] == [
        "  error  cost 12,400 so far; precision fell from 0.62 to 0.4123",
        "         since 2026-04-12; moved first: volume rose; 2 other incidents",
        "         (performance)",
    ]
    listed = mlmon("incidents").out.splitlines()
    assert listed[0] == f"g1  lead_scoring  {head}"
    assert [line.split()[0] for line in listed[3:6]] == ["i1", "i3", "i2"]
    assert mlmon("incidents", "--groups").out.splitlines() == [listed[0]]
    document = mlmon("incidents", "--format", "json").json
    assert [found["group_id"] for found in document["groups"]] == ["g1"]
    assert {found["group_id"] for found in document["incidents"]} == {"g1"}
    assert mlmon("incidents", "--groups", "--format", "json").json["incidents"] == []


def test_an_alert_test_that_fails_is_a_verdict_not_a_breakage(shop: Any, mlmon: Any) -> None:
    shop.set_vars(fake_alert=True)
    result = mlmon("run", "--fail-on", "never")
    assert result.code == 0, result.err
    assert "Error" not in result.err


@pytest.mark.parametrize("command", ["run", "check", "notify", "incidents", "doctor"])
def test_json_is_alone_on_stdout(shop: Any, mlmon: Any, command: str) -> None:
    document = mlmon(command, "--format", "json").json
    assert document["command"] == command
    if command == "run":
        assert document["verdict"] == "error"
        assert document["exit_code"] == 1
        assert document["incidents"][0]["value"] == 0.4123456
        assert document["posted"][0]["text"].startswith("ERROR lead_scoring")


def test_an_error_is_json_too_when_json_was_asked_for(shop: Any, mlmon: Any) -> None:
    shop.write("mlmon.yml", "channels: {a: {type: slack}}")
    result = mlmon("run", "--format", "json")
    assert result.code == result.json["exit_code"] == 2
    assert result.json["verdict"] == "unknown"
    assert "type slack needs 'url'" in result.json["error"]


def test_monitor_options(shop: Any, mlmon: Any) -> None:
    shop.set_rows(MONITOR, INCIDENT, {**CALM, "monitor": "churn"})
    assert mlmon("check", "--monitor", "churn").code == 0
    result = mlmon("check", "--monitor", "lead_scorin")
    assert result.code == 2
    assert "no monitor 'lead_scorin' \N{EM DASH} did you mean 'lead_scoring'?" in result.err
    assert mlmon("run", "-m", "lead_scoring", "--rebuild-from", "2026-04-01").code == 1
    result = mlmon("run", "-m", "lead-scoring")
    assert result.code == 2
    assert "did you mean 'lead_scoring'?" in result.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--fail-on", "sometimes"],
        ["run", "--rebuild-from", "yesterday"],
        ["run", "--rebuild-from", "2026-04-02", "--rebuild-to", "2026-04-01"],
        ["check", "--no-such-option"],
        ["no-such-command"],
        ["init", "--labels", "x"],
    ],
)
def test_usage_errors_exit_with_2(shop: Any, mlmon: Any, arguments: list[str]) -> None:
    assert mlmon(*arguments).code == 2


def test_incidents_lists_open_ones_and_all(shop: Any, mlmon: Any) -> None:
    closed = incident(incident_id="i2", metric="recall", status="closed", closed_at="2026-04-25")
    shop.set_rows(MONITOR, INCIDENT, closed)
    assert "recall" not in mlmon("incidents").out
    listed = mlmon("incidents", "--all").out
    assert "recall" in listed
    assert "2026-04-25" in listed
    assert len(mlmon("incidents", "--all", "--format", "json").json["incidents"]) == 2
    shop.set_rows(CALM)
    assert mlmon("incidents").out == "No open incident.\n"


def test_a_broken_node_is_named_with_its_error(shop: Any, mlmon: Any) -> None:
    shop.set_vars(fake_select="no_such_column")
    result = mlmon("run")
    assert result.code == 2
    assert "model mlmon_monitors failed:" in result.err
    assert "no_such_column" in result.err
    assert "Traceback" not in result.err
    assert result.out == ""


def test_mistakes_of_the_configuration_are_printed_as_they_are(shop: Any, mlmon: Any) -> None:
    told = "mlmon: 2 mistakes in the configuration\n  - monitor 'a': x\n  - monitor 'b': y"
    shop.set_vars(fake_mistakes=told)
    result = mlmon("run")
    assert result.code == 2
    assert f"Error: {told}\n" in result.err


def test_a_relation_that_does_not_exist_is_told_by_monitor_and_key(shop: Any, mlmon: Any) -> None:
    shop.set_vars(fake_ref="lead_scoring_prediction")
    path = shop.root / "dbt_project.yml"
    block = "{task: binary, predictions: {relation: lead_scoring_prediction}}"
    path.write_text(path.read_text().replace("{task: binary}", block))
    result = mlmon("run")
    assert result.code == 2
    assert (
        "monitor 'lead_scoring': predictions.relation: there is no model, seed or source "
        "'lead_scoring_prediction' \N{EM DASH} did you mean 'lead_scoring_predictions'?"
    ) in result.err


def test_a_missing_source_is_told_too(shop: Any) -> None:
    shop.write(
        "models/sources.yml", "sources: [{name: crm, tables: [{name: leads}, {name: labels}]}]"
    )
    path = shop.root / "dbt_project.yml"
    block = "{labels: {relation: crm.lables}}"
    path.write_text(path.read_text().replace("{task: binary}", block))
    text = "Model 'x' (y.sql) depends on a source named 'crm.lables' which was not found"
    told = explain(text, Project(shop.root))
    assert "monitor 'lead_scoring': labels.relation" in told
    assert "did you mean 'crm.labels'?" in told


def test_a_missing_adapter_is_told_with_what_installs_it(shop: Any) -> None:
    text = 'Credentials in profile "x", target "y" invalid: Could not find adapter type oracle!'
    told = explain(text, Project(shop.root))
    assert "the adapter 'oracle'" in told
    assert "pip install dbt-oracle" in told


def test_a_disabled_relation_is_told_by_monitor_and_key(shop: Any) -> None:
    path = shop.root / "dbt_project.yml"
    block = "{labels: {relation: {name: answers}}}"
    path.write_text(path.read_text().replace("{task: binary}", block))
    text = "Model 'x' (y.sql) depends on a node named 'answers' which is disabled"
    told = explain(text, Project(shop.root))
    assert "monitor 'lead_scoring': labels.relation: 'answers' is disabled" in told


def test_a_stack_of_java_calls_is_left_out(tmp_path: Path) -> None:
    text = """Runtime Error in model mlmon_bins (models/sums/mlmon_bins.sql)
  An error occurred while calling o48.sql.
  : java.util.concurrent.ExecutionException: Boxed Exception
  \tat scala.concurrent.impl.Promise$.scala$concurrent$impl$Promise$$resolve(Promise.scala:99)
  \tat java.base/java.lang.Thread.run(Thread.java:840)
  Caused by: java.lang.OutOfMemoryError: Java heap space
  \tat org.apache.spark.sql.catalyst.expressions.GeneratedClass$.<init>(Unknown Source)
  \t... 1 more
"""
    told = explain(text, Project(tmp_path))
    assert told.splitlines()[-1].strip() == "Caused by: java.lang.OutOfMemoryError: Java heap space"
    assert len(told.splitlines()) == 4


def test_another_process_holds_the_file(shop: Any, mlmon: Any) -> None:
    code = "import duckdb, time; c = duckdb.connect('shop.duckdb'); print('up', flush=True)"
    code += "; time.sleep(60)"
    holder = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "up\n"
        for command in ("run", "check"):
            result = mlmon(command)
            assert result.code == 2
            assert "another process holds the DuckDB file" in result.err
            assert str(holder.pid) in result.err
            assert "Traceback" not in result.err
    finally:
        holder.kill()
        holder.communicate()
    assert mlmon("check").code == 1


def test_the_file_is_free_again_after_each_command(shop: Any, mlmon: Any) -> None:
    mlmon("run")
    code = "import duckdb; duckdb.connect('shop.duckdb').execute('select 1')"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_profile_mistakes_are_readable(shop: Any, mlmon: Any) -> None:
    result = mlmon("check", "--target", "prod")
    assert result.code == 2
    assert "prod" in result.err
    assert "Traceback" not in result.err
    (shop.root / "profiles.yml").write_text("other: {}")
    result = mlmon("check")
    assert result.code == 2
    assert "Could not find profile named 'shop'" in result.err
    assert "--profiles-dir" in result.err


def test_outside_a_project(tmp_path: Path, mlmon: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = mlmon("run")
    assert result.code == 2
    assert "no dbt_project.yml" in result.err
    assert "mlmon init --new" in result.err


def test_the_project_is_found_from_below_and_paths_stay_its_own(
    shop: Any, mlmon: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(shop.root / "models")
    assert mlmon("check").code == 1
    assert Path.cwd() == shop.root / "models"
    monkeypatch.chdir(tmp_path)
    assert mlmon("check", "--project-dir", "shop").code == 1
    assert not (tmp_path / "shop.duckdb").exists()


def test_packages_are_installed_where_they_are_missing(shop: Any, mlmon: Any) -> None:
    (shop.root / "dbt_packages" / "mlmon").unlink()
    result = mlmon("check")
    assert result.code == 1
    assert "Installing dbt packages" in result.err


def test_doctor(shop: Any, mlmon: Any) -> None:
    finding = {
        "kind": "finding",
        "level": "warn",
        "monitor": "lead_scoring",
        "check": "join",
        "message": "2 % of labels have no prediction",
        "fix": "look at labels.id",
    }
    path = shop.root / "dbt_project.yml"
    block = "{task: binary, alerts: {owner: CHANGE_ME}}"
    path.write_text(path.read_text().replace("{task: binary}", block))
    shop.set_vars(fake_doctor=[finding])
    shop.write("mlmon.yml", "channels: {a: {type: slack, url: 'https://hooks.example/s3cr3t'}}")
    result = mlmon("doctor")
    assert result.code == 0
    assert "a webhook's url is a secret" in result.out
    assert "alerts.owner is still CHANGE_ME" in result.out
    assert "s3cr3t" not in result.out + result.err
    assert "  warn   join: 2 % of labels have no prediction\n         fix: look at" in result.out
    mistake = {"kind": "mistake", "monitor": "x", "key": "windo", "message": "unknown key"}
    shop.set_vars(fake_validate=[mistake])
    shop.write("mlmon.yml", "channels: {a: {type: slack}}")
    result = mlmon("doctor", "--format", "json")
    assert result.code == 2
    levels = [(f["level"], f["check"]) for f in result.json["findings"]]
    assert levels == [("error", "mlmon.yml"), ("error", "configuration")]


def test_help_imports_nothing_slow() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from mlmon_cli.main import invoke\n"
        "for command in ('run', 'check', 'notify', 'incidents', 'doctor', 'init', 'demo'):\n"
        "    assert invoke([command, '--help']) == 0\n"
        "slow = {'dbt', 'jinja2', 'yaml', 'requests', 'duckdb', 'urllib3'} & set(sys.modules)\n"
        "assert not slow, slow"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(ROOT)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "--rebaseline" in done.stdout


def test_completion() -> None:
    asked = {"COMP_WORDS": "mlmon re", "COMP_CWORD": "1", "_MLMON_COMPLETE": "bash_complete"}
    code = "import sys; sys.argv[0] = 'mlmon'; from mlmon_cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **asked, "PYTHONPATH": str(ROOT)},
    )
    assert {"plain,report", "plain,review", "plain,resolve"} == set(done.stdout.split())


def test_ctrl_c_while_building(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBT_LOG_LEVEL_FILE")
    # half a minute of work, so that a process that is left behind ends by itself
    slow = "(select count(*) from range(60000) a, range(60000) b where a.range * b.range % 7 = 3)"
    shop.set_vars(fake_select=f"{slow} as id")
    process = spawn("run")
    log = shop.root / "target" / "mlmon" / "logs" / "dbt.log"
    assert wait_for(lambda: log.exists() and "create  table" in log.read_text(), 60)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in out + err
    assert "Interrupted" in err


def test_a_closed_pipe_is_no_error(shop: Any) -> None:
    command = f"{sys.executable} -m mlmon_cli incidents --format json | true"
    done = subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_an_unexpected_error_shows_no_traceback(
    shop: Any, mlmon: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLMON_TRACEBACK")

    def broken(*_: Any) -> None:
        raise RuntimeError("https://hooks.example/s3cr3t")

    monkeypatch.setattr(dbt, "run_operation", broken)
    result = mlmon("check")
    assert result.code == 2
    assert "unexpected RuntimeError" in result.err
    assert "s3cr3t" not in result.err


def test_a_copy_of_an_example_keeps_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = tmp_path / "package" / "examples" / "flights"
    example.mkdir(parents=True)
    (example / "dbt_project.yml").write_text("name: flights")
    (example / "prepare.py").write_text("open('prepared', 'w')")
    (example / "target").mkdir()
    monkeypatch.setattr(demo_module, "package_root", lambda: tmp_path / "package")
    monkeypatch.chdir(tmp_path)
    copy = prepare_copy("flights", Path("mine"))
    assert copy == tmp_path / "mine" / "flights"
    assert (copy / "prepared").exists()
    assert not (copy / "target").exists()
    assert str(tmp_path / "package") in (copy / "packages.yml").read_text()
    (copy / "dbt_project.yml").write_text("name: changed")
    prepare_copy("flights", Path("mine"))
    assert (copy / "dbt_project.yml").read_text() == "name: changed"
    (tmp_path / "other" / "flights").mkdir(parents=True)
    (tmp_path / "other" / "flights" / "thesis.doc").touch()
    with pytest.raises(MlmonError, match="holds something else"):
        prepare_copy("flights", Path("other"))


def test_every_example_has_a_story() -> None:
    folders = [path.parent for path in (ROOT / "examples").glob("*/dbt_project.yml")]
    assert {folder.name for folder in folders} == set(EXAMPLES)
    for folder in folders:
        assert (folder / "story.txt").is_file()
        assert (folder / "questions.sql").is_file()


def test_the_shown_rows_have_no_terminal_codes(shop: Any, mlmon: Any) -> None:
    shop.set_rows(MONITOR, incident(segment="channel", segment_value="\x1b[2J\x9b31m"))
    for command in (["run"], ["check"], ["incidents"], ["notify", "--dry-run"]):
        result = mlmon(*command)
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", result.out), command
    assert json.loads(mlmon("incidents", "--format", "json").out)
