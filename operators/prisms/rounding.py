"""What rounding leaves of the field of an exact prism far away."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["prism_rounding"]

ROUNDINGS = {1: (100.0, 0.0), 2: (50.0, 8.0), 3: (400.0, 40.0)}
"""Multiples of ``eps r^2 / (a b)`` and of ``eps r^3 / V`` that derivatives of each order err by at distance r, at most,
over their size in any direction, with a and b the shorter sides of the prism and V its volume: at least twice what was
measured against 60 digits, for prisms of any shape up to 100,000 sides away. Of the three differences of corners one is
made without loss; each of the others loses r over its side. The cube is that of second derivatives in line with an axis
of the prism, where corners keep the angle that they are seen under, and of third derivatives anywhere."""


def prism_rounding(
    edges: tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]],
    active: npt.NDArray[np.bool_],
    stations: npt.NDArray[np.float64],
    orders: Iterable[int],
    tolerated: float,
) -> float:
    """Relative error of exact prisms in float64, at the active cell that is worst off.

    Parameters
    ----------
    edges : three arrays
        Cell edges along upward, northing, easting in metres.
    active : (upward, northing, easting) array of bool
        Cells that count.
    stations : (stations, 3) array
        Easting, northing, upward in metres.
    orders : iterable of int
        Derivatives of each component: 1, 2 or 3.
    tolerated : float
        Error below which a rough bound will do.
    """
    up, north, east = (0.5 * (axis[1:] + axis[:-1]) for axis in edges)
    multiples = [ROUNDINGS[int(order)] for order in orders]
    square, cube = (0.5 * float(np.finfo(float).eps) * max(of) for of in zip(*multiples, strict=True))
    # to the most central station: no less than to the nearest
    central = stations[np.argmin(np.sum((stations - stations.mean(axis=0)) ** 2, axis=1))]
    # as if the smallest cell were in the farthest corner, where that will do
    ends = zip((up, north, east), central[::-1], strict=True)
    farthest = float(sum(np.max(np.abs(axis[[0, -1]] - place)) ** 2 for axis, place in ends))
    least = sorted(float(np.diff(axis).min()) for axis in edges)
    rough = farthest * (square / (least[0] * least[1]) + cube * np.sqrt(farthest) / np.prod(least))
    if rough <= tolerated:
        return float(rough)
    high, long, wide = np.ix_(*(np.diff(axis) for axis in edges))
    volume = high * long * wide
    shorter = volume / np.maximum(np.maximum(high, long), wide)
    squared = ((up - central[2]) ** 2)[:, None, None] + ((north - central[1]) ** 2)[:, None] + (east - central[0]) ** 2
    error = np.where(active, squared * (square / shorter + cube * np.sqrt(squared) / volume), 0.0)
    doubtful = np.argwhere(error > tolerated)
    if not doubtful.size:
        return float(error.max())
    import scipy.spatial

    centres = np.column_stack([east[doubtful[:, 2]], north[doubtful[:, 1]], up[doubtful[:, 0]]])
    nearest = scipy.spatial.cKDTree(stations).query(centres)[0]
    place = tuple(doubtful.T)
    return float((nearest**2 * (square / shorter[place] + cube * nearest / volume[place])).max())
