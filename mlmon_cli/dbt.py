"""The one place that calls dbt, in process.

It relies on what holds across dbt versions: the exit status, the artifacts and the lines that
macros print. dbt is imported by the first call, for that alone takes seconds.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import io
import json
import logging
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mlmon_cli import console
from mlmon_cli.dbt_errors import cause_of, explain, explain_node, is_about_the_connection, is_busy
from mlmon_cli.errors import BusyError, MlmonError
from mlmon_cli.project import Project, packages_missing, place_package

ROW_PREFIX = "mlmon-row: "
ALERT_PREFIX = "test.mlmon.alert_"
# the models that read the logs: data that cannot be read breaks them
LOG_READERS = {
    *(
        "mlmon_monitors",
        "mlmon_new_watermarks",
        "mlmon_bins",
        "mlmon_reference",
        "mlmon_windows_to_read",
    ),
    *("mlmon_profile", "mlmon_outcomes", "mlmon_log_health", "mlmon_label_health"),
    *("mlmon_kpi_sums", "mlmon_label_age_sums", "mlmon_pair_sums", "mlmon_review_queue"),
}


@dataclass(frozen=True)
class Outcome:
    """What one dbt invocation left behind."""

    success: bool
    output: str
    exception: str


@dataclass(frozen=True)
class Build:
    """What a build did: every node that broke, in words, and whether incidents were derived.

    `could_not_read` tells that a model broke which reads logs.
    """

    broken: tuple[str, ...]
    incidents_built: bool
    n_nodes: int
    could_not_read: bool


@contextlib.contextmanager
def _inside(directory: Path) -> Iterator[None]:
    """dbt resolves relative paths and profiles.yml from the working directory, and changes it."""
    before = Path.cwd()
    os.chdir(directory)
    try:
        yield
    finally:
        os.chdir(before)


def _show_progress(event: Any) -> None:
    """Name the node that starts. An exception here would fail that node, so there is none."""
    with contextlib.suppress(Exception):
        if event.info.name == "LogStartLine":
            data = event.data
            console.progress(f"  {data.index}/{data.total} {data.node_info.node_name}")


def target_path(project: Project) -> Path:
    """Where artifacts go, dbt's parse cache among them."""
    return project.state_dir / "plain"


@contextlib.contextmanager
def _asked(variables: Mapping[str, Any] | None) -> Iterator[None]:
    """Tell the package what is asked of this run alone. As `--vars` it would make dbt parse anew."""
    if variables:
        os.environ["MLMON_OPTIONS"] = json.dumps(variables)
    try:
        yield
    finally:
        os.environ.pop("MLMON_OPTIONS", None)


@functools.cache
def _runner() -> Any:
    """dbt's own entry point, the class dbtRunner. Its import takes seconds.

    What dbt knows of a project is many objects that live as long as the process. To look through
    them for garbage as often as Python does by itself takes a fifteenth of a run.
    """
    try:
        from dbt.cli.main import dbtRunner
    except ImportError as error:
        raise MlmonError(
            f"dbt could not be imported ({type(error).__name__}: {error}). "
            "Install it beside mlmon: pip install dbt-core and the adapter of your warehouse"
        ) from error
    gc.set_threshold(50_000, 20, 20)
    # one client library prints a stack trace for a statement that fails, beside what dbt says of it
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)
    return dbtRunner


def _invoke(
    project: Project, arguments: Sequence[str], variables: Mapping[str, Any] | None = None
) -> Outcome:
    """Run one dbt command with the flags that every command shares."""
    os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
    place_package(project)
    runner = _runner()
    command = list(arguments)
    command += ["--quiet", "--no-use-colors", "--project-dir", str(project.root)]
    command += ["--log-path", str(project.state_dir / "logs")]
    if project.profiles_dir:
        command += ["--profiles-dir", str(project.profiles_dir)]
    if project.profile:
        command += ["--profile", project.profile]
    if project.target:
        command += ["--target", project.target]
    if arguments[0] != "deps":
        command += ["--target-path", str(target_path(project))]

    captured = io.StringIO()
    with _asked(variables), _inside(project.root), contextlib.redirect_stdout(captured):
        result = runner(callbacks=[_show_progress]).invoke(command)
    if isinstance(result.exception, KeyboardInterrupt):
        raise KeyboardInterrupt
    return Outcome(
        success=bool(result.success),
        output=captured.getvalue(),
        exception="" if result.exception is None else str(result.exception),
    )


def _error(outcome: Outcome, project: Project) -> MlmonError:
    """The failure of an invocation, in words."""
    told = explain(outcome.exception or outcome.output, project)
    return BusyError(told) if is_busy(told) else MlmonError(told)


def release() -> None:
    """Let go of what an adapter holds for as long as this process lives, such as a file's lock."""
    module = sys.modules.get("dbt.adapters.factory")
    for plugin in list(module.FACTORY.plugins.values()) if module is not None else []:
        close = getattr(plugin.adapter.ConnectionManager, "close_all_connections", None)
        if close is not None:
            with contextlib.suppress(Exception):
                close()


def deps(project: Project) -> None:
    """Install the packages that the project declares."""
    outcome = _invoke(project, ["deps"])
    if not outcome.success:
        raise MlmonError(
            "dbt deps failed:\n" + explain(outcome.exception or outcome.output, project)
        )


def ensure_packages(project: Project) -> None:
    """Install dbt packages where some are missing."""
    if packages_missing(project):
        with console.step("Installing dbt packages (dbt deps)"):
            deps(project)


def _results(path: Path) -> list[dict[str, Any]]:
    """The results of run_results.json; none where dbt did not get as far as writing it."""
    try:
        content = json.loads((path / "run_results.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    results = content.get("results")
    return results if isinstance(results, list) else []


def build(
    project: Project,
    *,
    upstream: bool = False,
    full_refresh: bool = False,
    variables: Mapping[str, Any] | None = None,
) -> Build:
    """Build the monitoring tables and run their tests.

    A failing alert test is a verdict, not a breakage; everything else that fails is reported in
    `Build.broken`. Raises MlmonError when dbt could not start building.
    """
    folder = target_path(project)
    (folder / "run_results.json").unlink(missing_ok=True)
    selection = "+package:mlmon" if upstream else "package:mlmon"
    command = ["build", "--select", selection, "--exclude-resource-type", "unit_test"]
    command += ["--no-fail-fast"]
    if full_refresh:
        command.append("--full-refresh")
    outcome = _invoke(project, command, variables)
    results = _results(folder)
    if not results:
        if outcome.success:
            raise MlmonError(
                "dbt found nothing of the package 'mlmon' in this project. Is it in packages.yml, "
                "and are its models enabled? `mlmon init` adds it."
            )
        raise _error(outcome, project)
    broken = []
    incidents_built = could_not_read = False
    for result in results:
        node, status = str(result.get("unique_id", "")), str(result.get("status", ""))
        if node == "model.mlmon.mlmon_incidents":
            incidents_built = status == "success"
        verdict = node.startswith(ALERT_PREFIX) and status in ("fail", "warn", "pass")
        if status in ("error", "fail", "runtime error", "partial success") and not verdict:
            broken.append(explain_node(node, str(result.get("message") or status), project))
            is_mistake = broken[-1].startswith("mlmon: ")
            could_not_read |= node.removeprefix("model.mlmon.") in LOG_READERS and not is_mistake
            if is_busy(broken[-1]):
                raise BusyError(broken[-1])
    if not outcome.success and outcome.exception and not broken:
        broken.append(explain(outcome.exception, project))
    # one mistake of the configuration breaks every table that is built first
    return Build(tuple(dict.fromkeys(broken)), incidents_built, len(results), could_not_read)


def run_operation(
    project: Project,
    macro: str,
    arguments: Mapping[str, Any] | None = None,
    variables: Mapping[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """Run a macro of the package and return the rows it printed."""
    outcome, rows = _operate(project, macro, arguments, variables)
    if not outcome.success:
        raise _error(outcome, project)
    return rows


def refuse_mistakes(rows: list[dict[str, Any]], others: Sequence[str] = ()) -> None:
    """Raise MlmonError with what the package says is wrong with what it was asked, and `others`."""
    mistakes = [str(row["message"]) for row in rows if row.get("kind") == "mistake"]
    if mistakes or others:
        raise MlmonError("\n".join([*mistakes, *others]))


def _operate(
    project: Project,
    macro: str,
    arguments: Mapping[str, Any] | None,
    variables: Mapping[str, Any] | None,
) -> tuple[Outcome, list[dict[str, Any]]]:
    command = ["run-operation", f"mlmon.{macro}", "--no-write-json"]
    if arguments:
        command += ["--args", json.dumps(arguments)]
    outcome = _invoke(project, command, variables)
    rows, said = [], []
    for line in outcome.output.splitlines():
        if not line.startswith(ROW_PREFIX):
            said.append(line)
            continue
        try:
            rows.append(json.loads(line[len(ROW_PREFIX) :]))
        except ValueError:
            raise MlmonError(f"{macro} printed a row that is not JSON") from None
    return replace(outcome, output="\n".join(said)), rows


def unreadable(project: Project, variables: Mapping[str, Any] | None = None) -> dict[str, str]:
    """The monitors whose data cannot be read, and why: each log is read once, which takes a while.

    Empty where all can be read, and where an error is about no log, such as a lost connection.
    """
    found: dict[str, str] = {}
    while True:
        asked = {**(variables or {}), "mlmon_broken": found}
        outcome, rows = _operate(project, "mlmon_probe", None, asked)
        if outcome.success:
            return found
        told = explain(outcome.exception or outcome.output, project)
        if not rows or is_about_the_connection(told):
            return {}
        found[rows[-1]["monitor"]] = f"{rows[-1]['what']}: {cause_of(told)}"


# what is derived from checks and from what people said
INCIDENTS = (
    *("mlmon_change_events", "mlmon_episodes", "mlmon_found_incidents"),
    *("mlmon_incidents", "mlmon_incident_groups", "mlmon_transitions"),
)


def derive(project: Project, *models: str, variables: Mapping[str, Any] | None = None) -> None:
    """Derive models, by default incidents, anew from the tables as they are, without reading a log."""
    select = [*(models or INCIDENTS), "--no-write-json"]
    outcome = _invoke(project, ["run", "--select", *select], variables)
    if not outcome.success:
        raise MlmonError(explain(outcome.exception or outcome.output, project))
