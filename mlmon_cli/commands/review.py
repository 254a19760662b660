"""`mlmon review`: predictions that wait for a person, and what was decided."""

from __future__ import annotations

import getpass
import time
from datetime import datetime, timezone

import click

from mlmon_cli import console, exit_codes, options
from mlmon_cli.errors import MlmonError
from mlmon_cli.project import Project


@click.group(short_help="Predictions queued for human review, and decisions on them.")
def review() -> None:
    """Predictions queued for human review (mlmon_review_queue), and decisions on them."""


@review.command(name="list", short_help="List predictions that need a decision.")
@options.monitor
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@options.output_format
@options.project
def list_waiting(
    monitors: tuple[str, ...],
    limit: int,
    output_format: str,
    project: Project,
) -> int:
    """List predictions that wait for a decision, the latest windows first, and how reviews go."""
    from mlmon_cli import dbt, summary
    from mlmon_cli.wording import moment, number

    dbt.ensure_packages(project)
    arguments = {"monitors": list(monitors), "size": limit}
    with console.step("Reading the queue"):
        rows = dbt.run_operation(project, "mlmon_review", arguments)
    waiting = [row for row in rows if row.pop("kind") == "waiting"]
    progress = [row for row in rows if row not in waiting]
    if output_format == "json":
        summary.print_json({"command": "review list", "waiting": waiting, "progress": progress})
        return exit_codes.OK
    if waiting:
        headers = ["monitor", "prediction", "window", "segment", "why"]
        cells = [
            [
                row["monitor"],
                row["prediction_id"],
                moment(row["window_start"]),
                f"{row['segment']}={row['segment_value']}",
                row["reason"],
            ]
            for row in waiting
        ]
        click.echo(console.table(headers, cells))
    else:
        click.echo("No prediction needs a decision.")
    for row in progress:
        click.echo(
            console.clean(
                f"{row['monitor']}: {number(row['n_reviewed'])} of {number(row['n_queued'])} "
                f"reviewed, override rate {number(row['override_rate'])}, "
                f"time to review {number(row['hours_to_review'], 'hours')}"
            )
        )
    return exit_codes.OK


@review.command(short_help="Record a decision.")
@click.argument("prediction_ids", nargs=-1, required=True, metavar="PREDICTION_ID...")
@click.option("-m", "--monitor", required=True, help="The monitor of the predictions.")
@click.option(
    "--confirm/--override",
    "confirmed",
    default=None,
    help="Whether the model's decision was right.",
)
@click.option("--note", help="Why.")
@click.option("--by", "decided_by", help="Who decided. Default: the user of this machine.")
@options.patience
@options.project
def decide(
    prediction_ids: tuple[str, ...],
    monitor: str,
    confirmed: bool | None,
    note: str | None,
    decided_by: str | None,
    wait: float,
    project: Project,
) -> int:
    """Append a decision on predictions of the queue to mlmon_review_decisions."""
    from mlmon_cli import dbt
    from mlmon_cli.lock import patiently
    from mlmon_cli.wording import plural

    if confirmed is None:
        raise click.UsageError("give --confirm or --override")
    dbt.ensure_packages(project)
    decision = "confirmed" if confirmed else "overridden"
    ids = list(dict.fromkeys(prediction_ids))
    arguments = {
        "monitor": monitor,
        "prediction_ids": ids,
        "decision": decision,
        "decided_by": decided_by or getpass.getuser(),
        "note": note,
        "decided_at": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S"),
    }
    # a run does not write that table, and may go on; it is waited for where one process has the file
    rows = patiently(
        lambda: dbt.run_operation(project, "mlmon_decide", arguments), time.monotonic() + wait
    )
    unknown = [str(row["prediction_id"]) for row in rows if row.get("kind") == "unknown"]
    if unknown:
        raise MlmonError(
            f"not in the review queue of '{monitor}': {', '.join(unknown)}. Nothing was recorded. "
            "`mlmon review list` shows the queue."
        )
    click.echo(f"Recorded: {plural(len(ids), 'prediction')} {decision}.")
    return exit_codes.OK
