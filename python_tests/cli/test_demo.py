"""The demo against the real package: the story it is there to tell, told once."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import duckdb
from cli_support import spawn


def test_the_lead_scoring_demo_tells_its_story_once(tmp_path: Path, mlmon: Any) -> None:
    first = spawn("demo", cwd=tmp_path)
    out, err = first.communicate(timeout=300)
    assert first.returncode == 0, err
    headline = next(line for line in out.splitlines() if line.startswith("ERROR lead_scoring: "))
    assert "precision fell to" in headline
    assert "Since: 2026-04-01" in out
    assert "channel=paid_social" in out
    assert "Moved with it: " in out
    assert "Asked for: retrain" in out
    assert "Posted to: console (1 message)" in out

    copy = tmp_path / "mlmon_demo" / "lead_scoring"
    questions = (copy / "questions.sql").read_text()
    assert questions in out
    with duckdb.connect(str(next(copy.glob("*.duckdb"))), read_only=True) as connection:
        for query in questions.split(";\n")[:-1]:
            assert connection.execute(query).fetchall()

    os.chdir(tmp_path)
    again = mlmon("demo")
    assert again.code == 0, again.err
    assert "ERROR lead_scoring" not in again.out
    assert "0 windows recomputed" in again.err

    os.chdir(tmp_path / "mlmon_demo" / "lead_scoring")
    assert mlmon("notify").out == "Nothing is pending.\n"
    verdict = mlmon("check", "--format", "json")
    assert verdict.code == 1
    document = json.loads(verdict.out)
    assert document["verdict"] == "error"
    assert {"precision"} <= {i["metric"] for i in document["incidents"]}
