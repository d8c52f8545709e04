"""Numbers of UBC files: repeats, null values, stars, and what is none."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest

from geoinv import InputError
from geoinv.formats.text import TextLines
from geoinv.formats.ubc_numbers import decimal_of, number_rows, number_runs, repeated, whole_number


def text(*lines):
    return TextLines(Path("a.msh"), list(lines), list(range(1, len(lines) + 1)))


@pytest.mark.parametrize(
    ("token", "number"),
    [("11", 11), ("11.", 11), ("1.1e1", 11), ("0", None), ("-3", None), ("2.5", None), ("x", None), ("1e16", None)],
)
def test_whole_numbers_are_read_as_fortran_writes_them(token, number):
    assert whole_number(token) == number


def test_decimals_are_those_printed():
    assert decimal_of("0.1") == Decimal("0.1")
    assert decimal_of("1.50") + decimal_of("0.7") == Decimal("2.2")


def test_runs_are_counted_and_written_out_on_demand():
    assert number_runs(text("2*5.0 3 1*7"), 0) == [(2, "5.0"), (1, "3"), (1, "7")]
    npt.assert_array_equal(repeated(text("2*5 3", "1*7")), [5.0, 5.0, 3.0, 7.0])
    assert repeated(text("1000000000000*5"), expected=8) == 10**12  # said, not written out


@pytest.mark.parametrize("token", ["0*5", "2.5*5", "*5", "2*", "2*x", "inf", "x" * 60])
def test_what_is_no_number_is_one_sentence_with_its_line(token):
    with pytest.raises(
        InputError, match=r"a\.msh expects finite numbers, n\*v for n times v, on line 2, got"
    ) as refusal:
        number_runs(text("1", token), 1)
    assert len(str(refusal.value)) < 300


def test_stars_alone_are_null_in_rows():
    npt.assert_array_equal(number_rows(text("skipped", "1 * 3", "4 5 6"), 1), [[1.0, np.nan, 3.0], [4.0, 5.0, 6.0]])
    npt.assert_array_equal(number_rows(text("1 2", "3 4"), 0, np.array([False, True])), [[3.0, 4.0]])


def test_rows_of_different_lengths_and_infinite_ones_are_one_sentence():
    with pytest.raises(InputError, match=r"a\.msh.*line 2"):
        number_rows(text("1 2", "3"), 0)
    with pytest.raises(InputError, match=r"finite numbers on line 2, got inf \(1 of 2 lines\)"):
        number_rows(text("1 2", "3 inf"), 0)
