"""What mlmon measures of a binary model, by scikit-learn and fairlearn: the oracle of the task `binary`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache

import numpy as np
from fairlearn import metrics as fairlearn
from scipy import stats
from sklearn import metrics as sk

Values = dict[str, float | None]

EDGES = tuple(edge / 10 for edge in range(1, 10))
RATES = ("selection_rate", "tpr", "fpr", "precision", "accuracy")
# areas depend on the bins of the score; all else is equal
EXACT = (
    "tp fp tn fn precision recall specificity f1 accuracy balanced_accuracy mcc log_loss brier ece prevalence selection_rate "
    "precision_low precision_high recall_low recall_high accuracy_low accuracy_high "
    "precision_worst precision_best recall_worst recall_best accuracy_worst accuracy_best"
).split()


def none_if_nan(value: float) -> float | None:
    """NULL is how mlmon says that something is not defined."""
    return None if value is None or math.isnan(value) else float(value)


def ratio(numerator: float, denominator: float) -> float | None:
    """A quotient, or None where there is none."""
    return float(numerator) / float(denominator) if denominator else None


def matrix(decision: np.ndarray, positive: np.ndarray) -> tuple[int, int, int, int]:
    """tn, fp, fn and tp of the rows with both a decision and a label."""
    both = np.array([d is not None and p is not None for d, p in zip(decision, positive, strict=True)], dtype=bool)
    tn, fp, fn, tp = np.bincount(2 * positive[both].astype(int) + decision[both].astype(int), minlength=4)
    return int(tn), int(fp), int(fn), int(tp)


def performance(decision: np.ndarray, positive: np.ndarray, score: np.ndarray) -> Values:
    """Metrics of some rows, by scikit-learn where it defines them; None where they are undefined."""
    has_label = np.array([p is not None for p in positive], dtype=bool)
    tn, fp, fn, tp = matrix(decision, positive)
    result: Values = {
        "tp": tp, "fp": fp, "tn": tn, "fn": fn,
        "prevalence": ratio(positive[has_label].astype(int).sum(), has_label.sum()),
        "selection_rate": ratio(sum(d is not None and bool(d) for d in decision), len(decision)),
    }  # fmt: skip
    result.update(confusion_metrics(tn, fp, fn, tp))
    for end, is_right in {"worst": False, "best": True}.items():
        told = [p if p is not None else d if d is None else bool(d) == is_right for d, p in zip(decision, positive, strict=True)]
        bounds = confusion_metrics(*matrix(decision, np.array(told, dtype=object)))
        result.update({f"{name}_{end}": bounds[name] for name in ("precision", "recall", "accuracy")})
    scored = has_label & ~np.isnan(score)
    y, s = positive[scored].astype(int), score[scored]
    result.update(dict.fromkeys(("log_loss", "brier", "ece", "roc_auc", "pr_auc")))
    if len(y):
        result["log_loss"] = float(sk.log_loss(y, s, labels=[0, 1]))
        result["brier"] = float(sk.brier_score_loss(y, s, pos_label=1))
        tenth = np.digitize(s, EDGES, right=True)
        gaps = [abs(y[tenth == b].sum() - s[tenth == b].sum()) for b in range(10)]
        result["ece"] = float(sum(gaps) / len(y))
        if len(set(y)) == 2:
            result["roc_auc"] = float(sk.roc_auc_score(y, s))
        if y.any():
            result["pr_auc"] = float(sk.average_precision_score(y, s))
    return result


def group_rates(decision: np.ndarray, positive: np.ndarray) -> Values:
    """The rates of a group of rows."""
    selected = sum(d is not None and bool(d) for d in decision)
    return {"selection_rate": selection_rate(len(decision), selected), **fairness_rates(*matrix(decision, positive))}


@cache
def confusion_metrics(tn: int, fp: int, fn: int, tp: int) -> Mapping[str, float | None]:
    """What scikit-learn makes of a confusion matrix; None where it is not defined. Small groups have the same few matrices."""
    names = ("precision", "recall", "specificity", "f1", "accuracy", "balanced_accuracy", "mcc")
    result: Values = dict.fromkeys(names)
    y, d = np.repeat([0, 0, 1, 1], [tn, fp, fn, tp]), np.repeat([0, 1, 0, 1], [tn, fp, fn, tp])
    if len(y):
        assert tuple(sk.confusion_matrix(y, d, labels=[0, 1]).ravel()) == (tn, fp, fn, tp)
        nan = float("nan")
        result["precision"] = none_if_nan(sk.precision_score(y, d, zero_division=nan))
        result["recall"] = none_if_nan(sk.recall_score(y, d, zero_division=nan))
        result["specificity"] = none_if_nan(sk.recall_score(y, d, pos_label=0, zero_division=nan))
        result["f1"] = none_if_nan(sk.f1_score(y, d, zero_division=nan))
        result["accuracy"] = float(sk.accuracy_score(y, d))
        if len(set(y)) == 2:
            result["balanced_accuracy"] = float(sk.balanced_accuracy_score(y, d))
        # scikit-learn says 0 where the coefficient is undefined
        if len(set(y)) == 2 and len(set(d)) == 2:
            result["mcc"] = float(sk.matthews_corrcoef(y, d))
    for name, k, n in (
        ("precision", tp, tp + fp), ("recall", tp, tp + fn), ("accuracy", tp + tn, tp + tn + fp + fn),
    ):  # fmt: skip
        low, high = stats.binomtest(k, n).proportion_ci(0.95, method="wilson") if n else (None, None)
        result[f"{name}_low"], result[f"{name}_high"] = low, high
    return result


@cache
def selection_rate(n: int, n_selected: int) -> float:
    """The share that is selected, by fairlearn, which asks for labels and does not look at them."""
    return float(fairlearn.selection_rate([0, 1] + [1] * (n - 2), [1] * n_selected + [0] * (n - n_selected)))


@cache
def fairness_rates(tn: int, fp: int, fn: int, tp: int) -> Mapping[str, float | None]:
    """The rates of a group by fairlearn, and None where it says 0 of a group that has no positive (or negative): unknown."""
    y, d = np.repeat([0, 0, 1, 1], [tn, fp, fn, tp]), np.repeat([0, 1, 0, 1], [tn, fp, fn, tp])
    return {
        "tpr": float(fairlearn.true_positive_rate(y, d)) if tp + fn else None,
        "fpr": float(fairlearn.false_positive_rate(y, d)) if tn + fp else None,
        "precision": float(sk.precision_score(y, d)) if tp + fp else None,
        "accuracy": float(sk.accuracy_score(y, d)) if len(y) else None,
    }
