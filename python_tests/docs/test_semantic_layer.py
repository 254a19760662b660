"""The semantic models that users copy: dbt takes them, and they name columns that the tables have."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from dbt.version import __version__ as dbt_version
from docs_support import ROOT

from python_tests.harness import Project, declared_types

FOLDER = ROOT / "docs" / "semantic_layer"
FILE = FOLDER / "mlmon_semantic_models.yml"
MODELS = yaml.safe_load(FILE.read_text())["semantic_models"]
METRICS = {metric["name"] for metric in yaml.safe_load(FILE.read_text())["metrics"]}
IN_MODELS = yaml.safe_load((FOLDER / "dbt_1.12" / "watched_models.yml").read_text())["models"]
TIME_SPINE = "models: [{name: days, time_spine: {standard_granularity_column: day}, columns: [{name: day, granularity: day}]}]"


@pytest.mark.parametrize("place", [FILE, FOLDER / "dbt_1.12"], ids=["semantic models", "in models"])
def test_dbt_takes_them(place: Path, tmp_path: Path) -> None:
    """It says what the metrics rest on, and refuses names that are not there. The two forms give the same."""
    if place != FILE and tuple(map(int, dbt_version.split(".")[:2])) < (1, 12):
        pytest.skip("dbt before 1.12 reads no semantics in models")
    project = Project(tmp_path)
    for file in [place] if place == FILE else place.iterdir():
        shutil.copy(file, project.root / "models")
    (project.root / "models/days.sql").write_text("select cast('2026-01-01' as date) as day")
    (project.root / "models/days.yml").write_text(TIME_SPINE)
    project.writes_artifacts = True
    outcome = project.dbt("parse")
    assert outcome.success, outcome.text
    manifest = json.loads((project.root / "target/manifest.json").read_text())
    assert {model["name"] for model in manifest["semantic_models"].values()} == {model["name"] for model in MODELS}
    assert {metric["name"] for metric in manifest["metrics"].values()} == METRICS
    assert all(metric["description"] for metric in manifest["metrics"].values())


@pytest.mark.parametrize("model", MODELS, ids=[model["name"] for model in MODELS])
def test_columns_are_there(model: dict[str, Any]) -> None:
    columns = declared_types()[re.fullmatch(r"ref\('mlmon', '(\w+)'\)", model["model"])[1]]  # type: ignore[index]
    named = [item.get("expr", item["name"]) for part in ("entities", "dimensions", "measures") for item in model.get(part, [])]
    assert {name for name in named if name != "1"} <= columns.keys()


@pytest.mark.parametrize("model", IN_MODELS, ids=[model["name"] for model in IN_MODELS])
def test_columns_of_models_are_there(model: dict[str, Any]) -> None:
    sql = (FOLDER / "dbt_1.12" / f"{model['name']}.sql").read_text()
    (table,) = re.findall(r"ref\('mlmon', '(\w+)'\)", sql)
    assert model["semantic_model"]["name"] == table
    sums = [metric["expr"] for metric in model.get("metrics", []) if metric["type"] == "simple" and metric["expr"] != 1]
    assert {*sums, *(column["name"] for column in model["columns"])} <= declared_types()[table].keys()
