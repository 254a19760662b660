"""What `run`, `check` and `incidents` print for a person, and the document for a program."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from mlmon_cli.console import COLUMNS, clean, shorten, table, tinted, wrap
from mlmon_cli.report import (
    Group,
    Incident,
    Monitor,
    Report,
    counted,
    no_reference,
)
from mlmon_cli.wording import (
    began,
    broke,
    cause,
    compared,
    cost,
    first_moved,
    moment,
    number,
    others,
    part,
    plural,
    said,
    since,
    what,
    where,
)

STATUS = {"insufficient_data": "too little data", "no_data": "no data"}
MAX_MONITORS = 8  # with MAX_GROUPS, one screen of 24 lines in all but the worst case
MAX_GROUPS = 3


def open_groups(report: Report, monitor: str) -> list[Group]:
    """The open groups of a monitor, the gravest first."""
    mine = [g for g in report.groups if g.monitor == monitor and g.status == "open" and g.n_open]
    return sorted(mine, key=lambda g: g.place)


def _worst_first(report: Report) -> list[Monitor]:
    """The monitors as their gravest group is told, then those of which nothing can be said, then the rest."""
    places: dict[str, int] = {}
    for found in report.open:
        places[found.monitor] = min(places.get(found.monitor, found.place), found.place)
    judged = ("error", "warn")

    def rank(monitor: Monitor) -> tuple[int, int]:
        status = judged.index(monitor.status) if monitor.status in judged else len(judged)
        return status + (monitor.status == "ok"), places.get(monitor.monitor, 0)

    return sorted(report.monitors, key=rank)


def _open_and_since(monitor: Monitor, report: Report) -> tuple[str, str]:
    """`46 incidents`, as messages count them, and when the oldest began."""
    groups = open_groups(report, monitor.monitor)
    mine = [i for i in report.open if i.monitor == monitor.monitor]
    count = sum(found.n_open for found in groups) or len(counted(mine))
    text = plural(count, "incident") if count else "\N{EN DASH}"
    began = min((i.first_breach_at or i.opened_at or "" for i in mine), default="")
    return text, moment(began)


def monitors_table(report: Report) -> str:
    """One line a monitor, the worst first; of many only those, and what the others are."""
    if not report.monitors:
        return "No monitor is declared: add one under vars: mlmon_monitors: in dbt_project.yml."
    rows = []
    monitors = _worst_first(report)
    for monitor in monitors[:MAX_MONITORS]:
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
    text = table(headers, rows, right=["predictions"], within=COLUMNS)
    left_out = [STATUS.get(m.status, m.status) for m in monitors[MAX_MONITORS:]]
    if left_out:
        kinds = ", ".join(f"{left_out.count(kind)} {kind}" for kind in dict.fromkeys(left_out))
        text += f"\nand {plural(len(left_out), 'more monitor')}: {kinds}"
    return text


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


def _told(lead: Incident, found: Group | None, monitor: Monitor, rest: str) -> str:
    """What is open in a few lines: what broke and what it cost, since when, where, what moved first."""
    severity = found.severity if found else lead.severity
    spent = cost(found.value_lost, found.value_rate, monitor.window) if found else ""
    head = f"{spent}; {broke(lead)}" if spent else broke(lead)
    place, moved = where(lead, found), first_moved(lead, found)
    first = (found.first_breach_at if found else None) or lead.first_breach_at or lead.opened_at
    order = "with it" if found and found.moved_is_first is False else "first"
    facts = [
        " ".join(
            part
            for part in (f"since {moment(first)}", began(found or lead).removeprefix("began "))
            if part
        ),
        place if found and found.where_kind != "headline" else "",
        f"moved {order}: {moved}"
        if moved and found and found.moved_subject != lead.subject
        else "",
        said(found or lead),
        rest,
    ]
    indent = " " * 9
    lines = wrap(head, f"  {severity:<5}  ", indent)
    lines += wrap("; ".join(fact for fact in facts if fact), indent, indent)
    return "\n".join([f"  {tinted(severity)}{lines[0][2 + len(severity) :]}", *lines[1:]])


def incidents_by_monitor(report: Report) -> str:
    """What is open under the name of its monitor, the worst first; on one screen, with what is left out counted."""
    lines: list[str] = []
    room, n_left_out = MAX_GROUPS, 0
    for monitor in _worst_first(report):
        mine = sorted(
            (i for i in report.open if i.monitor == monitor.monitor), key=lambda i: i.place
        )
        groups = {found.group_id: found for found in open_groups(report, monitor.monitor)}
        heads: dict[str, list[Incident]] = {}
        for incident in mine:
            known = incident.group_id if incident.group_id in groups else None
            heads.setdefault(known or incident.incident_id, []).append(incident)
        told = []
        for name, members in heads.items():
            found = groups.get(name)
            n_open = found.n_open if found else 1
            if not room:
                n_left_out += n_open
                continue
            room -= 1
            headline = found.headline_incident_id if found else None
            lead = next((i for i in members if i.incident_id == headline), members[0])
            beside = [i for i in counted(members) if i is not lead]
            told.append(_told(lead, found, monitor, others(n_open - 1, beside)))
        if told:
            owner = monitor.owner or mine[0].owner
            title = f"{clean(monitor.monitor)}{f' (owner {clean(owner)})' if owner else ''}"
            lines += ["", shorten(title, COLUMNS), *told]
    if n_left_out:
        lines.append(f"And {plural(n_left_out, 'more incident')}: mlmon incidents")
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
