"""Each monitor as a dbt exposure that dbt takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mlmon_cli.exposures import exposures
from mlmon_cli.main import invoke
from python_tests.harness import Project

ROW = {
    "task": "binary",
    "window": "day",
    "owner": "growth",
    "runbook": None,
    "tags": [],
    "depends_on": [],
}
LOG = {"id": "id", "timestamp": "at", "score": "score"}
ODD = "o'neil: {{ ref('nothing') }} {# and # more"


def monitor(relation: str, **alerts: Any) -> dict[str, Any]:
    return {
        "task": "binary",
        "predictions": {"relation": relation, **LOG},
        "reference": {"start": "2026-01-01", "end": "2026-01-03"},
        "alerts": alerts,
    }


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Logs that no warehouse has: a model, a source, a private model."""
    monitors = {
        "leads": {
            **monitor("scored", owner=ODD, runbook="https://example.com/{{x}}", tags=["sales"]),
            "labels": {"relation": "raw.labels", "id": "id", "label": "label", "timestamp": "at"},
        },
        "Leads-1.x": monitor("raw.log", owner="ana@example.com"),
        "Leads_1_x": monitor("hidden"),
    }
    project = Project(tmp_path_factory.mktemp("exposures"), monitors)
    project.settings = {
        "models": {"+group": "team"}
    }  # what mlmon's tables need to read a private log
    project.configure(monitors)
    (project.root / "models/sources.yml").write_text(
        "sources: [{name: raw, tables: [{name: log}, {name: labels}]}]\n"
        "groups: [{name: team, owner: {name: team}}]\n"
        "models: [{name: hidden, config: {group: team, access: private}}]\n"
    )
    for name in ("scored", "hidden"):
        (project.root / f"models/{name}.sql").write_text("select 1 as id")
    return project


def run(project: Project, *arguments: str) -> int:
    return invoke(
        [
            "exposures",
            "--project-dir",
            str(project.root),
            "--profiles-dir",
            str(project.root),
            *arguments,
        ]
    )


def test_dbt_takes_what_is_written(project: Project) -> None:
    """Owners, links and lineage are what the configuration says, whatever it holds."""
    file = project.root / "models" / "mlmon_exposures.yml"
    assert run(project, "--output", str(file), "--url", "https://bi.example.com/{monitor}?a=1") == 0
    project.writes_artifacts = True
    outcome = project.dbt(
        "parse", "--no-partial-parse", "--warn-error-options", '{"error": ["Deprecations"]}'
    )
    assert outcome.success, outcome.text
    found = json.loads((project.root / "target/manifest.json").read_text())["exposures"]
    assert {exposure["type"] for exposure in found.values()} == {"ml"}
    leads, email, hidden = (
        found[f"exposure.watch.mlmon_{name}"] for name in ("leads", "Leads_1_x", "Leads_1_x_2")
    )
    assert leads["owner"]["name"] == ODD
    assert leads["meta"] == {"mlmon_monitor": "leads", "runbook": "https://example.com/{{x}}"}
    assert leads["tags"] == ["mlmon", "sales"]
    assert leads["url"] == "https://bi.example.com/leads?a=1"
    assert {
        "model.watch.scored",
        "source.watch.raw.labels",
        "model.mlmon.mlmon_health",
        "model.mlmon.mlmon_timeline",
    } <= set(leads["depends_on"]["nodes"])
    assert email["owner"]["email"] == "ana@example.com"
    assert email["label"] == "Monitor Leads-1.x"
    assert "source.watch.raw.log" in email["depends_on"]["nodes"]
    assert hidden["owner"]["name"] == "team"  # that of the log's group
    assert "model.watch.hidden" not in hidden["depends_on"]["nodes"]
    file.unlink()


def test_what_it_cannot_do_it_says(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(project, "--monitor", "lead") == 2
    assert "there is no monitor 'lead' — did you mean 'leads'?" in capsys.readouterr().err
    assert run(project, "--url", "example.com") == 2
    assert "is not an http(s) address" in capsys.readouterr().err
    assert run(project, "--output", str(tmp_path / "nowhere" / "x.yml")) == 2
    assert "there is no directory" in capsys.readouterr().err


def test_as_json(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(project, "--monitor", "leads", "--format", "json") == 0
    (exposure,) = json.loads(capsys.readouterr().out)["exposures"]
    assert exposure["name"] == "mlmon_leads"


def test_names_are_legal_and_differ() -> None:
    names = [
        exposure["name"]
        for exposure in exposures([{**ROW, "monitor": name} for name in ("a.b", "a-b", "A_B", "1")])
    ]
    assert names == ["mlmon_a_b", "mlmon_a_b_1", "mlmon_A_B_2", "mlmon_1"]
