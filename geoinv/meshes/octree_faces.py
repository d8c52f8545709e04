"""The faces of an octree, by the pairs of cells on their two sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geoinv.meshes.base import AXES

if TYPE_CHECKING:
    from geoinv.meshes.octree import OctreeGrid

__all__ = ["PairedFaces", "faces_across"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PairedFaces:
    """Faces between pairs of cells, see :class:`geoinv.meshes.base.Faces`.

    Parameters
    ----------
    axis : str
        Axis that crosses them.
    before, after : (faces,) arrays of int
        Cells on the two sides, along the axis.
    area, distance : (faces,) arrays
        Area in square metres, and distance between the centres along the axis in metres.
    both_active : (faces,) array of bool
        Faces between two active cells.
    cells : int
        Number of cells of the mesh.
    """

    axis: str
    before: npt.NDArray[np.intp]
    after: npt.NDArray[np.intp]
    area: Array
    distance: Array
    both_active: npt.NDArray[np.bool_]
    cells: int

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of a value a face: (faces,)."""
        return self.before.shape

    def difference(self, model: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Value in the cell after each face less that in the cell before it."""
        return np.asarray(np.take(model, self.after, axis=-1) - np.take(model, self.before, axis=-1))

    def mean(self, model: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Mean of the values in the two cells at each face."""
        return np.asarray(0.5 * (np.take(model, self.before, axis=-1) + np.take(model, self.after, axis=-1)))

    def adjoint(self, values: npt.NDArray[Any], out: npt.NDArray[Any] | None = None) -> npt.NDArray[Any]:
        """Transpose of :meth:`difference`, added to `out` if given."""
        return self._gathered(values, -1.0, 1.0, out)

    def mean_adjoint(self, values: npt.NDArray[Any], out: npt.NDArray[Any] | None = None) -> npt.NDArray[Any]:
        """Transpose of :meth:`mean`, added to `out` if given."""
        return self._gathered(values, 0.5, 0.5, out)

    def _gathered(
        self, values: npt.NDArray[Any], before: float, after: float, out: npt.NDArray[Any] | None
    ) -> npt.NDArray[Any]:
        """Sum over the faces of each cell, those after it times `before` and those before it times `after`."""
        leading = values.shape[:-1]
        result = np.zeros((*leading, self.cells), np.result_type(values, 1.0)) if out is None else out
        for place in np.ndindex(*leading):
            result[place] += before * np.bincount(self.before, values[place], self.cells)
            result[place] += after * np.bincount(self.after, values[place], self.cells)
        return result


def faces_across(mesh: OctreeGrid, axis: str) -> PairedFaces:
    """Faces of an octree across one axis, hanging ones included.

    A face is as large as the smaller of its two cells, whatever the ratio; each is found from that cell, and from the
    one before where both are equal.
    """
    place = AXES.index(axis)
    corner, width = mesh.corner, mesh.width
    above = corner.astype(np.int64)
    above[:, place] += width
    inner = np.flatnonzero(above[:, place] < mesh.counts[place])
    other = mesh.cell_at(above[inner])
    kept = width[other] >= width[inner]
    before, after = [inner[kept]], [other[kept]]
    below = corner.astype(np.int64)
    below[:, place] -= 1
    inner = np.flatnonzero(below[:, place] >= 0)
    other = mesh.cell_at(below[inner])
    kept = width[other] > width[inner]
    before.append(other[kept])
    after.append(inner[kept])
    first, second = np.concatenate(before), np.concatenate(after)
    order = np.argsort(first * mesh.size + second, kind="stable")
    first, second = first[order], second[order]
    side = np.minimum(width[first], width[second]).astype(np.float64)
    across = [mesh.spacing[k] for k in range(3) if k != place]
    return PairedFaces(
        axis=axis,
        before=first,
        after=second,
        area=side**2 * across[0] * across[1],
        distance=np.asarray(0.5 * mesh.spacing[place] * (width[first] + width[second]), np.float64),
        both_active=mesh.active[first] & mesh.active[second],
        cells=mesh.size,
    )
