"""Postgres gives the numbers that DuckDB gives, and the command line works on it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from python_tests.engines.hostile_log import built_twice
from python_tests.harness import Project, assert_same, snapshot
from python_tests.warehouses import Warehouse


@pytest.fixture(scope="module")
def built(new_postgres: Callable[[], Warehouse], tmp_path_factory: pytest.TempPathFactory) -> Project:
    return built_twice(new_postgres(), tmp_path_factory)


def test_incremental_builds_equal_a_full_refresh(built: Project) -> None:
    incremental = snapshot(built)
    assert len(incremental["mlmon_checks"]) > 500
    built.build(full_refresh=True).check()
    assert_same(incremental, snapshot(built))


def mlmon(project: Project, *command: str) -> tuple[int, str]:
    """Exit code and standard output of a command, as in a shell."""
    done = subprocess.run(
        [sys.executable, "-m", "mlmon_cli", *command, "--project-dir", str(project.root), "--profiles-dir", str(project.root)],
        env={**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode in (0, 1) or command[0] == "doctor", (command, done.stdout, done.stderr)
    return done.returncode, done.stdout


def test_from_a_run_to_a_posted_alert(built: Project) -> None:
    """What is posted is recorded in the warehouse, and is not posted again."""
    (built.root / "mlmon.yml").write_text("channels:\n  file: {type: file, path: posted.jsonl}\nroutes:\n  - {channels: [file]}\n")
    findings = json.loads(mlmon(built, "doctor", "--format", "json")[1])
    assert findings
    code, out = mlmon(built, "run", "--format", "json")
    assert json.loads(out)
    posted = (built.root / "posted.jsonl").read_text(encoding="utf-8")
    assert posted
    delivered = built.table("mlmon_deliveries")
    assert len(delivered) > 0
    assert mlmon(built, "check")[0] == code
    assert json.loads(mlmon(built, "incidents", "--format", "json")[1])
    mlmon(built, "notify")
    assert (built.root / "posted.jsonl").read_text(encoding="utf-8") == posted
    assert len(built.table("mlmon_deliveries")) == len(delivered)
