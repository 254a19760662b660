"""Which transitions go into which message, and in what order they are told."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from mlmon_cli.report import (
    TRANSITIONS,
    Entry,
    Incident,
    Monitor,
    Report,
    group,
    one_a_column,
    severity_rank,
    urgency,
)
from mlmon_cli.settings import Settings, channels_for


@dataclass(frozen=True)
class Transition:
    """One change of one incident, to be delivered once on one channel."""

    incident: Incident
    transition: str
    channel: str

    @property
    def delivery_key(self) -> str:
        """The key under which the warehouse records the delivery."""
        text = f"{self.incident.incident_id}|{self.transition}|{self.channel}"
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Message:
    """All that one channel is told about one monitor at one time."""

    monitor: Monitor
    channel: str
    severity: str  # error, warn or resolved
    entries: tuple[Entry, ...]  # what broke, the worst first
    moved: tuple[Incident, ...]  # open drift incidents that go with it
    resolved: tuple[Incident, ...]  # posted as opened before, over now
    passed: tuple[Incident, ...]  # opened and closed before anything was posted
    escalated: frozenset[str]  # ids of incidents posted before as a warning
    actions: Mapping[str, str]  # asked for, with their descriptions
    transitions: tuple[Transition, ...]
    thread: str = ""  # the message that this one answers, as the channel named it
    thread_is_over: bool = False  # nothing that was told in that message is open any more

    @property
    def delivery_key(self) -> str:
        """The same for the same set of transitions, whatever their order."""
        parts = sorted(
            f"{t.incident.incident_id}|{t.transition}|{t.channel}" for t in self.transitions
        )
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]

    @property
    def lead(self) -> Incident:
        """The incident that the headline is about."""
        if self.entries:
            return self.entries[0].incident
        return (self.resolved or self.passed)[0]


def _pending(
    report: Report, settings: Settings, posted: frozenset[str]
) -> dict[tuple[str, str, str], list[Transition]]:
    """Transitions to deliver, by monitor, channel and thread, as the routes say.

    A resolution follows its opening: it goes where that was delivered, whatever the routes say.
    """
    tags = {monitor.monitor: monitor.tags for monitor in report.monitors}
    found: dict[tuple[str, str, str], list[Transition]] = {}
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
            channel = target.name
            due = [t for t in TRANSITIONS if t in incident.pending.get(channel, ())]
            follows = due == ["resolved"]
            if due and (channel in routed or follows):
                answers = target.has_threads and "opened" not in due
                key = (incident.monitor, channel, incident.threads.get(channel, "") * answers)
                new = [Transition(incident, t, channel) for t in due]
                new = [item for item in new if item.delivery_key not in posted]
                if new:
                    found.setdefault(key, []).extend(new)
    return found


def compose(
    report: Report, settings: Settings, posted: frozenset[str] = frozenset()
) -> list[Message]:
    """One message for each monitor, channel and thread that has something to be told.

    `posted` are delivery keys that the warehouse does not know of yet.
    """
    monitors = {monitor.monitor: monitor for monitor in report.monitors}
    messages = []
    for (name, channel, thread), transitions in _pending(report, settings, posted).items():
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
        open_news = [i for i in news.values() if i.is_open]
        closed = sorted((i for i in news.values() if not i.is_open), key=urgency)
        resolved = tuple(i for i in closed if "opened" not in by_id[i.incident_id])
        passed = tuple(i for i in closed if "opened" in by_id[i.incident_id])
        worse = (key for key, due in by_id.items() if "escalated" in due and "opened" not in due)

        still_open = any(i.threads.get(channel) == thread for i in report.open)

        # Drift explains what else broke; it is told by itself only where nothing else is new.
        broke = [i for i in open_news if i.family != "drift"]
        told = broke or open_news
        # Parts that broke before are named beside the news about the whole.
        kinds = {(i.family, i.subject, i.metric) for i in told}
        mine = [i for i in report.open if i.monitor == name]
        beside = [i for i in mine if (i.family, i.subject, i.metric) in kinds and i not in told]
        entries = group([*told, *(i for i in beside if not i.is_overall)])
        moved: tuple[Incident, ...] = ()
        if broke:
            moved = tuple(one_a_column(i for i in mine if i.family == "drift"))
        actions = dict.fromkeys(a for i in open_news for a in i.actions)
        severity = (
            max((i.severity for i in open_news), key=severity_rank) if open_news else "resolved"
        )
        messages.append(
            Message(
                monitor=monitor,
                channel=channel,
                severity=severity,
                entries=entries,
                moved=moved,
                resolved=resolved,
                passed=passed,
                escalated=frozenset(worse),
                actions={name: settings.actions.get(name, "") for name in actions},
                transitions=tuple(transitions),
                thread=thread,
                thread_is_over=bool(thread) and not still_open,
            )
        )
    return messages
