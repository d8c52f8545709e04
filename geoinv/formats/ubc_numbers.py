"""Numbers of UBC-GIF files: counts, ``n*v`` for n times v, rows with null values."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

import numpy as np
import numpy.typing as npt

from geoinv.conventions.nulls import is_null
from geoinv.core.memory import require_memory
from geoinv.formats.text import TextLines, is_number

__all__ = ["decimal_of", "number_rows", "number_runs", "repeated", "whole_number"]

Run = tuple[int, str]

_MANY = 10**15  # of one number: more than any file can mean
_PHYSICAL = 1e30  # magnitude that no quantity has in any unit
_SHOWN = 40  # characters of a token that an error quotes


def whole_number(token: str) -> int | None:
    """Whole number above zero that a token writes (``11``, ``11.``, ``1.1e1``), or None.

    Examples
    --------
    >>> whole_number("11."), whole_number("11.5"), whole_number("0"), whole_number("9" * 5000)
    (11, None, None, None)
    """
    number = float(token) if is_number(token) else 0.0
    return int(number) if 1.0 <= number <= _MANY and number == int(number) else None


def decimal_of(token: str) -> Decimal:
    """Number as it is printed; exponents that no decimal can have are those of a float64."""
    try:
        return Decimal(token)
    except InvalidOperation:
        return Decimal(repr(float(token)))


def number_runs(text: TextLines, index: int) -> list[Run]:
    """Numbers of a line as printed, each with how often it stands there in a row: ``n*v`` is not written out.

    Raises
    ------
    InputError
        If a token is no number, or infinite.
    """
    runs: list[Run] = []
    for token in text.lines[index].split():
        repeat, star, value = token.rpartition("*")
        times = whole_number(repeat) if star and repeat.isdecimal() else 1
        if times is None or (star and not repeat.isdecimal()) or not _is_usable(value):
            shown = repr(token if len(token) <= _SHOWN else f"{token[:_SHOWN]}...")
            raise text.error(index, "finite numbers, n*v for n times v,", "correct that line", shown)
        runs.append((times, value))
    return runs


def repeated(text: TextLines, expected: int | None = None) -> npt.NDArray[np.float64] | int:
    """All numbers of a file in one row, NaN where null, ``n*v`` written out; how many, where others are expected.

    Raises
    ------
    InputError
        If a token is no number, a value is infinite, lines without repeats differ in their columns, or the numbers
        do not fit in memory.
    """
    if not any("*" in line for line in text.lines):
        values = number_rows(text, 0).ravel()
        values[is_null(values)] = np.nan
        return values if expected in (None, values.size) else values.size
    runs = [run for index in range(len(text.lines)) for run in number_runs(text, index)]
    total = sum(n for n, _ in runs)
    if expected not in (None, total):
        return total
    require_memory(str(text.path), f"{total:.3g} values", 16.0 * total, "correct the repeats")
    values = np.array([value for _, value in runs], dtype=np.float64)
    values[is_null(values)] = np.nan
    return np.repeat(values, [n for n, _ in runs])


def number_rows(text: TextLines, start: int, kept: npt.NDArray[np.bool_] | None = None) -> npt.NDArray[np.float64]:
    """Numbers of the lines from `start` on as they stand there, NaN for ``*``.

    Parameters
    ----------
    text : TextLines
        The file.
    start : int
        Index of the first line.
    kept : array of bool, optional
        Which lines from there on are wanted; all by default.

    Returns
    -------
    (lines, columns) array

    Raises
    ------
    InputError
        If there is no line, lines differ in their columns, or a value is no number or infinite.
    """
    wanted = np.ones(len(text.lines) - start, bool) if kept is None else kept
    indices = start + np.flatnonzero(wanted)
    lines = [text.lines[k] for k in indices]
    chosen = TextLines(text.path, lines, [text.line_numbers[k] for k in indices])
    if any("*" in line for line in lines):
        chosen = TextLines(text.path, [_without_stars(line) for line in lines], chosen.line_numbers)
    try:
        values = np.loadtxt(chosen.lines, ndmin=2, comments=None)
    except ValueError:
        values = chosen.array()  # says which line is wrong
    infinite = (np.abs(values) >= _PHYSICAL) & ~is_null(values)
    if infinite.any():
        row, column = (int(k) for k in np.argwhere(infinite)[0])
        place = f"{values[row, column]} ({int(infinite.any(axis=1).sum())} of {len(values)} lines)"
        raise chosen.error(row, "finite numbers", "remove those lines or fill them in", place)
    return values


def _is_usable(token: str) -> bool:
    """Tell whether a token is a number, null included, that a quantity can have."""
    return is_number(token) and (abs(float(token)) < _PHYSICAL or bool(is_null(float(token))))


def _without_stars(line: str) -> str:
    return " ".join("nan" if token == "*" else token for token in line.split())
