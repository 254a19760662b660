"""The types of channels: a module here for each, which names its class `CHANNEL`."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from mlmon_cli.notify.channel import Channel


@cache
def channel_types() -> dict[str, type[Channel]]:
    """Every type by its name in mlmon.yml."""
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    return {module.CHANNEL.type: module.CHANNEL for module in modules}
