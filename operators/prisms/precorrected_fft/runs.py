"""Cells of a tensor mesh as runs of uniform cells along each axis: values go to all cells of a run, sums come back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["CellRuns"]


@dataclass(frozen=True)
class CellRuns:
    """How many uniform cells follow each other in each cell of a mesh.

    With P the matrix of zeros and ones that gives each uniform cell the value of the mesh's cell it lies in,
    :meth:`repeat` is P along one axis and :meth:`add` its transpose.

    Attributes
    ----------
    counts : three arrays of int
        Uniform cells in each cell, along upward, northing, easting.
    """

    counts: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.intp]]

    @classmethod
    def single(cls, shape: tuple[int, int, int]) -> CellRuns:
        """Cells that are the uniform ones themselves."""
        upward, northing, easting = (np.ones(cells, np.intp) for cells in shape)
        return cls((upward, northing, easting))

    @property
    def mesh_shape(self) -> tuple[int, int, int]:
        """Cells of the mesh along upward, northing, easting."""
        upward, northing, easting = (axis.size for axis in self.counts)
        return upward, northing, easting

    @cached_property
    def _owners(self) -> tuple[npt.NDArray[np.intp], ...]:
        return tuple(np.repeat(np.arange(axis.size), axis) for axis in self.counts)

    def owners(self, axis: int) -> npt.NDArray[np.intp]:
        """Cell of the mesh that each uniform cell lies in, along an axis."""
        return self._owners[axis]

    def repeat(self, values: npt.NDArray[Any], axis: int) -> npt.NDArray[Any]:
        """Values (..., upward, northing, easting) of the mesh's cells for the uniform ones along one axis."""
        return np.asarray(np.take(values, self._owners[axis], axis=axis - 3))

    def repeat_all(
        self, values: npt.NDArray[Any], box: tuple[slice, slice, slice] = (slice(None), slice(None), slice(None))
    ) -> npt.NDArray[Any]:
        """Values of the uniform cells of a box, along all axes."""
        for axis in (2, 1, 0):
            values = np.take(values, self._owners[axis][box[axis]], axis=axis - 3)
        return values

    def add(self, values: npt.NDArray[Any], axis: int) -> npt.NDArray[Any]:
        """Sums over the uniform cells of each cell, along one axis: transpose of :meth:`repeat`."""
        place = axis - 3 + values.ndim
        before = (slice(None),) * place
        shape = list(values.shape)
        shape[place] = self.counts[axis].size
        sums = np.empty(shape, values.dtype)
        for cells, uniform in self._stretches(axis):
            part = values[(*before, uniform)]
            if uniform.stop - uniform.start == cells.stop - cells.start:
                sums[(*before, cells)] = part
            else:
                np.sum(part, axis=place, keepdims=True, out=sums[(*before, cells)])
        return sums

    def add_all(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Sums over the uniform cells of each cell, along all axes."""
        for axis in (0, 1, 2):
            values = self.add(values, axis)
        return values

    def add_into(self, sums: npt.NDArray[Any], values: npt.NDArray[Any], box: tuple[slice, slice, slice]) -> None:
        """Add to the mesh's cells what the uniform ones of a box hold."""
        touched = []
        for axis, part in enumerate(box):
            owners = self._owners[axis][part]
            if not owners.size:
                return
            first = int(owners[0])
            counts = np.bincount(owners - first).astype(np.intp)
            touched.append((slice(first, first + counts.size), counts))
        upward, northing, easting = touched
        runs = CellRuns((upward[1], northing[1], easting[1]))
        sums[..., upward[0], northing[0], easting[0]] += runs.add_all(values[(..., *box)])

    def _stretches(self, axis: int) -> Iterator[tuple[slice, slice]]:
        """Cells and their uniform ones: neighbours of one uniform cell each together, others one by one."""
        counts = self.counts[axis]
        starts = np.concatenate([[0], np.cumsum(counts)])
        begin = 0
        while begin < counts.size:
            end = begin + 1
            if counts[begin] == 1:
                others = np.flatnonzero(counts[begin:] != 1)
                end = begin + int(others[0]) if others.size else counts.size
            yield slice(begin, end), slice(int(starts[begin]), int(starts[end]))
            begin = end
