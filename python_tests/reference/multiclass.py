"""What mlmon measures of a model of several classes, by scikit-learn: the oracle of the task `multiclass`."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from sklearn import metrics as sk

Values = dict[str, float | None]
AVERAGES = ("precision", "recall", "f1")
OF_SCORES = ("roc_auc", "pr_auc", "log_loss", "brier")


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _averages(y: np.ndarray, p: np.ndarray, average: str | None, labels: list[str] | None = None) -> list[np.ndarray]:
    return list(sk.precision_recall_fscore_support(y, p, average=average, labels=labels, zero_division=np.nan)[:3])


def performance(rows: pd.DataFrame, scores: dict[str, str]) -> Values:
    """Metrics of rows with `p` and `y`, texts or None, and a column of scores for each class; None where they are undefined."""
    found: Values = {"n_predictions": len(rows), "n_labelled": int(rows["y"].notna().sum())}
    both = rows.dropna(subset=["p", "y"])
    y, p = both["y"].to_numpy(object), both["p"].to_numpy(object)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for average in ("macro", "micro", "weighted"):
            suffix = "" if average == "macro" else f"_{average}"
            values = _averages(y, p, average) if len(y) else [np.array(np.nan)] * 3
            found |= {name + suffix: _known(float(value)) for name, value in zip(AVERAGES, values, strict=True)}
        if not set(y) & set(p):  # of no class that has labels is there a precision
            found["precision_weighted"] = None
        found["accuracy"] = float(sk.accuracy_score(y, p)) if len(y) else None
        found["balanced_accuracy"] = float(sk.balanced_accuracy_score(y, p)) if len(y) else None
        varied = len(set(y)) > 1 and len(set(p)) > 1  # scikit-learn calls 0/0 a correlation of 0
        found["mcc"] = float(sk.matthews_corrcoef(y, p)) if varied else None
    found["tp"] = int((y == p).sum())
    return found | of_scores(rows, scores)


def of_scores(rows: pd.DataFrame, scores: dict[str, str]) -> Values:
    """Of the rows whose scores are all valid and whose label has one."""
    found: Values = dict.fromkeys(OF_SCORES)
    if not scores:
        return found
    values = rows[list(scores.values())].to_numpy(float)
    valid = ((values >= 0) & (values <= 1)).all(axis=1) & rows["y"].isin(list(scores)).to_numpy()
    y, values = rows["y"].to_numpy(object)[valid], values[valid]
    if not len(y):
        return found
    classes = sorted(scores)
    values = values[:, [list(scores).index(name) for name in classes]]
    found["log_loss"] = float(sk.log_loss(y, values, labels=classes))
    found["brier"] = float(sk.brier_score_loss(y, values, labels=classes, scale_by_half=False))
    areas = [area_of(y == name, tenths(values[:, place])) for place, name in enumerate(classes)]
    for place, name in enumerate(("roc_auc", "pr_auc")):
        known = [area[place] for area in areas if area[place] is not None]
        found[name] = float(np.mean(known)) if known else None
    return found


def tenths(score: np.ndarray) -> np.ndarray:
    """Scores as mlmon ranks them: by tenths of their log-odds."""
    return np.floor(10 * np.log(np.clip(score, 8e-7, 1 - 8e-7) / (1 - np.clip(score, 8e-7, 1 - 8e-7))) + 0.3)


def area_of(is_class: np.ndarray, score: np.ndarray) -> tuple[float | None, float | None]:
    if not is_class.any():
        return None, None
    precision = float(sk.average_precision_score(is_class, score))
    return (None if is_class.all() else float(sk.roc_auc_score(is_class, score))), precision


def by_class(rows: pd.DataFrame) -> dict[str, dict[str, float | None]]:
    """Each class against the rest."""
    both = rows.dropna(subset=["p", "y"])
    classes = sorted(set(rows["p"].dropna()) | set(both["y"]))
    found = {}
    for name in classes:
        y, p = both["y"] == name, both["p"] == name
        values: Values = dict.fromkeys([*AVERAGES, "specificity"])
        if len(both):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                three = (float(value[0]) for value in _averages(y.to_numpy(), p.to_numpy(), None, [True]))
                values |= {metric: _known(value) for metric, value in zip(AVERAGES, three, strict=True)}
                values["specificity"] = _known(float(sk.recall_score(~y, ~p, zero_division=np.nan)))
        found[name] = values | {"n_predicted": int((rows["p"] == name).sum()), "n_labelled": len(both), "n_positive": int(y.sum())}
    return found
