"""The tables of keys in docs/configuration.md, from the schema of the package. As a program (`make docs`) it writes them."""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "configuration.md"
# a mark in the page, which names a block of the schema, and the table below it
TABLE = re.compile(r"(?<=<!-- keys of )(?P<block>[\w.]+) -->\n(?P<table>(?:\|.*\n)*)")


def _default(rule: dict[str, Any]) -> str:
    if "absent" in rule or "default" not in rule:
        return rule.get("absent", "")
    value = rule["default"]
    return str(value).lower() if isinstance(value, bool) else "none" if value in ([], {}) else str(value)


def table(rules: dict[str, Any]) -> str:
    """The keys of one block; * marks those that are required."""
    names = ["key", "type", "default", "meaning"]
    shown = any("shown_in" in rule for rule in rules.values())
    lines = [names + ["column"] * shown, ["---"] * (4 + shown)]
    for key, rule in rules.items():
        legal = re.sub(r"^(the name of a|one of|one value:|an?) ", "", re.split(r"\. Legal|, as it is", rule["legal"])[0])
        cells = [key + "*" * rule.get("required", False), legal, _default(rule), rule.get("meaning", "")]
        lines.append(cells + [rule.get("shown_in", "")] * shown)
    text = "\n".join("| " + " | ".join(cells) + " |" for cells in lines).replace("|  |", "| |").replace("|  |", "| |")
    return text.replace("| --- | --- | --- | ---", "|---|---|---|---").replace("--- |", "---|").replace("| ---", "|---") + "\n"


def filled(page: str, schema: dict[str, Any]) -> str:
    """The page with every table as the schema has it."""

    def replaced(found: re.Match[str]) -> str:
        rules: Any = {"keys": schema}
        for step in found["block"].split("."):
            rules = rules["of"] if step == "of" else rules["keys"][step]
        return f"{found['block']} -->\n{table(rules['keys'])}"

    return TABLE.sub(replaced, page)


def schema(folder: Path) -> dict[str, Any]:
    """What the package prints, asked in a project of its own."""
    from python_tests.harness import Project

    outcome, rows = Project(folder).operation("mlmon.mlmon_schema")
    assert outcome.success, outcome.text
    return dict(rows[0]["keys"])


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as folder:
        PAGE.write_text(filled(PAGE.read_text(), schema(Path(folder))))
