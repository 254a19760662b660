"""The semantic models that users copy: dbt takes them, and they name columns that the tables have."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from docs_support import ROOT

from python_tests.harness import Project, declared_types

FILE = ROOT / "docs" / "semantic_layer" / "mlmon_semantic_models.yml"
MODELS = yaml.safe_load(FILE.read_text())["semantic_models"]
TIME_SPINE = "models: [{name: days, time_spine: {standard_granularity_column: day}, columns: [{name: day, granularity: day}]}]"


def test_dbt_takes_them(tmp_path: Path) -> None:
    """It says what the metrics rest on, and refuses names that are not there."""
    project = Project(tmp_path)
    shutil.copy(FILE, project.root / "models")
    (project.root / "models/days.sql").write_text("select cast('2026-01-01' as date) as day")
    (project.root / "models/days.yml").write_text(TIME_SPINE)
    project.writes_artifacts = True
    outcome = project.dbt("parse")
    assert outcome.success, outcome.text
    manifest = json.loads((project.root / "target/manifest.json").read_text())
    assert {model["name"] for model in manifest["semantic_models"].values()} == {model["name"] for model in MODELS}
    assert all(model["depends_on"]["nodes"] == [f"model.mlmon.{model['name']}"] for model in manifest["semantic_models"].values())
    assert all(metric["description"] for metric in manifest["metrics"].values())


@pytest.mark.parametrize("model", MODELS, ids=[model["name"] for model in MODELS])
def test_columns_are_there(model: dict[str, Any]) -> None:
    columns = declared_types()[re.fullmatch(r"ref\('mlmon', '(\w+)'\)", model["model"])[1]]  # type: ignore[index]
    named = [item.get("expr", item["name"]) for part in ("entities", "dimensions", "measures") for item in model.get(part, [])]
    assert {name for name in named if name != "1"} <= columns.keys()
