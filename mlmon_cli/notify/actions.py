"""Starts what incidents ask for: a request or a command, once an incident, with a record.

Values from data reach a command as arguments and environment variables, never as text that a
shell reads, and a request as JSON or percent-encoded.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial
from typing import Any
from urllib.parse import quote

from mlmon_cli.action_settings import Action, ActionType, action_types
from mlmon_cli.console import clean
from mlmon_cli.notify.message import Transition
from mlmon_cli.notify.transports import (
    Answer,
    Attempt,
    DeliveryError,
    Request,
    by_status,
    json_request,
    send_request,
    with_retries,
)
from mlmon_cli.project import Project
from mlmon_cli.report import Asked, Incident, Report
from mlmon_cli.settings import ACTION_PREFIX, Settings
from mlmon_cli.wording import moment, plural


@dataclass(frozen=True)
class Start:
    """One action to be started for one monitor: for all its incidents that ask for it."""

    action: Action
    incidents: tuple[Incident, ...]  # the most urgent first
    waits: str = ""  # why it is not started now

    @property
    def monitor(self) -> str:
        """The monitor's name."""
        return self.incidents[0].monitor

    @property
    def transitions(self) -> tuple[Transition, ...]:
        """What is recorded once it has been started."""
        channel = ACTION_PREFIX + self.action.record
        return tuple(Transition(incident, "action", channel) for incident in self.incidents)

    @property
    def delivery_key(self) -> str:
        """The key of the first incident's record: the same at a repetition, whatever joined it."""
        first = min(self.transitions, key=lambda t: (t.incident.opened_at or "", t.delivery_key))
        return first.delivery_key


def _why_not(action: Action, asked: Asked, now: datetime) -> str:
    """The guard that holds an action back; empty where none does."""
    if action.wait_for_labels and not asked.labels_mature:
        return "labels of the window it began in are not complete yet"
    if asked.last_started_at:
        last = datetime.fromisoformat(asked.last_started_at).replace(tzinfo=timezone.utc)
        if now - last < action.not_within:
            hours = action.not_within.total_seconds() / 3600
            span = plural(int(hours // 24), "day") if hours % 24 == 0 else f"{hours:g} hours"
            return f"was started on {moment(asked.last_started_at)}, and not within {span} again"
    return ""


def starts(report: Report, settings: Settings, force: bool = False) -> list[Start]:
    """What is to be started, and what waits for which guard."""
    now = datetime.now(timezone.utc)
    by_id = {incident.incident_id: incident for incident in report.incidents}
    asked: dict[tuple[str, str], list[Asked]] = {}
    for item in report.asked:
        if item.action in settings.triggers and item.incident_id in by_id:
            asked.setdefault((item.monitor, item.action), []).append(item)
    found = []
    for (_, name), items in asked.items():
        action = settings.triggers[name]
        reasons = {i.incident_id: "" if force else _why_not(action, i, now) for i in items}
        ready = [by_id[key] for key, reason in reasons.items() if not reason]
        incidents = ready or [by_id[item.incident_id] for item in items]
        waits = "" if ready else next(iter(reasons.values()))
        found.append(Start(action, tuple(sorted(incidents, key=lambda i: i.place)), waits))
    return found


def values_of(start: Start) -> dict[str, str]:
    """What the placeholders of an action stand for."""
    lead = start.incidents[0]
    values = {
        "action": start.action.name,
        "monitor": lead.monitor,
        "incident_id": lead.incident_id,
        "delivery_key": start.delivery_key,
        "severity": lead.severity,
        "model_version": lead.model_version or "all",
        "family": lead.family,
        "subject": lead.subject,
        "metric": lead.metric,
        "segment": lead.segment,
        "segment_value": lead.segment_value,
        "since": lead.first_breach_at or lead.opened_at or "",
        "last_window": lead.last_breach_at or "",
        "owner": lead.owner or "",
    }
    return {name: clean(value) for name, value in values.items()}


def fill(template: Any, values: Mapping[str, str]) -> Any:
    """`template` with every `{name}` replaced, in one pass: a value is never read as a template."""
    if isinstance(template, str):
        return re.sub(r"\{([A-Za-z_]\w*)\}", lambda found: values.get(found[1], found[0]), template)
    if isinstance(template, dict):
        return {key: fill(value, values) for key, value in template.items()}
    if isinstance(template, list):
        return [fill(value, values) for value in template]
    return template


def document(start: Start) -> dict[str, Any]:
    """What a receiver is told by default."""
    told = ("incident_id", "family", "subject", "metric", "segment", "segment_value")
    return {
        **values_of(start),
        "incidents": [
            {name: getattr(incident, name) for name in told} for incident in start.incidents[:50]
        ],
    }


def _at(document: Any, path: Sequence[str]) -> Any:
    """What stands in a JSON document under some keys; None where one is missing."""
    for key in path:
        document = document.get(key) if isinstance(document, dict) else None
    return document


def _judge(kind: ActionType, answer: Answer) -> Attempt:
    """How the answer to an action's request is read."""
    if answer.status in kind.taken:
        return Attempt()
    attempt, read = by_status(answer), kind.answer
    if attempt.problem or not read:
        return attempt
    document = answer.json()
    if not isinstance(document, dict):
        return Attempt(f"the answer is not one of {read['service']}'s")
    outcome = _at(document, read["outcome"])
    if outcome == read["success"]:
        return Attempt(receipt=str(_at(document, read["receipt"]) or ""))
    known = isinstance(outcome, str) and re.fullmatch(r"[A-Za-z]{3,60}", outcome)
    return Attempt(f"{read['service']} says {outcome if known else 'an error'}")


def request_of(start: Start) -> Request:
    """The request that starts an action: its type's templates, filled in."""
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    action, kind, told = start.action, action_types()[start.action.type], values_of(start)
    environment = SandboxedEnvironment(undefined=StrictUndefined)
    environment.policies["json.dumps_kwargs"] = {}  # as they stand, not sorted
    environment.filters["quoted"] = lambda text: quote(text, safe="")
    environment.filters["base64"] = lambda text: b64encode(text.encode()).decode()
    values: dict[str, Any] = {}
    for key, declared in kind.keys.items():
        value = action.options.get(key, declared.choices[0] if declared.choices else None)
        values[key] = fill(value, told) if declared.filled else value
    base = (action.url or kind.address).rstrip("/")
    values = {**told, **values, "url": action.url, "base": base, "document": document(start)}

    def written(template: str) -> str:
        return environment.from_string(template).render(values)

    headers = {name: written(template) for name, template in kind.headers.items()}
    return json_request(
        written(kind.url),
        json.loads(written(kind.body)),
        start.delivery_key,
        {**{name: text for name, text in headers.items() if text}, **action.headers},
        secret=str(action.options.get("secret") or ""),
        timeout=action.timeout_seconds,
    )


def _run_command(start: Start, project: Project) -> str:
    action, values = start.action, values_of(start)
    command = [str(fill(str(item), values)) for item in action.options["command"]]
    variables = {f"MLMON_{name.upper()}": value for name, value in values.items()}
    log = project.state_dir / f"action-{re.sub(r'[^A-Za-z0-9_-]', '_', action.name)}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    told = f"its output is in {log}"

    def once() -> Attempt:
        with log.open("ab") as output:
            try:
                done = subprocess.run(
                    command,
                    cwd=project.root,
                    env={**os.environ, **variables},
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    timeout=action.timeout_seconds,
                    check=False,
                )
            except FileNotFoundError:
                return Attempt(f"there is no program '{clean(command[0])}'")
            except PermissionError:
                return Attempt(f"'{clean(command[0])}' may not be run")
            except subprocess.TimeoutExpired:
                return Attempt(f"the command took longer than {action.timeout_seconds:g} s; {told}")
            except (OSError, ValueError) as error:
                return Attempt(f"the command could not be run ({type(error).__name__})")
        if done.returncode:
            return Attempt(f"the command ended with exit code {done.returncode}; {told}")
        return Attempt()

    # a command that failed may have done half of its work: it is not tried again at once
    return with_retries(once, 0, 0.0)


def start_action(start: Start, project: Project) -> str:
    """Start it -> what the receiver calls the run, or nothing. Raises DeliveryError."""
    action, kind = start.action, action_types()[start.action.type]
    if not kind.url:
        return _run_command(start, project)
    try:
        request = request_of(start)
    except (TypeError, ValueError) as error:
        raise DeliveryError(f"the request could not be written ({type(error).__name__})") from None
    judge = partial(_judge, kind)
    return send_request(request, action.retries, action.backoff_seconds, judge)
