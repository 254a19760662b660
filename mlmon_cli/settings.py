"""mlmon.yml: channels, routes, actions and templates, rendered and checked as a whole."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mlmon_cli.errors import MlmonError, did_you_mean
from mlmon_cli.report import FAMILIES, SEVERITIES

FILE_NAME = "mlmon.yml"

_TOP = ("channels", "routes", "actions", "templates")
_NEEDS = {"stdout": (), "file": ("path",), "webhook": ("url",), "slack": ("url",)}
_OVER_HTTP = ("url", "headers", "timeout_seconds", "retries", "backoff_seconds")
_ALLOWED = {
    "stdout": ("type",),
    "file": ("type", "path"),
    "webhook": ("type", *_OVER_HTTP),
    "slack": ("type", *_OVER_HTTP),
}
_ROUTE = ("monitors", "severity", "families", "channels")


@dataclass(frozen=True)
class Channel:
    """Where messages go. What may be secret is kept out of its repr."""

    name: str
    type: str
    url: str = field(default="", repr=False)
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout_seconds: float = 10.0
    retries: int = 4
    backoff_seconds: float = 1.0
    variables: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

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


@dataclass(frozen=True)
class Settings:
    """What mlmon.yml says."""

    channels: tuple[Channel, ...]
    routes: tuple[Route, ...] = ()
    actions: Mapping[str, str] = field(default_factory=dict)
    templates: Path | None = None


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


def _kind(value: object) -> str:
    """What a value is, without showing it: it may be a secret."""
    names = {dict: "a mapping", list: "a list", str: "text", bool: "true/false", type(None): "null"}
    return names.get(type(value), "a number" if isinstance(value, (int, float)) else "something")


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
    kind = block.get("type")
    if not isinstance(kind, str) or kind not in _NEEDS:
        written = raw.get("type") if isinstance(raw, dict) else None
        shown = isinstance(kind, str) and kind == written  # else it came from the environment
        found = f"unknown type '{kind}'" if shown else "its type is missing or unknown"
        hint = did_you_mean(str(kind), _NEEDS) if shown else "."
        reader.wrong(where, f"{found}{hint} Legal: {', '.join(_NEEDS)}")
        return None
    reader.keys(block, _ALLOWED[kind], where)
    for key in _NEEDS[kind]:
        if not isinstance(block.get(key), str) or (not block[key] and not missing):
            reader.wrong(where, f"type {kind} needs '{key}'")
    url = block.get("url", "")
    if kind in ("webhook", "slack") and isinstance(url, str) and url:
        origin = f" (from {', '.join(used)})" if used else ""
        try:
            parts = urlsplit(url.strip())
            legal = parts.scheme in ("http", "https") and bool(parts.hostname)
        except ValueError:
            legal = False
        if not legal:
            reader.wrong(where, f"url{origin} is not an http(s) address")
    headers = block.get("headers") or {}
    if not isinstance(headers, dict):
        reader.wrong(f"{where}: headers", f"must be a mapping, found {_kind(headers)}")
        headers = {}
    for key, value in headers.items():
        if not isinstance(value, (str, int, float)) or any(
            c in str(value) + str(key) for c in "\r\n"
        ):
            reader.wrong(f"{where}: headers", f"'{key}' must be one line of text")
    timeout = reader.amount(block, "timeout_seconds", 10.0, where)
    retries = reader.amount(block, "retries", 4, where)
    backoff = reader.amount(block, "backoff_seconds", 1.0, where)
    if retries != int(retries) or retries > 20:
        reader.wrong(f"{where}: retries", "must be a whole number from 0 to 20")
    if timeout == 0:
        reader.wrong(f"{where}: timeout_seconds", "must be above 0")
    if len(reader.mistakes) > before:
        return None
    return Channel(
        name=name,
        type=kind,
        url=str(url).strip(),
        path=str(block.get("path", "")),
        headers={str(key): str(value) for key, value in headers.items()},
        timeout_seconds=timeout,
        retries=int(retries),
        backoff_seconds=backoff,
        variables=used,
        missing=missing,
    )


def _route(reader: _Reader, position: int, raw: Any, channels: tuple[str, ...]) -> Route:
    where = f"route {position}"
    block = reader.block(raw, where)
    reader.keys(block, _ROUTE, where)
    named = reader.names(block.get("channels"), f"{where}: channels", channels)
    if not block.get("channels"):
        reader.wrong(where, "needs 'channels'")
    severity = block.get("severity", "warn")
    if severity not in SEVERITIES:
        reader.wrong(
            f"{where}: severity",
            f"unknown value '{severity}'{did_you_mean(str(severity), SEVERITIES)} "
            f"Legal: {', '.join(SEVERITIES)}",
        )
        severity = "warn"
    return Route(
        channels=named,
        monitors=reader.names(block.get("monitors"), f"{where}: monitors", None),
        severity=severity,
        families=reader.names(block.get("families"), f"{where}: families", FAMILIES),
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

    if reader.mistakes:
        count = len(reader.mistakes)
        raise MlmonError(
            f"{FILE_NAME}: {count} mistake{'' if count == 1 else 's'}\n"
            + "\n".join(f"  - {mistake}" for mistake in reader.mistakes)
        )
    ready = tuple(channel for channel in channels if channel is not None)
    return Settings(
        channels=ready or DEFAULT.channels, routes=routes, actions=actions, templates=templates
    )


def channels_for(settings: Settings, monitor: str, severity: str, family: str) -> tuple[str, ...]:
    """Names of the channels that an incident is routed to."""
    if not settings.routes:
        return tuple(channel.name for channel in settings.channels)
    wanted: dict[str, None] = {}
    for route in settings.routes:
        if (
            (not route.monitors or monitor in route.monitors)
            and (not route.families or family in route.families)
            and SEVERITIES.index(severity if severity in SEVERITIES else "error")
            >= SEVERITIES.index(route.severity)
        ):
            wanted.update(dict.fromkeys(route.channels))
    return tuple(wanted)
