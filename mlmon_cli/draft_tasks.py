"""What a draft says of a model's predictions, by the task that its label tells."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mlmon_cli.draft_columns import (
    DECISION_WORDS,
    DECISIONS,
    ITEMS,
    MOST_CLASSES,
    PREDICTED,
    QUERIES,
    RANKS,
    SCORES,
    Column,
    is_classes,
    is_quantity,
    named,
)

MISSING = "CHANGE_ME"


@dataclass
class Section:
    """A part of a block as it is filled: its keys, and the columns that are left."""

    path: str
    columns: list[Column]
    doubts: dict[str, str]  # key path -> why
    keys: dict[str, Any] = field(default_factory=dict)

    def take(self, key: str, column: Column | None, needed: str = "") -> None:
        """Name a column; where there is none, ask for it if it is `needed`."""
        if column is not None:
            self.keys[key] = column.name
            self.columns = [c for c in self.columns if c is not column]
        elif needed:
            self.keys[key] = MISSING
            self.doubt(key, needed)

    def doubt(self, key: str, why: str) -> None:
        self.doubts[f"{self.path}.{key}"] = why

    def of_type(self, kind: str) -> list[Column]:
        return [c for c in self.columns if c.type == kind]


def task_of(columns: Sequence[Column], label: Column | None) -> str:
    """The task that a label's type and its number of values tell; a ranking by the list's columns."""
    if query_of(columns) and named(columns, RANKS, ("numeric",)):
        return "ranking"
    if is_quantity(label):
        return "regression"
    predicted = _predicted_class(columns, label)
    if is_classes(label) and (predicted or (label and label.type == "text")):
        return "multiclass"
    return "binary"


def query_of(columns: Sequence[Column]) -> Column | None:
    """The column that says in which list an item was shown."""
    return named([c for c in columns if not c.is_unique], QUERIES)


def _predicted_class(columns: Sequence[Column], label: Column | None) -> Column | None:
    classes = [c for c in columns if is_classes(c) and (label is None or c.type == label.type)]
    by_name = named(classes, DECISIONS)
    return by_name or next((c for c in classes if "predict" in c.key), None)


def _probability(section: Section, task: str, needed: str = "") -> None:
    unit = [c for c in section.of_type("numeric") if c.could_be_score(task)]
    score = named(unit, SCORES) or next(
        (c for c in unit if "score" in c.key or "prob" in c.key), None
    )
    if score is None and needed and len(unit) == 1:
        score = unit[0]
        section.doubt("score", "the only column of numbers from 0 to 1")
    section.take("score", score, needed)


def _binary(section: Section, label: Column | None) -> None:
    _probability(section, "binary", "which column is the probability of the positive class?")
    two = [c for c in section.columns if c.n_distinct <= 2]
    decision = named(two, DECISIONS) or next(
        (c for c in two if c.type == "boolean" and any(w in c.key for w in DECISION_WORDS)), None
    )
    section.take("prediction", decision)
    if decision is None:
        section.keys["threshold"] = 0.5
        section.doubt("threshold", "a score from here on counts as positive")


def _regression(section: Section, label: Column | None) -> None:
    finite = [c for c in section.of_type("numeric") if c.could_be_score("regression")]
    words = ("predict", "forecast", "estimat")
    score = named(finite, PREDICTED) or next(
        (c for c in finite if any(word in c.key for word in words)), None
    )
    section.take("score", score, "which column is the predicted value?")


def _multiclass(section: Section, label: Column | None) -> None:
    predicted = _predicted_class(section.columns, label)
    section.take("prediction", predicted, "which column is the predicted class?")
    scores = _class_scores(section.of_type("numeric"))
    n_classes = max(c.n_distinct for c in (label, predicted) if c is not None)
    if n_classes <= len(scores) <= MOST_CLASSES:
        section.keys["class_scores"] = {name: column.name for name, column in scores.items()}
        section.doubt("class_scores", "the classes as the label spells them")
        section.columns = [c for c in section.columns if c not in scores.values()]
    else:
        _probability(section, "multiclass")


def _class_scores(columns: Sequence[Column]) -> dict[str, Column]:
    """Columns such as `score_gold`, `p_silver`: class -> column."""
    found = {}
    for column in columns:
        named_so = re.match(
            r"(?:p|prob|proba|probability|score)_(\w+)$", column.name, re.IGNORECASE
        )
        if named_so and column.could_be_score("multiclass"):
            found[named_so[1]] = column
    return found


def _ranking(section: Section, label: Column | None) -> None:
    section.take("query", query_of(section.columns))
    section.take("rank", named(section.columns, RANKS, ("numeric",)))
    section.take("item", named(section.columns, ITEMS))
    finite = [c for c in section.of_type("numeric") if c.could_be_score("ranking")]
    section.take("score", named(finite, SCORES))


# what a draft takes from a log for each task
TASKS: dict[str, Callable[[Section, Column | None], None]] = {
    "binary": _binary,
    "regression": _regression,
    "multiclass": _multiclass,
    "ranking": _ranking,
}
