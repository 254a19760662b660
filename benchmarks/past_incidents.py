"""What past incidents cost `mlmon run` and `mlmon notify`: seconds of the report without and with them.

python benchmarks/past_incidents.py [number of past incidents]
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from python_tests.harness import Project

START = datetime(2026, 1, 1)
MONITOR: dict[str, Any] = {
    "task": "binary",
    "predictions": {"relation": "raw.log", "id": "id", "timestamp": "at", "score": "score"},
    "features": {"numeric": ["age"]},
    "reference": {"start": "2026-01-01", "end": "2026-01-08"},
    "thresholds": {"null_rate": {"error": 0.5}},
    "alerts": {"open_after": "1 of 1", "min_rows": 1},
}


def log() -> pd.DataFrame:
    """Twelve days; the last two without an age."""
    return pd.DataFrame(
        {
            "id": f"{day}-{n}",
            "at": START + timedelta(days=day, hours=n),
            "score": (n + 0.5) / 8,
            "age": None if day > 9 else float(n),
        }
        for day in range(12)
        for n in range(8)
    )


def report(project: Project) -> float:
    """The least of five times."""
    seconds = []
    for _ in range(5):
        started = time.monotonic()
        outcome, _rows = project.operation(
            "mlmon_report", channels=["team"], actions={"retrain": "retrain"}
        )
        assert outcome.success, outcome.text
        seconds.append(time.monotonic() - started)
    return min(seconds)


def add_history(project: Project, n: int) -> None:
    """So many closed incidents, five a group, each told as opened and as resolved."""
    with project.connect() as connection:
        for table, count, changed in (
            (
                "mlmon_incidents",
                n,
                {
                    "incident_id": "'past' || i",
                    "group_id": "'group' || (i // 5)",
                    "group_place": "1 + i % 5",
                },
            ),
            ("mlmon_incident_groups", n // 5, {"group_id": "'group' || i"}),
        ):
            changed |= {"status": "'closed'", "closed_at": "opened_at + interval 1 day"}
            names = [row[0] for row in connection.execute(f"describe main.{table}").fetchall()]
            columns = ", ".join(f"{changed.get(name, name)} as {name}" for name in names)
            source = f"(select * from main.{table} limit 1), range({count}) as numbers(i)"
            connection.execute(f"insert into main.{table} select {columns} from {source}")
        series = "incident_id, monitor, model_version, segment, segment_value, family, subject, metric, severity, group_id"
        for hour, transition in enumerate(("opened", "resolved")):
            connection.execute(
                f"insert into main.mlmon_deliveries ({series}, delivery_key, transition, channel, delivered_at, as_of)"
                f" select {series}, incident_id || '{transition}', '{transition}', 'team', timestamp '2026-01-20 0{hour}:00:00', opened_at"
                " from main.mlmon_incidents where status = 'closed'"
            )


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder) / "watch", {"leads": MONITOR}, {"log": log()})
        project.build()
        report(project)  # the first one imports and parses
        print(f"without history                          {report(project):.2f} s")
        add_history(project, n)
        assert project.dbt("run", "--select", "mlmon_transitions").success
        print(f"{n:,} past incidents, {2 * n:,} deliveries  {report(project):.2f} s")


if __name__ == "__main__":
    main()
