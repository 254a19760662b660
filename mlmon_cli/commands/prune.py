"""`mlmon prune`: take old windows out of the monitoring tables."""

from __future__ import annotations

import contextlib
import time
from typing import Any

import click

from mlmon_cli import console, exit_codes, options
from mlmon_cli.commands.run import build_variables, check_names
from mlmon_cli.project import Project


def _document(rows: list[dict[str, Any]], dry_run: bool) -> dict[str, Any]:
    return {
        "command": "prune",
        "exit_code": exit_codes.OK,
        "dry_run": dry_run,
        **{
            kind: [
                {k: v for k, v in row.items() if k != "kind"} for row in rows if row["kind"] == kind
            ]
            for kind in ("pruned", "kept")
        },
    }


def _print(rows: list[dict[str, Any]], dry_run: bool, nothing: str) -> None:
    """The tables that lose rows, by monitor, and what is kept of them."""
    shown = [row for row in rows if row["kind"] == "pruned" and row["n_rows"]]
    if not shown:
        click.echo(nothing)
        return
    headers = ["monitor", "windows before", "table", "rows"]
    lines = [
        [row["monitor"], str(row["before"] or "all")[:16], row["table"], f"{row['n_rows']:,}"]
        for row in shown
    ]
    click.echo(console.table(headers, lines, right=["rows"]))
    total = sum(row["n_rows"] for row in shown)
    kept = sum(row["n_rows"] for row in rows if row["kind"] == "kept")
    would = "would be" if dry_run else "were"
    months = f"{kept:,} row{'' if kept == 1 else 's'} of mlmon_history {would} written."
    click.echo(
        f"\n{total:,} rows {would} deleted."
        + (f" Their metrics by month: {months}" if any(row["before"] for row in shown) else "")
    )


@click.command(short_help="Delete old windows from the monitoring tables.")
@click.option(
    "--older-than",
    metavar="DURATION",
    help="Such as '400 days' or '52 weeks', counted back from the newest row of each monitor.",
)
@click.option("--gone", is_flag=True, help="All rows of monitors that are no longer configured.")
@options.monitor
@click.option("--dry-run", is_flag=True, help="Show what would be deleted; delete nothing.")
@options.output_format
@options.wait
@options.project
def prune(
    older_than: str | None,
    gone: bool,
    monitors: tuple[str, ...],
    dry_run: bool,
    output_format: str,
    wait: float,
    project: Project,
) -> int:
    """Delete the windows older than DURATION, or what is left of removed monitors, from the tables.

    Their metrics are kept by month in mlmon_history. References and past incidents stay. Later runs
    leave deleted windows alone, even if the logs still hold them; `mlmon run --full-refresh` brings
    those back.
    """
    from mlmon_cli import dbt, summary
    from mlmon_cli.lock import alone, patiently

    if (older_than is None) != gone:
        raise click.UsageError("give --older-than DURATION or --gone")
    if gone and monitors:
        raise click.UsageError(
            "--gone applies to monitors that are no longer configured; leave out --monitor"
        )
    check_names(project, monitors)
    dbt.ensure_packages(project)
    variables = build_variables(monitors, False, None, None)
    macro = "mlmon_prune_gone" if gone else "mlmon_prune"
    arguments: dict[str, Any] = {"dry_run": dry_run}
    if older_than is not None:
        arguments["older_than"] = older_than
    deadline = time.monotonic() + wait
    with (
        contextlib.nullcontext() if dry_run else alone(project, deadline),
        console.step("Looking for old rows" if dry_run else "Deleting old rows"),
    ):
        rows = patiently(lambda: dbt.run_operation(project, macro, arguments, variables), deadline)
    rows = [row for row in rows if row.get("kind") in ("pruned", "kept")]
    if output_format == "json":
        summary.print_json(_document(rows, dry_run))
    else:
        nothing = "No monitor that has rows is missing." if gone else "Nothing is that old."
        _print(rows, dry_run, nothing)
    return exit_codes.OK
