"""What `run`, `check` and `incidents` print for a person, and the document for a program."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from mlmon_cli.console import clean, table
from mlmon_cli.report import (
    Entry,
    Group,
    Incident,
    Monitor,
    Report,
    counted,
    group,
    no_reference,
)
from mlmon_cli.wording import (
    began,
    cause,
    compared,
    moment,
    number,
    part,
    plural,
    said,
    since,
    what,
)

STATUS = {"insufficient_data": "too little data", "no_data": "no data"}
MAX_LINES = 12


def open_groups(report: Report, monitor: str) -> list[Group]:
    """The open groups of a monitor, the gravest first."""
    mine = [g for g in report.groups if g.monitor == monitor and g.status == "open" and g.n_open]
    return sorted(mine, key=lambda g: g.place)


def _open_and_since(monitor: Monitor, report: Report) -> tuple[str, str]:
    """`1 group of 45 incidents`, as messages count them, and when the oldest began."""
    groups = open_groups(report, monitor.monitor)
    mine = [i for i in report.open if i.monitor == monitor.monitor]
    count = sum(found.n_open for found in groups) or len(counted(mine))
    text = plural(count, "incident") if count else "\N{EN DASH}"
    if groups and count > 1:
        text = f"{plural(len(groups), 'group')} of {text}"
    began = min((i.first_breach_at or i.opened_at or "" for i in mine), default="")
    return text, moment(began)


def monitors_table(report: Report) -> str:
    """One line a monitor."""
    if not report.monitors:
        return "No monitor is declared: add one under vars: mlmon_monitors: in dbt_project.yml."
    rows = []
    for monitor in report.monitors:
        opened, began = _open_and_since(monitor, report)
        rows.append(
            [
                monitor.monitor,
                moment(monitor.last_window),
                number(monitor.n_predictions_last_window),
                STATUS.get(monitor.status, monitor.status),
                opened,
                began,
            ]
        )
    headers = ["monitor", "last window", "predictions", "status", "open", "since"]
    return table(headers, rows, right=["predictions"])


def notes(report: Report) -> list[str]:
    """What a person should know beside the verdict."""
    lines = []
    for monitor in report.monitors:
        name = clean(monitor.monitor)
        if monitor.data_problem:
            lines.append(f"{name}: {clean(monitor.data_problem)}")
        if monitor.reference == "provisional":
            lines.append(
                f"{name}: the reference period is not over yet; nothing is judged for good."
            )
        elif monitor.reference == "empty":
            lines.append(f"{name}: {clean(no_reference(monitor))}")
        if monitor.n_undated:
            count = plural(monitor.n_undated, "prediction")
            lines.append(f"{name}: {count} without a timestamp, in no window.")
        if monitor.n_unseen:
            count = plural(monitor.n_unseen, "row")
            lines.append(
                f"{name}: {count} came with a loaded_at before that of the last run, and no window "
                "was recomputed for that; `mlmon run --rebuild-from DATE` takes them in."
            )
    return lines


def incident_line(incident: Incident) -> str:
    """One incident on one line."""
    where = part(incident)
    text = f"{clean(incident.severity):<5}  {what(incident)}{' in ' + where if where else ''}: "
    text += f"{compared(incident)}, {since(incident)}"
    if incident.status != "open":
        text += f", closed {moment(incident.closed_at)}"
    return text


def entry_line(entry: Entry) -> str:
    """Something that broke on one line, with where else it broke."""
    text = incident_line(entry.incident)
    if entry.segments:
        worst = entry.segments[0]
        value = number(worst.value if worst.value is not None else worst.peak_value, worst.unit)
        text += (
            f"; also in {plural(len(entry.segments), 'segment')}, worst {part(worst) or 'overall'}"
        )
        text += f" ({value})"
    return text


def group_line(found: Group, members: Sequence[Incident]) -> str:
    """A group on one line: what leads it, how much is beneath it, and what it has cost."""
    lead = next((i for i in members if i.incident_id == found.headline_incident_id), members[0])
    is_open = found.status == "open"
    n_shown = found.n_open if is_open else found.n_incidents
    n_segments = found.n_open_segments if is_open else found.n_segments
    if len(counted(members)) == 1 and n_shown == 1:
        text = incident_line(lead)
    else:
        where = part(lead)
        text = f"{clean(found.severity):<5}  {what(lead)}{' in ' + where if where else ''}"
        text += f" and {n_shown - 1:,} more" if n_shown > 1 else ""
        text += f" in {plural(n_segments, 'segment')}" if n_segments else ""
        text += f", since {moment(found.first_breach_at)}"
        text += f", closed {moment(found.closed_at)}" if not is_open else ""
    tail = [
        f"value lost {number(found.value_lost)}" if found.value_lost else "",
        cause(found)[:1].lower() + cause(found)[1:],
        began(found),
        said(found),
    ]
    return "; ".join([text, *(item for item in tail if item)])


def incidents_by_monitor(report: Report, limit: int = MAX_LINES) -> str:
    """Open incidents under their group and the name of their monitor, the worst first."""
    lines: list[str] = []
    for name in dict.fromkeys(i.monitor for i in report.open):
        mine = [i for i in report.open if i.monitor == name]
        owner = f" (owner {clean(mine[0].owner)})" if mine[0].owner else ""
        lines += ["", f"{clean(name)}{owner}"]
        room, more = limit, 0
        groups = {found.group_id: found for found in open_groups(report, name)}
        for group_id in [*groups, None]:
            members = [
                i for i in mine if (i.group_id if i.group_id in groups else None) == group_id
            ]
            if not members:
                continue
            entries: Sequence[Entry] = group(members)
            indent = "  "
            if group_id is not None:
                lines.append(f"  {group_line(groups[group_id], members)}")
                indent = "    "
                entries = entries if len(counted(members)) > 1 else ()
            lines += [indent + entry_line(entry) for entry in entries[:room]]
            room, more = max(room - len(entries), 0), more + len(entries[room:])
        if more:
            lines.append(f"  and {more} more: mlmon incidents --monitor {clean(name)}")
    return "\n".join(lines[1:])


def incident_document(incident: Incident) -> dict[str, Any]:
    """One incident as a JSON object."""
    row = asdict(incident)
    for key in ("is_gone", "why"):
        del row[key]
    return row


def group_document(found: Group) -> dict[str, Any]:
    """One group as a JSON object."""
    return asdict(found)


def document(
    command: str,
    report: Report,
    verdict: str,
    exit_code: int,
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The JSON document of a command."""
    return {
        "command": command,
        "verdict": verdict,
        "exit_code": exit_code,
        "monitors": [asdict(monitor) for monitor in report.monitors],
        "incidents": [incident_document(i) for i in sorted(report.open, key=lambda i: i.place)],
        "groups": [
            group_document(g)
            for g in sorted(report.groups, key=lambda g: g.place)
            if g.status == "open"
        ],
        **(extra or {}),
    }


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    import json

    import click

    click.echo(json.dumps(value, indent=2))


def action_lines(actions: Iterable[Mapping[str, Any]]) -> list[str]:
    """What became of each action, a line each."""
    lines = []
    for item in actions:
        status = {"due": "would be started", "waits": "waits"}.get(item["status"], item["status"])
        why = f": {item['why']}" if item["why"] else ""
        lines.append(clean(f"Action {item['action']} for {item['monitor']}: {status}{why}"))
    return lines
