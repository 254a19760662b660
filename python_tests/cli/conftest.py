"""A dbt project over a stand-in for the package, a scripted HTTP server, a way to call mlmon."""

from __future__ import annotations

import json
import os
import shutil
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import duckdb
import pytest
from cli_support import FAKE, INCIDENT, MONITOR, started

from mlmon_cli import dbt
from mlmon_cli.main import invoke
from python_tests.report_rows import mistakes


@pytest.fixture(autouse=True)
def _calm_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.delenv("DBT_PROFILES_DIR", raising=False)
    monkeypatch.setenv("MLMON_TRACEBACK", "1")
    before = Path.cwd()
    yield
    os.chdir(before)
    while started:
        process = started.pop()
        if process.poll() is None:
            process.kill()
            process.communicate()


@dataclass
class Result:
    """What one command line did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The document on stdout."""
        return json.loads(self.out)


@pytest.fixture
def mlmon(capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """Run a command line in this process."""

    def run(*arguments: str) -> Result:
        capsys.readouterr()
        try:
            code = invoke(list(arguments))
        finally:
            dbt.release()
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return run


@pytest.fixture(scope="session")
def template_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the stand-in installed, made once."""
    root = tmp_path_factory.mktemp("template") / "shop"
    (root / "models").mkdir(parents=True)
    (root / "models" / "lead_scoring_predictions.sql").write_text("select 1 as prediction_id")
    (root / "dbt_project.yml").write_text(
        "name: shop\nversion: 1.0.0\nconfig-version: 2\nprofile: shop\n\n"
        "# what we watch\nvars:\n  mlmon_monitors:\n    lead_scoring: {task: binary}\n"
    )
    (root / "packages.yml").write_text(f"packages:\n  - local: {FAKE}\n")
    (root / "profiles.yml").write_text(
        "shop:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: shop.duckdb}\n"
    )
    from mlmon_cli.project import Project

    dbt.deps(Project(root))
    dbt.run_operation(Project(root), "mlmon_validate")  # leaves a parse cache for the copies
    dbt.release()
    (root / "shop.duckdb").unlink(missing_ok=True)
    return root


class Shop:
    """A project of its own for one test."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def set_rows(self, *rows: dict[str, Any]) -> None:
        """What the warehouse says from now on: rows as the package prints them."""
        beside = ("transitions", "labels_mature")  # what the stand-in makes the rest of
        assert mistakes(rows, whole=False, beside=beside) == []
        with duckdb.connect(str(self.root / "shop.duckdb")) as connection:
            connection.execute("create or replace table fake_rows (position int, row_json text)")
            for numbered in enumerate(map(json.dumps, rows)):
                connection.execute("insert into fake_rows values (?, ?)", list(numbered))

    def deliveries(self) -> list[dict[str, Any]]:
        """What was recorded."""
        query = "select row_json from mlmon_deliveries"
        with duckdb.connect(str(self.root / "shop.duckdb")) as connection:
            try:
                return [json.loads(text) for (text,) in connection.execute(query).fetchall()]
            except duckdb.CatalogException:
                return []

    def set_vars(self, **variables: Any) -> None:
        """Vars of the stand-in."""
        path = self.root / "dbt_project.yml"
        lines = "".join(f"  {key}: {json.dumps(value)}\n" for key, value in variables.items())
        path.write_text(path.read_text() + lines)

    def write(self, name: str, text: str) -> Path:
        """A file of the project."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path


@pytest.fixture
def shop(template_project: Path, tmp_path: Path) -> Shop:
    """A copy of the template with one monitor and one open incident, and the working directory."""
    root = tmp_path / "shop"
    shutil.copytree(template_project, root, symlinks=True)
    os.chdir(root)
    made = Shop(root)
    made.set_rows(MONITOR, INCIDENT)
    return made


@dataclass
class Server:
    """A local HTTP server that answers as scripted, then 200."""

    url: str = ""
    script: list[Any] = field(default_factory=list)  # status, (status, headers, body), hang, reset
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def bodies(self) -> list[Any]:
        """The JSON documents received."""
        return [json.loads(body) for _, body in self.requests]


@pytest.fixture
def server() -> Iterator[Server]:
    """A scripted HTTP server on this machine."""
    state = Server()
    closing = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            state.requests.append((dict(self.headers), body))
            state.paths.append(self.path)
            step = state.script.pop(0) if state.script else 200
            if step == "hang":
                closing.wait(5)
                return
            if step == "reset":
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.connection.close()
                return
            status, headers, text = step if isinstance(step, tuple) else (step, {}, "ok")
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(text.encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

        def finish(self) -> None:
            with suppress(OSError):
                super().finish()

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: Any) -> None:
            """A reset connection is part of the script."""

    httpd = Quiet(("127.0.0.1", 0), Handler)
    threading.Thread(target=httpd.serve_forever, args=(0.02,), daemon=True).start()
    state.url = f"http://127.0.0.1:{httpd.server_port}/services/T000/s3cr3t"
    yield state
    closing.set()
    httpd.shutdown()
    httpd.server_close()
