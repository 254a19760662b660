"""Rows that the stand-in prints, and small helpers, for the tests of the CLI."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
started: list[subprocess.Popen[str]] = []
FAKE = Path(__file__).parent / "fixtures" / "fake_mlmon"
MONITOR: dict[str, Any] = {
    "kind": "monitor",
    "monitor": "lead_scoring",
    "task": "binary",
    "owner": "growth-analytics",
    "runbook": "https://example.com/runbook?a=1&b=2",
    "window": "day",
    "newest_timestamp": "2026-04-30T23:00:00",
    "first_window": "2026-01-01T00:00:00",
    "last_window": "2026-04-30T00:00:00",
    "n_windows": 120,
    "n_predictions_last_window": 1672,
    "reference": "taken",
    "n_open_warn": 0,
    "n_open_error": 1,
    "status": "error",
    "n_undated": 0,
    "n_windows_changed": 3,
}
INCIDENT: dict[str, Any] = {
    "kind": "incident",
    "incident_id": "i1",
    "monitor": "lead_scoring",
    "model_version": "all",
    "segment": "overall",
    "segment_value": "all",
    "family": "performance",
    "subject": "model",
    "metric": "precision",
    "severity": "error",
    "status": "open",
    "opened_at": "2026-04-13T00:00:00",
    "first_breach_at": "2026-04-12T00:00:00",
    "last_breach_at": "2026-04-20T00:00:00",
    "closed_at": None,
    "n_windows": 6,
    "peak_value": 0.4,
    "value": 0.4123456,
    "baseline": 0.62,
    "warn_threshold": 0.589,
    "error_threshold": 0.558,
    "q_value": 1e-5,
    "n": 1672,
    "side": "below",
    "direction": "higher_is_better",
    "unit": "share",
    "meaning": "share of predicted positives that are positive",
    "owner": "growth-analytics",
    "runbook": "https://example.com/runbook?a=1&b=2",
    "actions": ["retrain"],
    "value_lost": 12400.5,
    "transitions": ["opened"],
}


def incident(**changes: Any) -> dict[str, Any]:
    """An incident row with some values of its own."""
    return {**INCIDENT, **changes}


def due(*rows: dict[str, Any], **changes: Any) -> list[dict[str, Any]]:
    """The rows that say that what is pending on incidents is told now, as the package prints them."""
    return [
        {
            **{"kind": "due", "monitor": row["monitor"], "channel": channel},
            **{"incident_id": row["incident_id"], "transition": transition, **changes},
        }
        for row in rows
        for channel, transitions in row.get("pending", {}).items()
        for transition in transitions
    ]


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> bool:
    """Whether `condition` became true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def spawn(*arguments: str, cwd: Path | None = None) -> subprocess.Popen[str]:
    """Start `mlmon` as a process of its own."""
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    process = subprocess.Popen(
        [sys.executable, "-m", "mlmon_cli", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": path},
    )
    started.append(process)
    return process
