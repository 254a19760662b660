"""What a change of the configuration touches, and what it leaves alone: its fingerprints."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pandas as pd

from python_tests.harness import Project

BASE: dict[str, Any] = {
    "task": "binary",
    "predictions": {"relation": "raw.log", "id": "id", "timestamp": "at", "score": "score"},
    "labels": {"relation": "raw.answers", "id": "id", "label": "label", "timestamp": "at"},
    "features": {"numeric": ["age", "income"], "categorical": ["job"]},
    "segments": ["region", ["region", "job"]],
    "reference": {"start": "2026-01-01", "end": "2026-02-01"},
    "kpis": [{"name": "sales", "numerator": "sum(l.label)", "denominator": "count(*)"}],
}
# name: (path, value, which fingerprints it changes: s, the sums; r, the reference; j, what judges)
CHANGES: dict[str, tuple[tuple[str, ...], Any, str]] = {
    "owner": (("alerts",), {"owner": "ana", "runbook": "https://wiki/runbook", "tags": ["core"], "on_error": ["retrain"]}, ""),
    "open_after": (("alerts",), {"open_after": "1 of 1", "close_after": 3}, ""),
    "default_threshold": (("predictions", "threshold"), 0.5, ""),
    "default_window": (("window",), "day", ""),
    "default_class": (("labels", "positive_class"), 1, ""),
    "default_better": (("kpis",), [{**BASE["kpis"][0], "better": "higher"}], ""),
    "order": (("features",), {"numeric": ["income", "age"], "categorical": ["job"]}, ""),
    "same_moment": (("reference",), {"start": "2026-01-01 00:00", "end": "2026-02-01T00:00:00Z"}, ""),
    "lookback": (("predictions", "lookback"), 5, ""),
    "loaded_at": (("predictions", "loaded_at"), "loaded_at", "s"),
    "label_lookback": (("labels", "lookback"), 5, ""),
    "clock": (("predictions", "timestamp"), "loaded_at", "sr"),
    "relation": (("predictions", "relation"), "raw.other", "sr"),
    "id": (("predictions", "id"), "other_id", "sr"),
    "version": (("predictions", "version"), "region", "s"),
    "threshold": (("predictions", "threshold"), 0.6, "sr"),
    "window": (("window",), "week", "s"),
    "label_clock": (("labels", "timestamp"), "loaded_at", "s"),
    "label_relation": (("labels", "relation"), "raw.other", "s"),
    "label": (("labels", "label"), "loaded", "s"),
    "class": (("labels", "positive_class"), 0, "s"),
    "maturity": (("labels", "maturity"), "3 days", "j"),
    "feature": (("features", "numeric"), ["age"], "sr"),
    "segment": (("segments",), ["region"], "sr"),
    "reference": (("reference", "end"), "2026-01-20", "sr"),
    "kpi": (("kpis",), [{**BASE["kpis"][0], "denominator": "sum(p.age)"}], "s"),
    "better": (("kpis",), [{**BASE["kpis"][0], "better": "lower"}], "j"),
    "value": (("value",), {"tp": 1}, "s"),
    "thresholds": (("thresholds",), {"psi": {"warn": 0.1}}, "j"),
    "switched_off": (("thresholds",), {"psi": False}, "j"),
    "alpha": (("verdicts",), {"alpha": 0.02}, "j"),
    "min_rows": (("alerts",), {"min_rows": 50}, "j"),
}  # fmt: skip


def test_what_a_change_touches(tmp_path: Path) -> None:
    blocks = {"base": BASE}
    for name, (path, value, _) in CHANGES.items():
        block = blocks[name] = copy.deepcopy(BASE)
        for key in path[:-1]:
            block = block[key]
        block[path[-1]] = value
    moment = pd.to_datetime(["2026-01-01", "2026-01-02"])
    log = pd.DataFrame({"id": [1, 2], "other_id": [1, 2], "at": moment, "loaded_at": moment, "score": [0.2, 0.8]})
    log = log.assign(age=1.0, income=2.0, job="clerk", region="EU")
    answers = pd.DataFrame({"id": [1, 2], "at": moment, "loaded_at": moment, "label": [1, 0], "loaded": [1, 0]})
    project = Project(tmp_path, blocks, {"log": log, "other": log.merge(answers[["id", "label"]]), "answers": answers})
    project.dbt("build", "--select", "mlmon_runs", "mlmon_metric_catalog", "mlmon_monitors").check()
    rows = project.table("mlmon_monitors").set_index("monitor")
    columns = {"s": "sums_hash", "r": "reference_id", "j": "rules_hash"}
    for name, (_, _, touched) in CHANGES.items():
        found = [letter for letter, column in columns.items() if rows.loc[name, column] != rows.loc["base", column]]
        assert "".join(found) == touched, name
    assert rows.loc[["base", "owner"], "config_hash"].nunique() == 2
