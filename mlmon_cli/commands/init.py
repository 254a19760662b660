"""`mlmon init`: add mlmon to a dbt project."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

import click

from mlmon_cli import console, exit_codes, options
from mlmon_cli.draft import Draft
from mlmon_cli.draft_columns import Column
from mlmon_cli.draft_tasks import MISSING
from mlmon_cli.errors import MlmonError
from mlmon_cli.project import (
    PACKAGE_LINK,
    Project,
    declared_monitors,
    declared_packages,
    find_project,
)


def _describe(project: Project, relation: str) -> list[Column]:
    """The columns of a relation, as the warehouse tells them."""
    from mlmon_cli import dbt
    from mlmon_cli.draft_columns import read_columns

    rows = dbt.run_operation(project, "mlmon_describe", {"relation": relation})
    for row in rows:
        if row.get("kind") == "error":
            raise MlmonError(
                f"{relation}: {row.get('message')}\n"
                "  Name a model, a seed or source_name.table_name that dbt knows and has built."
            )
    columns = read_columns(rows)
    if not columns:
        raise MlmonError(f"{relation} has no columns")
    return columns


def _entry(git: str | None, revision: str | None) -> str:
    """The list item for packages.yml."""
    from mlmon_cli.draft import _scalar

    if git:
        lines = [f"- git: {_scalar(git)}"]
        lines += [f"  revision: {_scalar(revision)}"] if revision else []
        return "\n".join(lines) + "\n"
    return f"- local: {PACKAGE_LINK}\n"


def _place_of(name: str) -> Path:
    """Where a new project goes: a folder of its name, or here where there is nothing yet.

    A file that this command's own output is sent to does not count.
    """
    here = Path.cwd().resolve()

    def is_output(path: Path) -> bool:
        for stream in (1, 2):
            with contextlib.suppress(OSError):
                if os.path.samestat(os.fstat(stream), path.stat()):
                    return True
        return False

    others = [p for p in here.iterdir() if not p.name.startswith(".") and not is_output(p)]
    is_project = (here / "dbt_project.yml").exists()  # said there, with what to do
    return here if is_project or not others or here.name == name else here / name


def _monitor_name(relation: str) -> str:
    """`lead_scoring` from `crm.lead_scoring_predictions`."""
    last = relation.split(".")[-1].lower()
    last = re.sub(r"_?(predictions?|scores?|inferences?|log|logs)$", "", last)
    return re.sub(r"\W+", "_", last).strip("_") or "my_model"


def _draft(project: Project, predictions: str, labels: str | None) -> Draft:
    from mlmon_cli import dbt
    from mlmon_cli.draft import MOST_SEASONAL, draft_monitor, set_baseline, set_maturity

    with console.step(f"Looking at {console.clean(predictions)}"):
        columns = _describe(project, predictions)
        described = (labels, _describe(project, labels)) if labels else None
    draft = draft_monitor((predictions, columns), described)
    logs = [draft.block.get(part) or {} for part in ("predictions", "labels")]
    keys = ("relation", "id", "timestamp")
    if all(log.get(key, MISSING) != MISSING for log in logs for key in keys):
        told = [{key: log[key] for key in keys} for log in logs]
        with console.step("Looking at how long labels take"):
            rows = dbt.run_operation(
                project, "mlmon_label_lag", {"predictions": told[0], "labels": told[1]}
            )
        hours = next((row.get("hours") for row in rows if row.get("kind") == "lag"), None)
        set_maturity(draft, hours)
    log = logs[0]
    if MISSING not in (log["relation"], log["timestamp"]):
        score = [log["score"]] if log.get("score", MISSING) != MISSING else []
        features = (draft.block.get("features") or {}).get("numeric", [])
        asked = {
            "relation": log["relation"],
            "timestamp": log["timestamp"],
            "columns": [*score, *features[:MOST_SEASONAL]],
        }
        with console.step("Looking for seasons"):
            rows = dbt.run_operation(project, "mlmon_seasons", asked)
        set_baseline(draft, [row for row in rows if row.get("kind") == "season"])
    return draft


@click.command(short_help="Add mlmon, with a monitor drafted from a real table.")
@click.option(
    "--predictions", metavar="RELATION", help="The prediction log: a model, seed or source."
)
@click.option("--labels", metavar="RELATION", help="The label log.")
@click.option("--name", metavar="NAME", help="The monitor's name. Default: from the relation.")
@click.option("--git", metavar="URL", help="Add the package from git, not from this installation.")
@click.option("--revision", metavar="REF", help="The tag or branch to take from --git.")
@click.option(
    "--new",
    metavar="NAME",
    help="First make a small dbt project on DuckDB, in a folder of that name; here if empty.",
)
@options.place
def init(
    predictions: str | None,
    labels: str | None,
    name: str | None,
    git: str | None,
    revision: str | None,
    new: str | None,
    project_dir: Path | None,
    profiles_dir: Path | None,
    profile: str | None,
    target: str | None,
) -> int:
    """Add the package to packages.yml, a monitor to dbt_project.yml, and mlmon.yml.

    Give --predictions (and --labels) to have the monitor drafted from your own tables: columns
    are guessed by name and type. What is in your files already stays as it is.
    """
    from mlmon_cli import dbt, scaffold
    from mlmon_cli.draft import to_yaml
    from mlmon_cli.settings import FILE_NAME

    if labels and not predictions:
        raise click.UsageError("--labels needs --predictions")
    if new:
        directory = project_dir.resolve() if project_dir else _place_of(new)
        scaffold.new_project(directory, new)
        click.echo(f"Made the dbt project '{new}' in {directory}.")
        project_dir = directory
    project = find_project(project_dir, profiles_dir, profile, target)

    if scaffold.has_package(declared_packages(project), project.root):
        click.echo("The package mlmon is already declared.")
    else:
        path = scaffold.add_package(project, _entry(git, revision))
        click.echo(f"Added the package mlmon to {path.name}.")
    with console.step("Installing dbt packages (dbt deps)"):
        dbt.deps(project)

    if not (project.root / FILE_NAME).exists():
        scaffold.write(project.root / FILE_NAME, scaffold.starter(FILE_NAME))
        click.echo(f"Wrote {FILE_NAME}.")

    if new and project.root != Path.cwd().resolve():
        click.echo(f"\nIt is in its own folder: cd {project.root.name}")
    if not predictions:
        click.echo(
            "\nNext: have a monitor drafted from your prediction log:\n"
            "  mlmon init --predictions RELATION --labels RELATION"
        )
        return exit_codes.OK
    monitor = name or _monitor_name(predictions)
    draft = _draft(project, predictions, labels)
    block = to_yaml(monitor, draft)
    if monitor in declared_monitors(project):
        click.echo(
            f"The monitor '{monitor}' already exists and was not changed. A new draft would be:"
            f"\n\n{block}"
        )
        return exit_codes.OK
    if scaffold.add_monitor(project, monitor, block):
        click.echo(f"Added the monitor '{monitor}' to dbt_project.yml:\n\n{block}")
    else:
        click.echo(
            "dbt_project.yml was not changed. Put this under vars: mlmon_monitors: there "
            f"(or in vars.yml, from dbt 1.12 on):\n\n{block}"
        )
    if MISSING in block:
        click.echo(f"Replace each {MISSING}, review the guesses, then: mlmon doctor && mlmon run")
    else:
        click.echo("Review the guesses, then: mlmon doctor && mlmon run")
    return exit_codes.OK
