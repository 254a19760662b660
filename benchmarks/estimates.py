"""`mlmon_estimates` beside NannyML's CBPE, and both beside what came, on the car-loan data that NannyML ships.

    python -m benchmarks.estimates

NannyML runs in an environment of its own under benchmarks/.work. Prints a table in Markdown; the numbers in docs/estimates.md come from it.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
from sklearn import metrics

from benchmarks.bench import HERE, NO_TELEMETRY, WORK, peer_python
from python_tests.harness import Project

METRICS = ["roc_auc", "f1", "precision", "recall", "specificity", "accuracy"]
REFERENCE_END = "2018-10-29"  # a Monday
MONITOR: dict[str, Any] = {
    "task": "binary",
    "window": "week",
    "predictions": {
        "relation": "raw.loans",
        "id": "id",
        "timestamp": "timestamp",
        "score": "y_pred_proba",
        "prediction": "y_pred",
    },
    "labels": {
        "relation": "raw.labels",
        "id": "id",
        "label": "repaid",
        "timestamp": "timestamp",
        "maturity": "1 day",
    },
    "segments": ["salary_range"],
    "reference": {"start": "2018-01-01", "end": REFERENCE_END},
}


def ours(rows: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """A row a week and part."""
    rows = rows.assign(id=rows["id"].astype(str), repaid=rows["repaid"].astype(int))
    project = Project(folder, {"car_loan": MONITOR})
    loans = rows[["id", "timestamp", "y_pred_proba", "y_pred", "salary_range"]]
    project.load(loans=loans, labels=rows[["id", "timestamp", "repaid"]])
    project.build(select=["+mlmon_estimates"]).check()
    return project.table("mlmon_estimates", "estimator = 'calibrated'")


def realized(rows: pd.DataFrame) -> dict[str, float]:
    """scikit-learn's metrics of some rows."""
    y, p = rows["repaid"], rows["y_pred"]
    return {
        "roc_auc": metrics.roc_auc_score(y, rows["y_pred_proba"]),
        "f1": metrics.f1_score(y, p),
        "precision": metrics.precision_score(y, p),
        "recall": metrics.recall_score(y, p),
        "specificity": metrics.recall_score(1 - y, 1 - p),
        "accuracy": metrics.accuracy_score(y, p),
    }


def came(rows: pd.DataFrame) -> pd.DataFrame:
    """The same of each week and part, from the labels."""
    rows = rows[rows["timestamp"] >= REFERENCE_END]
    rows = rows.assign(window_start=rows["timestamp"].dt.to_period("W").dt.start_time)
    both = pd.concat([rows.assign(segment_value="all"), rows.assign(segment_value=rows["salary_range"])])
    grouped = both.groupby(["segment_value", "window_start"])
    return pd.DataFrame([{"segment_value": part, "window_start": week, **realized(of)} for (part, week), of in grouped])


def main() -> None:
    """Measures and prints."""
    theirs = peer_python("nannyml")
    WORK.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        command = [theirs, HERE / "peers" / "nannyml_estimates.py", folder, REFERENCE_END, *METRICS]
        subprocess.run(command, check=True, env={**os.environ, **NO_TELEMETRY})
        rows = pd.read_parquet(Path(folder) / "car_loan.parquet")
        nannyml = pd.read_csv(Path(folder) / "estimates.csv", parse_dates=["window_start"])
        nannyml["window_start"] = nannyml["window_start"].dt.normalize()
        mine = ours(rows, Path(folder) / "project")
    key = ["segment_value", "window_start"]
    table = mine.merge(nannyml, on=key, suffixes=("", "_nannyml")).merge(came(rows), on=key, suffixes=("", "_came"))
    print(f"{len(table)} weeks and parts; {int((table.segment_value == 'all').sum())} weeks of the whole\n")
    print("| metric | largest difference of the whole | of parts | mean error mlmon | NannyML | as good or better | interval holds |")
    print("|---|---|---|---|---|---|---|")
    for metric in METRICS:
        apart = (table[metric] - table[f"{metric}_nannyml"]).abs()
        columns = {"mlmon": metric, "NannyML": f"{metric}_nannyml"}
        errors = {name: (table[column] - table[f"{metric}_came"]).abs() for name, column in columns.items()}
        by_part = pd.DataFrame(errors).groupby(table["segment_value"]).mean()
        holds = (table[f"{metric}_came"] >= table[f"{metric}_low"]) & (table[f"{metric}_came"] <= table[f"{metric}_high"])
        whole = table["segment_value"] == "all"
        as_good = (by_part["mlmon"] <= by_part["NannyML"] + 0.0005).mean()
        cells = [apart[whole].max(), apart[~whole].max(), errors["mlmon"].mean(), errors["NannyML"].mean()]
        print(f"| {metric} | " + " | ".join(f"{cell:.4f}" for cell in cells) + f" | {as_good:.0%} of parts | {holds.mean():.0%} |")


if __name__ == "__main__":
    main()
