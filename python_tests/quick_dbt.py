"""What dbt does anew for each project and each command, though it is the same for all: a third of a small build's CPU time."""

from __future__ import annotations

import gc
import os
from typing import Any

import jinja2
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt_common.tests import enable_test_caching


def collect_after_commands() -> None:
    invoke = dbtRunner.invoke

    def invoke_and_collect(self: dbtRunner, *arguments: Any, **options: Any) -> dbtRunnerResult:
        gc.disable()
        try:
            return invoke(self, *arguments, **options)
        finally:
            gc.collect()
            gc.enable()

    dbtRunner.invoke = invoke_and_collect  # type: ignore[method-assign]


def make_dbt_quick() -> None:
    """In this process: macros are parsed once, templates compiled once, garbage is collected after a command and not in it, and dbt.log
    is left out (a test that reads it asks for it)."""
    enable_test_caching()
    collect_after_commands()
    os.environ["DBT_LOG_LEVEL_FILE"] = "none"
    compile_anew, compiled = jinja2.Environment.compile, {}

    def compile_once(environment: jinja2.Environment, source: str, *arguments: Any, **options: Any) -> Any:
        key = type(environment), source, arguments, tuple(options.items())
        if key not in compiled:
            compiled[key] = compile_anew(environment, source, *arguments, **options)
        return compiled[key]

    jinja2.Environment.compile = compile_once  # type: ignore[method-assign]
