"""Postgres gives the numbers that DuckDB gives, and the command line works on it."""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Callable
from typing import Any

import psycopg2
import pytest

from mlmon_cli.main import invoke
from mlmon_cli.page.build import read_blocks
from python_tests.engines.hostile_log import build_alike, deliveries, twins, with_a_late_label
from python_tests.harness import PACKAGE, Project, assert_same, snapshot
from python_tests.statements import recorded
from python_tests.warehouses import Warehouse


@pytest.fixture(scope="module")
def both(new_postgres: Callable[[], Warehouse], tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Project]:
    """A project whose log came in two deliveries, in DuckDB and here, compared after each."""
    projects = twins(new_postgres(), tmp_path_factory)
    for logs in deliveries(seed=1)[::2]:
        build_alike(projects, logs)
    return projects


@pytest.fixture(scope="module")
def built(both: tuple[Project, Project]) -> Project:
    """That of Postgres."""
    return both[1]


def shown(project: Project) -> dict[tuple[str, str], list[str]]:
    """The rows of each block of the report, as texts, in an order of their own."""
    outcome, rows = project.operation("mlmon.mlmon_page")
    assert not outcome.exception, outcome.exception
    document = read_blocks(rows)
    found = {}
    for monitor, blocks in document["blocks"].items():
        for name, block in blocks.items():
            kept = [i for i, column in enumerate(block["columns"]) if column not in ("query", "said_at", "last_prediction_at")]
            packed = [column in block["packed"] for column in block["columns"]]
            found[monitor, name] = sorted(
                json.dumps([rounded(document["lists"][cells[i]] if packed[i] else cells[i]) for i in kept]) for cells in block["rows"]
            )
    return found


def rounded(value: Any) -> Any:
    """A number to three digits: the engines' doubles differ in their last."""
    if isinstance(value, list):
        return [rounded(each) for each in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(f"{value:.3g}") if abs(value) > 1e-9 else 0.0
    return value


def test_the_report_shows_the_same(both: tuple[Project, Project]) -> None:
    here, there = (shown(project) for project in both)
    assert here.keys() == there.keys()
    assert {name for _, name in here} >= {"overview", "performance", "estimates", "comparisons", "value_at_stake", "drift", "distributions", "calibration", "deciles", "residuals"}
    different = {name: [pair for pair in zip(here[name], there[name], strict=True) if pair[0] != pair[1]][:1] for name in here if here[name] != there[name]}
    assert different == {}


def test_an_explanation_is_the_same(both: tuple[Project, Project]) -> None:
    """Of the headline of a group, and of a member that is none."""
    kinds = set()
    groups = both[0].sql("select group_id, headline_incident_id from main.mlmon_incident_groups order by n_incidents desc, group_id limit 3")
    members = both[0].sql("select incident_id from main.mlmon_incidents where group_place > 1 order by family desc, incident_id limit 2")
    assert len(groups) == 3
    for name in [*groups["group_id"], *members["incident_id"]]:
        here, there = ([explained(row) for row in project.operation("mlmon.mlmon_explain", target=name)[1]] for project in both)
        assert here == there
        kinds |= {row["kind"] for row in here}
    assert kinds >= {"monitor", "incident", "group", "column", "baseline"}


def explained(row: dict[str, Any]) -> dict[str, Any]:
    """A row of an explanation, but for the query that names tables of the engine."""
    return {name: rounded(value) for name, value in row.items() if name != "query"}


@pytest.mark.slow
def test_incremental_builds_equal_a_full_refresh(built: Project) -> None:
    incremental = snapshot(built)
    assert len(incremental["mlmon_checks"]) > 500
    built.build(full_refresh=True).check()
    assert_same(incremental, snapshot(built))


def test_columns_have_the_declared_types(both: tuple[Project, Project]) -> None:
    for project in both:
        project.check_types()


def test_views_fit_into_a_metastore_of_spark(built: Project) -> None:
    """The one that comes with Spark holds views of up to 32,700 characters; here with room for monitors of a real project."""
    files = (built.root / "target" / "compiled").rglob("mlmon/models/*/*.sql")
    models = PACKAGE / "models"
    views = {path.stem: len(path.read_text()) for path in files if "mlmon.view_kind()" in (models / path.parent.name / path.name).read_text()}
    assert "mlmon_measured" in views
    assert {name: size for name, size in views.items() if size > 30_000} == {}


def test_a_run_finds_its_windows_by_the_index(built: Project) -> None:
    """A label comes late. What reads or deletes from the two longest tables is given bounds of time that their index serves; a table of this size
    Postgres would read whole all the same, so that is forbidden here."""
    built.load(labels=with_a_late_label(deliveries(seed=1)[2]))
    with recorded() as statements:
        built.build().check()
    profile = built.warehouse.profile
    connection = psycopg2.connect(host=profile["host"], port=profile["port"], user=profile["user"], dbname=profile["dbname"])
    found: dict[str, list[str]] = {"mlmon_profile": [], "mlmon_outcomes": []}

    def look(plan: dict[str, Any], node: str) -> None:
        if plan.get("Relation Name") in found and "Scan" in plan["Node Type"]:
            found[plan["Relation Name"]].append(node)
            assert re.search(r'"Index Cond": "[^"]*window_start', json.dumps(plan)), (node, plan)
        for part in plan.get("Plans", []):
            look(part, node)

    with connection.cursor() as cursor:
        cursor.execute("set search_path to main; set enable_seqscan = off; set enable_nestloop = off; set join_collapse_limit = 1")
        for statement in statements:
            if re.search(r"\*/\s*(delete from|insert into) \S+\"mlmon_(profile|outcomes|distances|performance|kpis|fairness)\"", statement.sql):
                cursor.execute("explain (format json) " + statement.sql)
                look(cursor.fetchone()[0][0]["Plan"], statement.node)
    connection.close()
    assert {"mlmon_profile", "mlmon_distances"} <= set(found["mlmon_profile"])
    assert {"mlmon_outcomes", "mlmon_performance", "mlmon_kpis", "mlmon_fairness"} <= set(found["mlmon_outcomes"])


def mlmon(project: Project, *command: str) -> tuple[int, str]:
    """Exit code and standard output of a command."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.MonkeyPatch.context() as patch:
        patch.chdir(project.root)
        code = invoke([*command, "--project-dir", str(project.root), "--profiles-dir", str(project.root)])
    assert "Traceback" not in err.getvalue(), err.getvalue()
    assert code in (0, 1) or command[0] == "doctor", (command, out.getvalue(), err.getvalue())
    return code, out.getvalue()


def test_from_a_run_to_a_posted_alert(built: Project) -> None:
    """What is posted is recorded in the warehouse, and is not posted again."""
    (built.root / "mlmon.yml").write_text("channels:\n  file: {type: file, path: posted.jsonl}\nroutes:\n  - {channels: [file]}\n")
    findings = json.loads(mlmon(built, "doctor", "--format", "json")[1])
    assert findings
    code, out = mlmon(built, "run", "--format", "json")
    assert json.loads(out)
    posted = (built.root / "posted.jsonl").read_text(encoding="utf-8")
    assert posted
    delivered = built.table("mlmon_deliveries")
    assert len(delivered) > 0
    assert mlmon(built, "check")[0] == code
    assert json.loads(mlmon(built, "incidents", "--format", "json")[1])
    mlmon(built, "notify")
    assert (built.root / "posted.jsonl").read_text(encoding="utf-8") == posted
    assert len(built.table("mlmon_deliveries")) == len(delivered)
