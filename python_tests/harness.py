"""A dbt project over frames: what the tests of the package build, and read back.

The project lives in a directory of its own, takes the package by symbolic link (what `dbt deps` does for
`local:`), and exposes Arrow tables as dbt sources `raw.<name>`, in an embedded DuckDB unless told otherwise.
"""

from __future__ import annotations

import contextlib
import io
import json
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import yaml

from python_tests.warehouses import Warehouse, duckdb_file

PACKAGE = Path(os.environ.get("MLMON_PACKAGE") or Path(__file__).resolve().parents[1])
Rows = list[dict[str, Any]]
ROW_PREFIX = "mlmon-row: "

# what is no function of the logs and the configuration: what people and the command line wrote, and how far a run came
STATE = set(
    "mlmon_runs mlmon_events mlmon_change_events mlmon_deliveries mlmon_history mlmon_review_queue mlmon_review_decisions mlmon_reviews "
    "mlmon_stated_values mlmon_restatements mlmon_new_watermarks mlmon_watermarks mlmon_windows_to_read mlmon_windows_to_judge".split()
)


def grains() -> dict[str, tuple[str, ...]]:
    """The columns that name a row of each model, as its `grain` test says."""
    found = {}
    for path in sorted((PACKAGE / "models").glob("*/*.yml")):
        for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]:
            (test,) = (test["mlmon.grain"] for test in model["data_tests"])
            found[model["name"]] = tuple(test["arguments"]["columns"])
    return found


COLUMN_TYPES = {"text": pa.string(), "timestamp": pa.timestamp("us"), "boolean": pa.bool_(), "bigint": pa.int64(), "double": pa.float64()}


def declared_types() -> dict[str, dict[str, pa.DataType]]:
    """The columns of each public table, with what their YAML says they are."""
    found = {}
    for path in sorted([*(PACKAGE / "models").glob("*/*.yml"), *(PACKAGE / "seeds").glob("*.yml")]):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        public = [model for model in content.get("models", []) if model.get("config", {}).get("access") == "public"]
        for table in content.get("seeds", public):
            found[table["name"]] = {column["name"]: COLUMN_TYPES[column["data_type"]] for column in table["columns"]}
    return found


# rows of the others that tell of runs
OF_RUNS = {"mlmon_timeline": "kind = 'restatement'"}

# the tables that a build leaves; mlmon_measured is mlmon_metrics without baselines, and large
TABLES = {name: key for name, key in grains().items() if name not in {*STATE, "mlmon_measured"}}


@dataclass
class Outcome:
    """What one dbt invocation did."""

    success: bool
    output: str
    exception: str
    statuses: dict[str, str] = field(default_factory=dict)
    messages: dict[str, str] = field(default_factory=dict)

    @property
    def broken(self) -> dict[str, str]:
        """Nodes that failed to run, with their messages. A failing alert test is a verdict, not a breakage."""
        return {
            node: self.messages[node]
            for node, status in self.statuses.items()
            if status in ("error", "runtime error") or (status == "fail" and ".alert_" not in node)
        }

    @property
    def text(self) -> str:
        """All that was said: messages of nodes, exception, output."""
        return "\n".join([*self.messages.values(), self.exception, self.output])

    def check(self) -> Outcome:
        """Fail unless every model was built and every test but the alerts passed."""
        assert not self.exception, self.exception
        assert not self.broken, self.broken
        assert self.statuses, self.output
        return self


@contextlib.contextmanager
def _inside(directory: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(directory)
    try:
        yield
    finally:
        os.chdir(before)


class Project:
    """A dbt project in `root` that uses the package, over frames exposed as sources `raw.<name>`."""

    writes_artifacts = False  # manifest.json and the like take dbt a second

    def __init__(
        self,
        root: Path,
        monitors: Mapping[str, Any] | None = None,
        frames: Mapping[str, pa.Table | pd.DataFrame] | None = None,
        defaults: Mapping[str, Any] | None = None,
        package: Path = PACKAGE,
        warehouse: Warehouse | None = None,
    ) -> None:
        self.root = root
        self.database = root / "warehouse.duckdb"
        self.warehouse = warehouse or duckdb_file(self.database)
        self.tables: set[str] = set()
        # what dbt_project.yml says besides, such as {"models": {"+tags": ["x"]}}
        self.settings: dict[str, Any] = {}
        (root / "models").mkdir(parents=True, exist_ok=True)
        # where the project has none of its own, dbt raises and catches an exception for each macro that it looks for
        (root / "macros").mkdir(exist_ok=True)
        (root / "macros" / "own.sql").write_text("{% macro own() %}{% endmacro %}\n", encoding="utf-8")
        (root / "dbt_packages").mkdir(exist_ok=True)
        link = root / "dbt_packages" / "mlmon"
        if not link.exists():
            link.symlink_to(package, target_is_directory=True)
        self._write("packages.yml", {"packages": [{"local": str(package)}]})
        self._write(
            "profiles.yml",
            {"watch": {"target": "dev", "outputs": {"dev": self.warehouse.profile}}},
        )
        self.configure(monitors or {}, defaults)
        if frames:
            self.load(**frames)

    def _write(self, name: str, content: Any) -> None:
        text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=10_000)
        path = self.root / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")

    def configure(self, monitors: Any, defaults: Any = None) -> None:
        """Write the configuration. Anything is taken: the validator is tested with what is wrong."""
        variables: dict[str, Any] = {"mlmon_monitors": monitors}
        if defaults is not None:
            variables["mlmon_defaults"] = defaults
        self._write(
            "dbt_project.yml",
            {
                "name": "watch",
                "version": "1.0.0",
                "config-version": 2,
                "profile": "watch",
                "flags": {"send_anonymous_usage_stats": False},
                "vars": variables,
                **self.settings,
            },
        )

    def load(self, **frames: pa.Table | pd.DataFrame) -> None:
        """Replace tables of the source `raw`. Pandas' NaN becomes NULL; use Arrow to keep the two apart."""
        for name, frame in frames.items():
            table = frame if isinstance(frame, pa.Table) else pa.Table.from_pandas(frame, preserve_index=False)
            self.warehouse.load(name, table)
        if not self.tables.issuperset(frames):
            self.tables.update(frames)
            tables = [{"name": name} for name in sorted(self.tables)]
            sources = {"sources": [{"name": "raw", "schema": self.warehouse.raw_schema, "tables": tables}]}
            self._write("models/sources.yml", sources)

    @contextlib.contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The DuckDB file, opened here and not by dbt."""
        self.warehouse.release()
        connection = duckdb.connect(str(self.database))
        try:
            yield connection
        finally:
            connection.close()

    def sql(self, query: str) -> pd.DataFrame:
        """The rows of a query."""
        if self.warehouse.name == "duckdb":
            with self.connect() as connection:
                return connection.execute(query).df()
        return self.warehouse.read(query).to_pandas()

    def table(self, name: str, where: str = "true") -> pd.DataFrame:
        """A table of the package."""
        return self.sql(f"select * from {self.warehouse.schema}.{name} where {where}")

    def arrow(self, name: str, where: str = "true") -> pa.Table:
        """A table of the package with NULL and NaN kept apart."""
        return self.warehouse.read(f"select * from {self.warehouse.schema}.{name} where {where}")

    def dbt(self, *command: str, variables: Mapping[str, Any] | None = None) -> Outcome:
        """Run one dbt command in this process."""
        from dbt.cli.main import dbtRunner

        os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
        target = self.root / ("target_vars" if variables else "target")
        arguments = [*command, "--quiet", "--no-use-colors", "--project-dir", str(self.root)]
        arguments += ["--profiles-dir", str(self.root), "--target-path", str(target)]
        arguments += ["--log-path", str(self.root / "logs")]
        if not self.writes_artifacts:
            arguments.append("--no-write-json")
        if variables:
            arguments += ["--vars", json.dumps(variables)]
        captured = io.StringIO()
        self.warehouse.release()
        with _inside(self.root), contextlib.redirect_stdout(captured):
            result = dbtRunner().invoke(arguments)
        self.warehouse.release()
        outcome = Outcome(
            bool(result.success), captured.getvalue(), "" if result.exception is None else str(result.exception)
        )
        for found in getattr(result.result, "results", []):
            name = found.node.unique_id if hasattr(found, "node") else found.unique_id
            outcome.statuses[name], outcome.messages[name] = str(found.status), found.message or ""
        return outcome

    def build(
        self,
        *,
        full_refresh: bool = False,
        select: Sequence[str] = ("package:mlmon",),
        variables: Mapping[str, Any] | None = None,
    ) -> Outcome:
        """`dbt build` of the package as the CLI does it."""
        command = ["build", "--exclude-resource-type", "unit_test", "--select", *select]
        if full_refresh:
            command.append("--full-refresh")
        return self.dbt(*command, variables=variables)

    def check_grains(self) -> None:
        """Fail unless the columns that name a row of a table do, in all of them."""
        outcome = self.dbt("test", "--select", "test_name:grain", variables={"mlmon_test_grain": True}).check()
        assert len(outcome.statuses) == len(grains()) + 1  # and the seed

    def check_types(self) -> None:
        """Fail unless the public tables have the columns that their YAML says, of these types."""
        wrong = {}
        for name, columns in declared_types().items():
            built = {field.name.lower(): field.type for field in self.arrow(name, "1 = 0").schema}
            different = {column for column in columns.keys() | built.keys() if built.get(column) != columns.get(column)}
            wrong.update({f"{name}.{column}": str(built.get(column)) for column in different})
        assert wrong == {}, wrong

    def operation(self, macro: str, **arguments: Any) -> tuple[Outcome, list[dict[str, Any]]]:
        """`dbt run-operation`, and the rows that the macro printed."""
        outcome = self.dbt("run-operation", macro, "--args", json.dumps(arguments))
        rows = [
            json.loads(line[len(ROW_PREFIX) :])
            for line in outcome.output.splitlines()
            if line.startswith(ROW_PREFIX)
        ]
        return outcome, rows


class Snapshot(Mapping[str, Rows]):
    """Tables by name, each a list of rows in the order of its key; rows are made of a table when they are asked for."""

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        self.tables = tables
        self._rows: dict[str, Rows] = {}

    def __getitem__(self, name: str) -> Rows:
        if name not in self._rows:
            key = TABLES[name]
            self._rows[name] = sorted(self.tables[name].to_pylist(), key=lambda row: tuple(str(row[k]) for k in key))
        return self._rows[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.tables)

    def __len__(self) -> int:
        return len(self.tables)


def comparable_rows(schema: str, name: str, where: str = "true") -> str:
    """The rows of a table, but for what tells of runs, that meet a condition."""
    return f"select * from {schema}.{name} where {where} and not ({OF_RUNS.get(name, 'false')})"


def snapshot(project: Project, names: Sequence[str] = tuple(TABLES), **where: str) -> Snapshot:
    """Every table but for what tells of runs, or those of some names; of some, the rows of a condition."""
    schema = project.warehouse.schema
    tables = project.warehouse.read_all([comparable_rows(schema, name, where.get(name, "true")) for name in names])
    return Snapshot(dict(zip(names, tables, strict=True)))


# from squares that are not centered: of a spread of 3e-5 of the mean, the last one that counts, seven digits are left
ROUNDED = {("mlmon_residuals", "z"): 1e-6}


def same(left: Any, right: Any, tolerance: float = 1e-9) -> bool:
    """Equal; doubles to `tolerance` of their size, for a sum depends on the order of its terms."""
    if isinstance(left, float) and isinstance(right, float):
        return left == right or math.isclose(left, right, rel_tol=tolerance, abs_tol=tolerance / 10)
    return bool(left == right)


def same_tables(name: str, left: pa.Table, right: pa.Table, tolerance: float) -> bool:
    """What `assert_same` says of two tables, column by column: quick where they are the same, and of no use for why they are not."""
    if left.column_names != right.column_names or left.num_rows != right.num_rows:
        return False
    order = [(column, "ascending") for column in TABLES[name]]
    left, right = left.sort_by(order), right.sort_by(order)
    for column in left.column_names:
        mine, theirs = left[column].combine_chunks(), right[column].combine_chunks()
        if mine.type != theirs.type or not mine.is_null().equals(theirs.is_null()):
            return False
        if pa.types.is_floating(mine.type):
            within = ROUNDED.get((name, column), tolerance)
            x, y = (values.drop_null().to_numpy(zero_copy_only=False) for values in (mine, theirs))
            with np.errstate(invalid="ignore"):
                size = np.maximum(np.abs(x), np.abs(y))
                if not np.all((x == y) | (np.isfinite(size) & (np.abs(x - y) <= np.maximum(within * size, within / 10)))):
                    return False
        elif not mine.equals(theirs):
            return False
    return True


def assert_same(actual: Mapping[str, Rows], expected: Mapping[str, Rows], tolerance: float = 1e-9) -> None:
    """Every table holds the same rows."""
    for name in expected:
        if (
            isinstance(actual, Snapshot)
            and isinstance(expected, Snapshot)
            and same_tables(name, actual.tables[name], expected.tables[name], tolerance)
        ):
            continue
        rows, key = expected[name], TABLES[name]
        mine = {tuple(row[k] for k in key): row for row in actual[name]}
        theirs = {tuple(row[k] for k in key): row for row in rows}
        assert len(actual[name]) == len(rows), name
        assert mine.keys() == theirs.keys(), (name, list(mine.keys() ^ theirs.keys())[:3])
        for place, row in theirs.items():
            wrong = {c: (mine[place][c], v) for c, v in row.items() if not same(mine[place][c], v, ROUNDED.get((name, c), tolerance))}
            assert not wrong, (name, place, wrong)
