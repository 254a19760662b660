"""The message that `mlmon notify --test` sends: made up, and saying so."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta, timezone

from mlmon_cli.notify.message import Message, Transition
from mlmon_cli.report import Entry, Incident, Monitor


def sample(channel: str) -> Message:
    """A message with everything that one can have. Each has a delivery key of its own."""
    today = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
    day = [(today - timedelta(days=n)).strftime("%Y-%m-%dT00:00:00") for n in range(4)]
    lead = Incident(
        incident_id=f"test-{uuid.uuid4().hex}",
        monitor="mlmon_test",
        family="performance",
        subject="model",
        metric="precision",
        severity="warn",
        opened_at=day[2],
        first_breach_at=day[3],
        last_breach_at=day[1],
        n_windows=3,
        value=0.41,
        baseline=0.62,
        warn_threshold=0.589,
        error_threshold=0.558,
        side="below",
        direction="higher_is_better",
        unit="share",
        meaning="This is a test of the channel. Nothing has happened.",
        query="select 'This is a test' as message;",
    )
    part = Incident(
        incident_id="test-part",
        monitor="mlmon_test",
        segment="channel",
        segment_value="paid_social",
        family="performance",
        subject="model",
        metric="precision",
        value=0.22,
    )
    moved = Incident(
        incident_id="test-drift",
        monitor="mlmon_test",
        family="drift",
        subject="channel",
        metric="psi_excess",
        value=0.42,
    )
    return Message(
        monitor=Monitor(monitor="mlmon_test", owner="nobody", last_window=day[1]),
        channel=channel,
        severity="warn",
        entries=(Entry(lead, (part,)),),
        moved=(moved,),
        resolved=(),
        withdrawn=(),
        passed=(),
        escalated=frozenset(),
        actions={},
        transitions=(Transition(lead, "opened", channel),),
    )
