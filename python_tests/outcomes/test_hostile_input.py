"""What comes of input that is not as it should be: the table in docs/data-quality.md, row by row, on one built project."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from python_tests.harness import Outcome, Project

START = datetime(2026, 3, 1)
DAYS = 20
ROWS = 12  # a day
REFERENCE = {"start": "2026-03-01", "end": "2026-03-11"}
Rows = list[dict[str, Any]]


def monitor(relation: str, **changes: Any) -> dict[str, Any]:
    """A block over `raw.<relation>`; keys of `predictions` are added to, the others replaced."""
    block: dict[str, Any] = {
        "task": "binary",
        "predictions": {"relation": f"raw.{relation}", "id": "id", "timestamp": "at", "score": "score"},
        "features": {"numeric": ["x"], "categorical": ["channel"]},
        "reference": REFERENCE,
    }
    block["predictions"].update(changes.pop("predictions", {}))
    return {**block, **changes}


def rows_of(days: int = DAYS, per_day: int = ROWS) -> Rows:
    """A log without anything strange."""
    return [
        {
            "id": i,
            "at": START + timedelta(days=i // per_day, hours=i % per_day, minutes=30),
            "score": (i * 37 % 100) / 100,
            "x": float(i * 7 % 13),
            "channel": ["web", "mail", "shop"][i % 3],
        }
        for i in range(days * per_day)
    ]


BIG = 2**53
HUGE = 15 * ROWS + 4
MONITORS = {
    "plain": monitor("plain"),
    "one_row": monitor("plain", reference={"relation": "raw.one_row"}),
    "no_row": monitor("plain", reference={"relation": "raw.no_row"}),
    "quiet_period": monitor("plain", reference={"start": "2020-01-01", "end": "2020-02-01"}),
    "period_of_one": monitor("plain", reference={"start": "2026-03-01 00:00:00", "end": "2026-03-01 01:00:00"}),
    "nothing_logged": monitor("nothing", segments=["channel"]),
    "far_away": monitor("far_away"),
    "big_ids": monitor(
        "big_ids",
        features={"numeric": ["x", "amount"], "categorical": ["serial"]},
        labels={"relation": "raw.big_labels", "id": "id", "label": "label", "timestamp": "at"},
    ),
    "clocks": monitor("clocks", window="hour", reference={"start": "2026-03-07", "end": "2026-03-08"}),
    "two_names": monitor("two_names", segments=["channel"]),
    "huge": monitor("huge", features={"numeric": ["x", "y"]}, segments=["channel"]),
    "huge_reference": monitor("huge_reference", features={"numeric": ["x", "y"]}, segments=["channel"]),
}


def frames() -> dict[str, pa.Table]:
    """The logs by name."""
    plain = rows_of()
    far_away = rows_of()
    for row, at in zip(
        far_away, (datetime(9999, 12, 31, 23, 59), datetime(1970, 1, 1), datetime(1, 1, 1), datetime(2262, 4, 12)), strict=False
    ):
        row["at"] = at
    big = [{**row, "id": BIG + row["id"], "serial": BIG + row["id"] % 2, "amount": BIG + row["id"] % 2} for row in rows_of()]
    # two nights: clocks go forward in New York on 2026-03-08, and back on 2026-11-01
    utc = [datetime(2026, 3, 7) + timedelta(minutes=15 * i) for i in range(4 * 72)]
    utc += [datetime(2026, 11, 1) + timedelta(minutes=15 * i) for i in range(4 * 24)]
    times = pa.array(utc, pa.timestamp("us", tz="UTC")).cast(pa.timestamp("us", tz="America/New_York"))
    clocks = pa.Table.from_pylist([{k: v for k, v in row.items() if k != "at"} for row in rows_of(32, 12)]).append_column("at", times)
    two_names = [{**row, "channel": ["caf\u00e9", "cafe\u0301", "Café"][row["id"] % 3]} for row in rows_of()]
    with_y = [{**row, "y": row["x"] + row["id"] % 5} for row in rows_of()]
    return {
        "huge": pa.Table.from_pylist([{**row, "x": 1e300} if row["id"] == HUGE else row for row in with_y]),
        "huge_reference": pa.Table.from_pylist([{**row, "x": 1e300} if row["id"] == 5 else row for row in with_y]),
        "plain": pa.Table.from_pylist(plain),
        "one_row": pa.Table.from_pylist(plain[:1]),
        "no_row": pa.Table.from_pylist(plain[:1]).slice(1),
        "nothing": pa.Table.from_pylist(plain[:1]).slice(1),
        "far_away": pa.Table.from_pylist(far_away),
        "big_ids": pa.Table.from_pylist(big),
        "big_labels": pa.Table.from_pylist(
            [{"id": row["id"], "label": row["id"] % 2, "at": row["at"] + timedelta(hours=1)} for row in big]
        ),
        "clocks": clocks,
        "two_names": pa.Table.from_pylist(two_names),
    }


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """All monitors, built once."""
    project = Project(tmp_path_factory.mktemp("outcomes"), MONITORS, frames())
    project.build().check()
    return project


def drift(project: Project, name: str) -> pd.DataFrame:
    """Drift of the column x in the whole."""
    return project.table("mlmon_drift", f"monitor = '{name}' and column_name = 'x' and segment = 'overall'")


@pytest.mark.parametrize(("name", "size"), [("one_row", 1), ("no_row", 0), ("quiet_period", 0), ("period_of_one", 1)])
def test_a_reference_with_hardly_any_row(built: Project, name: str, size: int) -> None:
    """Windows are counted and described; what needs a reference is unknown, and nothing alarms."""
    rows = drift(built, name)
    assert len(rows) == DAYS
    assert rows["n"].sum() == DAYS * ROWS
    assert rows["mean"].notna().all()
    assert set(rows["n_reference"]) == {size}
    assert rows["psi"].isna().all() == (size == 0)
    assert rows["wasserstein"].isna().all()
    checks = built.table("mlmon_checks", f"monitor = '{name}' and family = 'drift'")
    assert not set(checks["status"]) & {"warn", "error"}
    assert built.table("mlmon_incidents", f"monitor = '{name}'").empty


def test_a_log_without_rows(built: Project) -> None:
    """No window, no error, and the run's summary says so."""
    assert built.table("mlmon_profile", "monitor = 'nothing_logged'").empty
    assert built.table("mlmon_operations", "monitor = 'nothing_logged'").empty
    assert len(built.table("mlmon_monitors", "monitor = 'nothing_logged'")) == 1


def test_times_far_away(built: Project) -> None:
    """A time in the far past or future is a window of its own; the gap to it is not filled without end."""
    rows = built.table("mlmon_profile", "monitor = 'far_away' and column_name = 'x'")
    assert rows["n"].sum() == DAYS * ROWS
    count = built.sql("select count(*) as n from main.mlmon_operations where monitor = 'far_away' and segment = 'overall'")
    assert count["n"].iloc[0] <= 4 * 10_000 + 10 * DAYS


def test_integers_that_a_double_cannot_tell_apart(built: Project) -> None:
    """Ids beyond 2^53 join as they are and categories are counted apart; a number is read as a double, and its mean with it."""
    operations = built.table("mlmon_operations", "monitor = 'big_ids' and segment = 'overall'")
    assert set(operations["duplicate_rate"]) == {0.0}
    performance = built.table("mlmon_performance", "monitor = 'big_ids' and segment = 'overall'")
    assert set(performance["n_labelled"]) == {ROWS}
    assert set(performance["prevalence"]) == {0.5}
    serials = built.table("mlmon_bins", "monitor = 'big_ids' and column_name = 'serial'")
    assert set(serials["category"]) == {str(BIG), str(BIG + 1)}
    means = built.table("mlmon_drift", "monitor = 'big_ids' and column_name = 'amount'")["mean"]
    assert means.to_numpy() == pytest.approx(BIG, rel=1e-12)


def test_one_number_too_large_to_add_up(built: Project) -> None:
    """What rests on a sum of it is unknown, not 0, in its window or where it is in the reference; all else is as it is without."""
    numbers = ["mean", "stddev", "wasserstein"]
    plain = drift(built, "plain").set_index("window_start").sort_index()
    rows = drift(built, "huge").set_index("window_start").sort_index()
    day = START + timedelta(days=HUGE // ROWS)
    assert rows.loc[day, numbers].isna().all()
    assert rows.loc[day, ["psi", "ks", "p50", "p_value"]].notna().all()
    pd.testing.assert_frame_equal(rows.drop(day)[numbers], plain.drop(day)[numbers])
    for name in ("huge", "huge_reference"):
        others = built.table("mlmon_drift", f"monitor = '{name}' and segment = 'overall' and column_name in ('y', 'score')")
        assert others[[*numbers, "psi"]].notna().all(axis=None)
    against = drift(built, "huge_reference").set_index("window_start").sort_index()
    pd.testing.assert_frame_equal(against.drop(START)[["mean", "stddev"]], plain.drop(START)[["mean", "stddev"]])
    assert against["wasserstein"].isna().all()
    checks = built.table("mlmon_checks", "monitor like 'huge%'")
    assert not set(checks["status"]) & {"warn", "error"}
    of_day = f"window_start = timestamp '{day}'"
    metrics = built.table("mlmon_metrics", f"monitor = 'huge' and subject = 'x' and metric in ('mean', 'stddev') and {of_day}")
    assert set(metrics["segment"]) <= {"channel"}
    assert not (metrics["value"] == 0).any()


def test_days_on_which_clocks_change(built: Project) -> None:
    """Windows are hours of UTC: a day has 24 of them, whatever a clock on a wall does."""
    rows = built.table("mlmon_operations", "monitor = 'clocks' and segment = 'overall' and n_predictions > 0")
    assert set(rows["n_predictions"]) == {4}
    for day in ("2026-03-07", "2026-03-08", "2026-03-09", "2026-11-01"):
        assert (rows["window_start"].dt.strftime("%Y-%m-%d") == day).sum() == 24, day


def test_texts_that_look_alike(built: Project) -> None:
    """Unicode is compared as it is written: two spellings of a letter are two categories, and two segments."""
    bins = built.table("mlmon_bins", "monitor = 'two_names' and column_name = 'channel'")
    assert sorted(bins["category"]) == sorted(["caf\u00e9", "cafe\u0301", "Café"])
    segments = built.table("mlmon_performance", "monitor = 'two_names' and segment = 'channel'")
    assert segments["segment_value"].nunique() == 3
    assert segments["n_predictions"].sum() == DAYS * ROWS


def numbers(project: Project, name: str) -> pd.DataFrame:
    """All that is known of a monitor, as tidy rows."""
    frame = project.table("mlmon_metrics", f"monitor = '{name}'")
    return frame.sort_values(list(frame.columns)).reset_index(drop=True)


def incident_of(project: Project, outcome: Outcome, name: str) -> str:
    """What the incident about broken data says; the other monitors went on."""
    outcome.check()
    incidents = project.table("mlmon_incidents", "metric = 'data_problem' and status = 'open'")
    assert list(incidents["monitor"]) == [name]
    return str(incidents["detail"].iloc[0])


def test_what_changes_between_runs(tmp_path: Path) -> None:
    """A column that is gone or has another type, and a relation that is gone, stop their monitor alone; nothing is lost meanwhile."""
    names = ["plain", "other"]
    project = Project(tmp_path, {"plain": monitor("plain"), "other": monitor("other"), "ahead": monitor("ahead")})
    frame = pa.Table.from_pylist(rows_of())
    wrong_year = pa.Table.from_pylist([{**rows_of()[0], "id": -1, "at": datetime(2126, 3, 1)}], frame.schema)
    project.load(plain=frame, other=frame, ahead=pa.concat_tables([frame.slice(0, (DAYS - 8) * ROWS), wrong_year]))
    project.build().check()
    before = {name: numbers(project, name) for name in names}

    def stays(found: str) -> None:
        for name in names:
            pd.testing.assert_frame_equal(numbers(project, name), before[name])
        assert "Traceback" not in found

    texts = frame.set_column(frame.column_names.index("x"), "x", pa.array([f"about {i}" for i in range(len(frame))]))
    project.load(other=texts)
    found = incident_of(project, project.build(), "other")
    assert "features.numeric" in found
    assert "VARCHAR" in found
    stays(found)

    # text where the times were
    project.load(other=frame.set_column(frame.column_names.index("at"), "at", pa.array(["soon"] * len(frame))))
    found = incident_of(project, project.build(), "other")
    assert "predictions.timestamp" in found
    stays(found)

    with project.connect() as connection:
        connection.execute("drop table raw.other")
    found = incident_of(project, project.build(), "other")
    assert "raw.other" in found
    stays(found)

    # meanwhile a monitor whose log is ahead of the clock by one row still sees the rows that come after it
    assert project.table("mlmon_performance", "monitor = 'ahead'")["n_predictions"].sum() == (DAYS - 8) * ROWS + 1
    project.load(ahead=pa.concat_tables([frame, wrong_year]))

    # a type that can be read all the same: numbers of another kind, a category that became a number
    kinds = frame.set_column(frame.column_names.index("x"), "x", frame["x"].cast(pa.decimal128(10, 2)))
    kinds = kinds.set_column(frame.column_names.index("id"), "id", frame["id"].cast(pa.int32()))
    project.load(other=kinds)
    project.build().check()
    assert project.table("mlmon_incidents", "metric = 'data_problem'").empty
    stays("")
    assert project.table("mlmon_performance", "monitor = 'ahead'")["n_predictions"].sum() == DAYS * ROWS + 1


def test_words_where_numbers_are_asked_for(tmp_path: Path) -> None:
    """'yes' and 'no' are a decision, and no numeric feature: the mistake names key, column, what was found and what is legal."""
    frame = pa.Table.from_pylist([{**row, "x": ["yes", "no"][row["id"] % 2]} for row in rows_of()])
    project = Project(tmp_path, {"plain": monitor("plain")}, {"plain": frame})
    outcome = project.build()
    assert not outcome.success
    for word in ("plain", "features.numeric", "'x'", "VARCHAR", "numeric"):
        assert word in outcome.text, word
