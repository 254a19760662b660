"""The page about the configuration has the keys, types, defaults and meanings of the package's schema."""

from __future__ import annotations

from pathlib import Path

from python_tests.docs import configuration_tables as tables


def test_tables_are_those_of_the_schema(tmp_path: Path) -> None:
    page = tables.PAGE.read_text()
    schema = tables.schema(tmp_path)
    assert page == tables.filled(page, schema), "`make docs` writes the tables anew"
    # every block has a table or a heading of its own
    assert all(f"<!-- keys of {key}" in page or f"### {key}" in page for key in schema)
