"""The examples on other engines: the tables that DuckDB gives, and every command that writes to the warehouse.

An engine joins by its name in ENGINES; `new_<name>` in conftest.py makes its databases. The logs are made by the examples' own models,
one row in forty of them, and come in two deliveries, the second with the labels of the first one's predictions. The first is built by
dbt, the second by `mlmon run`, a process of its own on a machine whose clock is not UTC.

`MLMON_SPARK_EXAMPLES=1 pytest python_tests/engines/test_examples.py` adds Spark, which takes a second for a statement however little it
reads: ten minutes. It has all of it at once, and of a binary and a multiclass model: how its tables grow, test_spark.py looks at.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import yaml
from dbt.cli.main import dbtRunner

from mlmon_cli.main import invoke
from python_tests.harness import PACKAGE, Project, Snapshot, assert_same, snapshot
from python_tests.warehouses import release_duckdb, stop_spark

pytestmark = pytest.mark.slow

ENGINES = ["postgres", *(["spark"] if os.environ.get("MLMON_SPARK_EXAMPLES") else [])]
LEFT_OUT = {"spark": ["late_arrival", "demand"]}
EXAMPLES = PACKAGE / "examples"
# the tables of an example, which rows of them, and up to when the first delivery goes
LOGS = {
    "lead_scoring": {
        "lead_scoring_predictions": ("substr(prediction_id, 6)::int % 40 = 0 and predicted_at >= '2026-02-10'", "loaded_at < '2026-04-03'"),
        "lead_scoring_labels": ("substr(prediction_id, 6)::int % 40 = 0 and labeled_at >= '2026-02-10'", "loaded_at < '2026-04-03'"),
    },
    "flights": {
        "flight_predictions": ("hash(flight_id) % 40 = 0 and scheduled_departure between '2013-04-10' and '2013-05-20'", "logged_at < '2013-05-12'"),
        "flight_labels": ("hash(flight_id) % 40 = 0 and landed_at between '2013-04-10' and '2013-05-20'", "landed_at < '2013-05-11'"),
    },
    "offers": {
        "offer_predictions": ("hash(offer_id) % 20 = 0 and offered_at between '2026-02-15' and '2026-04-01'", "offered_at < '2026-03-25'"),
        "offer_answers": ("hash(offer_id) % 20 = 0 and answered_at between '2026-02-15' and '2026-04-05'", "answered_at < '2026-03-24'"),
    },
    "demand": {
        "demand_forecasts": ("starts_at between '2014-03-10' and '2014-04-25'", "starts_at < '2014-04-20'"),
        "demand_actuals": ("metered_at between '2014-03-10' and '2014-04-27'", "metered_at < '2014-04-20'"),
    },
}


def monitors() -> dict[str, Any]:
    """The examples' monitors, over tables of the source `raw`, at ease with days of a fortieth of the rows."""
    found: dict[str, Any] = {}
    for example in LOGS:
        found.update(yaml.safe_load((EXAMPLES / example / "dbt_project.yml").read_text())["vars"]["mlmon_monitors"])
    for block in found.values():
        for part in ("predictions", "labels"):
            block[part]["relation"] = f"raw.{block[part]['relation']}"
        block["alerts"]["min_rows"] = 5
    return found


@pytest.fixture(scope="module")
def deliveries(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, pa.Table]]:
    """The logs as they stand after each of two deliveries."""
    stands: list[dict[str, pa.Table]] = [{}, {}]
    for example, tables in LOGS.items():
        copy = tmp_path_factory.mktemp(example) / example
        shutil.copytree(EXAMPLES / example, copy, ignore=shutil.ignore_patterns("target", "dbt_packages", "logs", "*.duckdb*"))
        (copy / "dbt_packages").mkdir()
        (copy / "dbt_packages" / "mlmon").symlink_to(PACKAGE, target_is_directory=True)
        if (copy / "prepare.py").exists():
            subprocess.run([sys.executable, "prepare.py"], cwd=copy, check=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(copy)
            done = dbtRunner().invoke(["--quiet", "run", "--select", f"package:{example}", "--profiles-dir", "."])
        assert done.success, done.exception
        release_duckdb()
        with duckdb.connect(str(copy / f"{example}.duckdb"), read_only=True) as connection:
            for name, (sample, first) in tables.items():
                for stand, condition in zip(stands, (f"{sample} and {first}", sample), strict=True):
                    stand[name] = plain(connection.sql(f"select * from {name} where {condition}").to_arrow_table())
    return stands


def tables(project: Project) -> Snapshot:
    """Every table; of mlmon_profile, which has ten times the rows of all others, what is not by segment."""
    return snapshot(project, mlmon_profile="segment = 'overall'")


def without(found: Snapshot, monitors: list[str], subject: str = "") -> Snapshot:
    """Without some monitors, and without the numbers of a subject in mlmon_metrics."""
    kept = {name: table.filter(pc.invert(pc.is_in(table["monitor"], pa.array(monitors, pa.string())))) for name, table in found.tables.items()}
    kept["mlmon_metrics"] = kept["mlmon_metrics"].filter(pc.not_equal(kept["mlmon_metrics"]["subject"], subject))
    return Snapshot(kept)


def plain(table: pa.Table) -> pa.Table:
    """With doubles for decimals, and bigints for what is wider or narrower."""
    types = [
        pa.float64() if pa.types.is_decimal(field.type) else pa.int64() if pa.types.is_integer(field.type) else field.type for field in table.schema
    ]
    return table.cast(pa.schema(list(zip(table.schema.names, types, strict=True))))


@pytest.fixture(scope="module")
def expected(deliveries: list[dict[str, pa.Table]], tmp_path_factory: pytest.TempPathFactory) -> list[Snapshot]:
    """What DuckDB makes of each delivery."""
    project = Project(tmp_path_factory.mktemp("duckdb"), monitors())
    found = []
    for logs in deliveries:
        project.load(**logs)
        project.build().check()
        found.append(tables(project))
    return found


@pytest.fixture(scope="module", params=ENGINES)
def built(
    request: pytest.FixtureRequest,
    deliveries: list[dict[str, pa.Table]],
    expected: list[Snapshot],
    tmp_path_factory: pytest.TempPathFactory,
) -> Project:
    """The same on another engine, compared after each delivery."""
    warehouse = request.getfixturevalue(f"new_{request.param}")()
    left_out = LEFT_OUT.get(request.param, [])
    watched = {name: block for name, block in monitors().items() if name not in left_out}
    project = Project(tmp_path_factory.mktemp(request.param), watched, warehouse=warehouse)
    (project.root / "mlmon.yml").write_text(
        "channels:\n  file: {type: file, path: posted.jsonl}\nroutes:\n  - {channels: [file]}\n"
        "actions:\n  retrain: {description: Retrain.}\n  review: {description: Look.}\n"
    )
    at_once = request.param == "spark"
    if not at_once:
        project.load(**deliveries[0])
        project.build().check()
        assert_same(tables(project), without(expected[0], left_out))
    project.load(**deliveries[1])
    report = run_elsewhere(project)
    subject = "review" if at_once else ""  # what waits for people is counted by the run after the one that put it there
    assert_same(without(tables(project), [], subject), without(expected[1], left_out, subject))
    incidents = {row["incident_id"]: row for row in project.arrow("mlmon_incidents").to_pylist()}
    assert report["incidents"]
    for told in report["incidents"]:
        assert told["opened_at"] == incidents[told["incident_id"]]["opened_at"].isoformat()
    return project


def run_elsewhere(project: Project) -> Any:
    """What `mlmon run` printed as JSON, in a process of its own and in another time zone. It finds errors."""
    if project.warehouse.name == "spark":
        stop_spark()
    where = ["--project-dir", str(project.root), "--profiles-dir", str(project.root)]
    done = subprocess.run(
        [sys.executable, "-m", "mlmon_cli", "run", "--format", "json", *where],
        env={**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "TZ": "America/New_York"},
        cwd=project.root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    return json.loads(done.stdout)


def mlmon(project: Project, *command: str) -> Any:
    """What a command printed, as JSON."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), pytest.MonkeyPatch.context() as patch:
        patch.chdir(project.root)
        code = invoke([*command, "--format", "json", "--project-dir", str(project.root), "--profiles-dir", str(project.root)])
    project.warehouse.release()
    assert code in (0, 1), (command, printed.getvalue())
    return json.loads(printed.getvalue() or "null")


def posted(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def test_the_tables_are_those_of_duckdb(built: Project, expected: list[Snapshot]) -> None:
    """Compared as they were built; here, that there was something to compare."""
    for found in expected:
        assert {row["monitor"] for row in found["mlmon_checks"]} == {"lead_scoring", "late_arrival", "next_best_offer", "demand"}
        assert "lead_scoring" in {row["monitor"] for row in found["mlmon_incidents"]}
    # labels that came late changed windows of the first delivery
    first, second = ({str(row["window_start"]): row for row in found["mlmon_performance"] if row["monitor"] == "lead_scoring"
                      and (row["segment"], row["model_version"]) == ("overall", "all")} for found in expected)  # fmt: skip
    assert second["2026-03-31 00:00:00"]["n_labelled"] > first["2026-03-31 00:00:00"]["n_labelled"]


def test_what_people_and_the_command_line_write(built: Project) -> None:
    told = posted(built.root / "posted.jsonl")
    assert told
    n_delivered = len(built.table("mlmon_deliveries"))
    assert n_delivered > 0
    mlmon(built, "notify")
    assert posted(built.root / "posted.jsonl") == told
    assert len(built.table("mlmon_deliveries")) == n_delivered
    open_incident = built.table("mlmon_incidents", "status = 'open'")["incident_id"].iloc[0]
    mlmon(built, "ack", open_incident, "--because", "it's mine \\ yours")
    mlmon(built, "mute", open_incident, "--for", "3 days")
    mlmon(built, "event", "add", "spring campaign", "--kind", "campaign", "--at", "2026-04-01", "--monitor", "lead_scoring")
    events = built.table("mlmon_events")
    assert {"ack", "mute"} <= set(events["event_type"]), set(events["event_type"])
    assert "it's mine \\ yours" in set(events["reason"])
    assert list(built.table("mlmon_change_events")["change_name"]) == ["spring campaign"]
    assert mlmon(built, "event", "list")


def test_review(built: Project) -> None:
    waiting = mlmon(built, "review", "list")
    queue = built.table("mlmon_review_queue")
    assert len(queue) > 0
    assert waiting
    row = queue.iloc[0]
    place = ["--project-dir", str(built.root), "--profiles-dir", str(built.root)]
    assert invoke(["review", "decide", row["prediction_id"], "--monitor", row["monitor"], "--override", "--by", "ann", *place]) == 0
    built.warehouse.release()
    assert list(built.table("mlmon_review_decisions")["decided_by"]) == ["ann"]


def test_backtest(built: Project) -> None:
    """The settings as they are, and stricter ones."""
    found = mlmon(built, "backtest", "--set", "alerts.open_after=3 of 3")
    assert found


def test_prune(built: Project) -> None:
    """Old windows go, later runs leave them alone, past incidents stay."""
    before = built.table("mlmon_performance", "monitor = 'lead_scoring' and not is_reference")
    incidents = built.table("mlmon_incidents")
    mlmon(built, "prune", "--older-than", "35 days", "--monitor", "lead_scoring")
    after = built.table("mlmon_performance", "monitor = 'lead_scoring' and not is_reference")
    assert 0 < len(after) < len(before)
    assert after["window_start"].min() > before["window_start"].min()
    mlmon(built, "run")
    assert len(built.table("mlmon_performance", "monitor = 'lead_scoring' and not is_reference")) == len(after)
    assert set(built.table("mlmon_incidents")["incident_id"]) == set(incidents["incident_id"])
