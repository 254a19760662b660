"""`kill -9` at any moment: the next run ends where an undisturbed one would, and every alert comes through.

`MLMON_CRASHES=100 pytest python_tests/cli/test_crashes.py` kills a hundred times, at other moments each time.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from cli_support import spawn

from mlmon_cli import dbt
from mlmon_cli.main import invoke
from python_tests.harness import Project, assert_same, snapshot
from python_tests.warehouses import duckdb_file

CRASHES = int(os.environ.get("MLMON_CRASHES", "0"))
START = datetime(2026, 1, 1)
MONITOR = {
    "task": "binary",
    "predictions": {
        "relation": "raw.log",
        "id": "id",
        "timestamp": "at",
        "score": "score",
        "loaded_at": "at",
    },
    "features": {"numeric": ["age"]},
    "reference": {"start": "2026-01-01", "end": "2026-01-06"},
    "thresholds": {"n_predictions": {"error": {"below": 5}}, "null_rate": {"error": 0.5}},
}
MLMON_YML = """\
channels:
  hook: {type: webhook, url: "{{ env_var('HOOK_URL') }}", retries: 0, backoff_seconds: 0}
  archive: {type: file, path: messages.jsonl}
"""


def log(days: int) -> pd.DataFrame:
    """Ten quiet days, ten with too few rows, then days without an age."""
    rows = []
    for day in range(days):
        for number in range(3 if 10 <= day < 20 else 8):
            at = START + timedelta(days=day, hours=number)
            age = None if day >= 20 else float(20 + number)
            rows.append(
                {"id": f"{day}-{number}", "at": at, "score": (number + 0.5) / 8, "age": age}
            )
    return pd.DataFrame(rows)


@dataclass
class Story:
    """A project in three states, the messages it posts, and how long an undisturbed run takes."""

    root: Path
    seconds: dict[str, float] = field(default_factory=dict)
    tables: dict[int, Any] = field(default_factory=dict)


def opened(root: Path) -> Project:
    """The project in `root`, without changing its configuration."""
    project = Project.__new__(Project)
    project.root, project.database, project.tables = root, root / "warehouse.duckdb", {"log"}
    project.warehouse = duckdb_file(project.database)
    return project


def mlmon(root: Path, *arguments: str) -> tuple[int, str]:
    """One command to its end, in this process."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = invoke([*arguments, "--project-dir", str(root)])
    dbt.release()
    assert "Traceback" not in said.getvalue(), said.getvalue()
    return code, said.getvalue()


def seconds(root: Path, *arguments: str, code: int) -> float:
    """How long a command takes as a process of its own."""
    started = time.monotonic()
    process = spawn(*arguments, "--project-dir", str(root))
    _, err = process.communicate(timeout=300)
    assert process.returncode == code, err
    return time.monotonic() - started


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Built up to day 10; then with days to 20 in the log (`due`); then built, not posted (`built`)."""
    made = Story(tmp_path_factory.mktemp("crashes"))
    quiet = made.root / "quiet"
    project = Project(quiet, {"leads": MONITOR}, {"log": log(10)})
    profile = yaml.safe_load((quiet / "profiles.yml").read_text())
    profile["watch"]["outputs"]["dev"]["path"] = "warehouse.duckdb"  # so that copies are alike
    (quiet / "profiles.yml").write_text(yaml.safe_dump(profile))
    assert mlmon(quiet, "run")[0] == 0
    (quiet / "mlmon.yml").write_text(MLMON_YML)
    project.load(log=log(20))
    shutil.copytree(quiet, made.root / "due", symlinks=True)
    os.environ["HOOK_URL"] = "http://127.0.0.1:9/none"
    made.seconds["run"] = seconds(quiet, "run", "--dry-run", code=1)
    shutil.copytree(quiet, made.root / "built", symlinks=True)
    made.seconds["notify"] = seconds(quiet, "notify", "--dry-run", code=0)
    made.tables[20] = snapshot(project)
    project.load(log=log(24))
    assert mlmon(quiet, "run", "--dry-run")[0] == 1
    made.tables[24] = snapshot(project)
    return made


def survive(
    story: Story,
    trial: Path,
    server: Any,
    command: str,
    kill: Callable[[Any], None],
    more: bool,
) -> None:
    """Start, kill, start again (with more rows in the log, maybe): tables and alerts are whole."""
    os.environ["HOOK_URL"] = server.url
    shutil.copytree(story.root / ("due" if command == "run" else "built"), trial, symlinks=True)
    process = spawn(command, "--project-dir", str(trial))
    kill(process)
    process.wait()
    project = opened(trial)
    days = 20
    if more:
        days = 24
        project.load(log=log(days))
    again = command if not more else "run"
    code, said = mlmon(trial, again)
    assert code == (1 if again == "run" else 0), said
    code, said = mlmon(trial, "notify")
    assert "Nothing is pending." in said, said

    assert_same(snapshot(project), story.tables[days])
    incidents = project.table("mlmon_incidents")
    assert len(incidents) >= (2 if more else 1)
    recorded = project.table("mlmon_deliveries")
    lines = (trial / "messages.jsonl").read_text().splitlines()
    for channel, bodies in (("hook", server.bodies()), ("archive", [json.loads(x) for x in lines])):
        told: dict[tuple[str, str], set[str]] = {}
        for body in bodies:
            for item in body["transitions"]:
                place = (item["incident_id"], item["transition"])
                told.setdefault(place, set()).add(body["delivery_key"])
        # none is lost
        for incident in incidents.itertuples():
            assert (incident.incident_id, "opened") in told, channel
            if incident.status == "closed":
                assert (incident.incident_id, "resolved") in told, channel
        # what is told twice has one key, and is recorded once
        assert all(len(keys) == 1 for keys in told.values()), told
        mine = recorded[recorded["channel"] == channel]
        assert sorted(zip(mine["incident_id"], mine["transition"], strict=True)) == sorted(told)
    for headers, body in server.requests:
        key = json.loads(body)["delivery_key"]
        assert headers["Idempotency-Key"] == headers["Mlmon-Delivery"] == key


@pytest.fixture
def moments() -> random.Random:
    """Moments to kill at: the same ones in every run of the suite, others where many are asked for."""
    return random.Random(None if CRASHES else 11)


@pytest.mark.parametrize(
    "number", range(CRASHES // 2) or [pytest.param(0, marks=pytest.mark.slow), 1]
)
@pytest.mark.parametrize("command", ["run", "notify"])
def test_killed_at_any_moment(
    story: Story, tmp_path: Path, server: Any, command: str, number: int, moments: random.Random
) -> None:
    for _ in range(number):
        moments.random()
    wait = story.seconds[command] * (0.2 + 0.8 * moments.random())

    def kill(process: Any) -> None:
        time.sleep(wait)
        process.kill()

    survive(story, tmp_path / "trial", server, command, kill, more=number % 2 == 1)


def test_died_before_it_noted_what_it_recorded(
    story: Story, tmp_path: Path, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the warehouse has already is not recorded again."""
    trial = tmp_path / "trial"
    shutil.copytree(story.root / "built", trial, symlinks=True)
    monkeypatch.setenv("HOOK_URL", server.url)
    found = []
    for died in (True, False):
        with monkeypatch.context() as patch:
            if died:
                patch.setattr("mlmon_cli.notify.journal.clear", lambda path: None)
            assert invoke(["notify", "--project-dir", str(trial)]) == 0
        found.append(opened(trial).table("mlmon_deliveries"))
        assert len(list(trial.rglob("deliveries-*.jsonl"))) == int(died)
    assert len(found[0]) > 0
    assert len(found[1]) == len(found[0])


@pytest.mark.parametrize("number", range(CRASHES // 4) or (0, 6))
def test_killed_around_a_post(
    story: Story, tmp_path: Path, server: Any, number: int, moments: random.Random
) -> None:
    """The receiver has it; mlmon dies before it knows, or just after."""
    arrived = threading.Event()
    pause = [0.0, 0.01, 0.03, 0.2][number % 4]

    def kill(process: Any) -> None:
        assert arrived.wait(120)
        time.sleep(pause)
        process.kill()
        process.wait()
        server.script.clear()

    class Told(list):  # type: ignore[type-arg]
        def append(self, item: Any) -> None:
            super().append(item)
            arrived.set()

    server.requests = Told()
    server.script = ["hang"] if pause == 0 else []
    survive(story, tmp_path / "trial", server, "notify", kill, more=number % 8 < 4)
