"""A model waits for what it reads, and the watermark for all that it vouches for."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from dbt.cli.main import dbtRunner

from python_tests.harness import PACKAGE

READS_STATE = re.compile(r"(?:model_relation|built_table)\('(\w+)'\)")


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    target = tmp_path_factory.mktemp("target")
    place = ["--project-dir", str(PACKAGE), "--profiles-dir", str(PACKAGE), "--target-path", str(target), "--log-path", str(target), "--quiet"]
    outcome = dbtRunner().invoke(["parse", "--no-partial-parse", "--write-json", *place])
    assert outcome.success, outcome.exception
    return json.loads((Path(target) / "manifest.json").read_text(encoding="utf-8"))


def models(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model"}


def before(name: str, nodes: dict[str, dict[str, Any]]) -> set[str]:
    """All models that are built before this one."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for parent in nodes[waiting.pop()]["depends_on"]["nodes"]:
            model = parent.rsplit(".", 1)[-1]
            if model in nodes and model not in found:
                found.add(model)
                waiting.append(model)
    return found


def texts(node: dict[str, Any], macros: dict[str, dict[str, Any]]) -> list[str]:
    """A model's code and that of each of the package's macros that it may call."""
    found: set[str] = set()
    waiting = list(node["depends_on"]["macros"])
    while waiting:
        name = waiting.pop()
        if name.startswith("macro.mlmon.") and name not in found:
            found.add(name)
            waiting += macros[name]["depends_on"]["macros"]
    return [node["raw_code"], *(macros[name]["macro_sql"] for name in sorted(found))]


def test_a_table_read_by_its_name_is_not_written_meanwhile(manifest: dict[str, Any]) -> None:
    """What the run before left may be read without a `ref`, if the model that writes it is built before or after, never beside."""
    nodes = models(manifest)
    earlier = {name: before(name, nodes) for name in nodes}
    read = [(name, table) for name, node in nodes.items() for text in texts(node, manifest["macros"]) for table in READS_STATE.findall(text)]
    assert ("mlmon_windows_to_judge", "mlmon_watermarks") in read, "the search finds what it should"
    assert not [(name, table) for name, table in read if table != name and table not in earlier[name] and name not in earlier[table]]


def test_the_watermark_moves_when_all_that_rests_on_it_is_written(manifest: dict[str, Any]) -> None:
    """A run that died in between would leave windows that no later run reads."""
    nodes = models(manifest)
    by_window = {name for name, node in nodes.items() if node["config"]["meta"].get("mlmon_replaces")} - {"mlmon_watermarks"}
    assert "mlmon_profile" in by_window
    assert by_window <= before("mlmon_watermarks", nodes)
