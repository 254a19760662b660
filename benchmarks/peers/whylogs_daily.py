"""whylogs as its documentation has it: a profile a day, and drift of each against the reference's."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import whylogs
from logs import CATEGORICAL, NUMERIC, REFERENCE_END, predictions
from whylogs.viz.drift.column_drift_algorithms import calculate_drift_scores


def main(directory: Path) -> None:
    """Profile every day of the log; the reference's profile is the sum of its days'."""
    frame = predictions(directory)
    columns = [*NUMERIC, *CATEGORICAL, "score"]
    views = {
        day: whylogs.log(rows[columns]).view() for day, rows in frame.groupby("day", sort=True)
    }
    reference = None
    for day, view in views.items():
        if day < REFERENCE_END:
            reference = view if reference is None else reference.merge(view)
    for view in views.values():
        calculate_drift_scores(target_view=view, reference_view=reference, with_thresholds=True)


warnings.filterwarnings("ignore")
main(Path(sys.argv[1]))
