"""A line above the rows of a table: names, units, or prose."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from geoinv.conventions.units import unit_of
from geoinv.core.checks import InputError
from geoinv.formats.column_names import ColumnName, understood
from geoinv.formats.text import is_number, split

__all__ = [
    "DELIMITERS",
    "NO_UNIT",
    "are_units",
    "fitting_names",
    "fitting_units",
    "has_positions",
    "is_prose",
    "mentioned_unit",
    "names_in",
]

DELIMITERS = "\t;|,"
"""What separates columns, white space apart."""

NO_UNIT = frozenset({"", "-", "--", "none", "n/a", "na", "()", "[]", "unitless", "text", "string"})
"""Texts, in lower case, that say that a column has no unit."""

_PROSE = re.compile(
    r"\b(of|from|by|the|for|with|and|in|on|to|at|this|is|are|as|file|survey|generated|exported|created|written|"
    r"format|version|project|client|area|date|made)\b|:(\s|$)"
)
_OTHER_UNITS = {
    "length": re.compile(r"(?<![\d.]\s)(?<![\d.])\b(feet|foot|ft|kilomet(er|re)s?|km)\b"),
    "magnetic field": re.compile(r"(?<![\d.]\s)(?<![\d.])\b(microteslas?|uT|\N{MICRO SIGN}T|picoteslas?|pT)\b"),
}
_KNOWN = 0.2  # share of the names in a line; prose has less
_MOST_GROUPINGS = 3000


def is_prose(line: str) -> bool:
    """Tell whether a comment is a sentence rather than names."""
    return _PROSE.search(line.lower()) is not None


def has_positions(names: Sequence[ColumnName]) -> bool:
    """Tell whether names say where a station lies, in metres or degrees."""
    quantities = {name.quantity for name in names}
    return bool(quantities & {"easting", "longitude"}) and bool(quantities & {"northing", "latitude"})


def names_in(line: str) -> list[ColumnName]:
    """Names in a line above rows that are not known; none where they do not say where a station lies."""
    for tokens in _tokenisations(line, None):
        names = [understood(token) for token in tokens]
        known = sum(bool(name.quantity) for name in names)
        if has_positions(names) and known >= (1.0 if is_prose(line) else _KNOWN) * len(names):
            return names
    return []


def fitting_names(line: str, delimiter: str | None, width: int) -> tuple[ColumnName, ...] | None:
    """Names in a line, as many as there are columns; those that are best understood."""
    fitting = []
    for part in dict.fromkeys((line, line.partition(":")[2].strip())):
        for tokens in _tokenisations(part, delimiter):
            if len(tokens) == width and not any(map(is_number, tokens)):
                fitting.append(tuple(map(understood, tokens)))
    if not fitting:
        fitting = _groupings(line.split(), width)
    return max(fitting, key=has_positions, default=None)


def _tokenisations(line: str, delimiter: str | None) -> Iterator[list[str]]:
    """Ways to part a line into names: where the rows are parted, if that is there."""
    own = delimiter is not None and delimiter in line
    for separator in (delimiter,) if own else dict.fromkeys((delimiter, *(d for d in DELIMITERS if d in line), None)):
        try:
            yield split(line, separator)
        except InputError:
            continue
    if own and delimiter is not None:
        yield re.split(rf"{re.escape(delimiter)}(?![^()\[\]]{{0,60}}[)\]])", line)  # Elevation (ft, NAVD88)
        return
    stripped = line.strip()
    yield re.split(r"\s{2,}|\s*\t\s*", stripped)
    yield re.findall(r"[^\s(\[]\S*(?:\s+[(\[][^()\[\]]{0,60}[)\]])*", stripped)  # Easting (m)
    yield [part for part in re.split(r"(?<=[)\]])\s+", stripped) if part]  # GPS Height (m)


def _groupings(words: Sequence[str], width: int) -> list[tuple[ColumnName, ...]]:
    """Names of several words: the only way to group them so that each is understood and none comes twice."""
    if not width < len(words) <= 4 * width or math.comb(len(words) - 1, width - 1) > _MOST_GROUPINGS:
        return []
    found = []
    for breaks in combinations(range(1, len(words)), width - 1):
        ends = (0, *breaks, len(words))
        names = tuple(understood(" ".join(words[a:b])) for a, b in pairwise(ends))
        quantities = [name.quantity for name in names]
        if all(quantities) and len(set(quantities)) == width:
            found.append(names)
    return found if len(found) == 1 else []


def fitting_units(line: str, delimiter: str | None, width: int) -> list[str]:
    """Units in a line, one a column, or nothing."""
    for tokens in _tokenisations(line, delimiter):
        if len(tokens) == width and are_units(tokens):
            return tokens
    return []


def are_units(tokens: Sequence[str]) -> bool:
    """Tell whether tokens are units, or say that there is none; some may be unknown units of what is not read."""
    known = sum(unit_of(token) is not None and not is_number(token) for token in tokens)
    if not known or any(is_number(token) or understood(token).quantity for token in tokens):
        return False
    stated = [token for token in tokens if token.strip("()[]").lower() not in NO_UNIT]
    return known == len(stated) or 2 <= known >= len(stated) / 2


def mentioned_unit(remarks: Sequence[str]) -> tuple[str, str]:
    """Dimension and remark of a unit that is not the project's, without a number before it ("100 ft")."""
    for comment in remarks:
        for dimension, unit in _OTHER_UNITS.items():
            if unit.search(comment):
                return dimension, comment
    return "", ""
