"""`mlmon exposures`: the monitors, as dbt knows what is made of its tables."""

from __future__ import annotations

from pathlib import Path

import click

from mlmon_cli import console, exit_codes, options
from mlmon_cli.errors import MlmonError
from mlmon_cli.project import Project
from mlmon_cli.reader import is_web_address


@click.command(short_help="dbt exposures of the monitors.")
@options.monitor
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write, such as models/mlmon_exposures.yml. Default: stdout.",
)
@click.option(
    "--url",
    metavar="URL",
    help="Where a monitor is shown; {monitor} is replaced by its name.",
)
@options.output_format
@options.project
def exposures(
    monitors: tuple[str, ...],
    output: Path | None,
    url: str | None,
    output_format: str,
    project: Project,
) -> int:
    """Write a dbt exposure for each monitor: who owns it, and what it depends on.

    In a file of the dbt project they are part of its lineage and its docs. The warehouse is not
    asked for anything.
    """
    from mlmon_cli import dbt, summary
    from mlmon_cli.exposures import exposures as make
    from mlmon_cli.exposures import to_yaml
    from mlmon_cli.scaffold import require_directory, write
    from mlmon_cli.wording import plural

    if url is not None and not is_web_address(url):
        raise MlmonError(f"--url {url} is not an http(s) address")
    if output is not None:
        require_directory(output)
    dbt.ensure_packages(project)
    with console.step("Reading the configuration"):
        rows = dbt.run_operation(project, "mlmon_exposures", {"names": list(monitors)})
    dbt.refuse_mistakes(rows)
    made = make(rows, url)
    if not made:
        raise MlmonError("no monitors are configured; `mlmon init` drafts one")
    if output is not None:
        write(output, to_yaml(made))
    if output_format == "json":
        document = {"command": "exposures", "exit_code": exit_codes.OK, "exposures": made}
        summary.print_json(document)
    elif output is None:
        click.echo(to_yaml(made), nl=False)
    else:
        click.echo(f"{plural(len(made), 'exposure')}: {output}")
    return exit_codes.OK
