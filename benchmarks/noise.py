"""How much the verdicts send when nothing is wrong, and how fast they find what is: mlmon's own SQL over a generated log.

Columns of mixed kinds, overall and in ten segments of 2 to 30 %, with labels, a score, fairness, KPIs and latency: 60 windows
of reference, a quiet year, then two months in which some columns move. Logs: `null` (every day alike), `weekend`
(Saturdays and Sundays differ, in the reference too), `wobble` (each day differs a little), `yearly` (every column has a season of
its own), `holiday` (a day in 25 has half of the rows, and others; the monitor's `holidays` name them) and `correlated`
(columns share half of their variance). Beside the default verdicts stand rules that others use, read from the same tables, with
incidents that open and close by the same 2 of 3 and 2 clean. With --baselines, the default verdicts against each of them stand
beside each other instead.

With --change one thing changes after 30 quiet days, stays for seven months and ends: how many incidents and groups tell of it,
after how many days, and when the recovery is told.

    python -m benchmarks.noise --log null
    python -m benchmarks.noise --log weekend --days 120 --features 10
    python -m benchmarks.noise --log yearly --baselines reference rolling seasonal --features 10
    python -m benchmarks.noise --task regression --days 120 --features 10
    python -m benchmarks.noise --change nulls --size 1 --features 10

Prints tables in Markdown. The numbers in docs/verdicts.md come from it.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from python_tests.harness import Project

START = np.datetime64("2026-01-05", "us")  # a Monday
REFERENCE = 60
MOVED = 60  # days at the end in which columns move
SHARES = [0.30, 0.20, 0.13, 0.10, 0.08, 0.06, 0.05, 0.04, 0.02, 0.02]  # of the segments
NULL_RATES = [0.0, 0.0, 0.001, 0.01, 0.05]
# what moves at the end: the first columns of the kind, by this much
SHIFT, POINTS, LEAK, MOVES = 0.25, 0.1, 0.005, 3
WEEKEND, WOBBLE, YEARLY, HOLIDAY = 0.3, 0.05, 0.3, 0.5  # standard deviations
LOGS = ("null", "weekend", "wobble", "yearly", "holiday", "correlated")
BASELINES: dict[str, Any] = {
    "reference": "reference",
    "rolling": {"rolling": 28},
    "seasonal": {"seasonal": {"period": "7 days", "count": 4}},
}
# what --change does at size 1, about the size that the default verdicts warn of
CHANGES = {
    "nulls": "2 % of a feature are NULL",
    "shift": "a feature shifts by 0.25 standard deviations",
    "category": "10 points go from one category to another",
    "turned": "a fifth of the labels of a segment of 20 % are turned",
    "latency": "latency rises by 30 %",
    "volume": "volume rises by 30 %",
}
BEFORE, STAYS, AFTER = 30, 210, 30  # days without the change, with it, and after it
Floats = npt.NDArray[np.float64]


def kind_of(number: int) -> str:
    """Half of the columns are symmetric or skewed numbers; the others have zeros, few values or categories."""
    return ("normal", "few", "skewed", "zeros", "normal", "many", "skewed", "counts")[number % 8]


def moves_of(features: int) -> dict[str, str]:
    """The columns that move at the end, each with how."""
    named: dict[str, list[str]] = {"normal": [], "few": []}
    for number in range(features):
        named.setdefault(kind_of(number), []).append(f"f{number:02d}")
    shifted, leaking = named["normal"][:MOVES], named["normal"][MOVES : 2 * MOVES]
    moves = dict.fromkeys(shifted, "shift") | dict.fromkeys(leaking, "leak")
    return moves | dict.fromkeys(named["few"][:MOVES], "category")


def holidays(seed: int, total: int) -> npt.NDArray[np.bool_]:
    """Which days are holidays in the log `holiday`, one in 25; the monitor knows them."""
    return np.asarray(np.random.default_rng([seed, 25]).random(total) < 1 / 25)


def generate(
    log: str, features: int, days: int, rows: int, seed: int, change: str = "", size: float = 1.0
) -> tuple[pa.Table, pa.Table, dict[str, list[str]]]:
    """Predictions, labels, and the feature columns by kind."""
    random = np.random.default_rng(seed)
    total = REFERENCE + (BEFORE + STAYS + AFTER if change else days + MOVED)
    changed = np.isin(np.arange(total), REFERENCE + BEFORE + np.arange(STAYS))

    def by(name: str, amount: float) -> Floats:
        """The size of a change on each day."""
        return np.where(changed, amount * size if change == name else 0.0, 0.0)

    weekend = np.isin(np.arange(total) % 7, (5, 6)) & (log == "weekend")
    volume = rows * np.where(weekend, 0.6, 1.0)
    if log == "wobble":
        volume = volume * np.exp(random.normal(0, WOBBLE, total))
    holiday = holidays(seed, total) & (log == "holiday")
    volume = np.where(holiday, 0.5, 1.0) * volume * (1 + by("volume", 0.3))
    day = np.repeat(np.arange(total), random.poisson(volume))
    n = len(day)

    def daily() -> Floats:
        """By how many standard deviations each row's day differs, harmlessly."""
        if log == "wobble":
            return np.asarray(random.normal(0, WOBBLE, total)[day])
        if log == "yearly":
            season = np.sin(2 * np.pi * (np.arange(total) / 365 + random.random()))
            return np.asarray(YEARLY * season[day])
        return np.where(weekend[day], WEEKEND, 0.0) + np.where(holiday[day], HOLIDAY, 0.0)

    at = (
        START
        + day.astype("timedelta64[D]")
        + random.integers(0, 86_400_000_000, n).astype("timedelta64[us]")
    )
    score = 1 / (1 + np.exp(-(1.5 * (random.normal(0, 1, n) + daily()) - 0.8)))
    columns: dict[str, Any] = {
        "id": np.arange(n),
        "at": at,
        "score": score,
        "latency": 80
        * np.exp(0.35 * random.normal(0, 1, n) + 0.3 * daily())
        * (1 + by("latency", 0.3)[day]),
        "part": random.choice([f"s{i}" for i in range(len(SHARES))], n, p=SHARES),
        "gender": random.choice(["f", "m"], n, p=[0.45, 0.55]),
    }
    kinds: dict[str, list[str]] = {"numeric": [], "categorical": []}
    shared = random.normal(0, 1, n) if log == "correlated" else np.zeros(n)
    moves = {} if change else moves_of(features)
    since = np.maximum(day - REFERENCE - days + 1, 0)  # days since columns move
    for number in range(features):
        name, kind = f"f{number:02d}", kind_of(number)
        wave = daily()
        wave = wave + {"shift": SHIFT * (since > 0), "leak": LEAK * since}.get(
            moves.get(name, ""), 0.0
        )
        if number == 0:
            wave = wave + by("shift", SHIFT)[day]
        x = random.normal(0, 1, n)
        if log == "correlated":
            x = np.sqrt(0.5) * x + np.sqrt(0.5) * shared
        x = x + wave
        if kind == "few":
            # logits that lean with the day; ten points go from the second category to the first
            share = np.array([0.4, 0.3, 0.2, 0.1])[None, :] * np.exp(
                wave[:, None] * np.array([0.5, -0.5, 0.5, -0.5])
            )
            share = share / share.sum(axis=1, keepdims=True)
            points = POINTS * (since > 0) * (name in moves) + by("category", POINTS)[day] * (
                number == 1
            )
            share[:, 0] += points
            share[:, 1] -= points
            codes = (random.random(n)[:, None] > share.cumsum(axis=1)).sum(axis=1).clip(0, 3)
            values: Any = np.array(["a", "b", "c", "d"])[codes]
        elif kind == "many":
            codes = np.floor(40 * (1 / (1 + np.exp(-x))) ** 2).astype(int)
            values = np.char.add("c", codes.astype(str))
        elif kind == "skewed":
            values = np.exp(x)
        elif kind == "zeros":
            values = np.where(x > 0.3, np.exp(x), 0.0)
        elif kind == "counts":
            values = random.poisson(np.exp(0.4 * x + 0.7)).astype(float)
        else:
            values = x
        missing = random.random(n) < NULL_RATES[number % len(NULL_RATES)] + by("nulls", 0.02)[
            day
        ] * (number == 0)
        columns[name] = pa.array(values, mask=missing)
        kinds["categorical" if kind in ("few", "many") else "numeric"].append(name)
    label = (random.random(n) < score).astype(int)
    turned = (columns["part"] == "s1") & (random.random(n) < by("turned", 0.2)[day])
    label = np.where(turned, 1 - label, label)
    labels = {
        "id": columns["id"],
        "label": label,
        "known": at + random.integers(1, 20, n).astype("timedelta64[h]"),
        "revenue": label * np.round(np.exp(random.normal(4, 0.8, n)), 2),
    }
    # what --task regression looks at: errors with heavy tails, which lean with the day
    columns["forecast"] = 50 + 20 * np.log(score / (1 - score))
    error = 8 * random.standard_t(4, n) * np.exp(0.3 * daily())
    labels["amount"] = columns["forecast"] - np.where(turned, 2, 1) * error
    return pa.table(columns), pa.table(labels), kinds


def regression(kinds: dict[str, list[str]]) -> dict[str, Any]:
    """The same over forecasts of an amount."""
    block = monitor(kinds)
    return {
        **block,
        "task": "regression",
        "predictions": {**block["predictions"], "score": "forecast"},
        "labels": {**block["labels"], "label": "amount"},
        "value": {"per_unit_over": -2, "per_unit_under": -5},
    }


def monitor(kinds: dict[str, list[str]]) -> dict[str, Any]:
    """Everything that has a default verdict, at its defaults."""
    return {
        "task": "binary",
        "predictions": {
            "relation": "raw.log", "id": "id", "timestamp": "at", "score": "score", "latency_ms": "latency",
        },
        "labels": {
            "relation": "raw.labels", "id": "id", "label": "label", "timestamp": "known", "maturity": "1 day",
        },
        "features": kinds,
        "segments": ["part"],
        "fairness": {"attributes": ["gender"]},
        "kpis": [
            {"name": "revenue", "numerator": "sum(l.revenue)", "denominator": "count(*)"},
            {"name": "converted", "numerator": "sum(l.label)", "denominator": "count(l.label)"},
        ],
        "value": {"tp": 120, "fp": -8},
        "reference": {
            "start": str(START.astype("datetime64[D]")),
            "end": str((START + np.timedelta64(REFERENCE, "D")).astype("datetime64[D]")),
        },
    }  # fmt: skip


COLUMNS = "segment, segment_value, column_name as subject, window_start"
# rules that others use: each a query of judged windows with `hit`, 1 where the rule says alarm
RULES = {
    "PSI on deciles ≥ 0.1": f"select {COLUMNS}, psi >= 0.1 as hit from drift",
    "Jensen-Shannon ≥ 0.1": f"select {COLUMNS}, js_distance >= 0.1 as hit from drift",
    "Jensen-Shannon > mean + 3 σ of the reference's windows": f"""
        select {COLUMNS}, js_distance > limit_js as hit
        from drift inner join (
            select segment, segment_value, column_name, avg(js_distance) + 3 * stddev_samp(js_distance) as limit_js
            from main.mlmon_drift where is_reference and column_role = 'feature' group by all
        ) as usual using (segment, segment_value, column_name)
    """,
    "KS above its 5 % critical value": f"""
        select {COLUMNS}, ks > 1.36 * sqrt(1.0 / n + 1.0 / n_reference) as hit from drift where ks is not null
    """,
    "mean, |z| > 3 over 14 days": """
        select segment, segment_value, column_name as subject, window_start, abs(mean - usual) > 3 * spread as hit
        from (
            select *, avg(mean) over before as usual, stddev_samp(mean) over before as spread
            from drift where mean is not null
            window before as (
                partition by segment, segment_value, column_name order by window_start
                rows between 14 preceding and 1 preceding
            )
        )
        where spread is not null
    """,
    "performance, 5 % below the reference": """
        select segment, segment_value, metric as subject, window_start, value < 0.95 * baseline as hit
        from main.mlmon_metrics
        where family = 'performance' and metric in ('precision', 'recall', 'f1', 'accuracy', 'roc_auc')
            and not is_reference and model_version = 'all'
    """,
    "KPI, |z| > 3 of the reference's windows": """
        select segment, segment_value, subject, window_start, abs(value - usual) > 3 * spread as hit
        from main.mlmon_metrics inner join (
            select segment, segment_value, subject, avg(value) as usual, stddev_samp(value) as spread
            from main.mlmon_metrics where family = 'kpi' and is_reference group by all
        ) as reference using (segment, segment_value, subject)
        where family = 'kpi' and not is_reference and model_version = 'all'
    """,
    "fairness ratio below 0.8": """
        select segment, segment_value, subject || metric as subject, window_start, value < 0.8 as hit
        from main.mlmon_metrics
        where family = 'fairness' and metric in ('selection_rate_ratio', 'tpr_ratio')
            and not is_reference and model_version = 'all'
    """,
    "default verdicts": """
        select segment, segment_value, family || subject || metric as subject, window_start,
            status in ('warn', 'error') as hit
        from main.mlmon_checks where model_version = 'all' and status <> 'insufficient_data'
    """,
}
FAMILIES = ("drift", "performance", "estimate", "fairness", "operations", "kpi")


def family_rule(family: str) -> str:
    """The default verdicts of one family, as in RULES."""
    return RULES["default verdicts"] + f" and family = '{family}'"


def openings(rule: str) -> str:
    """What a rule opens, by 2 of 3 and until 2 are clean; and the windows in which it hits."""
    series = "partition by segment, segment_value, subject order by window_start"
    return f"""
        with drift as (
            select * from main.mlmon_drift
            where not is_reference and column_role = 'feature' and model_version = 'all' and n > 0
        ),
        judged as ({rule}),
        counted as (
            select segment, segment_value, subject, window_start, coalesce(hit, false) as hit,
                sum(cast(coalesce(hit, false) as integer)) over ({series} rows 2 preceding) as hits,
                lag(coalesce(hit, false)) over ({series}) as before
            from judged
        ),
        states as (
            select *, last_value(case when hit and hits >= 2 then 1 when not hit and not coalesce(before, false) then 0 end ignore nulls)
                over ({series} rows unbounded preceding) as is_open
            from counted
        )
        select segment, segment_value, subject, window_start, hit,
            is_open = 1 and coalesce(lag(is_open) over ({series}), 0) = 0 as opens
        from states
        qualify hit or opens
    """


def pair(rows: pd.DataFrame, months: float, days: bool = False) -> str:
    """A month of rows, overall and with segments; `days`: of days with any."""
    whole = rows[rows["segment"] == "overall"]
    count = (
        [part["window_start"].nunique() for part in (whole, rows)]
        if days
        else [len(whole), len(rows)]
    )
    return " / ".join(
        f"{number / months:,.0f}" if number / months >= 100 else f"{number / months:.2f}"
        for number in count
    )


def delay(found: pd.DataFrame, names: list[str], began: pd.Timestamp) -> str:
    """Median days until the columns are found overall, and how many were."""
    late = found[
        found["opens"] & (found["segment"] == "overall") & (found["window_start"] >= began)
    ]
    days = []
    for name in names:
        mine = late[late["subject"].str.contains(name)]["window_start"]
        if len(mine):
            days.append((mine.min() - began).days + 1)
    return f"{np.median(days):.0f} d, {len(days)} of {len(names)}" if days else "missed"


def report(project: Project, features: int, days: int) -> None:
    """The tables."""
    quiet = pd.Timestamp(START + np.timedelta64(REFERENCE + days, "D"))
    months = days / 30.0
    moves = moves_of(features)
    named = {
        how: [name for name, move in moves.items() if move == how]
        for how in ("shift", "category", "leak")
    }
    print("| rule | alarms a month (series and windows) | incidents | days with news | "
          f"{SHIFT} sd | {POINTS * 100:.0f} points | {LEAK} sd a day |")  # fmt: skip
    print("|---|---|---|---|---|---|---|")
    for name, rule in RULES.items():
        found = project.sql(openings(rule))
        early = found[found["window_start"] < quiet]
        opened = early[early["opens"]]
        delays = (
            [delay(found, columns, quiet) for columns in named.values()]
            if "drift" in rule or name == "default verdicts"
            else ["–"] * 3
        )
        told = [pair(early[early["hit"]], months), pair(opened, months), pair(opened, months, True)]
        print("| " + " | ".join([name, *told, *delays]) + " |")
    print("\n| default verdicts, by family | alarms a month | incidents | days with news |")
    print("|---|---|---|---|")
    for family in FAMILIES:
        early = project.sql(openings(family_rule(family)))
        early = early[early["window_start"] < quiet]
        opened = early[early["opens"]]
        told = [pair(early[early["hit"]], months), pair(opened, months), pair(opened, months, True)]
        print("| " + " | ".join([family, *told]) + " |")
    before = f"opened_at < '{quiet}'"
    groups = project.sql(f"select count(*) from main.mlmon_incident_groups where {before}").iloc[
        0, 0
    ]
    print(f"\nmessages (groups) a month without drift: {groups / months:.2f}")
    opened = project.sql(
        f"""
        select family, metric, count(*) as n, count(distinct segment_value) as n_segments
        from main.mlmon_incidents where {before} group by all order by n desc
        """
    )
    print("by metric:", opened.to_dict("records"))
    states = project.sql(
        "select family, status, count(*) as n from main.mlmon_checks group by all order by all"
    )
    print("verdicts:", states.to_dict("records"))


def report_baselines(project: Project, baselines: list[str], features: int, days: int) -> None:
    """What the default verdicts send against each baseline."""
    quiet = pd.Timestamp(START + np.timedelta64(REFERENCE + days, "D"))
    moves = moves_of(features)
    incidents = project.table("mlmon_incidents")
    series = project.sql(
        "select compared_to, count(*) as n from (select distinct compared_to, segment, segment_value, family, subject, metric "
        "from main.mlmon_checks) group by all"
    ).set_index("compared_to")["n"]
    print("| compared to | series | incidents a month | groups a month | by metric | "
          f"{SHIFT} sd | {POINTS * 100:.0f} points | {LEAK} sd a day |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|")
    for name in baselines:
        mine = incidents[incidents["compared_to"] == name]
        early = mine[mine["opened_at"] < quiet]
        late = mine[(mine["opened_at"] >= quiet) & (mine["segment"] == "overall")]
        counts = early["metric"].value_counts().to_dict()
        told = [f"{len(rows) / days * 30:.2f}" for rows in (early, early.drop_duplicates("group_id"))]
        delays = []
        for how in ("shift", "category", "leak"):
            columns = [column for column, move in moves.items() if move == how]
            found = [late[late["subject"].str.contains(column)]["opened_at"].min() for column in columns]
            waits = [(opened - quiet).days + 1 for opened in found if pd.notna(opened)]
            delays.append(f"{np.median(waits):.0f} d, {len(waits)} of {len(columns)}" if waits else "–")
        print("| " + " | ".join([name, str(series.get(name, 0)), *told, str(counts or "–"), *delays]) + " |")


def nightly(project: Project, since: pd.Timestamp, nights: int) -> int:
    """Messages of a run every night: a group is news when it opens, escalates, has another headline, doubles or is over."""
    tables = ("mlmon_checks", "mlmon_episodes", "mlmon_found_incidents", "mlmon_incidents", "mlmon_incident_groups")
    compiled = project.root / "target" / "compiled" / "mlmon" / "models" / "verdicts"
    told: dict[str, tuple[str, str, str, int]] = {}
    messages = 0
    with project.connect() as connection:
        for night in range(1, nights + 1):
            until = since + pd.Timedelta(days=night)
            connection.execute(
                f"create or replace temp table then_mlmon_checks as select * from main.mlmon_checks where window_end <= '{until}'"
            )
            for table in tables[1:]:
                query = (compiled / f"{table}.sql").read_text(encoding="utf-8")
                for name in tables:
                    query = query.replace(f'"warehouse"."main"."{name}"', f"then_{name}")
                connection.execute(f"create or replace temp table then_{table} as {query}")
            rows = connection.execute(
                "select group_id, status, severity, headline_metric, n_incidents from "
                "(select *, family || metric || subject as headline_metric from then_mlmon_incident_groups)"
            ).fetchall()
            for group, status, severity, headline, size in rows:
                before = told.get(group)
                if before is None:
                    is_news = status == "open"
                elif before[0] != status:
                    is_news = True
                else:
                    is_news = status == "open" and (
                        (severity == "error" and before[1] == "warn")
                        or headline != before[2]
                        or size >= 2 * before[3]
                    )
                if is_news:
                    told[group] = (status, severity, headline, size)
                    messages += 1
    return messages


def tell_change(project: Project, change: str, size: float, replay: bool) -> None:
    """What one change that stays is told as: a row of a table."""
    began = pd.Timestamp(START + np.timedelta64(REFERENCE + BEFORE, "D"))
    ended = began + pd.Timedelta(days=STAYS)
    groups = project.sql("select * from main.mlmon_incident_groups order by opened_at")
    told = groups[groups["opened_at"] >= began]
    messages = nightly(project, began, STAYS + AFTER) if replay else "not counted"
    titles = "change | size | groups before | groups | incidents | messages | found on day | headline | recovered in window"
    print(f"| {titles} |\n|{'---|' * 9}")
    row = [
        CHANGES[change],
        f"x {size:g}",
        len(groups) - len(told),
        len(told),
        told["n_incidents"].sum(),
        messages,
        "never",
        "",
        "",
    ]
    if len(told):
        first = told.iloc[0]
        row[6] = (first["opened_at"] - began).days + 1
        row[7] = f"{first['metric']} of {first['subject']}, {first['segment_value']}"
        row[8] = "open" if pd.isna(first["closed_at"]) else (first["closed_at"] - ended).days + 1
    print("| " + " | ".join(map(str, row)) + " |")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--log", choices=LOGS, default="null")
    parser.add_argument("--baselines", nargs="+", choices=tuple(BASELINES), default=[], help="instead of the rules")
    parser.add_argument(
        "--change", choices=tuple(CHANGES), default="", help="what changes and stays"
    )
    parser.add_argument(
        "--size", type=float, default=1.0, help="of the change, 1 is about what is warned of"
    )
    parser.add_argument(
        "--messages", action="store_true", help="count messages by a run every night; takes long"
    )
    parser.add_argument("--task", choices=("binary", "regression"), default="binary")
    parser.add_argument("--features", type=int, default=50)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder to leave the project in")
    options = parser.parse_args()
    log, labels, kinds = generate(
        options.log,
        options.features,
        options.days,
        options.rows,
        options.seed,
        options.change,
        options.size,
    )
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        block = monitor(kinds) if options.task == "binary" else regression(kinds)
        if options.log == "holiday":
            days = np.flatnonzero(holidays(options.seed, REFERENCE + options.days + MOVED))
            block["holidays"] = [str((START + np.timedelta64(int(day), "D")).astype("datetime64[D]")) for day in days]
        if options.baselines:
            block["baseline"] = [BASELINES[name] for name in options.baselines]
        project = Project(
            options.keep or Path(folder), {"noise": block}, {"log": log, "labels": labels}
        )
        project.build().check()
        built = time.monotonic() - began
        if options.change:
            tell_change(project, options.change, options.size, options.messages)
            return
        if options.baselines:
            print(f"Log `{options.log}`, seed {options.seed}, {options.days} quiet days of {options.rows} rows; build {built:.0f} s.\n")
            report_baselines(project, options.baselines, options.features, options.days)
            return
        began, cpu = time.monotonic(), time.process_time()
        outcome, _ = project.operation(
            "mlmon_backtest", sides=[{"name": "as configured", "block": {}}]
        )
        assert outcome.success, outcome.text
        print(
            f"Log `{options.log}`, seed {options.seed}: {options.features} features, {len(SHARES)} segments, "
            f"{options.days} quiet days of {options.rows} rows after {REFERENCE} of reference, then {MOVED} that move.\n"
            f"Build {built:.0f} s; backtest of the history {time.monotonic() - began:.1f} s "
            f"({time.process_time() - cpu:.1f} s of CPU, dbt's start included); "
            f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB of memory at most.\n"
        )
        report(project, options.features, options.days)


if __name__ == "__main__":
    main()
