"""What mlmon's tables must hold, worked out from the raw logs with numpy and scipy; what a task
measures, a module a task beside this one, with scikit-learn and fairlearn.

Nothing here reads what mlmon computed, but for the edges of the bins, which `test_bins` checks on their own.
"""

from __future__ import annotations

import json
import math
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy import stats

from python_tests.reference import binary
from python_tests.reference.binary import Values, ratio

Key = tuple[str, pd.Timestamp, str, str]  # model_version, window_start, segment, segment_value
TASKS = {"binary": binary}


def as_text(column: pa.ChunkedArray) -> list[str | None]:
    """Values as the warehouse casts them to text."""
    if pa.types.is_boolean(column.type):
        return [None if v is None else str(v).lower() for v in column.to_pylist()]
    return [None if v is None else str(v) for v in column.to_pylist()]


def as_double(column: pa.ChunkedArray) -> tuple[np.ndarray, np.ndarray]:
    """Values as doubles, and which of them are NULL (their value is NaN, but not every NaN is NULL)."""
    values = column.to_pylist()
    numbers = np.array([math.nan if v is None else float(v) for v in values], dtype=float)
    return numbers, np.array([v is None for v in values], dtype=bool)


def as_time(column: pa.ChunkedArray) -> pd.Series:
    """Dates and timestamps in UTC without a zone, at microseconds."""
    times = pd.Series(pd.to_datetime(column.to_pandas(), utc=True)).dt.tz_localize(None)
    return times.astype("datetime64[us]").reset_index(drop=True)


def escape(value: str | None) -> str:
    """A value inside a segment_value."""
    if value is None:
        return "(null)"
    return "\\(null)" if value == "(null)" else value.replace("\\", "\\\\").replace(",", "\\,")


def escape_version(value: str | None) -> str:
    """The name of a version."""
    if value is None:
        return "(null)"
    return "\\" + value if value in ("all", "(null)") or value.startswith("\\") else value


def window_start(times: pd.Series, window: str) -> pd.Series:
    """Start of the window of each time."""
    if window == "month":
        return times.dt.to_period("M").dt.start_time.astype("datetime64[us]")
    if window == "week":
        return times.dt.normalize() - pd.to_timedelta(times.dt.dayofweek, unit="D")
    return times.dt.floor({"hour": "h", "day": "D"}[window])


def window_end(start: pd.Timestamp, window: str) -> pd.Timestamp:
    """End of the window that starts then."""
    step: Any = {
        "hour": pd.Timedelta(hours=1),
        "day": pd.Timedelta(days=1),
        "week": pd.Timedelta(days=7),
        "month": pd.DateOffset(months=1),
    }[window]
    return start + step


@dataclass
class Column:
    """A binned column: `values` are doubles (numeric) or texts; `state` is ok, null or invalid for each row."""

    name: str
    role: str
    numeric: bool
    values: np.ndarray
    state: np.ndarray


class Oracle:
    """One monitor over its raw logs."""

    def __init__(self, block: Mapping[str, Any], predictions: pa.Table, labels: pa.Table | None) -> None:
        self.block = block
        self.task = TASKS[block["task"]]
        self.window = block.get("window", "day")
        keys = block["predictions"]
        kept, n_rows_of = self._deduplicate(predictions)
        self.copies = n_rows_of
        self.log = predictions.take(pa.array(kept))
        self.at = as_time(self.log[keys["timestamp"]])
        if "loaded_at" in keys:
            self.at = self.at.fillna(as_time(self.log[keys["loaded_at"]]))
        self.labels = labels
        self.version = self._versions(self.log)
        self.segments: list[list[str]] = [[]] + [
            [s] if isinstance(s, str) else list(s) for s in block.get("segments", [])
        ]
        self.attributes: list[str] = list(block.get("fairness", {}).get("attributes", []))
        score, is_null = as_double(self.log[keys["score"]])
        valid = (score >= 0) & (score <= 1)
        self.score = np.where(valid, score, np.nan)
        self.score_state = np.where(is_null, "null", np.where(valid, "ok", "invalid"))
        self.decision = self._decisions()
        self.positive, self.lag = self._join_labels()
        self.start = window_start(self.at, self.window)
        self._performance: dict[bytes, Values] = {}
        reference = block["reference"]
        self.reference = (
            (pd.Timestamp(reference["start"]), pd.Timestamp(reference["end"])) if "start" in reference else None
        )

    # --- the log

    def _versions(self, table: pa.Table) -> np.ndarray:
        name = self.block["predictions"].get("version")
        if name is None:
            return np.array(["all"] * table.num_rows, dtype=object)
        return np.array([escape_version(v) for v in as_text(table[name])], dtype=object)

    def _deduplicate(self, table: pa.Table) -> tuple[list[int], pd.DataFrame]:
        """Rows that count, and a frame of all rows for the share of copies. No two copies may tie in time here."""
        keys = self.block["predictions"]
        at = as_time(table[keys["timestamp"]])
        loaded = as_time(table[keys["loaded_at"]]).fillna(at) if "loaded_at" in keys else at
        at = at.fillna(loaded)
        loaded_us, at_us = loaded.to_numpy().astype("int64"), at.to_numpy().astype("int64")
        best: dict[Any, int] = {}
        for i, identifier in enumerate(table[keys["id"]].to_pylist()):
            name = ("row", i) if identifier is None else ("id", identifier)
            rank = (loaded_us[i], at_us[i])
            if name not in best or rank > (loaded_us[best[name]], at_us[best[name]]):
                best[name] = i
        frame = pd.DataFrame({"start": window_start(at, self.window), "row": range(len(at))})
        frame["version"] = self._versions(table)
        for name in {n for s in self.block.get("segments", []) for n in ([s] if isinstance(s, str) else s)}:
            frame[name] = pd.Series(as_text(table[name]), dtype=object)
        dated = at.notna().to_numpy()
        return sorted(i for i in best.values() if dated[i]), frame[dated]

    def _decisions(self) -> np.ndarray:
        keys = self.block["predictions"]
        if "prediction" in keys:
            return self._is_positive(self.log[keys["prediction"]])
        threshold = keys.get("threshold", 0.5)
        return np.array([None if math.isnan(s) else bool(s >= threshold) for s in self.score], dtype=object)

    def _is_positive(self, column: pa.ChunkedArray) -> np.ndarray:
        positive = self.block.get("labels", {}).get("positive_class", 1)
        is_no = str(positive).strip().lower() in ("0", "false", "f", "no", "0.0")
        if pa.types.is_boolean(column.type):
            return np.array([None if v is None else v != is_no for v in column.to_pylist()], dtype=object)
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            texts = ("1", "true", "t", "yes", "1.0") if positive in (1, True) else (str(positive),)
            fold = positive in (1, True)
            return np.array(
                [None if v is None else (v.strip().lower() if fold else v) in texts for v in column.to_pylist()],
                dtype=object,
            )
        numbers, _ = as_double(column)
        try:
            wanted = float(positive)
        except ValueError:
            wanted = 0.0 if is_no else 1.0
        return np.array([None if not math.isfinite(v) else bool(v == wanted) for v in numbers], dtype=object)

    def _join_labels(self) -> tuple[np.ndarray, np.ndarray]:
        n = self.log.num_rows
        positive, lag = np.array([None] * n, dtype=object), np.full(n, np.nan)
        self.label_windows: list[tuple[pd.Timestamp, bool]] = []
        if self.labels is None:
            return positive, lag
        keys = self.block["labels"]
        at = as_time(self.labels[keys["timestamp"]])
        loaded = as_time(self.labels[keys["loaded_at"]]).fillna(at) if "loaded_at" in keys else at
        truth = self._is_positive(self.labels[keys["label"]])
        as_key = str if self.ids_differ else (lambda value: value)
        at_us, loaded_us = at.to_numpy().astype("int64"), loaded.to_numpy().astype("int64")
        log_us = self.at.to_numpy().astype("int64")
        latest: dict[Any, int] = {}
        first: dict[Any, int] = {}
        for i, identifier in enumerate(self.labels[keys["id"]].to_pylist()):
            if identifier is None:
                continue
            name = as_key(identifier)
            if name not in latest or (at_us[i], loaded_us[i]) > (at_us[latest[name]], loaded_us[latest[name]]):
                latest[name] = i
            first[name] = min(first.get(name, at_us[i]), at_us[i])
        known = set()
        for i, identifier in enumerate(self.log[self.block["predictions"]["id"]].to_pylist()):
            name = None if identifier is None else as_key(identifier)
            known.add(name)
            if name is not None and name in latest:
                positive[i] = truth[latest[name]]
                lag[i] = (first[name] - log_us[i]) / 3.6e9
        starts = window_start(at, self.window)
        self.label_windows = [(starts[i], name not in known) for name, i in latest.items()]
        return positive, lag

    @cached_property
    def ids_differ(self) -> bool:
        """Ids of different kinds are compared as text."""
        if self.labels is None:
            return False

        def is_text(kind: pa.DataType) -> bool:
            return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))

        return is_text(self.log[self.block["predictions"]["id"]].type) != is_text(
            self.labels[self.block["labels"]["id"]].type
        )

    # --- windows, versions, segments

    def is_reference(self, start: pd.Timestamp) -> bool:
        """The window lies in the reference period."""
        if self.reference is None:
            return False
        return start >= self.reference[0] and window_end(start, self.window) <= self.reference[1]

    @cached_property
    def in_reference(self) -> np.ndarray:
        """Rows of the reference period, to the moment."""
        assert self.reference is not None
        return ((self.at >= self.reference[0]) & (self.at < self.reference[1])).to_numpy()

    def segment_values(self, segment: Sequence[str], table: pa.Table | None = None) -> np.ndarray:
        """The segment_value of every row."""
        table = self.log if table is None else table
        if not segment:
            return np.array(["all"] * table.num_rows, dtype=object)
        parts = [[escape(v) for v in as_text(table[name])] for name in segment]
        return np.array([",".join(values) for values in zip(*parts, strict=True)], dtype=object)

    @cached_property
    def groups(self) -> dict[Key, np.ndarray]:
        """Row numbers of every version by window by segment by value."""
        return dict(self._groups(self.segments))

    def _groups(self, segments: Iterable[Sequence[str]]) -> Iterator[tuple[Key, np.ndarray]]:
        for segment in segments:
            frame = pd.DataFrame({"start": self.start, "value": self.segment_values(segment)})
            name = ",".join(segment) if segment else "overall"
            for (start, value), rows in frame.groupby(["start", "value"], sort=False).indices.items():
                yield ("all", start, name, value), rows
                if "version" in self.block["predictions"]:
                    versions = self.version[rows]
                    for version in set(versions):
                        yield (version, start, name, value), rows[versions == version]

    @cached_property
    def newest(self) -> pd.Timestamp:
        """The newest time in the logs, of any copy."""
        times = [self.at.max()]
        if self.labels is not None:
            times.append(as_time(self.labels[self.block["labels"]["timestamp"]]).max())
        return max(times)

    # --- performance

    def performance(self, rows: np.ndarray) -> Values:
        """Metrics of some rows, by scikit-learn where it defines them; None where they are undefined."""
        # the rows of a version are often all the rows of a group
        name = rows.tobytes()
        if name not in self._performance:
            self._performance[name] = self._measure(rows)
        return self._performance[name]

    def _measure(self, rows: np.ndarray) -> Values:
        has_label = np.array([p is not None for p in self.positive[rows]])
        return {
            "n_predictions": len(rows),
            "n_labelled": int(has_label.sum()),
            "label_coverage": ratio(has_label.sum(), len(rows)),
            **self.task.performance(self.decision[rows], self.positive[rows], self.score[rows]),
        }

    # --- fairness

    def fairness(self, rows: np.ndarray, attribute: str, reference_group: str | None) -> dict[str, Values]:
        """Rates of every group of an attribute among some rows, by fairlearn; ratio and difference to the reference group."""
        minimum = self.block["fairness"].get("min_group_size", 30)
        groups = self.attribute_values(attribute)[rows]
        has_label = np.array([p is not None for p in self.positive[rows]])
        result: dict[str, Values] = {}
        for group in sorted(set(groups)):
            member = groups == group
            n, n_labelled = int(member.sum()), int((member & has_label).sum())
            shown: Values = {}
            if n >= minimum:
                shown = self.task.group_rates(self.decision[rows][member], self.positive[rows][member])
            if n_labelled < minimum:
                shown = {name: value for name, value in shown.items() if name == "selection_rate"}
            result[group] = {"n": n, "n_labelled": n_labelled, "is_suppressed": n < minimum, **dict.fromkeys(self.task.RATES), **shown}
        baseline = result.get(reference_group or "", {})
        for values in result.values():
            for rate in self.task.RATES:
                mine, other = values[rate], baseline.get(rate)
                known = mine is not None and other is not None
                values[f"{rate}_ratio"] = mine / other if known and other else None  # type: ignore[operator]
                values[f"{rate}_difference"] = mine - other if known else None  # type: ignore[operator]
        return result

    def attribute_values(self, attribute: str) -> np.ndarray:
        """The group of every row."""
        return self.segment_values([attribute])

    def reference_group(self, attribute: str) -> str | None:
        """As configured, else the largest of the reference."""
        configured = self.block["fairness"].get("reference_group", {}).get(attribute)
        if configured is not None:
            return escape(str(configured).lower() if isinstance(configured, bool) else str(configured))
        groups = self.attribute_values(attribute)[self.in_reference]
        sizes = pd.Series([g for g in groups if g != "(null)"]).value_counts()
        largest = sorted(sizes.index, key=lambda g: (-sizes[g], g))
        return largest[0] if largest else None

    # --- operations

    def operations(self) -> dict[Key, Values]:
        """Health of the log for every window, gaps included."""
        result: dict[Key, Values] = {}
        latency_name = self.block["predictions"].get("latency_ms")
        latency = as_double(self.log[latency_name])[0] if latency_name else None
        copies = self._copies_by_group()
        for key in copies:
            rows = self.groups.get(key, np.array([], dtype=int))
            values: Values = {
                "n_predictions": len(rows),
                "duplicate_rate": ratio(copies[key] - len(rows), copies[key]),
                "invalid_score_rate": ratio(np.isnan(self.score[rows]).sum(), len(rows)),
                "orphan_label_rate": None,
            }
            for name, data, quantiles in (
                ("latency", latency, (50, 95, 99)), ("label_lag", self.lag, (50, 95)),
            ):  # fmt: skip
                finite = data[rows][np.isfinite(data[rows])] if data is not None else np.array([])
                for q in quantiles:
                    values[f"{name}_p{q}"] = float(np.percentile(finite, q)) if len(finite) else None
            result[key] = values
        by_window: dict[pd.Timestamp, list[bool]] = defaultdict(list)
        for start, is_orphan in self.label_windows:
            by_window[start].append(is_orphan)
        # windows that hold nothing but orphans are there too
        starts = {key[1] for key in copies} | {s for s, orphans in by_window.items() if any(orphans)}
        start = min(starts)
        while start <= max(starts):
            key = ("all", start, "overall", "all")
            if key not in result:
                result[key] = dict.fromkeys(
                    ("latency_p50", "latency_p95", "latency_p99", "label_lag_p50", "label_lag_p95",
                     "duplicate_rate", "invalid_score_rate", "orphan_label_rate")
                )  # fmt: skip
                result[key]["n_predictions"] = 0
            if by_window.get(start):
                result[key]["orphan_label_rate"] = ratio(sum(by_window[start]), len(by_window[start]))
            start = window_end(start, self.window)
        return result

    def _copies_by_group(self) -> dict[Key, int]:
        counts: dict[Key, int] = {}
        for segment in self.segments:
            frame = self.copies.copy()
            frame["value"] = [
                ",".join(escape(v) for v in values) if segment else "all"
                for values in (frame[segment].itertuples(index=False) if segment else ((),) * len(frame))
            ]
            name = ",".join(segment) if segment else "overall"
            for (start, value), n in frame.groupby(["start", "value"]).size().items():
                counts["all", start, name, value] = int(n)
            if "version" in self.block["predictions"]:
                for (version, start, value), n in frame.groupby(["version", "start", "value"]).size().items():
                    counts[version, start, name, value] = int(n)
        return counts

    # --- drift

    @cached_property
    def columns(self) -> list[Column]:
        """The binned columns."""
        keys, features = self.block["predictions"], self.block.get("features", {})
        columns = [self._numeric(name, "feature", self.log) for name in features.get("numeric", [])]
        columns += [self._categorical(name, self.log) for name in features.get("categorical", [])]
        columns.append(Column(keys["score"], "score", True, self.score, self.score_state))
        decision = np.array([None if d is None else str(int(d)) for d in self.decision], dtype=object)
        state = np.where([d is None for d in decision], "null", "ok")
        columns.append(Column(keys.get("prediction", "prediction"), "prediction", False, decision, state))
        if "latency_ms" in keys:
            columns.append(self._numeric(keys["latency_ms"], "latency", self.log))
        return columns

    @staticmethod
    def _numeric(name: str, role: str, table: pa.Table) -> Column:
        values, is_null = as_double(table[name])
        state = np.where(is_null, "null", np.where(np.isfinite(values), "ok", "invalid"))
        return Column(name, role, True, values, state)

    @staticmethod
    def _categorical(name: str, table: pa.Table) -> Column:
        values = np.array(as_text(table[name]), dtype=object)
        return Column(name, "feature", False, values, np.where([v is None for v in values], "null", "ok"))


def numeric_bins(column: Column, uppers: Sequence[float]) -> np.ndarray:
    """The right-closed bin of every row: 1 … len(uppers) + 1; 0 where the value does not count."""
    with np.errstate(invalid="ignore"):
        bins = np.searchsorted(np.asarray(uppers, dtype=float), column.values.astype(float), side="left") + 1
    return np.where(column.state == "ok", bins, 0)


def distances(b: np.ndarray, a: np.ndarray) -> dict[str, np.ndarray]:
    """Distances of counts `b` from counts `a` over groups on the last axis (DESIGN: definitions; VERDICTS: 1 and 2)."""
    a = np.broadcast_to(a, b.shape).astype(float)
    b = b.astype(float)
    n, m = b.sum(-1, keepdims=True), a.sum(-1, keepdims=True)
    with np.errstate(all="ignore"):
        pb, pa_ = b / n, a / m
        used = (a + b) > 0
        fb, fa = np.maximum(pb, 1e-4), np.maximum(pa_, 1e-4)
        psi = np.where(used, (fb - fa) * np.log(fb / fa), 0).sum(-1)
        mean = (pb + pa_) / 2
        kl_b = np.where(pb > 0, pb * np.log2(pb / mean), 0).sum(-1)
        kl_a = np.where(pa_ > 0, pa_ * np.log2(pa_ / mean), 0).sum(-1)
        chi2 = np.where(used, (b * np.sqrt(m / n) - a * np.sqrt(n / m)) ** 2 / (a + b), 0).sum(-1)
        df = used.sum(-1) - 1
        return {
            "psi": psi,
            "js_distance": np.sqrt(np.maximum((kl_b + kl_a) / 2, 0)),
            "hellinger": np.sqrt(((np.sqrt(pb) - np.sqrt(pa_)) ** 2).sum(-1) / 2),
            "tv_distance": np.abs(pb - pa_).sum(-1) / 2,
            "chi2": chi2,
            "chi2_df": df.astype(float),
            "psi_excess": psi - df * (1 / n + 1 / m)[..., 0],
            "n": n[..., 0],
            "m": m[..., 0],
        }


def wilson_hilferty(chi2: np.ndarray, df: np.ndarray) -> np.ndarray:
    """The upper tail of chi-square by the approximation that VERDICTS names."""
    with np.errstate(all="ignore"):
        z = ((chi2 / df) ** (1 / 3) - (1 - 2 / (9 * df))) / np.sqrt(2 / (9 * df))
        return np.asarray(stats.norm.sf(z))


def overdispersion(chi2: Sequence[float], n: Sequence[float], m: float, df: float) -> tuple[float, float | None]:
    """Scale and degrees of freedom from the reference's windows (VERDICTS 3); None where the degrees stay."""
    factor = [(1 / k + 1 / m) / (1 / k - 1 / m) for k in n if 0 < k < m]
    values = [c * f for c, f in zip([c for c, k in zip(chi2, n, strict=True) if 0 < k < m], factor, strict=True)]
    if len(values) < 8 or df <= 0:
        return 1.0, None
    mu, s2 = float(np.mean(values)), float(np.var(values, ddof=1))
    if not mu / df > 1 + 3 * math.sqrt(2 / (df * len(values))):
        return 1.0, None
    scale = max(1.0, s2 / (2 * mu))
    return scale, (2 * mu * mu / s2 if scale > 1 else None)


# --- comparing


class Deviations:
    """The worst deviations met, for people: written where MLMON_DEVIATIONS names a file."""

    def __init__(self) -> None:
        self.worst: dict[str, tuple[float, str]] = {}

    def note(self, name: str, deviation: float, where: object) -> None:
        """Keep the largest deviation of a name."""
        if deviation > self.worst.get(name, (-1.0, ""))[0]:
            self.worst[name] = (float(deviation), str(where)[:200])

    def write(self, title: str) -> None:
        """Append to the file that MLMON_DEVIATIONS names, if it names one."""
        path = os.environ.get("MLMON_DEVIATIONS")
        if path:
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(json.dumps({title: self.worst}) + "\n")


def same(actual: Any, expected: Any, relative: float = 0.0, absolute: float = 0.0) -> bool:
    """Both unknown, or close enough."""
    if actual is None or actual is pd.NA or (isinstance(actual, float) and math.isnan(actual)):
        return expected is None or (isinstance(expected, float) and math.isnan(expected))
    if expected is None:
        return False
    return abs(float(actual) - float(expected)) <= absolute + relative * abs(float(expected))


def compare(
    actual: Mapping[Any, Mapping[str, Any]],
    expected: Mapping[Any, Mapping[str, Any]],
    columns: Sequence[str],
    *,
    relative: float = 1e-9,
    absolute: float = 1e-9,
    deviations: Deviations | None = None,
    title: str = "",
) -> None:
    """Every key on both sides, every column equal; fails with the first mismatches."""
    missing, extra = set(expected) - set(actual), set(actual) - set(expected)
    assert not missing, f"{title}: {len(missing)} of {len(expected)} rows are missing, such as {sorted(missing, key=str)[:3]}"
    assert not extra, f"{title}: {len(extra)} rows should not be there, such as {sorted(extra, key=str)[:3]}"
    wrong = []
    for key, values in expected.items():
        for column in columns:
            got, want = actual[key][column], values[column]
            if not same(got, want, relative, absolute):
                wrong.append(f"{key} {column}: {got!r}, expected {want!r}")
            elif deviations is not None and want is not None and not math.isnan(float(want)):
                deviations.note(f"{title}.{column}", abs(float(got) - float(want)), key)
    assert not wrong, f"{title}: {len(wrong)} values differ:\n" + "\n".join(wrong[:12])


def keyed(frame: pd.DataFrame, extra: Sequence[str] = ()) -> dict[Any, dict[str, Any]]:
    """Rows of a table by version, window, segment, value (and `extra` columns); numbers as Python's, NULL as None."""
    key = ["model_version", "window_start", "segment", "segment_value", *extra]
    result: dict[Any, dict[str, Any]] = {}
    for record in frame.astype(object).where(frame.notna(), None).to_dict("records"):
        name = tuple(record[k] for k in key)
        assert name not in result, f"two rows for {name}"
        result[name] = record
    return result
