"""A column of a log, and what its name, type and numbers say of it, for drafts of a monitor."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

TIMESTAMPS = (
    "predicted_at prediction_timestamp prediction_time prediction_ts scored_at score_time "
    "inference_time served_at requested_at event_timestamp event_time timestamp created_at ts"
).split()
LABEL_TIMES = (
    "labeled_at labelled_at label_timestamp label_time observed_at outcome_at resolved_at "
    "converted_at updated_at event_timestamp event_time timestamp created_at ts"
).split()
ARRIVALS = (
    "loaded_at _loaded_at ingested_at inserted_at received_at arrived_at _etl_loaded_at "
    "_fivetran_synced _airbyte_extracted_at load_timestamp loaded_ts"
).split()
IDS = "prediction_id request_id inference_id event_id score_id id uuid".split()
SCORES = (
    "score probability proba prob y_score prediction_score predicted_score "
    "predicted_probability prediction_probability pred_proba y_prob p1 p_positive confidence"
).split()
PREDICTED = (
    "prediction predicted predicted_value y_pred y_hat pred forecast estimate predicted_amount score"
).split()
DECISIONS = (
    "predicted_label predicted_class prediction predicted y_pred pred decision label_predicted"
).split()
DECISION_WORDS = (
    "predict decid decision approv accept flag reject declin select grant block alert classif"
).split()
VERSIONS = "model_version version model_id model_name model".split()
LATENCIES = "latency_ms latency response_ms response_time_ms duration_ms inference_ms".split()
LABELS = (
    "label y_true actual ground_truth outcome target converted conversion churned is_fraud "
    "fraud clicked purchased defaulted late relevance y"
).split()
_FAIRNESS = (
    "age_band age_group age_bucket age_range age_class age_bin marital_status marital "
    "native_country foreign_worker"
).split()
# a word of a column's name: `applicant_sex`, `is_disabled`
_PROTECTED = (
    "gender sex race racial ethnicity ethnic ethnicgroup religion disability disabled nationality "
    "citizenship veteran"
).split()
_CALENDAR = (
    "date day weekday dow month hour week year quarter season holiday weekend day_of_week "
    "dayofweek day_of_month day_of_year dayofyear week_of_year weekofyear hour_of_day month_of_year "
    "time_of_day"
).split()
_POSITIVE = "yes y true t 1 positive pos bad fraud churned converted late default won".split()
_NEGATIVE = "no n false f 0 negative neg good legit retained none lost ok".split()
QUERIES = "query_id query search_id list_id slate_id impression_id session_id request_id".split()
RANKS = "rank position pos slot item_rank rank_position".split()
ITEMS = (
    "item_id item product_id product sku offer_id article_id content_id document_id doc_id movie_id "
    "track_id"
).split()
SEGMENTS = (
    "channel region country market segment platform device product plan tier origin source "
    "category carrier"
).split()

MOST_NUMBERS = 20  # a label of more numbers is a quantity
MOST_CLASSES = 200
MOST_CATEGORIES = 200
MOST_SEGMENT_VALUES = 12
MOST_SEGMENTS = 3
MOST_GROUPS = 20


@dataclass(frozen=True)
class Column:
    """A column as `mlmon_describe` tells it."""

    name: str
    type: str
    n_distinct: int = 0
    n_rows: int = 0
    minimum: Any = None
    maximum: Any = None
    score_of: tuple[str, ...] = ()  # the tasks whose scores may have its numbers

    @property
    def key(self) -> str:
        """The name as it is compared with well-known ones."""
        return self.name.lower()

    @property
    def is_unique(self) -> bool:
        """Whether nearly every row has its own value; nearly, since a log may repeat a row."""
        return self.n_rows > 0 and self.n_distinct >= 0.98 * self.n_rows

    def could_be_score(self, task: str) -> bool:
        """Whether its numbers are valid scores of a task, more than two of them."""
        return task in self.score_of and self.n_distinct > 2


def is_protected(column: Column) -> bool:
    """Whether it says what a person is by law not to be judged by, in few groups."""
    named = column.key in _FAIRNESS or bool(set(_words(column)) & set(_PROTECTED))
    return named and 1 < column.n_distinct <= MOST_GROUPS


def is_calendar(column: Column) -> bool:
    """Whether it tells the date: constant within a window, or the same every week."""
    name = re.sub(r"^(is|the)_", "", column.key)
    return name in _CALENDAR


def is_identifier(column: Column) -> bool:
    """Whether it names a thing and says nothing of it."""
    by_name = column.key in IDS or re.search(
        r"(^|_)(id|ids|uuid|guid|key|pk|hash|no|nr|index|idx)$", column.key
    )
    return bool(by_name) or (column.is_unique and column.type == "text")


def _words(column: Column) -> list[str]:
    return [word for word in re.split(r"[^a-z0-9]+", column.key) if word]


def positive_class(label: Column) -> str | None:
    """Of a text with two values the one that means yes."""
    values = [str(value) for value in (label.minimum, label.maximum) if value is not None]
    if label.n_distinct != 2 or len(values) != 2:
        return None
    told = [value for value in values if value.strip().lower() in _POSITIVE]
    told = told or [
        other
        for value, other in zip(values, reversed(values), strict=True)
        if value.strip().lower() in _NEGATIVE
    ]
    return told[0] if len(told) == 1 else None


def label_of(columns: Sequence[Column]) -> Column | None:
    """The outcome by its name, or the only column that can be one: of two values, a number, classes."""
    rest = [c for c in columns if c.type != "timestamp" and not is_identifier(c)]
    kinds = [
        [c for c in rest if c.n_distinct == 2],
        [c for c in rest if is_quantity(c)],
        [c for c in rest if is_classes(c)],
    ]
    likely = next((found for found in kinds if found), [])
    return named(columns, LABELS) or (likely[0] if len(likely) == 1 else None)


def is_quantity(label: Column | None) -> bool:
    """Whether a label is the number that a regression predicts."""
    return label is not None and label.type == "numeric" and label.n_distinct > MOST_NUMBERS


def is_classes(label: Column | None) -> bool:
    """Whether a label, or a prediction, is one of several classes."""
    if label is None or label.type not in ("text", "numeric"):
        return False
    return 2 < label.n_distinct <= (MOST_CLASSES if label.type == "text" else MOST_NUMBERS)


def named(
    columns: Sequence[Column], names: Sequence[str], types: Sequence[str] = ()
) -> Column | None:
    """The first column with a well-known name and a fitting type."""
    by_name = {column.key: column for column in columns if not types or column.type in types}
    return next((by_name[name] for name in names if name in by_name), None)


def id_of(columns: Sequence[Column], also_in: Sequence[Column] = ()) -> Column | None:
    shared = {column.key for column in also_in}
    unique = [c for c in columns if c.is_unique and c.type in ("text", "numeric")]
    both = [c for c in unique if c.key in shared]
    by_name = [c for c in unique if c.key in IDS or c.key.endswith("_id")]
    return (
        named(both, IDS)
        or next(iter(both), None)
        or named(by_name, IDS)
        or next(iter(by_name), None)
    )


def read_columns(rows: Sequence[Mapping[str, Any]]) -> list[Column]:
    """Columns from the rows of `mlmon_describe`."""
    return [
        Column(
            name=str(row["name"]),
            type=str(row.get("type")),
            n_distinct=int(row.get("n_distinct") or 0),
            n_rows=int(row.get("n_rows") or 0),
            minimum=row.get("minimum"),
            maximum=row.get("maximum"),
            score_of=tuple(row.get("score_of") or ()),
        )
        for row in rows
        if row.get("kind") == "column"
    ]
