"""Command-line options, each declared once and shared between commands."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from mlmon_cli.project import find_project

F = TypeVar("F", bound=Callable[..., Any])
Decorator = Callable[[F], F]

_directory = click.Path(exists=True, file_okay=False, path_type=Path)


def _iso(_: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """An ISO date or timestamp, as written."""
    if value is None:
        return None
    try:
        date.fromisoformat(value)
    except ValueError:
        try:
            datetime.fromisoformat(value)
        except ValueError:
            raise click.BadParameter(
                f"{value!r} is not an ISO date such as 2026-04-01", param=parameter
            ) from None
    return value


project_dir = click.option(
    "--project-dir",
    type=_directory,
    help="The dbt project. Default: the nearest dbt_project.yml, in this directory or a parent.",
)
profiles_dir = click.option(
    "--profiles-dir", type=_directory, help="Where profiles.yml is. Default: as dbt finds it."
)
profile = click.option("--profile", metavar="NAME", help="The dbt profile to use.")
target = click.option("--target", "-t", metavar="NAME", help="The dbt target to use.")
monitor = click.option(
    "--monitor",
    "-m",
    "monitors",
    metavar="NAME",
    multiple=True,
    help="Only this monitor. Can be given several times.",
)
full_refresh = click.option(
    "--full-refresh", is_flag=True, help="Rebuild from the logs. An existing reference is kept."
)
upstream = click.option(
    "--upstream", is_flag=True, help="Also build the models that the monitors read."
)
rebaseline = click.option("--rebaseline", is_flag=True, help="Recompute the reference.")
rebuild_from = click.option(
    "--rebuild-from",
    metavar="DATE",
    callback=_iso,
    help="Recompute the windows from this date on (ISO, UTC).",
)
rebuild_to = click.option(
    "--rebuild-to",
    metavar="DATE",
    callback=_iso,
    help="Recompute the windows up to, not including, this date (ISO, UTC).",
)
fail_on = click.option(
    "--fail-on",
    type=click.Choice(["warn", "error", "never"]),
    default="error",
    show_default=True,
    help="Exit with 1 when an open incident is at least this severe.",
)
output_format = click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="With json, stdout holds one JSON document and nothing else.",
)
dry_run = click.option(
    "--dry-run",
    is_flag=True,
    help="Show what would be posted; post nothing and record nothing.",
)
wait = click.option(
    "--wait",
    metavar="SECONDS",
    type=click.FloatRange(min=0),
    default=0,
    help="How long to wait for another run in progress. Default: do not wait.",
)

patience = click.option(
    "--wait",
    metavar="SECONDS",
    type=click.FloatRange(min=0),
    default=60,
    show_default=True,
    help="How long to wait for a run in progress.",
)


def options(*declared: Decorator[Any]) -> Decorator[F]:
    """Apply `declared` so that --help lists them in the order given."""

    def decorate(function: F) -> F:
        for option in reversed(declared):
            function = option(function)
        return function

    return decorate


place = options(project_dir, profiles_dir, profile, target)


def project(command: Callable[..., Any]) -> Callable[..., Any]:
    """Ask which dbt project is meant, and give it to the command as `project`."""

    @functools.wraps(command)
    def with_project(
        *arguments: Any,
        project_dir: Path | None,
        profiles_dir: Path | None,
        profile: str | None,
        target: str | None,
        **values: Any,
    ) -> Any:
        found = find_project(project_dir, profiles_dir, profile, target)
        return command(*arguments, project=found, **values)

    return place(with_project)
