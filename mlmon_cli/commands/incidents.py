"""`mlmon incidents`: the list."""

from __future__ import annotations

from pathlib import Path

import click

from mlmon_cli import console, exit_codes, options
from mlmon_cli.project import find_project
from mlmon_cli.report import Incident, only, read_report, urgency


def _row(incident: Incident) -> list[str]:
    from mlmon_cli.wording import compared, moment, number, part, what

    return [
        incident.incident_id[:12],
        incident.monitor,
        incident.severity,
        incident.status,
        what(incident),
        part(incident),
        compared(incident),
        moment(incident.first_breach_at or incident.opened_at),
        moment(incident.closed_at),
        number(incident.n_windows),
    ]


@click.command(short_help="List open incidents.")
@options.monitor
@click.option("--all", "include_closed", is_flag=True, help="Closed ones too.")
@options.output_format
@options.project
def incidents(
    monitors: tuple[str, ...],
    include_closed: bool,
    output_format: str,
    project_dir: Path | None,
    profiles_dir: Path | None,
    profile: str | None,
    target: str | None,
) -> int:
    """List open incidents, the worst first; with --all closed ones as well."""
    from mlmon_cli import dbt, summary

    project = find_project(project_dir, profiles_dir, profile, target)
    dbt.ensure_packages(project)
    arguments = {"channels": [], "include_closed": include_closed}
    with console.step("Reading incidents"):
        rows = dbt.run_operation(project, "mlmon_report", arguments)
    report = only(read_report(rows), monitors)
    shown = [i for i in report.incidents if not i.withdrawn and (include_closed or i.is_open)]
    shown.sort(key=lambda i: (i.monitor, i.status != "open", *urgency(i)))
    if output_format == "json":
        found = [summary.incident_document(incident) for incident in shown]
        summary.print_json({"command": "incidents", "incidents": found})
    elif shown:
        headers = ["id", "monitor", "severity", "status", "what", "where", "value", "since"]
        headers += ["closed", "windows"]
        click.echo(console.table(headers, [_row(i) for i in shown], right=["windows"], limit=60))
    else:
        click.echo("No incident." if include_closed else "No open incident.")
    return exit_codes.OK
