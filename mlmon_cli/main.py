"""The entry point. Nothing slow is imported here: `mlmon --help` must answer at once."""

from __future__ import annotations

import os
import sys
from itertools import pairwise

import click

from mlmon_cli import __version__, exit_codes
from mlmon_cli.commands.backtest import backtest
from mlmon_cli.commands.check import check
from mlmon_cli.commands.dashboard import dashboard
from mlmon_cli.commands.demo import demo
from mlmon_cli.commands.doctor import doctor
from mlmon_cli.commands.event import event
from mlmon_cli.commands.explain import explain
from mlmon_cli.commands.exposures import exposures
from mlmon_cli.commands.incidents import incidents
from mlmon_cli.commands.init import init
from mlmon_cli.commands.notify import notify
from mlmon_cli.commands.prune import prune
from mlmon_cli.commands.report import report
from mlmon_cli.commands.review import review
from mlmon_cli.commands.run import run
from mlmon_cli.commands.schema import schema
from mlmon_cli.commands.words import COMMANDS as WORDS
from mlmon_cli.console import clean_lines
from mlmon_cli.errors import MlmonError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="mlmon")
def cli() -> None:
    """Monitor ML models from their logs, inside the warehouse.

    Exit codes: 0 nothing open at or above --fail-on, 1 something is, 2 it could not tell.
    """


for command in (
    demo,
    init,
    doctor,
    run,
    check,
    notify,
    incidents,
    explain,
    *WORDS,
    event,
    report,
    review,
    backtest,
    prune,
    exposures,
    dashboard,
    schema,
):
    cli.add_command(command)


def _asked_for_json(arguments: list[str]) -> bool:
    return "--format=json" in arguments or ("--format", "json") in pairwise(arguments)


def _fail(message: str, arguments: list[str]) -> int:
    """Tell what went wrong on stderr, and in the JSON document when one was asked for."""
    click.echo(f"Error: {clean_lines(message)}", err=True)
    if _asked_for_json(arguments):
        import json

        click.echo(
            json.dumps({"verdict": "unknown", "exit_code": exit_codes.UNKNOWN, "error": message})
        )
    return exit_codes.UNKNOWN


def invoke(arguments: list[str]) -> int:
    """Run one command line and return its exit code."""
    try:
        code = cli.main(args=arguments, prog_name="mlmon", standalone_mode=False)
        return code if isinstance(code, int) else exit_codes.OK
    except click.ClickException as error:
        error.show()
        return exit_codes.UNKNOWN
    except MlmonError as error:
        return _fail(str(error), arguments)
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted. Undelivered messages stay pending.", err=True)
        return exit_codes.INTERRUPTED
    except BrokenPipeError:
        # The reader of our stdout has gone; keep Python from complaining as it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exit_codes.UNKNOWN
    except Exception as error:
        if os.environ.get("MLMON_TRACEBACK"):
            raise
        return _fail(
            f"unexpected {type(error).__name__}. Set MLMON_TRACEBACK=1 to see where; "
            "please report it.",
            arguments,
        )


def main() -> None:
    """The console script."""
    code = invoke(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)
