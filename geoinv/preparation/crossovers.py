"""Noise from where a field was measured twice: crossings of lines, and stations at one place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.core.wording import way
from geoinv.preparation.libraries import require
from geoinv.preparation.lines import lines_of
from geoinv.preparation.record import recorded
from geoinv.surveys.survey import Survey

__all__ = ["Crossovers", "crossovers", "with_noise_of_crossovers", "with_noise_of_repeats"]

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

_FEWEST = 8
"""Differences from which a standard deviation is told, to a quarter of itself."""

_GAP = 5.0
"""Usual distances between neighbours on a line beyond which nothing is interpolated."""

_SAME_PLACE = 1.0
"""Metres within which stations are at one place."""

_NORMAL = 1.482602218505602
"""Standard deviation of a normal distribution in medians of its magnitude."""


@dataclass(frozen=True)
class Crossovers:
    """Where two lines cross, and what each measured there.

    Parameters
    ----------
    easting, northing : (crossings,) array
        Metres.
    differences : (components, crossings) array
        Datum of one line less that of the other, each interpolated between its two neighbours.
    heights : (crossings,) array
        The same of the heights.
    variances : (crossings,) array
        Variance of a difference where every datum has variance 1.
    """

    easting: Array
    northing: Array
    differences: Array
    heights: Array
    variances: Array

    @property
    def deviations(self) -> Array:
        """Standard deviation of a datum of each component, by the median of the magnitudes: outliers do not move it."""
        return np.asarray(_NORMAL * np.median(np.abs(self.differences) / np.sqrt(self.variances), axis=1))


def crossovers(survey: Survey, purpose: str = "crossovers") -> Crossovers:
    """Crossings of the lines of a survey.

    Parameters
    ----------
    survey : Survey
        With data and a column ``line``.
    purpose : str, optional
        For errors.

    Raises
    ------
    InputError
        If there are no data or no lines.
    """
    if survey.data is None:
        raise InputError(f"{purpose} expects data, got stations only; name the column of the data")
    starts, ends, owners = _segments(survey, purpose)
    shapely = require("shapely")
    places = np.column_stack([survey.easting, survey.northing])
    segments = shapely.linestrings(np.stack([places[starts], places[ends]], axis=1))
    tree = shapely.STRtree(segments)
    first, second = tree.query(segments, predicate="intersects")
    pairs = (first < second) & (owners[first] != owners[second])
    first, second = first[pairs], second[pairs]
    a, b = places[starts[first]], places[starts[second]]
    along_a, along_b = places[ends[first]] - a, places[ends[second]] - b
    cross = along_a[:, 0] * along_b[:, 1] - along_a[:, 1] * along_b[:, 0]
    # lines that run along each other cross nowhere in particular
    steep = np.abs(cross) > 0.1 * np.hypot(*along_a.T) * np.hypot(*along_b.T)
    first, second, a, b, along_a, along_b, cross = (
        part[steep] for part in (first, second, a, b, along_a, along_b, cross)
    )
    apart = b - a
    s = np.clip((apart[:, 0] * along_b[:, 1] - apart[:, 1] * along_b[:, 0]) / cross, 0.0, 1.0)
    t = np.clip((apart[:, 0] * along_a[:, 1] - apart[:, 1] * along_a[:, 0]) / cross, 0.0, 1.0)
    where = a + s[:, None] * along_a
    # a crossing at a station belongs to two segments of its line
    _, once = np.unique(np.column_stack([np.round(where, 3), owners[first], owners[second]]), axis=0, return_index=True)
    first, second, s, t, where = first[once], second[once], s[once], t[once], where[once]

    def at(values: Array, which: Places, share: Array) -> Array:
        return np.asarray((1.0 - share) * values[..., starts[which]] + share * values[..., ends[which]])

    return Crossovers(
        where[:, 0],
        where[:, 1],
        at(survey.data, first, s) - at(survey.data, second, t),
        at(survey.upward, first, s) - at(survey.upward, second, t),
        (1.0 - s) ** 2 + s**2 + (1.0 - t) ** 2 + t**2,
    )


def _segments(
    survey: Survey, purpose: str
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Stations at both ends of each piece of line between neighbours, gaps left out, and the line of each piece."""
    starts, ends, owners = [], [], []
    for number, (_, places) in enumerate(lines_of(survey, purpose)):
        if places.size > 1:
            steps = np.hypot(np.diff(survey.easting[places]), np.diff(survey.northing[places]))
            whole = (steps > 0.0) & (steps <= _GAP * np.median(steps))
            starts.append(places[:-1][whole])
            ends.append(places[1:][whole])
            owners.append(np.full(int(whole.sum()), number))
    if not starts:
        raise InputError(f"{purpose} expects lines of several stations, got none; leave it out")
    return np.concatenate(starts), np.concatenate(ends), np.concatenate(owners)


def with_noise_of_crossovers(survey: Survey) -> Survey:
    """Survey whose standard deviations are those that the crossings of its lines show.

    What differs between two passes is in it: noise, levelling, heights that differ.

    Raises
    ------
    InputError
        If there are less than eight crossings, or they do not differ at all.
    """
    owner = way("--noise crossovers", "crossovers")
    found = crossovers(survey, owner)
    count = found.variances.size
    if count < _FEWEST:
        raise InputError(
            f"{owner} expects at least {_FEWEST} crossings of lines, got {count}; say how noisy the data are, as in "
            f"{way('--noise 5', 'with_data(data, 5.0)')}"
        )
    heights = float(np.median(np.abs(found.heights)))
    about = f"{count} crossings of lines (heights differ there by {heights:.3g} m in the median)"
    return _with_deviations(survey, found.deviations, owner, about)


def with_noise_of_repeats(survey: Survey) -> Survey:
    """Survey whose standard deviations are those of stations that stand at one place.

    Raises
    ------
    InputError
        If there are no data, less than eight repeats, or they do not differ at all.
    """
    owner = way("--noise repeats", "repeats")
    if survey.data is None:
        raise InputError(f"{owner} expects data, got stations only; name the column of the data")
    groups, counts = _places(survey)
    repeats = int((counts - 1).sum())
    if repeats < _FEWEST:
        raise InputError(
            f"{owner} expects at least {_FEWEST} stations within {_SAME_PLACE:g} m of another, got {repeats}; "
            f"say how noisy the data are, as in {way('--noise 5', 'with_data(data, 5.0)')}"
        )
    squares = np.zeros(len(survey.data))
    for row, values in enumerate(survey.data):
        means = np.bincount(groups, values) / counts
        squares[row] = np.sum((values - means[groups]) ** 2)
    return _with_deviations(survey, np.sqrt(squares / repeats), owner, f"{repeats} repeated stations")


def _places(survey: Survey) -> tuple[Places, Places]:
    """Number of the place of each station, and how many stations are at each place."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import KDTree

    places = np.column_stack([survey.easting, survey.northing, survey.upward])
    pairs = KDTree(places - places.mean(axis=0)).query_pairs(_SAME_PLACE, output_type="ndarray")
    near = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), (survey.stations, survey.stations))
    _, groups = connected_components(near, directed=False)
    return groups, np.bincount(groups)


def _with_deviations(survey: Survey, deviations: Array, owner: str, about: str) -> Survey:
    if not np.all(deviations > 0.0):
        raise InputError(f"{owner} expects data that differ where they were measured twice, got none that do")
    from geoinv.conventions.quantities import QUANTITIES

    told = ", ".join(
        f"{value:.3g} {QUANTITIES[name].unit}" for name, value in zip(survey.components, deviations, strict=True)
    )
    uncertainty = np.broadcast_to(deviations[:, None], survey.range_shape)
    return recorded(survey.with_data(survey.data, uncertainty), "noise", f"standard deviation {told}, by {about}")
