"""How a person says which incident is meant."""

from __future__ import annotations

from cli_support import incident

from mlmon_cli.commands.words import not_one
from mlmon_cli.report import short_id


def test_several_groups_are_listed_with_ids_and_headlines() -> None:
    question = {"kind": "ambiguous", "target": "leads", "is_monitor": True}
    first = incident(id="ab12cd34ef56", n=4) | {"kind": "candidate"}
    second = incident(id="ff12cd34ef56", n=1, segment="region", segment_value="EU")
    (said,) = not_one([question, first, {**second, "kind": "candidate", "severity": "warn"}])
    assert said.splitlines() == [
        "'leads' means 2 open groups; say which one by its id:",
        "  ab12cd34  error  precision and 3 more, since 2026-04-12",
        "  ff12cd34  warn   precision in region=EU, since 2026-04-12",
    ]
    assert not_one([{"kind": "said"}]) == []


def test_an_id_is_as_long_as_it_takes() -> None:
    assert short_id("ab12cd34ef56", ["ab12cd34ef56", "bb12cd34ef56"]) == "ab12cd34"
    assert short_id("ab12cd34ef56", ["ab12cd34ef56", "ab12cd34ee56"]) == "ab12cd34ef"
