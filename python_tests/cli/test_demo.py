"""The demo against the real package: the story it is there to tell, told once."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import duckdb
from cli_support import spawn


def test_the_lead_scoring_demo_tells_its_story_once(tmp_path: Path, mlmon: Any) -> None:
    first = spawn("demo", cwd=tmp_path)
    out, err = first.communicate(timeout=300)
    assert first.returncode == 0, err
    headline = next(line for line in out.splitlines() if line.startswith("ERROR lead_scoring: "))
    assert re.search(r": cost [\d,]+ so far \([\d,]+ a day\); precision fell from 0\.69", headline)
    lines = out.splitlines()
    told = lines[lines.index(headline) :][:6]
    assert told[1].startswith("  Since 2026-04-01 (8 bad days; labels are complete up to ")
    assert told[2].startswith("  Where: channel=paid_social explains 82 % of the change; ")
    assert told[3].startswith("  Moved first: session_minutes in channel=paid_social: mean ")
    assert told[4].startswith("  growth-analytics: please retrain (")
    assert (
        told[5]
        == "  And 45 other incidents (19 performance, 19 drift, 6 KPI, 1 operations): mlmon incidents --monitor lead_scoring"
    )
    shown = out[: out.index("The report: ")].splitlines()  # its path is as long as it is
    assert len(shown) <= 24  # a screen
    summary = shown[shown.index(told[5].rstrip()) + 1 :]
    assert max(map(len, summary)) <= 80
    assert "         since 2026-04-01; channel=paid_social explains 82 % of the change;" in summary
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
