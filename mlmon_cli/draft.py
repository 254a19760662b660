"""A monitor block drafted from the columns of real tables, by name and type.

Works on what `mlmon_describe` printed; a person is meant to read the draft over.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

MISSING = "CHANGE_ME"

_TIMESTAMPS = (
    "predicted_at prediction_timestamp prediction_time prediction_ts scored_at score_time "
    "inference_time served_at requested_at event_timestamp event_time timestamp created_at ts"
).split()
_LABEL_TIMES = (
    "labeled_at labelled_at label_timestamp label_time observed_at outcome_at resolved_at "
    "converted_at updated_at event_timestamp event_time timestamp created_at ts"
).split()
_ARRIVALS = (
    "loaded_at _loaded_at ingested_at inserted_at received_at arrived_at _etl_loaded_at "
    "_fivetran_synced _airbyte_extracted_at load_timestamp loaded_ts"
).split()
_IDS = "prediction_id request_id inference_id event_id score_id id uuid".split()
_SCORES = (
    "score probability proba prob y_score prediction_score predicted_score "
    "predicted_probability prediction_probability pred_proba y_prob p1 p_positive confidence"
).split()
_PREDICTED = (
    "prediction predicted predicted_value y_pred y_hat pred forecast estimate predicted_amount score"
).split()
_DECISIONS = (
    "predicted_label predicted_class prediction predicted y_pred pred decision label_predicted"
).split()
_DECISION_WORDS = (
    "predict decid decision approv accept flag reject declin select grant block alert classif"
).split()
_VERSIONS = "model_version version model_id model_name model".split()
_LATENCIES = "latency_ms latency response_ms response_time_ms duration_ms inference_ms".split()
_LABELS = (
    "label y_true actual ground_truth outcome target converted conversion churned is_fraud "
    "fraud clicked purchased defaulted late y"
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
_SEGMENTS = (
    "channel region country market segment platform device product plan tier origin source "
    "category carrier"
).split()

MOST_CLASSES = 20  # a label of more numbers is a quantity
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


def _is_protected(column: Column) -> bool:
    """Whether it says what a person is by law not to be judged by, in few groups."""
    named = column.key in _FAIRNESS or bool(set(_words(column)) & set(_PROTECTED))
    return named and 1 < column.n_distinct <= MOST_GROUPS


def _is_calendar(column: Column) -> bool:
    """Whether it tells the date: constant within a window, or the same every week."""
    name = re.sub(r"^(is|the)_", "", column.key)
    return name in _CALENDAR


def _is_identifier(column: Column) -> bool:
    """Whether it names a thing and says nothing of it."""
    by_name = column.key in _IDS or re.search(
        r"(^|_)(id|ids|uuid|guid|key|pk|hash|no|nr|index|idx)$", column.key
    )
    return bool(by_name) or (column.is_unique and column.type == "text")


def _words(column: Column) -> list[str]:
    return [word for word in re.split(r"[^a-z0-9]+", column.key) if word]


def _positive_class(label: Column) -> str | None:
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


def _label(columns: Sequence[Column]) -> Column | None:
    """The outcome by its name, or the only column that can be one: of two values, else a number."""
    two = [c for c in columns if c.n_distinct == 2 and c.type != "timestamp"]
    others = two or [c for c in columns if _is_quantity(c)]
    return _named(columns, _LABELS) or (others[0] if len(others) == 1 else None)


def _is_quantity(label: Column | None) -> bool:
    """Whether a label is the number that a regression predicts."""
    return label is not None and label.type == "numeric" and label.n_distinct > MOST_CLASSES


@dataclass
class Draft:
    """A monitor block and what a person should look at in it."""

    block: dict[str, Any]
    doubts: dict[str, str] = field(default_factory=dict)  # key path -> why


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


def _named(
    columns: Sequence[Column], names: Sequence[str], types: Sequence[str] = ()
) -> Column | None:
    """The first column with a well-known name and a fitting type."""
    by_name = {column.key: column for column in columns if not types or column.type in types}
    return next((by_name[name] for name in names if name in by_name), None)


def _id(columns: Sequence[Column], also_in: Sequence[Column] = ()) -> Column | None:
    shared = {column.key for column in also_in}
    unique = [c for c in columns if c.is_unique and c.type in ("text", "numeric")]
    both = [c for c in unique if c.key in shared]
    named = [c for c in unique if c.key in _IDS or c.key.endswith("_id")]
    return (
        _named(both, _IDS)
        or next(iter(both), None)
        or _named(named, _IDS)
        or next(iter(named), None)
    )


def _moment(value: Any) -> datetime | None:
    found = re.match(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d))?", str(value).strip())
    if found is None:
        return None
    return datetime.fromisoformat(f"{found[1]}T{found[2] or '00:00'}")


def _window_and_reference(column: Column | None) -> tuple[str, dict[str, str] | None]:
    """A window fit for the log's span, and its first quarter, at least 7 windows, as reference."""
    first = _moment(column.minimum) if column else None
    last = _moment(column.maximum) if column else None
    if first is None or last is None or last < first:
        return "day", None
    span = last - first
    window = (
        "hour" if span < timedelta(days=4) else "day" if span < timedelta(days=1100) else "week"
    )
    if window == "hour":
        start, step = first.replace(minute=0, second=0, microsecond=0), timedelta(hours=1)
    else:
        start, step = first.replace(hour=0, minute=0, second=0, microsecond=0), timedelta(days=1)
    if window == "week":
        start, step = start - timedelta(days=start.weekday()), timedelta(days=7)
    quarter = max(7, round((last - start) / step / 4))
    end = start + quarter * step
    shape = "%Y-%m-%d %H:%M:%S" if window == "hour" else "%Y-%m-%d"
    return window, {"start": start.strftime(shape), "end": end.strftime(shape)}


def _labels(
    relation: str, columns: Sequence[Column], key: Column | None, doubts: dict[str, str]
) -> dict[str, Any]:
    section: dict[str, Any] = {"relation": relation}
    section["id"] = key.name if key else MISSING
    if key is None:
        doubts["labels.id"] = "which column holds the prediction's id?"
    rest = [c for c in columns if c is not key]
    times = [c for c in rest if c.type == "timestamp"]
    arrival = _named(times, _ARRIVALS)
    moment = _named(times, _LABEL_TIMES) or next((c for c in times if c is not arrival), arrival)
    label = _label(rest)
    section["label"] = label.name if label else MISSING
    if label is None:
        doubts["labels.label"] = "which column holds the outcome?"
    elif label.type == "text":
        section["positive_class"] = _positive_class(label) or MISSING
        doubts["labels.positive_class"] = f"which value of {label.name} is the positive one?"
    section["timestamp"] = moment.name if moment else MISSING
    if moment is None:
        doubts["labels.timestamp"] = "when did the label become known?"
    if arrival and arrival is not moment:
        section["loaded_at"] = arrival.name
    section["maturity"] = "30 days"
    doubts["labels.maturity"] = "after how long are labels complete?"
    return section


def set_maturity(draft: Draft, hours: float | None) -> None:
    """When labels are complete, from how long 95 % of them took: whole days, at least one."""
    if hours is None:
        return
    days = max(1, math.ceil(hours / 24))
    draft.block["labels"]["maturity"] = f"{days} day{'s' if days > 1 else ''}"
    draft.doubts["labels.maturity"] = f"95 % of the labels came within {days} d"


def draft_monitor(
    predictions: tuple[str, Sequence[Column]],
    labels: tuple[str, Sequence[Column]] | None = None,
) -> Draft:
    """A block for a model from its log's columns; what was not found is CHANGE_ME.

    The task is regression where the label is a number of many values, else binary.
    """
    relation, columns = predictions
    doubts: dict[str, str] = {}
    section: dict[str, Any] = {"relation": relation}
    taken: set[str] = set()

    def take(key: str, column: Column | None, needed: str = "") -> None:
        if column is not None:
            section[key] = column.name
            taken.add(column.name)
        elif needed:
            section[key] = MISSING
            doubts[f"predictions.{key}"] = needed

    times = [c for c in columns if c.type == "timestamp"]
    arrival = _named(times, _ARRIVALS)
    moment = _named(times, _TIMESTAMPS) or next((c for c in times if c is not arrival), arrival)
    key = _id(columns, labels[1] if labels else ())
    of_label = None
    if labels:
        same = next((c for c in labels[1] if key and c.key == key.key), None)
        of_label = same or _id(labels[1])
    is_regression = _is_quantity(
        _label([c for c in labels[1] if c is not of_label] if labels else [])
    )
    take("id", key, "which column identifies a prediction?")
    take("timestamp", moment, "when was the prediction made?")
    numbers = [c for c in columns if c.type == "numeric" and c.name not in taken]
    if is_regression:
        finite = [c for c in numbers if c.could_be_score("regression")]
        words = ("predict", "forecast", "estimat")
        score = _named(finite, _PREDICTED) or next(
            (c for c in finite if any(w in c.key for w in words)), None
        )
        take("score", score, "which column is the predicted value?")
    else:
        unit = [c for c in numbers if c.could_be_score("binary")]
        score = _named(unit, _SCORES) or next(
            (c for c in unit if "score" in c.key or "prob" in c.key), None
        )
        if score is None and len(unit) == 1:
            score = unit[0]
            doubts["predictions.score"] = "the only column of numbers from 0 to 1"
        take("score", score, "which column is the probability of the positive class?")
        two = [c for c in columns if c.n_distinct <= 2 and c.name not in taken]
        decision = _named(two, _DECISIONS) or next(
            (c for c in two if c.type == "boolean" and any(w in c.key for w in _DECISION_WORDS)),
            None,
        )
        take("prediction", decision)
        if decision is None:
            section["threshold"] = 0.5
            doubts["predictions.threshold"] = "a score from here on counts as positive"
    take("version", _named([c for c in columns if c.n_distinct <= 100], _VERSIONS))
    take("latency_ms", _named(numbers, _LATENCIES))
    if arrival is not moment:
        take("loaded_at", arrival)

    task = "regression" if is_regression else "binary"
    block: dict[str, Any] = {"task": task, "predictions": section}
    if labels:
        block["labels"] = _labels(labels[0], labels[1], of_label, doubts)

    rest = [c for c in columns if c.name not in taken and c.type != "timestamp"]
    rest = [c for c in rest if not _is_identifier(c) and c.key not in _LABELS]
    fairness = [c.name for c in rest if _is_protected(c)]
    # what is watched for fairness is not taken for an input of the model, nor is the calendar
    rest = [c for c in rest if c.name not in fairness and not _is_calendar(c)]
    numeric = [c.name for c in rest if c.type == "numeric"]
    categories = [c for c in rest if c.type in ("text", "boolean")]
    categories = [c for c in categories if 1 < c.n_distinct <= MOST_CATEGORIES]
    features: dict[str, Any] = {}
    if numeric:
        features["numeric"] = numeric
    if categories:
        features["categorical"] = [c.name for c in categories]
    if features:
        block["features"] = features
        doubts["features"] = "keep what the model reads"
    small = [c for c in categories if c.type == "text" and c.n_distinct <= MOST_SEGMENT_VALUES]
    known = [c for name in _SEGMENTS for c in small if c.key == name]
    segments = [c.name for c in known + [c for c in small if c not in known]][:MOST_SEGMENTS]
    if segments:
        block["segments"] = segments
    if fairness:
        block["fairness"] = {"attributes": fairness}
    window, reference = _window_and_reference(moment)
    block["window"] = window
    block["reference"] = reference or {"start": MISSING, "end": MISSING}
    doubts["reference"] = "a period in which the model did well"
    block["alerts"] = {"owner": MISSING}
    doubts["alerts.owner"] = "who looks into it?"
    return Draft(block, doubts)


def _scalar(value: Any) -> str:
    import yaml

    text = yaml.safe_dump(
        value, default_flow_style=True, sort_keys=False, width=10_000, allow_unicode=True
    )
    return text.removesuffix("\n").removesuffix("\n...")


def to_yaml(name: str, draft: Draft, indent: int = 4, step: int = 2) -> str:
    """The draft as YAML lines, indented by `indent`, with its doubts as comments."""
    lines: list[str] = []

    def write(key: str, value: Any, depth: int, path: str) -> None:
        space = " " * (indent + depth * step)
        doubt = f"  # {draft.doubts[path]}" if path in draft.doubts else ""
        flow = (
            all(not isinstance(v, (dict, list)) for v in value.values())
            if isinstance(value, dict)
            else True
        )
        if isinstance(value, dict) and (not flow or path in ("predictions", "labels")):
            lines.append(f"{space}{_scalar(key)}:{doubt}")
            for inner, item in value.items():
                write(inner, item, depth + 1, f"{path}.{inner}" if path else inner)
        else:
            inside = [draft.doubts[p] for p in draft.doubts if p.startswith(f"{path}.")]
            doubt = doubt or (f"  # {inside[0]}" if inside and path else "")
            lines.append(f"{space}{_scalar(key)}: {_scalar(value)}{doubt}")

    write(name, draft.block, 0, "")
    return "\n".join(lines) + "\n"
