"""`mlmon schema`: what may be written, for editors."""

from __future__ import annotations

import json

import click

from mlmon_cli import console, options
from mlmon_cli.project import Project


@click.command(short_help="JSON Schemas for editors.")
@click.argument("which", type=click.Choice(["monitors", "settings"]), default="monitors")
@options.project
def schema(which: str, project: Project) -> None:
    """Print the JSON Schema (draft 2020-12) of dbt_project.yml with monitors, or of mlmon.yml.

    An editor that knows it completes keys, explains them and marks mistakes.
    """
    from mlmon_cli import dbt
    from mlmon_cli.schema import monitors_schema, settings_schema

    if which == "settings":
        document = settings_schema()
    else:
        dbt.ensure_packages(project)
        with console.step("Reading the schema"):
            (row,) = dbt.run_operation(project, "mlmon_schema")
        document = monitors_schema(row["keys"])
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))
