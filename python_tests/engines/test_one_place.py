"""What differs between engines is in macros/engines/, behind `adapter.dispatch`; the command line reads and writes through dbt alone."""

from __future__ import annotations

import re

from python_tests.harness import PACKAGE

ENGINES = "duckdb|postgres|redshift|snowflake|bigquery|databricks|spark|clickhouse"


def test_nothing_asks_for_the_engine_by_name() -> None:
    asked = re.compile(rf"target\.type|adapter\.type\(\)|\b({ENGINES})__")
    found = [
        f"{path.relative_to(PACKAGE)}: {match.group()}"
        for folder in ("macros", "models", "tests")
        for path in sorted((PACKAGE / folder).rglob("*.sql"))
        for match in asked.finditer(path.read_text(encoding="utf-8"))
        if path.parent.name != "engines" or match.group().startswith(("target", "adapter"))
    ]
    assert not found


def test_transactions_end_in_one_place() -> None:
    """`mlmon.commit`, for engines differ in what follows. The materializations end their own as dbt's do."""
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in (PACKAGE / "macros").rglob("*.sql")
        if re.search(r"adapter\.(commit|begin)\b", path.read_text(encoding="utf-8"))
    }
    assert found <= {"macros/engines/commit.sql", "macros/engines/view_kind.sql", "macros/sums/mlmon_windows.sql"}


def test_nothing_unknown_becomes_a_bound() -> None:
    """`greatest` and `least` skip NULL on some engines. `mlmon.at_least` and `at_most` do not; these here have arguments that are never NULL, or are not read then."""
    known = {
        "new_watermark_row.sql": 2, "binary.sql": 2, "regression.sql": 4, "multiclass.sql": 2, "normal_tail.sql": 1, "threshold_verdict.sql": 1,
        "share_up_to.sql": 1, "unpivoted.sql": 1, "shape_distances.sql": 2, "mlmon_checks.sql": 2,
    }  # fmt: skip
    found: dict[str, int] = {}
    for folder in ("macros", "models", "tests"):
        for path in (PACKAGE / folder).rglob("*.sql"):
            n = len(re.findall(r"\b(?:greatest|least)\(", path.read_text(encoding="utf-8")))
            if n:
                found[path.name] = n
    assert found == known


def test_the_command_line_knows_no_engine() -> None:
    """But for the embedded default of `demo` and `init`, and for one engine's error messages, which it puts in words."""
    allowed = {"commands/demo.py", "commands/init.py", "scaffold.py", "dbt_errors.py"}
    drivers = r"psycopg2?|pyspark|pyarrow|sqlalchemy|sqlite3"
    found = [
        f"{path.relative_to(PACKAGE)}:{number}: {line.strip()}"
        for path in sorted((PACKAGE / "mlmon_cli").rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(rf"(?i)\b({drivers})\b", line)
        or (path.relative_to(PACKAGE / "mlmon_cli").as_posix() not in allowed and re.search(rf"(?i)({ENGINES})", line))
        or re.search(rf"\bimport ({ENGINES})|from ({ENGINES})", line)
    ]
    assert not found
