from __future__ import annotations

import numpy as np
import pytest

from geoinv.conventions.nulls import is_null, nulls_in

NULLS = [
    *(np.nan, 1e32, -1e32, 1.70141e38, 1.70141183460469e38, -3.4e38, -3.4028235e38, 9.96920996838687e36, 9.97e36, 1e30),
    *(-1.7976931348623157e308, 1.7976931348623157e308, -32768, -32767, -2147483648, -2147483647),
    *(-999, -999.99, -9999, -9999.9, -9999.99, -9999.999, -99999, -99999.9, -99999.99, -99999.999, -999999),
    *(-9999999, -99999999, -999999.99, -999999999.9),
]
NUMBERS = [
    0,
    1,
    -1,
    -100,
    -998,
    -1000,
    -9998,
    -10000,
    -99998,
    -100000,
    -1000000,
    9999,
    99999,
    6200000.0,
    500000.0,
    1e29,
]


@pytest.mark.parametrize("value", NULLS)
def test_what_stands_for_a_missing_value_is_null(value: float) -> None:
    assert is_null(value)


@pytest.mark.parametrize("value", [v for v in NULLS if abs(v) < 3.5e38 and np.float32(v) != -100000])
def test_null_values_are_null_in_single_precision(value: float) -> None:
    assert is_null(np.float32(value)) or round(float(np.float32(value)), -3) == float(np.float32(value))


@pytest.mark.parametrize("value", NUMBERS)
def test_numbers_are_not_null(value: float) -> None:
    assert not is_null(value)


def test_the_shape_stays_and_infinity_is_no_null() -> None:
    assert is_null([[1.0, -9999.0], [np.inf, 1e300]]).tolist() == [[False, True], [False, False]]
    assert is_null(np.float64(-9999)).shape == ()
    assert is_null(np.empty((0, 3))).shape == (0, 3)


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        # a local grid passes through -999, data without another value of nines do too
        ([-1001, -1000, -999, -998, -997], [0, 0, 0, 0, 0]),
        ([-1500.2, 300.1, -999, 1200.7, 15.0], [0, 0, 0, 0, 0]),
        # but not as often as no other number
        ([-1500.2, 300.1, -999, 1200.7, -999, 15.0, -999], [0, 0, 1, 0, 1, 0, 1]),
        ([5, 12, -999, 7], [0, 0, 1, 0]),
        ([5, 12, 99999.99, 7], [0, 0, 1, 0]),
        ([5, 12, 32767, 7], [0, 0, 1, 0]),
        ([99000, 99990, 99999, 99500], [0, 0, 0, 0]),
        ([1040, -99.9, 1040.5, -99.9, 1041], [0, 1, 0, 1, 0]),
        ([5, -99, 20, 7], [0, 0, 0, 0]),
        ([1e32, -999, np.nan], [1, 1, 1]),
        ([5, 12, np.inf, 7], [0, 0, 0, 0]),
        ([1040.0] * 5 + [-32768], [0, 0, 0, 0, 0, 1]),
    ],
)
def test_a_number_of_nines_is_null_by_the_others_of_its_column(column: list[float], expected: list[int]) -> None:
    assert nulls_in(column).astype(int).tolist() == expected


def test_negative_numbers_may_be_coordinates() -> None:
    assert is_null([-999.0, -9999.0, 1e32, np.nan], negative=False).tolist() == [False, False, True, True]
