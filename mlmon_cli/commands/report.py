"""`mlmon report`: one HTML file with what the tables hold."""

from __future__ import annotations

import calendar
import webbrowser
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click

from mlmon_cli import console, exit_codes, options
from mlmon_cli.errors import MlmonError
from mlmon_cli.project import Project

Row = dict[str, Any]


def period(text: str) -> tuple[str, str]:
    """`2026-10` or `2026-10-01..2026-10-31`, both days included, as [since, until)."""
    try:
        first, separator, last = text.strip().partition("..")
        if not separator and len(first) == len("2026-10"):
            begin = date.fromisoformat(f"{first}-01")
            end = begin.replace(day=calendar.monthrange(begin.year, begin.month)[1])
        else:
            begin = date.fromisoformat(first)
            end = date.fromisoformat(last) if separator else begin
        after = end + timedelta(days=1)
    except (ValueError, OverflowError):
        raise MlmonError(
            f"--period is {text!r}; expected a month such as 2026-10, a day, or two days such as "
            "2026-10-01..2026-10-31"
        ) from None
    if end < begin:
        raise MlmonError(f"--period {text}: it ends before it begins")
    return f"{begin} 00:00:00", f"{after} 00:00:00"


def read_page(
    project: Project, monitors: tuple[str, ...] = (), days: tuple[str, str] | None = None
) -> Row:
    """The document of the report: blocks of rows, from one run of dbt."""
    from mlmon_cli import dbt
    from mlmon_cli.page.build import read_blocks

    arguments: Row = {"names": list(monitors)}
    if days:
        arguments.update(since=days[0], until=days[1])
    rows = dbt.run_operation(project, "mlmon_page", arguments)
    dbt.refuse_mistakes(rows)
    return read_blocks(rows)


def write_report(document: Row, output: Path) -> int:
    """Write the page and return how many bytes it has."""
    from mlmon_cli.page.build import build_page
    from mlmon_cli.scaffold import write

    page = build_page(document)
    write(output, page)
    return len(page.encode("utf-8"))


@click.command(short_help="One HTML file: all monitors, to look at.")
@options.monitor
@click.option(
    "--period",
    "text",
    metavar="PERIOD",
    help="A month (2026-10), a day, or two days (2026-10-01..2026-10-31), in UTC. "
    "Default: the last 366 windows of each monitor.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("mlmon_report.html"),
    show_default=True,
    help="Where to write it.",
)
@click.option("--open", "opens", is_flag=True, help="Open it in the browser.")
@options.output_format
@options.project
def report(
    monitors: tuple[str, ...],
    text: str | None,
    output: Path,
    opens: bool,
    output_format: str,
    project: Project,
) -> int:
    """Write what the tables hold as one HTML file.

    It opens from disk and asks nothing of a network. Every number in it came from SQL, which stands
    behind each chart. With --format json the data goes to stdout, and no file is written.
    """
    from mlmon_cli import dbt, summary
    from mlmon_cli.scaffold import require_directory

    days = period(text) if text else None
    require_directory(output)
    dbt.ensure_packages(project)
    with console.step("Reading the tables"):
        document = read_page(project, monitors, days)
    if output_format == "json":
        summary.print_json({"command": "report", "exit_code": exit_codes.OK, **document})
        return exit_codes.OK
    size = write_report(document, output)
    click.echo(f"The report: {output.resolve()} ({size / 1e6:.1f} MB)")
    if opens and not webbrowser.open(output.resolve().as_uri()):
        console.say("No browser could be opened; open the file yourself.")
    return exit_codes.OK
