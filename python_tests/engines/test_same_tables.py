"""The comparison that other tests rest on tells tables apart."""

from __future__ import annotations

import math

import pyarrow as pa
import pytest

from python_tests.harness import Snapshot, assert_same

NAME = "mlmon_kpis"
KEY = {"monitor": ["a", "a", "b"], "model_version": ["all"] * 3, "window_start": [1, 2, 1], "segment": ["overall"] * 3, "segment_value": ["all"] * 3, "kpi": ["x"] * 3}
VALUES = {"value": [1.5, None, 1e-12], "n": [1, 2, None], "is_mature": [True, False, None]}


def made(**changed: object) -> Snapshot:
    return Snapshot({NAME: pa.table({**KEY, **VALUES, **changed})})


def test_the_same_in_another_order() -> None:
    other = Snapshot({NAME: made().tables[NAME].take([2, 0, 1])})
    assert_same(other, made())
    assert_same(made(value=[1.5 + 1e-12, None, 2e-12]), made())


@pytest.mark.parametrize(
    "changed",
    [
        {"value": [1.5 + 1e-7, None, 1e-12]},
        {"value": [1.5, 0.0, 1e-12]},
        {"value": [1.5, None, None]},
        {"value": [1.5, None, math.inf]},
        {"value": [1.5, None, math.nan]},
        {"n": [1, 3, None]},
        {"n": [1, 2, 0]},
        {"is_mature": [True, True, None]},
        {"kpi": ["x", "x", "y"]},
    ],
)
def test_another_value_is_told(changed: dict[str, object]) -> None:
    with pytest.raises(AssertionError):
        assert_same(made(**changed), made())
    with pytest.raises(AssertionError):
        assert_same(made(), made(**changed))


def test_a_row_too_many_is_told() -> None:
    more = Snapshot({NAME: pa.concat_tables([made().tables[NAME], made().tables[NAME].slice(0, 1)])})
    with pytest.raises(AssertionError):
        assert_same(more, made())
    with pytest.raises(AssertionError):
        assert_same(made(), more)
