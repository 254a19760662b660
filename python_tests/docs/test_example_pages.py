"""The pages about examples: each query's answer is the table below it, and the message quoted is the one that is posted."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest
from docs_support import ROOT

from mlmon_cli.main import invoke
from python_tests.warehouses import release_duckdb

# example -> what its message says, and which incidents there must not be
STORIES = {
    "offers": (["ERROR next_best_offer: ", "f1 fell from ", "Since 2026-03-", ": please retrain"], "first_breach_at < '2026-03-17'"),
    "demand": (["ERROR demand: cost ", "; bias in part_of_day=evening fell from ", ": please retrain"], "segment = 'overall' and metric = 'n_predictions'"),
}  # fmt: skip


def tables(page: Path) -> list[tuple[str, list[list[str]]]]:
    """Each query of the page's example, and the cells of the table that follows it."""
    found = re.findall(r"```sql [a-z]+\n(.+?)```\n\n((?:\|[^\n]*\n)+)", page.read_text(), re.DOTALL)
    return [(query, [[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()[2:]]) for query, table in found]


def written(value: Any) -> str:
    """A value as the pages write it."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return f"{value.day} {value:%B}"
    if isinstance(value, float) and not value.is_integer():
        return f"{value:.2f}"
    return f"{value:,.0f}" if isinstance(value, (int, float)) else str(value).strip("`")


@pytest.mark.parametrize("example", STORIES)
def test_example(example: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert invoke(["demo", example, "--dir", str(tmp_path)]) == 0
    release_duckdb()
    printed = capsys.readouterr().out
    said, never = STORIES[example]
    assert [text for text in said if text not in printed] == []
    pages = tables(ROOT / f"docs/{example}.md")
    assert len(pages) >= 2
    with duckdb.connect(str(tmp_path / example / f"{example}.duckdb"), read_only=True) as connection:
        for query in (tmp_path / example / "questions.sql").read_text().split(";\n")[:-1]:
            assert connection.execute(query).fetchall(), query
        for query, cells in pages:
            answer = [[written(value) for value in row] for row in connection.execute(query).fetchall()]
            assert answer == [[cell.strip("`") for cell in row] for row in cells], query
        assert connection.execute(f"select count(*) from mlmon_incidents where {never}").fetchone() == (0,)
