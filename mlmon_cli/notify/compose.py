"""Which transitions go into which message, and in what order they are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mlmon_cli.notify.message import Message, Transition
from mlmon_cli.report import (
    ACKNOWLEDGED,
    ENDS,
    GREW,
    REMINDED,
    TRANSITIONS,
    WITHDRAWN,
    Entry,
    Group,
    Incident,
    Monitor,
    Report,
    counted,
    family_rank,
    group,
    measure,
    severity_rank,
)
from mlmon_cli.settings import Settings, channels_for

LEAST_GROWTH = 3  # so many more things at least, for a group that doubles to be news


Pending = dict[tuple[str, str], list[Transition]]


def _pending(report: Report, settings: Settings, posted: frozenset[str]) -> Pending:
    """Transitions that are not delivered, by monitor and channel, as the routes say.

    A resolution follows its opening: it goes where that was delivered, whatever the routes say.
    """
    tags = {monitor.monitor: monitor.tags for monitor in report.monitors}
    last_windows = {monitor.monitor: monitor.last_window for monitor in report.monitors}
    threads: dict[tuple[str, str], str] = {}
    for incident in report.incidents:
        for channel, thread in incident.threads.items():
            threads.setdefault((incident.group_id or incident.incident_id, channel), thread)
    found: Pending = {}
    for incident in report.incidents:
        routed = channels_for(
            settings,
            incident.monitor,
            incident.severity,
            incident.family,
            incident.owner,
            tags.get(incident.monitor, ()),
        )
        for target in settings.channels:
            channel = target.record
            due = [t for t in TRANSITIONS if t in incident.pending.get(channel, ())]
            follows = len(due) == 1 and due[0] in (*ENDS, ACKNOWLEDGED)
            if due and (target.name in routed or follows):
                key = (incident.monitor, channel)
                as_of = last_windows.get(incident.monitor)
                thread = ""
                if target.has_threads:  # what joins a group answers what was told of it
                    place = (incident.group_id or incident.incident_id, channel)
                    thread = incident.threads.get(channel) or threads.get(place, "")
                new = [Transition(incident, t, channel, as_of, thread) for t in due]
                new = [item for item in new if item.delivery_key not in posted]
                if new:
                    found.setdefault(key, []).extend(new)
    return found


def _notices(report: Report, settings: Settings, posted: frozenset[str]) -> list[Transition]:
    """Groups to tell of again: they cost twice what they did, or still last and nobody acknowledged."""
    incidents = {incident.incident_id: incident for incident in report.incidents}
    rates: dict[tuple[str, str], float] = {}
    for incident in report.incidents:
        for channel, rate in incident.told_rate.items():
            place = (incident.group_id or "", channel)
            rates[place] = max(rate, rates.get(place, 0))
    monitors = {monitor.monitor: monitor for monitor in report.monitors}
    due = []
    for found in report.groups:
        monitor = monitors.get(found.monitor)
        headline = incidents.get(found.headline_incident_id or "")
        if monitor is None or headline is None or found.status != "open":
            continue
        if found.is_muted or found.is_expected:
            continue
        routed = channels_for(
            settings,
            headline.monitor,
            headline.severity,
            headline.family,
            headline.owner,
            monitor.tags,
        )
        for target in settings.channels:
            windows = found.windows_since_told.get(target.record, 0)
            was = rates.get((found.group_id, target.record), 0)
            kind = ""
            if was and (found.value_rate or 0) >= 2 * was:
                kind = GREW
            elif monitor.remind_every and windows >= monitor.remind_every:
                kind = "" if found.acknowledged_by else REMINDED
            if kind and target.name in routed:
                thread = headline.threads.get(target.record, "") if target.has_threads else ""
                item = Transition(headline, kind, target.record, monitor.last_window, thread)
                if item.delivery_key not in posted:
                    due.append(item)
    return due


def _is_news(item: Transition, found: Group | None, mates: list[Incident]) -> bool:
    """Whether a transition is worth a message of its own.

    What joins a group that was told of already is not, unless the group became graver than it was
    told: a family that matters more, an error where there were warnings, or twice as many things.
    It is told with the next message about the group. `mates` are the group's incidents.
    """
    incident, channel = item.incident, item.channel
    if found is None or item.transition == ACKNOWLEDGED:
        return True
    if item.transition in ENDS and channel in incident.told:
        return found.n_open == 0
    if incident.is_silenced or found.is_cooling:
        return False
    told = [i for i in mates if channel in i.told]
    if not told:
        return item.transition == "opened"
    graver = severity_rank(incident.severity) > max(severity_rank(i.told[channel]) for i in told)
    dearer = family_rank(incident.family) < min(family_rank(i.family) for i in told)
    if item.transition == "escalated" or not incident.is_open:
        return graver
    extent = max(i.told_extent.get(channel, 0) for i in told)
    wider = bool(extent) and found.extent >= max(2 * extent, extent + LEAST_GROWTH)
    return item.transition == "opened" and (graver or dearer or wider)


def _waits(item: Transition, found: Group | None) -> bool:
    """Whether a part that is over waits until its whole group is: until then the group lasts."""
    return (
        item.transition in ENDS
        and item.channel in item.incident.told
        and bool(found and found.n_open)
    )


def _withheld(monitor: Monitor, channel: str, news: list[Transition]) -> bool:
    """Whether quiet hours or the week's budget keep `news` back; nothing keeps back an error, or that somebody has seen to it."""
    grave = any(
        (
            item.incident.is_open
            and item.incident.severity == "error"
            and item.transition in ("opened", "escalated")
        )
        or item.transition == ACKNOWLEDGED
        for item in news
    )
    if grave:
        return False
    budget = monitor.max_notices_per_week
    spent = budget is not None and monitor.notices_this_week.get(channel, 0) >= budget
    return spent or monitor.is_quiet


def _is_digest(monitor: Monitor, channel: str) -> bool:
    """Whether what is told now was waiting since a week whose budget was spent."""
    budget = monitor.max_notices_per_week
    if budget is None or monitor.notices_this_week.get(channel, 0):
        return False
    return monitor.notices_last_week.get(channel, 0) >= budget


def due(report: Report, settings: Settings, posted: frozenset[str] = frozenset()) -> Pending:
    """The transitions that are to be told now, by monitor and channel.

    Not told is what is muted, expected, part of something already told, or kept back by quiet
    hours or the budget. It stays pending, and goes out with what is told next.
    """
    monitors = {monitor.monitor: monitor for monitor in report.monitors}
    groups = {found.group_id: found for found in report.groups}
    mates: dict[str, list[Incident]] = {}
    for incident in report.incidents:
        mates.setdefault(incident.group_id or "", []).append(incident)
    pending = _pending(report, settings, posted)
    reminders = _notices(report, settings, posted)
    told: Pending = {}
    keys = dict.fromkeys([*pending, *((t.incident.monitor, t.channel) for t in reminders)])
    for name, channel in keys:
        waiting = pending.get((name, channel), [])
        again = [t for t in reminders if (t.incident.monitor, t.channel) == (name, channel)]

        def place(item: Transition) -> str:
            return item.incident.group_id or item.incident.incident_id

        news = [
            item
            for item in waiting
            if _is_news(
                item,
                groups.get(item.incident.group_id or ""),
                mates.get(item.incident.group_id or "", []),
            )
        ]
        fresh = {place(item) for item in news if item.transition != ACKNOWLEDGED}
        again = [item for item in again if place(item) not in fresh]
        if not news and not again:
            continue
        if _withheld(monitors.get(name) or Monitor(monitor=name), channel, [*news, *again]):
            continue
        fresh.update(place(item) for item in again)
        along = [
            item
            for item in waiting
            if item in news
            or (
                place(item) in fresh
                and not item.incident.is_silenced
                and not _waits(item, groups.get(place(item)))
            )
        ]
        told[(name, channel)] = [*along, *again]
    return told


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
    messages = []
    groups = {found.group_id: found for found in report.groups}
    messages_due: dict[tuple[str, str, str, str], list[Transition]] = {}
    for (name, channel), items in due(report, settings, posted).items():
        for item in items:
            begun = (in_doubt or {}).get(item.delivery_key, "")
            messages_due.setdefault((name, channel, item.thread, begun), []).append(item)
    for (name, channel, thread, begun), transitions in messages_due.items():
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
                begun=begun,
                is_digest=_is_digest(monitor, channel),
            )
        )
    return messages
