"""The settings that `mlmon backtest` compares, and what people say."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from mlmon_cli.commands import backtest, words
from mlmon_cli.commands.backtest import AS_IS, setting, sides, truth
from mlmon_cli.errors import MlmonError
from mlmon_cli.main import invoke


def test_settings_are_laid_upon_each_other(tmp_path: Path) -> None:
    one, two = tmp_path / "one.yml", tmp_path / "two.yml"
    one.write_text("thresholds: {psi: {warn: 0.1}}\nalerts: {close_after: 3}\n")
    two.write_text("alerts: {open_after: 3 of 5}\n")
    assert sides((), ()) == [{"name": AS_IS, "block": {}}]
    set_on_top = ("thresholds.psi.error=0.5", "thresholds.ks=false", "alerts.open_after=1 of 2")
    names, blocks = zip(*(side.values() for side in sides((one,), set_on_top)), strict=True)
    assert names == (AS_IS, ", ".join(set_on_top))
    assert blocks[1] == {
        "thresholds": {"psi": {"warn": 0.1, "error": 0.5}, "ks": False},
        "alerts": {"close_after": 3, "open_after": "1 of 2"},
    }
    assert [side["name"] for side in sides((one, two), ())] == ["one.yml", "two.yml"]


@pytest.mark.parametrize("text", ["alerts.open_after", "=3", "alerts..x=1", "thresholds.psi=[1"])
def test_a_setting_that_is_none(text: str) -> None:
    with pytest.raises(MlmonError, match="--set"):
        setting(text)


def test_what_was_true() -> None:
    expected = {"monitor": "leads", "name": "2026-04-01", "at": "2026-04-01 00:00:00"}
    assert truth("leads=2026-04-01") == expected
    for text in ("2026-04-01", "leads=soon"):
        with pytest.raises(MlmonError, match="--true"):
            truth(text)


def test_times_of_words() -> None:
    assert words.moment("2026-05-01T08:00+02:00", "--until") == "2026-05-01 06:00:00"
    start = datetime(2026, 5, 1)
    assert words.after("3 days", start) == "2026-05-04 00:00:00"
    assert words.after("1 hour", start) == "2026-05-01 01:00:00"
    for text in ("3", "days", "3 moons", "-1 days", "99999 weeks"):
        with pytest.raises(MlmonError, match="--for"):
            words.after(text, start)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["mute", "abcdef"], "give an end: --until DATE"),
        (["mute", "--for", "3 days"], "give an ID, or --monitor NAME"),
        (["mute", "abcdef", "--monitor", "x", "--for", "3 days"], "not both"),
        (["mute", "abcdef", "--until", "2020-01-01"], "lies in the past"),
        (["event", "add", "x", "--at", "2026-05-02", "--until", "2026-05-01"], "is not after"),
        (["event", "add", "x", "--expect", "drifft"], "drifft"),
    ],
)
def test_mistakes_are_told(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(arguments) == 2
    assert said in capsys.readouterr().err


def test_delays_of_more_than_two_days_are_days(capsys: pytest.CaptureFixture[str]) -> None:
    at = "2026-04-01T00:00:00"
    row = {"kind": "truth", "monitor": "leads", "name": "outage", "happened_at": at, "side": AS_IS}
    found = {"severity": "error", "metric": "psi", "subject": "age", "segment": "overall"}
    found |= {"segment_value": "all", "detected_at": at, "told_at": "2026-04-11T00:00:00"}
    missed = {**row, "name": "sale", "detected_at": None, "told_at": None, "delay_hours": None}
    backtest._print(
        [{**row, **found, "delay_hours": 240.0}, {**row, **found, "delay_hours": 48.0}, missed],
        [AS_IS],
    )
    told = [line.rstrip().split("  ")[-1].strip() for line in capsys.readouterr().out.splitlines()]
    assert told[-3:] == ["10 days", "48 hours", "\N{EN DASH}"]
