"""`mlmon demo`: an example end to end."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import click

from mlmon_cli import console, exit_codes
from mlmon_cli.errors import MlmonError
from mlmon_cli.project import Project, package_root, read_yaml

_LEFT_OUT = (
    "target dbt_packages logs *.duckdb *.duckdb.wal __pycache__ *.pyc flights.csv "
    "demand.csv package-lock.yml .user.yml mlmon_report.html"
).split()

EXAMPLES = ("lead_scoring", "offers", "demand", "flights")


def prepare_copy(name: str, directory: Path) -> Path:
    """Copy an example to `directory`/`name`, leaving files that are there, and return the copy."""
    package = package_root()
    source = package / "examples" / name
    if not (source / "dbt_project.yml").is_file():
        raise MlmonError(f"the example '{name}' is not part of this installation")
    copy = directory.resolve() / name
    if copy.exists() and any(copy.iterdir()) and not (copy / "dbt_project.yml").is_file():
        raise MlmonError(f"{copy} holds something else; give --dir")

    def keep(origin: str, destination: str) -> str:
        if not Path(destination).exists():
            shutil.copyfile(origin, destination)
        return destination

    try:
        shutil.copytree(
            source,
            copy,
            ignore=shutil.ignore_patterns(*_LEFT_OUT),
            dirs_exist_ok=True,
            copy_function=keep,
        )
        (copy / "packages.yml").write_text(f'packages:\n  - local: "{package.as_posix()}"\n')
    except (OSError, shutil.Error) as error:
        raise MlmonError(f"{copy} cannot be written: {error}") from None
    script = copy / "prepare.py"
    if script.is_file():
        done = subprocess.run(
            [sys.executable, str(script)], cwd=copy, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise MlmonError(console.clean_lines(done.stderr).strip() or f"{script} failed")
    return copy


def _database(copy: Path) -> Path | None:
    """The DuckDB file of the copy's profile."""
    content = read_yaml(copy / "profiles.yml")
    if isinstance(content, dict):
        for profile in content.values():
            for output in (profile.get("outputs") or {}).values():
                if output.get("type") == "duckdb" and output.get("path"):
                    return (copy / str(output["path"])).resolve()
    return None


@click.command(short_help="An example end to end, in an embedded DuckDB.")
@click.argument("example", type=click.Choice(EXAMPLES), default="lead_scoring")
@click.option(
    "--dir",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("mlmon_demo"),
    show_default=True,
    help="Where to put the example project.",
)
@click.option("--fresh", is_flag=True, help="Forget what an earlier demo left in the database.")
def demo(example: str, directory: Path, fresh: bool) -> int:
    """Run an example end to end.

    lead_scoring: a binary model that a campaign fooled (generated). offers: a multiclass model and
    a new product (generated). demand: a regression of real electricity demand that meets its first
    winter. flights: a binary model of 336,776 real flights.

    Run it again and only new data is read; nothing is posted twice.
    """
    from mlmon_cli.commands.report import read_page, write_report
    from mlmon_cli.commands.run import build_and_post

    copy = prepare_copy(example, directory).resolve()
    database = _database(copy)
    if fresh and database is not None:
        database.unlink(missing_ok=True)
    click.echo((copy / "story.txt").read_text(encoding="utf-8"))
    project = Project(root=copy, profiles_dir=copy)
    code = build_and_post(project, upstream=True, fail_on="never")
    if code == exit_codes.UNKNOWN:
        return code
    with console.step("Writing the report"):
        write_report(read_page(project), copy / "mlmon_report.html")
    click.echo(f"\nThe report:  {copy / 'mlmon_report.html'} (open it in a browser)")
    click.echo(f"The project: {copy}")
    click.echo(f"The tables:  {database}")
    click.echo("\nA few questions to ask them (any DuckDB client will do):\n")
    click.echo((copy / "questions.sql").read_text(encoding="utf-8"))
    try:
        shown = copy.relative_to(Path.cwd())
    except ValueError:
        shown = copy
    click.echo(f"Next: cd {shown} && mlmon incidents; `mlmon explain ID` says why one is open.")
    click.echo("Then `mlmon init` in a project of your own.")
    return exit_codes.OK
