"""Messages of what `mlmon_report` says is due: which it is, and in what order, is decided there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mlmon_cli.notify.message import Message, Transition
from mlmon_cli.report import (
    GREW,
    REMINDED,
    WITHDRAWN,
    Entry,
    Incident,
    Monitor,
    Report,
    counted,
    group,
    measure,
    severity_rank,
)
from mlmon_cli.settings import Settings


def shipped_runbook(settings: Settings, lead: Incident) -> str:
    """Where the package's own page about the lead's family is; a monitor's own link goes before."""
    page = "data" if lead.metric == "data_problem" else lead.family
    return f"{settings.runbooks or 'dbt_packages/mlmon/docs/runbooks'}/{page}.md"


def compose(
    report: Report,
    settings: Settings,
    posted: frozenset[str] = frozenset(),
    in_doubt: Mapping[str, str] | None = None,
) -> list[Message]:
    """One message for each monitor, channel and thread that has something to be told.

    `posted` are delivery keys that the warehouse does not know of yet. What is `in_doubt` (delivery
    key -> key of the message) makes up its message again, for the receiver to know it by that key.
    """
    monitors = {monitor.monitor: monitor for monitor in report.monitors}
    incidents = {incident.incident_id: incident for incident in report.incidents}
    groups = {found.group_id: found for found in report.groups}
    digests = {(row.monitor, row.channel) for row in report.due if row.is_digest}
    messages = []
    messages_due: dict[tuple[str, str, str, str], list[Transition]] = {}
    for row in report.due:
        window = monitors[row.monitor].last_window if row.monitor in monitors else None
        item = Transition(
            *(incidents[row.incident_id], row.transition, row.channel, window),
            round=row.round,
        )
        if item.delivery_key not in posted:
            begun = (in_doubt or {}).get(item.delivery_key, "")
            key = (row.monitor, row.channel, row.thread, begun)
            messages_due.setdefault(key, []).append(item)
    # what may have come through already is told first: it is the older part of the story
    in_order = sorted(messages_due.items(), key=lambda item: item[0][3] == "")
    for (name, channel, thread, begun), transitions in in_order:
        monitor = monitors.get(name) or Monitor(monitor=name)
        first = transitions[0].incident
        monitor = replace(
            monitor,
            owner=monitor.owner or first.owner,
            runbook=monitor.runbook or first.runbook,
        )
        by_id: dict[str, list[str]] = {}
        news: dict[str, Incident] = {}
        for item in transitions:
            by_id.setdefault(item.incident.incident_id, []).append(item.transition)
            news[item.incident.incident_id] = item.incident
        reminded = tuple(
            t.incident for t in transitions if by_id[t.incident.incident_id] == [REMINDED]
        )
        again = frozenset(
            t.incident.incident_id for t in transitions if t.transition == "opened" and t.round
        )
        open_news = [i for i in news.values() if i.is_open]
        closed = sorted((i for i in news.values() if not i.is_open), key=lambda i: i.place)
        withdrawn = tuple(i for i in closed if WITHDRAWN in by_id[i.incident_id])
        resolved = tuple(
            i for i in closed if "opened" not in by_id[i.incident_id] and i not in withdrawn
        )
        passed = tuple(i for i in closed if "opened" in by_id[i.incident_id])
        worse = (
            key
            for key, due in by_id.items()
            if GREW in due or ("escalated" in due and "opened" not in due)
        )

        still_open = any(i.threads.get(channel) == thread for i in report.open)

        # Drift explains what else broke; it is told by itself only where nothing else is new.
        broke = [i for i in open_news if i.family != "drift"]
        told = broke or open_news
        # Parts that broke before are named beside the news about the whole.
        kinds = {(i.family, i.subject, measure(i)) for i in told}
        mine = [i for i in report.open if i.monitor == name and not i.is_silenced]
        beside = [i for i in mine if (i.family, i.subject, measure(i)) in kinds and i not in told]
        entries = group([*told, *(i for i in beside if not i.is_overall)])
        entries = entries or tuple(Entry(i) for i in told)
        mine_groups = sorted(
            {g.group_id: g for i in news.values() if (g := groups.get(i.group_id or ""))}.values(),
            key=lambda g: g.place,
        )
        moved: tuple[Incident, ...] = ()
        if broke:
            moved = tuple(counted(i for i in mine if i.family == "drift"))
        actions = dict.fromkeys(a for i in open_news for a in i.actions)
        severity = "resolved" if resolved or passed else WITHDRAWN
        if open_news:
            severity = max((i.severity for i in open_news), key=severity_rank)
        over = (*resolved, *passed, *withdrawn)
        lead = entries[0].incident if entries else over[0]
        monitor = replace(monitor, runbook=monitor.runbook or shipped_runbook(settings, lead))
        told_groups = {g.group_id for g in mine_groups}
        in_groups = (i for i in report.open if i.group_id in told_groups and i is not lead)
        messages.append(
            Message(
                monitor=monitor,
                channel=channel,
                severity=severity,
                entries=entries,
                moved=moved,
                resolved=resolved,
                withdrawn=withdrawn,
                passed=passed,
                escalated=frozenset(worse),
                again=again,
                actions={name: settings.actions.get(name, "") for name in actions},
                transitions=tuple(transitions),
                thread=thread,
                thread_is_over=bool(thread) and not still_open,
                groups=tuple(mine_groups),
                reminded=reminded,
                mentions=settings.owners.get(monitor.owner or "", {}),
                others=tuple(counted(in_groups)),
                begun=begun,
                is_digest=(name, channel) in digests,
            )
        )
    return messages
