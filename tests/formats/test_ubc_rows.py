"""Rows of UBC observations: counted, whole, with deviations above zero."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest
from format_files import written

from geoinv import InputError
from geoinv.formats.notes import collected
from geoinv.formats.text import TextLines
from geoinv.formats.ubc_rows import observation_rows, refuse_deviations, row_width


def lines_of(folder: Path, text: str) -> TextLines:
    return TextLines.read(written(folder, text))


def test_the_width_is_that_of_the_widest_row(tmp_path: Path) -> None:
    assert row_width(lines_of(tmp_path, "2\n1 2 3\n1 2 3 4 5\n"), 0, (3, 5), "x y z [d s]") == 5


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("3\n1 2 3\n1 2 3\n", r"expects the number of rows that follow \(2\) on line 1, got '3'; correct it, or copy"),
        ("0\n", r"expects the number of rows that follow \(0\) on line 1, got '0'"),
        ("1\n1 2 3 4 5 6\n", r"expects x y z \[d s\] on line 2, got 6 columns; remove the other columns"),
        ("1\n1 2\n", r"expects x y z \[d s\] on line 2, got 2 columns"),
    ],
)
def test_rows_that_are_not_those_counted_are_rejected(text: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=sentence):
        row_width(lines_of(tmp_path, text), 0, (3, 5), "x y z [d s]")


def test_rows_without_a_datum_are_left_out_and_counted(tmp_path: Path) -> None:
    text = lines_of(tmp_path, "4\n1 2 3 10 1\n4 5 6\n7 8 9 nan 1\n10 11 12 40 2\n")
    with collected() as notes:
        rows = observation_rows(text, 1, 5)
    npt.assert_array_equal(rows.values, [[1, 2, 3, 10, 1], [10, 11, 12, 40, 2]])
    npt.assert_array_equal(rows.lines, [1, 4])
    assert rows.total == 4
    assert len(notes.doubts) == 1
    assert "2 of 4 rows with a null value or without a datum are left out" in notes.doubts[0]


def test_positions_alone_are_whole_rows(tmp_path: Path) -> None:
    assert len(observation_rows(lines_of(tmp_path, "1 2 3\n4 5 6\n"), 0, 3).values) == 2


def test_rows_of_which_none_is_whole_are_rejected(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"expects rows with a value in every column on line 1, got none; give a file"):
        observation_rows(lines_of(tmp_path, "1 2 3 nan\n4 5 6\n"), 0, 4)


def test_a_deviation_of_zero_is_named_by_its_line(tmp_path: Path) -> None:
    text = lines_of(tmp_path, "! comment\n3\n1 2 3 4 1\n1 2 3 nan 1\n1 2 3 4 0\n")
    with collected():
        rows = observation_rows(text, 1, 5)
    refuse_deviations(text, rows, np.array([1.0, 1.0]))
    with pytest.raises(InputError, match=r"expects a standard deviation above zero on line 5, got 0 \(1 of 3 rows\)"):
        refuse_deviations(text, rows, rows.values[:, 4])
