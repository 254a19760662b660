"""One monitor's broken data never stops another's: each way that a statement which reads a log can fail, all at once, beside a healthy monitor."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from mlmon_cli.main import invoke
from python_tests.engines.test_values import execute
from python_tests.harness import ROW_PREFIX, Project
from python_tests.warehouses import RAW, Warehouse, duckdb_file

DAYS = 12
WORDS = {
    "duckdb": {"ids": "range(0, {n}) as t(i)", "array": "[1]", "nested": "{'a': 1}", "json": "cast('[1]' as json)", "blob": "'\\xAA'::blob", "text": "varchar"},
    "postgres": {"ids": "generate_series(0, {n} - 1) as t(i)", "array": "array[1]", "nested": "point(1, 2)", "json": "cast('[1]' as jsonb)", "blob": "'\\xaa'::bytea", "text": "text"},
}  # fmt: skip
COLUMNS = {
    "id": "i", "at": "timestamp '2026-01-01' + i * interval '1 hour'", "loaded": "timestamp '2026-01-01' + i * interval '1 hour'",
    "score": "cast((i % 10) / 10.0 as double precision)", "x": "cast(i % 7 as double precision)", "n": "cast(1 + i % 2 as integer)", "ms": "cast(i % 5 as double precision)",
    "channel": "cast(case when i % 2 = 0 then 'web' else 'shop' end as {text})", "word": "cast(i as {text})", "release": "cast('a' as {text})",
}  # fmt: skip
LABELS = {"id": "i", "at": "timestamp '2026-01-01 01:00:00' + i * interval '1 hour'", "label": "i % 2", "revenue": "cast(i % 3 as double precision)"}

# monitors, the columns of their logs (or of their labels) that are others from the second run on, and what their incidents say of each
Columns = dict[str, tuple[str, str]]
OTHER_TYPES: dict[str, Columns] = {
    "texts": {
        "x": ("cast('about 3' as {text})", "'features.numeric' is 'x'"),
        "score": ("cast('high' as {text})", "'predictions.score' is 'score'"),
        "ms": ("cast('slow' as {text})", "'predictions.latency_ms' is 'ms'"),
    },
    "times": {
        "at": ("cast('soon' as {text})", "'predictions.timestamp' is 'at'"),
        "loaded": ("cast('soon' as {text})", "'predictions.loaded_at' is 'loaded'"),
        "labels.at": ("cast('soon' as {text})", "'labels.timestamp' is 'at'"),
    },
    "nested": {
        "id": ("{array}", "'predictions.id' is 'id'"),
        "x": ("{array}", "'features.numeric' is 'x'"),
        "channel": ("{nested}", "'features.categorical' is 'channel'"),
        "release": ("{json}", "'predictions.version' is 'release'"),
        "labels.id": ("{blob}", "'labels.id' is 'id'"),
        "labels.label": ("{array}", "'labels.label' is 'label'"),
    },
}
# values that no statement fails on: they are text, NULL, invalid or orphans
HARMLESS: dict[str, Columns] = {
    "odd": {
        "score": ("cast('NaN' as double precision)", ""),
        "x": ("cast('Infinity' as double precision)", ""),
        "channel": ("date '2026-01-01'", ""),
        "labels.label": ("cast('maybe' as {text})", ""),
        "labels.id": ("cast('no. ' || i as {text})", ""),
    },
    "unknown": {"x": ("cast(null as double precision)", ""), "at": ("cast(null as timestamp)", "")},
}
# what fails as it is read: only `mlmon run` finds out whose data it is
FAILING: dict[str, Columns] = {
    "kpi_cast": {"word": ("cast('x' || i as {text})", "'kpis[k]' cannot be computed")},
    "kpi_text": {"labels.revenue": ("cast('much' as {text})", "'kpis[k]' cannot be computed")},
    "kpi_overflow": {"n": ("cast(9000000000000000000 as bigint)", "'kpis[k]' cannot be computed")},
    "view_cast": {"x": ("cast(cast('x' || i as {text}) as double precision)", "'predictions.relation' is 'raw.view_cast', which cannot be read")},
    "label_view": {"labels.at": ("cast(cast('x' || i as {text}) as timestamp)", "'labels.relation' is 'raw.label_view_labels', which cannot be read")},
}
KPIS = {
    "kpi_cast": "sum(cast(p.word as double precision))",
    "kpi_text": "sum(l.revenue)",
    "kpi_overflow": "sum(p.n * p.n)",
}
CASES = [*OTHER_TYPES, *HARMLESS, *FAILING]
# a monitor that is new when the others break; its reference is a log that cannot be read
NEW = "added"


def logs(engine: str, name: str, days: int, changed: Columns | None = None) -> list[str]:
    """Views over both logs of a monitor, some columns of them others."""
    words = WORDS[engine]
    ids = words["ids"].format(n=24 * days)
    made = []
    for relation, columns, prefix in ((name, COLUMNS, ""), (f"{name}_labels", LABELS, "labels.")):
        others = {key: value for key, (value, _) in (changed or {}).items() if key.startswith("labels.") == bool(prefix)}
        chosen = {**columns, **{key.removeprefix(prefix): value for key, value in others.items()}}
        listed = ", ".join(f'{expression.format(**words)} as "{key}"' for key, expression in chosen.items())
        made += [f"drop view if exists {RAW}.{relation}", f"create view {RAW}.{relation} as select {listed} from {ids}"]
    return made


def block(name: str) -> dict[str, Any]:
    predictions = {"relation": f"raw.{name}", "id": "id", "timestamp": "at", "loaded_at": "loaded", "score": "score", "latency_ms": "ms", "version": "release"}
    period = {"start": "2026-01-01", "end": "2026-01-05"}
    return {
        "task": "binary",
        "predictions": predictions,
        "labels": {"relation": f"raw.{name}_labels", "id": "id", "label": "label", "timestamp": "at"},
        "features": {"numeric": ["x"], "categorical": ["channel"]},
        "segments": ["channel"],
        "reference": {"relation": "raw.view_cast"} if name == NEW else period,
        "kpis": [{"name": "k", "numerator": KPIS.get(name, "sum(p.n)"), "denominator": "count(*)"}],
    }


@pytest.fixture(scope="module", params=["duckdb", pytest.param("postgres", marks=pytest.mark.slow)])
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("isolation")
    new_postgres: Callable[[], Warehouse] | None = request.getfixturevalue("new_postgres") if request.param == "postgres" else None
    warehouse = new_postgres() if new_postgres else duckdb_file(root / "warehouse.duckdb")
    project = Project(root, {name: block(name) for name in ["healthy", *CASES]}, warehouse=warehouse)
    names = ["healthy", *CASES, NEW]
    execute(warehouse, [f"create schema if not exists {RAW}", *(s for name in names for s in logs(warehouse.name, name, DAYS - 2))])
    tables = [{"name": name + end} for name in names for end in ("", "_labels")]
    project._write("models/sources.yml", {"sources": [{"name": "raw", "schema": RAW, "tables": tables}]})
    project.build().check()
    return project


def problems(project: Project) -> dict[str, str]:
    found = project.table("mlmon_incidents", "metric = 'data_problem' and status = 'open'")
    assert set(found["severity"]) <= {"error"}
    return dict(zip(found["monitor"], found["detail"], strict=True))


def windows(project: Project, name: str) -> int:
    return len(project.table("mlmon_performance", f"monitor = '{name}' and segment = 'overall' and model_version = 'all' and n_predictions > 0"))


def run(project: Project, *command: str) -> int:
    project.warehouse.release()
    try:
        return invoke([*(command or ("run", "--fail-on", "never")), "--project-dir", str(project.root), "--profiles-dir", str(project.root)])
    finally:
        project.warehouse.release()


def test_a_column_of_another_type_or_of_no_value_stops_its_monitor_alone(project: Project) -> None:
    changed = OTHER_TYPES | HARMLESS
    execute(project.warehouse, [s for name in ["healthy", *changed] for s in logs(project.warehouse.name, name, DAYS - 1, changed.get(name))])
    project.build().check()
    found = problems(project)
    assert set(found) == set(OTHER_TYPES), found
    for name, columns in OTHER_TYPES.items():
        assert found[name].count(", a column of type ") == found[name].count("; expected ") >= len(columns), found[name]
        for _, words in columns.values():
            assert words in found[name], found[name]
    assert windows(project, "healthy") == DAYS - 1
    assert {name: windows(project, name) for name in HARMLESS} == {"odd": DAYS - 1, "unknown": DAYS - 1}
    assert {name: windows(project, name) for name in OTHER_TYPES} == dict.fromkeys(OTHER_TYPES, DAYS - 2)


def test_what_fails_as_it_is_read_stops_its_monitor_alone(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.configure({name: block(name) for name in ["healthy", *CASES, NEW]})
    execute(project.warehouse, [s for name in ["healthy", *FAILING] for s in logs(project.warehouse.name, name, DAYS, FAILING.get(name))])
    # dbt alone stops, and changes nothing
    assert not project.build().success
    assert run(project) == 0
    said = capsys.readouterr().err
    found = problems(project)
    assert set(found) == {*OTHER_TYPES, *FAILING, NEW}, found
    for name, ((_, words),) in ((name, columns.values()) for name, columns in FAILING.items()):
        assert found[name].startswith(words + ": "), found[name]
        # what the warehouse says, and none of the rows that the macro printed
        assert re.search(r"[a-z]{4}", found[name].removeprefix(words)), found[name]
        assert ROW_PREFIX not in found[name]
        assert f"Left out, its data cannot be read: {name}: {words}" in said
        # no value of a row gets into a table or a message
        assert not re.search(r"x\d|much|\d{3}", found[name].removeprefix(words)), found[name]
    assert found[NEW].startswith("'reference.relation' is 'raw.view_cast', which cannot be read: ")
    assert windows(project, "healthy") == DAYS
    assert windows(project, NEW) == 0
    # doctor examines the others as well
    if project.warehouse.name == "duckdb":
        project.configure({name: block(name) for name in ["healthy", "view_cast"]})
        assert run(project, "doctor", "--format", "json") == 2
        findings = json.loads(capsys.readouterr().out)["findings"]
        assert [f["check"] for f in findings if f["monitor"] == "view_cast"] == ["data"]
        assert len([f for f in findings if f["monitor"] == "healthy" and f["level"] == "ok"]) > 5
        project.configure({name: block(name) for name in ["healthy", *CASES, NEW]})


def test_what_is_mended_is_as_if_it_had_never_broken(project: Project) -> None:
    execute(project.warehouse, [s for name in ["healthy", *CASES, NEW] for s in logs(project.warehouse.name, name, DAYS)])
    assert run(project) == 0
    assert problems(project) == {}
    whole = "monitor = '{}' and window_start >= timestamp '2026-01-11'"
    columns = ["window_start", "segment", "segment_value", "model_version", "column_name", "bin", "n"]
    expected = project.table("mlmon_profile", whole.format("healthy"))[columns].sort_values(columns).reset_index(drop=True)
    assert windows(project, NEW) == DAYS
    for name in [*OTHER_TYPES, *FAILING]:
        mine = project.table("mlmon_profile", whole.format(name))[columns].sort_values(columns).reset_index(drop=True)
        assert mine.equals(expected), name
