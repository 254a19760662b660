"""What reaches a terminal: plain text without control characters, tables, progress on stderr."""

from __future__ import annotations

import os
import sys
import time
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import click

# C0, DEL and C1 could drive a terminal; the bidirectional overrides could reorder a line.
_UNPRINTABLE = {
    **dict.fromkeys(range(0x20)),
    **dict.fromkeys(range(0x7F, 0xA0)),
    **dict.fromkeys((0x200E, 0x200F, 0x2028, 0x2029, 0xFEFF)),
    **dict.fromkeys(range(0x202A, 0x202F)),
    **dict.fromkeys(range(0x2066, 0x206A)),
    ord("\n"): " ",
    ord("\t"): " ",
    ord("\r"): " ",
}

COLUMNS = 80  # of a terminal; a summary is no wider
_COLORS = {"error": "red", "warn": "yellow"}


def clean(value: object) -> str:
    """`value` as one printable line: values that come from data are not to be trusted."""
    return str(value).translate(_UNPRINTABLE)


def clean_lines(text: str) -> str:
    """As `clean`, keeping the line breaks of a longer text."""
    return "\n".join(clean(line.expandtabs(4)).rstrip() for line in text.splitlines())


def width(text: str) -> int:
    """How many terminal columns `text` takes."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def shorten(text: str, limit: int) -> str:
    """`text` cut to `limit` columns, with an ellipsis where something was cut."""
    if width(text) <= limit:
        return text
    while text and width(text) > limit - 1:
        text = text[:-1]
    return text.rstrip() + "\N{HORIZONTAL ELLIPSIS}"


def table(
    headers: Sequence[str],
    rows: Sequence[Sequence[object]],
    right: Sequence[str] = (),
    limit: int = 48,
    within: int | None = None,
) -> str:
    """A plain aligned table; columns named in `right` are right-aligned.

    To stay `within` so many columns, the widest of its own are cut.
    """
    cells = [[shorten(clean(cell), limit) for cell in row] for row in rows]
    widths = [
        max([width(header), *(width(row[i]) for row in cells)]) for i, header in enumerate(headers)
    ]
    while within is not None and sum(widths) + 2 * (len(widths) - 1) > within:
        widest = widths.index(max(widths))
        if widths[widest] <= width(headers[widest]):
            break
        widths[widest] -= 1
        for row in cells:
            row[widest] = shorten(row[widest], widths[widest])

    def line(row: Sequence[str]) -> str:
        padded = []
        for header, cell, size in zip(headers, row, widths, strict=True):
            space = " " * (size - width(cell))
            padded.append(space + cell if header in right else cell + space)
        return "  ".join(padded).rstrip()

    rule = "  ".join("-" * size for size in widths)
    return "\n".join([line(list(headers)), rule, *(line(row) for row in cells)])


def wrap(text: str, first: str = "", rest: str = "") -> list[str]:
    """`text` in lines of at most COLUMNS, cut between words, else within one; `rest` indents all but the first."""
    lines, line, started = [], first, False
    for word in clean(text).split(" "):
        while True:
            space = " " if started else ""
            if width(line + space + word) <= COLUMNS:
                line, started = line + space + word, True
                break
            if started:
                lines.append(line)
                line, started = rest, False
                continue
            size = len(word)
            while width(line + word[:size]) > COLUMNS:
                size -= 1
            lines.append(line + word[:size])
            line, word = rest, word[size:]
    return [*lines, line]


def tinted(severity: str) -> str:
    """A severity in its color, on a terminal that shows colors to somebody who wants them (https://no-color.org)."""
    wanted = (
        sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )
    return (
        click.style(severity, fg=_COLORS[severity], bold=True)
        if wanted and severity in _COLORS
        else severity
    )


def say(message: str) -> None:
    """One line on stderr."""
    click.echo(message, err=True)


def errors(problems: Iterable[str]) -> None:
    """What went wrong, on stderr."""
    for problem in problems:
        say(f"Error: {clean_lines(problem)}")


@contextmanager
def step(doing: str) -> Iterator[None]:
    """Say on stderr what is being done, and how long it took when that was over a second."""
    tty = sys.stderr.isatty()
    started = time.monotonic()
    click.echo(f"{doing} ...", err=True, nl=not tty)
    outcome = "stopped"
    try:
        yield
        outcome = "done"
    except Exception:
        outcome = "failed"
        raise
    finally:
        taken = time.monotonic() - started
        if tty:
            click.echo(f"\r\x1b[K{doing} ... {outcome} in {taken:.1f} s", err=True)
        elif outcome != "done" or taken > 1:
            click.echo(f"{doing}: {outcome} in {taken:.1f} s", err=True)


def progress(text: str) -> None:
    """Replace the current line of a terminal's stderr; nothing where stderr is not a terminal."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{shorten(clean(text), 78)}", err=True, nl=False)
