"""Octree cells that are as narrow as their distance from a surface asks, by splitting level after level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geoinv.core.memory import require_memory
from geoinv.meshes.octree_order import place_in_order

__all__ = ["Surface", "refined"]

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int32]

DOWN, ASIDE, UP = 3, 2, 1
"""Widths of a cell below, beside and above itself within which the surface splits it.

Cells of each width are then that many to twice as many deep. With 1 and more, cells that share a face, an edge or a
corner differ by one level at most: where the wider one stays whole, the surface is further from the narrower one's
parent than the parent's reach.
"""

BYTES_A_CELL = 150.0
"""What the arrays of a cell take while it is found and put in order."""

CHILDREN = np.array(list(np.ndindex(2, 2, 2)), np.int32)


@dataclass(frozen=True)
class Surface:
    """Surface over some columns of finest cells, near which cells are to be narrow.

    Parameters
    ----------
    south, west : int
        First row and column, counted in finest cells from the corner of the box.
    height : (rows, columns) array
        Height above the bottom of the box in finest cells; NaN where there is no surface.
    """

    south: int
    west: int
    height: Array


def refined(surface: Surface, counts: tuple[int, int, int]) -> tuple[Integers, Integers]:
    """Corners and widths of an octree that is finest at a surface.

    A cell is split where the surface passes within :data:`DOWN`, :data:`ASIDE` and :data:`UP` times its width of it.

    Parameters
    ----------
    surface : Surface
        Where the finest cells are wanted.
    counts : (int, int, int)
        Finest cells of the box along (upward, northing, easting), powers of two.

    Returns
    -------
    corner : (cells, 3) array of int
        Lower corners (upward, northing, easting) in finest cells, in the order of OctreeGrid.
    width : (cells,) array of int
        Widths in finest cells.

    Raises
    ------
    InputError
        If the cells do not fit in memory.
    """
    width = min(counts)
    blocks = [np.arange(0, n, width, dtype=np.int32) for n in counts]
    corner = np.stack(np.meshgrid(*blocks, indexing="ij"), axis=-1).reshape(-1, 3)
    corners, widths, whole = [], [], 0
    while len(corner):
        split = _near(surface, corner, width) if width > 1 else np.zeros(len(corner), bool)
        corners.append(corner[~split])
        widths.append(np.full(len(corners[-1]), width, np.int32))
        whole += len(corners[-1])
        cells = whole + 8.0 * np.count_nonzero(split)
        require_memory("the octree", f"{cells:.3g} cells", BYTES_A_CELL * cells, "give larger cells, or fewer stations")
        width //= 2
        corner = (corner[split][:, None] + np.int32(width) * CHILDREN).reshape(-1, 3)
    corner, every = np.concatenate(corners), np.concatenate(widths)
    order = np.argsort(place_in_order(corner, counts))
    return corner[order], every[order]


def _near(surface: Surface, corner: Integers, width: int) -> npt.NDArray[np.bool_]:
    """Tell which cells of one width have the surface within their reach."""
    from scipy.ndimage import maximum_filter, minimum_filter

    north, east = (start // width for start in (surface.south, surface.west))
    lowest = _by_blocks(np.fmin, surface, width)
    highest = _by_blocks(np.fmax, surface, width)
    size = 2 * ASIDE + 1
    lowest = minimum_filter(np.pad(np.nan_to_num(lowest, nan=np.inf), ASIDE, constant_values=np.inf), size)
    highest = maximum_filter(np.pad(np.nan_to_num(highest, nan=-np.inf), ASIDE, constant_values=-np.inf), size)
    rows, columns = corner[:, 1] // width - north + ASIDE, corner[:, 2] // width - east + ASIDE
    over = (rows >= 0) & (rows < lowest.shape[0]) & (columns >= 0) & (columns < lowest.shape[1])
    place = np.where(over, rows, 0), np.where(over, columns, 0)
    bottom = corner[:, 0]
    near = (lowest[place] <= bottom + (1 + DOWN) * width) & (highest[place] >= bottom - UP * width)
    return np.asarray(over & near)


def _by_blocks(function: np.ufunc, surface: Surface, width: int) -> Array:
    """Least or greatest height in each block of columns, `width` finest cells wide from the corner of the box."""
    result = surface.height
    for axis, start in enumerate((surface.south, surface.west)):
        count = result.shape[axis]
        edges = np.arange(-(start % width), count, width)
        result = function.reduceat(result, np.maximum(edges, 0), axis=axis)
    return np.asarray(result)
