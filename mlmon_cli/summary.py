"""What `run`, `check` and `incidents` print for a person, and the document for a program."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from mlmon_cli.console import clean, table
from mlmon_cli.report import Entry, Incident, Monitor, Report, group, urgency
from mlmon_cli.wording import compared, moment, number, part, plural, since, what

STATUS = {"insufficient_data": "too little data", "no_data": "no data"}
MAX_LINES = 12


def _open_and_since(monitor: Monitor, report: Report) -> tuple[str, str]:
    """`2 error, 1 warn` and when the oldest of them began."""
    mine = [i for i in report.open if i.monitor == monitor.monitor]
    counts = [
        f"{count:,} {severity}"
        for severity in ("error", "warn")
        if (count := sum(i.severity == severity for i in mine))
    ]
    began = min((i.first_breach_at or i.opened_at or "" for i in mine), default="")
    return ", ".join(counts) or "\N{EN DASH}", moment(began)


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
            lines.append(f"{name}: no row lies in the reference period, so nothing is compared.")
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
    if incident.value_lost:
        text += f", value lost {number(incident.value_lost)}"
    return text


def entry_line(entry: Entry) -> str:
    """Something that broke on one line, with where else it broke."""
    text = incident_line(entry.incident)
    if entry.segments:
        worst = entry.segments[0]
        value = number(worst.value if worst.value is not None else worst.peak_value, worst.unit)
        text += f"; also in {plural(len(entry.segments), 'part')}, worst {part(worst) or 'overall'}"
        text += f" ({value})"
    return text


def incidents_by_monitor(incidents: Sequence[Incident], limit: int = MAX_LINES) -> str:
    """Incidents under the name of their monitor, the worst first."""
    lines: list[str] = []
    for name in dict.fromkeys(i.monitor for i in incidents):
        mine = [i for i in incidents if i.monitor == name]
        entries = group(mine)
        owner = f" (owner {clean(mine[0].owner)})" if mine[0].owner else ""
        lines += ["", f"{clean(name)}{owner}"]
        lines += ["  " + entry_line(entry) for entry in entries[:limit]]
        if len(entries) > limit:
            more = len(entries) - limit
            lines.append(f"  and {more} more: mlmon incidents --monitor {clean(name)}")
    return "\n".join(lines[1:])


def incident_document(incident: Incident) -> dict[str, Any]:
    """One incident as a JSON object."""
    row = asdict(incident)
    del row["withdrawn"]
    return row


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
        "incidents": [incident_document(i) for i in sorted(report.open, key=urgency)],
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
