"""What rounding leaves of the field of an exact prism far away."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["prism_rounding"]

ROUNDINGS = 1000.0
"""Multiples of ``eps r^2 / (a b)`` that the field of a prism errs by at distance r, at most, over its size in any
direction, with a and b its shorter sides: 420 measured against 200 digits, for prisms of four shapes, up to 3,000 sides
away. Of the three differences of corners one is made without loss; each of the others loses r over its side."""


def prism_rounding(
    edges: tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]],
    active: npt.NDArray[np.bool_],
    stations: npt.NDArray[np.float64],
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
    tolerated : float
        Error below which a rough bound will do.
    """
    up, north, east = (0.5 * (axis[1:] + axis[:-1]) for axis in edges)
    high, long, wide = np.ix_(*(np.diff(axis) for axis in edges))
    shorter = high * long * wide / np.maximum(np.maximum(high, long), wide)
    unit = ROUNDINGS * 0.5 * float(np.finfo(float).eps)
    # to the most central station: no less than to the nearest
    central = stations[np.argmin(np.sum((stations - stations.mean(axis=0)) ** 2, axis=1))]
    squared = ((up - central[2]) ** 2)[:, None, None] + ((north - central[1]) ** 2)[:, None] + (east - central[0]) ** 2
    error = np.where(active, unit * squared / shorter, 0.0)
    doubtful = np.argwhere(error > tolerated)
    if not doubtful.size:
        return float(error.max())
    import scipy.spatial

    centres = np.column_stack([east[doubtful[:, 2]], north[doubtful[:, 1]], up[doubtful[:, 0]]])
    nearest = scipy.spatial.cKDTree(stations).query(centres)[0]
    return float((unit * nearest**2 / shorter[tuple(doubtful.T)]).max())
