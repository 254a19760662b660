"""Reads blocks of mlmon.yml: renders them, checks them, and collects every mistake."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from mlmon_cli.errors import did_you_mean

RECORDED_AS = "recorded_as"  # a channel's or an action's name before it was renamed


class Reader:
    """Collects every mistake of the file while it is read, and which variables were used."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        from jinja2 import StrictUndefined
        from jinja2.sandbox import SandboxedEnvironment

        self.mistakes: list[str] = []
        self._environment = environment
        self._used: list[str] = []
        self._missing: list[str] = []
        self._rendered: set[str] = set()  # texts that hold something of the environment
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
        """Note a mistake. What came from the environment may be a secret and is left out."""
        for text in sorted(self._rendered, key=len, reverse=True):
            message = message.replace(text, "(from the environment)")
        self.mistakes.append(f"{where}: {message}")

    def render(self, value: Any, where: str) -> tuple[Any, tuple[str, ...], tuple[str, ...]]:
        """`value` with Jinja in its strings rendered, the variables used and those not set."""
        from jinja2 import TemplateError

        self._used, self._missing = [], []

        def walk(item: Any) -> Any:
            if isinstance(item, str) and "{" in item:
                used = len(self._used)
                try:
                    text = self._jinja.from_string(item).render()
                    if len(self._used) > used and len(text.strip()) > 3:
                        self._rendered.update((text, text.strip()))
                    return text
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
        self.wrong(where, f"must be a mapping, found {kind_of(value)}")
        return {}

    def names(self, value: Any, where: str, legal: tuple[str, ...] | None) -> tuple[str, ...]:
        """A list of names (one name alone is a list of one), each checked against `legal`."""
        if value is None:
            return ()
        items = value if isinstance(value, list) else [value]
        found = []
        for item in items:
            if not isinstance(item, str):
                self.wrong(where, f"must be a list of names, found {kind_of(item)}")
            elif legal is not None and item not in legal:
                known = ", ".join(legal) or "none"
                self.wrong(
                    where, f"unknown name '{item}'{did_you_mean(item, legal)} Legal: {known}"
                )
            else:
                found.append(item)
        return tuple(found)

    def name_of_record(self, block: Mapping[str, Any], where: str) -> str:
        """What a channel or an action was called when it was first recorded; empty where it has its name yet."""
        name = block.get(RECORDED_AS) or ""
        if not isinstance(name, str):
            self.wrong(f"{where}: {RECORDED_AS}", f"must be text, found {kind_of(name)}")
        return name if isinstance(name, str) else ""

    def one_record_each(self, kind: str, records: Mapping[str, str]) -> None:
        """Note those that would share a record: what one was told would count for the other."""
        owners: dict[str, str] = {}
        for name, record in records.items():
            other = owners.setdefault(record, name)
            if other != name:
                self.wrong(
                    f"{kind} '{name}'",
                    f"is recorded as '{record}', and so is {kind} '{other}'; each needs a record of its own",
                )

    def amount(self, block: Mapping[str, Any], key: str, default: float, where: str) -> float:
        """A number that is not negative."""
        value = block.get(key, default)
        if isinstance(value, str):
            with contextlib.suppress(ValueError):
                value = float(value)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 3600:
            self.wrong(
                f"{where}: {key}", f"must be a number from 0 to 3600, found {kind_of(value)}"
            )
            return default
        return float(value)

    def choice(
        self, block: Mapping[str, Any], key: str, legal: tuple[str, ...], default: str, where: str
    ) -> str:
        """One of a few words."""
        value = block.get(key, default)
        if value in legal:
            return str(value)
        found, hint = f"must be text, found {kind_of(value)}", "."
        if isinstance(value, str):
            found, hint = f"unknown value '{value}'", did_you_mean(value, legal)
        if block.get("from environment"):
            found, hint = "its value is unknown", "."
        self.wrong(f"{where}: {key}", f"{found}{hint} Legal: {', '.join(legal)}")
        return default


def kind_of(value: object) -> str:
    """What a value is, without showing it: it may be a secret."""
    names = {dict: "a mapping", list: "a list", str: "text", bool: "true/false", type(None): "null"}
    return names.get(type(value), "a number" if isinstance(value, (int, float)) else "something")


def is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def check_url(reader: Reader, block: Mapping[str, Any], where: str, used: tuple[str, ...]) -> str:
    """The `url` of a block, which must be a web address where it is given."""
    url = block.get("url", "")
    url = url.strip() if isinstance(url, str) else ""
    if url and not is_web_address(url):
        origin = f" (from {', '.join(used)})" if used else ""
        reader.wrong(where, f"url{origin} is not an http(s) address")
    return url


def check_headers(reader: Reader, block: Mapping[str, Any], where: str) -> dict[str, str]:
    headers = block.get("headers") or {}
    if not isinstance(headers, dict):
        reader.wrong(f"{where}: headers", f"must be a mapping, found {kind_of(headers)}")
        return {}
    for key, value in headers.items():
        if not isinstance(value, (str, int, float)) or any(
            c in str(value) + str(key) for c in "\r\n"
        ):
            reader.wrong(f"{where}: headers", f"'{key}' must be one line of text")
    return {str(key): str(value) for key, value in headers.items()}


def check_tries(reader: Reader, block: Mapping[str, Any], where: str) -> dict[str, Any]:
    """How long to wait for an answer and how often to try again."""
    timeout = reader.amount(block, "timeout_seconds", 10.0, where)
    retries = reader.amount(block, "retries", 4, where)
    backoff = reader.amount(block, "backoff_seconds", 1.0, where)
    if retries != int(retries) or retries > 20:
        reader.wrong(f"{where}: retries", "must be a whole number from 0 to 20")
    if timeout == 0:
        reader.wrong(f"{where}: timeout_seconds", "must be above 0")
    return {"timeout_seconds": timeout, "retries": int(retries), "backoff_seconds": backoff}
