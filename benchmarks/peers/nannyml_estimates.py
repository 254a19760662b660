"""NannyML's estimates (CBPE) on the car-loan data that it ships, by week, of the whole and of each salary range.

    python nannyml_estimates.py FOLDER REFERENCE_END METRIC ...
"""

from __future__ import annotations

import sys
from pathlib import Path

import nannyml
import pandas as pd


def main(folder: Path, reference_end: str, metrics: list[str]) -> None:
    """Writes car_loan.parquet, all rows with their labels, and estimates.csv."""
    reference, analysis, target = nannyml.load_synthetic_car_loan_dataset()
    rows = pd.concat([reference, analysis.merge(target, on="id")])
    rows["timestamp"] = pd.to_datetime(rows["timestamp"])
    rows.to_parquet(folder / "car_loan.parquet", index=False)
    parts = {"all": rows} | dict(iter(rows.groupby("salary_range")))
    found = []
    for part, of in parts.items():
        estimator = nannyml.CBPE(
            problem_type="classification_binary",
            y_pred_proba="y_pred_proba",
            y_pred="y_pred",
            y_true="repaid",
            timestamp_column_name="timestamp",
            chunk_period="W",
            metrics=metrics,
        )
        estimator.fit(of[of["timestamp"] < reference_end])
        estimated = estimator.estimate(of[of["timestamp"] >= reference_end])
        frame = estimated.filter(period="analysis").to_df()
        columns = {metric: frame[(metric, "value")] for metric in metrics}
        found.append(pd.DataFrame({"segment_value": part, "window_start": frame[("chunk", "start_date")], **columns}))
    pd.concat(found).to_csv(folder / "estimates.csv", index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
