"""The actions of mlmon.yml: what is to be started when an incident asks for it, and how.

A type of action is a file in `action_types`: the keys that it takes, and the request that they make.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar

from mlmon_cli.errors import did_you_mean
from mlmon_cli.reader import (
    RECORDED_AS,
    TRIES,
    Given,
    Key,
    Reader,
    Target,
    check_headers,
    check_url,
    kind_of,
    tries,
)

COMMON = ("description", "not_within", "wait_for_labels", RECORDED_AS)
# What `{name}` may stand for in an action's texts.
PLACEHOLDERS = (
    *("action", "monitor", "incident_id", "delivery_key", "severity", "model_version"),
    *("family", "subject", "metric", "segment", "segment_value"),
    *("since", "last_window", "owner"),
)
_UNITS = {"minute": 60, "hour": 3600, "day": 86400, "week": 604800}


@dataclass(frozen=True)
class ActionType:
    """A type of action, as its file has it. `url`, `headers` and `body` are Jinja; a type without a url is a command."""

    starts: str  # for the documentation
    keys: Mapping[str, Key]
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    address: str = ""  # where the service listens when mlmon.yml does not say
    taken: tuple[int, ...] = ()  # statuses that say that an earlier try was taken
    answer: Mapping[str, Any] = field(default_factory=dict)  # how the service's answer is read
    timeout_seconds: float = 10.0

    @property
    def legal(self) -> dict[str, Key]:
        """Every key that it takes."""
        headers = {"headers": Key()} if self.url else {}
        return {**self.keys, **headers, **TRIES}


@cache
def action_types() -> dict[str, ActionType]:
    """Every type by its name in mlmon.yml."""
    import yaml

    found = {}
    for file in sorted(files("mlmon_cli").joinpath("action_types").iterdir(), key=lambda f: f.name):
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        content["keys"] = {name: Key(**declared) for name, declared in content["keys"].items()}
        found[file.name.removesuffix(".yml")] = ActionType(**content)
    return found


@dataclass(frozen=True, kw_only=True)
class Action(Target):
    """Something to start. What may be secret is kept out of its repr."""

    what: ClassVar[str] = "action"

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

    def secrets(self) -> dict[str, str]:
        keys = action_types()[self.type].keys
        return {
            k: declared.called
            for k, declared in keys.items()
            if declared.secret and self.options.get(k)
        }


def _texts(value: Any) -> Iterator[str]:
    """Every text in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for entry in value.values() if isinstance(value, dict) else value:
            yield from _texts(entry)


def _check_keys(reader: Reader, given: Given, keys: Mapping[str, Key]) -> None:
    """What the keys of a type hold."""
    for key, declared in keys.items():
        value, where = given.get(key), f"{given.where}: {key}"
        if declared.choices:
            reader.choice(given.values, key, declared.choices, declared.choices[0], given.where)
        if declared.pattern and value and not re.fullmatch(declared.pattern, str(value)):
            reader.wrong(where, f"must be {declared.shape}")
        if value is not None and given.get(declared.instead_of) is not None:
            reader.wrong(given.where, f"has '{declared.instead_of}' and '{key}'; choose one")
        for text in _texts(value) if declared.filled else ():
            for name in set(re.findall(r"\{([A-Za-z_]\w*)\}", text)) - {*PLACEHOLDERS}:
                reader.wrong(
                    where,
                    f"unknown placeholder {{{name}}}{did_you_mean(name, PLACEHOLDERS)} "
                    f"Legal: {', '.join(PLACEHOLDERS)}",
                )
    command = given.get("command")
    if "command" in keys and (
        not isinstance(command, list)
        or not command
        or not all(isinstance(item, (str, int, float)) for item in command)
    ):
        reader.wrong(
            f"{given.where}: command",
            f"must be a list of arguments such as [python, retrain.py], found {kind_of(command)}; "
            "no shell reads it",
        )


def _duration(reader: Reader, value: Any, where: str) -> timedelta:
    found = re.fullmatch(r"\s*(\d{1,6})\s*(minute|hour|day|week)s?\s*", str(value))
    if not found:
        reader.wrong(where, "must be a duration such as '7 days' or '12 hours'")
        return timedelta(0)
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


def read_action(reader: Reader, name: str, raw: Any, strict: bool) -> Action:
    """One action. With `strict`, an environment variable that is not set is a mistake."""
    where = f"action '{name}'"
    given = reader.given(where, raw, strict)
    if given is None:
        return Action(name=name)
    description = str(given.get("description") or "")
    if given.get("type") is None:
        types = action_types() if set(given.values) - {"description", RECORDED_AS} else {}
        # a key of a type without the type is a forgotten type, not a typing error
        hidden = [key for key in given.values if any(key in kind.legal for kind in types.values())]
        if hidden:
            reader.wrong(where, f"has '{hidden[0]}' but no 'type'. Legal: {', '.join(types)}")
        else:
            reader.keys(given.values, ("type", "description", RECORDED_AS), where)
        return Action(name=name, description=description)
    kind = reader.type_of(given, raw, action_types())
    if kind is None:
        return Action(name=name)
    found = action_types()[kind]
    needs = {key: "" for key, declared in found.keys.items() if declared.needed}
    reader.check(given, found.legal, needs, COMMON)
    _check_keys(reader, given, found.keys)
    wait = given.get("wait_for_labels", name != "review")
    if not isinstance(wait, bool):
        reader.wrong(f"{where}: wait_for_labels", "must be true or false")
        wait = True
    return Action(
        name=name,
        type=kind,
        description=description,
        not_within=_duration(reader, given.get("not_within", "7 days"), f"{where}: not_within"),
        wait_for_labels=wait,
        url=check_url(reader, given),
        headers=check_headers(reader, given),
        options={key: given.values[key] for key in found.keys if key in given.values},
        variables=given.used,
        recorded_as=reader.name_of_record(given),
        **tries(given, found.timeout_seconds),
    )
