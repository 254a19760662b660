"""NannyML's estimates on the data that it ships, of the whole and of each part: of car loans and of credit cards (CBPE) by week, of car
prices (DLE) by day.

    python nannyml_estimates.py FOLDER loans|prices|cards REFERENCE_END PART METRIC ...
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import nannyml
import pandas as pd


def loans(rows: pd.DataFrame, metrics: list[str]) -> Any:
    """The estimator of the loans."""
    return nannyml.CBPE(
        problem_type="classification_binary",
        y_pred_proba="y_pred_proba",
        y_pred="y_pred",
        y_true="repaid",
        timestamp_column_name="timestamp",
        chunk_period="W",
        metrics=metrics,
    )


def prices(rows: pd.DataFrame, metrics: list[str]) -> Any:
    """The estimator of the prices, from all features."""
    return nannyml.DLE(
        feature_column_names=[name for name in rows if name not in ("id", "y_true", "y_pred", "timestamp")],
        y_pred="y_pred",
        y_true="y_true",
        timestamp_column_name="timestamp",
        chunk_period="D",
        metrics=metrics,
    )


def cards(rows: pd.DataFrame, metrics: list[str]) -> Any:
    """The estimator of the cards, which are three classes."""
    return nannyml.CBPE(
        problem_type="classification_multiclass",
        y_pred_proba={name: f"y_pred_proba_{name}" for name in ("prepaid_card", "highstreet_card", "upmarket_card")},
        y_pred="y_pred",
        y_true="y_true",
        timestamp_column_name="timestamp",
        chunk_period="W",
        metrics=metrics,
    )


DATA = {
    "loans": (nannyml.load_synthetic_car_loan_dataset, loans),
    "prices": (nannyml.load_synthetic_car_price_dataset, prices),
    "cards": (nannyml.load_synthetic_multiclass_classification_dataset, cards),
}


def main(folder: Path, name: str, reference_end: str, part: str, metrics: list[str]) -> None:
    """Writes NAME.parquet, all rows with their labels, and NAME.csv, the estimates."""
    load, made = DATA[name]
    reference, analysis, target = load()
    rows = pd.concat([reference, analysis.merge(target, on="id")])
    rows["timestamp"] = pd.to_datetime(rows["timestamp"])
    rows.to_parquet(folder / f"{name}.parquet", index=False)
    parts = {"all": rows} | dict(iter(rows.groupby(part)))
    found = []
    for value, of in parts.items():
        estimator = made(rows, metrics)
        estimator.fit(of[of["timestamp"] < reference_end])
        estimated = estimator.estimate(of[of["timestamp"] >= reference_end])
        frame = estimated.filter(period="analysis").to_df()
        columns = {metric: frame[(metric, "value")] for metric in metrics}
        found.append(pd.DataFrame({"segment_value": value, "window_start": frame[("chunk", "start_date")], **columns}))
    pd.concat(found).to_csv(folder / f"{name}.csv", index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:5], sys.argv[5:])
