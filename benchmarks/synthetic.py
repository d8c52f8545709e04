"""Synthetic magnetic problems that several benchmarks share: cells of 50 x 50 x 25 m, level or draped stations."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geoinv import Grid, MainField, Survey

__all__ = ["FIELD", "cells", "draped", "level", "padded_cells"]

Array = npt.NDArray[np.float64]

FIELD = MainField(65.0, 25.0, 50000.0)
CELL = 50.0


def cells(shape: tuple[int, int, int]) -> Grid:
    """Cells (upward, northing, easting) of 50 x 50 x 25 m below height 0."""
    return Grid.regular(shape, (25.0, CELL, CELL), (-25.0 * shape[0], 0.0, 0.0))


def padded_cells(shape: tuple[int, int, int], padding: int) -> Grid:
    """The same with so many cells beside and below them, each 1.3 times as wide as the one before."""
    widening = CELL * 1.3 ** np.arange(1, padding + 1)
    rows, columns = (np.concatenate([widening[::-1], np.full(n, CELL), widening]) for n in shape[1:])
    layers = np.concatenate([0.5 * widening[::-1], np.full(shape[0], 0.5 * CELL)])
    easting, northing = (np.cumsum([-widening.sum(), *widths]) for widths in (columns, rows))
    return Grid(easting, northing, np.cumsum([-layers.sum(), *layers]))


def level(shape: tuple[int, int, int]) -> tuple[Grid, Survey]:
    """Cells, and a station 40 m above each column of them."""
    grid = cells(shape)
    northing, easting = (c.ravel() for c in np.meshgrid(grid.northing, grid.easting, indexing="ij"))
    return grid, Survey(easting, northing, np.full(easting.size, 40.0), field=FIELD)


def draped(shape: tuple[int, int, int], stations: int, relief: float) -> tuple[Grid, Survey]:
    """Cells under hills, and stations anywhere, 30 to 150 m above them.

    Parameters
    ----------
    shape : (int, int, int)
        Cells along upward, northing, easting; those above ground are inactive.
    stations : int
        How many.
    relief : float
        Metres that the hills rise above and the valleys fall below their mean, which is as far below height 0.
    """
    grid = cells(shape)
    wide, long = CELL * shape[1], CELL * shape[2]

    def ground(easting: Array, northing: Array) -> Array:
        return np.asarray(relief * (np.sin(9.0 * easting / long) * np.cos(7.0 * northing / wide) - 1.0))

    random = np.random.default_rng(0)
    easting, northing = random.uniform(0.0, long, stations), random.uniform(0.0, wide, stations)
    upward = ground(easting, northing) + random.uniform(30.0, 150.0, stations)
    below = grid.upward[:, None, None] < ground(grid.easting, grid.northing[:, None])
    return grid.with_active(below), Survey(easting, northing, upward, field=FIELD)
