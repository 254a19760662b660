"""Spark gives the numbers that DuckDB gives; a run rewrites the partitions that it touches and no other; the command line works on it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from mlmon_cli.main import invoke
from python_tests.engines.hostile_log import build_alike, deliveries, twins, with_a_late_label
from python_tests.harness import Project, assert_same, snapshot
from python_tests.warehouses import Warehouse, why_no_spark

# those by window that a build up to the performance makes: what comes after them writes as they do
BY_WINDOW = "mlmon_profile mlmon_outcomes mlmon_log_health mlmon_label_health mlmon_performance".split()
UP_TO_PERFORMANCE = ["+mlmon_performance", "+mlmon_label_health", "+mlmon_log_health"]
Files = dict[str, dict[str, tuple[int, int]]]


@pytest.fixture(scope="module")
def pair(new_spark: Callable[[], Warehouse], tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Project]:
    """The project in DuckDB and on Spark, built over the whole log and compared."""
    projects = twins(new_spark(), tmp_path_factory)
    build_alike(projects, deliveries(seed=1)[2])
    return projects


@pytest.fixture(scope="module")
def built(pair: tuple[Project, Project]) -> Project:
    return pair[1]


@pytest.mark.parametrize(
    ("java", "reason"),
    [
        (None, "no Java 17 found"),
        ('openjdk version "11.0.2" 2019-01-15', 'is openjdk version "11.0.2" 2019-01-15'),
        ("no such file", "is no such file"),
        ('openjdk version "17.0.15" 2025-04-15', ""),
    ],
)
def test_without_java_17_the_reason_is_one_line(java: str | None, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    (tmp_path / "bin").mkdir()
    if java:
        script = tmp_path / "bin" / "java"
        script.write_text(f"#!/bin/sh\necho '{java}' >&2\n")
        script.chmod(0o755)
    found = why_no_spark()
    assert found.endswith(reason)
    assert "\n" not in found
    assert bool(found) == bool(reason)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "elsewhere"))  # it goes before the path
    assert why_no_spark() == "no Java 17 found"


def directory_of(project: Project, table: str) -> Path:
    tables = project.warehouse.profile["server_side_parameters"]["spark.sql.warehouse.dir"]
    return Path(tables) / f"{project.warehouse.schema}.db" / table


def files(project: Project, table: str) -> Files:
    """The files of a table by partition: each one's inode and time."""
    root = directory_of(project, table)
    found: Files = {}
    for path in root.rglob("*.parquet"):
        stat = path.stat()
        found.setdefault(str(path.parent.relative_to(root)), {})[path.name] = (stat.st_ino, stat.st_mtime_ns)
    return found


@pytest.mark.slow
def test_a_run_rewrites_only_the_partitions_it_touches(pair: tuple[Project, Project], monkeypatch: pytest.MonkeyPatch) -> None:
    """A label of February comes late: what is of other months and of the other monitor stays, file by file. The first attempt dies at the worst moment:
    while a partition that also holds other windows is overwritten. In the end the tables by window are those of a full refresh."""
    from dbt.adapters.spark.session import Cursor

    here, built = pair
    before = {table: files(built, table) for table in BY_WINDOW}
    labels = with_a_late_label(deliveries(seed=1)[2])
    built.load(labels=labels)
    partition = "monitor=Leads-1.x/period=2026-02-01"
    only = {"mlmon_only": ["Leads-1.x"]}  # the log of the other one has no arrival times: its last windows are done anew each time
    execute = Cursor.execute

    def dies(self: Any, sql: str, *parameters: Any) -> None:
        if f"insert overwrite table {built.warehouse.schema}.mlmon_outcomes" in sql:
            shutil.rmtree(directory_of(built, "mlmon_outcomes") / partition)
            raise RuntimeError("the machine is gone")
        execute(self, sql, *parameters)

    with monkeypatch.context() as patched:
        patched.setattr(Cursor, "execute", dies)
        assert "the machine is gone" in built.build(select=["+mlmon_outcomes"], variables=only).text
    built.build(select=UP_TO_PERFORMANCE, variables=only).check()

    for table in BY_WINDOW:
        after = files(built, table)
        changed = {name for name in before[table].keys() | after.keys() if before[table].get(name) != after.get(name)}
        assert changed <= {partition}, table
        assert len(after) >= 2, table
    for table in ("mlmon_outcomes", "mlmon_label_health", "mlmon_performance"):
        assert files(built, table)[partition] != before[table][partition], table
    assert files(built, "mlmon_profile") == before["mlmon_profile"]

    here.load(labels=labels)
    here.build(select=UP_TO_PERFORMANCE, full_refresh=True).check()
    its_own = dict.fromkeys(BY_WINDOW, "monitor = 'Leads-1.x'")  # the label is one of other monitors, too, of which this run knew nothing
    assert_same(snapshot(built, BY_WINDOW, **its_own), snapshot(here, BY_WINDOW, **its_own))


def in_another_zone(warehouse: Warehouse) -> Warehouse:
    parameters = {**warehouse.profile["server_side_parameters"], "spark.sql.session.timeZone": "America/New_York"}
    return replace(warehouse, profile={**warehouse.profile, "server_side_parameters": parameters})


def refused(project: Project, capsys: pytest.CaptureFixture[str], *command: str) -> bool:
    """Whether a command stops for the session's time zone, and says what to put where."""
    capsys.readouterr()
    code = invoke([*command, "--project-dir", str(project.root), "--profiles-dir", str(project.root)])
    told = capsys.readouterr().err
    assert "the time zone of the Spark session is 'America/New_York'" in told, told
    assert "spark.sql.session.timeZone: UTC" in told
    return code == 2


def test_a_session_in_another_zone_is_refused(new_spark: Callable[[], Warehouse], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is written, be it the first run."""
    project = Project(tmp_path, {}, warehouse=in_another_zone(new_spark()))
    assert refused(project, capsys, "run")
    assert len(project.table("mlmon_runs")) == 0


def test_nor_does_it_write_what_people_say(built: Project, capsys: pytest.CaptureFixture[str]) -> None:
    profiles = built.root / "profiles.yml"
    in_utc = profiles.read_text(encoding="utf-8")
    profiles.write_text(yaml.safe_dump({"watch": {"target": "dev", "outputs": {"dev": in_another_zone(built.warehouse).profile}}}))
    assert refused(built, capsys, "note", built.table("mlmon_incidents")["incident_id"].iloc[0], "at noon")
    assert built.table("mlmon_events").empty
    profiles.write_text(in_utc, encoding="utf-8")


@pytest.mark.parametrize("command", ["mlmon_doctor", *(pytest.param(name, marks=pytest.mark.slow) for name in ("mlmon_report", "mlmon_page"))])
def test_a_command_plans_as_the_models_do(built: Project, command: str) -> None:
    """No hook comes before its queries, which join as many partitioned tables as the largest model; a run lets the next reader's session be."""
    setting = "spark.sql.optimizer.dynamicPartitionPruning.enabled"
    built.sql(f"reset {setting}")
    built.operation(f"mlmon.{command}")[0].check()
    assert list(built.sql(f"set {setting}")["value"]) == ["false"]
    built.sql(f"reset {setting}")
    assert list(built.sql(f"set {setting}")["value"]) == ["true"]


def test_a_new_window_leaves_the_others_of_its_partition(new_spark: Callable[[], Warehouse], tmp_path: Path) -> None:
    """A day arrives, and nothing for the days before it in its month: no row of theirs is replaced."""
    log = pa.table({"id": ["a", "b", "c"], "at": [datetime(2026, 3, day) for day in (2, 3, 4)], "score": [0.2, 0.4, 0.6]})
    block = {
        "task": "binary",
        "predictions": {"relation": "raw.log", "id": "id", "timestamp": "at", "score": "score", "loaded_at": "at"},
        "reference": {"start": "2026-01-01", "end": "2026-01-02"},
    }
    project = Project(tmp_path, {"one": block}, warehouse=new_spark())
    for n_days in (2, 3):
        project.load(log=log.slice(0, n_days))
        project.build(select=["+mlmon_outcomes", "mlmon_watermarks"]).check()
        assert sorted({at.day for at in project.table("mlmon_outcomes")["window_start"]}) == [2, 3, 4][:n_days]
