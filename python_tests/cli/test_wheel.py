"""A wheel, unpacked elsewhere: it holds the dbt package, the examples and the runbooks, and works without the sources."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("models", "macros", "tests", "seeds", "docs/runbooks")
SCRIPT = """
from pathlib import Path
from mlmon_cli.commands.demo import prepare_copy
from mlmon_cli.project import package_root
print(package_root())
print(prepare_copy("lead_scoring", Path("demo")))
"""


def run(*command: str, cwd: Path, **variables: str) -> str:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the wheel was installed to."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = ("-m", "pip", "--quiet", "--disable-pip-version-check")
    run(*pip, "wheel", "--no-deps", "--wheel-dir", str(folder), str(ROOT), cwd=folder)
    (wheel,) = folder.glob("mlmon-*.whl")
    run(*pip, "install", "--no-deps", "--target", str(folder / "site"), str(wheel), cwd=folder)
    return folder / "site"


def test_the_wheel_holds_the_package(site: Path) -> None:
    package = site / "mlmon_cli" / "dbt_package"
    for part in PARTS:
        ours = {path.relative_to(ROOT) for path in (ROOT / part).rglob("*") if path.is_file()}
        theirs = {path.relative_to(package) for path in (package / part).rglob("*")}
        assert ours <= theirs, part
    assert (package / "dbt_project.yml").is_file()
    for part in ("templates", "action_types", "starter", "page/assets", "page/assets/vendor"):
        ours = {path.name for path in (ROOT / "mlmon_cli" / part).iterdir()}
        assert ours == {path.name for path in (site / "mlmon_cli" / part).iterdir()}, part


def test_it_works_away_from_the_sources(site: Path, tmp_path: Path) -> None:
    root, copy = run("-c", SCRIPT, cwd=tmp_path, PYTHONPATH=str(site)).splitlines()
    assert Path(root) == site / "mlmon_cli" / "dbt_package"
    quiet = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "PYTHONPATH": str(site)}
    for command in ("deps", "parse"):
        done = ("-m", "dbt.cli.main", "--quiet", command, "--profiles-dir", ".")
        run(*done, cwd=Path(copy), **quiet)
    page = tmp_path / "demo" / "lead_scoring" / "dbt_packages" / "mlmon" / "docs" / "runbooks"
    assert (page / "drift.md").is_file()
