"""What was taken out of the package because an engine or another dbt cannot have it does not come back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(path for folder in ("macros", "models", "tests") for path in (ROOT / folder).rglob("*.sql"))
# a pattern, where it may stand all the same, and what to write instead
BANNED = [
    (r"target\.type", "", "a dispatched macro in macros/engines/"),
    (r"adapter\.quote\('", "macros/engines/", "mlmon.reserved_name: on Snowflake a quoted name in lower case is another one"),
    (r"(?m)^\s*where 1 = 0", "", "mlmon.no_rows(): BigQuery takes no condition without a table"),
    (r"(?m)^\s*union\s*$", "", "mlmon.union_distinct(): BigQuery wants the word"),
    (r"dbt\.(dateadd|datediff)\(", "macros/engines/", "mlmon.add_time, units_between or seconds_between"),
    (r"make_(intermediate|backup|temp)_relation", "", "relation.incorporate: on Databricks these have no schema"),
    (r"(?i)\b(as|join|from) groups\b", "", "another alias: a word of BigQuery's"),
    (r"(?i)\bas percent\b", "", "another alias: a word of Redshift's"),
    (r"string_literal\(|escape_single_quotes\(", "macros/engines/", "mlmon.text_literal: backslashes are escapes on most warehouses"),
    (r"modules\.(?!re\b|datetime\b|pytz\b)", "", "what dbt 2 has too"),
]  # fmt: skip


@pytest.mark.parametrize(("pattern", "allowed", "instead"), BANNED)
def test_banned(pattern: str, allowed: str, instead: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match[0].strip()}"
        for path in SOURCES
        if not (allowed and path.relative_to(ROOT).as_posix().startswith(allowed))
        for match in re.finditer(pattern, re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.S))
    ]
    assert found == [], f"write {instead}"


def test_only_artifacts_and_success_are_read_of_dbt() -> None:
    """Of what dbtRunner gives back the command line takes success and exception: the rest differs between dbt 1 and 2."""
    text = (ROOT / "mlmon_cli" / "dbt.py").read_text()
    taken = set(re.findall(r"\bresult\.(\w+)", text)) - {"get"}
    assert taken <= {"success", "exception"}
