"""Thousands of mutated blocks, all in one dbt process: a mistake that names the key, or a monitor that builds; never a traceback.

`MLMON_MUTATIONS=20000 pytest python_tests/config/test_mutations.py` tries more, at other places each time.
"""

from __future__ import annotations

import copy
import datetime
import json
import math
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mlmon_cli.schema import monitors_schema
from python_tests.harness import ROW_PREFIX, Project

MUTATIONS = int(os.environ.get("MLMON_MUTATIONS", "0"))
# every key that a block may have
FULL: dict[str, Any] = {
    "task": "binary",
    "predictions": {
        "relation": "raw.log", "id": "id", "timestamp": "at", "score": "score", "prediction": "decision", "threshold": 0.4,
        "version": "version", "latency_ms": "latency", "loaded_at": "at", "lookback": 2,
    },
    "labels": {
        "relation": "raw.answers", "id": "id", "label": "label", "timestamp": "at", "positive_class": 1, "loaded_at": "at",
        "maturity": "3 days", "lookback": 2,
    },
    "features": {"numeric": ["age", "latency"], "categorical": ["job"]},
    "segments": ["region", ["region", "job"]],
    "fairness": {"attributes": ["gender"], "reference_group": {"gender": "f"}, "min_group_size": 20},
    "window": "day",
    "reference": {"start": datetime.date(2026, 1, 1), "end": "2026-02-01 06:00:00"},
    "baseline": "reference",
    "kpis": [{"name": "sales", "numerator": "sum(l.label)", "denominator": "count(*)", "better": "lower"}],
    "value": {"tp": 10, "fp": -2.5, "fn": 0, "tn": 0},
    "thresholds": {"psi": {"warn": 0.1, "error": 0.25}, "precision": {"error": {"below": 0.6}}, "sales": {"warn": {"above": 3, "below": 1}}, "recall": False,
        "mean": {"of": {"age": {"warn": 90}, "latency (latency)": False}}, "tpr_ratio": {"warn": 0.8, "of": {"gender=f": {"error": {"below": 0.5}}}},
    },
    "verdicts": {
        "alpha": 0.02, "pooled_windows": 5, "dispersion": True, "min_reference_windows": 6, "seasonal_weeks": 9,
        "metrics": {"performance": {"warn": 0.1, "error": 0.2}, "drift.null_rate": {"alpha": 0.1}, "sales": {"min_rows": 50}},
    },
    "alerts": {
        "owner": "us", "runbook": "https://example.com", "open_after": "2 of 3", "close_after": 2, "on_error": ["retrain"], "tags": ["a"],
        "review_size": 5, "review_margin": 0.2, "by_version": True, "min_rows": 10, "group_within": 2, "reopen_within": 7, "change_within": "2 days", "cool_down": 1,
        "escalate_after": 3, "remind_every": 4, "max_notices_per_week": 5,
        "quiet_hours": {"from": "22:00", "to": "07:00", "timezone": "Europe/Berlin", "days": ["sat"]},
        "maintenance": [{"start": datetime.date(2026, 1, 3), "end": "2026-01-04", "reason": "move"}],
    },
}  # fmt: skip
TEXTS = [
    "", " ", "x", "a.b.c", "id", "Score", "{{ 7*7 }}", "{% raw %}", "'; drop table x; --", "2026-13-01", "2026-01-01", "0 of 0", "1 of 2", "30 days",
    "12 weeks", "999999 weeks", "lower", "day", "reference", "\x00", "\n", "naïve\u202e", "\U0001f600", "x" * 3000, "true", "null", "1e3", "psi", "22:00\n",
]  # fmt: skip
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.sampled_from([0, 1, 2, 3, 2**31, 2**63, 10**400, math.inf, -math.inf, math.nan, 1e308, 0.5]),
    st.floats(),
    st.sampled_from(TEXTS),
    st.text(st.characters(blacklist_categories=["Cs"]), max_size=12),
    st.dates(datetime.date(1, 1, 1)),
    st.datetimes(datetime.datetime(1900, 1, 1)),
)
KEYS = st.one_of(st.text("abcxyz_.[' é", max_size=6), st.integers(-5, 10**20), st.none(), st.booleans(), st.dates())
VALUES = st.recursive(
    SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)), max_leaves=6
)
Place = tuple[Any, ...]


def places(value: Any, at: Place = ()) -> list[Place]:
    """The path of every value of a block, that of the block itself left out."""
    steps: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return ([at] if at else []) + [found for key, inner in steps for found in places(inner, (*at, key))]


def inside(block: Any, place: Place) -> Any:
    for key in place:
        block = block[key]
    return block


@dataclass
class Mutant:
    """A block with one thing changed: what, where, and whether it is a mistake (None: not said here)."""

    block: Any
    kind: str
    place: Place
    value: Any
    is_mistake: bool | None


# What is legal, said a second time and apart from the package
def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 1e300


def is_whole(low: int, high: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def is_share(value: Any) -> bool:
    return is_number(value) and 0 <= value <= 1


def is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def is_names(value: Any) -> bool:
    named = isinstance(value, list) and all(is_text(item) and "," not in item for item in value)
    return named and len(set(value)) == len(value)


def is_duration(value: Any) -> bool:
    found = re.fullmatch(r"\s*(\d{1,6})\s*(minute|hour|day|week)s?\s*", value) if isinstance(value, str) else None
    return bool(found) and int(found[1]) * {"minute": 1, "hour": 60, "day": 1440, "week": 10080}[found[2]] <= 36500 * 1440


def is_n_of_m(value: Any) -> bool:
    found = re.fullmatch(r"\s*(\d{1,3})\s+of\s+(\d{1,3})\s*", value) if isinstance(value, str) else None
    return bool(found) and 1 <= int(found[1]) <= int(found[2]) <= 100


MANY = 1_000_000_000
LEGAL: dict[str, Callable[[Any], bool]] = {
    "task": lambda value: value == "binary",
    "predictions.threshold": is_share,
    "predictions.lookback": is_whole(1, MANY),
    "labels.lookback": is_whole(1, MANY),
    "labels.maturity": is_duration,
    "labels.positive_class": lambda value: is_text(value) or isinstance(value, bool | datetime.date) or is_number(value),
    "fairness.min_group_size": is_whole(1, MANY),
    "window": lambda value: value in ("hour", "day", "week", "month"),
    "baseline": lambda value: value in ("reference", ["reference"]),
    **{f"value.{cell}": is_number for cell in ("tp", "fp", "fn", "tn")},
    "thresholds.precision.error.below": is_number,
    "thresholds.mean.of.age.warn": is_number,
    "alerts.owner": is_text,
    "alerts.runbook": is_text,
    "alerts.open_after": is_n_of_m,
    "alerts.close_after": is_whole(1, 1000),
    "alerts.reopen_within": is_whole(0, 1000),
    "alerts.on_error": is_names,
    "alerts.tags": is_names,
    "alerts.review_size": is_whole(1, MANY),
    "alerts.review_margin": is_share,
    "alerts.by_version": lambda value: isinstance(value, bool),
    "alerts.min_rows": is_whole(1, MANY),
    "alerts.group_within": is_whole(0, 1000),
    "alerts.change_within": is_duration,
    "alerts.cool_down": is_whole(0, 1000),
    "alerts.escalate_after": is_whole(1, MANY),
    "alerts.remind_every": is_whole(1, MANY),
    "alerts.max_notices_per_week": is_whole(0, MANY),
    "alerts.maintenance[].reason": lambda value: isinstance(value, str),
    "kpis[].better": lambda value: value in ("higher", "lower"),
    "kpis[].name": is_text,
}


def written(place: Place) -> str:
    """A place as keys are written, numbers of list items left out."""
    return "".join("[]" if isinstance(key, int) else f".{key}" for key in place).lstrip(".")


def mutated(place: Place, value: Any) -> Mutant:
    """Another value somewhere."""
    block = copy.deepcopy(FULL)
    before = inside(FULL, place)
    inside(block, place[:-1])[place[-1]] = value
    legal = LEGAL.get(written(place))
    is_mistake = not legal(value) if legal else None
    if value is None or (isinstance(before, dict | list) and not isinstance(value, dict | list) and place[0] not in ("thresholds", "segments")):
        is_mistake = True
    return Mutant(block, "value", place, value, is_mistake)


def with_key(place: Place, key: str, value: Any) -> Mutant | None:
    """A key that is not legal beside those of the mapping at `place`."""
    block = copy.deepcopy(FULL)
    mapping = inside(block, place)
    if not isinstance(mapping, dict) or key in mapping:
        return None
    mapping[key] = value
    return Mutant(block, "key", (*place, key), value, True)


def misspelled(place: Place, at: int, letter: str) -> Mutant | None:
    """A key with a letter more, less or other than it should have."""
    name = str(place[-1])
    spot = at % (len(name) + 1)
    wrong = name[:spot] + letter + name[spot + (at % 2) :]
    mapping = inside(FULL, place[:-1])
    is_group = "=" in name and wrong.startswith(name.split("=")[0] + "=")  # which groups an attribute has, its rows tell
    if not isinstance(mapping, dict) or wrong in mapping or is_group:
        return None
    block = copy.deepcopy(FULL)
    mapping = inside(block, place[:-1])
    mapping[wrong] = mapping.pop(place[-1])
    return Mutant(block, "key", (*place[:-1], wrong), wrong, True)


def keyed(place: Place) -> bool:
    return isinstance(place[-1], str)


MUTANTS = st.one_of(
    st.builds(mutated, st.sampled_from(places(FULL)), VALUES),
    st.builds(mutated, st.sampled_from([p for p in places(FULL) if written(p) in LEGAL]), SCALARS),
    st.builds(with_key, st.sampled_from([(), *places(FULL)]), st.text("abcdefgxyz_", min_size=1, max_size=9).map("x".__add__), VALUES),
    st.builds(misspelled, st.sampled_from([p for p in places(FULL) if keyed(p)]), st.integers(0, 30), st.sampled_from(["", "s", "q", "_", "é"])),
)


def collected(number: int) -> list[Mutant]:
    """So many mutants; hypothesis chooses them."""
    found: list[Mutant] = []

    @settings(
        max_examples=number, deadline=None, database=None, derandomize=not MUTATIONS, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(MUTANTS.filter(bool))
    def collect(mutant: Mutant) -> None:
        found.append(mutant)

    collect()
    return found


# the checks of the configuration, and the parts of it that become SQL, block by block: what a build does with all of them at once
MACRO = """
{% macro examine() %}
    {% for name, block in var('mlmon_monitors').items() %}
        {% set mistakes = mlmon.validate_config(monitors={name: block}) %}
        {% for mistake in mistakes %}
            {% do mlmon.print_row({'monitor': mistake.monitor, 'key': mistake.key, 'message': mlmon.mistake_text(mistake)}) %}
        {% endfor %}
        {% if loop.index % 10 == 0 %}
            {% do mlmon.validate_config(columns=false, monitors={'plain': {'window': 'day'}}, defaults=block) %}
        {% endif %}
        {% if not mistakes %}
            {% set spec = mlmon.bind_columns(mlmon.resolve_monitor(name, block)) %}
            {% for query in [mlmon.literal_rows(mlmon.monitor_columns(), [mlmon.monitor_row(spec)]), mlmon.configured_kpis([spec]), mlmon.configured_thresholds([spec]), mlmon.configured_verdicts([spec]),
                    mlmon.configured_maintenance([spec]), mlmon.new_watermark_row(spec, none)] %}
                {% do run_query('select * from (' ~ query ~ ') as mutant') %}
            {% endfor %}
            {% if spec.quiet_hours %}{% do mlmon.in_quiet_hours(spec.quiet_hours, '2026-01-05 10:00:00') %}{% endif %}
        {% endif %}
    {% endfor %}
{% endmacro %}
"""


@pytest.fixture(scope="module")
def mutants() -> dict[str, Mutant]:
    return {f"m{number}": mutant for number, mutant in enumerate(collected(MUTATIONS or 500))}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    at = pd.Timestamp("2026-01-05")
    names = {"id": 1, "at": at, "score": 0.5, "age": 3.0, "latency": 2.0, "decision": 1, "version": "v1", "job": "a", "region": "EU", "gender": "f"}
    log = pd.DataFrame({name: [value] for name, value in names.items()})
    project = Project(tmp_path_factory.mktemp("mutants"), {}, {"log": log, "answers": log.assign(label=1)})
    (project.root / "macros").mkdir(exist_ok=True)
    (project.root / "macros" / "examine.sql").write_text(MACRO)
    return project


@pytest.fixture(scope="module")
def mistakes(project: Project, mutants: dict[str, Mutant]) -> dict[str, list[dict[str, str]]]:
    """What is said of each mutant."""
    project.configure({name: mutant.block for name, mutant in mutants.items()})
    outcome = project.dbt("run-operation", "examine", variables={"mlmon_skip_refs": True})
    found: dict[str, list[dict[str, str]]] = {name: [] for name in mutants}
    last = ""
    for line in outcome.output.splitlines():
        if line.startswith(ROW_PREFIX):
            row = json.loads(line[len(ROW_PREFIX) :])
            last = row["monitor"]
            found[last].append(row)
    said = [line for line in outcome.text.splitlines() if not line.startswith(ROW_PREFIX)]
    after = mutants[list(mutants)[list(mutants).index(last) + 1]] if not outcome.success and last else None
    assert outcome.success, f"{said} after {last}; maybe {after and (after.place, after.value)}"
    return found


def names(key: str, place: Place) -> bool:
    """Whether the key of a mistake is the place of a mutation, a place around it or one within it."""
    said = re.sub(r"\[[^]]*\]", "", key).split(".")
    meant = [part for step in place if not isinstance(step, int) for part in str(step).split(".")]
    return said[: len(meant)] == meant[: len(said)]


def test_every_mistake_is_found_and_names_its_key(mutants: dict[str, Mutant], mistakes: dict[str, list[dict[str, str]]]) -> None:
    wrong = []
    for name, mutant in mutants.items():
        at_place = [row for row in mistakes[name] if names(row["key"], mutant.place)]
        if mutant.is_mistake and not at_place:
            wrong.append(("passed silently", mutant.kind, mutant.place, mutant.value, mistakes[name]))
        if mutant.is_mistake is False and at_place:
            wrong.append(("is legal", mutant.kind, mutant.place, mutant.value, mistakes[name]))
        if mutant.kind == "key" and not any(str(mutant.place[-1]) in row["key"] for row in at_place):
            wrong.append(("key not named", mutant.kind, mutant.place, mutant.value, mistakes[name]))
    assert not wrong, "\n".join([str(len(wrong)), *(str(one)[:700] for one in wrong[:20])])
    assert sum(1 for rows in mistakes.values() if rows) > len(mutants) / 2
    assert sum(1 for rows in mistakes.values() if not rows) > len(mutants) / 100


def test_messages_are_for_people(mistakes: dict[str, list[dict[str, str]]]) -> None:
    for rows in mistakes.values():
        for row in rows:
            assert row["message"].startswith(f"monitor '{row['monitor']}': '{row['key']}' ")
            assert len(row["message"]) < 4000
            assert "Undefined" not in row["message"]
            assert "object at 0x" not in row["message"]


# what a JSON Schema cannot know: days of a month, n <= m, the length of a duration, names of time zones, what SQL adds up; dates are texts to it
BEYOND = r"is the text '[^']*'; expected (a date or|'n of m'|a duration|a name of the tz)|', which | is '[^']*'; expected "
# and what takes the warehouse or the whole block to see
ACROSS = r" is (no|not a) (metric|family|model|subject)| is not one of|twice|not a column|a column of type|is no model|not in the warehouse|not before"


def plain(value: Any) -> Any:
    """What an editor sees: dates are text to it, and keys are."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return str(value) if isinstance(value, datetime.date) else value


def test_the_json_schema_refuses_the_same(project: Project, mutants: dict[str, Mutant], mistakes: dict[str, list[dict[str, str]]]) -> None:
    project.configure({})  # a mutant's relation that is none stops what finds all of them
    outcome, rows = project.operation("mlmon.mlmon_schema")
    assert outcome.success, outcome.text
    schema = monitors_schema(rows[0]["keys"])
    validator = Draft202012Validator({"$defs": schema["$defs"], "$ref": "#/$defs/monitors"})
    wrong = []
    n_refused = 0
    for name, mutant in mutants.items():
        said = [row["message"] for row in mistakes[name]]
        refused = any("; expected " in text or " is an unknown key" in text or "Legal: " in text for text in said if not re.search(BEYOND + "|" + ACROSS, text))
        found = validator.is_valid(plain({name: mutant.block}))
        n_refused += refused
        no_json = re.search(r"\bnan\b|\binf\b|\.0\b", repr(mutant.value))  # to JSON, 2.0 is a whole number
        if (refused and found and not no_json) or (not said and not found):
            wrong.append((mutant.kind, mutant.place, mutant.value, said, [error.message[:200] for error in validator.iter_errors(plain({name: mutant.block}))]))
    assert not wrong, "\n".join([str(len(wrong)), *(str(one)[:900] for one in wrong[:20])])
    assert n_refused > len(mutants) / 3
