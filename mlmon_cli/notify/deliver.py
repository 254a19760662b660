"""Post what is pending and record it, one channel after the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import click

from mlmon_cli import console, dbt
from mlmon_cli.console import clean_lines
from mlmon_cli.errors import MlmonError, did_you_mean
from mlmon_cli.notify import journal
from mlmon_cli.notify.actions import Start, start_action, starts
from mlmon_cli.notify.channel import Channel, Sending
from mlmon_cli.notify.compose import compose
from mlmon_cli.notify.formats import to_text, transitions_of
from mlmon_cli.notify.message import Message, Transition
from mlmon_cli.notify.sample import sample
from mlmon_cli.notify.transports import DeliveryError
from mlmon_cli.project import Project
from mlmon_cli.report import SERIES_KEY, Report
from mlmon_cli.settings import Settings

Rows = list[dict[str, Any]]
FINGERPRINTS = ("reference_id", "sums_hash", "rules_hash")  # what an incident rests on


@dataclass
class Delivery:
    """What became of the messages."""

    posted: Rows = field(default_factory=list)
    actions: Rows = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def journal_path(project: Project) -> Path:
    """Where deliveries wait that the warehouse does not know of; one file for each target."""
    return project.state_dir / f"deliveries-{project.target or 'default'}.jsonl"


def record_leftovers(project: Project, variables: Mapping[str, Any] | None = None) -> bool:
    """Record what was posted and not recorded -> whether there was something."""
    path = journal_path(project)
    records = journal.read(path)
    if records:
        dbt.run_operation(project, "mlmon_record_deliveries", {"rows": records}, variables)
        journal.clear(path)
    return bool(records)


def catch_up(project: Project, variables: Mapping[str, Any] | None = None) -> None:
    """Record what an earlier run posted and could not record; what is due follows from it anew."""
    if record_leftovers(project, variables):
        dbt.derive(project, "mlmon_transitions", variables=variables)


def _place(item: Transition, message: Message | None) -> dict[str, Any]:
    """The group a transition belongs to, the message it went out with, and what it rests on."""
    if message is None:
        return {}
    monitor = message.monitor
    place: dict[str, Any] = {name: getattr(monitor, name) for name in FINGERPRINTS}
    for found in message.groups:
        if found.group_id == item.incident.group_id:
            place |= {"extent": found.extent or None, "value_rate": found.value_rate}
    if item.incident.group_id is not None:
        place |= {"group_id": item.incident.group_id, "as_of": item.as_of}
        place["message_key"] = message.delivery_key
    return {name: value for name, value in place.items() if value is not None}


def _records(
    transitions: Iterable[Transition],
    receipt: str,
    message: Message | None = None,
) -> Rows:
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    return [
        {
            "delivery_key": item.delivery_key,
            "incident_id": item.incident.incident_id,
            **{name: getattr(item.incident, name) for name in SERIES_KEY},
            "model_version": item.incident.model_version or "all",
            "transition": item.transition,
            "severity": item.incident.severity,
            "channel": item.channel,
            "delivered_at": now,
            "receipt": receipt or None,
            **_place(item, message),
        }
        for item in transitions
    ]


def send(
    message: Message, channel: Channel, project: Project, settings: Settings, quiet: bool
) -> str:
    """Deliver `message` -> what the receiver calls it, or nothing. Raises DeliveryError."""
    return channel.send(message, Sending(project.root, settings.templates, quiet))


def _summary(message: Message, settings: Settings) -> dict[str, Any]:
    names = {channel.record: channel.name for channel in settings.channels}
    return {
        "channel": names.get(message.channel, message.channel),
        "monitor": message.monitor.monitor,
        "severity": message.severity,
        "delivery_key": message.delivery_key,
        "transitions": transitions_of(message),
        "text": to_text(message, settings.templates),
    }


def deliver(
    project: Project,
    settings: Settings,
    report: Report,
    *,
    dry_run: bool = False,
    quiet: bool = False,
    variables: Mapping[str, Any] | None = None,
) -> Delivery:
    """Post every pending transition and record it.

    A channel that fails does not stop the others; what it was to deliver stays pending.
    Each message is put in a journal before and after it is posted, and recorded in the warehouse when
    its channel is done, also when that is cut short.
    """
    result = Delivery()
    path = journal_path(project)
    posted = frozenset(record["delivery_key"] for record in journal.read(path))
    messages = compose(report, settings, posted, journal.in_doubt(path))
    if dry_run:
        for message in messages:
            result.posted.append(_summary(message, settings))
            if not quiet:
                told = result.posted[-1]
                click.echo(f"Would be posted to {told['channel']}:\n{told['text']}\n")
        return result
    if messages:
        dbt.release()  # posting can take long: others may open an embedded database meanwhile
    for channel in settings.channels:
        mine = [message for message in messages if message.channel == channel.record]
        if not mine:
            continue
        try:
            for message in mine:
                if channel.is_remote:
                    console.progress(f"Posting to {channel.name} ...")
                summary = _summary(message, settings)
                journal.begin(
                    path, message.delivery_key, (t.delivery_key for t in message.transitions)
                )
                try:
                    receipt = send(message, channel, project, settings, quiet)
                except DeliveryError as error:
                    if not error.in_doubt:
                        journal.give_up(path, message.delivery_key)
                    result.problems.append(
                        f"{channel.described()}: {error}. "
                        f"'{message.monitor.monitor}' stays pending there."
                    )
                    if error.unreachable:
                        break  # the channel's other messages would only wait as long
                    continue
                journal.append(
                    path,
                    _records(message.transitions, receipt, message),
                )
                result.posted.append(summary)
        except MlmonError as error:  # a broken template
            result.problems.append(f"{channel.described()}: {error}")
        finally:
            console.progress("")
            _record(project, path, variables, result)
    return result


def _record(
    project: Project, path: Path, variables: Mapping[str, Any] | None, result: Delivery
) -> None:
    """Record in the warehouse what the journal holds."""
    try:
        record_leftovers(project, variables)
    except MlmonError as error:
        result.problems.append(
            "posted, but not yet recorded in the warehouse (the next run does it first): "
            + clean_lines(str(error))
        )


def run_actions(
    project: Project,
    settings: Settings,
    report: Report,
    result: Delivery,
    *,
    dry_run: bool = False,
    force: bool = False,
    variables: Mapping[str, Any] | None = None,
) -> None:
    """Start every action that is asked for and that no guard holds back, and record it."""
    path = journal_path(project)
    done = {record["delivery_key"] for record in journal.read(path)}
    todo = [start for start in starts(report, settings, force) if start.delivery_key not in done]
    if todo and not dry_run:
        dbt.release()
    for start in todo:
        told = _told(start)
        if not start.waits and not dry_run:
            console.progress(f"Starting {start.action.name} ...")
            try:
                receipt = start_action(start, project)
            except DeliveryError as error:
                told["status"] = "failed"
                result.problems.append(
                    f"{start.action.described()}: {error}. It stays due for '{start.monitor}'."
                )
            else:
                journal.append(path, _records(start.transitions, receipt))
                told["status"] = "started"
            finally:
                console.progress("")
        result.actions.append(told)
    if not dry_run and any(item["status"] == "started" for item in result.actions):
        _record(project, path, variables, result)


def _told(start: Start) -> dict[str, Any]:
    """One action for the summary and the JSON document."""
    return {
        "action": start.action.name,
        "monitor": start.monitor,
        "type": start.action.type,
        "status": "waits" if start.waits else "due",
        "why": start.waits or None,
        "delivery_key": start.delivery_key,
        "incidents": [incident.incident_id for incident in start.incidents],
    }


def send_sample(
    project: Project, settings: Settings, name: str, *, dry_run: bool = False, quiet: bool = False
) -> tuple[str, str]:
    """Send a made-up message to the channel `name` -> its text, and the problem if there is one.

    Raises MlmonError where there is no such channel.
    """
    channel = next((c for c in settings.channels if c.name == name), None)
    if channel is None:
        known = [c.name for c in settings.channels]
        hint = did_you_mean(name, known)
        raise MlmonError(f"there is no channel '{name}'{hint} Channels: {', '.join(known)}")
    message = sample(channel.name)
    text = to_text(message, settings.templates)
    if not dry_run:
        try:
            send(message, channel, project, settings, quiet)
        except DeliveryError as error:
            return text, f"{channel.described()}: {error}"
    return text, ""
