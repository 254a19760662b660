"""What is expected before labels come is judged: it warns, is silent where it is not to be trusted, and ends where labels refute it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mlmon_cli.report import Incident
from mlmon_cli.wording import what
from python_tests.harness import Project

START = np.datetime64("2026-01-01", "us")
DAYS, PER_DAY, DROP = 60, 500, 34
WHOLE = "segment = 'overall' and model_version = 'all'"


def made(seed: int, maturity: int, learned: float = 1.0, shifts: bool = True) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Calibrated scores. From day 34 on, many lie around the threshold: worse decisions, if a score means what it meant.

    Positives become `learned` times as many.
    """
    random = np.random.default_rng(seed)
    day = np.repeat(np.arange(DAYS), PER_DAY)
    n, late = len(day), day >= DROP
    spread = np.where(late & shifts, 0.6, 2.2)
    score = 1 / (1 + np.exp(0.3 - spread * random.normal(0, 1, n)))
    positive = random.random(n) < np.minimum(score * np.where(late, learned, 1), 1)
    at = START + day.astype("timedelta64[D]") + random.integers(0, 86_000_000_000, n).astype("timedelta64[us]")
    labelled_at = at + np.timedelta64(maturity, "D")
    known = labelled_at < START + np.timedelta64(DAYS, "D")
    rows = pd.DataFrame({"id": np.arange(n).astype(str), "at": at, "score": score})
    return rows, pd.DataFrame({"id": rows.id, "label": positive.astype(int), "at": labelled_at})[known]


LOGS = {
    "waiting": made(1, maturity=26),  # no label of what changed is there
    "refuted": made(2, maturity=4, learned=1.6),  # labels say that decisions are as good as before
    "worse": made(3, maturity=4, learned=0.5, shifts=False),  # scores are as they were and mean less
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    monitors = {
        name: {
            "task": "binary",
            "predictions": {"relation": f"raw.{name}", "id": "id", "timestamp": "at", "score": "score"},
            "labels": {"relation": f"raw.{name}_labels", "id": "id", "label": "label", "timestamp": "at", "maturity": f"{days} days"},
            "reference": {"start": "2026-01-01", "end": "2026-01-21"},
        }
        for name, days in (("waiting", 26), ("refuted", 4), ("worse", 4))
    }
    monitors["waiting"]["thresholds"] = {"estimate.recall": {"warn": 0.9, "error": 0.85}}
    project = Project(tmp_path_factory.mktemp("estimated"), monitors)
    for name, (rows, labels) in LOGS.items():
        project.load(**{name: rows, f"{name}_labels": labels})
    project.build(select=["+mlmon_found_incidents", "+mlmon_metrics", "+mlmon_incidents"]).check()
    return project


def incidents(project: Project, monitor: str, family: str = "estimate") -> pd.DataFrame:
    found = project.table("mlmon_incidents", f"monitor = '{monitor}' and family = '{family}' and {WHOLE}")
    return found.set_index("metric").sort_index()


def test_it_warns_before_labels(built: Project) -> None:
    """In two days, in the same words and sizes as what is measured, and never as an error by itself, though a tenth and more was lost."""
    found = incidents(built, "waiting")
    assert set(found.index) >= {"accuracy", "precision", "recall", "roc_auc"}
    by_default = found.drop(index="recall")
    assert (by_default.opened_at <= pd.Timestamp("2026-02-05")).all()
    assert (by_default.opened_at >= pd.Timestamp("2026-02-04")).all()
    assert ((by_default.baseline - by_default.value) / by_default.baseline > 0.1).any()
    assert set(by_default.severity) == {"warn"}
    assert by_default.closed_at.isna().all()
    assert incidents(built, "waiting", "performance").empty  # nobody knows yet


def test_a_threshold_of_the_users_may_be_an_error(built: Project) -> None:
    assert incidents(built, "waiting").loc["recall", "severity"] == "error"


def test_what_was_measured_is_the_baseline(built: Project) -> None:
    found = built.sql(f"""
        select family, min(baseline) as low, max(baseline) as high, count(distinct baseline) as n from main.mlmon_metrics
        where monitor = 'waiting' and metric = 'accuracy' and {WHOLE} and family in ('performance', 'estimate')
        group by family order by family
    """)
    assert list(found.family) == ["estimate", "performance"]
    assert set(found.n) == {1}
    assert found.low[0] == found.low[1]
    assert 0.7 < found.low[0] < 0.9


def test_what_labels_refute_ends(built: Project) -> None:
    """Labels come after four days. After a few that say otherwise the estimate is not trusted, and says nothing against the model."""
    checks = built.table("mlmon_checks", f"monitor = 'refuted' and family = 'estimate' and metric = 'accuracy' and {WHOLE}")
    late = checks[checks.window_start >= "2026-02-10"]
    assert set(late.reason) == {"not_trusted"}
    assert set(late.status) == {"insufficient_data"}
    found = incidents(built, "refuted")
    assert not found.empty
    assert found.closed_at.notna().all()


def test_what_is_not_trusted_is_not_judged(built: Project) -> None:
    """Concept drift: the estimate does not see it, and does not call it well either. What is measured says so."""
    assert incidents(built, "worse").empty
    assert "precision" in incidents(built, "worse", "performance").index
    checks = built.table("mlmon_checks", "monitor = 'worse' and family = 'estimate' and window_start >= timestamp '2026-02-12'")
    assert set(checks.reason) == {"not_trusted"}


def test_it_is_called_an_estimate() -> None:
    assert what(Incident("1", "leads", family="estimate", subject="model", metric="precision")) == "estimated precision"
