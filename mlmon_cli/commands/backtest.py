"""`mlmon backtest`: what other thresholds and alert settings would have sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mlmon_cli import console, exit_codes, options
from mlmon_cli.commands.words import moment
from mlmon_cli.errors import MlmonError
from mlmon_cli.project import Project, read_yaml

Row = dict[str, Any]
AS_IS = "as configured"


def setting(text: str) -> Row:
    """`alerts.open_after=3 of 5` as a block."""
    import yaml

    key, separator, value = text.partition("=")
    names = key.strip().split(".")
    if not separator or not all(names):
        raise MlmonError(
            f"--set is {text!r}; expected KEY=VALUE, such as 'alerts.open_after=3 of 5' "
            "or 'thresholds.psi.warn=0.1'"
        )
    try:
        block: Any = yaml.safe_load(value)
    except yaml.YAMLError:
        raise MlmonError(f"--set {key} is {value!r}, which is not a value of YAML") from None
    for name in reversed(names):
        block = {name: block}
    return dict(block)


def merged(base: Row, over: Row) -> Row:
    """`over` laid upon `base`, mapping by mapping."""
    both = dict(base)
    for key, value in over.items():
        known = both.get(key)
        both[key] = (
            merged(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
        )
    return both


def sides(files: tuple[Path, ...], settings: tuple[str, ...]) -> list[Row]:
    """The configurations to compare: as they are, each file, and what was set on top."""
    found: list[Row] = [{"name": AS_IS, "block": {}}] if len(files) < 2 else []
    for path in files:
        block = read_yaml(path)
        if not isinstance(block, dict):
            raise MlmonError(
                f"{path} holds no settings; expected keys of a monitor: alerts, thresholds, verdicts"
            )
        named = [side["name"] for side in found]
        found.append({"name": str(path) if path.name in named else path.name, "block": block})
    if settings:
        block = {} if not files else found.pop()["block"]
        for text in settings:
            block = merged(block, setting(text))
        found.append({"name": ", ".join(s.strip() for s in settings), "block": block})
    return found


def truth(text: str) -> Row:
    """`lead_scoring=2026-04-01` as a moment at which something was known to break."""
    monitor, separator, date = text.partition("=")
    if not separator or not monitor:
        raise MlmonError(f"--true is {text!r}; expected MONITOR=DATE")
    return {"monitor": monitor, "name": date, "at": moment(date, "--true")}


def _counts(row: Row) -> list[str]:
    from mlmon_cli.wording import number

    return [number(row[k]) for k in ("n_alerts", "n_incidents", "n_closed", "n_breaches")]


def _print(rows: list[Row], names: list[str]) -> None:
    from mlmon_cli.wording import moment as in_words
    from mlmon_cli.wording import number

    totals = [row for row in rows if row["kind"] == "side"]
    headers = ["monitor", "settings", "weeks", "alerts a week", "alerts", "incidents"]
    headers += ["closed", "breaches"]
    cells = [
        [
            row["monitor"],
            row["side"],
            number(row["weeks"]),
            number(row["alerts_per_week"]),
            *_counts(row),
        ]
        for row in sorted(totals, key=lambda r: (r["monitor"], names.index(r["side"])))
    ]
    click.echo(console.table(headers, cells, right=headers[2:], limit=60))
    parts = [row for row in rows if row["kind"] == "part"]
    if parts:
        parts.sort(key=lambda r: (r["monitor"], r["family"], r["segment"], names.index(r["side"])))
        headers = ["monitor", "family", "segment", "settings", "alerts", "incidents", "closed"]
        headers += ["breaches"]
        cells = [
            [row["monitor"], row["family"], row["segment"], row["side"], *_counts(row)]
            for row in parts
        ]
        click.echo("\n" + console.table(headers, cells, right=headers[4:], limit=40))
    truths = [row for row in rows if row["kind"] == "truth"]
    if truths:
        headers = ["monitor", "known event", "at", "settings", "detected by", "in the window of"]
        headers += ["notified", "delay"]
        cells = [
            [
                row["monitor"],
                row["name"],
                in_words(row["happened_at"]),
                row["side"],
                _headline(row) if row["detected_at"] else "nothing within 30 days",
                in_words(row["detected_at"]) if row["detected_at"] else "",
                in_words(row["told_at"]) if row["detected_at"] else "",
                number(row["delay_hours"], "hours"),
            ]
            for row in truths
        ]
        click.echo("\n" + console.table(headers, cells, right=headers[7:], limit=60))


def _headline(row: Row) -> str:
    """The incident that an alert is about, in a few words."""
    subject = "" if row["subject"] in ("model", "log") else f" of {row['subject']}"
    part = "" if row["segment"] == "overall" else f" in {row['segment']} {row['segment_value']}"
    return f"{row['severity']}: {row['metric']}{subject}{part}"


@click.command(short_help="What other settings would have sent.")
@options.monitor
@click.option(
    "--set",
    "settings",
    metavar="KEY=VALUE",
    multiple=True,
    help="A key of alerts, thresholds or verdicts, such as 'alerts.open_after=3 of 5'. Can be given several times.",
)
@click.option(
    "--config",
    "files",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="A YAML file of such keys. Two of them are compared with each other.",
)
@click.option("--since", metavar="DATE", help="Windows from this date on (ISO, UTC).")
@click.option("--until", metavar="DATE", help="Windows before this date (ISO, UTC).")
@click.option(
    "--true",
    "truths",
    metavar="MONITOR=DATE",
    multiple=True,
    help="When something broke: how long until it is detected? Known changes and acknowledged groups "
    "count as well.",
)
@click.option(
    "--max-alerts-per-week",
    type=click.FloatRange(min=0),
    metavar="NUMBER",
    help="Exit with 1 when the last settings send more than this for a monitor.",
)
@options.output_format
@options.project
def backtest(
    monitors: tuple[str, ...],
    settings: tuple[str, ...],
    files: tuple[Path, ...],
    since: str | None,
    until: str | None,
    truths: tuple[str, ...],
    max_alerts_per_week: float | None,
    output_format: str,
    project: Project,
) -> int:
    """Replay thresholds and alert settings over the stored history, side by side.

    The settings as they are, beside those of --set or --config, laid upon every monitor's own. An
    alert is a group of incidents that opens. No log is read and no table is changed.
    """
    from mlmon_cli import dbt, summary

    if len(files) > 2:
        raise click.UsageError("give --config once or twice")
    compared = sides(files, settings)
    arguments: Row = {
        "sides": compared,
        "only": list(monitors),
        "truths": [truth(text) for text in truths],
    }
    if since:
        arguments["since"] = moment(since, "--since")
    if until:
        arguments["until"] = moment(until, "--until")
    dbt.ensure_packages(project)
    with console.step("Replaying the history"):
        rows = dbt.run_operation(project, "mlmon_backtest", arguments)
    dbt.refuse_mistakes(rows)
    names = [side["name"] for side in compared]
    limit = max_alerts_per_week
    last = [row for row in rows if row["kind"] == "side" and row["side"] == names[-1]]
    over = [row for row in last if limit is not None and row["alerts_per_week"] > limit]
    code = exit_codes.FINDINGS if over else exit_codes.OK
    if output_format == "json":
        document: Row = {"command": "backtest", "exit_code": code}
        for kind, key in (("side", "totals"), ("part", "parts"), ("truth", "truths")):
            document[key] = [
                {k: v for k, v in row.items() if k != "kind"} for row in rows if row["kind"] == kind
            ]
        summary.print_json(document)
        return code
    if not last:
        click.echo("No window was judged in that time.")
        return code
    _print(rows, names)
    for row in over:
        click.echo(
            f"\n{row['monitor']}: {row['alerts_per_week']:.2f} alerts a week, more than {limit:g} "
            f"(exit code {code})"
        )
    return code
