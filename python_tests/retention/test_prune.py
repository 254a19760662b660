"""Pruned windows stay out, and all else is as if nothing had been pruned."""

from __future__ import annotations

import json
import shutil
from copy import deepcopy
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from mlmon_cli.main import invoke
from mlmon_cli.report import SERIES_KEY
from python_tests.harness import TABLES, Project
from python_tests.incremental.test_convergence import (
    MONITOR,
    Rows,
    assert_same,
    deliver,
    load,
    random_logs,
    snapshot,
)
from python_tests.warehouses import release_duckdb

HORIZON = datetime(2026, 1, 31)
LATER = datetime(2026, 2, 4)
REFERENCE = (datetime(2026, 1, 5), datetime(2026, 1, 17))
SUMS = ("mlmon_profile", "mlmon_outcomes", "mlmon_log_health", "mlmon_label_health", "mlmon_kpi_sums", "mlmon_label_age_sums")
# those of windows that are gone stay; estimates learn from windows that are gone, and versions are compared over them
WITH_A_PAST = (
    *("mlmon_episodes", "mlmon_found_incidents", "mlmon_incidents", "mlmon_incident_groups"),
    *("mlmon_transitions", "mlmon_timeline", "mlmon_health", "mlmon_slices", "mlmon_estimates", "mlmon_versions"),
)
Months = dict[tuple[Any, ...], dict[str, float]]  # by HISTORY_KEY
HISTORY_KEY = ["model_version", "window_start", *SERIES_KEY[2:]]
METRIC = HISTORY_KEY.index("metric")
METRICS = ("mlmon_drift", "mlmon_performance", "mlmon_fairness", "mlmon_operations", "mlmon_kpis", "mlmon_metrics")


def is_kept(row: dict[str, Any]) -> bool:
    """A row of a window that no pruning takes out."""
    return bool(row["window_start"] >= HORIZON or row.get("is_reference"))


def kept(tables: dict[str, Rows]) -> dict[str, Rows]:
    """What the two projects have to have in common: all of the windows that are kept, and what has none."""
    return {
        name: [row for row in rows if "window_start" not in row or is_kept(row)]
        for name, rows in tables.items()
        if name not in WITH_A_PAST
    }


def left_sums(row: dict[str, Any]) -> bool:
    """A row of a window that the sums are kept of: six more than are judged, before the horizon and the reference."""
    start, six = row["window_start"], timedelta(days=6)
    return bool(start >= HORIZON - six or REFERENCE[0] - six <= start < REFERENCE[1])


def assert_pruned(tables: dict[str, Rows]) -> None:
    """No window is there that was taken out."""
    for name in METRICS:
        assert tables[name], name
        assert all(is_kept(row) for row in tables[name]), name
    for name in SUMS:
        assert tables[name], name
        assert all(left_sums(row) for row in tables[name]), name


def by_month(project: Project, since: datetime, before: datetime) -> Months:
    """What is to be kept of the metrics of windows between two times, computed by pandas."""
    between = f"window_start >= timestamp '{since}' and window_start < timestamp '{before}'"
    rows = project.table("mlmon_metrics", f"not is_reference and {between}")
    rows = rows[~rows["metric"].str.endswith("pooled") & ~rows["metric"].isin(["chi2", "dispersion", "p_value", "value_at_stake"])]
    rows["month"] = rows["window_start"].dt.to_period("M").dt.to_timestamp()
    rows["n"] = rows["n"].fillna(0)
    # a KPI of a month is its numerators by its denominators
    windows = HISTORY_KEY[:4]
    kpis = project.table("mlmon_kpis")[[*windows, "kpi", "denominator"]].assign(family="kpi").rename(columns={"kpi": "subject"})
    rows = rows.merge(kpis, how="left", on=[*windows, "family", "subject"])
    rows["weight"] = rows["denominator"].where(rows["family"] == "kpi", rows["n"])
    # F1 is a mean over tp + fp + fn + tp
    is_f1 = (rows["family"] == "performance") & (rows["metric"] == "f1")
    rows["weight"] = rows["weight"].where(~is_f1, 2.0 * rows["n"] / (2 - rows["value"]))
    found = {}
    for key, part in rows.groupby([*HISTORY_KEY[:1], "month", *HISTORY_KEY[2:]]):
        metric, weighted = key[METRIC], float((part["value"] * part["weight"]).sum())
        is_count = metric in ("n_predictions", "n_labelled")
        mean = weighted / part["weight"].sum() if part["weight"].sum() else part["value"].mean()
        found[key] = {
            "value": part["value"].sum() if is_count else mean,
            "minimum": part["value"].min(),
            "maximum": part["value"].max(),
            "n": part["n"].sum(),
            "weight": part["weight"].sum(),
            "n_windows": len(part),
        }
    return found


def together(first: Months, second: Months) -> Months:
    """The months of two spans that follow each other."""
    found = {**first, **second}
    for key in first.keys() & second.keys():
        a, b = first[key], second[key]
        weight = a["weight"] + b["weight"]
        mean = (a["value"] * a["weight"] + b["value"] * b["weight"]) / weight
        total = a["value"] + b["value"] if key[METRIC] in ("n_predictions", "n_labelled") else mean
        found[key] = {
            "value": total,
            "minimum": min(a["minimum"], b["minimum"]),
            "maximum": max(a["maximum"], b["maximum"]),
            "n": a["n"] + b["n"],
            "weight": weight,
            "n_windows": a["n_windows"] + b["n_windows"],
        }
    return found


def assert_history(project: Project, expected: Months, before: datetime) -> None:
    """The table mlmon_history holds what is expected, and says until when."""
    rows = project.table("mlmon_history")
    found = {tuple(row[name] for name in HISTORY_KEY): row for row in rows.to_dict("records")}
    assert len(found) == len(rows)
    assert found.keys() == expected.keys()
    for key, values in expected.items():
        for name, value in values.items():
            assert found[key][name] == pytest.approx(value, rel=1e-9, abs=1e-12), (key, name)
    assert rows["covered_until"].max() == before


def incidents(tables: dict[str, Rows], before: bool) -> dict[str, dict[str, Any]]:
    """The incidents that were over before the horizon, or those that began after it."""
    return {
        row["incident_id"]: row
        for row in tables["mlmon_incidents"]
        if (row["closed_at"] is not None and row["closed_at"] <= HORIZON if before else row["first_breach_at"] >= HORIZON)
    }


def without(rows: dict[str, dict[str, Any]], *names: str) -> dict[str, dict[str, Any]]:
    """Incidents less some columns: what follows from others of the group is no property of their own."""
    return {key: {name: value for name, value in row.items() if name not in names} for key, row in rows.items()}


def age(project: Project, horizon: datetime = HORIZON) -> str:
    """The age of the horizon, told from the newest timestamp."""
    newest = project.table("mlmon_watermarks")["newest_timestamp"].iloc[0].to_pydatetime()
    return f"{(newest - horizon).days} days"


@pytest.fixture(scope="module")
def logs() -> tuple[list[Rows], list[Rows]]:
    random = Random(11)
    predictions, labels = random_logs(random)
    batches = deliver(random, predictions, 5), deliver(random, labels, 5)
    predictions, labels = ([[row for batch in log[:4] for row in batch], log[4]] for log in batches)
    return predictions, labels


def test_a_month_of_a_kpi_is_its_sums(tmp_path: Path, logs: tuple[list[Rows], list[Rows]]) -> None:
    """Weighted by the denominator, which is no number of rows; in a second pruning of the same month too."""
    block = deepcopy(MONITOR)
    block["kpis"].append({"name": "by_latency", "numerator": "sum(l.revenue)", "denominator": "sum(p.latency)"})
    project = Project(tmp_path, {"leads": block})
    load(project, logs[0][0], logs[1][0])
    project.build().check()
    early = datetime(2026, 1, 26)
    months = together(by_month(project, datetime(2026, 1, 1), early), by_month(project, early, HORIZON))
    for horizon in (early, HORIZON):
        outcome, _ = project.operation("mlmon_prune", older_than=age(project, horizon))
        assert outcome.success, outcome.text
    assert_history(project, months, HORIZON)


@pytest.mark.slow
def test_pruning_changes_nothing_that_is_kept(tmp_path: Path, logs: tuple[list[Rows], list[Rows]]) -> None:
    predictions, labels = logs
    block = deepcopy(MONITOR)
    pruned, whole = Project(tmp_path / "pruned", {"leads": block}), Project(tmp_path / "whole", {"leads": block})
    load(pruned, predictions[0], labels[0])
    load(whole, predictions[0], labels[0])
    pruned.build().check()
    with pruned.connect():
        shutil.copy(pruned.database, whole.database)
    before = snapshot(pruned)
    assert incidents(before, before=True), "the test needs incidents from before the horizon"
    begun = [row for row in before["mlmon_incidents"] if row["first_breach_at"] < HORIZON]
    assert any(row["status"] == "open" or row["closed_at"] > HORIZON for row in begun), "and some that go on"

    # asked only
    outcome, rows = pruned.operation("mlmon_prune", older_than=age(pruned), dry_run=True)
    assert outcome.success, outcome.text
    told = {row["table"]: row["n_rows"] for row in rows}
    assert {row["before"] for row in rows} == {str(HORIZON)}
    assert_same(snapshot(pruned), before)
    assert pruned.table("mlmon_history").empty
    months = by_month(pruned, datetime(2026, 1, 1), HORIZON)
    assert told["mlmon_history"] == len(months) > 100

    # done: exactly the rows that were told of are gone, and again does nothing
    outcome, rows = pruned.operation("mlmon_prune", older_than=age(pruned))
    assert outcome.success, outcome.text
    after = snapshot(pruned)
    assert {row["table"]: row["n_rows"] for row in rows} == told
    for name, count in told.items():
        if name in before:
            assert len(before[name]) - len(after[name]) == count, name
    assert_pruned(after)
    assert_same(kept(after), kept(before))
    assert_history(pruned, months, HORIZON)
    _, rows = pruned.operation("mlmon_prune", older_than=age(pruned))
    assert sum(row["n_rows"] for row in rows) == 0

    # the next run with nothing new: the same incidents, though their windows are gone; the calendar, what goes by it, and episodes are
    # made anew of the windows left
    pruned.build().check()
    made_anew = ("mlmon_calendar", "mlmon_estimates", "mlmon_slices", "mlmon_episodes")
    assert_same(snapshot(pruned), {name: rows for name, rows in after.items() if name not in made_anew})
    assert_same({"mlmon_incidents": snapshot(pruned)["mlmon_incidents"]}, {"mlmon_incidents": before["mlmon_incidents"]})

    # rows and labels of all ages arrive: the windows that are kept get theirs, the others stay out
    for project in (pruned, whole):
        load(project, predictions[0] + predictions[1], labels[0] + labels[1])
        project.build().check()
    pruned.check_grains()
    assert_pruned(snapshot(pruned))
    assert_same(kept(snapshot(pruned)), kept(snapshot(whole)))
    # but for the place in the group, which later incidents of the same topic may take
    past = without(incidents(before, before=True), "group_place")
    assert {k: v for k, v in without(incidents(snapshot(pruned), before=True), "group_place").items() if k in past} == past
    # and for their group, which may have begun in a window that only one of the two can still change
    later = [
        {"mlmon_incidents": list(without(incidents(snapshot(project), before=False), "group_id", "group_place").values())}
        for project in (pruned, whole)
    ]
    assert later[0]["mlmon_incidents"]
    assert_same(*later)

    # other rules, then other sums: everything that is kept is computed anew
    for key, value in (("thresholds", {"null_rate": {"warn": 0.05}}), ("value", {"tp": 11, "fp": -3})):
        block[key] = value
        pruned.configure({"leads": block})
        pruned.build().check()
        assert_pruned(snapshot(pruned))
        assert past.keys() <= {row["incident_id"] for row in snapshot(pruned)["mlmon_incidents"]}

    whole.configure({"leads": block})
    whole.build().check()
    assert_same(kept(snapshot(pruned)), kept(snapshot(whole)))

    # a rebuild stops at the horizon; a full refresh goes behind it
    pruned.build(variables={"mlmon_rebuild": {"start": "2026-01-01", "end": None}}).check()
    assert_pruned(snapshot(pruned))
    assert_same(kept(snapshot(pruned)), kept(snapshot(whole)))
    pruned.build(full_refresh=True).check()
    assert_same(snapshot(pruned), {name: rows for name, rows in snapshot(whole).items() if name in TABLES})
    assert_history(pruned, months, HORIZON)

    # pruned further: the month that the first pruning ended in is completed, though what it took out is there again
    months = together(months, by_month(pruned, HORIZON, LATER))
    outcome, _ = pruned.operation("mlmon_prune", older_than=age(pruned, LATER))
    assert outcome.success, outcome.text
    assert_history(pruned, months, LATER)


def test_what_cannot_be_pruned_is_said(
    tmp_path: Path, logs: tuple[list[Rows], list[Rows]], capsys: pytest.CaptureFixture[str]
) -> None:
    project = Project(tmp_path, {"leads": MONITOR})
    load(project, logs[0][0], logs[1][0])
    outcome, _ = project.operation("mlmon_prune", older_than="400 days")
    assert "`mlmon run` builds them" in outcome.text
    project.build().check()
    for wrong, message in (("soon", "expected a duration such as '400 days'"), ("3 days", "must be at least 7.0 days")):
        outcome, _ = project.operation("mlmon_prune", older_than=wrong)
        assert message in outcome.text
    outcome, rows = project.operation("mlmon_prune", older_than="4000 days")
    assert outcome.success, outcome.text
    assert sum(row["n_rows"] for row in rows) == 0
    assert project.table("mlmon_watermarks")["pruned_before"].isna().all()
    release_duckdb()

    # the same from the command line
    place = ["--project-dir", str(tmp_path), "--profiles-dir", str(tmp_path)]
    capsys.readouterr()
    assert invoke(["prune", "--older-than", "soon", *place]) == 2
    assert "expected a duration such as '400 days'" in capsys.readouterr().err
    assert invoke(["prune", "--older-than", age(project), "--dry-run", "--format", "json", *place]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["dry_run"]
    assert {row["monitor"] for row in told["pruned"]} == {"leads"}
    assert invoke(["prune", "--older-than", age(project), *place]) == 0
    total = sum(row["n_rows"] for row in told["pruned"])
    kept_rows = sum(row["n_rows"] for row in told["kept"])
    said = capsys.readouterr().out
    assert f"{total:,} rows were deleted. Their metrics by month: {kept_rows:,} rows of mlmon_history were written." in said
    assert invoke(["prune", "--older-than", age(project), *place]) == 0
    assert capsys.readouterr().out == "Nothing is that old.\n"
    release_duckdb()


# one lies in the reference, one between what is left of it and of the others, one among the members of windows that are kept
HOLIDAYS = ["2026-01-07", "2026-01-18", "2026-01-28", "2026-02-03", "2026-02-06"]
MOVING: dict[str, dict[str, Any]] = {
    "previous_version": {"baseline": ["reference", "previous_version"]},
    "holidays": {"baseline": ["reference", {"rolling": 3}], "holidays": HOLIDAYS},
}
MEASURED = ("mlmon_performance", "mlmon_operations", "mlmon_kpis", "mlmon_distances")


@pytest.mark.slow
@pytest.mark.parametrize("baseline", MOVING)
def test_pruning_leaves_what_windows_are_compared_with(
    tmp_path: Path, logs: tuple[list[Rows], list[Rows]], baseline: str
) -> None:
    """Late labels come after it, then late rows and other rules: for windows that are kept, for members of their baselines,
    and for windows that are gone."""
    (predictions, late_predictions), (labels, late_labels) = logs
    block = {**deepcopy(MONITOR), **MOVING[baseline], "verdicts": {"min_reference_windows": 4, "pooled_windows": 3}}
    del block["fairness"]
    whole, pruned = Project(tmp_path / "whole", {"leads": block}), Project(tmp_path / "pruned", {"leads": block})
    for project in (whole, pruned):
        load(project, predictions, labels)
    whole.build().check()
    with whole.connect():
        shutil.copy(whole.database, pruned.database)
    before = snapshot(whole)
    moving = [row for row in kept(before)["mlmon_checks"] if row["compared_to"] != "reference"]
    assert {"ok"} < {row["status"] for row in moving}
    outcome, rows = pruned.operation("mlmon_prune", older_than=age(pruned))
    assert outcome.success, outcome.text
    assert sum(row["n_rows"] for row in rows) > 0
    assert_same(kept(snapshot(pruned)), kept(before))
    members, checked = measured_windows(pruned), old_windows(pruned, "mlmon_checks")
    assert all(members.values())

    for project in (whole, pruned):
        load(project, predictions, labels + late_labels)
        project.build().check()
    after, expected = snapshot(pruned), snapshot(whole)
    assert_same(kept(after), kept(expected))
    later = [
        {"mlmon_incidents": list(without(incidents(tables, before=False), "group_id", "group_place").values())}
        for tables in (after, expected)
    ]
    assert later[0]["mlmon_incidents"]
    assert_same(*later)
    assert measured_windows(pruned) == members

    block["thresholds"] = {"null_rate": {"warn": 0.05}}
    for project in (whole, pruned):
        project.configure({"leads": block})
        load(project, predictions + late_predictions, labels + late_labels)
        project.build().check()
    assert_same(kept(snapshot(pruned)), kept(snapshot(whole)))
    assert measured_windows(pruned) == members
    assert old_windows(pruned, "mlmon_checks") <= checked
    pruned.check_grains()


def measured_windows(project: Project) -> dict[str, set[datetime]]:
    """The windows before the horizon that tables of metrics have."""
    return {name: old_windows(project, name) for name in MEASURED}


def old_windows(project: Project, table: str) -> set[datetime]:
    return set(project.table(table, f"window_start < timestamp '{HORIZON}'")["window_start"])
