"""`mlmon event`: known changes, so that an incident can say what it began after."""

from __future__ import annotations

import click

from mlmon_cli import console, exit_codes, options
from mlmon_cli.commands.words import TIME, because, by, moment, now, record, who
from mlmon_cli.errors import MlmonError
from mlmon_cli.project import Project
from mlmon_cli.report import FAMILIES

KINDS = ("deployment", "campaign", "holiday", "schema_change", "other")


@click.group(short_help="Known changes: deployments, campaigns, holidays.")
def event() -> None:
    """Known changes. An incident that begins soon after one says so."""


@event.command("add", short_help="Add a known change.")
@click.argument("name", metavar="NAME")
@click.option("--kind", type=click.Choice(KINDS), default="other", show_default=True)
@click.option("--at", "starts_at", metavar="DATE", help="When it began or begins. Default: now.")
@click.option(
    "--until", "ends_at", metavar="DATE", help="When it ends. Default: it has no duration."
)
@click.option("--monitor", "-m", metavar="NAME", help="The monitor it concerns. Default: all.")
@click.option(
    "--expect",
    "expects",
    multiple=True,
    type=click.Choice([*FAMILIES, "all"]),
    help="Incidents of this family that begin with it are expected and not posted.",
)
@options.options(by, because, options.patience, options.output_format)
@options.project
def add(
    name: str,
    kind: str,
    starts_at: str | None,
    ends_at: str | None,
    monitor: str | None,
    expects: tuple[str, ...],
    actor: str | None,
    reason: str | None,
    wait: float,
    output_format: str,
    project: Project,
) -> int:
    """Declare a change: a deployment, a campaign, a holiday, a new schema. Times are UTC."""
    start = moment(starts_at, "--at") if starts_at else now().strftime(TIME)
    end = moment(ends_at, "--until") if ends_at else None
    if end is not None and end <= start:
        raise MlmonError(f"--until {end} is not after --at {start}")
    change = {"change_name": name, "change_kind": kind, "starts_at": start, "ends_at": end}
    change["monitor"] = monitor
    change["expects"] = ("all" if "all" in expects else ",".join(expects)) or None
    word = {"actor": who(actor), "reason": reason, "recorded_at": now().strftime(TIME)}
    said = record(project, "mlmon_add_change", {"change": change, "word": word}, wait)
    return _tell("added", "Declared", said, output_format)


@event.command("remove", short_help="Remove a known change.")
@click.argument("name", metavar="NAME_OR_ID")
@options.options(by, because, options.patience, options.output_format)
@options.project
def remove(
    name: str,
    actor: str | None,
    reason: str | None,
    wait: float,
    output_format: str,
    project: Project,
) -> int:
    """Take back a change that was declared by mistake."""
    word = {"actor": who(actor), "reason": reason, "recorded_at": now().strftime(TIME)}
    said = record(project, "mlmon_remove_change", {"target": name, "word": word}, wait)
    return _tell("removed", "Taken back", said, output_format)


def _tell(key: str, done: str, said: list[dict[str, object]], output_format: str) -> int:
    if output_format == "json":
        from mlmon_cli import summary

        for row in said:
            del row["kind"]
        summary.print_json({"command": "event", key: said})
    else:
        for row in said:
            about = console.clean(str(row["change_name"]))
            whom = console.clean(str(row.get("monitor") or "all monitors"))
            click.echo(f"{done}: {about} ({whom}), id {str(row['event_id'])[:12]}")
    return exit_codes.OK


@event.command("list", short_help="List known changes.")
@options.output_format
@options.project
def list_changes(
    output_format: str,
    project: Project,
) -> int:
    """List the known changes, the oldest first."""
    from mlmon_cli import dbt, summary
    from mlmon_cli.wording import moment as in_words

    dbt.ensure_packages(project)
    with console.step("Reading changes"):
        rows = dbt.run_operation(project, "mlmon_list_changes")
    if output_format == "json":
        for row in rows:
            del row["kind"]
        summary.print_json({"command": "event", "changes": rows})
    elif rows:
        headers = ["id", "name", "kind", "monitor", "from", "to", "expects", "by"]
        cells = [
            [
                str(row["event_id"])[:12],
                str(row["change_name"]),
                str(row["change_kind"]),
                str(row["monitor"] or "all"),
                in_words(row["starts_at"]),
                in_words(row["ends_at"]),
                str(row["expects"] or "\N{EN DASH}"),
                str(row["actor"]),
            ]
            for row in rows
        ]
        click.echo(console.table(headers, cells, limit=60))
    else:
        click.echo("No known changes.")
    return exit_codes.OK
