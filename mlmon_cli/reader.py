"""Reads blocks of mlmon.yml: renders them, checks them, and collects every mistake."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlsplit

from mlmon_cli.errors import did_you_mean

RECORDED_AS = "recorded_as"  # a channel's or an action's name before it was renamed
_FORMS = {"text": str, "a mapping": dict}
_NUMBERS = ("a number", "a whole number")


@dataclass(frozen=True)
class Key:
    """A key of a channel or an action; a secret is `called` so by `mlmon doctor`."""

    needed: bool = False
    secret: bool = False
    called: str = "it"
    form: str = "any"  # or `text`, `a mapping`, `a number`, `a whole number`
    least: float = 0
    most: float = 3600
    choices: Sequence[str] = ()  # what is legal, the default first
    pattern: str = ""  # what it must match, said in words as its `shape`
    shape: str = ""
    instead_of: str = ""  # a key that cannot stand beside it
    filled: bool = False  # its texts may hold placeholders


@dataclass(frozen=True)
class Given:
    """A channel or an action as mlmon.yml has it, rendered, with the variables that it names."""

    where: str
    values: Mapping[str, Any]
    used: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    strict: bool = True  # a variable that is not set is a mistake

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key."""
        return self.values.get(key, default)


@dataclass(frozen=True, kw_only=True)
class Target:
    """A channel or an action, as deliveries and error messages name it."""

    what: ClassVar[str]

    name: str
    recorded_as: str = ""  # what it was called at first
    variables: tuple[str, ...] = ()

    @property
    def record(self) -> str:
        """The name under which the warehouse knows what it was told."""
        return self.recorded_as or self.name

    def described(self) -> str:
        """For an error message: its name and environment variables, never its URL."""
        origin = f" (from {', '.join(self.variables)})" if self.variables else ""
        return f"{self.what} '{self.name}'{origin}"

    def secrets(self) -> dict[str, str]:
        """Keys whose values are secret, with what makes them so."""
        return {}


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

    def given(self, where: str, raw: Any, strict: bool) -> Given | None:
        """A channel's or an action's block; None where it cannot be read: what follows would repeat that."""
        before = len(self.mistakes)
        rendered, used, missing = self.render(raw, where)
        values = self.block(rendered, where)
        if len(self.mistakes) > before:
            return None
        for variable in missing if strict else ():
            self.wrong(where, f"environment variable {variable} is not set")
        return Given(where, values, used, missing, strict)

    def type_of(self, given: Given, raw: Any, legal: Iterable[str]) -> str | None:
        """The `type` of a block; None and a mistake where it is none of `legal`."""
        kind, names = given.get("type"), tuple(legal)
        if isinstance(kind, str) and kind in names:
            return kind
        written = raw.get("type") if isinstance(raw, dict) else None
        shown = isinstance(kind, str) and kind == written  # else it came from the environment
        found = f"unknown type '{kind}'" if shown else "its type is missing or unknown"
        hint = did_you_mean(str(kind), names) if shown else "."
        self.wrong(given.where, f"{found}{hint} Legal: {', '.join(names)}")
        return None

    def check(
        self,
        given: Given,
        keys: Mapping[str, Key],
        needs: Mapping[str, str],
        common: tuple[str, ...],
    ) -> None:
        """Note unknown keys, keys that are needed and missing, and values of another form."""
        self.keys(given.values, ("type", *keys, *common), given.where)
        for key, instead in needs.items():
            value = given.get(key)
            if value is None or (not value and not given.missing):
                self.wrong(given.where, f"type {given.get('type')} needs '{key}'{instead}")
        for key, declared in keys.items():
            value, form = given.get(key), _FORMS.get(declared.form, object)
            told, legal = f"must be {declared.form}", isinstance(value, form)
            if declared.form in _NUMBERS:
                told += f" from {declared.least:g} to {declared.most:g}"
                legal = is_number(value, declared)
            told_already = value is None and key in needs
            if key in given.values and not legal and not told_already:
                self.wrong(f"{given.where}: {key}", f"{told}, found {kind_of(value)}")

    def name_of_record(self, given: Given, reserved: str = "") -> str:
        """What it was called when it was first recorded; empty where it has its name yet."""
        name, where = given.get(RECORDED_AS) or "", f"{given.where}: {RECORDED_AS}"
        if not isinstance(name, str):
            self.wrong(where, f"must be text, found {kind_of(name)}")
        elif reserved and name.startswith(reserved):
            self.wrong(where, f"cannot begin with '{reserved}'")
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

    def choice(
        self,
        block: Mapping[str, Any],
        key: str,
        legal: Sequence[str],
        default: str,
        where: str,
        hidden: bool = False,
    ) -> str:
        """One of a few words. What is `hidden` is not shown where it is wrong."""
        value = block.get(key, default)
        if value in legal:
            return str(value)
        found, hint = f"must be text, found {kind_of(value)}", "."
        if isinstance(value, str):
            found, hint = f"unknown value '{value}'", did_you_mean(value, legal)
        if hidden:
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


def check_url(reader: Reader, given: Given) -> str:
    """The `url` of a block, which must be a web address where it is given."""
    url = given.get("url", "")
    url = url.strip() if isinstance(url, str) else ""
    if url and not is_web_address(url):
        origin = f" (from {', '.join(given.used)})" if given.used else ""
        reader.wrong(given.where, f"url{origin} is not an http(s) address")
    return url


def check_headers(reader: Reader, given: Given) -> dict[str, str]:
    headers, where = given.get("headers") or {}, f"{given.where}: headers"
    if not isinstance(headers, dict):
        reader.wrong(where, f"must be a mapping, found {kind_of(headers)}")
        return {}
    for key, value in headers.items():
        if not isinstance(value, (str, int, float)) or any(
            c in str(value) + str(key) for c in "\r\n"
        ):
            reader.wrong(where, f"'{key}' must be one line of text")
    return {str(key): str(value) for key, value in headers.items()}


def is_number(value: Any, declared: Key) -> bool:
    """Whether it is a number as declared; Jinja makes texts of numbers."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return False
    whole = declared.form == "a number" or number.is_integer()
    return not isinstance(value, bool) and declared.least <= number <= declared.most and whole


TRIES = {  # how long to wait for an answer and how often to try again
    "timeout_seconds": Key(form="a number", least=0.001),
    "retries": Key(form="a whole number", most=20),
    "backoff_seconds": Key(form="a number"),
}


def tries(given: Given, timeout_seconds: float = 10.0) -> dict[str, Any]:
    """What a block says of TRIES, and the defaults; a mistake in it is noted elsewhere."""
    values = {"timeout_seconds": timeout_seconds, "retries": 4, "backoff_seconds": 1.0}
    for key, declared in TRIES.items():
        if is_number(given.get(key), declared):
            values[key] = float(given.get(key))
    return {**values, "retries": int(values["retries"])}
