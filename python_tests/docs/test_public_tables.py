"""The tables that dashboards rely on: which they are, and who owns them, as dbt has it in the project of a user."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from docs_support import ROOT

from python_tests.harness import Project

PAGE = (ROOT / "docs/architecture.md").read_text().split("## Public and internal tables")[1].split("## ")[0]
PUBLIC, INTERNAL = (set(re.findall(r"`(mlmon_\w+)`", part)) for part in PAGE.split("Each table's YAML")[0].split("The others are internal"))
SEED = "mlmon_metric_catalog"


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """That of a project with models of its own over a public table and an internal one."""
    project = Project(tmp_path_factory.mktemp("user"))
    project.writes_artifacts = True
    (project.root / "models/dashboard.sql").write_text("select * from {{ ref('mlmon_health') }}")
    (project.root / "models/look_inside.sql").write_text("select * from {{ ref('mlmon', 'mlmon_bins') }}")
    outcome = project.dbt("parse")
    assert outcome.success, outcome.text
    return json.loads((project.root / "target/manifest.json").read_text())


def models(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model" and node["package_name"] == "mlmon"}


def test_the_page_names_what_is_public(manifest: dict[str, Any]) -> None:
    """And what is not. Internal tables are protected, not private: a project may look into them at its own risk, as this one does."""
    access = {name: node["access"] for name, node in models(manifest).items()}
    assert {name for name, given in access.items() if given == "public"} == PUBLIC - {SEED}
    assert {name for name, given in access.items() if given == "protected"} == INTERNAL
    assert access.keys() == (PUBLIC | INTERNAL) - {SEED}


def test_every_table_is_in_a_group_with_an_owner(manifest: dict[str, Any]) -> None:
    nodes = [*models(manifest).values(), manifest["nodes"][f"seed.mlmon.{SEED}"]]
    assert {node["config"]["group"] for node in nodes} == {"mlmon"}
    (group,) = manifest["groups"].values()
    assert group["name"] == "mlmon"
    assert group["owner"]["name"]


def test_a_project_may_own_them(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The owner in the warehouse is not who wrote the package."""
    project = Project(tmp_path_factory.mktemp("owner"))
    project.writes_artifacts = True
    project.settings = {"models": {"mlmon": {"+group": "growth"}}}
    project.configure({})
    (project.root / "models/groups.yml").write_text("groups: [{name: growth, owner: {email: growth@example.com}}]")
    outcome = project.dbt("parse")
    assert outcome.success, outcome.text
    owned = json.loads((project.root / "target/manifest.json").read_text())
    assert {node["config"]["group"] for node in models(owned).values()} == {"growth"}
