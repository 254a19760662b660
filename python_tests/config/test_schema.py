"""The JSON Schema for editors: what is legal there is legal for the package. That it refuses what the package refuses is in test_mutations.py."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from mlmon_cli.schema import monitors_schema
from python_tests.config.test_mistakes import GOOD
from python_tests.config.test_mutations import FULL, plain
from python_tests.harness import PACKAGE, Project

OTHER_FORMS: dict[str, Any] = {
    **FULL,
    "baseline": ["reference"],
    "predictions": {**FULL["predictions"], "relation": {"name": "log", "version": 2}},
    "alerts": {"open_after": {"default": "2 of 3", "null_rate": "1 of 1"}, "close_after": {"default": 2, "drift": 3}},
}


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    outcome, rows = Project(tmp_path_factory.mktemp("schema")).operation("mlmon.mlmon_schema")
    assert outcome.success, outcome.text
    return monitors_schema(rows[0]["keys"])


def mistakes(schema: dict[str, Any], content: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(plain(content))]


def test_it_is_a_schema_with_a_meaning_for_every_key(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)
    monitor = schema["$defs"]["monitor"]["properties"]
    assert all(rule["description"] for block in monitor.values() for rule in (block, *block.get("properties", {}).values()))
    assert monitor["window"]["default"] == "day"
    json.dumps(schema)


@pytest.mark.parametrize("block", [GOOD, FULL, OTHER_FORMS], ids=["good", "full", "other forms"])
def test_what_is_legal_is_legal(schema: dict[str, Any], block: dict[str, Any]) -> None:
    assert mistakes(schema, {"name": "shop", "vars": {"start_date": "2026-01-01", "mlmon_monitors": {"m": block}}}) == []
    assert mistakes(schema, {"vars": {"mlmon": {"mlmon_monitors": {"m": block}}}}) == []


@pytest.mark.parametrize("path", sorted((PACKAGE / "examples").glob("*/dbt_project.yml")), ids=lambda path: path.parent.name)
def test_examples_are_legal(schema: dict[str, Any], path: Path) -> None:
    content = yaml.safe_load(path.read_text())
    assert content["vars"]["mlmon_monitors"]
    assert mistakes(schema, content) == []


def test_what_is_required_may_be_a_default(schema: dict[str, Any]) -> None:
    block = copy.deepcopy(GOOD)
    del block["predictions"]["timestamp"]
    (said,) = mistakes(schema, {"vars": {"mlmon_monitors": {"m": block}}})
    assert said == "$.vars.mlmon_monitors.m.predictions: 'timestamp' is a required property"
    assert mistakes(schema, {"vars": {"mlmon_monitors": {"m": block}, "mlmon_defaults": {"predictions": {"timestamp": "at"}}}}) == []
