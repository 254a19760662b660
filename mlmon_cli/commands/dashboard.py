"""`mlmon dashboard`: a dashboard for a BI tool."""

from __future__ import annotations

from pathlib import Path

import click

from mlmon_cli import console, exit_codes, options
from mlmon_cli.project import Project


@click.command(short_help="A dashboard for Apache Superset.")
@click.argument("tool", type=click.Choice(["superset"]))
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write. Default: mlmon_superset.zip.",
)
@click.option(
    "--uri",
    metavar="URI",
    help="The URI by which the tool reaches the warehouse, without a password.",
)
@options.project
def dashboard(tool: str, output: Path | None, uri: str | None, project: Project) -> int:
    """Write a dashboard that the tool imports: datasets, charts, and filters over the tables.

    superset: import the ZIP file under Dashboards. Superset asks for the password of the warehouse.
    The warehouse is not asked for anything.
    """
    from mlmon_cli import dbt
    from mlmon_cli.dashboards import superset
    from mlmon_cli.scaffold import require_directory, write_bytes
    from mlmon_cli.wording import plural

    output = output or Path(f"mlmon_{tool}.zip")
    require_directory(output)
    dbt.ensure_packages(project)
    layout = superset.declared()
    with console.step("Reading the tables"):
        rows = dbt.run_operation(project, "mlmon_dashboard", {"tables": superset.tables(layout)})
    write_bytes(output, superset.bundle(rows, project.root, uri))
    click.echo(f"{plural(len(superset.charts(layout)), 'chart')} on a dashboard: {output}")
    click.echo("In Superset: Dashboards, Import dashboards, and choose the file.")
    return exit_codes.OK
