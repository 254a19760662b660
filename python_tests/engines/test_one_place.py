"""What differs between engines is in macros/engines/, behind `adapter.dispatch`."""

from __future__ import annotations

import re

from python_tests.harness import PACKAGE


def test_nothing_asks_for_the_engine_by_name() -> None:
    asked = re.compile(r"target\.type|adapter\.type\(\)|\b(duckdb|postgres|spark|snowflake|bigquery|redshift|databricks)__")
    found = [
        f"{path.relative_to(PACKAGE)}: {match.group()}"
        for folder in ("macros", "models", "tests")
        for path in sorted((PACKAGE / folder).rglob("*.sql"))
        for match in asked.finditer(path.read_text(encoding="utf-8"))
        if path.parent.name != "engines" or match.group().startswith(("target", "adapter"))
    ]
    assert not found
