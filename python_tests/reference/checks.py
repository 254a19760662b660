"""One function a table: what mlmon computed against the oracle."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import sklearn
from scipy import stats

from mlmon_cli.report import SERIES_KEY
from python_tests.harness import Project
from python_tests.reference.binary import EDGES, Values
from python_tests.reference.oracle import (
    Column,
    Deviations,
    Key,
    Oracle,
    compare,
    distances,
    keyed,
    numeric_bins,
    overdispersion,
    same,
    wilson_hilferty,
    window_end,
)

POOLED = 7


class Built:
    """A project that was built once, with an oracle for each monitor."""

    def __init__(
        self, root: Path, monitors: Mapping[str, Any], frames: Mapping[str, pa.Table], title: str
    ) -> None:
        self.monitors = monitors
        self.frames = frames
        self.deviations = Deviations()
        self.title = title
        self.project = Project(root, monitors, frames)
        self.outcome = self.project.build().check()
        self._oracles: dict[str, Oracle] = {}
        self._tables: dict[str, pd.DataFrame] = {}

    def oracle(self, monitor: str) -> Oracle:
        """The monitor's logs, read independently."""
        if monitor not in self._oracles:
            block = self.monitors[monitor]
            labels = block.get("labels")
            self._oracles[monitor] = Oracle(
                block,
                self.frames[block["predictions"]["relation"].split(".")[1]],
                self.frames[labels["relation"].split(".")[1]] if labels else None,
            )
        return self._oracles[monitor]

    def table(self, name: str, monitor: str) -> pd.DataFrame:
        """Rows of a monitor in a table."""
        if name not in self._tables:
            self._tables[name] = self.project.table(name)
        frame = self._tables[name]
        return frame[frame["monitor"] == monitor].drop(columns="monitor")

    @cached_property
    def table_names(self) -> list[str]:
        """All tables and views of the package."""
        return list(
            self.project.sql("select table_name from information_schema.tables where table_schema = 'main'")[
                "table_name"
            ]
        )


def check_windows(built: Built, monitor: str) -> None:
    """Window bounds, is_reference and maturity say what the period and the newest timestamp say."""
    oracle = built.oracle(monitor)
    for name in ("mlmon_profile", "mlmon_outcomes", "mlmon_drift", "mlmon_performance", "mlmon_operations"):
        frame = built.table(name, monitor)[["window_start", "window_end", "is_reference"]].drop_duplicates()
        assert len(frame)
        assert frame["window_start"].is_unique
        for start, end, is_reference in frame.itertuples(index=False):
            assert end == window_end(start, oracle.window)
            assert is_reference == oracle.is_reference(start), start
    if "labels" in oracle.block:
        amount, unit = oracle.block["labels"].get("maturity", "0 days").split()
        maturity = pd.Timedelta(int(amount), unit=unit.rstrip("s"))
        for record in built.table("mlmon_performance", monitor).to_dict("records"):
            assert record["is_mature"] == (record["window_end"] + maturity <= oracle.newest)


def check_performance(built: Built, monitor: str, *, auc: float, pr_auc: float, large: int) -> None:
    """Every metric against scikit-learn; areas within the bound that score bins set, and tighter in groups that are `large`."""
    oracle = built.oracle(monitor)
    actual = keyed(built.table("mlmon_performance", monitor))
    with sklearn.config_context(assume_finite=True, skip_parameter_validation=True):
        expected = {key: oracle.performance(rows) for key, rows in oracle.groups.items()}
    exact = ["n_predictions", "n_labelled", "label_coverage", *oracle.task.EXACT]
    title = f"{built.title}/{monitor}/performance"
    compare(actual, expected, exact, deviations=built.deviations, title=title)
    uppers = score_edges(built, monitor)
    for key, rows in oracle.groups.items():
        for name, bound in (("roc_auc", auc), ("pr_auc", pr_auc)):
            got, want = actual[key][name], expected[key][name]
            assert (got is None) == (want is None), (key, name, got, want)
            if got is None or want is None:
                continue
            error = abs(got - want)
            if name == "roc_auc":
                assert error <= tie_bound(oracle, rows, uppers) + 1e-12, (key, got, want)
            size = "large" if min_class(oracle, rows) >= large else "small"
            built.deviations.note(f"{title}.{name}.{size}", error, key)
            if size == "large":
                assert error <= bound, (key, name, got, want)
    for key, row in actual.items():
        check_auc_interval(row, oracle, oracle.groups[key])


def score_edges(built: Built, monitor: str) -> list[float]:
    """Inner edges of the score's bins."""
    bins = built.table("mlmon_bins", monitor)
    return sorted(bins[(bins["column_role"] == "score") & bins["upper"].notna()]["upper"])


def min_class(oracle: Oracle, rows: np.ndarray) -> int:
    """Scored rows of the rarer class."""
    y = [p for p, s in zip(oracle.positive[rows], oracle.score[rows], strict=True) if p is not None and s == s]
    return min(sum(y), len(y) - sum(y))


def tie_bound(oracle: Oracle, rows: np.ndarray, uppers: list[float]) -> float:
    """How far an area under the ROC curve can be off when the scores in a bin count as ties: half of the pairs within bins."""
    y, s = oracle.positive[rows], oracle.score[rows]
    known = np.array([p is not None for p in y]) & ~np.isnan(s)
    truth, bins = y[known].astype(bool), np.searchsorted(uppers, s[known])
    positives = np.bincount(bins[truth], minlength=len(uppers) + 1)
    negatives = np.bincount(bins[~truth], minlength=len(uppers) + 1)
    return float(0.5 * (positives * negatives).sum() / (positives.sum() * negatives.sum()))


def check_auc_interval(row: Mapping[str, Any], oracle: Oracle, rows: np.ndarray) -> None:
    """Hanley and McNeil (1982) around the area that was computed."""
    area = row["roc_auc"]
    if area is None:
        assert row["roc_auc_low"] is None
        assert row["roc_auc_high"] is None
        return
    y = [p for p, s in zip(oracle.positive[rows], oracle.score[rows], strict=True) if p is not None and s == s]
    p, n = sum(y), len(y) - sum(y)
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    variance = (area * (1 - area) + (p - 1) * (q1 - area**2) + (n - 1) * (q2 - area**2)) / (p * n)
    width = stats.norm.ppf(0.975) * math.sqrt(max(variance, 0))
    assert row["roc_auc_low"] == pytest_approx(max(area - width, 0))
    assert row["roc_auc_high"] == pytest_approx(min(area + width, 1))


def pytest_approx(value: float) -> Any:
    """Equal to 1e-9."""
    import pytest

    return pytest.approx(value, abs=1e-9)


def check_fairness(built: Built, monitor: str) -> None:
    """Rates, ratios and differences against fairlearn; suppression of small groups."""
    oracle = built.oracle(monitor)
    actual = keyed(built.table("mlmon_fairness", monitor), ["attribute", "group_value"])
    expected: dict[Any, Values] = {}
    for attribute in oracle.attributes:
        reference_group = oracle.reference_group(attribute)
        for key, rows in oracle.groups.items():
            if attribute not in key[2].split(","):
                for group, values in oracle.fairness(rows, attribute, reference_group).items():
                    expected[(*key, attribute, group)] = values
    columns = ["n", "n_labelled", "is_suppressed"]
    columns += [
        rate + suffix
        for rate in oracle.task.RATES
        for suffix in ("", "_ratio", "_difference")
    ]
    compare(
        actual, expected, columns, deviations=built.deviations, title=f"{built.title}/{monitor}/fairness"
    )


def check_ratio_errors(built: Built, monitor: str) -> None:
    """The standard error of the logarithm of a selection rate's ratio, by Katz with half a case added."""
    oracle = built.oracle(monitor)
    fairness = keyed(built.table("mlmon_fairness", monitor), ["attribute", "group_value"])
    values = built.table("mlmon_measured", monitor)
    values = values[(values["family"] == "fairness") & (values["metric"] == "selection_rate_ratio")]
    references = {a: oracle.reference_group(a) for a in oracle.attributes}
    compared = 0
    for record in values.to_dict("records"):
        attribute, group = record["subject"].split("=", 1)
        if group == references[attribute]:
            continue
        key = (record["model_version"], record["window_start"], record["segment"], record["segment_value"], attribute)
        error = 0.0
        for name in (group, references[attribute]):
            row = fairness[(*key, name)]
            n = row["n"]
            rate = (row["selection_rate"] * n + 0.5) / (n + 1)
            error += (1 - rate) / (n * rate)
        assert record["standard_error"] == pytest_approx(math.sqrt(error)), (key, group)
        compared += 1
    assert compared > 5


def check_operations(built: Built, monitor: str) -> None:
    """Volumes, latency, lags and rates."""
    columns = (
        "n_predictions latency_p50 latency_p95 latency_p99 duplicate_rate orphan_label_rate "
        "label_lag_p50 label_lag_p95 invalid_score_rate"
    ).split()
    compare(
        keyed(built.table("mlmon_operations", monitor)),
        built.oracle(monitor).operations(),
        columns,
        relative=1e-9,
        deviations=built.deviations,
        title=f"{built.title}/{monitor}/operations",
    )


def check_bins(built: Built, monitor: str) -> None:
    """Edges are the quantiles of the reference's rows, and the groups of PSI their deciles; categories by frequency."""
    oracle = built.oracle(monitor)
    bins = built.table("mlmon_bins", monitor)
    assert not bins["is_provisional"].any()
    inside = oracle.in_reference
    for column in oracle.columns:
        mine = bins[(bins["column_name"] == column.name) & (bins["column_role"] == column.role)]
        mine = mine.sort_values("bin_number")
        if column.numeric:
            x = column.values[inside & (column.state == "ok")].astype(float)
            edges = set(np.quantile(x, np.arange(1, 100) / 100)) if len(x) else set()
            deciles = sorted(set(np.quantile(x, np.arange(1, 10) / 10))) if len(x) else []
            if column.role == "score":
                edges |= {*EDGES, oracle.block["predictions"].get("threshold", 0.5)}
            uppers = list(mine["upper"])[:-1]
            assert math.isnan(list(mine["upper"])[-1])
            assert math.isnan(next(iter(mine["lower"])))
            assert list(mine["lower"])[1:] == uppers
            # numpy and the warehouse may round an interpolated edge differently in its last bit
            near = sorted(edges)
            np.testing.assert_allclose(dedup(uppers), dedup(near), rtol=1e-12, atol=1e-300)
            group = 1
            for upper, name in zip([*uppers, math.inf], mine["psi_group"], strict=True):
                assert name == f"{group:03d}", (column.name, upper)
                if any(alike(upper, d) for d in deciles):
                    group += 1
        else:
            texts = pd.Series([v for v in column.values[inside] if v is not None], dtype=object)
            counts = texts.value_counts()
            ranked = sorted(counts.index, key=lambda v: (-counts[v], v.encode()))
            listed = mine[mine["bin"] != "other"]
            assert list(listed["category"]) == ranked[:100]
            assert list(listed["bin"]) == [f"{i + 1:03d}" for i in range(len(listed))]
            assert set(mine[mine["bin"] == "other"]["category"]) == set(ranked[100:])
            assert list(mine["psi_group"]) == list(mine["bin"])


def alike(a: float, b: float) -> bool:
    """The same number but for its last bits."""
    size = max(abs(a), abs(b))
    return a == b or (1e-300 < size < math.inf and abs(a - b) <= 8 * np.spacing(size))


def dedup(edges: list[float]) -> list[float]:
    """Neighbours that differ in their last bits once."""
    result: list[float] = []
    for edge in edges:
        if not result or not alike(edge, result[-1]):
            result.append(edge)
    return result


class Drift:
    """Counts per group of a column, for all windows, versions and segments, and what follows from them."""

    def __init__(self, built: Built, monitor: str, column: Column) -> None:
        self.oracle = built.oracle(monitor)
        self.column = column
        bins = built.table("mlmon_bins", monitor)
        bins = bins[(bins["column_name"] == column.name) & (bins["column_role"] == column.role)]
        bins = bins.sort_values("bin_number")
        groups: np.ndarray
        if column.numeric:
            self.uppers = list(bins["upper"])[:-1]
            fine = numeric_bins(column, self.uppers)
            names = np.array(["invalid", *bins["psi_group"]], dtype=object)
            groups = np.where(column.state == "null", "null", names[fine])
            self.fine = np.where(column.state == "null", "null", np.array(["invalid", *bins["bin"]], dtype=object)[fine])
        else:
            known = dict(zip(bins["category"], bins["bin"], strict=True))
            groups = np.array(
                ["null" if v is None else known.get(v, "unseen") for v in column.values], dtype=object
            )
            self.fine = groups
        self.group_names, self.group = np.unique(groups.astype(str), return_inverse=True)

    def counts(self, rows: np.ndarray) -> np.ndarray:
        """How many of some rows are in each group."""
        return np.bincount(self.group[rows], minlength=len(self.group_names)).astype(float)

    def expected(self) -> dict[Key, Values]:
        """PSI and its kin for every group of rows."""
        oracle = self.oracle
        keys = list(oracle.groups)
        counts = {key: self.counts(rows) for key, rows in oracle.groups.items()}
        pooled = {}
        for key in keys:
            version, start, segment, value = key
            span = [start]
            while len(span) < POOLED:
                span.append(span[-1] - pd.DateOffset(months=1) if oracle.window == "month" else span[-1] - (window_end(start, oracle.window) - start))
            pooled[key] = sum(
                (counts[version, s, segment, value] for s in span if (version, s, segment, value) in counts),
                np.zeros(len(self.group_names)),
            )
        reference = {
            (segment, value): self.counts(rows[oracle.in_reference[rows]])
            for segment, value, rows in self.reference_rows()
        }
        zero = np.zeros(len(self.group_names))
        a = np.array([reference.get(key[2:], zero) for key in keys])
        b, b7 = np.array([counts[key] for key in keys]), np.array([pooled[key] for key in keys])
        single, seven = distances(b, a), distances(b7, a)
        over = self.over(keys, single)
        # the shape: without NULL, invalid and unseen values
        kept = ~np.isin(self.group_names, ["null", "invalid", "unseen"])
        shapes = {"": distances(b[:, kept], a[:, kept]), "_pooled": distances(b7[:, kept], a[:, kept])}
        usual = {"": self.usual(keys, b[:, kept], a[:, kept]), "_pooled": self.usual(keys, b7[:, kept], a[:, kept], b[:, kept])}
        shape_over = self.over(keys, shapes[""])
        unseen = b[:, self.group_names == "unseen"].sum(axis=1)
        result: dict[Key, Values] = {}
        for i, key in enumerate(keys):
            known = single["m"][i] > 0
            scale, v = over.get(key[2:], (1.0, None))
            values: Values = {"n": single["n"][i], "n_reference": single["m"][i], "n_pooled": seven["n"][i]}
            values["unseen_rate"] = None if self.column.numeric else unseen[i] / single["n"][i]
            for suffix, shape in shapes.items():
                values["shape_n" + suffix] = shape["n"][i]
                values["usual_excess" + suffix] = usual[suffix].get(key[2:], 0.0)
                has_shape = shape["n"][i] > 0 and shape["m"][i] > 0
                values["effect" + suffix] = float(shape["psi_excess"][i]) - usual[suffix].get(key[2:], 0.0) if has_shape else None
                if suffix == "":
                    values["shape_n_reference"] = shape["m"][i]
                    values["shape_dispersion"] = shape_over.get(key[2:], (1.0, None))[0] if has_shape else None
            for name in ("psi", "psi_excess", "js_distance", "hellinger", "tv_distance", "chi2", "chi2_df"):
                values[name] = float(single[name][i]) if known else None
            for suffix, d in (("", single), ("_pooled", seven)):
                df = d["chi2_df"][i]
                values["psi_excess" + suffix] = float(d["psi_excess"][i]) if known else None
                values["chi2" + suffix] = float(d["chi2"][i]) if known else None
                values["chi2_df" + suffix] = float(df) if known else None
                values["dispersion" + suffix] = scale if known else None
                freedom = df if v is None else min(df, v)
                values["p_value" + suffix] = (
                    float(wilson_hilferty(np.array(d["chi2"][i] / scale), np.array(freedom))) if known and df > 0 else None
                )
            result[key] = values
        return result

    def reference_rows(self) -> list[tuple[str, str, np.ndarray]]:
        """Rows by segment and value."""
        result = []
        for segment in self.oracle.segments:
            values = self.oracle.segment_values(segment)
            for value, rows in pd.Series(range(len(values))).groupby(values).indices.items():
                result.append((",".join(segment) if segment else "overall", str(value), rows))
        return result

    def usual(
        self, keys: list[Key], b: np.ndarray, a: np.ndarray, own: np.ndarray | None = None
    ) -> dict[tuple[str, str], float]:
        """What reference windows (counts `own`, spans `b`) usually show against the rest of the reference, not below 0."""
        own = b if own is None else own
        found: dict[tuple[str, str], list[float]] = {}
        for i, key in enumerate(keys):
            is_compared = 0 < own[i].sum() < a[i].sum() and ((own[i] + a[i]) > 0).sum() > 1
            if key[0] != "all" or not self.oracle.is_reference(key[1]) or not is_compared or b[i].sum() >= a[i].sum():
                continue
            pair = distances(b[i], np.maximum(a[i] - b[i], 0))
            psi = float(pair["psi"])
            # a group that the window has all of counts as well; the floor of PSI is of shares of what is there
            n, rest = b[i].sum(), a[i].sum() - b[i].sum()
            if pair["m"] != rest:
                pb, pa = np.maximum(b[i] / n, 1e-4), np.maximum(np.maximum(a[i] - b[i], 0) / rest, 1e-4)
                psi = float(np.where(a[i] + b[i] > 0, (pb - pa) * np.log(pb / pa), 0).sum())
            df = ((a[i] + b[i]) > 0).sum() - 1
            found.setdefault(key[2:], []).append(psi - df * (1 / n + 1 / rest))
        result = {}
        for place, values in found.items():
            median, high = (float(np.quantile(values, q)) for q in (0.5, 0.9))
            result[place] = max(0.0, high if high >= 0.1 else median)
        return result

    def over(self, keys: list[Key], single: Mapping[str, np.ndarray]) -> dict[tuple[str, str], tuple[float, float | None]]:
        """Scale and degrees of freedom of every segment, from its reference windows."""
        collected: dict[tuple[str, str], list[int]] = {}
        for i, key in enumerate(keys):
            if key[0] == "all" and self.oracle.is_reference(key[1]) and single["m"][i] > single["n"][i]:
                collected.setdefault(key[2:], []).append(i)
        return {
            key: overdispersion(
                list(single["chi2"][rows]), list(single["n"][rows]), single["m"][rows[0]], single["chi2_df"][rows[0]]
            )
            for key, rows in collected.items()
        }


def check_drift(built: Built, monitor: str) -> None:
    """PSI, Jensen-Shannon, Hellinger, TV, chi-square, excess, dispersion and p-values to 1e-6, from bins; rates, mean and spread."""
    oracle = built.oracle(monitor)
    table = built.table("mlmon_drift", monitor)
    seen = {(c.name, c.role) for c in oracle.columns}
    assert set(map(tuple, table[["column_name", "column_role"]].drop_duplicates().to_numpy())) == seen
    for column in oracle.columns:
        mine = table[(table["column_name"] == column.name) & (table["column_role"] == column.role)]
        actual = keyed(mine.drop(columns=["column_name", "column_role"]))
        drift = Drift(built, monitor, column)
        expected = drift.expected()
        title = f"{built.title}/{monitor}/drift"
        columns = (
            "n n_reference n_pooled psi psi_excess js_distance hellinger tv_distance chi2 chi2_df dispersion "
            "psi_excess_pooled chi2_pooled chi2_df_pooled dispersion_pooled unseen_rate effect effect_pooled "
            "usual_excess usual_excess_pooled shape_n shape_n_reference shape_n_pooled shape_dispersion"
        ).split()
        compare(
            actual, expected, columns, relative=1e-9, absolute=1e-6, deviations=built.deviations, title=title
        )
        for name in ("p_value", "p_value_pooled"):
            for key, values in expected.items():
                got, want = actual[key][name], values[name]
                # the fit of the tail is good to 1.2e-7 of its value
                assert same(got, want, 2e-6, 1e-290), (column.name, key, name, got, want)
                if want is not None and want > 1e-290:
                    built.deviations.note(f"{title}.{name}.relative", abs(got / want - 1), (column.name, key))
        for key, rows in oracle.groups.items():
            check_moments(built, title, column, key, actual[key], rows)


def check_moments(
    built: Built, title: str, column: Column, key: Key, row: Mapping[str, Any], rows: np.ndarray
) -> None:
    """Rates, mean, stddev and quantiles of one column in one group."""
    state = column.state[rows]
    assert same(row["null_rate"], (state == "null").mean(), 1e-12)
    assert same(row["invalid_rate"], (state == "invalid").mean(), 1e-12)
    if not column.numeric:
        assert row["mean"] is None
        assert row["stddev"] is None
        assert row["p50"] is None
        assert row["ks"] is None
        assert row["wasserstein"] is None
        return
    x = column.values[rows][state == "ok"].astype(float)
    mean = float(np.mean(x.astype(np.longdouble))) if len(x) else None
    stddev = float(np.std(x.astype(np.longdouble), ddof=1)) if len(x) > 1 else None
    # relative to the size of the values: a mean near zero is a difference of large numbers
    size = float(np.abs(x).max()) if len(x) else 0.0
    assert same(row["mean"], mean, 1e-9, 1e-15 * size), (column.name, key, row["mean"], mean)
    assert same(row["stddev"], stddev, 1e-9, 1e-12 * size), (column.name, key, row["stddev"], stddev)
    if mean:
        built.deviations.note(f"{title}.mean.relative", abs(row["mean"] / mean - 1), (column.name, key))
    if stddev and stddev > 1e-9 * size:
        built.deviations.note(f"{title}.stddev.relative", abs(row["stddev"] / stddev - 1), (column.name, key))


def check_quantiles(built: Built, monitor: str) -> None:
    """A quantile lies between the least and the greatest value of the bins that hold its order statistics."""
    oracle = built.oracle(monitor)
    table = built.table("mlmon_drift", monitor)
    for column in oracle.columns:
        if not column.numeric:
            continue
        mine = table[(table["column_name"] == column.name) & (table["column_role"] == column.role)]
        actual = keyed(mine.drop(columns=["column_name", "column_role"]))
        uppers = Drift(built, monitor, column).uppers
        for key, rows in oracle.groups.items():
            x = np.sort(column.values[rows][column.state[rows] == "ok"].astype(float))
            bins = np.searchsorted(uppers, x, side="left")
            for name, q in (("p05", 0.05), ("p25", 0.25), ("p50", 0.5), ("p75", 0.75), ("p95", 0.95)):
                got = actual[key][name]
                if not len(x):
                    assert got is None
                    continue
                low, high = math.floor(q * (len(x) - 1) + 1e-9), math.ceil(q * (len(x) - 1) - 1e-9)
                slack = 1e-12 * float(np.abs(x).max())
                assert x[bins == bins[low]].min() - slack <= got <= x[bins == bins[high]].max() + slack, (
                    column.name, key, name, got, float(np.quantile(x, q)),
                )  # fmt: skip


def check_shapes(built: Built, monitor: str, *, bound: float, minimum: int, outliers: Sequence[str] = ()) -> None:
    """Kolmogorov-Smirnov and normalised Wasserstein against scipy on the raw values, segments included.

    KS can miss no more than the rows within one bin, Wasserstein no more than how far rows are from the mean of their bin.
    `bound` holds for groups of `minimum` rows or more; not so Wasserstein of a column in `outliers`, where the last bin spans the
    usual numbers and one that is a million times larger.
    """
    oracle = built.oracle(monitor)
    table = built.table("mlmon_drift", monitor)
    title = f"{built.title}/{monitor}/drift"
    for column in oracle.columns:
        if not column.numeric:
            continue
        mine = table[(table["column_name"] == column.name) & (table["column_role"] == column.role)]
        actual = keyed(mine.drop(columns=["column_name", "column_role"]))
        uppers = Drift(built, monitor, column).uppers
        ok = column.state == "ok"
        reference = {
            (segment, value): column.values[rows[(oracle.in_reference & ok)[rows]]].astype(float)
            for segment, value, rows in Drift(built, monitor, column).reference_rows()
        }
        for key, rows in oracle.groups.items():
            x, y = column.values[rows[ok[rows]]].astype(float), reference[key[2:]]
            row = actual[key]
            if not len(x) or not len(y):
                assert row["ks"] is None, key
                assert row["wasserstein"] is None, key
                continue
            ks = float(stats.ks_2samp(x, y, method="asymp").statistic)
            within = max_share(x, uppers) + max_share(y, uppers)
            assert -1e-9 <= ks - row["ks"] <= within + 1e-9, (column.name, key, row["ks"], ks)
            size = "large" if min(len(x), len(y)) >= minimum else "small"
            where = (column.name, key, len(x), len(y))
            built.deviations.note(f"{title}.ks.{size}", abs(ks - row["ks"]), where)
            if size == "large":
                assert abs(ks - row["ks"]) <= bound, (where, row["ks"], ks)
            spread = float(np.std(y, ddof=1)) if len(y) > 1 else 0.0
            if not spread:
                assert row["wasserstein"] is None or abs(row["wasserstein"]) < 1e300
                continue
            distance = float(stats.wasserstein_distance(x, y)) / spread
            built.deviations.note(f"{title}.wasserstein.{size}", abs(distance - row["wasserstein"]), where)
            moved = (scatter(x, uppers) + scatter(y, uppers)) / spread
            rounding = 8 * np.spacing(max(np.abs(x).max(), np.abs(y).max())) / spread
            assert abs(distance - row["wasserstein"]) <= moved + rounding + 1e-9, (where, row["wasserstein"], distance)
            if size == "large" and column.name not in outliers:
                assert abs(distance - row["wasserstein"]) <= bound, (where, row["wasserstein"], distance)


def scatter(x: np.ndarray, uppers: list[float]) -> float:
    """How far values are from the mean of their bin, on average."""
    bins = np.searchsorted(uppers, x, side="left")
    means = np.bincount(bins, weights=x) / np.maximum(np.bincount(bins), 1)
    return float(np.abs(x - means[bins]).mean())


def max_share(x: np.ndarray, uppers: list[float]) -> float:
    """The share of the fullest bin."""
    return float(np.bincount(np.searchsorted(uppers, x, side="left")).max() / len(x))


def check_reference(built: Built, monitor: str) -> None:
    """mlmon_reference holds the counts, totals and shares of the reference's rows."""
    oracle = built.oracle(monitor)
    table = built.table("mlmon_reference", monitor)
    segments = oracle.segments + [[a] for a in oracle.attributes if [a] not in oracle.segments]
    for column in oracle.columns:
        drift = Drift(built, monitor, column)
        mine = table[(table["column_name"] == column.name) & (table["column_role"] == column.role)]
        expected: dict[Any, Values] = {}
        for segment in segments:
            values = oracle.segment_values(segment)
            frame = pd.DataFrame({"value": values, "bin": drift.fine, "x": column.values if column.numeric else 0.0})
            frame = frame[oracle.in_reference]
            whole = frame.groupby("value").size()
            name = ",".join(segment) if segment else "overall"
            for (value, bin_), part in frame.groupby(["value", "bin"]):
                numeric = column.numeric and bin_ not in ("null", "invalid")
                expected[name, value, bin_] = {
                    "n": len(part),
                    "share": len(part) / whole[value],
                    "total": math.fsum(part["x"]) if numeric else None,
                }
        actual = {
            (r["segment"], r["segment_value"], r["bin"]): r
            for r in mine.astype(object).where(mine.notna(), None).to_dict("records")
        }
        compare(actual, expected, ["n", "share", "total"], title=f"{monitor}/reference/{column.name}")


def check_adds_up(built: Built, monitor: str) -> None:
    """The values of a segment of one column add up to the whole, in the profile and in the outcomes; so do versions."""
    for name, key, sums in (
        ("mlmon_profile", ["column_name", "column_role"], ["n", "total", "total_sq", "centered_sq"]),
        ("mlmon_outcomes", [], ["n_predictions", "n_labelled", "n_positive", "n_selected", "tp", "fp", "tn", "fn",
                                "n_scored", "score_total", "log_loss_total", "squared_error_total"]),
    ):  # fmt: skip
        frame = built.table(name, monitor)
        frame = frame[frame["segment"] != "overall"] if name == "" else frame
        bins = ["bin"] if name == "mlmon_profile" else []
        by = ["model_version", "window_start", *key, *bins]
        whole = frame[frame["segment"] == "overall"].groupby(by)[sums].sum()
        for segment in {s for s in frame["segment"] if s != "overall"}:
            parts = frame[frame["segment"] == segment].groupby(by)[sums].sum()
            pd.testing.assert_frame_equal(
                parts.sort_index(), whole.sort_index(), rtol=1e-9, atol=1e-9, check_dtype=False
            )
        if "version" in built.monitors[monitor]["predictions"]:
            by = ["window_start", "segment", "segment_value", "bin", *key]
            everything = frame[frame["model_version"] == "all"].groupby(by)[sums].sum()
            versions = frame[frame["model_version"] != "all"].groupby(by)[sums].sum()
            pd.testing.assert_frame_equal(
                versions.sort_index(), everything.sort_index(), rtol=1e-9, atol=1e-9, check_dtype=False
            )


REVIEW_METRICS = ("n_queued", "n_reviewed", "override_rate", "hours_to_review")  # of the queue, which these monitors have not


def check_tidy(built: Built, monitor: str, catalog: pd.DataFrame) -> None:
    """mlmon_metrics holds every number of the wide tables that is not NULL, and nothing else."""
    key = ["model_version", "window_start", "window_end", "is_reference", "segment", "segment_value"]
    parts = []
    for family, table, subject in (
        ("drift", "mlmon_drift", lambda f: f["column_name"]),
        ("performance", "mlmon_performance", lambda f: "model"),
        ("estimate", "mlmon_estimates", lambda f: "model"),
        ("fairness", "mlmon_fairness", lambda f: f["attribute"] + "=" + f["group_value"]),
        ("operations", "mlmon_operations", lambda f: "log"),
        ("kpi", "mlmon_kpis", lambda f: f["kpi"]),
        ("value", "mlmon_value", lambda f: "model"),
    ):
        frame = built.table(table, monitor)
        if family == "estimate":
            frame = frame[frame["estimator"] == "calibrated"]
        role = frame["column_role"] if family == "drift" else ""
        for metric in catalog[(catalog["family"] == family) & ~catalog["metric"].isin(REVIEW_METRICS)]["metric"]:
            part = frame[key].copy()
            part["family"], part["subject"], part["column_role"], part["metric"] = family, subject(frame), role, metric
            part["value"] = frame[metric].astype(float)
            parts.append(part)
    wide = pd.concat(parts).dropna(subset="value")
    tidy = built.table("mlmon_metrics", monitor)
    names = [*key, "family", "subject", "column_role", "metric"]
    tidy = tidy[[*names, "value"]].sort_values([*names, "value"]).reset_index(drop=True)
    wide = wide[[*names, "value"]].sort_values([*names, "value"]).reset_index(drop=True)
    pd.testing.assert_frame_equal(tidy, wide, check_exact=True, check_dtype=False)


def check_false_discovery(built: Built, monitor: str) -> int:
    """q-values are those of scipy over the tests of a window and family; statuses of drift follow from q and the effect."""
    checks = built.table("mlmon_checks", monitor)
    judged = checks[checks["p_value"].notna()]
    for _, part in judged.groupby(["model_version", "window_start", "family", "verdict"]):
        expected = stats.false_discovery_control(part["p_value"].clip(0, 1), method="bh")
        np.testing.assert_allclose(part["q_value"].astype(float), expected, rtol=1e-9, atol=1e-300)
    assert not checks["is_reference"].any()
    drift = checks[checks["verdict"] == "drift"]
    effects: dict[Any, list[float]] = {}
    for record in built.table("mlmon_drift", monitor).to_dict("records"):
        for name in ("effect", "effect_pooled"):
            place = [record[k] for k in ("model_version", "window_start", "segment", "segment_value", "column_name")]
            effects.setdefault((*place, name), []).append(record[name])
    for row in drift.itertuples():
        if pd.isna(row.q_value):
            assert row.status == "insufficient_data"
            continue
        key = (row.model_version, row.window_start, row.segment, row.segment_value, row.subject)
        assert row.effect in effects[(*key, "effect" if row.metric == "psi_excess" else "effect_pooled")]
        breach = row.q_value <= 0.01 and row.effect >= 0.02
        want = "ok" if not breach else "error" if row.effect >= 0.25 else "warn"
        assert row.status == want, row
    return len(judged)


DATA_FAULTS = {"null_rate", "invalid_rate", "unseen_rate", "n_predictions", "label_coverage", "invalid_score_rate"}


def is_clean(row: Any) -> bool:
    """Evidence of return, in words: compatible with the baseline, or at most half of what warns; a bound of the user's: half of the way to the
    baseline, else a twentieth of the bound."""
    if row.status != "ok":
        return False
    if row.verdict == "threshold":
        bound = row.warn_threshold if pd.notna(row.warn_threshold) else row.error_threshold
        sign = 1 if row.side == "above" else -1
        room = sign * (bound - row.baseline) if pd.notna(row.baseline) else 0.0
        return bool(sign * (bound - row.value) >= (0.5 * room if room > 0 else 0.05 * abs(bound)))
    if row.verdict == "ratio_bound":
        return bool(row.p_value > 0.1 or row.value >= 1.05 * row.warn_threshold)
    return bool(row.p_value > 0.1 or row.effect <= 0.5 * row.min_effect)


def incidents_of(history: list[Any], n: int, m: int, k: int, again: int) -> list[dict[str, Any]]:
    """The incidents of one series, by the rule in words: an episode opens when n of the last m judged windows breach, the last one
    among them, or at once for an error of the data; it ends after k clean ones. Within `again` windows it is the same incident, which then
    closes after two, four, eight times the quiet."""
    # windows of an estimate that is not trusted say nothing against its series
    judged = [row for row in history if row.status != "insufficient_data" or row.reason == "not_trusted"]
    breach = [row.status in ("warn", "error") for row in judged]
    clean = [row.is_clean or row.reason == "not_trusted" for row in judged]
    incidents: list[dict[str, Any]] = []
    current: dict[str, Any] | None = None  # the incident whose episode is open
    end = last_in = -1  # where the last episode ended, and its last window
    last_breach = -(10**6)
    for i, row in enumerate(judged):
        start, status = row.window_start, row.status
        last_breach = i if breach[i] else last_breach
        if current is None:
            last = range(max(0, i - m + 1), i + 1)
            at_once = status == "error" and row.metric in DATA_FAULTS
            if breach[i] and (sum(breach[j] for j in last) >= n or at_once):
                leading = [j for j in last if breach[j] and j > last_in]
                if incidents and i <= end + again:
                    current = incidents[-1]
                    current["visits"] += 1
                    current["n_windows"] += len(leading)
                else:
                    current = {
                        "opened_at": start, "first_breach_at": judged[leading[0]].window_start, "severity": status, "n_windows": len(leading),
                        "visits": 1, "due": None, "closed_at": None,
                    }  # fmt: skip
                    incidents.append(current)
                current["last_breach_at"], current["due"], current["closed_at"] = start, None, None
                current["severity"] = "error" if "error" in (status, current["severity"]) else "warn"
        elif breach[i]:
            current["last_breach_at"] = start
            current["n_windows"] += 1
            current["severity"] = "error" if "error" in (status, current["severity"]) else "warn"
        elif (i + 1 >= k and all(clean[i + 1 - k : i + 1])) or (row.verdict == "threshold" and i - last_breach >= max(7, k)):
            current["due"] = i + min(again, k * (min(2 ** (current["visits"] - 1), 8) - 1))
            end, last_in, current = i, i - 1, None
        if current is None and incidents and incidents[-1]["due"] == i:
            incidents[-1]["closed_at"] = start
    return incidents


def check_incidents(built: Built, monitor: str) -> int:
    """mlmon_found_incidents is what the state machine in words makes of the history of checks; an incident closes with it, or follows another of its topic."""
    alerts = built.monitors[monitor].get("alerts", {})
    n, m = map(int, alerts.get("open_after", "2 of 3").split(" of "))
    k, again = alerts.get("close_after", 2), alerts.get("reopen_within", 14)
    series = [name for name in SERIES_KEY if name != "monitor"]
    start = pd.Timestamp(built.monitors[monitor]["reference"].get("start", "1900-01-01"))
    checks = built.table("mlmon_checks", monitor).sort_values("window_start")
    told = built.table("mlmon_incidents", monitor)
    table = built.table("mlmon_found_incidents", monitor)
    assert set(told["incident_id"]) == set(table["incident_id"])
    table = table[table["verdict"] != "data"]
    for row in checks[checks["status"] != "insufficient_data"].itertuples():
        assert row.is_clean == is_clean(row), row
    expected: dict[Any, dict[str, Any]] = {}
    for key, part in checks.groupby(series):
        # what was over before the reference began is no part of what came after
        early = part["window_start"] < start
        for rows in (part[early], part[~early]):
            for incident in incidents_of(list(rows.itertuples()), n, m, k, again):
                expected[(*key, incident["opened_at"])] = incident
    actual = {
        tuple(row[c] for c in [*series, "opened_at"]): row
        for row in table.astype(object).where(table.notna(), None).to_dict("records")
    }
    assert set(actual) == set(expected), (set(actual) ^ set(expected))
    for key, incident in expected.items():
        row = actual[key]
        assert row["status"] == ("open" if incident["closed_at"] is None else "closed"), key
        assert row["n_episodes"] == incident["visits"], key
        for name in ("first_breach_at", "last_breach_at", "closed_at", "severity", "n_windows"):
            assert row[name] == incident[name], (key, name, row[name], incident[name])
    assert len(set(table["incident_id"])) == len(table)
    followed = told.merge(table[["incident_id", "status"]], on="incident_id", suffixes=("", "_alone"))
    assert not ((followed["status"] == "open") & (followed["status_alone"] == "closed")).any()
    return len(expected)
