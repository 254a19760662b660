"""The actions of mlmon.yml: what is to be started when an incident asks for it, and how."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from mlmon_cli.errors import did_you_mean
from mlmon_cli.reader import RECORDED_AS, Reader, check_headers, check_tries, check_url, kind_of

_COMMON = ("type", "description", "not_within", "wait_for_labels", RECORDED_AS)
_TRIES = ("timeout_seconds", "retries", "backoff_seconds")
_HTTP = ("url", "headers", *_TRIES)
# action type -> keys it needs, keys it may have besides
_TYPES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "webhook": (("url",), (*_HTTP, "secret", "body")),
    "command": (("command",), _TRIES),
    "airflow": (("url", "dag"), (*_HTTP, "token", "username", "password", "api")),
    "github": (("repository", "token"), (*_HTTP, "event")),
    "dagster": (("url", "job", "location"), (*_HTTP, "token", "repository", "run_config")),
    "mlflow": (("url", "model"), (*_HTTP, "token", "version", "tag")),
}
# What `{name}` may stand for in an action's texts.
PLACEHOLDERS = (
    *("action", "monitor", "incident_id", "delivery_key", "severity", "model_version"),
    *("family", "subject", "metric", "segment", "segment_value"),
    *("since", "last_window", "owner"),
)
_FILLED = ("body", "command", "dag", "job", "run_config", "model", "version", "tag", "event")
_UNITS = {"minute": 60, "hour": 3600, "day": 86400, "week": 604800}


@dataclass(frozen=True)
class Action:
    """Something to start. What may be secret is kept out of its repr."""

    name: str
    type: str = ""  # empty: people are asked for it, nothing is started
    description: str = ""
    not_within: timedelta = timedelta(days=7)
    wait_for_labels: bool = True
    url: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    timeout_seconds: float = 10.0
    retries: int = 4
    backoff_seconds: float = 1.0
    variables: tuple[str, ...] = ()
    recorded_as: str = ""  # how deliveries name it: what it was called at first

    @property
    def record(self) -> str:
        """The name under which the warehouse knows that it was started."""
        return self.recorded_as or self.name

    def described(self) -> str:
        """The action for an error message: its name and environment variables."""
        origin = f" (from {', '.join(self.variables)})" if self.variables else ""
        return f"action '{self.name}'{origin}"


def _check_placeholders(reader: Reader, value: Any, where: str) -> None:
    if isinstance(value, str):
        for name in re.findall(r"\{([A-Za-z_]\w*)\}", value):
            if name not in PLACEHOLDERS:
                reader.wrong(
                    where,
                    f"unknown placeholder {{{name}}}{did_you_mean(name, PLACEHOLDERS)} "
                    f"Legal: {', '.join(PLACEHOLDERS)}",
                )
    elif isinstance(value, dict):
        for entry in value.values():
            _check_placeholders(reader, entry, where)
    elif isinstance(value, list):
        for entry in value:
            _check_placeholders(reader, entry, where)


def _duration(reader: Reader, value: Any, where: str) -> timedelta:
    found = re.fullmatch(r"\s*(\d{1,6})\s*(minute|hour|day|week)s?\s*", str(value))
    if not found:
        reader.wrong(where, "must be a duration such as '7 days' or '12 hours'")
        return timedelta(0)
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


def _check_options(reader: Reader, kind: str, block: Mapping[str, Any], where: str) -> None:
    """The keys that one type has and others have not."""
    command = block.get("command")
    if kind == "command" and (
        not isinstance(command, list)
        or not command
        or not all(isinstance(item, (str, int, float)) for item in command)
    ):
        reader.wrong(
            f"{where}: command",
            f"must be a list of arguments such as [python, retrain.py], found {kind_of(command)}; "
            "no shell reads it",
        )
    for key in ("body", "run_config"):
        if key in block and not isinstance(block[key], dict):
            reader.wrong(f"{where}: {key}", f"must be a mapping, found {kind_of(block[key])}")
    if kind == "github":
        repository = block.get("repository")
        if repository and not re.fullmatch(r"[\w.-]+/[\w.-]+", str(repository)):
            reader.wrong(f"{where}: repository", "must be owner/name")
    if kind == "airflow":
        reader.choice(block, "api", ("v1", "v2"), "v2", where)
        if "token" in block and "username" in block:
            reader.wrong(where, "has 'token' and 'username'; say one of them")


def read_action(reader: Reader, name: str, raw: Any, strict: bool) -> Action:
    """One action. With `strict`, an environment variable that is not set is a mistake."""
    where = f"action '{name}'"
    given = reader.given(where, raw, strict)
    if given is None:
        return Action(name)
    block, kind = given.values, given.get("type")
    description = str(given.get("description") or "")
    if kind is None:
        # a key of a type without the type is a forgotten type, not a typing error
        hidden = [k for k in block if any(k in n + m for n, m in _TYPES.values())]
        if hidden:
            reader.wrong(where, f"has '{hidden[0]}' but no 'type'. Legal: {', '.join(_TYPES)}")
        else:
            reader.keys(block, ("type", "description", RECORDED_AS), where)
        return Action(name, description=description)
    kind = reader.type_of(given, raw, _TYPES)
    if kind is None:
        return Action(name)
    needs, may = _TYPES[kind]
    reader.keys(block, tuple(dict.fromkeys((*_COMMON, *needs, *may))), where)
    for key in needs:
        if not block.get(key) and not given.missing:
            reader.wrong(where, f"type {kind} needs '{key}'")
    for key in ("token", "username", "password", "secret", "dag", "job", "model", "event", "tag"):
        if key in block and not isinstance(block[key], str):
            reader.wrong(f"{where}: {key}", f"must be text, found {kind_of(block[key])}")
    _check_options(reader, kind, block, where)
    for key in _FILLED:
        _check_placeholders(reader, block.get(key), f"{where}: {key}")
    wait = block.get("wait_for_labels", name != "review")
    if not isinstance(wait, bool):
        reader.wrong(f"{where}: wait_for_labels", "must be true or false")
        wait = True
    own = {*needs, *may} - {"url", "headers", *_TRIES}
    return Action(
        name=name,
        type=kind,
        description=description,
        not_within=_duration(reader, block.get("not_within", "7 days"), f"{where}: not_within"),
        wait_for_labels=wait,
        url=check_url(reader, given),
        headers=check_headers(reader, given),
        options={key: block[key] for key in own if key in block},
        variables=given.used,
        recorded_as=reader.name_of_record(given),
        **check_tries(reader, given, 60.0 if kind == "command" else 10.0),
    )
