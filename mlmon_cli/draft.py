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

from mlmon_cli.draft_columns import (
    ARRIVALS,
    LABEL_TIMES,
    LABELS,
    LATENCIES,
    MOST_CATEGORIES,
    MOST_SEGMENT_VALUES,
    MOST_SEGMENTS,
    SEGMENTS,
    TIMESTAMPS,
    VERSIONS,
    Column,
    id_of,
    is_calendar,
    is_identifier,
    is_protected,
    label_of,
    named,
    positive_class,
)
from mlmon_cli.draft_tasks import MISSING, TASKS, Section, task_of

FEWEST_MONTHS = 6  # with fewer, one change looks like a season
MOST_SEASONAL = 20  # features that are looked at for seasons
LARGE_SHARE = 0.5  # of the variance of daily numbers


@dataclass
class Draft:
    """A monitor block and what a person should look at in it."""

    block: dict[str, Any]
    doubts: dict[str, str] = field(default_factory=dict)  # key path -> why


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
    relation: str, columns: Sequence[Column], key: Column | None, task: str, doubts: dict[str, str]
) -> dict[str, Any]:
    section = Section("labels", list(columns), doubts, {"relation": relation})
    section.take("id", key, "which column holds the prediction's id?")
    label = label_of(section.columns)
    times = section.of_type("timestamp")
    arrival = named(times, ARRIVALS)
    moment = named(times, LABEL_TIMES) or next((c for c in times if c is not arrival), arrival)
    section.take("label", label, "which column holds the outcome?")
    if task == "binary" and label is not None and label.type == "text":
        section.keys["positive_class"] = positive_class(label) or MISSING
        section.doubt("positive_class", f"which value of {label.name} is the positive one?")
    section.take("timestamp", moment, "when did the label become known?")
    if arrival is not moment:
        section.take("loaded_at", arrival)
    section.keys["maturity"] = "30 days"
    section.doubt("maturity", "after how long are labels complete?")
    return section.keys


def set_maturity(draft: Draft, hours: float | None) -> None:
    """When labels are complete, from how long 95 % of them took: whole days, at least one."""
    if hours is None:
        return
    days = max(1, math.ceil(hours / 24))
    draft.block["labels"]["maturity"] = f"{days} day{'s' if days > 1 else ''}"
    draft.doubts["labels.maturity"] = f"95 % of the labels came within {days} d"


def set_baseline(draft: Draft, rows: Sequence[Mapping[str, Any]]) -> None:
    """A second baseline, one that moves, where months differ: rows of `mlmon_seasons`.

    Days of the week alone need none: the reference compares Mondays with Mondays.
    """
    of_months = [
        row for row in rows if row["months"] >= FEWEST_MONTHS and row["month"] >= LARGE_SHARE
    ]
    if not of_months:
        return
    weekly = any(row["weekday"] >= LARGE_SHARE for row in rows)
    moving: dict[str, Any] = {"rolling": 28}
    if draft.block["window"] == "week":
        moving = {"seasonal": {"period": "52 weeks", "count": 2}}
    elif weekly:
        moving = {"seasonal": {"period": "7 days", "count": 4}}
    draft.block["baseline"] = ["reference", moving]
    names = ", ".join(str(row["name"]) for row in of_months[:3])
    also = ", and days of the week" if weekly else ""
    draft.doubts["baseline"] = f"months differ in {names}{also}"


def draft_monitor(
    predictions: tuple[str, Sequence[Column]],
    labels: tuple[str, Sequence[Column]] | None = None,
) -> Draft:
    """A block for a model from its log's columns; what was not found is CHANGE_ME.

    The task is that which the label's type and its number of values tell.
    """
    relation, columns = predictions
    doubts: dict[str, str] = {}
    section = Section("predictions", list(columns), doubts, {"relation": relation})
    key = id_of(columns, labels[1] if labels else ())
    of_label = None
    if labels:
        same = next((c for c in labels[1] if key and c.key == key.key), None)
        of_label = same or id_of(labels[1])
    label = label_of([c for c in labels[1] if c is not of_label] if labels else [])
    task = task_of([c for c in columns if c is not key], label)

    times = section.of_type("timestamp")
    arrival = named(times, ARRIVALS)
    moment = named(times, TIMESTAMPS) or next((c for c in times if c is not arrival), arrival)
    section.take("id", key, "which column identifies a prediction?")
    section.take("timestamp", moment, "when was the prediction made?")
    TASKS[task](section, label)
    section.take("version", named([c for c in section.columns if c.n_distinct <= 100], VERSIONS))
    section.take("latency_ms", named(section.of_type("numeric"), LATENCIES))
    if arrival is not moment:
        section.take("loaded_at", arrival)

    block: dict[str, Any] = {"task": task, "predictions": section.keys}
    if labels:
        block["labels"] = _labels(labels[0], labels[1], of_label, task, doubts)
    block.update(_watched(section.columns, doubts))
    window, reference = _window_and_reference(moment)
    block["window"] = window
    block["reference"] = reference or {"start": MISSING, "end": MISSING}
    doubts["reference"] = "a period in which the model did well"
    block["alerts"] = {"owner": MISSING}
    doubts["alerts.owner"] = "who looks into it?"
    return Draft(block, doubts)


def _watched(columns: Sequence[Column], doubts: dict[str, str]) -> dict[str, Any]:
    """Features, segments and fairness attributes: of what is left, what says something of a row."""
    rest = [c for c in columns if c.type != "timestamp" and c.key not in LABELS]
    rest = [c for c in rest if not is_identifier(c)]
    fairness = [c.name for c in rest if is_protected(c)]
    # what is watched for fairness is not taken for an input of the model, nor is the calendar
    rest = [c for c in rest if c.name not in fairness and not is_calendar(c)]
    numeric = [c.name for c in rest if c.type == "numeric"]
    categories = [c for c in rest if c.type in ("text", "boolean")]
    categories = [c for c in categories if 1 < c.n_distinct <= MOST_CATEGORIES]
    block: dict[str, Any] = {}
    features: dict[str, Any] = {}
    if numeric:
        features["numeric"] = numeric
    if categories:
        features["categorical"] = [c.name for c in categories]
    if features:
        block["features"] = features
        doubts["features"] = "keep what the model reads"
    small = [c for c in categories if c.type == "text" and c.n_distinct <= MOST_SEGMENT_VALUES]
    known = [c for name in SEGMENTS for c in small if c.key == name]
    segments = [c.name for c in known + [c for c in small if c not in known]][:MOST_SEGMENTS]
    if segments:
        block["segments"] = segments
    if fairness:
        block["fairness"] = {"attributes": fairness}
    return block


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
