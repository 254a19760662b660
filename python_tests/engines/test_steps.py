"""Where a step of a query ends, for an engine that computes it first: parentheses in literals, quoted names and comments are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from python_tests.harness import Project

MACRO = "{% macro told(text) %}{% do mlmon.print_row(mlmon.parentheses(text)) %}{% endmacro %}"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("steps"), {})
    folder: Path = project.root / "macros"
    folder.mkdir(exist_ok=True)
    (folder / "told.sql").write_text(MACRO, encoding="utf-8")
    return project


@pytest.mark.parametrize(
    ("text", "depth", "step"),
    [
        ("with a as (select 1), b as ", 0, None),
        ("with a as (select (1)", 1, None),
        ("select 1)", -1, "select 1"),
        ("select (a - 1) / (b)) from c", -1, "select (a - 1) / (b)"),
        ("select ')' from a) as b", -1, "select ')' from a"),
        (r"select '\')', 'it''s (' from a) as b", -1, r"select '\')', 'it''s (' from a"),
        ("select `a)` -- it's (\n/* ) ' */ from b\n)", -1, "select `a)` -- it's (\n/* ) ' */ from b\n"),
    ],
)
def test_a_step_ends_where_its_parenthesis_is_closed(project: Project, text: str, depth: int, step: str | None) -> None:
    outcome, (row,) = project.operation("told", text=text)
    assert outcome.success, outcome.text
    assert row["depth"] == depth
    assert (None if row["closed_at"] is None else text[: row["closed_at"]]) == step
