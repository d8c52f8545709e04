"""Even moments of the cells of a grid over powers of the cells' own size, so that no power overflows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geoinv.operators.prisms.multipole.expansion import ORDERS, SLOTS, NearCells, single_suffices
from geoinv.operators.prisms.problem import PrismProblem

__all__ = ["LOW_SLOTS", "Moments", "lengths_in_range", "moments", "rows_in_range"]

LOW_SLOTS = 3
"""Degrees of the moments of distant rows (0, 2, 4), and passes over cells of unequal length that have such."""

LARGEST_RATIO = 1e4
"""Of the longest cell of a row to the shortest: its power of 9, about their mean, stays far within single precision."""

FARTHEST_RATIO = 2500.0
"""Of the farthest row of a layer to the nearest, from one station: its power of 18, about their mean, times 1e6 (what
the coefficients grow to) stays within single precision."""

Array = npt.NDArray[np.float64]


class Moments(NamedTuple):
    """Moments of cells: the product of all but the last, times the terms of :func:`far_terms`.

    Attributes
    ----------
    shares : (kinds, passes, orders) array
        What rows have of each of `ORDERS`: at most 1.
    units : (kinds, passes, slots) array
        What those of each degree are in units of, in m^degree, and the volume over `volume`.
    lengths : (passes, columns) array
        Of the cells, over their mean, to the power that goes with the pass; 0 where a pass does not go.
    volume : float
        In m^3.
    """

    shares: Array
    units: Array
    lengths: Array
    volume: float


def moments(half_sizes: Array, run: tuple[int, int]) -> Moments:
    """Moments of the cells of rows.

    The columns of one length are summed in one pass, the last. In those beside them the moments are kept apart by their
    power of the length, in one pass each.

    Parameters
    ----------
    half_sizes : (kinds, columns, 3) array
        In metres.
    run : tuple of int
        First column, and the one after the last, of those of one length; equal where there are none.
    """
    orders, degrees = np.array(ORDERS), 2 * np.arange(SLOTS)
    length, sides = half_sizes[0, :, 0], half_sizes[:, 0, 1:]
    west, east = run
    width = sides.max(axis=1)
    shares, units, lengths = [], [], []
    beside = np.delete(length, np.s_[west:east])
    if beside.size:
        mean = float(np.sqrt(beside.min() * beside.max()))
        within = np.ones(length.size)
        within[west:east] = 0.0
        of_sides = np.prod((sides / width[:, None])[:, None] ** (2 * orders[:, 1:]), axis=2)
        for slot in range(SLOTS):
            shares.append(of_sides * (orders[:, 0] == slot))
            units.append(mean ** (1 + 2 * slot) * width[:, None] ** np.maximum(degrees - 2 * slot, 0))
            lengths.append((length / mean) ** (1 + 2 * slot) * within)
    if west < east:
        cells = half_sizes[:, west]
        size = cells.max(axis=1)
        shares.append(np.prod((cells / size[:, None])[:, None] ** (2 * orders), axis=2))
        units.append(length[west] * size[:, None] ** degrees)
        lengths.append(np.where((np.arange(length.size) >= west) & (np.arange(length.size) < east), 1.0, 0.0))
    unit = 8.0 * np.stack(units, axis=1) * np.prod(sides, axis=1)[:, None, None]
    volume = float(np.sqrt(unit[..., 0].min() * unit[..., 0].max()))
    return Moments(np.stack(shares, axis=1), unit / volume, np.array(lengths), volume)


def lengths_in_range(problem: PrismProblem, cells: NearCells) -> bool:
    """Whether far cells may be evaluated in single precision, and their lengths are within its range."""
    lengths = cells.half_sizes[0, :, 0]
    return bool(single_suffices(problem) and lengths.max() <= LARGEST_RATIO * lengths.min())


def rows_in_range(problem: PrismProblem, cells: NearCells) -> bool:
    """Whether the same holds of the distances of rows from stations, in units that a layer has in common."""
    if not lengths_in_range(problem, cells):
        return False
    nodes, columns = problem.nodes, problem.cells.shape[2]
    gaps, beyond = [], np.empty(0)
    for axis, edges in enumerate((nodes.x[: columns + 1], nodes.y, nodes.z)):
        first, last = 0.5 * (edges[0] + edges[1]), 0.5 * (edges[-2] + edges[-1])
        place = problem.local_stations[:, axis]
        gaps.append(np.maximum(np.maximum(first - place, place - last), 0.0))
        if axis == 1:
            beyond = np.maximum(abs(first - place), abs(last - place))
    nearest = np.maximum(gaps[0] ** 2 + gaps[1] ** 2 + gaps[2] ** 2, cells.near.min() ** 2)
    farthest = gaps[0] ** 2 + gaps[2] ** 2 + beyond**2
    return bool((farthest <= FARTHEST_RATIO**2 * nearest).all())
