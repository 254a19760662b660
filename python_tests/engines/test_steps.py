"""Which steps of a query an engine computes first, and where they end: parentheses in literals, quoted names and comments are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from python_tests.harness import Project

MACRO = "{% macro told(query) %}{% for step in mlmon.marked_steps(query) %}{% do mlmon.print_row(step) %}{% endfor %}{% endmacro %}"
ONCE = "as /* mlmon: once */ ("


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("steps"), {})
    folder: Path = project.root / "macros"
    folder.mkdir(exist_ok=True)
    (folder / "told.sql").write_text(MACRO, encoding="utf-8")
    return project


@pytest.mark.parametrize(
    "steps",
    [
        [],
        ["select 1"],
        ["select (a - 1) / (b)", "select 2"],
        ["select ')' from a"],
        [r"select '\')', 'it''s (' from a"],
        ["select `a)` -- it's (\n/* ) ' */ from b\n"],
        [f"with inner_step {ONCE}select 1) select * from inner_step"],
        [f"select '{ONCE}'"],
    ],
)
def test_a_step_ends_where_its_parenthesis_is_closed(project: Project, steps: list[str]) -> None:
    query = "with plain as (select ('x')), " + "".join(f"-- (a comment\nstep_{n} {ONCE}{step}), " for n, step in enumerate(steps))
    query += f"last as (with deep {ONCE}select 3) select * from deep) select ')' from last"
    outcome, found = project.operation("told", query=query)
    assert outcome.success, outcome.text
    assert [query[row["start"] : row["end"]] for row in found] == steps
    assert all(query[row["at"] : row["start"]] == ONCE.removeprefix("as ") for row in found)
