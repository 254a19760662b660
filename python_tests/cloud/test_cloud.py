"""Every statement for Snowflake, BigQuery, Redshift and Databricks, as the real adapter renders it: parsed in its dialect, and run on a stand-in.

docs/engines.md says what this proves and what it does not.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from python_tests.harness import PACKAGE

PYTHON = Path(os.environ.get("MLMON_CLOUD_PYTHON") or PACKAGE / ".venv" / "cloud" / "bin" / "python")
ADAPTERS = ["snowflake", "bigquery", "redshift", "databricks"]
# no warehouse takes a longer statement than BigQuery, whose limit is 1 MB; the project here is a small one
LIMIT = 250_000

LEADS: dict[str, Any] = {
    "task": "binary",
    "predictions": {
        "relation": "raw.predictions", "id": "id", "timestamp": "at", "score": "score", "version": "version",
        "latency_ms": "latency", "loaded_at": "loaded_at",
    },
    "labels": {
        "relation": "raw.labels", "id": "id", "label": "label", "timestamp": "at", "loaded_at": "loaded_at", "maturity": "5 days",
    },
    "features": {"numeric": ["age", "balance"], "categorical": ["job", "is_new"]},
    "segments": ["region", ["region", "job"]],
    "fairness": {"attributes": ["gender", "is_new"], "min_group_size": 3, "reference_group": {"gender": "fe\\male's"}},
    "reference": {"start": "2026-01-05", "end": "2026-01-17"},
    "baseline": ["reference", {"rolling": 5}, {"seasonal": {"period": "2 days", "count": 2}}, "previous_version"],
    "holidays": ["2026-01-06", "2026-01-13", "2026-01-20"],
    "kpis": [{"name": "revenue's \\ share", "numerator": "sum(l.revenue)", "denominator": "count(*)"}],
    "value": {"tp": 10, "fp": -2},
    "thresholds": {"null_rate": {"warn": 0.08}, "n_predictions": {"error": {"below": 12}}},
    "alerts": {"min_rows": 5, "owner": "Team \\ \"O'Brien\"", "by_version": True},
}  # fmt: skip
BARE: dict[str, Any] = {
    "task": "binary",
    "predictions": {"relation": "raw.predictions", "id": "id", "timestamp": "on_date", "score": "score", "prediction": "decision"},
    "features": {"numeric": ["age"]},
}
# how a table lies in the warehouse: mlmon's default for most tables, and for mlmon_operations what the project says in dbt_project.yml
OVERRIDES: dict[str, dict[str, Any]] = {
    "snowflake": {"+cluster_by": ["segment"], "+transient": False},
    "bigquery": {"+partition_by": {"field": "window_start", "data_type": "timestamp", "granularity": "day"}},
    "redshift": {"+dist": "monitor"},
    "databricks": {"+liquid_clustered_by": ["window_start"]},
}
LAYOUTS = {
    "snowflake": ("transient table", "cluster by (monitor, to_date(window_start))", "cluster by (segment)"),
    "bigquery": ("partition by timestamp_trunc(window_start, month)", "cluster by monitor, window_start", "partition by timestamp_trunc(window_start, day)"),
    "redshift": ("diststyle even", "compound sortkey(window_start,monitor)", "distkey (monitor)"),
    "databricks": ("using delta", "cluster by (monitor, window_start)", "cluster by (window_start)"),
}
MONITORS = {
    "leads": LEADS,
    "weekly": {**BARE, "window": "week", "reference": {"relation": "raw.training"}},
    "monthly": {**BARE, "window": "month", "reference": {"start": "2026-01-01", "end": "2026-02-01"}},
    "lists": {
        "task": "ranking", "predictions": {**LEADS["predictions"], "query": "region", "rank": "age", "item": "job"}, "labels": {**LEADS["labels"], "label": "revenue"},
        "segments": ["gender"], "fairness": {"attributes": ["is_new"]}, "reference": LEADS["reference"], "alerts": {"min_rows": 2},
    },
}  # fmt: skip


def _predictions(first: int, last: int) -> str:
    at = "timestamp '2026-01-01' + interval (i * 48) minute"
    return rf"""
        select
            'p' || i as id, {at} as at, cast({at} as date) as on_date, (hash(i) % 1000) / 1000.0::double as score,
            case when i > 900 then 'v2' when i % 7 = 0 then null else 'all' end as version,
            case when i % 50 <> 0 then (hash(i + 7) % 400)::double + 0.125 end as latency,
            timestamptz '2026-01-01 00:00:00+00' + interval (i * 48 + 30) minute + interval (i) microsecond as loaded_at,
            case when i % 31 = 0 then null when i % 37 = 0 then 'nan'::double else (hash(i + 1) % 60)::double + case when i > 800 then 20 else 0 end end as age,
            (hash(i + 2) % 10007) * 1.5::double as balance, case i % 3 when 0 then 'O''Brien \ co' when 1 then 'x,y' end as job, i % 2 = 0 as is_new,
            case i % 4 when 0 then null when 1 then 'a,b' else 'eu' end as region, case i % 2 when 0 then 'fe\male''s' else 'other' end as gender, i % 3 = 0 as decision
        from range({first}, {last}) as t(i)"""


def _labels(first: int, last: int) -> str:
    return f"""
        select
            'p' || i as id, cast((hash(i) % 1000) / 1000.0 + (hash(i + 5) % 100) / 200.0 - 0.25 > 0.5 as bigint) as label, (i % 13)::double as revenue,
            timestamp '2026-01-02' + interval (i * 48) minute as at, timestamptz '2026-01-02 00:30:00+00' + interval (i * 48) minute as loaded_at
        from range({first}, {last}) as t(i) where i % 5 <> 0"""


@pytest.fixture(scope="module", params=[*ADAPTERS[:2], *(pytest.param(name, marks=pytest.mark.slow) for name in ADAPTERS[2:])])
def sent(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What one adapter sent over a first run, a second one, the tests and the macros of the command line."""
    if not PYTHON.exists():
        pytest.skip("the adapters of the cloud warehouses are not installed: make .venv/.cloud")
    root = tmp_path_factory.mktemp(request.param)
    (root / "models").mkdir()
    (root / "dbt_packages").mkdir()
    (root / "dbt_packages" / "mlmon").symlink_to(PACKAGE, target_is_directory=True)
    (root / "macros").mkdir()
    (root / "macros" / "own.sql").write_text("{% macro own() %}{% endmacro %}\n")
    (root / "packages.yml").write_text(yaml.safe_dump({"packages": [{"local": str(PACKAGE)}]}))
    project = {"name": "watch", "version": "1.0.0", "profile": "watch", "vars": {"mlmon_monitors": MONITORS}}
    project["models"] = {"mlmon": {"metrics": {"mlmon_operations": OVERRIDES[request.param]}}}
    (root / "dbt_project.yml").write_text(yaml.safe_dump(project))
    threshold = {"arguments": {"expression": "rate", "warn": {"above": 0.9}, "owner": "O'Brien"}, "config": {"where": "rate is not null"}}
    tables = [{"name": name} for name in ("predictions", "labels", "training")]
    resources = {
        "sources": [{"name": "raw", "schema": "raw", "tables": tables}],
        "models": [{"name": "refunds", "data_tests": [{"mlmon.metric_threshold": threshold}]}],
    }
    (root / "models" / "resources.yml").write_text(yaml.safe_dump(resources))
    (root / "models" / "refunds.sql").write_text("select 0.01 as rate\n")
    (root / "warehouse.sql").write_text(f"""
        create schema raw;
        create table raw.predictions as {_predictions(0, 1300)} union all {_predictions(100, 110)};
        create table raw.labels as {_labels(0, 1250)} union all {_labels(100, 105)};
        create table raw.training as {_predictions(0, 700)};
        create table main.mlmon_metric_catalog as select * from read_csv('{PACKAGE}/seeds/mlmon_metric_catalog.csv', header = true);
    """)
    (root / "more.sql").write_text(f"insert into raw.predictions {_predictions(1300, 1450)}; insert into raw.labels {_labels(1150, 1400)};")
    run = subprocess.run(
        [PYTHON, Path(__file__).with_name("stand_in.py"), request.param, root],
        capture_output=True, text=True, check=False, env={**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "PYTHONPATH": str(PACKAGE)},
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]
    return {
        "adapter": request.param,
        "statements": json.loads((root / "statements.json").read_text()),
        "outcomes": json.loads((root / "outcomes.json").read_text()),
    }


def test_every_node_and_macro_is_rendered_parsed_and_run(sent: dict[str, Any]) -> None:
    assert {step: outcome for step, outcome in sent["outcomes"].items() if outcome["broken"] or outcome["exception"]} == {}
    problems = {(note["sql"].split(maxsplit=1)[0].lower(), note["problem"]) for note in sent["statements"] if note["problem"]}
    # sqlglot reads no LOCK: it is sent as it stands
    assert problems <= {("lock", "not parsed"), ("/*", "not parsed"), ("optimize", "not parsed")}


def test_both_forms_were_sent(sent: dict[str, Any]) -> None:
    """The first run creates and fills; the second deletes windows and inserts them anew."""
    for step, words in {"first": ("create", "insert into"), "second": ("delete from", "insert into")}.items():
        texts = [note["sql"].lower() for note in sent["statements"] if note["step"] == step]
        for word in words:
            for table in ("mlmon_profile", "mlmon_outcomes", "mlmon_log_health", "mlmon_checks"):
                assert any(word in text and table in text for text in texts), (step, word, table)


def test_no_statement_is_too_long(sent: dict[str, Any]) -> None:
    assert max(len(note["sql"].encode()) for note in sent["statements"]) < LIMIT


def test_tables_lie_by_window_and_monitor_unless_the_project_says_otherwise(sent: dict[str, Any]) -> None:
    made = [" ".join(note["sql"].lower().split()) for note in sent["statements"] if note["step"] == "first" and "create" in note["sql"].lower()]
    *defaults, override = LAYOUTS[sent["adapter"]]
    for table in ("mlmon_profile", "mlmon_outcomes", "mlmon_checks"):
        statement = next(text for text in made if f"{table}__building" in text)
        assert all(words in statement for words in defaults), statement
    statement = next(text for text in made if "mlmon_operations__building" in text)
    assert override in statement, statement


def test_deletes_name_monitors_and_times(sent: dict[str, Any]) -> None:
    """So that a warehouse with partitions or clusters reads a part of the table alone: no function of the column, no subquery."""
    found = set()
    for note in sent["statements"]:
        deletion = re.fullmatch(r"(?:/\*.*?\*/)?\s*delete from \S*?(mlmon_\w+)\S* where (.*?)[;\s]*", note["sql"].lower(), re.S)
        if not deletion or deletion[1] in ("mlmon_new_watermarks", "mlmon_windows_to_read", "mlmon_watermarks"):  # a row or a few for each monitor
            continue
        found.add(deletion[1])
        assert re.match(r"monitor (= '|in \(')", deletion[2]), deletion[2]
        if deletion[1] not in ("mlmon_bins", "mlmon_reference", "mlmon_baselines", "mlmon_dispersion"):
            for bound in (">=", "<"):
                assert re.search(rf"\bwindow_start {bound} cast\('\d{{4}}-\d\d-\d\d ", deletion[2]), deletion[2]
        assert "select" not in deletion[2]
    assert {"mlmon_profile", "mlmon_outcomes", "mlmon_distances", "mlmon_checks"} <= found
