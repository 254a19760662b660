"""`mlmon doctor`: what stands in the way, and how to put it right."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mlmon_cli import console, exit_codes, options
from mlmon_cli.draft_tasks import MISSING
from mlmon_cli.errors import MlmonError, did_you_mean
from mlmon_cli.project import (
    PACKAGE_LINK,
    Project,
    declared_monitors,
    declared_packages,
    unknown_variables,
)
from mlmon_cli.scaffold import has_package

if TYPE_CHECKING:
    from mlmon_cli.settings import Settings

Finding = dict[str, Any]
LEVELS = ("error", "warn", "ok")


def _finding(level: str, monitor: str | None, check: str, message: str, fix: str = "") -> Finding:
    return {"level": level, "monitor": monitor, "check": check, "message": message, "fix": fix}


def settings_findings(project: Project) -> list[Finding]:
    """What there is to say about mlmon.yml."""
    from mlmon_cli.settings import FILE_NAME, load_settings

    try:
        settings = load_settings(project.root)
    except MlmonError as error:
        return [_finding("error", None, FILE_NAME, str(error))]
    found = [*_literal_secrets(settings), *_unknown_monitors(settings, project)]
    names = ", ".join(f"{channel.name} ({channel.type})" for channel in settings.channels)
    return found or [_finding("ok", None, FILE_NAME, f"channels: {names}")]


def _literal_secrets(settings: Settings) -> list[Finding]:
    """Channels and actions with a secret that stands in the file; a URL on this machine is none."""

    def finding(kind: str, name: str, key: str, why: str) -> Finding:
        variable = f"{name}_{key}".upper().replace("-", "_")
        message = f"{kind} '{name}' has its {key} in the file; {why} is a secret"
        return _finding(
            "warn", None, "mlmon.yml", message, f"{key}: \"{{{{ env_var('{variable}') }}}}\""
        )

    found = []
    for target in (*settings.channels, *settings.triggers.values()):
        if not target.variables:
            found += [finding(target.what, target.name, *it) for it in target.secrets().items()]
    return found


def _unknown_monitors(settings: Settings, project: Project) -> list[Finding]:
    known = list(declared_monitors(project))
    found = []
    for position, route in enumerate(settings.routes, 1):
        for name in route.monitors:
            if known and name not in known:
                message = f"route {position} names monitor '{name}'{did_you_mean(name, known)}"
                fix = f"Monitors: {', '.join(known)}"
                found.append(_finding("warn", name, "mlmon.yml", message, fix))
    return found


def _left_open(project: Project) -> list[Finding]:
    """Places of a drafted monitor that a person was to fill in."""

    def places(value: Any, path: str) -> list[str]:
        if isinstance(value, dict):
            return [p for key, item in value.items() for p in places(item, f"{path}.{key}")]
        return [path.lstrip(".")] if value == MISSING else []

    return [
        _finding("warn", name, "configuration", f"{place} is still {MISSING}", "fill it in")
        for name, block in declared_monitors(project).items()
        for place in places(block, "")
    ]


def _paths_of_this_machine(project: Project) -> list[Finding]:
    """The package by an absolute path: another machine has none there."""
    return [
        _finding(
            "warn",
            None,
            "packages",
            f"packages.yml names {item['local']}, a path of this machine",
            f"local: {PACKAGE_LINK}   (mlmon keeps that a link to its own package)",
        )
        for item in declared_packages(project)
        if Path(str(item.get("local") or "")).is_absolute() and has_package([item], project.root)
    ]


def project_findings(project: Project) -> list[Finding]:
    """What dbt and the package say: the configuration first, the data where that is right."""
    from mlmon_cli import dbt

    unknown = unknown_variables(project)
    if unknown:
        return [_finding("error", None, "configuration", text) for text in unknown]
    try:
        dbt.ensure_packages(project)
        mistakes = dbt.run_operation(project, "mlmon_validate")
    except MlmonError as error:
        return [_finding("error", None, "project", str(error))]
    if mistakes:
        return [
            _finding(
                "error",
                row.get("monitor"),
                "configuration",
                f"{row['key']}: {row.get('message')}"
                if row.get("key")
                else str(row.get("message")),
                str(row.get("fix") or ""),
            )
            for row in mistakes
        ]
    found = [_finding("ok", None, "configuration", "every key is legal")]
    if not declared_monitors(project):
        message, fix = (
            "no monitor is configured",
            "`mlmon init` drafts one; see vars: mlmon_monitors:",
        )
        found.append(_finding("warn", None, "configuration", message, fix))
    found += [*_paths_of_this_machine(project), *_left_open(project)]
    try:
        rows = dbt.run_operation(project, "mlmon_doctor")
    except MlmonError as error:
        broken = dbt.unreadable(project)
        if not broken:
            return [*found, _finding("error", None, "doctor", str(error))]
        fix = (
            "Repair the table, the view or the KPI; `mlmon run` leaves the monitor out until then."
        )
        found += [_finding("error", name, "data", why, fix) for name, why in broken.items()]
        rows = dbt.run_operation(project, "mlmon_doctor", variables={"mlmon_broken": broken})
    return found + [
        _finding(
            str(row.get("level", "ok")),
            row.get("monitor"),
            str(row.get("check", "")),
            str(row.get("message", "")),
            str(row.get("fix") or ""),
        )
        for row in rows
        if row.get("kind") == "finding"
    ]


def _print(findings: list[Finding]) -> None:
    for name in dict.fromkeys(finding["monitor"] for finding in findings):
        click.echo(f"\n{console.clean(name)}" if name else "Project")
        for finding in findings:
            if finding["monitor"] != name:
                continue
            first, *rest = console.clean_lines(finding["message"]).splitlines() or [""]
            click.echo(f"  {finding['level']:<5}  {console.clean(finding['check'])}: {first}")
            for line in rest:
                click.echo(f"         {line}")
            if finding["fix"]:
                click.echo(f"         fix: {console.clean(finding['fix'])}")
    counts = {level: sum(f["level"] == level for f in findings) for level in LEVELS}
    click.echo("\n" + ", ".join(f"{counts[level]} {level}" for level in LEVELS if counts[level]))


@click.command(short_help="Check that everything is ready, and how to fix what is not.")
@options.options(options.monitor, options.output_format)
@options.project
def doctor(
    monitors: tuple[str, ...],
    output_format: str,
    project: Project,
) -> int:
    """Check configuration, columns, types, keys, join rate, freshness; say how to fix each.

    Exits with 2 when there is an error among the findings.
    """
    from mlmon_cli import summary

    with console.step("Examining the project and its logs"):
        findings = [*settings_findings(project), *project_findings(project)]
    if monitors:
        findings = [f for f in findings if not f["monitor"] or f["monitor"] in monitors]
    findings.sort(key=lambda f: f["monitor"] is not None)
    failed = any(finding["level"] == "error" for finding in findings)
    code = exit_codes.UNKNOWN if failed else exit_codes.OK
    if output_format == "json":
        summary.print_json({"command": "doctor", "exit_code": code, "findings": findings})
    else:
        _print(findings)
    return code
