"""The rows that `mlmon_report` prints, typed, and the verdict they give.

Nothing here computes a metric: rows are grouped, ordered and counted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from mlmon_cli import exit_codes
from mlmon_cli.errors import MlmonError, did_you_mean

SEVERITIES = ("warn", "error")
FAMILIES = (
    *("performance", "value", "kpi", "fairness", "estimate", "drift", "correlation", "operations"),
)
ACKNOWLEDGED = "acknowledged"  # told to pagers alone
WITHDRAWN = "withdrawn"
ENDS = ("resolved", WITHDRAWN)
REMINDED = "reminded"
GREW = "grew"
NOTICES = (REMINDED, GREW)  # of a group that was told, told again as of a window
# What tells one series of numbers from another, as the macro `series_key`.
SERIES_KEY = (
    *("monitor", "model_version", "segment", "segment_value"),
    *("family", "subject", "column_role", "metric", "compared_to"),
)


@dataclass(frozen=True)
class Monitor:
    """One monitored model, as of its last window."""

    monitor: str
    task: str | None = None
    owner: str | None = None
    runbook: str | None = None
    window: str | None = None
    newest_timestamp: str | None = None
    first_window: str | None = None
    last_window: str | None = None
    n_windows: int | None = None
    n_predictions_last_window: int | None = None
    reference: str | None = None
    reference_start: str | None = None
    reference_end: str | None = None
    first_timestamp: str | None = None
    reference_id: str | None = None
    sums_hash: str | None = None
    rules_hash: str | None = None
    n_open_warn: int | None = None
    n_open_error: int | None = None
    status: str = "no_data"
    n_undated: int | None = None
    n_unseen: int | None = None
    n_windows_changed: int | None = None
    data_problem: str | None = None
    tags: list[str] = field(default_factory=list)
    remind_every: int | None = None
    max_notices_per_week: int | None = None
    notices_this_week: dict[str, int] = field(default_factory=dict)
    notices_last_week: dict[str, int] = field(default_factory=dict)
    is_quiet: bool = False


@dataclass(frozen=True)
class Incident:
    """One incident.

    `why` says why one that was told ends as withdrawn: not its data ended it, but the `reference`,
    the `configuration` or `late_data`, or its `monitor` is configured no more.
    """

    incident_id: str
    monitor: str
    model_version: str | None = None
    segment: str = "overall"
    segment_value: str = "all"
    family: str = ""
    subject: str = ""
    column_role: str = ""  # feature, score, prediction or latency; empty for what is no column
    metric: str = ""
    compared_to: str = "reference"
    severity: str = "warn"
    status: str = "open"
    opened_at: str | None = None
    first_breach_at: str | None = None
    last_breach_at: str | None = None
    closed_at: str | None = None
    n_windows: int | None = None
    peak_value: float | None = None
    value: float | None = None
    baseline: float | None = None
    warn_threshold: float | None = None
    error_threshold: float | None = None
    q_value: float | None = None
    n: int | None = None
    verdict: str | None = None
    side: str | None = None  # where a value is bad: above or below its thresholds
    direction: str | None = None
    unit: str | None = None
    meaning: str | None = None
    owner: str | None = None
    runbook: str | None = None
    actions: list[str] = field(default_factory=list)
    value_lost: float | None = None
    pending: dict[str, list[str]] = field(default_factory=dict)
    threads: dict[str, str] = field(default_factory=dict)  # by channel: the message to answer
    query: str | None = None  # the first query of its runbook, filled in
    why: str | None = None
    is_gone: bool = False  # told before, and in the tables no more
    place: int = 0  # in the order in which incidents are told
    group_id: str | None = None
    group_place: int | None = None
    told: dict[str, str] = field(default_factory=dict)
    is_counted: bool = True  # not the same drift over another span
    acknowledged_by: str | None = None
    acknowledged_at: str | None = None
    muted_until: str | None = None
    muted_by: str | None = None
    is_muted: bool = False
    assignee: str | None = None
    resolved_by: str | None = None
    note: str | None = None
    change_name: str | None = None
    change_kind: str | None = None
    change_at: str | None = None
    hours_after_change: float | None = None
    is_expected: bool = False
    is_before_reference: bool = False
    detail: str | None = None

    @property
    def is_overall(self) -> bool:
        """Whether it is about all rows of all versions rather than a part of them."""
        return self.segment == "overall" and self.model_version in (None, "all")

    @property
    def is_open(self) -> bool:
        """Whether it is still going on."""
        return self.status == "open"

    @property
    def is_silenced(self) -> bool:
        """Whether nobody is to be called for it: muted, expected, or over before the reference."""
        return self.is_muted or self.is_expected or self.is_before_reference


@dataclass(frozen=True)
class Group:
    """Incidents of one monitor that broke together, as a row of `mlmon_incident_groups`.

    `extent` is how many things of it are open, whatever the segment; `value_lost` what it has cost
    so far, `value_rate` in a window. `where_…` and `moved_…` say in which segment it is and which
    column moved first; `mean_…`, `category` and `share_…` what of that column moved; `change_is`
    what kind of change it is, and `inputs_share`, `prior_share` how much of it inputs or the base
    rate explain by themselves.
    """

    group_id: str
    monitor: str
    severity: str = "warn"
    status: str = "open"
    first_breach_at: str | None = None
    opened_at: str | None = None
    closed_at: str | None = None
    headline_incident_id: str | None = None
    family: str = ""
    subject: str = ""
    metric: str = ""
    segment: str = "overall"
    segment_value: str = "all"
    n_incidents: int = 1
    n_open: int = 1
    n_columns: int = 0
    columns_moved: str | None = None
    n_segments: int = 0
    n_open_segments: int = 0
    judged_until: str | None = None
    where_kind: str | None = None  # explains, mix, headline or worst
    where_segment: str | None = None
    where_segment_value: str | None = None
    where_value: float | None = None
    where_baseline: float | None = None
    moved_subject: str | None = None
    moved_role: str | None = None
    moved_metric: str | None = None
    moved_version: str | None = None
    moved_segment: str | None = None
    moved_segment_value: str | None = None
    moved_against: str | None = None
    moved_at: str | None = None
    moved_until: str | None = None
    moved_value: float | None = None
    moved_baseline: float | None = None
    moved_is_first: bool | None = None
    mean_now: float | None = None
    mean_before: float | None = None
    category: str | None = None
    category_bin: str | None = None
    share_now: float | None = None
    share_before: float | None = None
    change_is: str | None = None  # inputs, prior, concept or data
    inputs_share: float | None = None
    prior_share: float | None = None
    base_rate_now: float | None = None
    base_rate_before: float | None = None
    extent: int = 0
    value_rate: float | None = None
    value_lost: float | None = None
    place: int = 0
    segments_moved: str | None = None
    cause_kind: str | None = None
    cause: str | None = None
    cause_incident_id: str | None = None
    cause_share: float | None = None
    change_name: str | None = None
    change_kind: str | None = None
    change_at: str | None = None
    hours_after_change: float | None = None
    is_expected: bool = False
    acknowledged_by: str | None = None
    acknowledged_at: str | None = None
    muted_until: str | None = None
    is_muted: bool = False
    is_cooling: bool = False
    assignee: str | None = None
    note: str | None = None
    owner: str | None = None
    runbook: str | None = None


@dataclass(frozen=True)
class Due:
    """A transition that a channel is told now, in the order in which it is told."""

    monitor: str
    channel: str  # its record
    incident_id: str
    transition: str
    round: int = 0  # how often the channel was told before that the incident was over
    thread: str = ""  # the message that it answers, as the channel named it
    is_digest: bool = False  # waited since a week whose budget was spent


@dataclass(frozen=True)
class Asked:
    """An action that an open incident asks for and that was not started for it yet."""

    action: str
    monitor: str
    incident_id: str
    last_started_at: str | None = None  # for any incident of the monitor
    labels_mature: bool = True


@dataclass(frozen=True)
class Report:
    """Everything that one run of `mlmon_report` printed."""

    monitors: tuple[Monitor, ...]
    incidents: tuple[Incident, ...]
    asked: tuple[Asked, ...] = ()
    groups: tuple[Group, ...] = ()
    due: tuple[Due, ...] = ()

    @property
    def open(self) -> tuple[Incident, ...]:
        """Open incidents, in the order they were printed."""
        return tuple(incident for incident in self.incidents if incident.is_open)


T = TypeVar("T", Monitor, Incident, Asked, Group, Due)


def _typed(kind: type[T], row: Mapping[str, Any]) -> T:
    """`row` as a `kind`; keys it does not know are left out, NULL becomes the default."""
    known = {f.name for f in fields(kind)}
    return kind(**{k: v for k, v in row.items() if k in known and v is not None})


def read_incident(row: Mapping[str, Any]) -> Incident:
    """An incident; a list that came as JSON text is read."""
    row = dict(row)
    for key in ("actions", "pending", "threads"):
        if isinstance(row.get(key), str):
            row[key] = json.loads(row[key])
    if row.get("kind") == "gone":
        row["is_gone"], row["status"] = True, "closed"
    return _typed(Incident, row)


def read_report(rows: Iterable[Mapping[str, Any]]) -> Report:
    """Sort the rows of `mlmon_report` by what they are."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row.get("kind", ""), []).append(row)
    told = [*found.get("incident", ()), *found.get("gone", ())]
    return Report(
        tuple(_typed(Monitor, row) for row in found.get("monitor", ())),
        tuple(read_incident(row) for row in told),
        tuple(_typed(Asked, row) for row in found.get("asked", ())),
        tuple(_typed(Group, row) for row in found.get("group", ())),
        tuple(_typed(Due, row) for row in found.get("due", ())),
    )


SHORT = 8  # characters of an id that a person types


def short_id(full: str, others: Iterable[str]) -> str:
    """The beginning of an id that tells it from `others`: eight characters, or as many as it takes."""
    rest = {other for other in others if other != full}
    size = next(
        (n for n in range(SHORT, len(full)) if not any(o.startswith(full[:n]) for o in rest)),
        len(full),
    )
    return full[:size]


def run_ended(rows: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the report let go of the tables, as it does where nothing is pending."""
    return any(row.get("kind") == "run_ended" for row in rows)


def only(report: Report, names: Sequence[str]) -> Report:
    """The part of `report` about the monitors in `names`; all of it when there are none."""
    if not names:
        return report
    known = [monitor.monitor for monitor in report.monitors]
    for name in names:
        if name not in known:
            raise MlmonError(unknown_monitor(name, known))
    return Report(
        tuple(m for m in report.monitors if m.monitor in names),
        tuple(i for i in report.incidents if i.monitor in names),
        tuple(a for a in report.asked if a.monitor in names),
        tuple(g for g in report.groups if g.monitor in names),
        tuple(d for d in report.due if d.monitor in names),
    )


def unknown_monitor(name: str, known: Sequence[str]) -> str:
    """The message for a --monitor that does not exist."""
    legal = ", ".join(known) or "none is declared"
    return f"there is no monitor '{name}'{did_you_mean(name, known)} Monitors: {legal}"


def severity_rank(severity: str) -> int:
    """0 for what is neither warn nor error, so that a larger number is more severe."""
    return SEVERITIES.index(severity) + 1 if severity in SEVERITIES else 0


@dataclass(frozen=True)
class Entry:
    """Something that broke: an incident, and the incidents of the same metric in other parts."""

    incident: Incident
    segments: tuple[Incident, ...] = ()


def counted(incidents: Iterable[Incident]) -> list[Incident]:
    """In the order in which they are told; a column that drifts over two spans once."""
    return sorted((i for i in incidents if i.is_counted), key=lambda i: i.place)


def group(incidents: Iterable[Incident]) -> tuple[Entry, ...]:
    """One entry for each thing that broke; the whole stands for its parts where it broke too.

    An entry is as severe as the worst of its parts, so that the whole does not belittle it.
    """
    groups: dict[tuple[str, ...], list[Incident]] = {}
    for incident in counted(incidents):
        subject = "" if incident.family == "fairness" else incident.subject
        key = (incident.monitor, incident.family, subject, measure(incident))
        groups.setdefault(key, []).append(incident)
    entries = []
    for first, *others in groups.values():
        whole = next((i for i in others if i.is_overall), None)
        if whole is not None and whole.severity == first.severity and not first.is_overall:
            first, others = whole, [first, *(i for i in others if i is not whole)]
        entries.append(Entry(first, tuple(others)))
    return tuple(sorted(entries, key=lambda entry: entry.incident.place))


def measure(incident: Incident) -> str:
    """The metric; the same for the drift of a column over a window and over several."""
    return incident.metric.removesuffix("_pooled")


def verdict(report: Report, fail_on: str) -> tuple[str, int]:
    """The worst open severity (`ok` when none is open) and the exit code it means.

    What is muted, or was declared as expected in advance, does not count. Where a monitor could
    judge nothing, nobody can tell: `unknown` rather than `ok`.
    """
    counted = (i for i in report.open if not i.is_silenced)
    worst = max((severity_rank(i.severity) for i in counted), default=0)
    name = SEVERITIES[worst - 1] if worst else "ok"
    if unjudged(report):
        return name if worst else "unknown", exit_codes.UNKNOWN
    failing = fail_on != "never" and worst >= severity_rank(fail_on)
    return name, exit_codes.FINDINGS if failing else exit_codes.OK


def unjudged(report: Report) -> list[str]:
    """What keeps a monitor from judging anything: a reference without a row, a line each."""
    return [
        f"{monitor.monitor}: nothing can be judged: {no_reference(monitor)}"
        for monitor in report.monitors
        if monitor.reference == "empty" and monitor.status == "insufficient_data"
    ]


def no_reference(monitor: Monitor) -> str:
    """Why the reference holds no row, and what to do about it."""
    if not monitor.reference_start:
        return "the relation named by reference.relation holds no row."
    span = f"[{_day(monitor.reference_start)}, {_day(monitor.reference_end)})"
    first, last = _day(monitor.first_timestamp), _day(monitor.newest_timestamp)
    return (
        f"the reference holds no row: {span}, while the log starts at {first} and ends at {last}. "
        "Set reference.start and reference.end to a period that the log covers."
    )


def _day(moment: str | None) -> str:
    """The date of an ISO timestamp, with its time where that is not midnight."""
    date, _, clock = (moment or "").replace(" ", "T").partition("T")
    return f"{date} {clock[:5]}" if clock[:5] not in ("", "00:00") else date
