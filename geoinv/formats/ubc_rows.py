"""Rows of UBC-GIF observations: their count, their width, null values and standard deviations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geoinv.conventions.nulls import nulls_in
from geoinv.formats.notes import doubt
from geoinv.formats.text import TextLines
from geoinv.formats.ubc_numbers import number_rows

__all__ = ["Rows", "observation_rows", "refuse_deviations", "row_width"]


@dataclass(frozen=True)
class Rows:
    """Rows that are whole.

    Parameters
    ----------
    values : (rows, columns) array
        Numbers of the rows in which none is missing.
    lines : (rows,) array of int
        Index of the line of each.
    total : int
        How many rows the file has.
    """

    values: npt.NDArray[np.float64]
    lines: npt.NDArray[np.intp]
    total: int


def row_width(text: TextLines, count_line: int, widths: tuple[int, int], layouts: str) -> int:
    """Columns of the rows that follow the line with their number.

    Raises
    ------
    InputError
        If the number is another one, there is no row, or the rows have more or fewer columns.
    """
    (count,) = text.values(count_line, (1,), "the number of stations", "write it on a line of its own")
    start = count_line + 1
    rows = len(text.lines) - start
    if count != rows or not rows:
        remedy = "correct it, or copy the file again: it may be cut short"
        raise text.error(count_line, f"the number of rows that follow ({rows})", remedy)
    counts = np.array([len(line.split()) for line in text.lines[start:]])
    columns = int(counts.max())
    if not widths[0] <= columns <= widths[1]:
        first = start + int(np.argmax(counts))
        raise text.error(first, layouts, "remove the other columns", f"{columns} columns")
    return columns


def observation_rows(text: TextLines, start: int, columns: int) -> Rows:
    """Rows from a line on; those with a null value, or with positions alone among rows with data, are left out.

    Raises
    ------
    InputError
        If a value is no number, rows differ in their columns, or none is whole.
    """
    total = len(text.lines) - start
    # positions alone among rows with data: a station without a datum
    kept = np.array([len(line.split()) != 3 or columns == 3 for line in text.lines[start:]])
    values = number_rows(text, start, kept)
    complete = ~np.any([nulls_in(column) for column in values.T], axis=0)
    dropped = total - int(complete.sum())
    if dropped == total:
        raise text.error(start, "rows with a value in every column", "give a file with data", "none")
    if dropped:
        doubt(f"{text.path}: {dropped} of {total} rows with a null value or without a datum are left out")
    kept[kept] = complete
    return Rows(values[complete], start + np.flatnonzero(kept), total)


def refuse_deviations(text: TextLines, rows: Rows, deviations: npt.NDArray[np.float64]) -> None:
    """Reject standard deviations that are not above zero."""
    bad = deviations <= 0
    if bad.any():
        first = int(np.argmax(bad))
        shown = f"{deviations[first]:g} ({int(bad.sum())} of {rows.total} rows)"
        remedy = "give every datum one, or none"
        raise text.error(int(rows.lines[first]), "a standard deviation above zero", remedy, shown)
