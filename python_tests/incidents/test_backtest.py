"""`mlmon_backtest`: the settings as they are give what is stored; others what a run with them would have stored."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

import pandas as pd
import pytest

from mlmon_cli.report import SERIES_KEY
from python_tests.harness import Project

START = datetime(2026, 1, 1)
DAYS = 45
MONITOR: dict[str, Any] = {
    "task": "binary",
    "predictions": {"relation": "raw.log", "id": "id", "timestamp": "at", "score": "score"},
    "features": {"numeric": ["x", "y"], "categorical": ["kind"]},
    "segments": ["region"],
    "fairness": {"attributes": ["region"], "reference_group": {"region": "US"}},
    "reference": {"start": "2026-01-01", "end": "2026-01-15"},
    "thresholds": {"mean": {"warn": {"above": 0.55}, "of": {"y": {"warn": {"above": 0.1}}}}, "null_rate": False},
    "alerts": {"min_rows": 20},
}
OTHER: dict[str, Any] = {
    "thresholds": {
        "mean": {"warn": {"above": 0.3}, "error": {"above": 0.9}, "of": {"y": {"warn": {"above": 0.2}}}},
        "psi": {"warn": 0.4, "of": {"kind": {"error": 0.05}}},
        "psi_excess": {"of": {"y": False}},
        "psi_excess_pooled": False,
    },
    "alerts": {"open_after": "2 of 2", "close_after": 3, "min_rows": 25, "maintenance": [{"start": "2026-02-03", "end": "2026-02-05"}]},
    "verdicts": {"alpha": 0.05, "metrics": {"psi_excess": {"warn": 0.15, "error": 0.2}, "operations": {"alpha": 0.2, "warn": 0.1}}},
}
LIVE = (
    "mlmon_checks", "mlmon_found_incidents", "mlmon_incidents", "mlmon_incident_groups", "mlmon_monitors", "mlmon_rules",
)  # fmt: skip


def log() -> pd.DataFrame:
    random = Random(5)
    rows = []
    for day in range(DAYS):
        for number in range({3: 20, 5: 140, 33: 15}.get(day, 60)):
            region = random.choice(["EU", "US", "US"])
            moved = 0.9 if day >= 30 and region == "EU" else 0.4 * (day in (20, 21, 22))
            rows.append(
                {
                    "id": f"{day}-{number}", "at": START + timedelta(days=day, seconds=random.randrange(86400)),
                    "score": random.random(), "x": random.gauss(moved, 1), "y": random.gauss(0, 1),
                    "kind": random.choice("abc"), "region": region,
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("backtest"), {"leads": MONITOR}, {"log": log()})
    project.build().check()
    return project


def replay(project: Project, *blocks: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    sides = [{"name": str(number), "block": block} for number, block in enumerate(blocks)]
    outcome, rows = project.operation("mlmon_backtest", sides=sides, **more)
    assert outcome.success, outcome.text
    return rows


def stored(project: Project) -> dict[str, Any]:
    """What the replay counts, from the stored tables."""
    return project.sql(
        """
        select
            (select count(*) from main.mlmon_checks where status <> 'insufficient_data') as n_judged,
            (select count(*) from main.mlmon_checks where status in ('warn', 'error')) as n_breaches,
            (select count(*) from main.mlmon_incidents where not is_before_reference) as n_incidents,
            (select count(*) from main.mlmon_incidents where not is_before_reference and status = 'closed') as n_closed,
            (select count(*) from main.mlmon_incident_groups where not is_before_reference) as n_alerts,
            (select count(distinct window_start) from main.mlmon_checks) as n_windows
        """
    ).to_dict("records")[0]


def counted(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("n_judged", "n_breaches", "n_incidents", "n_closed", "n_alerts", "n_windows")}


def contents(project: Project) -> dict[str, list[Any]]:
    return {
        name: sorted(map(repr, project.sql(f"select * from main.{name}").to_dict("records"))) for name in LIVE
    }


def test_a_replay_gives_what_a_run_with_its_settings_stores(project: Project) -> None:
    before = contents(project)
    rows = replay(project, {}, OTHER, truths=[{"monitor": "leads", "name": "EU", "at": "2026-01-31 00:00:00"}])
    assert contents(project) == before
    as_is, other = (row for row in rows if row["kind"] == "side")
    assert counted(as_is) == stored(project)
    assert as_is["n_incidents"] > 3
    assert as_is["weeks"] == pytest.approx(31 / 7)
    assert as_is["alerts_per_week"] == pytest.approx(as_is["n_alerts"] / (31 / 7))
    for number, total in (("0", as_is), ("1", other)):
        parts = [row for row in rows if row["kind"] == "part" and row["side"] == number]
        for name in ("n_breaches", "n_incidents", "n_closed", "n_alerts"):
            assert sum(row[name] for row in parts) == total[name], name
    truths = [row for row in rows if row["kind"] == "truth"]
    # to the end of the window in which it opens; the alert is about what moved
    told = [(row["delay_hours"], row["window_delay_hours"]) for row in truths]
    assert told[0] == (48, 24), truths
    assert truths[0]["subject"] == "x"
    assert truths[0]["told_at"] == "2026-02-02T00:00:00"

    block = {key: {**MONITOR.get(key, {}), **OTHER[key]} for key in ("thresholds", "alerts", "verdicts")}
    project.configure({"leads": {**MONITOR, **block}})
    project.build().check()
    assert counted(other) == stored(project)
    project.configure({"leads": MONITOR})


REPLAYED = """
{{ config(materialized='table') }}
{%- set read = [] %}
{%- for name in ['monitors', 'rules'] if execute %}{% do read.append(mlmon.model_relation('mlmon_' ~ name)) %}{% endfor %}
select * from ({{ mlmon.replayed_checks(read[0], read[1]) if execute else 'select 1 as nothing' }}) as replayed
"""


def test_each_check_is_replayed_as_it_was_judged(project: Project) -> None:
    """Status, bounds, effect, side and evidence of return, row by row."""
    (project.root / "models" / "replayed.sql").write_text(REPLAYED)
    project.build(select=["package:mlmon"]).check()
    project.build(select=["replayed"]).check()
    (project.root / "models" / "replayed.sql").unlink()
    columns = [
        *("window_start", *SERIES_KEY),
        *("status", "side", "is_clean", "value", "warn_threshold", "error_threshold", "effect", "q_value"),
    ]
    key = columns[: len(SERIES_KEY) + 1]
    tables = [project.sql(f"select {', '.join(columns)} from main.{name}") for name in ("mlmon_checks", "replayed")]
    stored, replayed = (table.sort_values(key, ignore_index=True) for table in tables)
    assert {"n_predictions", "mean", "selection_rate_ratio"} <= set(stored["metric"])
    assert stored.loc[stored["metric"] == "n_predictions", "side"].nunique() == 2
    pd.testing.assert_frame_equal(replayed, stored, rtol=1e-9)


def test_what_cannot_be_replayed_is_said(project: Project) -> None:
    def told(block: dict[str, Any], **more: Any) -> str:
        rows = replay(project, block, **more)
        assert {row["kind"] for row in rows} == {"mistake"}
        return "\n".join(row["message"] for row in rows)

    assert "'segments' cannot be replayed: it changes what is stored" in told({"segments": ["kind"]})
    assert "'alerts.min_rows' is 3" in told({"alerts": {"min_rows": 3}})
    assert "'alerts.open_afterr' is an unknown key — did you mean 'open_after'?" in told({"alerts": {"open_afterr": "1 of 2"}})
    told_of_span = told({"verdicts": {"pooled_windows": 3}})
    assert "'verdicts.pooled_windows' is 3 and was 7 in the last run; it changes the stored numbers and cannot be replayed" in told_of_span
    assert "'verdicts.metrics.recall.min_rows' is 10" in told({"verdicts": {"metrics": {"recall": {"min_rows": 10}}}})
    assert "there is no monitor 'lead' — did you mean 'leads'?" in told({}, only=["lead"])
