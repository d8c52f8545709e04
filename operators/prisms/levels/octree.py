"""Octree cells by level, and the uniform cells that some of the levels are made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from geoinv.meshes.tensor import Grid
from geoinv.operators.prisms.levels.embedding import BoxEmbedding

__all__ = ["Host", "OctreeLevels"]

MOST_CELLS = 60_000_000
"""Uniform cells of a host beyond which another one is sure to be better."""


@dataclass(frozen=True)
class Host:
    """Uniform cells on which some levels of an octree stand.

    Attributes
    ----------
    cells : Grid
        Active where a cell of these levels is.
    embedding : BoxEmbedding
    levels : tuple of int
        Sides of the levels' cells, in finest cells.
    side : int
        Of a uniform cell, in finest cells.
    """

    cells: Grid
    embedding: BoxEmbedding
    levels: tuple[int, ...]
    side: int


@dataclass(frozen=True)
class OctreeLevels:
    """Active cells of an octree. Triples run along upward, northing, easting.

    Attributes
    ----------
    corners : (cells, 3) array of int
        Lower, southern, western corner of each cell of the octree, in finest cells from its origin.
    sides : (cells,) array of int
        Finest cells along each side, a power of two.
    active : (cells,) array of bool
    origin, spacing : (float, float, float)
        Corner of the octree and size of its finest cells, in metres.
    """

    corners: npt.NDArray[np.int64]
    sides: npt.NDArray[np.int64]
    active: npt.NDArray[np.bool_]
    origin: tuple[float, float, float]
    spacing: tuple[float, float, float]

    @cached_property
    def numbers(self) -> dict[int, npt.NDArray[np.intp]]:
        """Active cells of each level, finest first, in the order of their places."""
        levels = {}
        for side in np.unique(self.sides[self.active]):
            cells = np.flatnonzero(self.active & (self.sides == side))
            levels[int(side)] = cells[np.lexsort(self.corners[cells].T[::-1])]
        return levels

    @cached_property
    def _bounds(self) -> dict[int, tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
        return {
            side: (self.corners[cells].min(axis=0), self.corners[cells].max(axis=0) + side)
            for side, cells in self.numbers.items()
        }

    def extent(self, levels: tuple[int, ...], side: int) -> tuple[npt.NDArray[np.int64], tuple[int, int, int]]:
        """First, from the octree's corner, and number along each axis of the uniform cells that span some levels."""
        low = np.min([self._bounds[level][0] for level in levels], axis=0) // side
        high = np.max([self._bounds[level][1] for level in levels], axis=0) // side
        upward, northing, easting = (int(count) for count in high - low)
        return low, (upward, northing, easting)

    def edges(
        self, first: npt.NDArray[np.int64], shape: tuple[int, int, int], side: int
    ) -> list[npt.NDArray[np.float64]]:
        """Edges (upward, northing, easting) of uniform cells."""
        return [
            start + width * side * np.arange(int(low), int(low) + count + 1.0)
            for start, width, low, count in zip(self.origin, self.spacing, first, shape, strict=True)
        ]

    def host(self, levels: tuple[int, ...], side: int) -> Host | None:
        """Uniform cells of a size for some levels, or None where they would be too many.

        Parameters
        ----------
        levels : tuple of int
            Sides of their cells, none smaller than `side`.
        side : int
            Of the uniform cells, a power of two.
        """
        first, shape = self.extent(levels, side)
        if np.prod(shape, dtype=float) > MOST_CELLS:
            return None
        numbers = np.concatenate([self.numbers[level] for level in levels])
        embedding = BoxEmbedding(
            shape, first, self.corners[numbers] // side - first, self.sides[numbers] // side, numbers
        )
        upward, northing, easting = self.edges(first, shape, side)
        return Host(Grid(easting, northing, upward, embedding.active), embedding, levels, side)
