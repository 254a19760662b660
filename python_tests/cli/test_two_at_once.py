"""Never two runs at once: of a directory, of the tables, or beside a tool that holds the file."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from cli_support import spawn, wait_for

from mlmon_cli import lock
from python_tests.harness import Project

# half a minute of work, so that a process that is left behind ends by itself
SLOW = "(select count(*) from range(60000) a, range(60000) b where a.range * b.range % 7 = 3) as id"


@pytest.fixture
def busy(shop: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A run that goes on in this project, as a process of its own."""
    monkeypatch.delenv("DBT_LOG_LEVEL_FILE")
    plain = (shop.root / "dbt_project.yml").read_text()
    shop.set_vars(fake_select=SLOW)
    process = spawn("run")
    log = shop.root / "target" / "mlmon" / "logs" / "dbt.log"
    assert wait_for(lambda: log.exists() and "create  table" in log.read_text(), 60)
    (shop.root / "dbt_project.yml").write_text(plain)
    return process


def test_a_second_run_is_told_who_is_at_work(busy: Any, shop: Any, mlmon: Any) -> None:
    for command in ("run", "notify"):
        result = mlmon(command)
        assert result.code == 2
        assert "another mlmon is at work in this project" in result.err
        assert f"process {busy.pid}, since " in result.err
        assert "--wait SECONDS" in result.err
        assert result.out == ""


def test_a_killed_run_holds_nothing(busy: Any, shop: Any, mlmon: Any) -> None:
    busy.kill()
    busy.wait()
    assert mlmon("run").code == 1


def test_wait(busy: Any, shop: Any, mlmon: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "POLL", 0.05)
    result = mlmon("run", "--wait", "0.1")
    assert result.code == 2
    waiting = threading.Event()
    monkeypatch.setattr(lock.console, "say", lambda text: "Waiting" in text and waiting.set())

    def end() -> None:
        waiting.wait(30)
        busy.kill()

    killer = threading.Thread(target=end)
    killer.start()
    assert mlmon("run", "--wait", "60").code == 1
    killer.join()
    assert waiting.is_set()


@contextmanager
def held(path: Path, read_only: bool) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the DuckDB file open."""
    code = "import sys, duckdb; c = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == 'True')"
    code += "; print('up', flush=True); sys.stdin.readline()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(path), str(read_only)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("read_only", [True, False])
def test_a_tool_that_holds_the_file(shop: Any, mlmon: Any, read_only: bool) -> None:
    with held(shop.root / "shop.duckdb", read_only) as process:
        for command in ("run", "check", "notify", "incidents"):
            result = mlmon(command)
            assert result.code == 2, result.err
            assert "another process holds the DuckDB file" in result.err
            assert f"process {process.pid}" in result.err
            assert "Traceback" not in result.err
        finding = mlmon("doctor")
        assert finding.code == 2
        assert "another process holds the DuckDB file" in finding.out
    assert mlmon("run").code == 1


def test_waiting_for_a_tool(shop: Any, mlmon: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "POLL", 0.05)
    for command in ("run", "notify"):
        with held(shop.root / "shop.duckdb", True) as process:
            said: list[str] = []

            def say(text: str, to: Any = process, said: list[str] = said) -> None:
                if "Waiting up to" in text:
                    to.stdin.close()  # it ends
                said.append(text)

            monkeypatch.setattr(lock.console, "say", say)
            assert mlmon(command, "--wait", "60").code in (0, 1), said
            assert "another process holds the DuckDB file" in said[0]


MONITOR = {
    "task": "binary",
    "predictions": {"relation": "raw.log", "id": "id", "timestamp": "at", "score": "score"},
    "reference": {"start": "2026-01-01", "end": "2026-01-03"},
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with the package itself."""
    log = pd.DataFrame(
        {"id": [1, 2], "at": pd.to_datetime(["2026-01-01", "2026-01-05"]), "score": [0.2, 0.7]}
    )
    made = Project(tmp_path_factory.mktemp("runs") / "watch", {"leads": MONITOR}, {"log": log})
    made.build().check()
    return made


def runs(project: Project) -> list[tuple[Any, ...]]:
    with project.connect() as connection:
        query = "select run_id, holder, event from mlmon_runs order by happened_at, event desc"
        return connection.execute(query).fetchall()


def elsewhere(project: Project, minutes_ago: int, holder: str = "host7:/srv/dbt (x)") -> None:
    """A run that began on another machine and has not ended."""
    at = datetime.now(timezone.utc).replace(tzinfo=None) - timedelta(minutes=minutes_ago)
    with project.connect() as connection:
        connection.execute("delete from mlmon_runs")
        connection.execute("insert into mlmon_runs values ('r1', ?, 'started', ?)", [holder, at])


def test_dbt_alone_leaves_no_row(project: Project) -> None:
    assert runs(project) == []


def test_the_tables_are_held_and_let_go_of(project: Project, mlmon: Any) -> None:
    for command in (["run"], ["notify"], ["run", "--dry-run"]):
        with project.connect() as connection:
            connection.execute("delete from mlmon_runs")
        assert mlmon(*command, "--project-dir", str(project.root)).code == 0
        rows = runs(project)
        assert rows[-1][2] == "finished"
        assert len({run_id for run_id, _, _ in rows}) == 1
        assert str(project.root) in rows[0][1]


@pytest.mark.parametrize("command", ["run", "notify"])
def test_a_run_elsewhere_is_waited_for(
    project: Project, mlmon: Any, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    elsewhere(project, minutes_ago=50)
    where = ["--project-dir", str(project.root)]
    result = mlmon(command, *where)
    assert result.code == 2
    assert "another run holds these tables: host7:/srv/dbt (x), since " in result.err
    assert "where run_id = 'r1'" in result.err
    active = [row for row in runs(project) if row[0] != "r1"]
    assert {event for _, _, event in active} >= {"finished"}
    # plain dbt is stopped too
    outcome = project.build()
    assert "another run holds these tables" in outcome.messages["model.mlmon.mlmon_runs"]
    assert outcome.statuses["model.mlmon.mlmon_monitors"] == "skipped"

    monkeypatch.setattr(lock, "POLL", 0.05)

    def say(text: str) -> None:
        if "Waiting up to" in text:
            lock.dbt.release()
            with duckdb.connect(str(project.database)) as connection:
                connection.execute("delete from mlmon_runs where run_id = 'r1'")

    monkeypatch.setattr(lock.console, "say", say)
    assert mlmon(command, "--wait", "60", *where).code == 0


def test_a_run_that_died_elsewhere_blocks_for_an_hour(project: Project, mlmon: Any) -> None:
    elsewhere(project, minutes_ago=61)
    assert mlmon("run", "--project-dir", str(project.root)).code == 0


def test_a_run_that_died_here_blocks_nobody_here(project: Project, mlmon: Any) -> None:
    mlmon("run", "--project-dir", str(project.root))
    holder = runs(project)[-1][1]
    elsewhere(project, 1, holder)
    assert mlmon("run", "--project-dir", str(project.root)).code == 0


def test_a_build_that_breaks_lets_go(project: Project, mlmon: Any) -> None:
    elsewhere(project, 61)
    project.configure({"leads": {**MONITOR, "featurs": {}}})
    try:
        assert mlmon("run", "--project-dir", str(project.root)).code == 2
    finally:
        project.configure({"leads": MONITOR})
    assert runs(project)[-1][2] == "finished"


def changes(project: Project) -> list[str]:
    """The names of the changes that were declared, and that they are derived."""
    with project.connect() as connection:
        said = connection.execute("select change_name from mlmon_events").fetchall()
        known = connection.execute("select change_name from mlmon_change_events").fetchall()
    assert sorted(said) == sorted(known)
    return sorted(name for (name,) in said)


def declare(mlmon: Any, project: Project, name: str, wait: str) -> Any:
    where = ["--project-dir", str(project.root)]
    return mlmon("event", "add", name, "--by", "ana", "--wait", wait, *where)


def test_a_word_waits_for_a_run(
    project: Project, mlmon: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "POLL", 0.05)
    before = changes(project)
    state = project.root / "target" / "mlmon"
    state.mkdir(parents=True, exist_ok=True)

    # of this directory
    held_lock = lock._take(state / "run-default.lock")
    refused = declare(mlmon, project, "here", "0.1")
    assert refused.code == 2
    assert "another mlmon is at work in this project: process " in refused.err
    monkeypatch.setattr(
        lock.console, "say", lambda text: held_lock.close() if "Waiting up to" in text else None
    )
    assert declare(mlmon, project, "here", "60").code == 0

    # from elsewhere
    elsewhere(project, minutes_ago=50)
    refused = declare(mlmon, project, "elsewhere", "0")
    assert refused.code == 2
    assert "another run holds these tables: host7:/srv/dbt (x), since " in refused.err
    assert changes(project) == [*before, "here"]

    def end(text: str) -> None:
        if "Waiting up to" in text:
            lock.dbt.release()
            with duckdb.connect(str(project.database)) as connection:
                connection.execute("delete from mlmon_runs")

    monkeypatch.setattr(lock.console, "say", end)
    assert declare(mlmon, project, "elsewhere", "60").code == 0
    assert runs(project) == []  # a word takes seconds: it stops no other run

    # a tool that has the file open
    with held(project.database, True) as process:
        refused = declare(mlmon, project, "tool", "0")
        assert refused.code == 2
        assert f"process {process.pid}" in refused.err
    assert changes(project) == sorted([*before, "elsewhere", "here"])


def test_a_run_waits_for_a_word(
    project: Project, mlmon: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It passes in seconds, and no nightly run should fail for it, `--wait` or not."""
    monkeypatch.setattr(lock, "POLL", 0.05)
    word = lock._take(project.root / "target" / "mlmon" / "run-default.lock", is_word=True)
    said: list[str] = []

    def end(text: str) -> None:
        said.append(text)
        if "Waiting up to 60 s" in text:
            word.close()

    monkeypatch.setattr(lock.console, "say", end)
    assert mlmon("run", "--project-dir", str(project.root)).code == 0
    assert any("Waiting up to 60 s" in text for text in said)


def test_a_word_that_is_only_appended_counts_from_the_next_run(
    project: Project, mlmon: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies, or the incidents cannot be derived, between the event and its effect."""

    def fail(*_: Any) -> None:
        raise lock.dbt.MlmonError("the warehouse is gone")

    monkeypatch.setattr(lock.dbt, "derive", fail)
    result = declare(mlmon, project, "half", "0")
    assert result.code == 2
    assert "recorded, but the incidents could not be updated" in result.err
    assert "the warehouse is gone" in result.err
    assert mlmon("run", "--project-dir", str(project.root)).code == 0
    assert "half" in changes(project)
