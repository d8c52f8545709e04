"""Where things stand in a table: what separates its columns, what they are called, where the rows begin."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from geoinv.conventions.units import Unit, unit_of
from geoinv.core.checks import InputError
from geoinv.formats.column_names import ColumnName, understood
from geoinv.formats.header import (
    DELIMITERS,
    NO_UNIT,
    are_units,
    fitting_names,
    fitting_units,
    has_positions,
    is_prose,
    mentioned_unit,
    names_in,
)
from geoinv.formats.text import TextLines, is_number, quoted, split

__all__ = ["MARKER", "NULL_WORDS", "Layout", "layout_of"]

_NULLS = (
    "* ** *** - -- --- ? . .. n/a na #n/a #na nan <na> nil none null nodata no_data missing dummy void blank 1.#qnan "
    "-1.#ind #value! #div/0! #null! #ref! #num!"
)
NULL_WORDS = frozenset({"", *_NULLS.split()})
"""Texts, in lower case, that stand for a missing value."""

MARKER = re.compile(
    r"(line|tie|random|special|base|trend|test)[ \t]*:?[ \t]*[\w.\-:+]{1,40}|[LTDBRPS][ \t]*-?\d{1,12}(\.\d+)?(:\d+)?",
    re.I,
)
"""A line that begins a flight line in a Geosoft XYZ file: ``LINE 1010``, ``TIE 90``, ``L1010:2``."""

_DECIMAL_COMMA = re.compile(r"[+-]?\d+(\.\d{3})*,\d+")
_RULE = re.compile(r"[\s\-=_+|:.,;*~#/]+")
_HEAD = 60  # lines above the first row
_LONGEST = 50_000  # characters of a line that may hold names
_SENTENCE = 1000  # characters of a comment in which names are looked for
_NUMBERS = 0.3  # share of a row parted by white space; prose has less
_MOST_COLUMNS = 10_000
_SHOWN_NAMES = 30


@dataclass(frozen=True)
class Layout:
    """How the columns of a table stand.

    Parameters
    ----------
    delimiter : str, optional
        Between columns; None for white space.
    names : tuple of ColumnName, optional
        Names of the columns, if there are any.
    width : int
        Number of columns.
    start : int
        Index of the first row among the lines.
    remark : str
        A comment that names easting and northing but not each column.
    titles : tuple of str
        Lines above the names.
    mentioned : (str, str)
        A dimension, and the comment that mentions a unit of it which is not the project's.
    units : tuple of str
        Units of columns without names.
    """

    delimiter: str | None
    names: tuple[ColumnName, ...] | None
    width: int
    start: int
    remark: str = ""
    titles: tuple[str, ...] = ()
    mentioned: tuple[str, str] = ("", "")
    units: tuple[str, ...] = ()

    def unit(self, index: int) -> Unit | None:
        """Unit that the file states for a column."""
        if self.names:
            return self.names[index].unit
        return unit_of(self.units[index]) if self.units else None

    @property
    def listing(self) -> str:
        """The columns, for a reader."""
        if not self.names:
            return f"{self.width} columns without names"
        shown = ", ".join(name.text for name in self.names[:_SHOWN_NAMES])
        return shown if self.width <= _SHOWN_NAMES else f"{shown}, ... ({self.width} columns)"


def layout_of(text: TextLines) -> Layout | None:
    """Layout of a table, or None where the first lines are not rows of at least three columns.

    The first row is the first line with three numbers. Names stand on the line above it or in a comment above
    it; a line of units or of dashes may stand between, titles above.

    Raises
    ------
    InputError
        If numbers have decimal commas; if names and rows do not fit together.
    """
    start = next((k for k in range(min(len(text.lines), _HEAD)) if _begins_rows(text.lines, k)), None)
    if start is None:
        return _without_rows(text)
    delimiter = _row_delimiter(text.lines[start])
    with text.on_line(start):
        width = len(split(text.lines[start], delimiter))
    if width > _MOST_COLUMNS:
        raise text.error(start, f"at most {_MOST_COLUMNS} columns", "write one station a line", f"{width} columns")
    return _with_names(text, Layout(delimiter, None, width, start))


def _begins_rows(lines: Sequence[str], index: int) -> bool:
    """Tell whether a line is a row, and not a title with three numbers in it."""
    if _row_delimiter(lines[index]) == "":
        return False
    below = next((line for line in lines[index + 1 : index + 4] if not MARKER.fullmatch(line)), None)
    numbers_only = all(map(is_number, re.split(r"[\s,;|]+", lines[index].strip())))
    return below is None or numbers_only or _row_delimiter(below) != ""


def _row_delimiter(line: str) -> str | None:
    """What separates the columns of a row of numbers; empty for a line that is none."""
    for delimiter in (*(d for d in DELIMITERS if d in line), None):
        try:
            tokens = split(line, delimiter)
        except InputError:
            # a quotation mark that nothing closes: the rows are read with more care
            tokens = line.replace('"', " ").split(delimiter)
            tokens = [token.strip() for token in tokens]
        numbers = sum(map(is_number, tokens))
        nulls = sum(token.lower() in NULL_WORDS and not is_number(token) for token in tokens)
        texts = len(tokens) - numbers - nulls
        if delimiter is None and numbers < _NUMBERS * len(tokens):
            continue
        if numbers >= 3 or (numbers == 2 and nulls and (delimiter is not None or not texts)):
            return delimiter
    return ""


def _without_rows(text: TextLines) -> Layout | None:
    """Nothing, for what is no table; an error for names without rows and for decimal commas."""
    for index, line in enumerate(text.lines[:_HEAD]):
        tokens = re.split(r"[;\t|]|\s+", line[:_LONGEST])
        commas = [token.strip() for token in tokens if _DECIMAL_COMMA.fullmatch(token.strip())]
        if len(commas) >= 2 and len(commas) + sum(map(is_number, tokens)) >= 3:
            remedy = "write points in place of the decimal commas"
            raise text.error(index, "numbers with a decimal point", remedy, quoted(commas[0]))
    header = next((k for k, line in enumerate(text.lines[:_HEAD]) if has_positions(names_in(line[:_LONGEST]))), None)
    if header is None:
        return None
    below = [k for k in range(header + 1, len(text.lines[:_HEAD])) if not _skipped(text.lines[k])]
    index = below[0] if below else len(text.lines)
    remedy = "write one row a station"
    tokens = re.split(r"[\s;,|]+", text.lines[index]) if below else []
    if sum(is_number(token.lower().replace("d", "e")) and not is_number(token) for token in tokens) >= 3:
        remedy = "write exponents with e in place of d"
    raise text.error(index, "rows of at least three numbers under the names", remedy)


def _skipped(line: str) -> bool:
    return bool(_RULE.fullmatch(line) or MARKER.fullmatch(line) or are_units(line.split()))


def _with_names(text: TextLines, layout: Layout) -> Layout:
    """Layout with the names that stand above its first row."""
    lines = [(text.line_numbers[k], k, text.lines[k]) for k in range(layout.start)]
    row = text.line_numbers[layout.start]
    comments = [(number, -1, comment) for number, comment in text.comments if number < row]
    remarks = [comment for _, _, comment in comments]
    units: list[str] = []
    unknown: tuple[ColumnName, ...] | None = None
    words: dict[str, str] = {}
    above = sorted(lines + comments, reverse=True)
    for place, (_, index, line) in enumerate(above):
        if len(line) > _LONGEST:
            raise InputError(
                f"{text.path} expects lines of at most {_LONGEST} characters above its rows, got {len(line)}"
            )
        if _RULE.fullmatch(line) or not line or (index >= 0 and MARKER.fullmatch(line)):
            continue
        if not units and (found := fitting_units(line, layout.delimiter, layout.width)):
            units = found
            continue
        names = fitting_names(line, layout.delimiter, layout.width)
        if names and index >= 0 and not has_positions(names):
            _refuse_below_names(text, layout, index, [k for _, k, _ in above[place + 1 :] if k >= 0])
        if names and (index >= 0 or has_positions(names)):
            higher = above[place + 1 :]
            if not units and higher and (found := fitting_units(higher[0][2], layout.delimiter, layout.width)):
                units, higher = found, higher[1:]
            titles = tuple(
                title
                for _, k, title in reversed(higher)
                if k >= 0 and not (_RULE.fullmatch(title) or MARKER.fullmatch(title))
            )
            _refuse_rows_among(text, layout, [k for _, k, _ in higher if k >= 0])
            layout = replace(layout, titles=titles, mentioned=mentioned_unit([*remarks, *titles]))
            return _named(text, layout, names, units)
        if index >= 0:
            remedy = "give as many names as the rows have columns, or remove that line"
            if any(map(_DECIMAL_COMMA.fullmatch, line.replace(";", " ").split())):
                remedy = "write points in place of decimal commas"
            raise text.error(index, f"names for {layout.width} columns or a row of numbers", remedy)
        if names and unknown is None and not is_prose(line):
            unknown = names
        words.update((understood(word).quantity, line) for word in re.findall(r"\w+", line[:_SENTENCE]))
    mentioned = mentioned_unit(remarks)
    if unknown is not None:
        return _named(text, replace(layout, mentioned=mentioned), unknown, units)
    named = has_positions([ColumnName("", quantity=quantity) for quantity in words])
    remark = words.get("easting", words.get("longitude", "")) if named else ""
    return replace(layout, remark=remark, mentioned=mentioned, units=tuple(units))


def _refuse_below_names(text: TextLines, layout: Layout, index: int, above: Sequence[int]) -> None:
    """Reject a line that is neither names nor units, where names stand above it."""
    if any(has_positions(fitting_names(text.lines[k], layout.delimiter, layout.width) or ()) for k in above):
        raise text.error(index, "units or a row of numbers under the names", "correct or remove that line")


def _refuse_rows_among(text: TextLines, layout: Layout, titles: Sequence[int]) -> None:
    """Reject a title that is a row of numbers, a count, or another line of names."""
    for index in titles:
        line = text.lines[index]
        numbers_only = all(map(is_number, re.split(r"[\s,;|]+", line.strip())))
        if (numbers_only or _row_delimiter(line) != "") and not MARKER.fullmatch(line):
            raise text.error(index, "a title or names above the rows", "put that line below the names, or remove it")
        parts = line.split(layout.delimiter) if layout.delimiter is not None else []
        if len(parts) == layout.width and sum(bool(part.strip()) for part in parts) > 1:
            raise text.error(index, "one line of names", "join the lines above the rows into one")


def _named(text: TextLines, layout: Layout, names: Sequence[ColumnName], units: Sequence[str]) -> Layout:
    """Layout with names, and with the units of a line of their own."""
    merged = []
    for name, unit in zip(names, units or [""] * len(names), strict=True):
        stated = unit.strip("()[] ")
        # one that is not known is rejected where that column is read
        found = None if stated.lower() in NO_UNIT else unit_of(stated) or Unit(stated, "unknown", math.nan)
        if found is not None and name.unit is not None and name.unit.factor != found.factor:
            raise InputError(
                f"{text.path} expects one unit of the column {name.text!r}, got {name.unit.text} in its name and "
                f"{found.text} below it; correct one of them"
            )
        if found is not None and name.unit is None:
            again = understood(f"{name.text} [{found.text}]") if found.dimension != "unknown" else name
            name = replace(again, text=name.text, key=name.key, unit=found)
        merged.append(name)
    return replace(layout, names=tuple(merged))
