"""mlmon.yml: channels, routes, owners, actions and templates, rendered and checked as a whole."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from mlmon_cli.action_settings import Action, read_action
from mlmon_cli.errors import MlmonError
from mlmon_cli.notify.channel import Channel
from mlmon_cli.notify.channels import channel_types
from mlmon_cli.notify.channels.stdout import Stdout
from mlmon_cli.project import repeated_keys
from mlmon_cli.reader import RECORDED_AS, Reader, is_web_address, kind_of
from mlmon_cli.report import FAMILIES, SEVERITIES

FILE_NAME = "mlmon.yml"
ACTION_PREFIX = "action:"  # how deliveries name what an action was told

_TOP = ("channels", "routes", "owners", "actions", "templates", "runbooks")
# how a service knows a person: what an id must match, said in words
MENTIONS: Mapping[str, tuple[str, str]] = {
    "slack": (r"[UWS][A-Z0-9]{2,30}", "the id of a member (U…) or of a user group (S…)"),
    "teams": (
        r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
        "a sign-in address such as ana@example.com, or an Entra object id",
    ),
}
# the keys of a route, with the values that they may have where these are few
ROUTE: Mapping[str, tuple[str, ...]] = {
    **{"monitors": (), "owners": (), "tags": ()},
    **{"severity": SEVERITIES, "families": FAMILIES, "channels": ()},
}


@dataclass(frozen=True)
class Route:
    """Which transitions go to which channels; an empty tuple means any."""

    channels: tuple[str, ...]
    monitors: tuple[str, ...] = ()
    severity: str = "warn"
    families: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Settings:
    """What mlmon.yml says."""

    channels: tuple[Channel, ...]
    routes: tuple[Route, ...] = ()
    actions: Mapping[str, str] = field(default_factory=dict)
    templates: Path | None = None
    triggers: Mapping[str, Action] = field(default_factory=dict)  # the actions that mlmon starts
    owners: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    runbooks: str = ""  # where the shipped runbooks are published

    @property
    def asked_of_the_warehouse(self) -> dict[str, Any]:
        """What `mlmon_report` has to know: who is told of what, and what is started."""
        records = {channel.name: channel.record for channel in self.channels}
        routes = [
            {**asdict(route), "channels": [records[name] for name in route.channels]}
            for route in self.routes
        ]
        return {
            "channels": list(records.values()),
            "pagers": [channel.record for channel in self.channels if channel.is_pager],
            "threads": [channel.record for channel in self.channels if channel.has_threads],
            **({"routes": routes} if routes else {}),
            "actions": {action.name: action.record for action in self.triggers.values()},
        }


DEFAULT = Settings(channels=(Stdout(name="stdout"),))


def _channel(reader: Reader, name: str, raw: Any, strict: bool) -> Channel | None:
    before, where, types = len(reader.mistakes), f"channel '{name}'", channel_types()
    given = reader.given(where, raw, strict)
    if given is None:
        return None
    if name.startswith(ACTION_PREFIX):
        reader.wrong(where, f"a channel's name cannot begin with '{ACTION_PREFIX}'")
    kind = reader.type_of(given, raw, types)
    if kind is None:
        return None
    channel = types[kind]
    keys = {key: declared for key, (_, declared) in channel.keys().items()}
    reader.check(given, keys, channel.needs(given.values), (RECORDED_AS,))
    recorded_as = reader.name_of_record(given, ACTION_PREFIX)
    values = channel.read(reader, given)
    if len(reader.mistakes) > before:
        return None
    return channel(
        name=name,
        recorded_as=recorded_as,
        variables=given.used,
        missing=given.missing,
        **values,
    )


def _route(reader: Reader, position: int, raw: Any, channels: tuple[str, ...]) -> Route:
    where = f"route {position}"
    block = reader.block(raw, where)
    reader.keys(block, tuple(ROUTE), where)
    named = reader.names(block.get("channels"), f"{where}: channels", channels)
    if not block.get("channels"):
        reader.wrong(where, "needs 'channels'")
    return Route(
        channels=named,
        monitors=reader.names(block.get("monitors"), f"{where}: monitors", None),
        severity=reader.choice(block, "severity", SEVERITIES, "warn", where),
        families=reader.names(block.get("families"), f"{where}: families", FAMILIES),
        owners=reader.names(block.get("owners"), f"{where}: owners", None),
        tags=reader.names(block.get("tags"), f"{where}: tags", None),
    )


def _owner(reader: Reader, name: str, raw: Any, strict: bool) -> dict[str, tuple[str, ...]]:
    """How each service is told to call an owner."""
    where = f"owner '{name}'"
    given = reader.given(where, raw, strict)
    if given is None:
        return {}
    reader.keys(given.values, tuple(MENTIONS), where)
    if not given.values:
        reader.wrong(where, f"needs one of {', '.join(MENTIONS)}")
    found = {}
    for service, (pattern, shape) in MENTIONS.items():
        at = f"{where}: {service}"
        ids = reader.names(given.get(service), at, None)
        for one in ids:
            if not re.fullmatch(pattern, one) and not given.missing:
                reader.wrong(at, f"'{one}' is not {shape}")
        if ids and not given.missing:
            found[service] = ids
    return found


def _parse(text: str, path: Path) -> Any:
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark is not None else ""
        problem = getattr(error, "problem", None) or "not valid YAML"
        hint = ""
        if (
            mark is not None
            and "{{" in (text.splitlines() or [""])[min(mark.line, text.count("\n"))]
        ):
            hint = " A value that starts with {{ must be quoted: url: \"{{ env_var('NAME') }}\""
        raise MlmonError(f"{path.name}{place}: {problem}.{hint}") from None


def load_settings(
    directory: Path, environment: Mapping[str, str] | None = None, *, strict: bool = True
) -> Settings:
    """Read mlmon.yml in `directory`; without one, everything goes to stdout.

    With `strict`, an environment variable that is not set is a mistake. Raises MlmonError that
    lists every mistake, and never a value that came from the environment.
    """
    path = directory / FILE_NAME
    if not path.is_file():
        other = directory / "mlmon.yaml"
        if other.is_file():
            raise MlmonError(f"found {other.name}; the file's name is {FILE_NAME}")
        return DEFAULT
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MlmonError(f"{path} cannot be read: {type(error).__name__}") from None
    reader = Reader(os.environ if environment is None else environment)
    content = reader.block(_parse(text, path), FILE_NAME)
    reader.keys(content, _TOP, FILE_NAME)
    for mistake in repeated_keys(path):
        reader.wrong(FILE_NAME, mistake)

    blocks = reader.block(content.get("channels"), "channels")
    channels = [_channel(reader, name, raw, strict) for name, raw in blocks.items()]
    names = tuple(blocks)

    raw_routes = content.get("routes")
    routes: tuple[Route, ...] = ()
    if raw_routes is not None:
        if isinstance(raw_routes, list):
            rendered, _, _ = reader.render(raw_routes, "routes")
            routes = tuple(
                _route(reader, i, raw, names or ("stdout",)) for i, raw in enumerate(rendered, 1)
            )
        else:
            reader.wrong("routes", f"must be a list, found {kind_of(raw_routes)}")

    owners = {
        name: _owner(reader, name, raw, strict)
        for name, raw in reader.block(content.get("owners"), "owners").items()
    }

    actions, triggers = {}, {}
    for name, raw in reader.block(content.get("actions"), "actions").items():
        action = read_action(reader, name, raw, strict)
        actions[name] = action.description
        if action.type:
            triggers[name] = action

    reader.one_record_each("channel", {c.name: c.record for c in channels if c is not None})
    reader.one_record_each("action", {a.name: a.record for a in triggers.values()})

    templates = None
    if content.get("templates") is not None:
        rendered, _, _ = reader.render(content["templates"], "templates")
        templates = directory / str(rendered)
        if not templates.is_dir():
            reader.wrong("templates", f"there is no directory {templates}")

    runbooks, *_ = reader.render(content.get("runbooks") or "", "runbooks")
    if not isinstance(runbooks, str) or (runbooks and not is_web_address(runbooks)):
        reader.wrong("runbooks", "must be the http(s) address of a directory of pages")
        runbooks = ""

    if reader.mistakes:
        count = len(reader.mistakes)
        raise MlmonError(
            f"{FILE_NAME}: {count} mistake{'' if count == 1 else 's'}\n"
            + "\n".join(f"  - {mistake}" for mistake in reader.mistakes)
        )
    ready = tuple(channel for channel in channels if channel is not None)
    return Settings(
        channels=ready or DEFAULT.channels,
        routes=routes,
        actions=actions,
        triggers=triggers,
        templates=templates,
        owners=owners,
        runbooks=runbooks.rstrip("/"),
    )
