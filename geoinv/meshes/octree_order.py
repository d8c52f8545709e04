"""The order of the cells of an octree, in which a cell is found by one binary search.

Cells stand in blocks as wide as the box is narrow, the blocks with easting fastest, then northing, then upward; within
a block along the curve of Morton (1966), easting fastest. It is the order of discretize.TreeMesh.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["place_in_order"]

Integers = npt.NDArray[np.int64]

_SPREAD = (
    (32, 0x1F00000000FFFF),
    (16, 0x1F0000FF0000FF),
    (8, 0x100F00F00F00F00F),
    (4, 0x10C30C30C30C30C3),
    (2, 0x1249249249249249),
)
"""Shifts and masks that put two zeros between the bits of a number of 21 bits."""


def place_in_order(index: npt.ArrayLike, counts: tuple[int, int, int]) -> Integers:
    """Number of each finest cell along the order of an octree.

    A cell of an octree covers as many successive numbers as it has finest cells, from that of its corner on.

    Parameters
    ----------
    index : (..., 3) array of int
        Finest cells along (upward, northing, easting).
    counts : (int, int, int)
        Finest cells of the box along the same axes, powers of two.

    Returns
    -------
    (...) array of int

    Examples
    --------
    >>> place_in_order([[0, 0, 0], [0, 0, 1], [1, 1, 0], [0, 0, 2]], (2, 2, 4)).tolist()
    [0, 1, 6, 8]
    """
    up, north, east = np.moveaxis(np.asarray(index, np.int64), -1, 0)
    width = min(counts)
    power, inner = width.bit_length() - 1, width - 1
    blocks = [count >> power for count in counts]
    block = ((up >> power) * blocks[1] + (north >> power)) * blocks[2] + (east >> power)
    within = _spread(east & inner) | _spread(north & inner) << 1 | _spread(up & inner) << 2
    return np.asarray((block << 3 * power) | within)


def _spread(bits: Integers) -> Integers:
    """Numbers with two zeros put before each of their bits."""
    for shift, mask in _SPREAD:
        bits = (bits | bits << shift) & mask
    return bits
