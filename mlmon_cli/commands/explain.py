"""`mlmon explain`: why, in about ten lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import click

from mlmon_cli import console, exit_codes, options, wording
from mlmon_cli.commands.words import check_id, not_one
from mlmon_cli.console import clean
from mlmon_cli.project import Project
from mlmon_cli.report import Group, Incident, Monitor, read_report, short_id

Row = dict[str, Any]
LABEL = 8  # columns of a line's label


@dataclass(frozen=True)
class Explanation:
    """What `mlmon_explain` printed; each fact is None, or empty, where there is nothing to say."""

    monitor: Monitor
    incident: Incident
    group: Group
    columns: list[Row]  # that drifted beside the one that moved first
    baseline: Row | None
    split: Row | None
    restated: Row | None
    change: Row | None
    estimates: list[Row]  # what is to be trusted first
    runbook: str

    @property
    def is_headline(self) -> bool:
        """Whether the incident stands for its group."""
        return self.group.headline_incident_id == self.incident.incident_id

    @property
    def has_phase(self) -> bool:
        """Whether it is judged against windows of the same time of the week, or holidays."""
        return self.baseline is not None and self.baseline["baseline_phase"] is not None


def _read(rows: list[Row], project: Project) -> Explanation:
    from mlmon_cli.notify.compose import shipped_runbook
    from mlmon_cli.settings import load_settings

    report = read_report(rows)
    monitor, lead, group = report.monitors[0], report.incidents[0], report.groups[0]
    facts: dict[str, list[Row]] = {}
    for row in rows:
        fact = {name: value for name, value in row.items() if name != "kind"}
        facts.setdefault(row["kind"], []).append(fact)

    def one(kind: str) -> Row | None:
        return next(iter(facts.get(kind, [])), None)

    return Explanation(
        monitor=monitor,
        incident=lead,
        group=group,
        columns=facts.get("column", []),
        baseline=one("baseline"),
        split=one("split"),
        restated=one("restated"),
        change=one("change"),
        estimates=facts.get("estimate", []),
        runbook=monitor.runbook or shipped_runbook(load_settings(project.root, strict=False), lead),
    )


def _broke(told: Explanation) -> str:
    """What broke, how bad, against which baseline."""
    lead = told.incident
    facts = [f"{clean(lead.monitor)}: {wording.broke(lead)}"]
    if wording.is_drift(lead):
        facts.append(f"{clean(lead.metric)} {wording.number(lead.value, lead.unit)}")
    limit = wording.limit(lead)
    if limit:
        facts.append(limit)
    if told.baseline:
        is_holiday = bool(told.baseline["is_holiday"])
        against = wording.baseline(lead, told.has_phase, is_holiday, told.monitor.window)
        if against not in facts[0]:
            facts.append(f"compared with {against}")
    return "; ".join(facts)


def _when(told: Explanation) -> str:
    """Since when, how many windows, and until when it could be judged."""
    lead = told.incident
    first = wording.moment(lead.first_breach_at or lead.opened_at)
    text = f"open since {first}" if lead.is_open else f"began {first}, {wording.over(lead)}"
    bad = wording.bad_windows(lead, told.group, told.monitor)
    return f"{text}: {bad}" if bad else text


def _cost(told: Explanation) -> str:
    lost, rate = told.group.value_lost, told.group.value_rate
    if not told.is_headline:
        lost, rate = told.incident.value_lost, None
    if not told.incident.is_open:
        return "" if lost is None else wording.whole(lost)
    return wording.cost(lost, rate, told.monitor.window).removeprefix("cost ")


def _where(told: Explanation) -> str:
    """Nothing where the first line says it."""
    lead, group = told.incident, told.group
    if group.where_kind in (None, "headline") and not (told.is_headline and lead.is_open):
        return ""
    return wording.where(lead, group)


def _split(told: Explanation) -> str:
    """What the change of the last window that breached is made of."""
    split = told.split
    if split is None:
        return ""
    column, day = clean(split["by_segment"]), wording.moment(split["window_start"])
    # what is judged by the weekday is split against the whole
    text = (
        f"of {wording.change(split['total_change'])} "
        f"({'all weekdays, ' if told.has_phase else ''}{day}): "
        f"{wording.segment(split['by_segment'], split['part'])} within "
        f"{wording.change(split['part_within_change'])}, "
        f"mix of {column} {wording.change(split['mix_change'])}, "
        f"others within {wording.change(split['others_within_change'])}"
    )
    if split["is_reversal"]:
        text += f"; each {column} moved the other way than the whole (Simpson's paradox)"
    return text


def _moved(told: Explanation) -> str:
    lead, group = told.incident, told.group
    moved = wording.first_moved(lead, group)
    if not moved or (wording.is_drift(lead) and group.moved_subject == lead.subject):
        return moved
    return f"{'with it' if group.moved_is_first is False else 'first'}: {moved}"


def _also(told: Explanation) -> str:
    rows = [{**row, "kind": "group"} for row in told.columns]
    texts = [wording.first_moved(told.incident, column) for column in read_report(rows).groups]
    n_more = told.group.n_columns - len(texts) - bool(told.group.moved_subject)
    if texts and n_more > 0:
        texts.append(f"and {wording.plural(n_more, 'more column')}")
    return "; ".join(texts)


def _restated(told: Explanation) -> str:
    """What the number was when it was judged, if it has become another one since."""
    restated, unit = told.restated, told.incident.unit
    if restated is None:
        return ""
    day, at = (wording.moment(restated[name]) for name in ("window_start", "first_known_at"))
    was, now = (wording.number(restated[name], unit) for name in ("first_value", "value"))
    text = f"{day} was {was} when judged ({at}), is {now} now (new {clean(restated['reason'])})"
    others = restated["n_windows"] - 1
    return f"{text}; and {wording.plural(others, 'more window')}" if others else text


def _change(told: Explanation) -> str:
    began, change = wording.began(told.incident), told.change or {}
    words = [clean(change[name]) for name in ("actor", "reason") if change.get(name)]
    return f"{began} ({': '.join(words)})" if words else began


def _estimate(told: Explanation) -> str:
    """What the metric is by now, where labels are not there yet."""
    if not told.estimates:
        return ""
    best, unit = told.estimates[0], told.incident.unit
    value, low, high = (wording.number(best[name], unit) for name in ("value", "low", "high"))
    day = wording.moment(best["window_start"])
    text = f"estimated {value} ({low} to {high}), {day}, {clean(best['estimator'])}; "
    return text + ("trusted" if best["is_trusted"] else f"not trusted: {clean(best['reason'])}")


def _asked(told: Explanation) -> str:
    """What is asked of whom, what was said, and where to read on."""
    lead, owner = told.incident, clean(told.monitor.owner or "")
    facts = [owner]
    if lead.is_open:
        mend = "have the logs mended" if lead.metric == "data_problem" else "look into it"
        facts = [f"{owner or 'somebody'}: please {clean(', '.join(lead.actions)) or mend}"]
    facts.append(wording.said(told.group if told.is_headline else lead))
    facts.append(f"note: {clean(lead.note)}" if lead.note else "")
    facts.append(f"runbook {clean(told.runbook)}")
    return "; ".join(fact for fact in facts if fact)


def _next(told: Explanation) -> str:
    lead, group = told.incident, told.group
    mine = short_id(group.group_id if told.is_headline else lead.incident_id, [])
    steps = [] if lead.acknowledged_by or not lead.is_open else [f"mlmon ack {mine}"]
    if not told.is_headline:
        steps.append(f"mlmon explain {short_id(group.group_id, [])} (the group it is part of)")
    elif (n_more := (group.n_open if lead.is_open else group.n_incidents) - 1) > 0:
        shown = f"mlmon incidents{'' if lead.is_open else ' --all'}"
        steps.append(f"{shown} -m {clean(lead.monitor)} ({n_more:,} more)")
    return "; ".join(steps)


def _lines(told: Explanation) -> Iterator[str]:
    """The facts, each with its label, in lines of a terminal."""
    severity = told.incident.severity
    facts = {
        severity: _broke(told),
        "when": _when(told),
        "cost": _cost(told),
        "where": _where(told),
        "split": _split(told),
        "kind": wording.kind_of_change(told.group),
        "moved": _moved(told),
        "also": _also(told),
        "change": _change(told),
        "then": _restated(told),
        "now": _estimate(told),
        "asked" if told.incident.is_open else "owner": _asked(told),
        "next": _next(told),
    }
    for label, text in facts.items():
        if text:
            first, *rest = console.wrap(text, f"{clean(label):<{LABEL}}", " " * LABEL)
            yield console.tinted(label) + first[len(label) :]
            yield from rest


def _document(told: Explanation) -> Row:
    from mlmon_cli import summary

    return {
        "command": "explain",
        "exit_code": exit_codes.OK,
        "monitor": told.monitor.monitor,
        "incident": summary.incident_document(told.incident),
        "group": summary.group_document(told.group),
        **{
            name: value
            for name, value in asdict(told).items()
            if name not in ("monitor", "incident", "group")
        },
    }


@click.command(short_help="Why an incident is open, in about ten lines.")
@click.argument("incident", metavar="ID")
@options.output_format
@options.project
def explain(incident: str, output_format: str, project: Project) -> int:
    """Explain an incident or a group (the first characters of its ID, or the monitor where one
    group is open): what broke and what it costs, where, what its change is made of, what moved
    first, what is estimated by now, and what is asked of whom.
    """
    from mlmon_cli import dbt, summary

    check_id(incident)
    dbt.ensure_packages(project)
    with console.step("Reading the incident"):
        rows = dbt.run_operation(project, "mlmon_explain", {"target": incident})
    dbt.refuse_mistakes(rows, not_one(rows))
    told = _read(rows, project)
    if output_format == "json":
        summary.print_json(_document(told))
    else:
        click.echo("\n".join(_lines(told)))
    return exit_codes.OK
