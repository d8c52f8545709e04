"""Values of a mesh's cells on the uniform cells that they are made of, and sums back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from geoinv.meshes.base import CubicCells
from geoinv.operators.prisms.levels import _boxes_numba as kernels
from geoinv.operators.prisms.precorrected_fft.runs import CellRuns

__all__ = ["BoxEmbedding", "Embedding", "RunsEmbedding"]

Integers = npt.NDArray[np.intp]


class Embedding(Protocol):
    """Matrix P of zeros and ones from a mesh's models to those of uniform cells.

    Models of the mesh are (batch, unknowns, cells), those of the uniform cells (batch, unknowns, upward, northing,
    easting).
    """

    def expand(self, models: npt.NDArray[Any], precision: npt.DTypeLike) -> npt.NDArray[Any]:
        """Give each uniform cell the value of the mesh's cell that it lies in: P."""

    def add(self, uniform: npt.NDArray[Any], models: npt.NDArray[Any]) -> None:
        """Add to models the sums over the uniform cells of each cell: the transpose of P."""

    def owner(self, layer: Integers, row: Integers, column: Integers) -> Integers:
        """Cell of the mesh that uniform cells lie in; -1 for none."""


@dataclass(frozen=True)
class RunsEmbedding:
    """Cells of a tensor mesh as runs of uniform cells along each axis.

    Attributes
    ----------
    runs : CellRuns
    active : (upward, northing, easting) array of bool
        Cells of the mesh that count.
    """

    runs: CellRuns
    active: npt.NDArray[np.bool_]

    def expand(self, models: npt.NDArray[Any], precision: npt.DTypeLike) -> npt.NDArray[Any]:
        """P of models (batch, unknowns, cells)."""
        shaped = models.reshape(*models.shape[:2], *self.runs.mesh_shape).astype(precision, copy=False)
        return self.runs.repeat_all(shaped)

    def add(self, uniform: npt.NDArray[Any], models: npt.NDArray[Any]) -> None:
        """Transpose of :meth:`expand`."""
        models += self.runs.add_all(uniform).reshape(models.shape)

    def owner(self, layer: Integers, row: Integers, column: Integers) -> Integers:
        """Cell of the mesh that uniform cells lie in; -1 where it is not active."""
        places = (layer, row, column)
        index = tuple(self.runs.owners(axis)[place] for axis, place in enumerate(places))
        return np.where(self.active[index], np.ravel_multi_index(index, self.active.shape), -1)


@dataclass(frozen=True, eq=False)
class BoxEmbedding:
    """Cells of an octree as boxes of uniform cells.

    Attributes
    ----------
    mesh : CubicCells
    side : int
        Width of the uniform cells in finest cells of the octree.
    first : (3,) array of int
        Where they begin along upward, northing, easting, among uniform cells from the octree's corner.
    shape : (int, int, int)
        How many there are.
    corners : (boxes, 3) array of int
        First layer, row and column of each box.
    sides : (boxes,) array of int
        Uniform cells along each of its sides.
    numbers : (boxes,) array of int
        The octree's cell that each box is.
    """

    mesh: CubicCells
    side: int
    first: npt.NDArray[np.int64]
    shape: tuple[int, int, int]
    corners: npt.NDArray[np.int64]
    sides: npt.NDArray[np.int64]
    numbers: npt.NDArray[np.intp]

    @cached_property
    def active(self) -> npt.NDArray[np.bool_]:
        """Uniform cells that lie in a box."""
        inside = np.zeros((1, *self.shape), bool)
        kernels.fill_boxes(self.corners, self.sides, np.zeros_like(self.numbers), np.ones((1, 1), bool), inside)
        return np.asarray(inside[0])

    def expand(self, models: npt.NDArray[Any], precision: npt.DTypeLike) -> npt.NDArray[Any]:
        """P of models (batch, unknowns, cells)."""
        uniform = np.zeros((*models.shape[:2], *self.shape), precision)
        for model, cells in zip(models, uniform, strict=True):
            kernels.fill_boxes(self.corners, self.sides, self.numbers, np.ascontiguousarray(model, precision), cells)
        return uniform

    def add(self, uniform: npt.NDArray[Any], models: npt.NDArray[Any]) -> None:
        """Transpose of :meth:`expand`."""
        for cells, model in zip(uniform, models, strict=True):
            kernels.add_boxes(self.corners, self.sides, self.numbers, np.ascontiguousarray(cells), model)

    def owner(self, layer: Integers, row: Integers, column: Integers) -> Integers:
        """Cell of the octree that uniform cells lie in; -1 for one of other levels, or not active."""
        cell = self.mesh.cell_at((np.column_stack([layer, row, column]) + self.first) * self.side)
        return np.where((cell >= 0) & self._own[cell], cell, -1)

    @cached_property
    def _own(self) -> npt.NDArray[np.bool_]:
        """Cells (cells,) of the octree that are boxes here."""
        own = np.zeros(self.mesh.size, bool)
        own[self.numbers] = True
        return own
