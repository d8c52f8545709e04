"""Lines of a survey: which stations belong to each, where along it they lie, lines left out, stations thinned out."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.core.wording import way
from geoinv.formats.notes import doubt
from geoinv.preparation.record import recorded
from geoinv.surveys.survey import Survey

__all__ = ["along", "decimated", "lines_of", "without_lines"]

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


def lines_of(survey: Survey, purpose: str) -> list[tuple[str, Places]]:
    """Name and stations of each line, in the order of the file.

    A user is warned of stations without a line, which belong to none.

    Parameters
    ----------
    survey : Survey
        With a column ``line``.
    purpose : str
        What needs lines, for the error: "--despike".

    Raises
    ------
    InputError
        If the survey has no column of lines.
    """
    line = survey.line
    if line is None:
        name_it = way("name it with --columns line=NAME", "name it with columns={'line': 'NAME'}", "name it")
        raise InputError(
            f"{purpose} expects the line of each station, got a survey without a column line; {name_it}, or leave "
            f"{purpose} out"
        )
    names, first, places = np.unique(line, return_index=True, return_inverse=True)
    order = np.argsort(places, kind="stable")
    groups = np.split(order, np.cumsum(np.bincount(places, minlength=names.size))[:-1])
    known = [k for k in np.argsort(first) if names[k] == names[k] and str(names[k])]
    without = survey.stations - sum(groups[k].size for k in known)
    if without:
        doubt(f"{without} of {survey.stations} stations have no line: {purpose} leaves them as they are")
    return [(_text(names[k]), groups[k]) for k in known]


def _text(name: Any) -> str:
    """Name of a line as the file writes it, whole numbers without a point."""
    return str(int(name)) if isinstance(name, float) and name.is_integer() else str(name)


def along(survey: Survey, places: Places) -> Array:
    """Metres flown from the first of some stations to each."""
    steps = np.hypot(np.diff(survey.easting[places]), np.diff(survey.northing[places]))
    return np.concatenate([[0.0], np.cumsum(steps)])


def without_lines(survey: Survey, names: Sequence[str]) -> Survey:
    """Survey without some of its lines.

    Parameters
    ----------
    survey : Survey
        With a column ``line``.
    names : sequence of str
        Lines as the file writes them.

    Raises
    ------
    InputError
        If there is no such line, or none is left.

    Examples
    --------
    >>> survey = Survey([0.0, 1.0], [0.0, 0.0], [5.0, 5.0], components=("gz",), columns={"line": [10, 20]})
    >>> without_lines(survey, ["20"]).stations
    1
    """
    option = way("--drop-lines", "names")
    lines = dict(lines_of(survey, option))
    for name in names:
        if name not in lines:
            near = difflib.get_close_matches(name, lines, 1)
            nearest = f"the nearest is {near[0]}" if near else f"they run from {min(lines)} to {max(lines)}"
            raise InputError(f"{option} expects lines of the survey, got {name!r}; {nearest}")
    left_out = np.zeros(survey.stations, bool)
    for name in names:
        left_out[lines[name]] = True
    if left_out.all():
        raise InputError(f"{option} expects to leave some stations, got all lines; name fewer")
    left = survey.select(~left_out)
    sentence = f"{len(set(names))} of {len(lines)} lines dropped: {left.stations} of {survey.stations} stations left"
    return recorded(left, "lines", sentence)


def decimated(survey: Survey, distance: float) -> Survey:
    """Survey with stations at least a distance apart along their line: selected, not averaged.

    Parameters
    ----------
    survey : Survey
        With a column ``line``.
    distance : float
        Metres along the line.

    Raises
    ------
    InputError
        If the distance is not above zero, or there are no lines.

    Examples
    --------
    >>> survey = Survey([0.0, 4.0, 6.0, 11.0], [0.0] * 4, [5.0] * 4, components=("gz",), columns={"line": [1] * 4})
    >>> decimated(survey, 5.0).easting.tolist()
    [0.0, 6.0, 11.0]
    """
    option = way("--decimate", "distance")
    if not 0.0 < distance < np.inf:
        raise InputError(f"{option} expects metres above zero, got {distance:g}; give a distance along the line")
    lines = lines_of(survey, option)
    kept = np.ones(survey.stations, bool)
    for _, places in lines:
        kept[places] = False
        metres = along(survey, places)
        station = 0
        while station < places.size:
            kept[places[station]] = True
            # rounding of coordinates must not skip a station that stands at the very distance
            station = int(np.searchsorted(metres, metres[station] + distance * (1.0 - 1e-9)))
    left = survey.select(kept)
    sentence = f"stations at least {distance:g} m apart along lines: {left.stations} of {survey.stations} left"
    return recorded(left, "decimated", sentence)
