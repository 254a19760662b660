"""`mlmon incidents`: the list."""

from __future__ import annotations

import click

from mlmon_cli import console, exit_codes, options
from mlmon_cli.project import Project
from mlmon_cli.report import Incident, only, read_report, short_id


def _row(incident: Incident, ids: list[str]) -> list[str]:
    from mlmon_cli.wording import compared, moment, number, part, what

    return [
        short_id(incident.incident_id, ids),
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
@click.option("--groups", "only_groups", is_flag=True, help="A line a group, without its members.")
@options.output_format
@options.project
def incidents(
    monitors: tuple[str, ...],
    include_closed: bool,
    only_groups: bool,
    output_format: str,
    project: Project,
) -> int:
    """List open incidents by group, the worst first.

    With --all closed ones as well. `mlmon ack` and the like take the id of a group or an incident.
    """
    from mlmon_cli import dbt, summary

    dbt.ensure_packages(project)
    arguments = {"channels": [], "include_closed": include_closed}
    with console.step("Reading incidents"):
        rows = dbt.run_operation(project, "mlmon_report", arguments)
    report = only(read_report(rows), monitors)
    shown = [i for i in report.incidents if not i.is_gone and (include_closed or i.is_open)]
    shown.sort(key=lambda i: i.place)
    known = {incident.group_id for incident in shown}
    groups = [found for found in report.groups if found.group_id in known]
    ids = [i.incident_id for i in report.incidents] + [g.group_id for g in report.groups]
    groups.sort(key=lambda g: g.place)
    if output_format == "json":
        found = [] if only_groups else [summary.incident_document(i) for i in shown]
        heads = [summary.group_document(head) for head in groups]
        summary.print_json({"command": "incidents", "groups": heads, "incidents": found})
        return exit_codes.OK
    if not shown:
        click.echo("No incident." if include_closed else "No open incident.")
        return exit_codes.OK
    headers = ["id", "monitor", "severity", "status", "what", "where", "value", "since"]
    headers += ["closed", "windows"]
    alone = [i for i in shown if i.group_id not in {head.group_id for head in groups}]
    for head in groups:
        members = [i for i in shown if i.group_id == head.group_id]
        line = summary.group_line(head, members)
        click.echo(f"{short_id(head.group_id, ids)}  {console.clean(head.monitor)}  {line}")
        if not only_groups:
            listed = console.table(
                headers, [_row(i, ids) for i in members], right=["windows"], limit=60
            )
            click.echo("\n".join(f"  {text}" for text in listed.splitlines()) + "\n")
    if alone:
        click.echo(
            console.table(headers, [_row(i, ids) for i in alone], right=["windows"], limit=60)
        )
    return exit_codes.OK
