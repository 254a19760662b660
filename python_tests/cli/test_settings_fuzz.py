"""Whatever stands in mlmon.yml: settings, or an error in words that holds no secret and names the key."""

from __future__ import annotations

import copy
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlmon_cli.errors import MlmonError
from mlmon_cli.notify.actions import Start, request_of
from mlmon_cli.report import Incident
from mlmon_cli.settings import Settings, load_settings

SECRET = "https://hooks.example.com/services/T000/B000/s3cr3t"
ENVIRONMENT = {"HOOK_URL": SECRET, "TOKEN": "t0k3n s3cr3t\n{{ x }}", "PASS": "t0k3n ", "EMPTY": ""}
GOOD: dict[str, Any] = {
    "channels": {
        "console": {"type": "stdout"},
        "archive": {"type": "file", "path": "out.jsonl"},
        "team": {"type": "slack", "url": "{{ env_var('HOOK_URL') }}", "retries": 2},
        "pager": {
            "type": "webhook",
            "url": "{{ env_var('HOOK_URL') }}",
            "headers": {"Authorization": "Bearer {{ env_var('PASS', 'x') | trim }}"},
            "timeout_seconds": 5,
            "backoff_seconds": 0.5,
        },
        "chat": {"type": "slack", "token": "{{ env_var('TOKEN') }}", "channel": "C1"},
        "mail": {
            "type": "email",
            "host": "h",
            "from": "a@b.c",
            "to": ["a@b.c"],
            "security": "tls",
            "port": 465,
        },
        "oncall": {"type": "pagerduty", "routing_key": "{{ env_var('TOKEN') }}"},
        "other": {"type": "apprise", "url": "{{ env_var('HOOK_URL') }}"},
    },
    "routes": [
        {"channels": ["console"], "severity": "error"},
        {"channels": "team", "monitors": ["leads"], "families": ["drift"]},
    ],
    "actions": {
        "retrain": {"description": "Again"},
        "dag": {"type": "airflow", "url": "http://a", "dag": "d", "username": "u", "api": "v1"},
        "dispatch": {"type": "github", "repository": "a/b", "token": "{{ env_var('TOKEN') }}"},
        "job": {
            "type": "dagster",
            "url": "http://d",
            "job": "{monitor}",
            "location": "l",
            "run_config": {"a": [{"b": "{since}"}]},
        },
        "tag": {"type": "mlflow", "url": "http://m", "model": "m", "version": 3},
        "hook": {"type": "webhook", "url": "http://w", "body": {"a": ["{metric}", 1]}},
        "script": {"type": "command", "command": ["x"], "not_within": "2 days"},
    },
}
JINJA = [
    "{{ env_var('HOOK_URL') }}",
    "{{ env_var('TOKEN') }}",
    "{{ env_var('EMPTY') }}",
    "{{ env_var('NOT_SET') }}",
    "{{ env_var('HOOK_URL') | int }}",
    "{{ env_var('HOOK_URL')[0:200] }}{{",
    "{{ env_var('HOOK_URL').nothing.at.all }}",
    "{{ env_var(1) }}",
    "{{ env_var() }}",
    "{{ 1 / 0 }}",
    "{% for x in range(3) %}{{ x }}{% endfor %}",
    "{{ ''.__class__.__mro__ }}",
    "http://[::1",
    "https://user:s3cr3t@example.com:99999/",
]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.text(max_size=12),
    st.dates(),
    st.sampled_from(JINJA),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.one_of(st.text(max_size=6), st.integers(), st.none()), inner, max_size=3
        ),
    ),
    max_leaves=6,
)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value of a document, the document itself left out."""
    found = [at] if at else []
    steps = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in steps:
        found += places(inner, (*at, key))
    return found


def read(folder: Path, document: Any) -> Settings | str:
    """The settings, or the error's text."""
    (folder / "mlmon.yml").write_text(
        yaml.safe_dump(document, allow_unicode=True), encoding="utf-8"
    )
    try:
        found = load_settings(folder, ENVIRONMENT)
    except MlmonError as error:
        return str(error)
    incident = Incident(incident_id="i", monitor="m", opened_at="2026-01-01")
    for action in found.triggers.values():
        if action.type != "command":
            with suppress(TypeError, ValueError):  # what start_action tells
                request_of(Start(action, (incident,)))
    return found


def test_what_is_good(tmp_path: Path) -> None:
    """Else no change to it would be told from the mistakes that it has anyway."""
    found = read(tmp_path, GOOD)
    assert isinstance(found, Settings), found
    assert "s3cr3t" not in repr(found)
    assert "t0k3n" not in repr(found)


fuzzed = settings(
    max_examples=600,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@fuzzed
@given(st.sampled_from(places(GOOD)), VALUES)
def test_a_value_of_any_kind(tmp_path: Path, place: tuple[Any, ...], value: Any) -> None:
    document = copy.deepcopy(GOOD)
    at: Any = document
    for key in place[:-1]:
        at = at[key]
    at[place[-1]] = value
    found = read(tmp_path, document)
    if isinstance(found, str):
        assert found.startswith("mlmon.yml")
        if "https://user:s3cr3t" not in str(value):
            assert "s3cr3t" not in found
        assert "t0k3n" not in found


@fuzzed
@given(
    st.sampled_from([(), *(p for p in places(GOOD) if p[-1] != "headers")]),
    st.text("abcdefghijklmnopqrstuvwxyz_", min_size=3, max_size=8).map("x".__add__),
    VALUES,
)
def test_an_unknown_key_is_named(
    tmp_path: Path, place: tuple[Any, ...], key: str, value: Any
) -> None:
    document = copy.deepcopy(GOOD)
    at: Any = document
    for step in place:
        at = at[step]
    free = place in (("channels",), ("actions",)) or {"body", "run_config"} & {*place}
    if not isinstance(at, dict) or free:
        return  # names are free there
    at[key] = value
    found = read(tmp_path, document)
    assert isinstance(found, str), (place, key)
    assert "t0k3n" not in found
    # a value that cannot be rendered is told first, with its place
    assert f"'{key}'" in found or "cannot be rendered" in found or "not set" in found


@pytest.mark.parametrize(
    "text", ["[", "a: b: c", "\t", "- 1", "'x'", "!!python/object:os.system {}"]
)
def test_what_is_no_mapping(tmp_path: Path, text: str) -> None:
    (tmp_path / "mlmon.yml").write_text(text)
    with pytest.raises(MlmonError):
        load_settings(tmp_path, ENVIRONMENT)


@fuzzed
@given(st.binary(max_size=80))
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mlmon.yml").write_bytes(content)
    with suppress(MlmonError):
        load_settings(tmp_path, ENVIRONMENT)
