"""The lead-scoring example, built once by `mlmon demo`, for every test of the docs."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest
from docs_support import ROOT, Demo


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which `mlmon` and `dbt` are those of this checkout."""
    folder = tmp_path_factory.mktemp("bin")
    for name, module in (("mlmon", "mlmon_cli"), ("dbt", "dbt.cli.main")):
        script = folder / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n')
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith("DBT_")},
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "COLUMNS": "200",
    }


@pytest.fixture(scope="session")
def database(demo: Demo) -> Path:
    """The DuckDB file of the example."""
    return demo.project / "lead_scoring.duckdb"
