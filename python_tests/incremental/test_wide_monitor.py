"""No statement grows with the number of features: warehouses refuse long ones (BigQuery at 1 MB)."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.width import wide_project
from python_tests.statements import recorded

pytestmark = pytest.mark.slow

LIMIT = 250_000


def test_statements_of_a_monitor_with_500_features(tmp_path: Path) -> None:
    project = wide_project(tmp_path, monitors=1, features=500, segments=2, rows=250)
    with recorded() as statements:
        outcome = project.build(select=["+mlmon_profile", "mlmon_reference"])
    outcome.check()
    assert {"mlmon_bins", "mlmon_reference", "mlmon_profile"} <= {statement.node for statement in statements}
    assert {s.node: s.size for s in statements if s.size > LIMIT} == {}
    # all of them are there, once
    counted = project.sql(
        "select count(*) as n_columns, sum(n) as n from main.mlmon_profile"
        " where segment = 'overall' and column_role = 'feature' and column_name = 'customer_attribute_499'"
    )
    assert counted["n"].iloc[0] == 250
    columns = project.sql("select count(distinct column_name) as n from main.mlmon_profile where column_role = 'feature'")
    assert columns["n"].iloc[0] == 500
