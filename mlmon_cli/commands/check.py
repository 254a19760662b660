"""`mlmon check`: the verdict alone."""

from __future__ import annotations

import click

from mlmon_cli import console, options
from mlmon_cli.project import Project
from mlmon_cli.report import only, read_report, unjudged, verdict


@click.command(short_help="Print the verdict only, for CI and pipelines.")
@options.options(options.monitor, options.fail_on, options.output_format)
@options.project
def check(
    monitors: tuple[str, ...],
    fail_on: str,
    output_format: str,
    project: Project,
) -> int:
    """Say whether an incident at or above --fail-on is open, as of the last build."""
    from mlmon_cli import dbt, summary

    dbt.ensure_packages(project)
    with console.step("Reading the verdict"):
        rows = dbt.run_operation(project, "mlmon_report", {"channels": []})
    report = only(read_report(rows), monitors)
    worst, code = verdict(report, fail_on)
    if output_format == "json":
        summary.print_json(summary.document("check", report, worst, code))
        return code
    click.echo(summary.monitors_table(report))
    if report.open:
        click.echo("\n" + summary.incidents_by_monitor(report))
    console.errors(unjudged(report))
    click.echo(f"\nVerdict: {worst}" + (f" (exit code {code})" if code else ""))
    return code
