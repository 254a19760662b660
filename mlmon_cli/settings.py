"""mlmon.yml: channels, routes, actions and templates, rendered and checked as a whole."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mlmon_cli.errors import MlmonError, did_you_mean
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
    runbooks: str = ""  # where the shipped runbooks are published


DEFAULT = Settings(channels=(Channel(name="stdout", type="stdout"),))


class _Reader:
    """Collects every mistake of the file while it is read, and which variables were used."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        from jinja2 import StrictUndefined
        from jinja2.sandbox import SandboxedEnvironment

        self.mistakes: list[str] = []
        self._environment = environment
        self._used: list[str] = []
        self._missing: list[str] = []
        self._jinja = SandboxedEnvironment(undefined=StrictUndefined)
        self._jinja.globals.clear()
        self._jinja.globals["env_var"] = self._env_var

    def _env_var(self, name: str, default: str | None = None) -> str:
        self._used.append(name)
        value = self._environment.get(name, default)
        if not value and default is None:
            self._missing.append(name)
            return ""
        return str(value)

    def wrong(self, where: str, message: str) -> None:
        self.mistakes.append(f"{where}: {message}")

    def render(self, value: Any, where: str) -> tuple[Any, tuple[str, ...], tuple[str, ...]]:
        """`value` with Jinja in its strings rendered, the variables used and those not set."""
        from jinja2 import TemplateError

        self._used, self._missing = [], []

        def walk(item: Any) -> Any:
            if isinstance(item, str) and "{" in item:
                try:
                    return self._jinja.from_string(item).render()
                except TemplateError as error:
                    # The text of these errors quotes the template, which holds no secret value.
                    self.wrong(where, f"cannot be rendered: {error.message}")
                    return ""
                except Exception as error:
                    self.wrong(where, f"cannot be rendered ({type(error).__name__})")
                    return ""
            if isinstance(item, dict):
                return {key: walk(entry) for key, entry in item.items()}
            if isinstance(item, list):
                return [walk(entry) for entry in item]
            return item

        rendered = walk(value)
        return rendered, tuple(dict.fromkeys(self._used)), tuple(dict.fromkeys(self._missing))

    def keys(self, block: Mapping[Any, Any], legal: tuple[str, ...], where: str) -> None:
        """Note every key of `block` that is not legal."""
        for key in block:
            if key not in legal:
                self.wrong(
                    where,
                    f"unknown key '{key}'{did_you_mean(str(key), legal)} Legal: {', '.join(legal)}",
                )

    def block(self, value: Any, where: str) -> dict[str, Any]:
        """`value` as a mapping; {} and a mistake when it is something else."""
        if value is None:
            return {}
        if isinstance(value, dict):
            return {str(key): entry for key, entry in value.items()}
        self.wrong(where, f"must be a mapping, found {_kind(value)}")
        return {}

    def names(self, value: Any, where: str, legal: tuple[str, ...] | None) -> tuple[str, ...]:
        """A list of names (one name alone is a list of one), each checked against `legal`."""
        if value is None:
            return ()
        items = value if isinstance(value, list) else [value]
        found = []
        for item in items:
            if not isinstance(item, str):
                self.wrong(where, f"must be a list of names, found {_kind(item)}")
            elif legal is not None and item not in legal:
                known = ", ".join(legal) or "none"
                self.wrong(
                    where, f"unknown name '{item}'{did_you_mean(item, legal)} Legal: {known}"
                )
            else:
                found.append(item)
        return tuple(found)

    def amount(self, block: Mapping[str, Any], key: str, default: float, where: str) -> float:
        """A number that is not negative."""
        value = block.get(key, default)
        if isinstance(value, str):
            with contextlib.suppress(ValueError):
                value = float(value)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 3600:
            self.wrong(f"{where}: {key}", f"must be a number from 0 to 3600, found {_kind(value)}")
            return default
        return float(value)

    def choice(
        self, block: Mapping[str, Any], key: str, legal: tuple[str, ...], default: str, where: str
    ) -> str:
        """One of a few words."""
        value = block.get(key, default)
        if value in legal:
            return str(value)
        found, hint = f"unknown value '{value}'", did_you_mean(str(value), legal)
        if block.get("from environment"):
            found, hint = "its value is unknown", "."
        self.wrong(f"{where}: {key}", f"{found}{hint} Legal: {', '.join(legal)}")
        return default


def _kind(value: object) -> str:
    """What a value is, without showing it: it may be a secret."""
    names = {dict: "a mapping", list: "a list", str: "text", bool: "true/false", type(None): "null"}
    return names.get(type(value), "a number" if isinstance(value, (int, float)) else "something")


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _is_mail_address(text: str) -> bool:
    _, address = parseaddr(text)
    before, at, after = address.rpartition("@")
    return bool(before and at and after) and not any(c in text for c in "\r\n")


def _check_url(reader: _Reader, block: Mapping[str, Any], where: str, used: tuple[str, ...]) -> str:
    """The `url` of a block, which must be a web address where it is given."""
    url = block.get("url", "")
    url = url.strip() if isinstance(url, str) else ""
    if url and not _is_web_address(url):
        origin = f" (from {', '.join(used)})" if used else ""
        reader.wrong(where, f"url{origin} is not an http(s) address")
    return url


def _headers(reader: _Reader, block: Mapping[str, Any], where: str) -> dict[str, str]:
    headers = block.get("headers") or {}
    if not isinstance(headers, dict):
        reader.wrong(f"{where}: headers", f"must be a mapping, found {_kind(headers)}")
        return {}
    for key, value in headers.items():
        if not isinstance(value, (str, int, float)) or any(
            c in str(value) + str(key) for c in "\r\n"
        ):
            reader.wrong(f"{where}: headers", f"'{key}' must be one line of text")
    return {str(key): str(value) for key, value in headers.items()}


def _tries(reader: _Reader, block: Mapping[str, Any], where: str) -> dict[str, Any]:
    """How long to wait for an answer and how often to try again."""
    timeout = reader.amount(block, "timeout_seconds", 10.0, where)
    retries = reader.amount(block, "retries", 4, where)
    backoff = reader.amount(block, "backoff_seconds", 1.0, where)
    if retries != int(retries) or retries > 20:
        reader.wrong(f"{where}: retries", "must be a whole number from 0 to 20")
    if timeout == 0:
        reader.wrong(f"{where}: timeout_seconds", "must be above 0")
    return {"timeout_seconds": timeout, "retries": int(retries), "backoff_seconds": backoff}


def _mail(
    reader: _Reader, block: Mapping[str, Any], where: str, missing: tuple[str, ...]
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
        reader.wrong(f"{where}: to", f"must be a list of mail addresses, found {_kind(recipients)}")
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
    reader: _Reader, kind: str, block: Mapping[str, Any], missing: tuple[str, ...], where: str
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


def _channel(reader: _Reader, name: str, raw: Any, strict: bool) -> Channel | None:
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
    reader.keys(block, tuple(dict.fromkeys(("type", *needs, *may))), where)
    _check_needs(reader, kind, block, missing, where)
    for key in ("secret", "token", "channel", "routing_key", "username", "password"):
        if key in block and not isinstance(block[key], str):
            reader.wrong(f"{where}: {key}", f"must be text, found {_kind(block[key])}")
    if kind == "apprise":
        url = str(block.get("url", ""))
        if find_spec("apprise") is None and strict:
            reader.wrong(where, "type apprise needs the library: pip install 'mlmon[apprise]'")
    else:
        url = _check_url(reader, block, where, used)
        if not url and (kind != "slack" or block.get("token")):
            url = _URLS.get(kind, "")
    headers = _headers(reader, block, where)
    tries = _tries(reader, block, where)
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
        **tries,
        **mail,
    )


def _route(reader: _Reader, position: int, raw: Any, channels: tuple[str, ...]) -> Route:
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
    reader = _Reader(os.environ if environment is None else environment)
    content = reader.block(_parse(text, path), FILE_NAME)
    reader.keys(content, _TOP, FILE_NAME)

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
            reader.wrong("routes", f"must be a list, found {_kind(raw_routes)}")

    actions = {}
    rendered, _, _ = reader.render(content.get("actions"), "actions")
    for name, raw in reader.block(rendered, "actions").items():
        action = reader.block(raw, f"action '{name}'")
        reader.keys(action, ("description",), f"action '{name}'")
        actions[name] = str(action.get("description") or "")

    templates = None
    if content.get("templates") is not None:
        rendered, _, _ = reader.render(content["templates"], "templates")
        templates = directory / str(rendered)
        if not templates.is_dir():
            reader.wrong("templates", f"there is no directory {templates}")

    runbooks, *_ = reader.render(content.get("runbooks") or "", "runbooks")
    if not isinstance(runbooks, str) or (runbooks and not _is_web_address(runbooks)):
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
    """Names of the channels that an incident is routed to."""
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
