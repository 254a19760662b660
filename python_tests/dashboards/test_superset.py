"""The dashboard in a real Apache Superset: imported as people do, and looked at in a browser. `make test-superset` installs it."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlmon_cli.dashboards.superset import charts, declared
from mlmon_cli.dbt import release
from mlmon_cli.main import invoke
from python_tests.demo import Demo
from python_tests.page.browser import started, why_no_browser

ROOT = Path(__file__).resolve().parents[2]
SUPERSET = ROOT / ".venv" / "superset" / "bin" / "superset"
CONFIG = """
SECRET_KEY = "of a test, and of nothing else, and long enough"
SQLALCHEMY_DATABASE_URI = "sqlite:///{home}/superset.db"
WTF_CSRF_ENABLED = False
TALISMAN_ENABLED = False
PREVENT_UNSAFE_DB_CONNECTIONS = False
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SUPERSET.exists(), reason="Superset is not installed (make test-superset)"),
    pytest.mark.skipif(why_no_browser() is not None, reason=str(why_no_browser())),
]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """A Superset of its own, with the user admin -> its address."""
    (tmp_path / "superset_config.py").write_text(CONFIG.format(home=tmp_path))
    config = tmp_path / "superset_config.py"
    environment = {**os.environ, "SUPERSET_CONFIG_PATH": str(config), "SUPERSET_HOME": str(tmp_path), "FLASK_APP": "superset"}
    admin = {"username": "admin", "password": "admin", "firstname": "a", "lastname": "b", "email": "a@example.com"}
    options = [text for name, value in admin.items() for text in (f"--{name}", value)]
    for command in (["db", "upgrade"], ["fab", "create-admin", *options], ["init"]):
        subprocess.run([SUPERSET, *command], cwd=tmp_path, env=environment, capture_output=True, check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with (tmp_path / "server.log").open("w") as log:
        command = [SUPERSET, "run", "--port", str(port), "--with-threads"]
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=log, stderr=log)
        try:
            for _ in range(120):
                with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/health", timeout=5):
                    break
                time.sleep(1)
            yield address
        finally:
            process.terminate()
            process.wait()


def test_every_chart_shows_the_demo(demo: Demo, server: str, tmp_path: Path) -> None:
    """Imported through the API that the page uses: each chart's query runs and has rows, and the filters apply from the start."""
    file = tmp_path / "mlmon.zip"
    assert invoke(["dashboard", "superset", "--output", str(file), "--project-dir", str(demo.project)]) == 0
    release()  # an embedded database is open in one process
    n_charts, answers = len(charts(declared())), []
    with started() as browser:
        page = browser.new_context(viewport={"width": 1440, "height": 4000}).new_page()
        page.set_default_timeout(120_000)
        page.goto(f"{server}/login/")
        page.fill("#username", "admin")
        page.fill("#password", "admin")
        page.click("button[type=submit], input[type=submit]")
        page.wait_for_url("**/superset/welcome/")
        archive = {"name": file.name, "mimeType": "application/zip", "buffer": file.read_bytes()}
        parts = {"formData": archive, "overwrite": "true", "passwords": "{}"}
        done = page.request.post(f"{server}/api/v1/dashboard/import/", multipart=parts)
        assert done.ok, done.text()
        (found,) = page.request.get(f"{server}/api/v1/dashboard/").json()["result"]
        page.on("requestfinished", lambda asked: answers.append(asked) if "/api/v1/chart/data" in asked.url else None)
        page.goto(f"{server}{found['url']}")
        told = {}
        for _ in range(120):
            page.wait_for_timeout(1_000)
            while answers:
                request = answers.pop()
                asked, answer = json.loads(request.post_data or "{}"), request.response()
                number = (asked.get("form_data") or {}).get("slice_id")
                if number and answer is not None:
                    told[number] = (answer.status, answer.text(), asked)
            if len(told) == n_charts:
                break
        page.wait_for_timeout(3_000)
        page.screenshot(path=tmp_path / "superset.png")
    assert len(told) == n_charts, f"{sorted(told)}; see {tmp_path}"
    for status, text, _ in told.values():
        assert status == 200, text
        assert json.loads(text)["result"][0]["rowcount"] > 0, text
    (by_part,) = (asked for _, _, asked in told.values() if asked["form_data"].get("groupby") == ["segment_value"])
    applied = {(f["col"], *f["val"]) for f in by_part["queries"][0]["filters"] if isinstance(f["val"], list)}
    assert applied == {("monitor", "lead_scoring"), ("metric", "precision"), ("segment", "channel")}
