"""mlmon.yml: channels, routes, actions and templates, rendered and checked as a whole."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mlmon_cli.action_settings import Action, read_action
from mlmon_cli.errors import MlmonError, did_you_mean
from mlmon_cli.project import repeated_keys
from mlmon_cli.reader import (
    RECORDED_AS,
    Reader,
    check_headers,
    check_tries,
    check_url,
    is_web_address,
    kind_of,
)
from mlmon_cli.report import FAMILIES, SEVERITIES

FILE_NAME = "mlmon.yml"
ACTION_PREFIX = "action:"  # how deliveries name what an action was told

_TOP = ("channels", "routes", "actions", "templates", "runbooks")
_TRIES = ("timeout_seconds", "retries", "backoff_seconds")
_HTTP = ("url", "headers", *_TRIES)
# channel type -> keys it needs, keys it may have besides
_TYPES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "stdout": ((), ()),
    "file": (("path",), ()),
    "webhook": (("url",), (*_HTTP, "secret")),
    "slack": (("url",), (*_HTTP, "token", "channel")),
    "teams": (("url",), _HTTP),
    "email": (
        ("host", "from", "to"),
        ("port", "security", "username", "password", *_TRIES),
    ),
    "pagerduty": (("routing_key",), _HTTP),
    "apprise": (("url",), _TRIES),
}
_URLS = {  # where a service listens when the file does not say
    "slack": "https://slack.com/api/chat.postMessage",
    "pagerduty": "https://events.pagerduty.com/v2/enqueue",
}
_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_ROUTE = ("monitors", "owners", "tags", "severity", "families", "channels")


@dataclass(frozen=True)
class Channel:
    """Where messages go. What may be secret is kept out of its repr."""

    name: str
    type: str
    url: str = field(default="", repr=False)
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    secret: str = field(default="", repr=False)  # signs what a webhook gets
    token: str = field(default="", repr=False)  # of Slack's API
    conversation: str = ""  # Slack's channel, where a token is given
    routing_key: str = field(default="", repr=False)
    host: str = ""
    port: int = 0
    security: str = "starttls"
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    sender: str = ""
    recipients: tuple[str, ...] = ()
    timeout_seconds: float = 10.0
    retries: int = 4
    backoff_seconds: float = 1.0
    variables: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    recorded_as: str = ""  # how deliveries name it: what it was called at first

    @property
    def record(self) -> str:
        """The name under which the warehouse knows what it was told."""
        return self.recorded_as or self.name

    @property
    def has_threads(self) -> bool:
        """Whether a message can answer an earlier one there."""
        return self.type in ("email", "pagerduty") or (self.type == "slack" and bool(self.token))

    def described(self) -> str:
        """The channel for an error message: its name and environment variable, never its URL."""
        origin = f" (from {', '.join(self.variables)})" if self.variables else ""
        return f"channel '{self.name}'{origin}"


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
    runbooks: str = ""  # where the shipped runbooks are published

    @property
    def asked_of_the_warehouse(self) -> dict[str, list[str] | dict[str, str]]:
        """What `mlmon_report` has to know: who is told, who hears of an acknowledgement, what is started."""
        return {
            "channels": [channel.record for channel in self.channels],
            "pagers": [channel.record for channel in self.channels if channel.type == "pagerduty"],
            "actions": {action.name: action.record for action in self.triggers.values()},
        }


DEFAULT = Settings(channels=(Channel(name="stdout", type="stdout"),))


def _is_mail_address(text: str) -> bool:
    _, address = parseaddr(text)
    before, at, after = address.rpartition("@")
    return bool(before and at and after) and not any(c in text for c in "\r\n")


def _mail(
    reader: Reader, block: Mapping[str, Any], where: str, missing: tuple[str, ...]
) -> dict[str, Any]:
    """The keys of an e-mail channel that others do not have."""
    security = reader.choice(block, "security", tuple(_PORTS), "starttls", where)
    port = block.get("port", _PORTS[security])
    if not str(port).isdigit() or not 0 < int(port) < 65536:
        reader.wrong(f"{where}: port", "must be a whole number from 1 to 65535")
        port = 0
    if block.get("password") and security == "none":
        reader.wrong(
            f"{where}: security",
            "is none, which would send the password in the clear. "
            "Legal with a password: starttls, tls",
        )
    if bool(block.get("username")) != bool(block.get("password")) and not missing:
        reader.wrong(where, "needs both 'username' and 'password', or neither")
    sender = block.get("from")
    if isinstance(sender, str) and sender and not _is_mail_address(sender):
        reader.wrong(f"{where}: from", "is not a mail address")
    recipients = block.get("to") or []
    if isinstance(recipients, str):
        recipients = recipients.split(",")
    if not isinstance(recipients, list):
        reader.wrong(
            f"{where}: to", f"must be a list of mail addresses, found {kind_of(recipients)}"
        )
        recipients = []
    recipients = [str(recipient).strip() for recipient in recipients]
    for recipient in recipients:
        if not _is_mail_address(recipient):
            reader.wrong(f"{where}: to", "holds what is not a mail address")
    return {
        "host": str(block.get("host", "")).strip(),
        "port": int(port),
        "security": security,
        "username": str(block.get("username") or ""),
        "password": str(block.get("password") or ""),
        "sender": str(sender or "").strip(),
        "recipients": tuple(recipients),
    }


def _check_needs(
    reader: Reader, kind: str, block: Mapping[str, Any], missing: tuple[str, ...], where: str
) -> None:
    """Every key that a channel of this type needs is there."""
    needs = _TYPES[kind][0]
    if kind == "slack" and ("token" in block or "channel" in block):
        needs = ("token", "channel")
    for key in needs:
        value = block.get(key)
        listed = key == "to" and isinstance(value, list)
        if not (isinstance(value, str) or listed) or (not value and not missing):
            also = ", or 'token' and 'channel'" if kind == "slack" and key == "url" else ""
            reader.wrong(where, f"type {kind} needs '{key}'{also}")


def _channel(reader: Reader, name: str, raw: Any, strict: bool) -> Channel | None:
    where = f"channel '{name}'"
    before = len(reader.mistakes)
    rendered, used, missing = reader.render(raw, where)
    block = reader.block(rendered, where)
    if len(reader.mistakes) > before:
        return None  # what follows would only repeat it
    if missing and strict:
        for variable in missing:
            reader.wrong(where, f"environment variable {variable} is not set")
    if name.startswith(ACTION_PREFIX):
        reader.wrong(where, f"a channel's name cannot begin with '{ACTION_PREFIX}'")
    kind = block.get("type")
    if not isinstance(kind, str) or kind not in _TYPES:
        written = raw.get("type") if isinstance(raw, dict) else None
        shown = isinstance(kind, str) and kind == written  # else it came from the environment
        found = f"unknown type '{kind}'" if shown else "its type is missing or unknown"
        hint = did_you_mean(str(kind), _TYPES) if shown else "."
        reader.wrong(where, f"{found}{hint} Legal: {', '.join(_TYPES)}")
        return None
    needs, may = _TYPES[kind]
    reader.keys(block, tuple(dict.fromkeys(("type", *needs, *may, RECORDED_AS))), where)
    _check_needs(reader, kind, block, missing, where)
    for key in ("secret", "token", "channel", "routing_key", "username", "password"):
        if key in block and not isinstance(block[key], str):
            reader.wrong(f"{where}: {key}", f"must be text, found {kind_of(block[key])}")
    recorded_as = reader.name_of_record(block, where)
    if recorded_as.startswith(ACTION_PREFIX):
        reader.wrong(f"{where}: {RECORDED_AS}", f"cannot begin with '{ACTION_PREFIX}'")
    if kind == "apprise":
        url = str(block.get("url", ""))
        if find_spec("apprise") is None and strict:
            reader.wrong(where, "type apprise needs the library: pip install 'mlmon[apprise]'")
    else:
        url = check_url(reader, block, where, used)
        if not url and (kind != "slack" or block.get("token")):
            url = _URLS.get(kind, "")
    headers = check_headers(reader, block, where)
    tries = check_tries(reader, block, where)
    mail: dict[str, Any] = {}
    if kind == "email":
        mail = _mail(reader, {**block, "from environment": bool(used)}, where, missing)
    if len(reader.mistakes) > before:
        return None
    return Channel(
        name=name,
        type=kind,
        url=url,
        path=str(block.get("path", "")),
        headers=headers,
        secret=str(block.get("secret") or ""),
        token=str(block.get("token") or ""),
        conversation=str(block.get("channel") or ""),
        routing_key=str(block.get("routing_key") or ""),
        variables=used,
        missing=missing,
        recorded_as=recorded_as,
        **tries,
        **mail,
    )


def _route(reader: Reader, position: int, raw: Any, channels: tuple[str, ...]) -> Route:
    where = f"route {position}"
    block = reader.block(raw, where)
    reader.keys(block, _ROUTE, where)
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
        runbooks=runbooks.rstrip("/"),
    )


def channels_for(
    settings: Settings,
    monitor: str,
    severity: str,
    family: str,
    owner: str | None = None,
    tags: Collection[str] = (),
) -> tuple[str, ...]:
    """Names of the channels that an incident is routed to, as mlmon.yml has them."""
    if not settings.routes:
        return tuple(channel.name for channel in settings.channels)
    wanted: dict[str, None] = {}
    for route in settings.routes:
        if (
            (not route.monitors or monitor in route.monitors)
            and (not route.families or family in route.families)
            and (not route.owners or owner in route.owners)
            and (not route.tags or not set(route.tags).isdisjoint(tags))
            and SEVERITIES.index(severity if severity in SEVERITIES else "error")
            >= SEVERITIES.index(route.severity)
        ):
            wanted.update(dict.fromkeys(route.channels))
    return tuple(wanted)
