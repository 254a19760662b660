"""What the tests of the docs share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Demo:
    """What `mlmon demo` printed, and the project it left."""

    output: str
    project: Path
