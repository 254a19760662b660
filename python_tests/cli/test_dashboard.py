"""The dashboard for Superset, as the files that it imports. python_tests/dashboards looks at it in a real one."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlmon_cli.dashboards import superset
from mlmon_cli.errors import MlmonError

ROOT = Path(__file__).resolve().parents[2]
LAYOUT = superset.declared()
FILE = "duckdb:///{file}?access_mode=read_only"
DUCKDB = {"kind": "warehouse", "address": FILE, "file": "leads.duckdb", "project": "leads"}


def models() -> dict[str, list[dict[str, Any]]]:
    """The columns of each table, as its YAML describes them."""
    found = {}
    for path in (ROOT / "models").glob("*/*.yml"):
        for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]:
            found[model["name"]] = model["columns"]
    return found


COLUMNS = {name: {column["name"] for column in columns} for name, columns in models().items()}


def rows(**warehouse: Any) -> list[dict[str, Any]]:
    """What the macro prints."""
    tables = [
        {
            "kind": "table",
            "name": name,
            "identifier": name,
            "schema": "analytics",
            "description": "",
            "columns": [
                {"name": c["name"], "type": c["data_type"], "description": c["description"]}
                for c in models()[name]
            ],
        }
        for name in superset.tables(LAYOUT)
    ]
    return [{**DUCKDB, **warehouse}, *tables]


def unpacked(content: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: yaml.safe_load(archive.read(name)) for name in archive.namelist()}


@pytest.fixture(scope="module")
def parts() -> dict[str, Any]:
    return unpacked(superset.bundle(rows(), Path("/project")))


@pytest.mark.parametrize("chart", superset.charts(LAYOUT), ids=lambda chart: chart["title"])
def test_a_chart_names_what_there_is(chart: dict[str, Any]) -> None:
    known = COLUMNS[chart["table"]]
    named = [*chart.get("columns", ()), *chart.get("by", ()), *chart.get("numbers", ())]
    named += [by for by, _ in chart.get("order", ())]
    named += [chart[key] for key in ("time", "axis") if key in chart]
    expressions = [*chart.get("measures", {}).values(), *chart.get("where", ())]
    for text in expressions:
        plain = re.sub(r"'[^']*'", "", text)
        named += re.findall(r"\b[a-z_][a-z_0-9]*\b(?!\s*\()", plain)
    words = {"not", "and", "or", "is", "null"}
    assert set(named) - words <= known
    assert set(chart["follows"]) <= {known["name"] for known in LAYOUT["filters"]}


def test_rows_fit_and_titles_differ() -> None:
    assert all(sum(chart["width"] for chart in row) <= 12 for row in LAYOUT["rows"])
    titles = [chart["title"] for chart in superset.charts(LAYOUT)]
    assert len(set(titles)) == len(titles) >= 12


def test_files_refer_to_each_other(parts: dict[str, Any]) -> None:
    kinds: dict[str, dict[str, Any]] = {}
    for name, content in parts.items():
        kinds.setdefault(name.split("/")[1], {})[content.get("uuid", "")] = content
    (database,) = kinds["databases"]
    (dashboard,) = kinds["dashboards"].values()
    assert {dataset["database_uuid"] for dataset in kinds["datasets"].values()} == {database}
    assert {chart["dataset_uuid"] for chart in kinds["charts"].values()} == set(kinds["datasets"])
    placed = {
        place["meta"]["uuid"]: place["meta"]["chartId"]
        for place in dashboard["position"].values()
        if isinstance(place, dict) and place["type"] == "CHART"
    }
    assert set(placed) == set(kinds["charts"])
    for known in dashboard["metadata"]["native_filter_configuration"]:
        assert set(known["scope"]["excluded"]) <= set(placed.values())
        for target in known["targets"]:
            assert not target or target["datasetUuid"] in kinds["datasets"]
    status = next(c for c in kinds["charts"].values() if c["slice_name"] == "Status of all models")
    assert status["params"]["column_config"]["headline_value"] == {"d3NumberFormat": ",.4~r"}


def test_names_stay_the_same() -> None:
    """So that a newer file replaces what an older one brought, and two projects do not meet."""
    first, again = (superset.bundle(rows(), Path("/project")) for _ in range(2))
    assert first == again
    other = unpacked(superset.bundle(rows(project="other"), Path("/project")))
    ids = [{c["uuid"] for c in p.values() if "uuid" in c} for p in (unpacked(first), other)]
    assert not ids[0] & ids[1]


def test_the_address_holds_no_password(parts: dict[str, Any]) -> None:
    uri = parts["mlmon/databases/mlmon.yaml"]["sqlalchemy_uri"]
    assert uri == "duckdb:////project/leads.duckdb?access_mode=read_only"
    server = "postgresql+psycopg2://a:XXXXXXXXXX@db:5432/x"
    assert superset.address({**DUCKDB, "address": server, "file": None}, Path("/p")) == server
    with pytest.raises(MlmonError, match="--uri is missing: how Superset reaches the warehouse"):
        superset.address({**DUCKDB, "address": None}, Path("/project"))
    given = unpacked(superset.bundle(rows(address=None), Path("/project"), "hive://db:10000/x"))
    assert given["mlmon/databases/mlmon.yaml"]["sqlalchemy_uri"] == "hive://db:10000/x"
    assert "password" not in json.dumps(given["mlmon/databases/mlmon.yaml"])
