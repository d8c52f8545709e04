"""Levels of an octree, and the uniform cells that some of them are made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from geoinv.meshes.base import CubicCells
from geoinv.meshes.tensor import Grid
from geoinv.operators.prisms.levels.embedding import BoxEmbedding

__all__ = ["Host", "OctreeLevels"]

Triple = tuple[int, int, int]


@dataclass(frozen=True)
class Host:
    """Uniform cells on which some levels of an octree stand.

    Attributes
    ----------
    cells : Grid
        Active where a cell of these levels is.
    embedding : BoxEmbedding
        Between the octree's cells and these.
    """

    cells: Grid
    embedding: BoxEmbedding


class OctreeLevels:
    """Active cells of an octree by level.

    Parameters
    ----------
    mesh : CubicCells

    Attributes
    ----------
    numbers : dict
        Cells of each level by their width in finest cells, finest first; of each, in the order of their places.
    """

    def __init__(self, mesh: CubicCells) -> None:
        self._mesh = mesh
        self.numbers: dict[int, npt.NDArray[np.intp]] = {}
        for width in np.unique(mesh.width[mesh.active]):
            cells = np.flatnonzero(mesh.active & (mesh.width == width))
            self.numbers[int(width)] = cells[np.lexsort(mesh.corner[cells].T[::-1])]

    @cached_property
    def _bounds(self) -> dict[int, tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
        corner = self._mesh.corner
        return {
            width: (corner[cells].min(axis=0).astype(np.int64), corner[cells].max(axis=0).astype(np.int64) + width)
            for width, cells in self.numbers.items()
        }

    def extent(self, levels: tuple[int, ...], side: int) -> tuple[npt.NDArray[np.int64], Triple]:
        """First, from the octree's corner, and number along each axis of the uniform cells that span some levels.

        Parameters
        ----------
        levels : tuple of int
            Widths of their cells in finest cells.
        side : int
            Width of the uniform cells, a power of two and no more than that of the levels.
        """
        low = np.min([self._bounds[level][0] for level in levels], axis=0) // side
        high = np.max([self._bounds[level][1] for level in levels], axis=0) // side
        upward, northing, easting = (int(count) for count in high - low)
        return low, (upward, northing, easting)

    def spacing(self, side: int) -> tuple[float, float, float]:
        """Size of uniform cells along upward, northing, easting in metres."""
        upward, northing, easting = (side * width for width in self._mesh.spacing)
        return upward, northing, easting

    def host(self, levels: tuple[int, ...], side: int) -> Host:
        """Uniform cells of a width for some levels."""
        mesh, (first, shape) = self._mesh, self.extent(levels, side)
        numbers = np.concatenate([self.numbers[level] for level in levels])
        corners = np.ascontiguousarray(mesh.corner[numbers].astype(np.int64) // side - first)
        sides = mesh.width[numbers].astype(np.int64) // side
        embedding = BoxEmbedding(mesh, side, first, shape, corners, sides, numbers)
        upward, northing, easting = (
            start + width * np.arange(int(low), int(low) + count + 1.0)
            for start, width, low, count in zip(mesh.origin, self.spacing(side), first, shape, strict=True)
        )
        return Host(Grid(easting, northing, upward, embedding.active, mesh.crs), embedding)
