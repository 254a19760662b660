"""Errors that a person can act on."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class MlmonError(Exception):
    """Something the user can put right; its text is the whole message, no traceback is shown."""


class BusyError(MlmonError):
    """Somebody else is at work on the same project or tables; it may help to wait."""

    def __init__(self, text: str, *, passes_soon: bool = False) -> None:
        super().__init__(text)
        self.passes_soon = passes_soon  # it takes seconds, as `mlmon ack` does


def closest(name: str, legal: Iterable[str]) -> str | None:
    """The legal name most like `name`, or None when nothing is like it."""
    names = {str(item).lower(): str(item) for item in legal}
    found = get_close_matches(name.lower(), names, n=1, cutoff=0.6)
    return names[found[0]] if found else None


def did_you_mean(name: str, legal: Iterable[str]) -> str:
    """` - did you mean 'x'?` for a likely typing error, else a full stop."""
    found = closest(name, legal)
    return f" \N{EM DASH} did you mean '{found}'?" if found else "."
