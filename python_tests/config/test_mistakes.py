"""Every mistake of a configuration is named, with what is legal, and all of them at once."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from mlmon_cli.project import LEGAL_VARIABLES, VARIABLES, unknown_variables
from mlmon_cli.project import Project as Found
from python_tests.harness import PACKAGE, Outcome, Project

GOOD: dict[str, Any] = {
    "task": "binary",
    "predictions": {"relation": "raw.log", "id": "id", "timestamp": "at", "score": "score"},
    "labels": {"relation": "raw.answers", "id": "id", "label": "label", "timestamp": "at"},
    "features": {"numeric": ["age"], "categorical": ["job"]},
    "segments": ["region", ["region", "job"]],
    "fairness": {"attributes": ["gender"], "reference_group": {"gender": "f"}},
    "reference": {"start": "2026-01-01", "end": "2026-02-01"},
    "kpis": [{"name": "sales", "numerator": "sum(l.label)", "denominator": "count(*)"}],
    "thresholds": {"psi": {"warn": 0.1, "error": 0.25}, "precision": {"error": {"below": 0.6}}},
    "alerts": {"open_after": "2 of 3", "close_after": 2},
}
# name: (path, value, key named in the error, words of the error)
MISTAKES: dict[str, tuple[tuple[str, ...], Any, str, tuple[str, ...]]] = {
    "unknown_key": (("featurs",), {}, "featurs", ("did you mean 'features'?", "Legal:")),
    "unknown_inner_key": (("labels", "maturty"), "3 days", "labels.maturty", ("'maturity'",)),
    "missing_key": (("predictions", "score"), None, "predictions.score", ()),
    "wrong_type": (("predictions", "threshold"), "half", "predictions.threshold", ("the text 'half'", "a number")),
    "out_of_range": (("predictions", "threshold"), 1.5, "predictions.threshold", ("from 0 to 1",)),
    "no_relation": (("predictions", "relation"), "raw.lgo", "predictions.relation", ("raw.lgo", "did you mean 'raw.log'?")),
    "no_column": (("predictions", "timestamp"), "att", "predictions.timestamp", ("'att'", "did you mean 'at'?")),
    "text_score": (("predictions", "score"), "job", "predictions.score", ("numeric",)),
    "no_segment_column": (("segments",), ["regoin"], "segments", ("regoin", "did you mean 'region'?")),
    "segment_twice": (("segments",), ["region", "region"], "segments", ("twice",)),
    "start_after_end": (("reference", "start"), "2026-03-01", "reference.start", ("not before",)),
    "no_such_day": (("reference", "start"), "2026-02-31", "reference.start", ("2026-02-31",)),
    "no_direction": (("thresholds", "precision"), {"error": {}}, "thresholds.precision.error", ("neither direction",)),
    "unknown_metric": (("thresholds", "precison"), {"warn": 1}, "thresholds.precison", ("'precision'",)),
    "verdict_key": (("verdicts",), {"alhpa": 0.05}, "verdicts.alhpa", ("did you mean 'alpha'?",)),
    "verdict_level": (("verdicts",), {"alpha": 0}, "verdicts.alpha", ("above 0 to 0.5",)),
    "verdict_span": (("verdicts",), {"pooled_windows": 1}, "verdicts.pooled_windows", ("from 2 to 90",)),
    "verdict_metric": (("verdicts",), {"metrics": {"psi": {"warn": 0.1}}}, "verdicts.metrics.psi", ("not a metric with a default verdict", "psi_excess")),
    "verdict_parameter": (("verdicts",), {"metrics": {"recall": {"wran": 0.1}}}, "verdicts.metrics.recall.wran", ("did you mean 'warn'?",)),
    "verdict_order": (("verdicts",), {"metrics": {"kpi": {"warn": 0.3, "error": 0.2}}}, "verdicts.metrics.kpi.error", ("below warn, 0.3",)),
    "verdict_bound": (("verdicts",), {"metrics": {"tpr_ratio": {"warn": 0.7, "error": 0.8}}}, "verdicts.metrics.tpr_ratio.error", ("above warn, 0.7",)),
    "threshold_order": (("thresholds",), {"psi": {"warn": 0.25, "error": 0.1}}, "thresholds.psi", ("warns above 0.25", "an error above 0.1", "a greatest value")),
    "threshold_below": (("thresholds",), {"precision": {"warn": 0.6, "error": 0.7}}, "thresholds.precision", ("warns below 0.6", "a least value")),
    "threshold_sides": (("thresholds",), {"n_predictions": {"warn": {"below": 5, "above": 90}, "error": {"below": 9, "above": 99}}}, "thresholds.n_predictions", ("warns below 5",)),
    "threshold_kpi": (("thresholds",), {"sales": {"warn": 5, "error": 9}}, "thresholds.sales", ("warns below 5",)),
    "of_a_column": (("thresholds",), {"mean": {"of": {"agee": {"warn": 90}}}}, "thresholds.mean.of.agee", ("'agee', which is no subject of mean", "did you mean 'age'?", "Legal: age, job, score, prediction")),
    "of_a_group": (("thresholds",), {"tpr_ratio": {"of": {"gneder=f": {"warn": 0.9}}}}, "thresholds.tpr_ratio.of.gneder=f", ("did you mean 'gender=…'?",)),
    "of_the_model": (("thresholds",), {"recall": {"of": {"age": {"warn": 0.9}}}}, "thresholds.recall.of.age", ("Legal: model",)),
    "of_the_log": (("thresholds",), {"n_predictions": {"of": {"lgo": False}}}, "thresholds.n_predictions.of.lgo", ("did you mean 'log'?",)),
    "of_kpis": (("thresholds",), {"kpi.value": {"of": {"sale": {"warn": 5}}}}, "thresholds.kpi.value.of.sale", ("did you mean 'sales'?",)),
    "of_a_kpi": (("thresholds",), {"sales": {"of": {"sales": {"warn": 5}}}}, "thresholds.sales.of", ("write warn and error directly below sales",)),
    "of_nothing": (("thresholds",), {"mean": {"of": {"age": {}}}}, "thresholds.mean.of.age", ("an empty mapping", "{warn: …, error: …}")),
    "of_order": (("thresholds",), {"psi": {"of": {"age": {"warn": 0.25, "error": 0.1}}}}, "thresholds.psi.of.age", ("warns above 0.25", "a greatest value")),
    "threshold_twice": (("thresholds",), {"recall": {"warn": 0.6}, "performance.recall": False}, "thresholds.performance.recall", ("the same as thresholds.recall",)),
    "relation_key": (("predictions", "relation"), {"name": "log", "versoin": 2}, "predictions.relation.versoin", ("did you mean 'version'?",)),
    "ranking_needs_lists": (("task",), "ranking", "predictions.query", ("is missing",)),
    "lists_of_another_task": (("predictions", "query"), "age", "predictions.query", ("a key of task 'ranking'",)),
    "metric_of_another_task": (("task",), "regression", "thresholds.precision", ("a metric of task 'binary'", "Legal: mae, rmse")),
    "key_of_another_task": (("value",), {"per_unit_over": -2}, "value.per_unit_over", ("a key of task 'regression'", "Legal: tp, fp")),
    "no_version": (("baseline",), ["reference", "previous_version"], "baseline", ("knows no versions", "predictions.version")),
    "no_date": (("holidays",), ["2026-12-25", "2026-02-30"], "holidays[1]", ("2026-02-30", "a date such as 2026-12-25")),
    "holiday_at_noon": (("holidays",), ["2026-12-25 12:00"], "holidays[0]", ("a date such as 2026-12-25",)),
    "holiday_number": (("holidays",), 24, "holidays", ("the number 24", "the name of a model, seed or snapshot", "a list of dates")),
    "holiday_key": (("holidays",), [{"day": "2026-12-25"}], "holidays[0].day", ("unknown key", "date")),
    "holiday_twice": (("holidays",), ["2026-12-25", {"date": "2026-12-25", "name": "Christmas"}], "holidays", ("names 2026-12-25 twice",)),
    "no_holiday_table": (("holidays",), "raw.holydays", "holidays", ("'raw.holydays'", "not a model, seed")),
    "no_holiday_date": (("holidays",), "raw.log", "holidays", ("no column 'date'", "id, at")),
    "all_excluded": (("reference", "exclude"), [{"start": "2000-01-01", "end": "2100-01-01", "why": "all"}], "reference.exclude", ("leaves nothing",)),
    "no_spell": (("reference", "exclude"), [{"start": "2026-01-01"}], "reference.exclude[0].end", ("is missing",)),
    "spell_backwards": (("reference", "exclude"), [{"start": "2026-01-02", "end": "2026-01-01"}], "reference.exclude[0].start", ("not before its end",)),
    "unknown_baseline": (("baseline",), {"rollin": 28}, "baseline.rollin", ("unknown key", "'rolling'")),
    "no_number_of_windows": (("baseline",), {"rolling": "28 days"}, "baseline.rolling", ("a whole number from 2 to 1000",)),
    "two_baselines_in_one": (("baseline",), {"rolling": 28, "seasonal": {"period": "7 days"}}, "baseline", ("in one mapping", "make a list")),
    "same_baseline_twice": (("baseline",), ["reference", {"rolling": 7}, {"rolling": 28}], "baseline", ("names 'rolling' twice",)),
    "no_period": (("baseline",), [{"seasonal": {"count": 4}}], "baseline[0].seasonal.period", ("is missing", "such as '7 days'")),
    "no_whole_period": (("baseline",), {"seasonal": {"period": "36 hours"}}, "baseline.seasonal.period", ("no whole number of windows of a day", "52 weeks")),
    "far_baseline": (("baseline",), {"seasonal": {"period": "52 weeks", "count": 3}}, "baseline.seasonal", ("1092 windows", "at most 1000")),
    "kpi_twice": (("kpis",), [GOOD["kpis"][0], GOOD["kpis"][0]], "kpis", ("twice",)),
    "kpi_no_sum": (("kpis",), [{"name": "a", "numerator": "avg(p.age)", "denominator": "count(*)"}], "kpis[a].numerator", ("a sum or a count", "has 'avg'")),
    "kpi_no_column": (("kpis",), [{"name": "a", "numerator": "sum(p.agee)", "denominator": "count(*)"}], "kpis[a].numerator", ("not a column", "'age'")),
    "open_after": (("alerts", "open_after"), "4 of 3", "alerts.open_after", ("2 of 3",)),
    "open_after of a metric": (("alerts", "open_after"), {"null_rate": "3 of 1"}, "alerts.open_after.null_rate", ("'3 of 1'", "2 of 3")),
    "open_after of nothing": (("alerts", "open_after"), {"nul_rate": "1 of 1"}, "alerts.open_after.nul_rate", ("did you mean 'null_rate'",)),
    "close_after of a family": (("alerts", "close_after"), {"drift": 0}, "alerts.close_after.drift", ("the number 0", "whole number")),
    "close_after of nothing": (("alerts", "close_after"), {"default": 2, "driftt": 3}, "alerts.close_after.driftt", ("did you mean 'drift'",)),
    "feature_twice": (("features", "categorical"), ["age"], "features", ("numeric and as categorical",)),
}  # fmt: skip


REGRESSION = {key: value for key, value in GOOD.items() if key != "thresholds"} | {"task": "regression"}
# SQL of a KPI that cannot be added up over segments and versions, or is no SQL of one, and what is said of it
NO_SUMS = {
    "stddev(p.age)": "has 'stddev'",
    "sum(p.age) / count(*)": "divides by a sum",
    "sum(p.age) * count(*)": "multiplies two sums",
    "sum(p.age) + 1": "adds a number to a sum",
    "approx_count_distinct(p.age)": "has 'approx_count_distinct'",
    "count(distinct p.age)": "distinct",
    "(select max(age) from log)": "has 'select'",
    "sum((select 1))": "subquery",
    "sum(p.age) over ()": "window function",
    "sum(row_number() over (order by p.age))": "window function",
    "sum(avg(p.age))": "'avg' within 'sum'",
    "greatest(sum(p.age), 0)": "has 'greatest'",
    "sum(p.age); drop table log": "semicolon",
    "sum(p.age) -- a comment": "comment",
    "sum(p.age) /* a comment */": "comment",
    "sum(p.age": "not closed",
    "sum(case when p.job = 'a then 1 end)": "quote",
    "sum(p.age) p": "has 'p'",
    "sum(p.age) +": "ends too soon",
    "sum()": "has 'sum()'",
    "round(sum(p.age))": "has 'round'",
    "coalesce(sum(p.age), 7)": "has ','",
    "100": "no sum",
    "p.age": "has 'p'",
}  # fmt: skip
SUMS = (
    "sum(case when p.job in ('min', 'it''s; max(', '-- no comment') then 1 else 0 end)",
    'sum(p."age") - 0.5 * COUNT(*)',
    "(sum(p.age) + sum(l.label)) / 1e3",
    "-sum(p.age) * 2 / 3",
    "count(*) filter (where p.age is distinct from 3)",
    "cast(sum(p.age) as decimal(10, 2))::double",
    "coalesce(sum(p.age), 0) + nullif(count(*), 0)",
    "sum(greatest(p.age, 0) * coalesce(l.label, 0))",
    "Sum ( p.age )",
)


def broken(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """The good block with one value put in, or a key taken out."""
    block = copy.deepcopy(GOOD)
    place = block
    for key in path[:-1]:
        place = place[key]
    if value is None:
        place.pop(path[-1], None)
    else:
        place[path[-1]] = value
    return block


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Logs in the warehouse, and a monitor for each mistake beside a good one."""
    monitors = {"good": GOOD, **{name: broken(path, value) for name, (path, value, *_) in MISTAKES.items()}}
    for kind, texts in (("no_sum", NO_SUMS), ("sum", SUMS)):
        for place, sql in enumerate(texts):
            monitors[f"{kind}_{place}"] = {**GOOD, "kpis": [{"name": "x", "numerator": sql, "denominator": "count(*)"}]}
    # the name of a KPI says nothing of how it is judged: by a change, whose error is the larger one
    win_ratio = {**GOOD["kpis"][0], "name": "win_ratio"}
    for name, sizes in {"kpi_ratio": {"warn": 0.1, "error": 0.2}, "kpi_ratio_turned": {"warn": 0.2, "error": 0.1}}.items():
        monitors[name] = {**GOOD, "kpis": [win_ratio], "verdicts": {"metrics": {"win_ratio": sizes, "fairness": {"warn": 0.8, "error": 0.7}}}}
    monitors["regression"] = {**REGRESSION, "value": {"per_unit_over": -2}, "thresholds": {"mae": {"warn": 3}}}
    monitors["regression_as_binary"] = {
        **REGRESSION, "predictions": {**GOOD["predictions"], "prediction": "age", "threshold": 0.5}, "labels": {**GOOD["labels"], "positive_class": 1},
        "value": {"tp": 1}, "alerts": {"review_margin": 0.1}, "verdicts": {"metrics": {"recall": {"warn": 0.1}}},
    }  # fmt: skip
    monitors["regression_of_times"] = {**REGRESSION, "labels": {**GOOD["labels"], "label": "at"}}
    return Project(tmp_path_factory.mktemp("config"), monitors, frames())


def frames() -> dict[str, pd.DataFrame]:
    at = pd.Timestamp("2026-01-05")
    log = pd.DataFrame({"id": [1], "at": [at], "score": [0.5], "age": [3.0], "job": ["a"], "region": ["EU"], "gender": ["f"]})
    return {"log": log, "answers": pd.DataFrame({"id": [1], "at": [at], "label": [1]})}


@pytest.fixture(scope="module")
def mistakes(project: Project) -> list[dict[str, Any]]:
    """All that the validator says, in one call."""
    outcome, rows = validate(project)
    assert outcome.success, outcome.text
    return rows


def validate(project: Project) -> tuple[Outcome, list[dict[str, Any]]]:
    """Run the validator as the CLI does where a relation may not exist."""
    import json

    from python_tests.harness import ROW_PREFIX

    outcome = project.dbt("run-operation", "mlmon.mlmon_validate", variables={"mlmon_skip_refs": True})
    lines = [line for line in outcome.output.splitlines() if line.startswith(ROW_PREFIX)]
    return outcome, [json.loads(line[len(ROW_PREFIX) :]) for line in lines]


@pytest.mark.parametrize("name", list(MISTAKES))
def test_a_mistake_is_named(mistakes: list[dict[str, Any]], name: str) -> None:
    _, _, key, words = MISTAKES[name]
    mine = [row for row in mistakes if row["monitor"] == name]
    assert mine, name
    assert any(row["key"].startswith(key) for row in mine), mine
    text = " ".join(row["message"] for row in mine)
    assert f"monitor '{name}'" in text
    for word in words:
        assert word in text


def test_what_belongs_to_another_task_is_a_mistake(mistakes: list[dict[str, Any]]) -> None:
    of = {name: [row for row in mistakes if row["monitor"] == name] for name in ("regression", "regression_as_binary", "regression_of_times")}
    assert not of["regression"]
    assert {row["key"] for row in of["regression_as_binary"]} == {
        "predictions.prediction", "predictions.threshold", "labels.positive_class", "value.tp", "alerts.review_margin", "verdicts.metrics.recall",
    }  # fmt: skip
    assert all("of task 'binary', and this monitor's task is 'regression'" in row["message"] for row in of["regression_as_binary"])
    assert [row["key"] for row in of["regression_of_times"]] == ["labels.label"]
    assert "expected a numeric or boolean type" in of["regression_of_times"][0]["message"]


def test_a_kpi_is_made_of_sums(mistakes: list[dict[str, Any]]) -> None:
    for place, (sql, words) in enumerate(NO_SUMS.items()):
        mine = [row for row in mistakes if row["monitor"] == f"no_sum_{place}"]
        assert [row["key"] for row in mine] == ["kpis[x].numerator"], (sql, mine)
        assert sql[:60] in mine[0]["message"]
        assert words in mine[0]["message"].split("which", 1)[1], mine
    assert [row for row in mistakes if row["monitor"].startswith("sum_")] == []


def test_sizes_are_ordered_as_the_verdict_has_them(mistakes: list[dict[str, Any]]) -> None:
    mine = {row["monitor"]: row["key"] for row in mistakes if row["monitor"].startswith("kpi_ratio")}
    assert mine == {"kpi_ratio_turned": "verdicts.metrics.win_ratio.error"}


def test_a_kpi_by_name_and_by_label(tmp_path: Path) -> None:
    """`l.` in a name or a text is no label; a threshold of a KPI's name judges that KPI and no column."""
    no_labels = {key: value for key, value in GOOD.items() if key not in ("labels", "value", "fairness")}
    kpis = [
        {"name": "cost incl. tax", "numerator": "sum(case when p.job = 'l. x' then 1 else 0 end)", "denominator": "count(*)"},
        {"name": "mean", "numerator": "sum(p.age)", "denominator": "count(*)"},
    ]
    thresholds = {"mean": {"warn": {"above": 1}}, "drift.mean": {"warn": {"above": 2}}}
    block = {**no_labels, "kpis": kpis, "thresholds": thresholds, "verdicts": {"metrics": {"mean": {"warn": 0.3}}}}
    project = Project(tmp_path, {"m": block}, frames())
    outcome, rows = validate(project)
    assert outcome.success
    assert not rows
    project.build().check()
    judged = project.table("mlmon_rules", "verdict = 'threshold'").set_index("warn_above")
    assert tuple(judged.loc[1.0, ["family", "metric", "subject"]]) == ("kpi", "value", "mean")
    assert tuple(judged.loc[2.0, ["family", "metric"]]) == ("drift", "mean")
    rules = project.table("mlmon_rules", "family = 'kpi'").set_index("subject")
    # what is judged by a threshold has no default verdict, and so no size
    assert rules["verdict"].to_dict() == {"cost incl. tax": "kpi", "mean": "threshold"}
    assert rules.loc["cost incl. tax", "warn_size"] == pytest.approx(0.1)
    sized = {key: value for key, value in block.items() if key != "thresholds"}
    project.configure({"m": sized})
    project.build(select=["mlmon_monitors", "mlmon_rules"]).check()
    rules = project.table("mlmon_rules", "family = 'kpi'").set_index("subject")
    assert list(rules.loc[["cost incl. tax", "mean"], "warn_size"]) == [pytest.approx(0.1), pytest.approx(0.3)]
    # a sum of what is drawn anew each time is not the same in parts and in the whole
    project.configure({"m": {**GOOD, "kpis": [{**kpis[0], "numerator": "sum(p.age * random())"}, {**kpis[1], "numerator": "sum(l.label)"}]}})
    _, rows = project.operation("mlmon.mlmon_doctor")
    levels = [(row["check"], row["level"]) for row in rows if row["check"].startswith("kpi ")]
    assert levels == [("kpi cost incl. tax", "error"), ("kpi cost incl. tax", "ok"), ("kpi mean", "ok"), ("kpi mean", "ok")]
    project.configure({"m": {**no_labels, "kpis": [{**kpis[0], "numerator": "sum(L.label)"}]}})
    assert any("needs labels" in row["message"] for row in validate(project)[1])


def test_a_right_block_has_none(mistakes: list[dict[str, Any]]) -> None:
    assert [row for row in mistakes if row["monitor"] == "good"] == []


def test_a_build_stops_with_all_of_them(project: Project) -> None:
    outcome = project.dbt("build", "--select", "package:mlmon", variables={"mlmon_skip_refs": True})
    message = outcome.messages["model.mlmon.mlmon_monitors"]
    assert "mistake(s) in the configuration" in message
    written = [name for name in MISTAKES if name not in ("no_relation", "no_column", "text_score", "no_segment_column")]
    for name in written:
        assert f"monitor '{name}'" in message
    assert "model.mlmon.mlmon_profile" in outcome.statuses
    assert outcome.statuses["model.mlmon.mlmon_profile"] == "skipped"


def with_vars(root: Path, variables: Any) -> Project:
    """A project whose vars are these, whatever their names."""
    made = Project(root)
    written = {"name": "watch", "version": "1.0.0", "config-version": 2, "profile": "watch", "vars": variables}
    made._write("dbt_project.yml", written)
    return made


@pytest.mark.parametrize("name", ["mlmon_monitor", "mlmon_monitros", "mlmon-monitors", "mlmn_monitors", "mlmon_monitorss"])
def test_dbt_alone_stops_at_a_var_that_is_one_letter_off(tmp_path: Path, name: str) -> None:
    outcome = with_vars(tmp_path, {name: {"good": GOOD}}).dbt("run", "--select", "mlmon_monitors")
    assert f"'{name}' is no var of mlmon — did you mean 'mlmon_monitors'?" in outcome.text


def test_dbt_alone_warns_where_nothing_is_configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBT_LOG_LEVEL_FILE")
    project = with_vars(tmp_path, {"watch": {"mlmon_monitors": {"good": GOOD}}, "mlmon_defaults": {}})
    project.dbt("run", "--select", "mlmon_monitors").check()
    log = (tmp_path / "logs" / "dbt.log").read_text()
    assert "no monitors are configured" in log


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"mlmon_monitor": {}}, ("vars: 'mlmon_monitor'", "did you mean 'mlmon_monitors'?")),
        ({"mlmom_monitors": {}}, ("'mlmom_monitors'", "did you mean 'mlmon_monitors'?")),
        ({"MLMON-Defaults": {}}, ("'MLMON-Defaults'", "did you mean 'mlmon_defaults'?")),
        ({"mlmon_frequency": 1}, ("'mlmon_frequency' is no var of mlmon.", "Legal: mlmon_monitors")),
        ({"mlmon": {"monitors": {}}}, ("vars: mlmon: 'monitors'", "Legal: mlmon_monitors")),
        ({"mlmon": {"mlmon_default": {}}}, ("vars: mlmon: 'mlmon_default'", "did you mean 'mlmon_defaults'?")),
        ({"watch": {"mlmon_monitors": {}}}, ("vars: watch: 'mlmon_monitors' is not seen by the package mlmon there",)),
    ],
)
def test_the_command_line_knows_every_var(tmp_path: Path, variables: Any, words: tuple[str, ...]) -> None:
    with_vars(tmp_path, {"mlmon_monitors": {}, "start_date": "2026-01-01", **variables})
    (text,) = unknown_variables(Found(tmp_path))
    for word in ("dbt_project.yml: ", *words):
        assert word in text


def test_what_stands_twice_is_named_with_both_lines(tmp_path: Path) -> None:
    (tmp_path / "dbt_project.yml").write_text("name: shop\nvars:\n  mlmon_monitors:\n    m: {task: binary}\n    n: &n\n      task: x\n      task: y\n    m: *n\n")
    monitors, key = sorted(unknown_variables(Found(tmp_path)), reverse=True)
    assert monitors == "dbt_project.yml: two monitors are named 'm', on line 4 and on line 8; the first would be lost"
    assert key == "dbt_project.yml: 'vars: mlmon_monitors: n: task' stands twice, on line 6 and on line 7; the first would be lost"


def test_legal_vars_are_all_that_the_package_reads(tmp_path: Path) -> None:
    sources = [path.read_text() for folder in ("macros", "models", "tests") for path in (PACKAGE / folder).rglob("*.sql")]
    read = {name for text in sources for name in re.findall(r"\b(?:var|run_option)\('(\w+)'", text)}
    assert read == set(VARIABLES)
    with_vars(tmp_path, {**dict.fromkeys(VARIABLES), "mlmon": dict.fromkeys(VARIABLES), "other": {"mlmonitor": 1}, "monitors": 2})
    assert unknown_variables(Found(tmp_path)) == []
    documented = (PACKAGE / "docs" / "configuration.md").read_text()
    assert all(f"`{name}" in documented for name in LEGAL_VARIABLES)
