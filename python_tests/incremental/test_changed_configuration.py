"""After a change of the configuration the tables are those of the new one, nothing is taken from rows that are gone, and doctor says so before."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from python_tests.harness import Project

pytestmark = pytest.mark.slow

MONITOR: dict[str, Any] = {
    "task": "binary",
    "predictions": {"relation": "raw.log", "id": "id", "timestamp": "at", "score": "score"},
    "labels": {"relation": "raw.answers", "id": "id", "label": "label", "timestamp": "at"},
    "features": {"numeric": ["age", "income"]},
    "reference": {"start": "2026-01-11", "end": "2026-01-21"},
}
NAMES = ("clock", "moved", "owner", "lookback", "label_clock", "threshold")


def log(first: str, last: str = "2026-02-09") -> pd.DataFrame:
    at = pd.date_range(first, pd.Timestamp(last) + pd.Timedelta(hours=23), freq="1h")
    number = (at - pd.Timestamp("2026-01-01")) // pd.Timedelta(hours=1)
    frame = pd.DataFrame({"id": number, "at": at, "loaded_at": at, "score": number % 10 / 10})
    return frame.assign(decided_at=at + pd.Timedelta(days=5), age=number % 7 + 0.5, income=number % 11 + 0.5)


def answers(frame: pd.DataFrame) -> pd.DataFrame:
    orphans = pd.DataFrame({"id": [-1], "at": [pd.Timestamp("2025-12-20")], "known_at": [pd.Timestamp("2026-01-20")], "label": [1]})
    known = pd.DataFrame({"id": frame["id"], "at": frame["at"], "known_at": frame["at"], "label": frame["id"] % 2})
    return pd.concat([orphans, known])


def findings(project: Project) -> dict[str, list[str]]:
    """What doctor says of changes, by monitor."""
    found: dict[str, list[str]] = {name: [] for name in NAMES}
    for row in project.operation("mlmon_doctor")[1]:
        if row["check"] in ("changes", "segments"):
            found[row["monitor"]].append(f"{row['level']} {row['message']}")
    return found


def overall(project: Project, monitor: str) -> pd.DataFrame:
    return project.table("mlmon_operations", f"monitor = '{monitor}' and segment = 'overall' and model_version = 'all'")


def reference_rows(project: Project) -> dict[str, int]:
    found = project.sql("select monitor, sum(n) as n from mlmon_reference where column_role = 'score' and segment = 'overall' group by 1")
    return dict(zip(found["monitor"], found["n"], strict=True))


def test_a_changed_configuration(tmp_path: Path) -> None:
    blocks = {name: copy.deepcopy(MONITOR) for name in NAMES}
    whole = log("2026-01-01")
    project = Project(tmp_path, blocks, {"log": whole, "later": log("2026-01-08"), "answers": answers(whole)})
    project.build().check()
    ids = dict(project.sql("select distinct monitor, reference_id from mlmon_bins").itertuples(index=False))
    assert len(overall(project, "label_clock")) == len(overall(project, "clock")) == 52

    blocks["clock"]["predictions"]["timestamp"] = "decided_at"
    blocks["moved"]["predictions"]["relation"] = "raw.later"
    blocks["owner"]["alerts"] = {"owner": "ana", "runbook": "https://wiki/runbook", "close_after": 3}
    blocks["lookback"]["predictions"] |= {"lookback": 5, "loaded_at": "loaded_at"}
    blocks["label_clock"]["labels"]["timestamp"] = "known_at"
    blocks["threshold"]["thresholds"] = {"psi": {"warn": 0.5}}
    project.configure(blocks)
    told = findings(project)
    assert "rereads the logs" in told["clock"][0]
    assert "are deleted" in told["clock"][0]
    assert "the next run recomputes the reference" in told["clock"][1]
    assert told["owner"] == []
    assert len(told["lookback"]) == 1
    assert "are deleted" not in told["lookback"][0]
    assert "without reading the logs" in told["threshold"][0]

    project.build().check()
    # a row of the log is counted once, whatever places it in time
    assert overall(project, "clock")["n_predictions"].sum() == len(whole)
    assert overall(project, "clock")["window_start"].min() == pd.Timestamp("2025-12-20")
    assert overall(project, "moved")["n_predictions"].sum() == len(project.sql("select 1 from raw.later"))
    assert overall(project, "label_clock")["window_start"].min() == pd.Timestamp("2026-01-01")
    # what defines no reference takes none anew, and an owner computes nothing
    after = dict(project.sql("select distinct monitor, reference_id from mlmon_bins").itertuples(index=False))
    assert {name for name in NAMES if ids[name] != after[name]} == {"clock", "moved"}
    assert set(reference_rows(project).values()) == {240}
    scope = project.sql("select monitor, count(*) as n from mlmon_windows_to_judge where not is_range group by 1").set_index("monitor")["n"]
    assert scope["threshold"] == 52
    assert scope["owner"] < 20

    # the first days of the reference expire: what is pinned stays, and so do the windows
    project.load(log=log("2026-01-14"))
    blocks["lookback"]["features"] = {"numeric": ["age"]}
    project.configure(blocks)
    assert any("is kept as computed" in message for message in findings(project)["lookback"])
    project.build().check()
    assert reference_rows(project)["lookback"] == 240
    assert overall(project, "lookback")["n_predictions"].sum() == len(whole)
    drifts = project.table("mlmon_drift", "monitor = 'lookback' and window_start >= '2026-01-14'")
    assert set(drifts["column_name"]) == {"age", "score", "prediction"}
    project.build().check()
    assert reference_rows(project)["lookback"] == 240

    # and what cannot be taken any more stops the run before anything is written
    before = project.table("mlmon_bins")
    for name, change in {
        "owner": {"segments": ["income"]},
        "threshold": {"reference": {"start": "2026-03-01", "end": "2026-03-08"}},
    }.items():
        project.configure({**blocks, name: {**blocks[name], **change}})
        told_now = findings(project)[name]
        assert name != "owner" or "'income' has 11 values in the reference, 11 of them with fewer than 30 rows" in told_now[0]
        (lost,) = [message for message in told_now if message.startswith("error")]
        outcome = project.build()
        assert not outcome.success
        assert lost.removeprefix("error ") in outcome.text.replace("\n", " ")
        assert ("rows are gone" if name == "owner" else "has no rows in 2026-03-01") in outcome.text
        assert project.table("mlmon_bins").equals(before)
