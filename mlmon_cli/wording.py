"""Numbers, dates and incidents in words; shared by summaries and messages."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import Any

from mlmon_cli.console import clean
from mlmon_cli.report import Group, Incident, Monitor

# shares of a column's rows that no reference explains, as people call them
_FAULTS = {"null_rate": "NULL", "invalid_rate": "invalid", "unseen_rate": "unseen values"}
# metrics of the family drift that describe a column by themselves
_OF_A_COLUMN = {*_FAULTS, "mean", "stddev", "p05", "p25", "p50", "p75", "p95"}
DAYS_FROM = 48  # hours; what is longer is told in days
_UNITS = {"ms", "s", "hours", "hour", "days", "minutes", "seconds", "rows"}


def number(value: Any, unit: str | None = None) -> str:
    """Four significant digits, thousands separated, and its unit if people say it; a dash for NULL."""
    if value is None or isinstance(value, str):
        return "\N{EN DASH}" if value is None else clean(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return clean(value)
    if not math.isfinite(value):
        return str(value)
    if isinstance(value, int) or (abs(value) < 1e15 and value == int(value)):
        text = f"{int(value):,}"
    elif abs(value) >= 1000:
        text = f"{value:,.0f}"
    elif abs(value) >= 0.0001:
        text = f"{value:.4g}"
    else:
        text = f"{value:.2e}"
    if unit in ("hours", "hour") and abs(value) > DAYS_FROM:
        return f"{value / 24:,.3g} days"
    if unit == "money a week":
        return f"{text} a week"
    if unit not in _UNITS:
        return text
    return f"{text} {unit.removesuffix('s') if abs(value) == 1 and len(unit) > 2 else unit}"


def change(value: float | None) -> str:
    """A difference, with its sign: `+0.0115`."""
    return f"+{number(value)}" if value is not None and value > 0 else number(value)


def percent(share: float | None) -> str:
    """`100 %`, `2.5 %`; a dash for NULL."""
    return number(None) if share is None else f"{share * 100:.3g} %"


def moment(value: str | None) -> str:
    """An ISO timestamp as a date, with hour and minute only where they say something."""
    if not value:
        return "\N{EN DASH}"
    date, _, clock = clean(value).replace(" ", "T").partition("T")
    clock = clock[:5]
    return date if clock in ("", "00:00") else f"{date} {clock}"


def plural(count: int, noun: str) -> str:
    """`1 window`, `3 windows`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def others(n_more: int, beside: Iterable[Incident]) -> str:
    """`45 other incidents (20 performance, 18 drift, 7 KPI)`; empty for none.

    The families of those `beside` are told only if they are all of the `n_more`.
    """
    text = plural(n_more, "other incident") if n_more > 0 else ""
    counts = Counter(incident.family for incident in beside)
    if n_more < 2 or counts.total() != n_more:
        return text
    families = (
        ("" if len(counts) == 1 else f"{count:,} ") + ("KPI" if family == "kpi" else clean(family))
        for family, count in counts.most_common()
    )
    return f"{text} ({', '.join(families)})"


def part(incident: Incident) -> str:
    """The segment and version an incident is about; empty for the whole."""
    parts = []
    if incident.segment != "overall":
        parts.append(segment(incident.segment, incident.segment_value))
    if incident.model_version not in (None, "all"):
        parts.append(f"version {incident.model_version}")
    return clean(", ".join(parts))


def segment(columns: str, value: str) -> str:
    """`channel=web`; of several columns `region=EU, channel=web`."""
    names, values = columns.split(","), split_values(value)
    if len(names) != len(values):
        return clean(f"{columns}={value}")
    return clean(", ".join(f"{n}={v}" for n, v in zip(names, values, strict=True)))


def split_values(text: str) -> list[str]:
    """The values of a segment over several columns: split at commas not behind a backslash."""
    values, current, escaped = [], "", False
    for character in text:
        if escaped:
            current, escaped = current + character, False
        elif character == "\\":
            escaped = True
        elif character == ",":
            values.append(current)
            current = ""
        else:
            current += character
    return [*values, current]


def what(incident: Incident) -> str:
    """What broke, without the segment: `precision`, `estimated recall`, `drift of age`."""
    subject, metric = clean(incident.subject), clean(incident.metric)
    if metric == "data_problem":
        return "logs that cannot be read"
    if is_drift(incident):
        return f"drift of {subject}"
    if incident.family == "kpi":
        return subject
    if incident.family == "estimate":
        return f"estimated {metric}"
    if subject in ("", "model", "log", metric):
        return metric
    return f"{metric} of {subject}"


def is_fault(incident: Incident) -> bool:
    """Whether it is about rows of a column that hold no usable value."""
    return incident.family == "drift" and incident.metric in _FAULTS


def fault(incident: Incident) -> str:
    """A fault of the data as a headline: `lat: 100 % NULL on 2026-09-09 (was 0 %)`."""
    value = incident.value if incident.value is not None else incident.peak_value
    where = f" in {part(incident)}" if part(incident) else ""
    first = incident.first_breach_at or incident.opened_at
    when = f"{'since' if (incident.n_windows or 1) > 1 else 'on'} {moment(first)}"
    text = f"{clean(incident.subject)}{where}: {percent(value)} {_FAULTS[incident.metric]} {when}"
    return text if incident.baseline is None else f"{text} (was {percent(incident.baseline)})"


def is_drift(incident: Incident) -> bool:
    """Whether it is about the distance of a column from its reference, rather than a number of the column."""
    return incident.family == "drift" and incident.metric not in _OF_A_COLUMN


def _bound(incident: Incident) -> float | None:
    """The threshold that gave the severity."""
    if incident.severity == "error" and incident.error_threshold is not None:
        return incident.error_threshold
    return incident.warn_threshold


def moved_to(incident: Incident) -> str:
    """`fell from 0.62 to 0.41`, `rose from 500 ms to 900 ms`; `is 60, below 500` where it moved the other way, or not at all."""
    value = incident.value if incident.value is not None else incident.peak_value
    told, baseline = number(value, incident.unit), incident.baseline
    if value is not None and baseline is not None:
        before, against = number(baseline, incident.unit), _against(incident)
        if value < baseline and incident.side in (None, "below"):
            return f"fell from {before} to {told}{against}"
        if value > baseline and incident.side in (None, "above"):
            return f"rose from {before} to {told}{against}"
    bound = _bound(incident)
    if value is None or bound is None or incident.side is None:
        return f"is {told}"
    return f"is {told}, {incident.side} {number(bound, incident.unit)}"


def broke(incident: Incident) -> str:
    """What happened, as a headline: `precision in channel=web fell from 0.62 to 0.41`."""
    if incident.metric == "data_problem":
        return f"the logs cannot be read: {compared(incident)}"
    if is_fault(incident):
        return fault(incident)
    place = f" in {part(incident)}" if part(incident) else ""
    if is_drift(incident):
        return f"{clean(incident.subject)} drifted{place}"
    return f"{what(incident)}{place} {moved_to(incident)}"


# what a value is compared with, where that is not the reference
_AGAINST = {
    "rolling": "the windows before",
    "seasonal": "the same phase of earlier periods",
    "previous_version": "the version before",
}


def _against(incident: Incident) -> str:
    """` against the windows before`; empty where the reference is meant."""
    against = _AGAINST.get(incident.compared_to)
    return f" against {against}" if against else ""


def baseline(incident: Incident, has_phase: bool, is_holiday: bool, window: str | None) -> str:
    """What it is compared with: `the same weekday in the reference`."""
    if incident.compared_to in _AGAINST:
        return _AGAINST[incident.compared_to]
    if not has_phase:
        return "the reference"
    if is_holiday:
        return "the holidays in the reference"
    return f"the same {'hour of the week' if window == 'hour' else 'weekday'} in the reference"


def compared(incident: Incident) -> str:
    """The value against its baseline and the threshold it crossed; what is wrong with a log."""
    if incident.metric == "data_problem":
        return clean(incident.detail or "nothing could be computed")

    value = incident.value if incident.value is not None else incident.peak_value
    text = _figure(incident, value)
    if is_drift(incident):
        text = f"{clean(incident.metric)} {text}"
    if (incident.baseline is not None and not is_drift(incident)) or incident.baseline:
        text += f", was {_figure(incident, incident.baseline)}"
    text += _against(incident)
    bound = limit(incident)
    return f"{text} ({bound})" if bound else text


def _figure(incident: Incident, figure: float | None) -> str:
    return percent(figure) if is_fault(incident) else number(figure, incident.unit)


def limit(incident: Incident) -> str:
    """The threshold that gave the severity: `error below 0.6`; empty where none is known."""
    bound = _bound(incident)
    if bound is None:
        return ""
    side = incident.side or "at"
    text = f"{clean(incident.severity)} {side} {_figure(incident, bound)}"
    value = incident.value if incident.value is not None else incident.peak_value
    # the last window may be milder than the one that gave the severity
    milder = value is not None and {"below": value >= bound, "above": value <= bound}.get(side)
    if milder and incident.peak_value not in (None, value):
        text += f", was {_figure(incident, incident.peak_value)} at worst"
    return text


def since(incident: Incident) -> str:
    """`since 2026-04-12 (6 windows)`."""
    text = f"since {moment(incident.first_breach_at or incident.opened_at)}"
    if incident.n_windows:
        text += f" ({plural(incident.n_windows, 'window')})"
    return text


def over(incident: Incident) -> str:
    """How an incident ended: `closed 2026-04-25`, `withdrawn: the reference changed`."""
    reasons = {
        "monitor": "no longer monitored",
        "reference": "withdrawn: the reference changed",
        "configuration": "withdrawn: the configuration changed",
        "late_data": "withdrawn: late data changed the numbers",
    }
    if incident.why:
        return reasons[incident.why]
    if incident.resolved_by:
        return f"resolved by {clean(incident.resolved_by)}"
    if incident.metric == "data_problem":
        return "the logs can be read again"
    return f"closed {moment(incident.closed_at)}"


def share_of_change(share: float) -> str:
    """`82 % of the change`."""
    return "the whole change" if share >= 0.995 else f"{percent(round(share, 2))} of the change"


def cause(group: Group) -> str:
    """`Explained by: channel=web (82 % of the change)`, or `First moved: null_rate of age rose`; empty where nothing carries evidence."""
    if not group.cause:
        return ""
    if group.cause_share is None:
        return f"First moved: {clean(group.cause)}"
    share = share_of_change(group.cause_share)
    return f"Explained by: {clean(group.cause)} ({share})"


def began(item: Incident | Group) -> str:
    """`began 1 day after campaign spring-2`; empty where no known change came before."""
    if not item.change_name:
        return ""
    kind = "" if item.change_kind in (None, "other") else f"{item.change_kind} "
    name = clean(f"{kind.replace('_', ' ')}{item.change_name}")
    hours = item.hours_after_change or 0
    if hours < 1:
        return f"began with {name}"
    time = plural(round(hours / 24), "day") if hours >= 24 else plural(round(hours), "hour")
    return f"began {time} after {name}"


def said(item: Incident | Group) -> str:
    """What people said of it: `acknowledged by ana, assigned to bob`."""
    parts = []
    if item.acknowledged_by:
        parts.append(f"acknowledged by {clean(item.acknowledged_by)}")
    if item.assignee:
        parts.append(f"assigned to {clean(item.assignee)}")
    if item.is_muted and item.muted_until:
        parts.append(f"muted until {moment(item.muted_until)}")
    if item.is_expected:
        parts.append("expected")
    return ", ".join(parts)


def cost(lost: float | None, rate: float | None, window: str | None) -> str:
    """`cost 211,995 so far (7,066 a day)`; empty where nothing is known to be lost."""
    if lost is None:
        return ""
    article = "an" if window == "hour" else "a"
    pace = f" ({whole(rate)} {article} {window or 'window'})" if rate is not None else ""
    return f"cost {whole(lost)} so far{pace}"


def whole(value: float) -> str:
    """A sum of money without what does not matter: `211,995`, `19.74`."""
    return f"{value:,.0f}" if abs(value) >= 1000 else number(value)


def bad_windows(lead: Incident, group: Group | None, monitor: Monitor) -> str:
    """`8 bad days; labels are complete up to 2026-04-08`: how often, and how far that is known."""
    if not lead.n_windows:
        return ""
    text = plural(lead.n_windows, f"bad {monitor.window or 'window'}")
    newest, last = monitor.last_window, lead.last_breach_at
    judged = group.judged_until if group else None
    if not lead.is_open or not newest:
        return text
    if last and lead.n_windows > 1 and last < (judged or newest):
        text += f", the last {moment(last)}"
    if judged and judged < newest:
        labels = lead.family in ("performance", "value", "kpi", "fairness")
        text += f"; {'labels are complete' if labels else 'judged'} up to {moment(judged)}"
    return text


def where(lead: Incident, group: Group | None) -> str:
    """The one segment that the trouble comes from, or where it is worst; empty where no segment broke."""
    if group is None or group.where_kind is None:
        return part(lead) if lead.segment != "overall" else ""
    found = (
        segment(group.where_segment, group.where_segment_value or "") if group.where_segment else ""
    )
    there = number(group.where_value, lead.unit)
    if group.where_baseline is not None:
        there += f", was {number(group.where_baseline, lead.unit)}"
    if group.where_kind == "explains":
        text = f"{found or clean(group.cause)} explains {share_of_change(group.cause_share or 0)}"
        return f"{text}; {what(lead)} there is {there}" if found else text
    if group.where_kind == "mix":
        column = clean(group.cause or "").removeprefix("drift of ")
        return f"the mix of {column} changed, {share_of_change(group.cause_share or 0)}"
    others = group.n_open_segments - 1
    if group.where_kind == "headline":
        return found + (f", and {plural(others, 'other segment')}" if others > 0 else "")
    # a distance says nothing to most readers
    return f"no single segment; worst is {found}" + ("" if is_drift(lead) else f" ({there})")


# what a bin of a column holds that is no value of the reference
_BINS = {
    "null": "NULL",
    "invalid": "invalid values",
    "unseen": "unseen values",
    "other": "rare values",
}


def first_moved(lead: Incident, group: Group | None) -> str:
    """The column that moved first and what of it: `session_minutes: mean 19.8, was 5.8`; empty where none did."""
    if group is None:
        return ""
    if group.cause_kind in ("data", "volume") and (
        not group.moved_subject or group.cause_kind == "volume"
    ):
        return clean(group.cause)
    if not group.moved_subject:
        return ""
    text = clean(group.moved_subject)
    if group.moved_segment not in (None, "overall"):
        text += f" in {segment(group.moved_segment or '', group.moved_segment_value or '')}"
    if group.moved_version not in (None, "all"):
        text += f", version {clean(group.moved_version)}"
    text += f": {_of_it(group)}"
    if group.moved_at and lead.first_breach_at and group.moved_at < lead.first_breach_at:
        text += f", since {moment(group.moved_at)}"
    return text


def kind_of_change(group: Group | None) -> str:
    """What kind of change moved the performance: `concept: a score no longer means …`; empty where it is not known."""
    if group is None or group.change_is is None:
        return ""
    now, before = percent(group.base_rate_now), percent(group.base_rate_before)
    # labels that are numbers have no base rate
    score, parts = "prediction", f"inputs alone explain {percent(group.inputs_share)} of the change"
    if group.prior_share is not None:
        score, parts = "score", f"{parts}, the base rate alone {percent(group.prior_share)}"
    return {
        "data": "data: columns or the volume are not as they should be; mend the logs first",
        "inputs": f"inputs: other cases than before; at equal {score}s, labels are as they were",
        "prior": f"prior: {now} positives, were {before}; at equal labels, scores are as they were",
        "concept": f"concept: a {score} no longer means what it meant; {parts}",
    }.get(group.change_is, clean(group.change_is))


def _of_it(group: Group) -> str:
    """What of the column moved."""
    metric = group.moved_metric or ""
    if metric in _FAULTS:
        was = "" if group.moved_baseline is None else f", was {percent(group.moved_baseline)}"
        return f"{percent(group.moved_value)} {_FAULTS[metric]}{was}"
    if metric in _OF_A_COLUMN:
        was = "" if group.moved_baseline is None else f", was {number(group.moved_baseline)}"
        return f"{metric} {number(group.moved_value)}{was}"
    if group.mean_now is not None and group.mean_before is not None:
        return f"mean {number(group.mean_now)}, was {number(group.mean_before)}"
    if group.share_now is not None and group.share_before is not None:
        name = _BINS.get(group.category_bin or "") or clean(group.category)
        if name[:1].isdigit():
            name = f"'{name}'"  # or it would read as part of the share
        return f"{name} {percent(group.share_now)} of the rows, was {percent(group.share_before)}"
    return f"its values are spread differently ({clean(metric)} {number(group.moved_value)})"
