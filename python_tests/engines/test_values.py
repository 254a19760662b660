"""What a value is does not hang on its type or on the session: ids of two types join, and categories, segments, versions, groups and ids have one text.

Tables are made by SQL, for types that Arrow has not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg2
import pytest

from python_tests.harness import TABLES, Project, Rows, assert_same
from python_tests.warehouses import RAW, Warehouse, duckdb_file

# how each engine writes what the tests need
WORDS = {
    "duckdb": {"ids": "range(0, 240) as t(i)", "uuid": "cast(md5(cast(i as varchar)) as uuid)", "hex": "'\\xAA\\x01'::blob", "text": "varchar"},
    "postgres": {"ids": "generate_series(0, 239) as t(i)", "uuid": "cast(md5(cast(i as text)) as uuid)", "hex": "'\\xaa01'::bytea", "text": "text"},
}
# type of the ids of predictions and of labels, both over i, and a label's id that nothing can be made of
IDS: dict[str, tuple[str, str, str | None]] = {
    "uuid_text": ("{uuid}", "cast({uuid} as {text})", "'stray-1'"),
    "uuid_upper": ("{uuid}", "upper(cast({uuid} as {text}))", "'stray-1'"),
    "text_uuid": ("cast({uuid} as {text})", "{uuid}", None),
    "integer_text": ("i", "cast(i as {text})", "'seven'"),
    "text_integer": ("case when i = 0 then 'none' else cast(i as {text}) end", "i", None),
    "double_integer": ("cast(i as double precision)", "cast(i as smallint)", None),
    "double_text": ("cast(i as double precision)", "cast(i as {text})", "'1e999'"),
    "decimal_text": ("cast(i as decimal(20, 3))", "cast(i as {text})", "''"),
    "decimal_decimal": ("cast(i as decimal(38, 0))", "cast(i as decimal(38, 20))", None),
    "integer_date": ("i", "date '2026-01-01' + cast(i as integer)", None),
    "text_boolean": ("cast(i as {text})", "i = 1", None),
    "timestamps": ("timestamp '2026-01-01' + i * interval '1 hour'", "timestamptz '2026-01-01 00:00:00+00' + i * interval '1 hour'", None),
}  # fmt: skip
# labels that find their prediction, and labels that find none
FOUND = {name: (240, 1 if stray else 0) for name, (_, _, stray) in IDS.items()} | {
    "text_integer": (239, 1), "integer_date": (0, 240), "text_boolean": (0, 2),
}  # fmt: skip


def statements(engine: str) -> list[str]:
    words = WORDS[engine]
    at = "timestamp '2026-01-01' + i * interval '1 hour'"
    made = [f"create schema if not exists {RAW}"]
    for name, (predicted, labelled, stray) in IDS.items():
        predicted, labelled = predicted.format(**words), labelled.format(**words)
        made.append(f"create table {RAW}.p_{name} as select {predicted} as id, {at} as at, (i % 10) / 10.0 as score from {words['ids']}")
        union = f" union all select {stray}, timestamp '2026-01-02 00:00:00', 1" if stray else ""
        made.append(f"create table {RAW}.l_{name} as select {labelled} as id, {at} as at, i % 2 as label from {words['ids']}{union}")
    tenth = "cast(0.1 as double precision)"
    made.append(f"""
        create table {RAW}.kinds as
        select
            i as id, {at} as at, (i % 10) / 10.0 as score,
            timestamptz '2026-01-01 23:30:00+00' + (i % 3) * interval '1 hour' as zoned, timestamp '2026-02-01 10:00:00.5' + (i % 2) * interval '1 day' as plain,
            date '2026-02-01' + cast(i % 2 as integer) as day, i % 3 = 0 as flag, {tenth} * (1 + i % 3) as tenths, cast(i % 3 as double precision) as whole,
            cast(i % 2 as decimal(10, 2)) as cents, cast(case when i % 2 = 0 then 1e20 else 1e-7 end as double precision) as wide,
            {words["uuid"].replace("cast(i", "cast(i % 2")} as device, {words["hex"]} as bytes, cast(i as double precision) / 7 as number
        from {words["ids"]}
        union all
        select 1, timestamp '2026-01-01 01:00:00', 0.1, null, null, null, null, null, null, null, null, null, {words["hex"]}, 0.5""")
    # values that are at the edge of their type, or beyond that of another
    huge, tiny = ("1e400", "1e-400") if engine == "postgres" else ("170141183460469231731687303715884105727", "0")
    number = "numeric" if engine == "postgres" else "hugeint"
    made.append(f"""
        create table {RAW}.hostile as
        select cast(i as {number}) as id, {at} as at, (i % 10) / 10.0 as score, cast(i % 7 as {number}) as number, cast(i as {number}) as latency, 'a' as word
        from {words["ids"]}""")
    for place, value in enumerate([huge, f"-{huge}", tiny, "null", *(["'NaN'", "'Infinity'"] if engine == "postgres" else [])]):
        moment = ["'infinity'", "'-infinity'", "'9999-12-31'", "null", "'2026-01-06'", "'2026-01-07'"][place]
        values = f"cast({value} as {number}), cast({moment} as timestamp), {0.5 if value == 'null' else f'cast({value} as double precision)' if engine == 'duckdb' else 0.5}"
        made.append(f"insert into {RAW}.hostile values ({values}, cast({value} as {number}), cast({value} as {number}), null)")
        made.append(f"insert into {RAW}.hostile values (1000 + {place}, timestamp '2026-01-06 10:00:00', 0.5, cast({value} as {number}), cast({value} as {number}), '')")
    made.append(f"create table {RAW}.hostile_labels as select cast(id as {words['text']}) as id, \"at\", cast(number as {number}) as label from {RAW}.hostile")
    return made


def execute(warehouse: Warehouse, made: list[str]) -> None:
    if warehouse.name == "duckdb":
        warehouse.release()
        import duckdb

        with duckdb.connect(warehouse.profile["path"]) as file:
            for statement in made:
                file.execute(statement)
        return
    profile = warehouse.profile
    connection = psycopg2.connect(host=profile["host"], port=profile["port"], user=profile["user"], dbname=profile["dbname"])
    connection.autocommit = True
    with connection.cursor() as cursor:
        for statement in made:
            cursor.execute(statement)
    connection.close()


def set_session(project: Project, zone: str, style: str, digits: int) -> None:
    """What a session of this project has from now on."""
    warehouse = project.warehouse
    if warehouse.name == "duckdb":
        warehouse.profile["settings"] = {"TimeZone": zone}
        project._write("profiles.yml", {"watch": {"target": "dev", "outputs": {"dev": warehouse.profile}}})
        return
    settings = {"timezone": zone, "datestyle": style, "extra_float_digits": digits, "bytea_output": "escape" if digits < 0 else "hex"}
    execute(warehouse, [f"alter database {warehouse.profile['dbname']} set {name} = '{value}'" for name, value in settings.items()])


@pytest.fixture(scope="module", params=["duckdb", pytest.param("postgres", marks=pytest.mark.slow)])
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("values")
    new_postgres: Callable[[], Warehouse] = request.getfixturevalue("new_postgres") if request.param == "postgres" else None
    warehouse = new_postgres() if new_postgres else duckdb_file(root / "warehouse.duckdb")
    monitors: dict[str, Any] = {}
    reference = {"start": "2026-01-01", "end": "2026-01-05"}
    for name in IDS:
        predictions = {"relation": f"raw.p_{name}", "id": "id", "timestamp": "at", "score": "score"}
        labels = {"relation": f"raw.l_{name}", "id": "id", "label": "label", "timestamp": "at"}
        monitors[name] = {"task": "binary", "predictions": predictions, "labels": labels, "reference": reference}
    monitors["kinds"] = {
        "task": "binary",
        "predictions": {"relation": "raw.kinds", "id": "id", "timestamp": "at", "score": "score", "version": "plain"},
        "features": {"numeric": ["number"], "categorical": ["zoned", "day", "flag", "tenths", "whole", "cents", "wide", "device"]},
        "segments": ["zoned", "tenths"],
        "fairness": {"attributes": ["day"]},
        "reference": reference,
    }
    monitors["hostile"] = {
        "task": "binary",
        "predictions": {"relation": "raw.hostile", "id": "id", "timestamp": "at", "score": "score", "latency_ms": "latency", "prediction": "number"},
        "labels": {"relation": "raw.hostile_labels", "id": "id", "label": "label", "timestamp": "at"},
        "features": {"numeric": ["number"], "categorical": ["word", "id"]},
        "segments": ["word"],
        "reference": reference,
    }
    project = Project(root, monitors, warehouse=warehouse)
    execute(warehouse, statements(warehouse.name))
    tables = [f"{letter}_{name}" for letter in "pl" for name in IDS] + ["kinds", "hostile", "hostile_labels"]
    sources = [{"name": "raw", "schema": RAW, "tables": [{"name": name} for name in tables]}]
    project._write("models/sources.yml", {"sources": sources})
    set_session(project, "UTC", "ISO, YMD", 1)
    project.build().check()
    return project


def test_ids_of_two_types_join_and_what_is_no_id_is_an_orphan(project: Project) -> None:
    found = project.table("mlmon_performance", "monitor <> 'hostile' and segment = 'overall' and model_version = 'all'").groupby("monitor")["n_labelled"].sum()
    orphans = project.table("mlmon_label_health", "monitor <> 'hostile' and segment = 'overall' and model_version = 'all'").groupby("monitor")["n_orphan_labels"].sum()
    assert {name: (found[name], orphans[name]) for name in IDS} == FOUND
    outcome, rows = project.operation("mlmon_doctor")
    assert outcome.success, outcome.text
    assert {row["monitor"] for row in rows} == {*IDS, "kinds", "hostile"}


def test_values_at_the_edge_stop_nobody(project: Project) -> None:
    found = project.table("mlmon_performance", "monitor = 'hostile' and segment = 'overall' and window_start = '2026-01-03' and model_version = 'all'")
    assert found["n_labelled"].tolist() == [24]
    rows = project.table("mlmon_drift", "monitor = 'hostile' and segment = 'overall' and column_name = 'number' and window_start = '2026-01-06'")
    assert rows["n"].sum() > 24
    calendar = f"{project.warehouse.schema}.mlmon_calendar"
    windows = project.sql(f"select count(*) as n, count(distinct window_start) as n_starts from {calendar} where monitor = 'hostile'")
    assert windows["n"].tolist() == windows["n_starts"].tolist()  # none after the infinite, over and over


def test_a_value_has_one_text(project: Project) -> None:
    bins = project.table("mlmon_bins", "monitor = 'kinds' and category is not null and column_role = 'feature'").groupby("column_name")["category"].agg(set).to_dict()
    device = bins.pop("device")
    assert bins == {
        "zoned": {"2026-01-01 23:30:00", "2026-01-02 00:30:00", "2026-01-02 01:30:00"},
        "day": {"2026-02-01", "2026-02-02"},
        "flag": {"true", "false"},
        "tenths": {"0.1", "0.2", bins["tenths"].difference({"0.1", "0.2"}).pop()},
        "whole": {"0", "1", "2"},
        "cents": {"0.00", "1.00"},
        "wide": {bin for bin in bins["wide"] if float(bin) in (1e20, 1e-7)},
    }
    assert float(max(bins["tenths"])) == 0.1 * 3
    assert len(bins["wide"]) == 2
    assert all(len(text) == 36 for text in device)
    versions = set(project.table("mlmon_performance", "monitor = 'kinds'")["model_version"])
    assert {"2026-02-01 10:00:00.5", "2026-02-02 10:00:00.5"} < versions


def tables(project: Project) -> dict[str, Rows]:
    """The rows of all monitors but the one whose times no date of Python's holds."""
    # a threshold is a number in a key, and keys are compared to the last digit, which Postgres leaves out where the session says so
    names = [name for name in TABLES if "incident" not in name and name not in ("mlmon_transitions", "mlmon_thresholds")]
    return {name: project.arrow(name, "monitor <> 'hostile'").to_pylist() for name in names}


@pytest.mark.slow
def test_no_text_hangs_on_the_session(project: Project) -> None:
    before = tables(project)
    set_session(project, "Asia/Tokyo", "SQL, DMY", -3)
    project.build().check()
    assert_same(tables(project), before)
    project.build(full_refresh=True).check()
    assert_same(tables(project), before)
