"""`mlmon run`: build, evaluate, post, summarize."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from mlmon_cli import console, exit_codes, options
from mlmon_cli.errors import MlmonError
from mlmon_cli.project import Project, check_variables, declared_monitors
from mlmon_cli.report import (
    Report,
    only,
    read_report,
    run_ended,
    unjudged,
    unknown_monitor,
    verdict,
)
from mlmon_cli.summary import (
    action_lines,
    document,
    incidents_by_monitor,
    monitors_table,
    notes,
    print_json,
)
from mlmon_cli.wording import plural

if TYPE_CHECKING:
    from mlmon_cli.dbt import Build
    from mlmon_cli.notify.deliver import Delivery


def build_variables(
    monitors: tuple[str, ...],
    rebaseline: bool,
    rebuild_from: str | None,
    rebuild_to: str | None,
) -> dict[str, Any]:
    """What the options given ask of the package in this run; empty where none was."""
    variables: dict[str, Any] = {}
    if monitors:
        variables["mlmon_only"] = list(monitors)
    if rebaseline:
        variables["mlmon_rebaseline"] = True
    if rebuild_from or rebuild_to:
        variables["mlmon_rebuild"] = {"start": rebuild_from, "end": rebuild_to}
    return variables


def check_names(project: Project, monitors: tuple[str, ...]) -> None:
    """Stop at a --monitor that is not declared, where the declaration can be read."""
    known = list(declared_monitors(project))
    for name in monitors:
        if known and name not in known:
            raise MlmonError(unknown_monitor(name, known))


def build_and_post(
    project: Project,
    *,
    monitors: tuple[str, ...] = (),
    upstream: bool = False,
    full_refresh: bool = False,
    variables: dict[str, Any] | None = None,
    fail_on: str = "error",
    output_format: str = "text",
    dry_run: bool = False,
    wait: float = 0,
) -> int:
    """Everything `mlmon run` does once its options are read. Returns the exit code."""
    from mlmon_cli import dbt
    from mlmon_cli.lock import alone, patiently
    from mlmon_cli.notify.deliver import catch_up, deliver, run_actions
    from mlmon_cli.settings import load_settings

    settings = load_settings(project.root, strict=not dry_run)
    check_variables(project)
    check_names(project, monitors)
    deadline, as_json = time.monotonic() + wait, output_format == "json"
    with alone(project, deadline) as turn:
        started = time.monotonic()
        dbt.ensure_packages(project)
        with console.step("Building the monitoring tables (dbt build)"):
            build = patiently(
                lambda: dbt.build(
                    project, upstream=upstream, full_refresh=full_refresh, variables=variables
                ),
                deadline,
            )
        if build.could_not_read:
            build = _build_without_broken(project, build, variables, full_refresh)
        if build.broken and not build.incidents_built:
            raise MlmonError("the build broke; nothing was posted.\n" + "\n".join(build.broken))
        if not dry_run:
            catch_up(project, variables)
        arguments = settings.asked_of_the_warehouse
        rows = dbt.run_operation(project, "mlmon_report", arguments, variables)
        turn.ended = run_ended(rows)
        report = only(read_report(rows), monitors)
        delivery = deliver(
            project, settings, report, dry_run=dry_run, quiet=as_json, variables=variables
        )
        run_actions(project, settings, report, delivery, dry_run=dry_run, variables=variables)
        worst, code = verdict(report, fail_on)
        problems = [*build.broken, *delivery.problems, *unjudged(report)]
        code = exit_codes.UNKNOWN if problems else code
        if as_json:
            extra = {
                "dry_run": dry_run,
                "posted": delivery.posted,
                "actions": delivery.actions,
                "problems": problems,
                "seconds": round(time.monotonic() - started, 1),
            }
            print_json(document("run", report, worst, code, extra))
        else:
            _print(report, delivery, dry_run)
        console.errors(problems)
        changed = sum(monitor.n_windows_changed or 0 for monitor in report.monitors)
        seconds = time.monotonic() - started
        console.say(f"Done in {seconds:.1f} s; {plural(changed, 'window')} recomputed.")
    return code


def _build_without_broken(
    project: Project, build: Build, variables: dict[str, Any] | None, full_refresh: bool
) -> Build:
    """Build again without the monitors whose data broke the first attempt, if that is what did."""
    from mlmon_cli import dbt

    with console.step("The build broke: looking for logs that cannot be read"):
        broken = dbt.unreadable(project, variables)
    if not broken:
        return build
    for name, why in broken.items():
        console.say(f"Left out, its data cannot be read: {name}: {console.clean(why)}")
    console.say("What the warehouse said, with the values: target/mlmon/logs/dbt.log")
    with console.step("Building without them (dbt build)"):
        return dbt.build(
            project,
            full_refresh=full_refresh,
            variables={**(variables or {}), "mlmon_broken": broken},
        )


def _print(report: Report, delivery: Delivery, dry_run: bool) -> None:
    """The summary that a person reads."""
    click.echo(monitors_table(report))
    for note in notes(report):
        click.echo(note)
    if report.open:
        click.echo("\n" + incidents_by_monitor(report))
    elif report.monitors and not unjudged(report):
        click.echo("\nNothing is open.")
    if delivery.posted:
        counts: dict[str, int] = {}
        for item in delivery.posted:
            counts[item["channel"]] = counts.get(item["channel"], 0) + 1
        told = ", ".join(f"{name} ({plural(n, 'message')})" for name, n in counts.items())
        click.echo(f"\n{'Would be posted' if dry_run else 'Posted'} to: {told}")
    for line in action_lines(delivery.actions):
        click.echo(line)


@click.command(short_help="Build the tables, evaluate, post what changed, print a summary.")
@options.options(
    options.monitor,
    options.upstream,
    options.full_refresh,
    options.rebaseline,
    options.rebuild_from,
    options.rebuild_to,
    options.fail_on,
    options.output_format,
    options.dry_run,
    options.wait,
)
@options.project
def run(
    monitors: tuple[str, ...],
    upstream: bool,
    full_refresh: bool,
    rebaseline: bool,
    rebuild_from: str | None,
    rebuild_to: str | None,
    fail_on: str,
    output_format: str,
    dry_run: bool,
    wait: float,
    project: Project,
) -> int:
    """Build the monitoring tables, run their tests, post what changed and print a summary."""
    if rebuild_from and rebuild_to and rebuild_from >= rebuild_to:
        raise click.UsageError("--rebuild-from must be before --rebuild-to")
    return build_and_post(
        project,
        monitors=monitors,
        upstream=upstream,
        full_refresh=full_refresh,
        variables=build_variables(monitors, rebaseline, rebuild_from, rebuild_to),
        fail_on=fail_on,
        output_format=output_format,
        dry_run=dry_run,
        wait=wait,
    )
