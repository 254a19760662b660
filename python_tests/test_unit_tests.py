"""dbt unit tests of the macros, in a project of thin models around them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
PROJECT = ROOT / "python_tests" / "unit_project"
NAMES = [
    case["name"]
    for case in yaml.safe_load((PROJECT / "models" / "unit_tests.yml").read_text())["unit_tests"]
]


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """One `dbt build` of a copy of the project: unit test -> its result."""
    copy = tmp_path_factory.mktemp("unit") / "unit_project"
    shutil.copytree(PROJECT, copy, ignore=shutil.ignore_patterns("target", "dbt_packages", "logs"))
    # what `dbt deps` makes of a local package
    (copy / "dbt_packages").mkdir()
    (copy / "dbt_packages" / "mlmon").symlink_to(ROOT, target_is_directory=True)
    command = [sys.executable, "-m", "dbt.cli.main", "build", "--select", "package:unit_project"]
    done = subprocess.run(
        [*command, "--profiles-dir", "."],
        cwd=copy,
        env={**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    artifact = copy / "target" / "run_results.json"
    assert artifact.is_file(), done.stdout + done.stderr
    found = json.loads(artifact.read_text())["results"]
    return {
        result["unique_id"].split(".")[-1]: result
        for result in found
        if result["unique_id"].startswith("unit_test.")
    }


@pytest.mark.parametrize("name", NAMES)
def test_macro(name: str, results: dict[str, dict[str, str]]) -> None:
    result = results[name]
    assert result["status"] == "pass", result["message"]
