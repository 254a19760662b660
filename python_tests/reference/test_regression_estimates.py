"""Estimates of a regression's errors before labels come, beside NumPy over the raw rows, and beside what came."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from python_tests.harness import Project
from python_tests.reference.test_estimates import estimates as estimates_by

START = np.datetime64("2026-01-01", "us")
DAYS, PER_DAY, REFERENCE, MATURITY, RECENT = 90, 400, 30, 20, 30
DRIFT = 55  # from this day on, errors of the monitor `doubled` double
WORTH = {"per_unit_over": -2.0, "per_unit_under": -5.0}
METRICS = ("mae", "rmse")
Z = 1.959963984540054


def made(seed: int, doubles: bool) -> pd.DataFrame:
    """Predicted values that grow, with errors that grow with them; a region of larger errors, and one too small for errors of its own; a version that the reference does not know."""
    random = np.random.default_rng(seed)
    day = np.repeat(np.arange(DAYS), PER_DAY)
    n = len(day)
    region = random.choice(["north", "south", "islet"], n, p=[0.6, 0.39, 0.01])
    score = 20 + 6 * random.gamma(2, 1, n) + np.where(day >= 60, 4, 0)
    size = (score / 10) ** 1.5 * np.where(region == "south", 1.6, 1) * np.where(doubles & (day >= DRIFT), 2, 1)
    at = START + day.astype("timedelta64[D]") + random.integers(0, 86_000_000_000, n).astype("timedelta64[us]")
    labelled_at = at + (random.exponential(5, n) * 86_400_000_000).astype("timedelta64[us]")
    comes = random.random(n) < 0.8
    return pd.DataFrame({
        "id": np.arange(n).astype(str), "at": at, "day": day, "score": score, "region": region, "version": np.where((day >= 40) & (random.random(n) < 0.3), "v2", "v1"),
        "label": score + random.normal(0.3, 1, n) * size, "labelled_at": labelled_at, "comes": comes, "known": comes & (labelled_at < START + np.timedelta64(DAYS, "D")),
    })  # fmt: skip


Built = tuple[Project, dict[str, pd.DataFrame]]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    logs = {"demand": made(1, doubles=False), "doubled": made(2, doubles=True)}
    # large values had no label in the reference
    logs["gap"] = logs["demand"][lambda rows: rows.day < REFERENCE + 5].assign(known=lambda rows: rows.known & (rows.score < 40))
    monitors = {
        name: {
            "task": "regression",
            "predictions": {"relation": f"raw.{name}", "id": "id", "timestamp": "at", "score": "score", "version": "version"},
            "labels": {"relation": f"raw.{name}_labels", "id": "id", "label": "label", "timestamp": "at", "maturity": f"{MATURITY} days"},
            "segments": ["region"],
            "reference": {"start": "2026-01-01", "end": "2026-01-31"},
            "value": WORTH,
        }
        for name in logs
    }
    for name in ("doubled", "gap"):
        del monitors[name]["value"]
    project = Project(tmp_path_factory.mktemp("estimates"), monitors)
    for name, rows in logs.items():
        labels = rows.loc[rows.known, ["id", "label", "labelled_at"]].rename(columns={"labelled_at": "at"})
        project.load(**{name: rows[["id", "at", "score", "region", "version"]], f"{name}_labels": labels})
    project.build(select=["+mlmon_estimates"]).check()
    return project, logs


def estimates(project: Project, monitor: str) -> pd.DataFrame:
    return estimates_by(project, monitor, "model_version")


def binned(project: Project, rows: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The rows with the number of their score bin and their error, and how many bins there are."""
    edges = project.sql(
        "select upper from main.mlmon_bins where monitor = 'demand' and column_role = 'score' and upper is not null order by upper"
    )["upper"]
    error = rows.score - rows.label
    worth = np.where(error > 0, error * WORTH["per_unit_over"], -error * WORTH["per_unit_under"])
    return rows.assign(bin=np.searchsorted(edges, rows.score), e=error.abs(), worth=worth), len(edges) + 1


def halved(n: np.ndarray, first: int, width: int) -> Iterator[slice]:
    """Groups of neighboring bins: halves of halves, as long as both have 30 labels."""
    middle = first + width // 2
    if width > 1 and n[first:middle].sum() >= 30 and n[middle : first + width].sum() >= 30:
        yield from halved(n, first, width // 2)
        yield from halved(n, middle, width // 2)
    else:
        yield slice(first, first + width)


Learned = list[tuple[slice, dict[str, tuple[float, float]], int, float]]


def learned(labels: pd.DataFrame, n_bins: int) -> Learned:
    """Groups of bins: mean and variance of both errors of the labelled rows in each, how many they are, and their mean worth."""
    found: Learned = []
    for group in halved(np.bincount(labels.bin, minlength=n_bins), 0, 128):
        of = labels[(labels.bin >= group.start) & (labels.bin < group.stop)]
        if len(of):
            found.append((group, {m: ((of.e**p).mean(), (of.e**p).var()) for p, m in enumerate(METRICS, 1)}, len(of), of.worth.mean()))
    return found


def part_of(rows: pd.DataFrame, version: str, region: str) -> pd.DataFrame:
    return rows[((rows.version == version) | (version == "all")) & ((rows.region == region) | (region == "all"))]


def expected(groups: Learned, window: pd.DataFrame, waits: pd.Series, late: float, worth_share: float) -> dict[str, float]:
    """The errors of a window whose rows `waits` have errors as learned at such scores, each with probability `late`; the others' are known."""
    known, open_bins = window[~waits], window.bin[waits]
    here = [int(((open_bins >= group.start) & (open_bins < group.stop)).sum()) for group, *_ in groups]
    n = len(known) + sum(here) * late
    found = {"business_value": known.worth.sum() + sum(m * worth_share * worth for m, (*_, worth) in zip(here, groups, strict=True))}
    if not n:
        return {**found, **{f"{metric}{end}": math.nan for metric in METRICS for end in ("", "_low", "_high")}}
    for power, metric in enumerate(METRICS, 1):
        mean = ((known.e**power).sum() + sum(m * late * of[metric][0] for m, (_, of, *_) in zip(here, groups, strict=True))) / n
        variance = 0.0
        for m, (_, of, n_learned, _) in zip(here, groups, strict=True):
            # each open row is one draw, weighted by whether its label comes; the rows of a group share the error of its mean
            variance += m * late * (of[metric][1] + (1 - late) * (of[metric][0] - mean) ** 2) + (m * late) ** 2 * of[metric][1] / n_learned
        error = math.sqrt(variance) / n
        if metric == "rmse":
            mean = math.sqrt(mean)
            error /= 2 * mean
        found |= {metric: mean, f"{metric}_low": max(0.0, mean - Z * error), f"{metric}_high": mean + Z * error}
    return found


SERIES = [("all", "all"), ("all", "north"), ("all", "south"), ("all", "islet"), ("v1", "all"), ("v2", "all"), ("v2", "south")]


def all_estimates(rows: pd.DataFrame, calendar: pd.DataFrame, n_bins: int) -> Iterator[tuple[tuple[str, str, str, int], dict[str, float]]]:
    """The estimates of each series and window, of both kinds."""
    mature = calendar.index[calendar.is_mature]
    recent = rows[rows.day.isin(sorted(mature)[-RECENT:])]
    recent_labels = recent[recent.known]
    age = np.maximum((recent_labels.labelled_at.dt.normalize() - recent_labels["at"].dt.normalize()).dt.days, 0)
    reference = rows[rows.day < REFERENCE]
    teachers = {"calibrated": reference[reference.known], "nowcast": recent_labels}
    shares = {"calibrated": reference.known.mean(), "nowcast": recent.known.mean()}
    for version, region in SERIES:
        of_series = part_of(rows, version, region)
        groups = {}
        for estimator, labels in teachers.items():
            sources = (part_of(labels, *of) for of in ((version, region), ("all", region), ("all", "all")))
            groups[estimator] = learned(next(of for of in sources if len(of) >= 500), n_bins)
        for day in (*range(REFERENCE, DAYS - 22, 4), *range(DAYS - 22, DAYS)):
            window = of_series[of_series.day == day]
            if not len(window):
                continue
            for estimator in teachers:
                coverage = shares[estimator]
                waits, late, worth_share = pd.Series(data=True, index=window.index), coverage, 1.0
                if estimator == "nowcast":
                    at_age, part = calendar.loc[day, ["age_windows", "age_part"]]
                    arrived = ((age <= at_age).sum() + part * (age == at_age + 1).sum()) / len(age)
                    waits, late = ~window.known, 0.0 if day in mature else coverage * (1 - arrived) / (1 - coverage * arrived)
                    worth_share = late
                yield (estimator, version, region, day), expected(groups[estimator], window, waits, late, worth_share)


def test_they_are_those_of_such_scores(built: Built) -> None:
    """Equal to NumPy over the raw rows, given the score bins: as if no label were known and while labels come, of the whole, of parts and versions, and of those too small to learn from."""
    project, logs = built
    rows, n_bins = binned(project, logs["demand"])
    calendar = project.sql("select date_diff('day', timestamp '2026-01-01', window_start) as day, is_mature, age_windows, age_part from main.mlmon_calendar where monitor = 'demand'")
    mine = estimates(project, "demand")
    n = 0
    for key, theirs in all_estimates(rows, calendar.set_index("day"), n_bins):
        ours = mine.loc[key]
        assert {name: ours[name] for name in theirs} == pytest.approx(theirs, rel=1e-9, nan_ok=True), key
        n += 1
    assert n > 400
    assert mine[["precision", "accuracy_low", "roc_auc"]].isna().all(axis=None)


def came(rows: pd.DataFrame, region: str) -> pd.DataFrame:
    """What the errors of each day are when all labels that ever come are there."""
    days = part_of(rows[rows.comes], "all", region).assign(e=lambda of: (of.score - of.label).abs()).groupby("day")["e"]
    return pd.DataFrame({"mae": days.mean(), "rmse": days.apply(lambda e: math.sqrt((e**2).mean()))})


def test_it_is_what_comes(built: Built) -> None:
    """No bias, also of predictions that drifted and within a region, and intervals that hold 95 of 100."""
    for estimator in ("calibrated", "nowcast"):
        inside = []
        for region in ("all", "north", "south"):
            mine = estimates(built[0], "demand").loc[estimator, "all", region]
            if estimator == "nowcast":
                mine = mine[(mine.n_labelled < 0.75 * mine.n_predictions)]
            truth = came(built[1]["demand"], region).loc[mine.index]
            for name in METRICS:
                relative = mine[name] / truth[name] - 1
                assert abs(relative.mean()) < 0.05, (estimator, region, name, relative.mean())
                inside += list((truth[name] >= mine[f"{name}_low"]) & (truth[name] <= mine[f"{name}_high"]))
        assert len(inside) > (300 if estimator == "calibrated" else 40)
        assert 0.9 < np.mean(inside) < 0.99, (estimator, len(inside), np.mean(inside))
    assert estimates(built[0], "demand").loc["calibrated", "all", "all"].is_trusted.mean() > 0.9


def test_where_all_labels_are_there_nothing_is_estimated(built: Built) -> None:
    mine = estimates(built[0], "demand").loc["nowcast", "all", "south"]
    performance = built[0].table("mlmon_performance", "monitor = 'demand' and segment_value = 'south' and model_version = 'all' and is_mature").set_index("window_start")
    mature = mine[mine.window_start.isin(performance.index)]
    assert len(mature) > 30
    for name in METRICS:
        assert list(mature[name]) == pytest.approx(list(performance[name].loc[mature.window_start]), rel=1e-9), name
        assert (mature[f"{name}_high"] - mature[f"{name}_low"]).abs().max() < 1e-9


def test_what_misses_is_silenced(built: Built) -> None:
    """Errors that double at equal predictions: told once the first of such windows are complete."""
    doubled = estimates(built[0], "doubled").loc["calibrated", "all", "all"]
    told = doubled[~doubled.is_trusted].index
    assert DRIFT <= min(told) <= DRIFT + 4
    late = doubled.loc[DRIFT + 4 :]
    assert not late.is_trusted.any()
    assert set(late.reason) == {"mae missed what came in too many of the last complete windows"}
    assert doubled.business_value.isna().all()
    nowcast = estimates(built[0], "doubled").loc["nowcast", "all", "all"]
    assert nowcast.loc[: DAYS - MATURITY - 2].is_trusted.all()
    assert not nowcast.loc[DAYS - MATURITY :].is_trusted.any()


def test_what_rests_on_little_is_not_trusted(built: Built) -> None:
    for monitor, segment_value, reason in (("demand", "islet", "fewer predictions than alerts.min_rows"), ("gap", "all", "over 5 % of the scores are where fewer than 10 labels are known")):
        assert set(estimates(built[0], monitor).loc["calibrated", "all", segment_value].reason) == {reason}


def test_tasks_that_no_monitor_has_cost_nothing(built: Built) -> None:
    (compiled,) = (built[0].root / "target" / "compiled").rglob("mlmon_estimates.sql")
    assert "regression_bands" in compiled.read_text()
    assert "binary_bands" not in compiled.read_text()
