"""How an incident that was told ends: by its data, or because what it was measured against is gone."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from mlmon_cli import dbt
from mlmon_cli.main import invoke
from python_tests.harness import Project
from python_tests.report_rows import mistakes

START = datetime(2026, 1, 1)
BLOCK: dict[str, Any] = {
    "task": "binary",
    "predictions": {"relation": "raw.log", "id": "id", "timestamp": "at", "score": "score"},
    "features": {"numeric": ["age", "height"]},
    "segments": ["region"],
    "reference": {"start": "2026-01-01", "end": "2026-01-08"},
    "thresholds": {"null_rate": {"error": 0.5}},
    "alerts": {"open_after": "1 of 1", "close_after": 1, "min_rows": 1},
}
MLMON_YML = "channels:\n  team: {type: file, path: messages.jsonl}\n"


def log(days: int, ages_from: int = 99) -> pd.DataFrame:
    """From day 10 to `ages_from` no row has an age."""
    rows = []
    for day in range(days):
        for number in range(8):
            at = START + timedelta(days=day, hours=number)
            age = None if 10 <= day < ages_from else float(20 + number)
            rows.append(
                {"id": f"{day}-{number}", "at": at, "score": (number + 0.5) / 8, "age": age}
                | {"height": 1.0 + number / 10, "region": "east" if number % 2 else "west"}
            )
    return pd.DataFrame(rows)


@dataclass
class Story:
    """A project whose runs are told to a file."""

    project: Project
    mlmon: Callable[..., Any]

    def run(self, command: str = "run", **monitors: Any) -> tuple[Any, list[dict[str, Any]]]:
        """A command after the monitors are these -> what it said, and the messages posted."""
        if monitors:
            self.project.configure(monitors)
        path = self.project.root / "messages.jsonl"
        path.unlink(missing_ok=True)
        result = self.mlmon(command, "--project-dir", str(self.project.root))
        lines = path.read_text().splitlines() if path.exists() else []
        return result, [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def told_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project after a run that told of ages gone missing."""
    root = tmp_path_factory.mktemp("endings") / "watch"
    Project(root, {"leads": copy.deepcopy(BLOCK)}, {"log": log(12)})
    (root / "mlmon.yml").write_text(MLMON_YML)
    assert invoke(["run", "--project-dir", str(root)]) == 1
    dbt.release()
    (message,) = (root / "messages.jsonl").read_text().splitlines()
    assert json.loads(message)["severity"] == "error"
    return root


@pytest.fixture
def story(told_once: Path, tmp_path: Path, mlmon: Callable[..., Any]) -> Story:
    root = tmp_path / "watch"
    shutil.copytree(told_once, root, symlinks=True)
    project = Project(root, {"leads": copy.deepcopy(BLOCK)})
    project.tables = {"log"}
    return Story(project, mlmon)


def changed(**parts: Any) -> dict[str, Any]:
    return {**copy.deepcopy(BLOCK), **parts}


def told(messages: list[dict[str, Any]]) -> set[str]:
    return {t["transition"] for m in messages for t in m["transitions"]}


def test_the_package_prints_the_rows_that_the_stand_in_does(story: Story) -> None:
    """conftest.py holds the rows of the other tests to the same schema."""
    asking = changed(alerts={**BLOCK["alerts"], "on_error": ["retrain"], "owner": "ana"})
    result, _ = story.run(leads=asking)
    assert result.code == 1, result.err
    given = {"channels": ["team", "new"], "include_closed": True, "actions": {"retrain": "retrain"}}
    _, rows = story.project.operation("mlmon_report", **given)
    assert {row["kind"] for row in rows} == {"monitor", "incident", "group", "due", "asked"}
    assert mistakes(rows, whole=True) == []


def test_only_data_brings_back_to_normal(story: Story) -> None:
    # the numbers of the last window return
    story.project.load(log=log(14, ages_from=12))
    result, messages = story.run(leads=changed(thresholds={"null_rate": {"error": 0.4}}))
    assert result.code == 0, result.err
    assert [m["severity"] for m in messages] == ["resolved"]
    assert "is back to normal" in messages[0]["headline"]
    assert told(messages) == {"resolved"}
    # it breaks again: told again, under a key of its own
    story.project.load(log=log(15))
    frame = log(16, ages_from=12)
    frame.loc[frame["at"] >= START + timedelta(days=15), "age"] = None
    story.project.load(log=frame)
    result, messages = story.run()
    assert [m["severity"] for m in messages] == ["error"]


def test_a_reference_without_rows_is_no_all_clear(story: Story) -> None:
    before = story.project.table("mlmon_incidents").sort_values("incident_id")
    for start, end in (("2027-01-01", "2027-02-01"), ("2025-01-01", "2025-02-01")):
        result, messages = story.run(
            leads=changed(reference={"start": start, "end": end}, thresholds={})
        )
        assert (result.code, messages) == (2, [])
        said = " ".join((result.out + result.err).split())
        assert f"monitor 'leads': 'reference' has no rows in {start} 00:00 to {end} 00:00" in said
        assert "raw.log covers 2026-01-01 00:00 to 2026-01-12 07:00" in said
        assert "Nothing is open" not in said
        assert "not over yet" not in said
        after = story.project.table("mlmon_incidents").sort_values("incident_id")
        pd.testing.assert_frame_equal(after, before)
    # what was open is open, and nothing is told twice
    assert story.run("incidents")[0].out.count("null_rate") > 0
    assert story.run("notify")[1] == []
    assert story.run(leads=BLOCK)[0].code == 1


def test_a_monitor_that_never_had_a_reference_is_no_all_clear(
    tmp_path: Path, mlmon: Callable[..., Any]
) -> None:
    block = changed(reference={"start": "2025-01-01", "end": "2025-02-01"}, thresholds={})
    project = Project(tmp_path / "watch", {"leads": block}, {"log": log(12)})
    (project.root / "mlmon.yml").write_text(MLMON_YML)
    result, messages = Story(project, mlmon).run()
    assert (result.code, messages) == (2, [])
    said = result.out + result.err
    where = "[2025-01-01, 2025-02-01), while the log starts at 2026-01-01"
    assert f"the reference holds no row: {where}" in said
    assert "Nothing is open" not in said
    checked = Story(project, mlmon).run("check")[0]
    assert (checked.code, "Verdict: unknown" in checked.out) == (2, True)
    assert where in checked.err


def test_another_reference_is_no_recovery(story: Story) -> None:
    # beside a reference without ages their absence is no breach
    reference = {"start": "2026-01-11", "end": "2026-01-12"}
    result, messages = story.run(leads=changed(reference=reference, thresholds={}))
    assert result.code == 0
    (message,) = messages
    assert message["severity"] == "withdrawn"
    assert message["headline"].startswith("WITHDRAWN leads: ")
    assert "withdrawn: the reference changed" in message["headline"]
    assert "back to normal" not in message["text"]
    assert told(messages) == {"withdrawn"}
    listed = story.run("incidents")[0]
    assert (listed.code, listed.out) == (0, "No open incident.\n")
    # nothing is told twice; what it was before is told anew when it is back
    assert story.run("notify")[1] == []
    result, messages = story.run(leads=BLOCK)
    assert result.code == 1
    assert [m["severity"] for m in messages] == ["error"]
    assert "opened" in told(messages)


def test_a_feature_that_is_watched_no_more(story: Story) -> None:
    _, messages = story.run(leads=changed(features={"numeric": ["height"]}))
    (message,) = messages
    assert message["severity"] == "withdrawn"
    assert "withdrawn: the configuration changed" in message["headline"]
    assert "back to normal" not in message["text"]


def test_a_part_that_is_watched_no_more_waits_for_the_next_message(story: Story) -> None:
    assert story.run(leads=changed(segments=[]))[1] == []
    story.project.load(log=log(14, ages_from=12))
    _, messages = story.run()
    (message,) = messages
    assert told(messages) == {"resolved", "withdrawn"}
    assert "back to normal" in message["headline"]
    assert "2 other incidents withdrawn, which is no recovery" in message["text"]
    assert "Withdrawn, which is no recovery: " in message["details"]
    assert "in region=east (the configuration changed)" in message["details"]


def test_a_looser_threshold_is_no_recovery(story: Story) -> None:
    _, messages = story.run(leads=changed(thresholds={"null_rate": {"error": {"above": 2}}}))
    assert "back to normal" not in json.dumps(messages)


def test_late_data_takes_back_what_was_told(story: Story) -> None:
    story.project.load(log=log(12, ages_from=10))
    _, messages = story.run()
    assert [m["severity"] for m in messages] == ["withdrawn"]
    assert "withdrawn: late data changed the numbers" in messages[0]["headline"]


def test_a_monitor_that_is_gone(story: Story) -> None:
    _, messages = story.run(others=BLOCK)
    gone = [m for m in messages if m["monitor"] == "leads"]
    assert [m["severity"] for m in gone] == ["withdrawn"]
    assert "is no longer monitored" in gone[0]["headline"]
    assert "back to normal" not in gone[0]["text"]
    assert [m for m in story.run("notify")[1] if m["monitor"] == "leads"] == []

    # its rows stay until somebody takes them out
    root = str(story.project.root)
    assert "mlmon prune --gone" in story.mlmon("doctor", "--project-dir", root).out
    before = story.project.table("mlmon_checks", "monitor = 'others'")
    counted = story.mlmon("prune", "--gone", "--dry-run", "--project-dir", root)
    assert "would be deleted" in counted.out
    assert len(story.project.table("mlmon_profile", "monitor = 'leads'")) > 0
    assert story.mlmon("prune", "--gone", "--project-dir", root).code == 0
    for table in ("mlmon_checks", "mlmon_profile", "mlmon_bins", "mlmon_watermarks"):
        assert story.project.table(table, "monitor = 'leads'").empty
    assert len(story.project.table("mlmon_checks", "monitor = 'others'")) == len(before)
    assert len(story.project.table("mlmon_deliveries", "monitor = 'leads'")) > 0
    assert "prune --gone" not in story.mlmon("doctor", "--project-dir", root).out
    said = story.mlmon("prune", "--gone", "--project-dir", root).out
    assert "No monitor that has rows is missing." in said
