"""`mlmon_estimates` beside NannyML's CBPE and DLE, and all beside what came, on the data that NannyML ships: car loans,
car prices, and credit cards.

    python -m benchmarks.estimates

NannyML runs in an environment of its own under benchmarks/.work.
Prints tables in Markdown; the numbers in docs/estimates.md are theirs.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn import metrics

from benchmarks.bench import HERE, NO_TELEMETRY, WORK, peer_python
from python_tests.harness import Project

Realized = dict[str, Callable[[pd.DataFrame], float]]
LOANS: Realized = {
    "roc_auc": lambda rows: metrics.roc_auc_score(rows["repaid"], rows["y_pred_proba"]),
    "f1": lambda rows: metrics.f1_score(rows["repaid"], rows["y_pred"]),
    "precision": lambda rows: metrics.precision_score(rows["repaid"], rows["y_pred"]),
    "recall": lambda rows: metrics.recall_score(rows["repaid"], rows["y_pred"]),
    "specificity": lambda rows: metrics.recall_score(1 - rows["repaid"], 1 - rows["y_pred"]),
    "accuracy": lambda rows: metrics.accuracy_score(rows["repaid"], rows["y_pred"]),
}
PRICES: Realized = {
    "mae": lambda rows: metrics.mean_absolute_error(rows["y_true"], rows["y_pred"]),
    "rmse": lambda rows: metrics.root_mean_squared_error(rows["y_true"], rows["y_pred"]),
}
CARDS = {name: f"y_pred_proba_{name}" for name in ("prepaid_card", "highstreet_card", "upmarket_card")}


def specificity(rows: pd.DataFrame) -> float:
    """The mean over the cards."""
    matrix = metrics.confusion_matrix(rows["y_true"], rows["y_pred"], labels=sorted(CARDS))
    others = matrix.sum() - matrix.sum(axis=1)
    return float(np.mean((others - matrix.sum(axis=0) + np.diag(matrix)) / others))


OFFERS: Realized = {
    "roc_auc": lambda rows: metrics.roc_auc_score(
        rows["y_true"], rows[[CARDS[name] for name in sorted(CARDS)]], labels=sorted(CARDS), multi_class="ovr"
    ),
    "f1": lambda rows: metrics.f1_score(rows["y_true"], rows["y_pred"], average="macro"),
    "precision": lambda rows: metrics.precision_score(rows["y_true"], rows["y_pred"], average="macro"),
    "recall": lambda rows: metrics.recall_score(rows["y_true"], rows["y_pred"], average="macro"),
    "specificity": specificity,
    "accuracy": lambda rows: metrics.accuracy_score(rows["y_true"], rows["y_pred"]),
}


@dataclass(frozen=True)
class Case:
    """A data set of NannyML: the monitor's block but for its logs, its columns, and what the metrics of some rows are."""

    name: str
    task: str
    window: str
    reference: tuple[str, str]
    part: str
    columns: dict[str, str]
    label: str
    realized: Realized
    class_scores: dict[str, str] = field(default_factory=dict)

    @property
    def monitor(self) -> dict[str, Any]:
        """The configuration."""
        scores = {"class_scores": self.class_scores} if self.class_scores else {}
        return {
            "task": self.task,
            "window": self.window,
            "predictions": {"relation": "raw.predictions", "id": "id", "timestamp": "timestamp", **self.columns, **scores},
            "labels": {
                "relation": "raw.labels",
                "id": "id",
                "label": self.label,
                "timestamp": "timestamp",
                "maturity": "1 day",
            },
            "segments": [self.part],
            "reference": dict(zip(("start", "end"), self.reference, strict=True)),
        }


CASES = [
    Case(
        name="loans",
        task="binary",
        window="week",
        reference=("2018-01-01", "2018-10-29"),  # Mondays
        part="salary_range",
        columns={"score": "y_pred_proba", "prediction": "y_pred"},
        label="repaid",
        realized=LOANS,
    ),
    Case(
        name="prices",
        task="regression",
        window="day",
        reference=("2017-01-24", "2017-02-16"),
        part="fuel",
        columns={"score": "y_pred"},
        label="y_true",
        realized=PRICES,
    ),
    Case(
        name="cards",
        task="multiclass",
        window="week",
        reference=("2020-05-04", "2020-08-31"),  # Mondays
        part="acq_channel",
        columns={"prediction": "y_pred"},
        label="y_true",
        realized=OFFERS,
        class_scores=CARDS,
    ),
]


def ours(case: Case, rows: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """A row a window and part."""
    rows = rows.assign(id=rows["id"].astype(str))
    if case.task == "binary":
        rows[case.label] = rows[case.label].astype(int)
    project = Project(folder, {case.name: case.monitor})
    columns = ["id", "timestamp", *case.columns.values(), *case.class_scores.values(), case.part]
    project.load(predictions=rows[columns], labels=rows[["id", "timestamp", case.label]])
    project.build(select=["+mlmon_estimates"]).check()
    return project.table("mlmon_estimates", "estimator = 'calibrated'")


def came(case: Case, rows: pd.DataFrame) -> pd.DataFrame:
    """The metrics of each window and part, from the labels."""
    rows = rows[rows["timestamp"] >= case.reference[1]]
    starts = rows["timestamp"].dt.to_period({"week": "W", "day": "D"}[case.window]).dt.start_time
    rows = rows.assign(window_start=starts)
    both = pd.concat([rows.assign(segment_value="all"), rows.assign(segment_value=rows[case.part])])
    grouped = both.groupby(["segment_value", "window_start"])
    found = [
        {"segment_value": part, "window_start": start, **{name: metric(of) for name, metric in case.realized.items()}}
        for (part, start), of in grouped
    ]
    return pd.DataFrame(found)


def compare(case: Case, folder: Path) -> None:
    """Measures one data set and prints."""
    command = [peer_python("nannyml"), HERE / "peers" / "nannyml_estimates.py", folder]
    command += [case.name, case.reference[1], case.part, *case.realized]
    subprocess.run(command, check=True, env={**os.environ, **NO_TELEMETRY})
    rows = pd.read_parquet(folder / f"{case.name}.parquet")
    nannyml = pd.read_csv(folder / f"{case.name}.csv", parse_dates=["window_start"])
    nannyml["window_start"] = nannyml["window_start"].dt.normalize()
    mine = ours(case, rows, folder / case.name)
    key = ["segment_value", "window_start"]
    table = mine.merge(nannyml, on=key, suffixes=("", "_nannyml")).merge(came(case, rows), on=key, suffixes=("", "_came"))
    whole = table["segment_value"] == "all"
    trusted = f"{table['is_trusted'].mean():.0%} trusted"
    print(f"{case.name}: {len(table)} windows and parts, {trusted}; {int(whole.sum())} windows of the whole\n")
    heads = ["largest difference of the whole", "of parts", "mean error mlmon", "NannyML"]
    heads += ["parts as good or better", "interval holds", "where trusted"]
    print("| metric | " + " | ".join(heads) + " |")
    print("|---|---|---|---|---|---|---|---|")
    for metric in case.realized:
        apart = (table[metric] - table[f"{metric}_nannyml"]).abs()
        columns = {"mlmon": metric, "NannyML": f"{metric}_nannyml"}
        errors = {name: (table[column] - table[f"{metric}_came"]).abs() for name, column in columns.items()}
        by_part = pd.DataFrame(errors).groupby(table["segment_value"]).mean()
        holds = (table[f"{metric}_came"] >= table[f"{metric}_low"]) & (table[f"{metric}_came"] <= table[f"{metric}_high"])
        as_good = (by_part["mlmon"] <= by_part["NannyML"] + 0.0005 * table[f"{metric}_came"].mean()).mean()
        cells = [apart[whole].max(), apart[~whole].max(), errors["mlmon"].mean(), errors["NannyML"].mean()]
        shares = [as_good, holds.mean(), holds[table["is_trusted"]].mean()]
        print(f"| {metric} | " + " | ".join([f"{cell:.4g}" for cell in cells] + [f"{share:.0%}" for share in shares]) + " |")
    print()


def main() -> None:
    """Measures and prints."""
    WORK.mkdir(exist_ok=True)
    for case in CASES:
        with tempfile.TemporaryDirectory() as folder:
            compare(case, Path(folder))


if __name__ == "__main__":
    main()
