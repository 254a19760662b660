"""The log of a monitor is what ref() would take: versions, packages, seeds, snapshots, --defer; or a mistake that says why not."""

from __future__ import annotations

import shutil
from typing import Any

import pytest
import yaml

from python_tests.harness import Outcome, Project

LOG = "{{ config(materialized='table') }} select i as id, timestamp '2026-01-01' + interval 1 hour * i as at, {score} as score from range(72) t(i)"
FILES = {
    "models/log_v1.sql": LOG.replace("{score}", "0.1"),
    "models/log_v2.sql": LOG.replace("{score}", "0.2"),
    "models/log_v10.sql": LOG.replace("{score}", "0.3"),
    "models/log.yml": "models: [{name: log, latest_version: 2, versions: [{v: 1}, {v: 2}, {v: 10}]}]",
    "models/groups.yml": "groups: [{name: growth, owner: {name: growth-team, email: g@example.com}}, {name: sales, owner: {email: s@example.com}}]\n"
    "models: [{name: twin, config: {group: growth}}]",
    "seeds/sown.yml": "seeds: [{name: sown, config: {group: sales}}]",
    "models/passing.sql": LOG.replace("{score}", "0.4").replace("'table'", "'ephemeral'"),
    "models/off.sql": LOG.replace("{score}", "0.4").replace("'table'", "'table', enabled=false"),
    "models/twin.sql": LOG.replace("{score}", "0.5"),
    "snapshots/kept.yml": "snapshots: [{name: kept, relation: ref('twin'), config: {unique_key: id, strategy: check, check_cols: all}}]",
    "seeds/sown.csv": "id,at,score\n1,2026-01-01 10:00:00,0.7\n2,2026-01-03 10:00:00,0.7\n",
    "dbt_packages/other/dbt_project.yml": "{name: other, version: 1.0.0, config-version: 2}",
    "dbt_packages/other/models/far.sql": LOG.replace("{score}", "0.6"),
    "dbt_packages/other/models/named.sql": LOG.replace("{score}", "0.8").replace("'table'", "'table', alias='other_twin'"),
}  # fmt: skip
# what `relation` says, and the score of the rows that it means
RELATIONS: dict[str, tuple[Any, float]] = {
    "latest": ("log", 0.2),
    "older": ("log.v1", 0.1),
    "newer": ({"name": "log", "version": 10}, 0.3),
    "model": ("twin", 0.5),
    "snapshot": ("kept", 0.5),
    "seed": ("sown", 0.7),
    "package": ({"name": "far", "package": "other"}, 0.6),
    "aliased": ({"name": "named", "package": "other"}, 0.8),
}


def block(relation: Any) -> dict[str, Any]:
    predictions = {"relation": relation, "id": "id", "timestamp": "at", "score": "score"}
    return {"task": "binary", "predictions": predictions, "alerts": {"owner": "ana"} if relation == RELATIONS["package"][0] else {}, "reference": {"start": "2026-01-01", "end": "2026-01-03"}}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("relations"), {name: block(relation) for name, (relation, _) in RELATIONS.items()})
    project.writes_artifacts = True
    for name, text in FILES.items():
        path = project.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (project.root / "dbt_packages" / "other" / "README.md").touch()
    project._write("packages.yml", {"packages": [{"local": "dbt_packages/mlmon"}, {"local": "dbt_packages/other"}]})
    project.build(select=["+package:mlmon"]).check()
    return project


def scores(project: Project) -> dict[str, float]:
    found = project.sql("select monitor, sum(total) / sum(n) as score from mlmon_profile where column_role = 'score' and segment = 'overall' group by 1")
    return {name: round(score, 6) for name, score in zip(found["monitor"], found["score"], strict=True)}


def test_a_log_is_what_ref_takes(project: Project) -> None:
    assert scores(project) == {name: score for name, (_, score) in RELATIONS.items()}


def test_the_owner_of_a_dbt_group_stands_in(project: Project) -> None:
    found = project.sql("select monitor, owner from mlmon_monitors where owner is not null")
    assert dict(zip(found["monitor"], found["owner"], strict=True)) == {
        "model": "growth-team",  # their name goes before their address
        "seed": "s@example.com",
        "package": "ana",
    }


def test_with_defer_the_other_environment_is_read(project: Project) -> None:
    state = project.root / "state"
    state.mkdir(exist_ok=True)
    shutil.copy(project.root / "target" / "manifest.json", state)
    profile = (project.root / "profiles.yml").read_text()
    mine = yaml.safe_load(profile)
    mine["watch"]["outputs"]["dev"]["schema"] = "mine"
    try:
        (project.root / "profiles.yml").write_text(yaml.safe_dump(mine))
        outcome = project.dbt("build", "--select", "package:mlmon", "--exclude-resource-type", "unit_test", "--defer", "--state", str(state))
        outcome.check()
    finally:
        (project.root / "profiles.yml").write_text(profile)
    found = project.sql("select monitor, sum(total) / sum(n) as score from mine.mlmon_profile where column_role = 'score' and segment = 'overall' group by 1")
    assert dict(zip(found["monitor"], found["score"].round(6), strict=True)) == {name: score for name, (_, score) in RELATIONS.items()}


def refused(project: Project, relation: Any) -> Outcome:
    project.configure({"m": block(relation)})
    return project.dbt("run-operation", "mlmon.mlmon_validate", variables={"mlmon_skip_refs": True})


@pytest.mark.parametrize(
    ("relation", "words"),
    [
        ("passing", ("'passing', an ephemeral model", "another materialization")),
        ("off", ("not a model, seed, snapshot or source", "or is disabled")),
        ("log.v3", ("'log.v3'", "log.v2")),
        ({"name": ""}, ("'predictions.relation.name'", "the text ''")),
        ("a.b.c", ("the text 'a.b.c'", "name.v2")),
    ],
)  # fmt: skip
def test_what_is_no_log_is_said(project: Project, relation: Any, words: tuple[str, ...]) -> None:
    output = refused(project, relation).output
    for word in words:
        assert word in output, output
