"""The example that several tests look at, built as a newcomer does."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Demo:
    """What `mlmon demo` printed, and the project it left."""

    output: str
    project: Path


def build_demo(folder: Path) -> Demo:
    """Run `mlmon demo` in `folder`."""
    from mlmon_cli.dbt import release
    from mlmon_cli.main import invoke

    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("COLUMNS", "200")
        code = invoke(["demo", "--dir", "."])
        release()
    assert code == 0, out.getvalue() + err.getvalue()
    return Demo(out.getvalue(), folder / "lead_scoring")
