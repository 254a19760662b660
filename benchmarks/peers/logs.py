"""The workload as a peer reads it: Parquet files into pandas."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

NUMERIC = [
    *("normal_1", "normal_2", "normal_3", "log_normal_1", "log_normal_2"),
    *("uniform_1", "uniform_2", "integer_1", "integer_2", "integer_3"),
]
CATEGORICAL = ["category_1", "category_2", "category_3", "category_4", "category_5"]
REFERENCE_END = pd.Timestamp("2026-01-31")


def predictions(directory: Path) -> pd.DataFrame:
    """The prediction log, in the order of its time; `day` is the window."""
    columns = ["prediction_id", "predicted_at", "score", *NUMERIC, *CATEGORICAL]
    frame = pd.read_parquet(directory / "predictions.parquet", columns=columns)
    frame["prediction"] = (frame["score"] >= 0.5).astype("int64")
    frame["day"] = frame["predicted_at"].dt.floor("D")
    return frame


def labelled(directory: Path) -> pd.DataFrame:
    """The same with `label`, which is missing where none has come."""
    labels = pd.read_parquet(directory / "labels.parquet", columns=["prediction_id", "label"])
    return predictions(directory).merge(labels, on="prediction_id", how="left")
