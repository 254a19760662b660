"""Evidently as its documentation has it: a drift report (PSI) and a classification report a day, against the reference."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

from evidently import BinaryClassification, DataDefinition, Dataset, Report
from evidently.presets import ClassificationPreset, DataDriftPreset
from logs import CATEGORICAL, NUMERIC, REFERENCE_END, labelled


def main(directory: Path) -> None:
    """Report every day of the log."""
    frame = labelled(directory)
    is_reference = frame["predicted_at"] < REFERENCE_END
    columns = [*NUMERIC, *CATEGORICAL, "score"]
    drift = DataDefinition(numerical_columns=[*NUMERIC, "score"], categorical_columns=CATEGORICAL)
    classes = DataDefinition(
        classification=[
            BinaryClassification(
                target="label",
                prediction_labels="prediction",
                prediction_probas="score",
                pos_label=1,
            )
        ],
        categorical_columns=["label", "prediction"],
        numerical_columns=["score"],
    )
    drift_report = Report([DataDriftPreset(method="psi")])
    class_report = Report([ClassificationPreset()])
    reference = Dataset.from_pandas(frame.loc[is_reference, columns], data_definition=drift)
    for _, day in frame.groupby("day"):
        current = Dataset.from_pandas(day[columns], data_definition=drift)
        drift_report.run(current, reference).dict()
        known = day.loc[day["label"].notna(), ["label", "prediction", "score"]].astype(
            {"label": "int64"}
        )
        if len(known):  # the labels of the last day are still to come
            class_report.run(Dataset.from_pandas(known, data_definition=classes), None).dict()


warnings.filterwarnings("ignore")
main(Path(sys.argv[1]))
