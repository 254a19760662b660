"""Each command that reads the tables says, before there are any, what makes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from python_tests.harness import Project


@pytest.fixture(scope="module")
def unbuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Project(tmp_path_factory.mktemp("unbuilt"), {}).root


@pytest.mark.parametrize(
    "command",
    [
        "check",
        "incidents",
        "notify",
        "prune|--older-than|30 days",
        "ack|lead_scoring",
        "mute|--monitor|lead_scoring|--for|3 days",
        "event|list",
        "event|add|sale|--kind|campaign|--at|2026-01-01",
        "event|remove|sale",
        "review|list",
        "review|decide|a1|--monitor|lead_scoring|--override",
    ],
)
def test_what_makes_the_tables(command: str, unbuilt: Path, mlmon: Any) -> None:
    place = ("--project-dir", str(unbuilt), "--profiles-dir", str(unbuilt))
    result = mlmon(*command.split("|"), *place)
    assert result.code == 2
    assert "the monitoring tables do not exist yet (no mlmon_" in result.err
    assert "`mlmon run` builds them" in result.err
    assert "None" not in result.err
