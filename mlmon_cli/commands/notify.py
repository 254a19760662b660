"""`mlmon notify`: post what was not yet delivered."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

import click

from mlmon_cli import console, exit_codes, options
from mlmon_cli.project import Project
from mlmon_cli.report import only, read_report, run_ended

if TYPE_CHECKING:
    from mlmon_cli.settings import Settings


def _send_sample(
    project: Project, settings: Settings, name: str, dry_run: bool, as_json: bool
) -> int:
    """Send a made-up message to one channel; nothing of it is recorded."""
    from mlmon_cli import summary
    from mlmon_cli.notify.deliver import send_sample

    text, problem = send_sample(project, settings, name, dry_run=dry_run, quiet=as_json)
    code = exit_codes.UNKNOWN if problem else exit_codes.OK
    if as_json:
        document = {"command": "notify", "exit_code": code, "dry_run": dry_run, "channel": name}
        problems = [problem] if problem else []
        summary.print_json({**document, "text": text, "problems": problems})
    elif dry_run:
        click.echo(f"Would be sent to {name}:\n{text}")
    elif not problem:
        click.echo(f"A sample was sent to {name}.")
    console.errors([problem] if problem else [])
    return code


@click.command(short_help="Post what was not yet delivered.")
@options.options(options.monitor, options.output_format, options.dry_run, options.wait)
@click.option("--test", "test_channel", metavar="CHANNEL", help="Send a sample to one channel.")
@click.option(
    "--force-actions", "force", is_flag=True, help="Start actions that a guard holds back."
)
@options.project
def notify(
    monitors: tuple[str, ...],
    output_format: str,
    dry_run: bool,
    wait: float,
    test_channel: str | None,
    force: bool,
    project: Project,
) -> int:
    """Post incident transitions (opened, escalated, resolved) that were not yet delivered.

    Then start the actions that open errors ask for, each once an incident.
    Exits with 2 when a channel or an action failed; what it did not take stays pending.
    """
    from mlmon_cli import dbt, summary
    from mlmon_cli.lock import Run, alone, patiently
    from mlmon_cli.notify.deliver import catch_up, deliver, run_actions
    from mlmon_cli.settings import load_settings

    settings = load_settings(project.root, strict=not dry_run)
    if test_channel is not None:
        return _send_sample(project, settings, test_channel, dry_run, output_format == "json")
    dbt.ensure_packages(project)
    arguments = settings.asked_of_the_warehouse
    as_json = output_format == "json"
    deadline = time.monotonic() + wait
    with contextlib.nullcontext(Run()) if dry_run else alone(project, deadline) as turn:
        with console.step("Looking for what is pending"):
            if not dry_run:
                patiently(lambda: catch_up(project), deadline)
            rows = patiently(
                lambda: dbt.run_operation(project, "mlmon_report", arguments), deadline
            )
        turn.ended = run_ended(rows)
        report = only(read_report(rows), monitors)
        delivery = deliver(project, settings, report, dry_run=dry_run, quiet=as_json)
        run_actions(project, settings, report, delivery, dry_run=dry_run, force=force)
    code = exit_codes.UNKNOWN if delivery.problems else exit_codes.OK
    if as_json:
        summary.print_json(
            {
                "command": "notify",
                "exit_code": code,
                "dry_run": dry_run,
                "posted": delivery.posted,
                "actions": delivery.actions,
                "problems": delivery.problems,
            }
        )
    elif not delivery.posted and not delivery.problems and not delivery.actions:
        click.echo("Nothing is pending.")
    else:
        for item in delivery.posted:
            done = "Would be posted" if dry_run else "Posted"
            click.echo(
                f"{done} to {item['channel']}: {console.clean(item['monitor'])} "
                f"({len(item['transitions'])} transitions)"
            )
        for line in summary.action_lines(delivery.actions):
            click.echo(line)
    console.errors(delivery.problems)
    return code
