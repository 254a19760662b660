"""Every seed, test and public macro is described, in YAML that dbt's own schemas accept.

Models are in test_pages.py, which has a database that they are built in.
"""

from __future__ import annotations

import csv
import datetime
import json
import re
from pathlib import Path
from typing import Any

import dbt.jsonschemas
import pytest
import yaml
from jsonschema.validators import Draft7Validator, extend

ROOT = Path(__file__).resolve().parents[2]
RESOURCES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("models", "seeds", "macros", "tests", "examples", "python_tests/unit_project")
    for path in (ROOT / folder).rglob("*.yml")
    if path.read_text().startswith("version: 2") and "dbt_packages" not in path.parts
)
PROJECTS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [ROOT / "dbt_project.yml", *(ROOT / "examples").glob("*/dbt_project.yml")]
)


def _read(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text())


def _schema(folder: str, version: str) -> Draft7Validator:
    def is_type(validator: Any, types: Any, instance: Any, schema: Any) -> Any:
        # YAML reads 2026-01-01 as a date; to the schemas it is text
        if "string" in types and isinstance(instance, datetime.date):
            return iter(())
        return Draft7Validator.VALIDATORS["type"](validator, types, instance, schema)

    path = Path(dbt.jsonschemas.__file__).parent / folder / version
    return extend(Draft7Validator, {"type": is_type})(json.loads(path.read_text()))


@pytest.mark.parametrize("path", RESOURCES)
def test_resources_are_valid(path: str) -> None:
    mistakes = [
        f"{list(error.path)}: {error.message[:200]}"
        for error in _schema("resources", "latest.json").iter_errors(_read(path))
    ]
    assert mistakes == []


@pytest.mark.parametrize("path", PROJECTS)
def test_projects_are_valid(path: str) -> None:
    newest = max(
        (Path(dbt.jsonschemas.__file__).parent / "project").glob("*.json"),
        key=lambda file: [int(part) for part in re.findall(r"\d+", file.stem)],
    )
    mistakes = [
        f"{list(error.path)}: {error.message[:200]}"
        for error in _schema("project", newest.name).iter_errors(_read(path))
    ]
    assert mistakes == []


def test_catalogue_is_described_and_complete() -> None:
    (seed,) = _read("seeds/mlmon_metric_catalog.yml")["seeds"]
    with (ROOT / "seeds/mlmon_metric_catalog.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [column["name"] for column in seed["columns"]] == list(rows[0])
    assert len({(row["family"], row["metric"]) for row in rows}) == len(rows)
    for row in rows:
        assert row["meaning"], row
        assert row["formula"], row
        assert row["source"], row
        assert "'" not in "".join(row.values()), row  # dbt-spark loads seeds without escaping it
        assert bool(row["verdict"]) == bool(row["default_warn"]), row
        # an estimate is never an error
        assert bool(row["default_error"]) == (bool(row["verdict"]) and row["family"] != "estimate"), row


def test_metrics_page_names_every_metric() -> None:
    page = (ROOT / "docs/metrics.md").read_text()
    with (ROOT / "seeds/mlmon_metric_catalog.csv").open(newline="") as file:
        metrics = {row["metric"] for row in csv.DictReader(file)}
    suffixes = ("_pooled", "_ratio", "_difference")
    missing = [
        m for m in sorted(metrics) if not m.endswith(suffixes) and not re.search(rf"\b{m}\b", page)
    ]
    assert missing == []


def test_alert_tests_are_described() -> None:
    described = {test["name"] for test in _read("tests/alerts.yml")["data_tests"]}
    assert described == {path.stem for path in (ROOT / "tests").glob("*.sql")}


def test_described_macros_exist() -> None:
    """A macro that is described is there, with the arguments that are described."""
    sources = "\n".join(
        path.read_text()
        for folder in ("macros", "tests/generic")
        for path in (ROOT / folder).rglob("*.sql")
    )
    for macro in _read("macros/macros.yml")["macros"]:
        kind, name = (
            ("test", macro["name"][5:])
            if macro["name"].startswith("test_")
            else ("macro", macro["name"])
        )
        found = re.search(rf"{{%-?\s*{kind}\s+{name}\(([^)]*(?:\[\])?[^)]*)\)\s*-?%}}", sources)
        assert found, macro["name"]
        named = [part.split("=")[0].strip() for part in found[1].split(",") if part.strip()]
        if kind == "test":  # dbt sees no argument of a test's macro, and says that one which is described does not match
            assert all(f"`{argument}`" in macro["description"] for argument in named[1:])
        else:
            assert [a["name"] for a in macro.get("arguments", [])] == named, macro["name"]
        assert macro["description"], macro["name"]
