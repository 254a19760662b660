"""What one channel is told at one time: a message and the transitions that it delivers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from mlmon_cli.report import ENDS, NOTICES, Entry, Group, Incident, Monitor


@dataclass(frozen=True)
class Transition:
    """One change of one incident, to be delivered once on one channel."""

    incident: Incident
    transition: str
    channel: str  # the channel's record
    as_of: str | None = None  # the monitor's last window
    round: int = 0  # how often the channel was told before that the incident was over

    @property
    def text(self) -> str:
        """What tells it from every other; a reminder can come often."""
        text = f"{self.incident.incident_id}|{self.transition}|{self.channel}"
        if self.transition in NOTICES:
            text += f"|{self.as_of}"
        elif self.round:
            text += f"|{self.round}"
        return text

    @property
    def delivery_key(self) -> str:
        """The key under which the warehouse records the delivery."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Message:
    """All that one channel is told about one monitor at one time."""

    monitor: Monitor
    channel: str  # the channel's record
    severity: str  # error, warn, resolved or withdrawn
    entries: tuple[Entry, ...]  # what broke, the worst first
    moved: tuple[Incident, ...]  # open drift incidents that go with it
    resolved: tuple[Incident, ...]  # posted as opened before, over now
    withdrawn: tuple[Incident, ...]  # posted as opened before; its data did not end it
    passed: tuple[Incident, ...]  # opened and closed before anything was posted
    escalated: frozenset[str]  # ids of incidents posted before as less grave
    actions: Mapping[str, str]  # asked for, with their descriptions
    transitions: tuple[Transition, ...]
    thread: str = ""  # the message that this one answers, as the channel named it
    thread_is_over: bool = False  # nothing that was told in that message is open any more
    groups: tuple[Group, ...] = ()  # what the transitions belong to, the gravest first
    reminded: tuple[Incident, ...] = ()  # told before, still open
    is_digest: bool = False  # holds what the spent budget of last week kept back
    again: frozenset[str] = frozenset()  # ids of incidents that were told as over before
    mentions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by service: its owner
    others: tuple[Incident, ...] = ()  # open in the same groups as the headline
    begun: str = ""  # the key under which it was begun before, and may have been received

    @property
    def delivery_key(self) -> str:
        """The same for the same set of transitions, whatever their order."""
        if self.begun:
            return self.begun
        parts = sorted(transition.text for transition in self.transitions)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]

    @property
    def group(self) -> Group | None:
        """The group that the headline belongs to."""
        return next((g for g in self.groups if g.group_id == self.lead.group_id), None)

    @property
    def n_more(self) -> int:
        """How many incidents there are beside the one that the headline is about."""
        counted = [
            i
            for i in {t.incident.incident_id: t.incident for t in self.transitions}.values()
            if i.is_counted
        ]
        is_over = self.severity in ENDS
        return (
            max(sum(g.n_incidents if is_over else g.n_open for g in self.groups) or len(counted), 1)
            - 1
        )

    @property
    def lead(self) -> Incident:
        """The incident that the headline is about."""
        if self.entries:
            return self.entries[0].incident
        return (self.resolved or self.passed or self.withdrawn or self.reminded)[0]
