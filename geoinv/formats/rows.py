"""The numbers of the rows of a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.formats.layout import MARKER, NULL_WORDS, Layout
from geoinv.formats.text import TextLines, is_number, quoted, split

__all__ = ["rows_of", "without_markers"]

_CHUNK = 20_000  # rows read at once


def without_markers(text: TextLines, layout: Layout) -> tuple[TextLines, tuple[str, ...], list[str]]:
    """Rows without the lines that begin a flight line (``LINE 10``, ``TIE 2``), these, and the one above each row.

    The last is empty where there are none, or rows stand above the first.
    """
    lines, numbers = text.lines[layout.start :], text.line_numbers[layout.start :]
    marks = {k for k, line in enumerate(lines) if line[0].isalpha() and len(line) < 64 and MARKER.fullmatch(line)}
    above = [line for line in text.lines[: layout.start] if MARKER.fullmatch(line)]
    found = (*above, *(lines[k] for k in sorted(marks)))
    owners: list[str] = []
    if found:
        current = above[-1] if above else ""
        for k, line in enumerate(lines):
            if k in marks:
                current = line
            else:
                owners.append(current)
    if marks:
        kept = [k for k in range(len(lines)) if k not in marks]
        lines, numbers = [lines[k] for k in kept], [numbers[k] for k in kept]
    return TextLines(text.path, lines, numbers), found, owners if all(owners) else []


def rows_of(text: TextLines, layout: Layout, columns: Sequence[int]) -> npt.NDArray[np.float64]:
    """Numbers of some columns, NaN where a text stands for a missing value.

    Parameters
    ----------
    text : TextLines
        Rows only.
    layout : Layout
        What separates the columns, and how many there are.
    columns : sequence of int
        Indices of the columns wanted.

    Returns
    -------
    (rows, columns) array

    Raises
    ------
    InputError
        About the first row that has another number of columns, a quotation mark that nothing closes, a
        text where a number belongs, or infinity.
    """
    values = np.empty((len(text.lines), len(columns)))
    for start in range(0, len(text.lines), _CHUNK):
        part = slice(start, start + _CHUNK)
        chunk = TextLines(text.path, text.lines[part], text.line_numbers[part])
        values[part] = _chunk(chunk, layout, columns)
    infinite = np.isinf(values)
    if infinite.any():
        row, column = (int(k) for k in np.argwhere(infinite)[0])
        place = f"{values[row, column]} ({int(infinite.any(axis=1).sum())} of {len(values)} rows)"
        raise text.error(row, "finite numbers", "remove those rows or fill them in", place)
    return values


def _chunk(text: TextLines, layout: Layout, columns: Sequence[int]) -> npt.NDArray[np.float64]:
    """Numbers of some rows: at once, and with care only where that fails."""
    if any('"' in line for line in text.lines):
        return _with_care(text, layout, columns)
    _refuse_ragged(text, layout)
    try:
        return np.loadtxt(
            text.lines, ndmin=2, comments=None, delimiter=layout.delimiter, usecols=tuple(columns), quotechar=None
        )
    except ValueError:
        return _with_care(text, layout, columns)


def _refuse_ragged(text: TextLines, layout: Layout) -> None:
    """Reject a row with another number of columns than the first one."""
    delimiter, width = layout.delimiter, layout.width
    for index, line in enumerate(text.lines):
        found = line.count(delimiter) + 1 if delimiter else len(line.split())
        if found != width:
            raise _ragged(text, layout, index, found)


def _ragged(text: TextLines, layout: Layout, index: int, found: int) -> InputError:
    expected = f"{layout.width} columns ({layout.listing})" if layout.names else f"{layout.width} columns"
    remedy = "correct that line; the file may be cut short"
    return text.error(index, expected, remedy, f"{found} in {quoted(text.lines[index])}")


def _with_care(text: TextLines, layout: Layout, columns: Sequence[int]) -> npt.NDArray[np.float64]:
    """Numbers token by token: slower, with quotation marks and texts for missing values."""
    values = np.empty((len(text.lines), len(columns)))
    for index, line in enumerate(text.lines):
        with text.on_line(index):
            tokens = split(line, layout.delimiter)
        if len(tokens) != layout.width:
            raise _ragged(text, layout, index, len(tokens))
        for k, column in enumerate(columns):
            token = tokens[column]
            try:
                values[index, k] = float(token)
                bad = "_" in token
            except ValueError:
                values[index, k] = np.nan
                bad = token.lower() not in NULL_WORDS
            if bad:
                raise _not_a_number(text, layout, index, column, token)
    return values


def _not_a_number(text: TextLines, layout: Layout, index: int, column: int, token: str) -> InputError:
    where = f"{layout.names[column].text!r}" if layout.names else f"{column + 1}"
    remedy = "correct that line or remove it"
    if is_number(token.replace(",", ".")):
        remedy = "write a decimal point in place of the comma"
    elif is_number(token.lower().replace("d", "e")):
        remedy = "write exponents with e in place of d"
    return text.error(index, f"a number in column {where}", remedy, quoted(token))
