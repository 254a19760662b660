"""NannyML as its documentation has it: univariate Jensen-Shannon, CBPE and realised performance, by day."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import nannyml
from logs import CATEGORICAL, NUMERIC, REFERENCE_END, labelled


def main(directory: Path) -> None:
    """Fit on the reference, calculate every day of the log."""
    frame = labelled(directory)
    columns = [*NUMERIC, *CATEGORICAL]
    frame[CATEGORICAL] = frame[CATEGORICAL].astype("category")
    # its reference must be labelled in full
    reference = frame[(frame["predicted_at"] < REFERENCE_END) & frame["label"].notna()]
    chunks = {"timestamp_column_name": "predicted_at", "chunk_period": "D"}
    drift = nannyml.UnivariateDriftCalculator(
        column_names=[*columns, "score"],
        continuous_methods=["jensen_shannon"],
        categorical_methods=["jensen_shannon"],
        **chunks,
    )
    outcome = {
        "y_pred_proba": "score",
        "y_pred": "prediction",
        "y_true": "label",
        "metrics": ["roc_auc", "f1", "precision", "recall", "accuracy"],
        "problem_type": "classification_binary",
    }
    estimated = nannyml.CBPE(**outcome, **chunks)
    realised = nannyml.PerformanceCalculator(**outcome, **chunks)
    for calculator, method in (
        (drift, "calculate"),
        (estimated, "estimate"),
        (realised, "calculate"),
    ):
        calculator.fit(reference)
        getattr(calculator, method)(frame).to_df()


warnings.filterwarnings("ignore")
main(Path(sys.argv[1]))
