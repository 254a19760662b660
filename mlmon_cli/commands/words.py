"""`mlmon ack`, `mute`, `unmute`, `resolve`, `assign`, `note`: what people do about incidents."""

from __future__ import annotations

import getpass
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import click

from mlmon_cli import console, exit_codes, options
from mlmon_cli.errors import MlmonError
from mlmon_cli.project import Project
from mlmon_cli.report import short_id

MAX_CANDIDATES = 10
TIME = "%Y-%m-%d %H:%M:%S"
DONE = {
    "ack": "Acknowledged",
    "mute": "Muted",
    "unmute": "No longer muted",
    "resolve": "Closed",
    "assign": "Assigned",
    "note": "Noted",
}


def now() -> datetime:
    """The time in UTC, without a zone."""
    return datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)


def who(actor: str | None) -> str:
    """The name to record: the one given, else that of the user."""
    if actor and actor.strip():
        return actor.strip()
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        raise MlmonError("your user name is not known; give --by NAME") from None


def moment(text: str, option: str) -> str:
    """An ISO date or timestamp in UTC as the warehouse reads it."""
    try:
        value = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise MlmonError(
            f"{option} is {text!r}; expected an ISO date such as 2026-05-01 or a time in UTC "
            "such as 2026-05-01T08:00"
        ) from None
    if value.tzinfo is not None:
        value = value.astimezone(timezone.utc).replace(tzinfo=None)
    return value.strftime(TIME)


def after(text: str, start: datetime) -> str:
    """`start` moved by a duration such as `3 days` or `12 hours`."""
    count, _, unit = text.strip().partition(" ")
    seconds = {"minute": 60, "hour": 3600, "day": 86400, "week": 604800}.get(unit.rstrip("s"))
    if not count.isdigit() or not seconds or int(count) * seconds > 10 * 366 * 86400:
        raise MlmonError(f"--for is {text!r}; expected a duration such as '3 days' or '12 hours'")
    return (start + timedelta(seconds=int(count) * seconds)).strftime(TIME)


def check_id(target: str) -> None:
    """Raise MlmonError for what is too short to name an incident or a group."""
    if len(target) < 4:
        raise MlmonError(f"'{target}' is too short for an id; give at least four characters")


def not_one(rows: list[dict[str, Any]]) -> list[str]:
    """What to say where a target means more than one thing: the ids to choose from."""
    from mlmon_cli.report import read_incident
    from mlmon_cli.wording import moment as day
    from mlmon_cli.wording import part, what

    question = next((row for row in rows if row.get("kind") == "ambiguous"), None)
    if question is None:
        return []
    target = console.clean(question["target"])
    candidates = [row for row in rows if row.get("kind") == "candidate"]
    lines = []
    for row in candidates[:MAX_CANDIDATES]:
        lead = read_incident(row)
        where = f" in {part(lead)}" if part(lead) else ""
        more = f" and {row['n'] - 1} more" if row["n"] > 1 else ""
        began = day(lead.first_breach_at or lead.opened_at)
        short = short_id(row["id"], [c["id"] for c in candidates])
        lines.append(f"  {short}  {lead.severity:<5}  {what(lead)}{where}{more}, since {began}")
    if len(candidates) > MAX_CANDIDATES:
        lines.append(f"  and {len(candidates) - MAX_CANDIDATES} more: mlmon incidents --groups")
    kind = "open groups" if question["is_monitor"] else "incidents and groups"
    said = f"'{target}' means {len(candidates)} {kind}; say which one by its id:"
    return ["\n".join([said, *lines])]


def record(
    project: Project, macro: str, arguments: Mapping[str, Any], wait: float
) -> list[dict[str, Any]]:
    """Append events, derive the incidents anew, and return the events.

    A run derives the same tables, so this waits up to `wait` seconds until none goes on.
    Raises BusyError where one still does, and MlmonError with what the package says is wrong;
    nothing is appended then.
    """
    from mlmon_cli import dbt
    from mlmon_cli.lock import between_runs, patiently

    dbt.ensure_packages(project)
    deadline = time.monotonic() + wait
    with between_runs(project, deadline), console.step("Recording"):
        rows = patiently(lambda: dbt.run_operation(project, macro, arguments), deadline)
        dbt.refuse_mistakes(rows, not_one(rows))
        try:
            dbt.derive(project)
        except MlmonError as error:
            raise MlmonError(
                "recorded, but the incidents could not be updated; the next `mlmon run` updates "
                f"them.\n{error}"
            ) from None
    return [row for row in rows if row.get("kind") == "said"]


by = click.option(
    "--by", "actor", metavar="NAME", help="The name to record. Default: your login name."
)
because = click.option("--because", "reason", metavar="TEXT", help="Why.")


def say(
    verb: str,
    project: Project,
    output_format: str,
    word: dict[str, Any],
    wait: float,
    target: str | None = None,
    pattern: Mapping[str, str | None] | None = None,
) -> int:
    """Record an action on an incident or a group, or on all incidents of a pattern."""
    if target is not None:
        check_id(target)
    word["recorded_at"] = now().strftime(TIME)
    arguments: dict[str, Any] = {"verb": verb, "word": word}
    if target is not None:
        arguments["target"] = target
    else:
        arguments["pattern"] = {k: v for k, v in (pattern or {}).items() if v}
    said = record(project, "mlmon_say", arguments, wait)
    if output_format == "json":
        from mlmon_cli import summary

        for row in said:
            del row["kind"]
        summary.print_json({"command": verb, "events": said})
        return exit_codes.OK
    for row in said:
        parts = [str(row[k]) for k in ("family", "metric", "subject") if row.get(k)]
        if row.get("segment") not in (None, "overall"):
            parts.append(f"in {row['segment']}={row.get('segment_value') or 'any'}")
        about = f"{row['monitor']}: {' '.join(parts) or 'everything'}"
        if row.get("scope") == "group":
            about += " and the rest of its group"
        until = f" until {row['muted_until']} UTC" if row.get("muted_until") else ""
        to = f" to {row['assignee']}" if row.get("assignee") else ""
        click.echo(f"{DONE[verb]}{to}{until}: {console.clean(about)}")
    return exit_codes.OK


Command = Callable[..., Any]


def _word(verb: str, short_help: str, text: str) -> click.Command:
    """A command that takes an id, who and why."""

    @click.command(verb, short_help=short_help, help=text)
    @click.argument("incident", metavar="ID")
    @options.options(by, because, options.patience, options.output_format)
    @options.project
    def command(
        incident: str,
        actor: str | None,
        reason: str | None,
        wait: float,
        output_format: str,
        project: Project,
    ) -> int:
        word = {"actor": who(actor), "reason": reason}
        return say(verb, project, output_format, word, wait, incident)

    return command


ack = _word(
    "ack",
    "Acknowledge an incident.",
    "Acknowledge an incident or a group (the first characters of its ID, or the monitor where one "
    "group is open): reminders stop. If it becomes an error, that is still posted.",
)
unmute = _word("unmute", "End a mute.", "End a mute of an incident or a group.")
resolve = _word(
    "resolve",
    "Close an incident.",
    "Close an incident, or all open incidents of a group, as of the last window. If the series "
    "breaches again, a new incident opens as usual.",
)


@click.command(short_help="Post nothing about an incident until a date.")
@click.argument("incident", metavar="[ID]", required=False)
@click.option("--until", metavar="DATE", help="Until when (ISO, UTC).")
@click.option("--for", "duration", metavar="DURATION", help="For how long, such as '3 days'.")
@click.option("--monitor", "-m", metavar="NAME", help="Without ID: incidents of this monitor.")
@click.option("--family", metavar="NAME", help="Of this family only.")
@click.option("--subject", metavar="NAME", help="About this column, group or KPI only.")
@click.option("--metric", metavar="NAME", help="Of this metric only.")
@click.option("--segment", metavar="COLUMN=VALUE", help="In this segment only.")
@options.options(by, because, options.patience, options.output_format)
@options.project
def mute(
    incident: str | None,
    until: str | None,
    duration: str | None,
    monitor: str | None,
    family: str | None,
    subject: str | None,
    metric: str | None,
    segment: str | None,
    actor: str | None,
    reason: str | None,
    wait: float,
    output_format: str,
    project: Project,
) -> int:
    """Post nothing about an incident or a group (ID), or about incidents of a kind, until a date.

    A kind is named by --monitor and any of the other options, and may have no incident yet.
    Muted incidents stay in the tables; they do not fail `check`.
    """
    if (until is None) == (duration is None):
        raise click.UsageError("give an end: --until DATE, or --for DURATION")
    kinds = {"family": family, "subject": subject, "metric": metric}
    if incident is not None and (monitor or segment or any(kinds.values())):
        raise click.UsageError("give an ID, or --monitor with filters, not both")
    if incident is None and not monitor:
        raise click.UsageError("give an ID, or --monitor NAME")
    end = moment(until, "--until") if until else after(duration or "", now())
    if end <= now().strftime(TIME):
        raise MlmonError(f"--until {end} lies in the past (UTC); `mlmon unmute` ends a mute")
    column, _, value = (segment or "").partition("=")
    pattern = {"monitor": monitor, "segment": column, "segment_value": value, **kinds}
    word = {"actor": who(actor), "reason": reason, "muted_until": end}
    return say("mute", project, output_format, word, wait, incident, pattern)


@click.command(short_help="Assign an incident.")
@click.argument("incident", metavar="ID")
@click.argument("assignee", metavar="WHO")
@options.options(by, because, options.patience, options.output_format)
@options.project
def assign(
    incident: str,
    assignee: str,
    actor: str | None,
    reason: str | None,
    wait: float,
    output_format: str,
    project: Project,
) -> int:
    """Assign an incident or a group (the first characters of its ID) to somebody."""
    word = {"actor": who(actor), "reason": reason, "assignee": assignee}
    return say("assign", project, output_format, word, wait, incident)


@click.command(short_help="Add a note to an incident.")
@click.argument("incident", metavar="ID")
@click.argument("text", metavar="TEXT")
@options.options(by, options.patience, options.output_format)
@options.project
def note(
    incident: str,
    text: str,
    actor: str | None,
    wait: float,
    output_format: str,
    project: Project,
) -> int:
    """Add a note to an incident or a group (the first characters of its ID)."""
    word = {"actor": who(actor), "reason": text}
    return say("note", project, output_format, word, wait, incident)


COMMANDS = (ack, mute, unmute, resolve, assign, note)
