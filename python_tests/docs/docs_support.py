"""What the tests of the docs share."""

from __future__ import annotations

from pathlib import Path

from python_tests.demo import Demo as Demo

ROOT = Path(__file__).resolve().parents[2]
