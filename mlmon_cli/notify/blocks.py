"""A message as blocks: what every format can show. The words come from the templates.

The head is what a person reads first, five lines at most; the details are for whoever asks on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mlmon_cli import wording
from mlmon_cli.console import clean, clean_lines
from mlmon_cli.errors import MlmonError
from mlmon_cli.notify.message import Message
from mlmon_cli.report import ENDS

if TYPE_CHECKING:
    from jinja2 import Environment

# `rich` marks what is bold and what is a link, for formats that have no markup of their own
# `inert` is text for receivers that may read it as Markdown
Markup = Literal["text", "slack", "rich", "inert"]

# of `wording`, for the templates
FILTERS = (
    "number moment what part compared moved_to is_fault fault is_drift since over began cause said plural "
    "broke cost whole bad_windows where first_moved kind_of_change others"
).split()
MAX_ENTRIES = 5
MAX_PARTS = 5
HEAD = ("since.j2", "where.j2", "first.j2", "actions.j2")  # the lines below the headline
_BOLD, _LINK, _LABEL, _END, _MENTION = "\ue000", "\ue001", "\ue002", "\ue003", "\ue004"
_MARKS = dict.fromkeys(map(ord, (_BOLD, _LINK, _LABEL, _END, _MENTION)))


_SERVICES: dict[str, str] = {"slack": "slack", "rich": "teams"}


class Safe(str):
    """Text that is already written in the markup of its format."""


@dataclass(frozen=True)
class Header:
    """The headline, plain text."""

    text: str


@dataclass(frozen=True)
class Fields:
    """Short facts side by side: label and value."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Section:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Context:
    """Small print."""

    text: str


@dataclass(frozen=True)
class Code:
    """A query, to be copied as it stands."""

    text: str


Block = Header | Fields | Section | Context | Code


@dataclass(frozen=True)
class Written:
    """A message in one markup: what is read first, and the rest."""

    head: tuple[Block, ...]
    details: tuple[Block, ...]
    rest: str = ""  # where the rest is to be had, for channels that show the head alone


@dataclass(frozen=True)
class Run:
    """A stretch of `rich` text in one style."""

    text: str
    bold: bool = False
    url: str = ""
    mention: str = ""  # whom the service calls, by its name for them


def runs(text: str) -> list[Run]:
    """`rich` text as stretches of one style each."""
    found = []
    for part in re.split(f"([{_BOLD}{_LINK}{_MENTION}][^{_END}]*{_END})", text):
        if part.startswith(_BOLD):
            found.append(Run(part[1:-1], bold=True))
        elif part.startswith((_LINK, _MENTION)):
            target, _, label = part[1:-1].partition(_LABEL)
            shown = label or target
            is_link = part.startswith(_LINK)
            found.append(Run(shown, url=target) if is_link else Run(shown, mention=target))
        elif part:
            found.append(Run(part))
    return found


# Slack knows no escape for what makes text bold, and Markdown is read in many dialects: a sign that
# would begin or end a style, a mention or a name of an emoji is written as one that looks like it.
_ALIKE = {
    "*": "\N{ASTERISK OPERATOR}",
    "_": "\N{MODIFIER LETTER LOW MACRON}",
    "~": "\N{TILDE OPERATOR}",
    "`": "\N{MODIFIER LETTER GRAVE ACCENT}",
    ":": "\N{RATIO}",
    "@": "\N{FULLWIDTH COMMERCIAL AT}",
}
_STYLE = re.compile(r"`|(?<![^\W_])[*_~]|[*_~](?![^\W_])|:(?=[\w+-]+:)|(?<!\w)@(?=\w)")


def inert(text: str) -> str:
    """`text` with nothing in it that Slack or Markdown reads as a style, a mention or an emoji."""
    text = _STYLE.sub(lambda found: _ALIKE[found.group()], text)
    return text.replace("](", "]\N{ZERO WIDTH SPACE}(")


def escape(value: object, markup: Markup) -> str:
    """A value from data as literal text: no control characters, no markup."""
    text = clean(value)
    if markup == "slack":
        return inert(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if markup == "inert":
        return inert(text).replace("<", "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}")
    return text.translate(_MARKS) if markup == "rich" else text


def _environment(markup: Markup, overrides: Path | None) -> Environment:
    """Jinja with the user's templates before the shipped ones, every value escaped."""
    from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    shipped = PackageLoader("mlmon_cli", "templates")
    loaders = [FileSystemLoader(overrides)] if overrides else []
    environment = SandboxedEnvironment(
        # a template that overrides another can still include it, as mlmon/<name>
        loader=ChoiceLoader([*loaders, shipped, PrefixLoader({"mlmon": shipped})]),
        undefined=StrictUndefined,
        finalize=lambda value: value if isinstance(value, Safe) else escape(value, markup),
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )

    def bold(value: object) -> Safe:
        text = value if isinstance(value, Safe) else escape(value, markup)
        marks = {"slack": ("*", "*"), "rich": (_BOLD, _END)}
        before, after = marks.get(markup, ("", "")) if text else ("", "")
        return Safe(f"{before}{text}{after}")

    def link(url: object, label: object = "") -> Safe:
        address = clean(url).strip()
        if markup == "slack" and address.lower().startswith(("http://", "https://")):
            address = address.replace("&", "&amp;").replace("<", "%3C").replace(">", "%3E")
            address = address.replace("|", "%7C").replace(" ", "%20")
            text = escape(label, markup).replace("|", "/") if label else ""
            return Safe(f"<{address}|{text}>" if text else f"<{address}>")
        if markup == "rich" and address.lower().startswith(("http://", "https://")):
            address = address.translate(_MARKS)
            return Safe(f"{_LINK}{address}{_LABEL}{escape(label, markup)}{_END}")
        # an address is shown as it is, for a person to copy
        text = address if markup == "inert" else escape(url, markup)
        return Safe(f"{escape(label, markup)}: {text}" if label else text)

    environment.filters.update({name: getattr(wording, name) for name in FILTERS})
    environment.filters.update(bold=bold, link=link)
    return environment


def _render(environment: Environment, name: str, values: dict[str, Any]) -> str:
    """One template's text, without empty lines; an override that fails is named."""
    from jinja2 import TemplateError

    try:
        text = environment.get_template(name).render(values)
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        place = f", line {line}" if line else ""
        raise MlmonError(f"template {name}{place}: {clean(error.message or error)}") from None
    except Exception as error:
        raise MlmonError(f"template {name}: {type(error).__name__}: {clean(error)}") from None
    lines = (line.rstrip() for line in clean_lines(text).splitlines())
    return "\n".join(line for line in lines if line.strip())


def called(message: Message, markup: Markup) -> str:
    """The owner, as the service is told to call them; plain where nobody is to be called."""
    owner = message.monitor.owner or ""
    ids = () if message.severity in ENDS else message.mentions.get(_SERVICES.get(markup, ""), ())
    if markup == "slack" and ids:
        return Safe(" ".join(f"<!subteam^{i}>" if i.startswith("S") else f"<@{i}>" for i in ids))
    if markup == "rich" and ids:
        names = [owner] if len(ids) == 1 else ids
        marks = (
            f"{_MENTION}{i}{_LABEL}{escape(name, markup)}{_END}"
            for i, name in zip(ids, names, strict=True)
        )
        return Safe(" ".join(marks))
    return owner


def build_blocks(message: Message, markup: Markup, templates: Path | None = None) -> Written:
    """The blocks of `message`, written in `markup`.

    A template that renders to nothing leaves its block out. Raises MlmonError for a broken one.
    """
    environment = _environment(markup, templates)
    plain = _environment("inert" if markup == "inert" else "text", templates)
    values: dict[str, Any] = {
        "message": message,
        "monitor": message.monitor,
        "severity": message.severity,
        "lead": message.lead,
        "entries": message.entries[:MAX_ENTRIES],
        "n_entries": len(message.entries),
        "moved": message.moved,
        "resolved": message.resolved,
        "withdrawn": message.withdrawn,
        "passed": message.passed,
        "actions": message.actions,
        "max_parts": MAX_PARTS,
        "group": message.group,
        "owner": called(message, markup),
    }
    head: list[Block] = []
    blocks: list[Block] = []

    def add(kind: type[Section] | type[Context], name: str, **extra: Any) -> None:
        text = _render(environment, name, {**values, **extra})
        if text:
            blocks.append(kind(text))

    header = _render(plain, "header.j2", values).replace("\n", " ")
    if header:
        head.append(Header(header))
    # a line each, whatever a template makes of it
    told = (_render(environment, name, values).replace("\n", " ") for name in HEAD)
    if below := "\n".join(line for line in told if line):
        head.append(Section(below))
    pairs, plain_lines = [], []
    for line in _render(environment, "fields.j2", values).splitlines():
        label, separator, value = line.partition(":")
        if not separator:
            plain_lines.append(line.strip())
        elif value.strip():
            pairs.append((label.strip(), value.strip()))
    if pairs:
        blocks.append(Fields(tuple(pairs)))
    if plain_lines:
        blocks.append(Section("\n".join(plain_lines)))
    for place, entry in enumerate(message.entries[:MAX_ENTRIES]):
        add(Section, "entry.j2", entry=entry, incident=entry.incident, is_first=place == 0)
    if len(message.entries) > MAX_ENTRIES:
        blocks.append(Section(f"and {len(message.entries) - MAX_ENTRIES} more"))
    add(Section, "moved.j2")
    add(Section, "resolved.j2")
    if message.lead.query and message.severity not in ENDS:
        blocks.append(Section("To begin with, run:"))
        blocks.append(Code(clean_lines(message.lead.query)))
    add(Context, "footer.j2")
    rest = _render(plain, "rest.j2", values).replace("\n", " ")
    return Written(tuple(head), tuple(blocks), rest)
