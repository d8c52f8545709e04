"""Random ground: smooth hills and valleys."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geoinv.meshes.tensor import Grid

__all__ = ["around_columns", "random_ground"]

Array = npt.NDArray[np.float64]

WAVES = 16


def around_columns(grid: Grid) -> tuple[Array, Array]:
    """Easting and northing, in metres, of the columns of a grid of equal cells, and of one more at each side."""
    easting, northing = (
        np.concatenate([[values[0] - width], values, [values[-1] + width]])
        for values, width in ((getattr(grid, axis), grid.smallest_width(axis)) for axis in ("easting", "northing"))
    )
    return easting, northing


def random_ground(random: np.random.Generator, grid: Grid, relief: float) -> Array:
    """Elevation over :func:`around_columns`, highest at the top of the grid.

    Waves of random azimuths, 0.3 to 2 times the width of the grid long and as high as they are long, so that slopes
    are alike at every length.

    Parameters
    ----------
    random : numpy.random.Generator
    grid : Grid
        Equal cells along each axis.
    relief : float
        Highest less lowest elevation, in metres.

    Returns
    -------
    (northing + 2, easting + 2) array, in metres

    Examples
    --------
    >>> grid = Grid.regular((8, 10, 12), (10.0, 20.0, 20.0))
    >>> elevation = random_ground(np.random.default_rng(0), grid, relief=15.0)
    >>> elevation.shape, float(elevation.max()), round(float(np.ptp(elevation)), 9)
    ((12, 14), 80.0, 15.0)
    """
    easting, northing = around_columns(grid)
    width = min(np.ptp(easting), np.ptp(northing))
    lengths = width * np.exp(random.uniform(np.log(0.3), np.log(2.0), WAVES))
    azimuths, phases = random.uniform(0.0, 2.0 * np.pi, (2, WAVES))
    height = np.zeros((northing.size, easting.size))
    for length, azimuth, phase in zip(lengths, azimuths, phases, strict=True):
        along = np.sin(azimuth) * easting + np.cos(azimuth) * northing[:, None]
        height += length * np.sin(2.0 * np.pi * along / length + phase)
    height *= relief / np.ptp(height)
    return np.asarray(height - height.max() + grid.bounds["upward"][1])
