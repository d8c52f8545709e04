"""Columns of a table that no quantity is read from: what they are kept as, and their values."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.conventions.nulls import nulls_in
from geoinv.core.checks import InputError
from geoinv.formats.column_names import ColumnName
from geoinv.formats.layout import NULL_WORDS, Layout
from geoinv.formats.rows import rows_of
from geoinv.formats.text import TextLines, is_number, split
from geoinv.surveys.station_columns import free_name

__all__ = ["kept_columns", "kept_names", "line_of_markers"]


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_KNOWN: Mapping[str, frozenset[str]] = {
    "line": _set(
        "line lines l linie lin line_no line_number line_num lineno linenumber linenum line_name linename line_id "
        "lineid fltline flightline flight_line survey_line profile traverse"
    ),
    "flight": _set("flight flt flight_no flight_number flightno fltno flt_no flight_id sortie"),
    "fiducial": _set("fid fids fiducial fiducials fid_no fidno fiducial_number fid_number"),
    "date": _set(
        "date dates utc_date date_utc utcdate gps_date gpsdate flight_date survey_date datetime date_time timestamp "
        "acquisition_date decimal_year decimal_date dec_year yyyymmdd yyyy_mm_dd"
    ),
    "time": _set("time utc utc_time time_utc utctime gps_time gpstime time_of_day hhmmss hh_mm_ss"),
    "igrf": _set("igrf igrf_total igrf_field igrf_intensity igrf_f"),
}
_QUANTITIES = {
    "ground": "ground",
    "over ground": "radar_height",
    "longitude": "longitude",
    "latitude": "latitude",
}
_DIMENSIONS = {
    "ground": "length",
    "radar_height": "length",
    "longitude": "angle",
    "latitude": "angle",
    "igrf": "magnetic field",
}
_SAMPLE = 400  # rows that tell what a column holds
_LEADING_ZERO = re.compile(r"[+-]?0\d+")
_UNIT_BEHIND = re.compile(r"_(nt|utc|gmt)$")
_KIND = re.compile(r"[A-Za-z]*")  # of line: "LINE" of "LINE L10", "L" of "L10"
_WHOLE = re.compile(r"[+-]?\d{1,18}")


def kept_names(
    layout: Layout, taken: Collection[int], chosen: Mapping[int, str] | None = None
) -> dict[int, tuple[str, float]]:
    """Name under which each column that is not taken is kept, and the factor to the project's unit, by its place.

    Lines, fiducials, dates and the like have one name whatever the file calls them; of two that could have it, the
    one that is called so has it, or else the first; before all, those that the user has chosen.
    """
    names = layout.names or tuple(ColumnName("") for _ in range(layout.width))
    free = [index for index in range(len(names)) if index not in taken]
    known = {index: name for index, name in (chosen or {}).items() if index not in taken}
    for exactly in (True, False):
        for index in free:
            meant = _meant(names[index])
            if (
                meant
                and index not in known
                and meant not in known.values()
                and (meant == names[index].text or not exactly)
            ):
                known[index] = meant
    kept: dict[int, tuple[str, float]] = {}
    used = dict.fromkeys(known.values())
    for index in free:
        name = known.get(index) or free_name(names[index].text or f"column {index + 1}", used)
        used[name] = None
        kept[index] = (name, _factor(name, layout, index))
    return kept


def _meant(name: ColumnName) -> str:
    """Name of what is known under many names, or nothing."""
    if name.quantity in _QUANTITIES:
        return _QUANTITIES[name.quantity]
    key = _UNIT_BEHIND.sub("", name.key)
    return next((meant for meant, words in _KNOWN.items() if key in words), "")


def _factor(name: str, layout: Layout, index: int) -> float:
    """What the numbers of a column are multiplied by; 1 for one whose unit is not of what its name says."""
    unit = layout.unit(index)
    fits = unit is not None and unit.dimension == _DIMENSIONS.get(name)
    return unit.factor if fits and unit is not None else 1.0


def kept_columns(
    text: TextLines, layout: Layout, names: Mapping[int, tuple[str, float]]
) -> dict[str, npt.NDArray[Any]]:
    """Values of columns: whole numbers, numbers (NaN where null) or, where some are neither, texts.

    Parameters
    ----------
    text : TextLines
        Rows only, each of as many columns as the layout has.
    layout : Layout
        What separates the columns.
    names : mapping of int to (str, float)
        As of :func:`kept_names`.
    """
    if not names:
        return {}
    step = max(1, len(text.lines) // _SAMPLE)
    sample = [split(line, layout.delimiter) for line in text.lines[::step]]
    numeric = [k for k in names if all(_may_be_number(row[k]) for row in sample)]
    found: dict[int, npt.NDArray[Any]] = {}
    try:
        for index, values in zip(numeric, rows_of(text, layout, numeric).T if numeric else (), strict=True):
            found[index] = _numbers(values, [row[index] for row in sample], names[index][1])
    except InputError:  # a text in a row between
        found.clear()
    others = [index for index in names if index not in found]
    if others:
        rows = [split(line, layout.delimiter) for line in text.lines]
        for index in others:
            found[index] = _typed([row[index] for row in rows], names[index][1])
    return {names[index][0]: found[index] for index in names}


def _may_be_number(token: str) -> bool:
    """Tell whether a token is a number, or missing; leading zeros are part of a name or of a time."""
    return (is_number(token) and not _LEADING_ZERO.fullmatch(token)) or token.lower() in NULL_WORDS


def _numbers(values: npt.NDArray[np.float64], sample: Sequence[str], factor: float) -> npt.NDArray[Any]:
    """Numbers of a column without its null values, whole where the file writes them so."""
    null = nulls_in(values)
    if factor == 1.0 and not null.any() and all(_WHOLE.fullmatch(token) for token in sample):
        whole = values.astype(np.int64)
        if np.array_equal(whole, values) and np.abs(values).max() < 2**53:
            return whole
    return np.where(null, np.nan, values * factor)


def _typed(tokens: Sequence[str], factor: float) -> npt.NDArray[Any]:
    """Values of a column that is read token by token."""
    if all(map(_may_be_number, tokens)):
        values = np.array([np.nan if token.lower() in NULL_WORDS else float(token) for token in tokens])
        if not np.isinf(values).any():
            return _numbers(values, tokens, factor)
    return np.array(["" if token.lower() in NULL_WORDS else token for token in tokens], dtype=str)


def line_of_markers(markers: Sequence[str]) -> npt.NDArray[Any]:
    """Line of each row by the marker above it: its number, or the whole marker where there are ties beside lines."""
    one_kind = len({_KIND.match(marker).group().lower() for marker in markers}) == 1  # type: ignore[union-attr]
    told = [re.sub(r"^[A-Za-z]+[\s:]*", "", one) if one_kind else " ".join(one.split()) for one in markers]
    return _typed([part or marker for part, marker in zip(told, markers, strict=True)], 1.0)
