"""The faces of a tensor mesh, by slices of its arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geoinv.meshes.base import AXES

if TYPE_CHECKING:
    from geoinv.meshes.tensor import Grid

__all__ = ["SlicedFaces", "TensorFaces"]

Array = npt.NDArray[np.float64]


class SlicedFaces:
    """Faces between neighbours along one axis of an array: unit cells, all of them active.

    What regularizers take for the models of operators without a mesh, see :class:`geoinv.meshes.base.Faces`.

    Parameters
    ----------
    shape : tuple of int
        Shape of a model.
    place : int
        Axis of the model that crosses the faces.
    axis : str, optional
        Its name.

    Examples
    --------
    >>> faces = SlicedFaces((3,), 0)
    >>> faces.difference(np.array([1.0, 2.0, 4.0])).tolist(), faces.adjoint(np.array([1.0, 2.0])).tolist()
    ([1.0, 2.0], [-1.0, -1.0, 2.0])
    """

    def __init__(self, shape: tuple[int, ...], place: int, axis: str = "") -> None:
        self.axis = axis
        self._cells = shape
        # slices, since numpy.moveaxis takes longer than the arithmetic of small models
        after = (slice(None),) * (len(shape) - place - 1)
        self._before: tuple[Any, ...] = (..., slice(None, -1), *after)
        self._after: tuple[Any, ...] = (..., slice(1, None), *after)
        self.shape: tuple[int, ...] = (*shape[:place], shape[place] - 1, *shape[place + 1 :])

    @property
    def area(self) -> Array:
        """Area of each face: 1."""
        return np.ones((1,) * len(self.shape))

    @property
    def distance(self) -> Array:
        """Distance between the centres at each face: 1."""
        return np.ones((1,) * len(self.shape))

    @property
    def both_active(self) -> npt.NDArray[np.bool_]:
        """Faces between two active cells: all."""
        return np.ones(self.shape, bool)

    def _sides(self, model: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Views of the cells before and after each face."""
        return model[self._before], model[self._after]

    def difference(self, model: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Value in the cell after each face less that in the cell before it."""
        before, after = self._sides(model)
        return np.asarray(after - before)

    def mean(self, model: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Mean of the values in the two cells at each face."""
        before, after = self._sides(model)
        return np.asarray(0.5 * (before + after))

    def adjoint(self, values: npt.NDArray[Any], out: npt.NDArray[Any] | None = None) -> npt.NDArray[Any]:
        """Transpose of :meth:`difference`, added to `out` if given."""
        result = self._cells_of(values) if out is None else out
        before, after = self._sides(result)
        before -= values
        after += values
        return result

    def mean_adjoint(self, values: npt.NDArray[Any], out: npt.NDArray[Any] | None = None) -> npt.NDArray[Any]:
        """Transpose of :meth:`mean`, added to `out` if given."""
        result, half = self._cells_of(values) if out is None else out, 0.5 * values
        before, after = self._sides(result)
        before += half
        after += half
        return result

    def _cells_of(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.zeros((*values.shape[: values.ndim - len(self.shape)], *self._cells), np.result_type(values, 1.0))


class TensorFaces(SlicedFaces):
    """Faces across one axis of a :class:`geoinv.Grid`.

    Parameters
    ----------
    grid : Grid
        Mesh.
    axis : str
        upward, northing or easting.
    """

    def __init__(self, grid: Grid, axis: str) -> None:
        super().__init__(grid.shape, AXES.index(axis), axis)
        self._grid = grid

    @property
    def area(self) -> Array:
        """Area of each face in square metres, one for all along the axis."""
        result = np.ones((1, 1, 1))
        for other in AXES:
            if other != self.axis:
                result = result * _along(other, self._grid.widths(other))
        return result

    @property
    def distance(self) -> Array:
        """Distance between the centres at each face in metres, (faces, 1, 1) along the axis."""
        return _along(self.axis, np.diff(getattr(self._grid, self.axis)))

    @property
    def both_active(self) -> npt.NDArray[np.bool_]:
        """Faces between two active cells."""
        before, after = self._sides(self._grid.active)
        return np.asarray(before & after)


def _along(axis: str, values: Array) -> Array:
    """Values along one axis of (upward, northing, easting)."""
    shape = [1, 1, 1]
    shape[AXES.index(axis)] = values.size
    return values.reshape(shape)
