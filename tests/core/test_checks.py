"""What every error says: what was expected, what came, where, and how many."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

from geoinv.core.checks import (
    InputError,
    array_of,
    bounded,
    choice,
    finite,
    location,
    positive,
    shape_text,
    whole_number,
)


def test_shapes_and_places_are_plain_numbers():
    assert shape_text(np.array([2, 3]), ("row", "column")) == "(2, 3) (row, column)"
    assert location((np.int64(1), np.int64(2))) == "[1, 2]"
    assert location(np.int64(4)) == "[4]"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ([[1.0], [1.0, 2.0]], "A expects x to be an array of numbers, got rows of different lengths"),
        (["a"], "A expects x to be real numbers, got values of type <U1"),
        ([1j], "got complex numbers; convert them to float64"),
        ([None], "got values of type object"),
        (np.ma.masked_equal([1.0, 2.0], 2.0), r"without masked values, got 1 of 2 masked"),
        ([np.ma.masked_equal([1.0, 2.0], 2.0), [1.0, 2.0]], "without masked values, got 1 of 2 masked"),
        ([1.0, 2.0, 3.0], r"A expects x of shape \(2,\) \(cell\), got \(3,\); count again"),
    ],
)
def test_what_is_no_array_of_numbers_is_one_sentence(values, sentence):
    with pytest.raises(InputError, match=sentence):
        array_of("A", "x", values, shape=(2,), names=("cell",), remedy="count again")


def test_numbers_of_any_type_become_float64():
    for values in (np.array([True, False]), [1, 0], np.array([1, 0], np.uint8), np.ma.array([1.0, 0.0])):
        found = array_of("A", "x", values)
        assert found.dtype == np.float64
        npt.assert_array_equal(found, [1.0, 0.0])


@pytest.mark.parametrize(
    ("check", "values", "sentence"),
    [
        (finite, [[0.0, np.nan], [np.inf, 1.0]], r"expects finite x, got nan at \[0, 1\] \(2 of 4 values\); look"),
        (finite, np.nan, "expects finite x, got nan; look"),
        (positive, [1.0, 0.0, -2.0], r"expects positive x, got 0\.0 at \[1\] \(2 of 3 values\)"),
        (positive, [1.0, np.nan], "expects finite x, got nan"),
        (lambda *a: bounded(*a[:3], 5.0, a[3]), [5.0, -6.0], r"x within 5 of 0, got -6\.0 at \[1\] \(1 of 2 values\)"),
    ],
)
def test_the_first_bad_value_is_named_with_its_place(check, values, sentence):
    with pytest.raises(InputError, match=sentence):
        check("A", "x", np.array(values), "look at it")


def test_good_values_pass():
    finite("A", "x", np.array([-1.0, 1e300]), "")
    positive("A", "x", np.array([1e-300]), "")
    bounded("A", "x", np.array([-5.0, 5.0]), 5.0, "")
    choice("A", "x", "b", ("a", "b"))
    with pytest.raises(InputError, match="A expects x to be one of a, b; got 'c'"):
        choice("A", "x", "c", ("a", "b"))


@pytest.mark.parametrize("value", [3, np.int8(3), np.uint64(3)])
def test_whole_numbers_of_any_type_become_plain_ones(value):
    assert type(whole_number("A", "n", value)) is int
    assert whole_number("A", "n", value, least=3) == 3


@pytest.mark.parametrize(
    ("value", "got"),
    [(2, "2"), (True, "True"), (3.0, "3.0"), ("3", "'3'"), (None, "None"), (-(2**70), "a number of 71 bits")],
)
def test_what_is_no_whole_number_within_the_limits_is_one_sentence(value, got):
    with pytest.raises(InputError) as caught:
        whole_number("A", "n", value, least=3, remedy="count them")
    assert str(caught.value) == f"A expects n to be a whole number from 3 to 2^63 - 1, got {got}; count them"


def test_the_largest_whole_number_is_the_last_to_pass():
    assert whole_number("A", "n", 2**63 - 1) == 2**63 - 1
    # longer than Python writes in digits
    for large in (2**63, 10**5000, np.uint64(2**63)):
        with pytest.raises(InputError, match="got"):
            whole_number("A", "n", large)
