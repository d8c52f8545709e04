"""The horizontal faces of a slab: one layer of a model goes to the neighbour each time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from geoinv.parallel.slab_mesh import SlabMesh

__all__ = ["SlabFaces"]

Array = npt.NDArray[np.float64]


class SlabFaces:
    """Faces across upward above the cells of a slab, see :class:`geoinv.meshes.base.Faces`.

    The face between two slabs belongs to the lower one. Every call but those of the geometry exchanges one layer with
    the neighbours, in all processes alike, and counts it. MPI's own Sendrecv takes the place of the ghost cells of
    pylops-mpi, which pass from process to process one after another and copy the model.

    Parameters
    ----------
    slab : SlabMesh
        Whose faces.
    """

    axis = "upward"

    def __init__(self, slab: SlabMesh) -> None:
        own, whole = slab.slabs.own, slab.whole
        # the last slab has no face above its highest layer
        self._faces = slice(own.start, min(own.stop, whole.shape[0] - 1))
        self._slab = slab
        self._cells = slab.shape
        count = self._faces.stop - self._faces.start
        self.shape = (count, *slab.shape[1:])
        self._within = slab.shape[0] - 1
        self._below, self._above = own.start > 0, count > self._within
        self._team = slab.slabs.team
        self._communicator = self._team.counting("layers between slabs")

    @property
    def area(self) -> Array:
        """Area of each face in square metres, one for all along the axis."""
        whole = self._slab.whole
        return np.asarray(whole.widths("northing")[None, :, None] * whole.widths("easting"))

    @property
    def distance(self) -> Array:
        """Distance between the centres at each face in metres, (faces, 1, 1)."""
        return np.asarray(np.diff(self._slab.whole.upward)[self._faces, None, None])

    @property
    def both_active(self) -> npt.NDArray[np.bool_]:
        """Faces between two active cells."""
        active, faces = self._slab.whole.active, self._faces
        return np.asarray(active[faces] & active[faces.start + 1 : faces.stop + 1])

    def difference(self, model: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Value in the cell after each face less that in the cell before it."""
        result = self._after(model)
        result -= model[..., : self.shape[0], :, :]
        return result

    def mean(self, model: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Mean of the values in the two cells at each face."""
        result = self._after(model)
        result += model[..., : self.shape[0], :, :]
        result *= 0.5
        return result

    def adjoint(self, values: npt.NDArray[Any], out: npt.NDArray[Any] | None = None) -> npt.NDArray[Any]:
        """Transpose of :meth:`difference`, added to `out` if given."""
        return self._spread(values, -1.0, 1.0, out)

    def mean_adjoint(self, values: npt.NDArray[Any], out: npt.NDArray[Any] | None = None) -> npt.NDArray[Any]:
        """Transpose of :meth:`mean`, added to `out` if given."""
        return self._spread(values, 0.5, 0.5, out)

    def _after(self, model: npt.NDArray[Any]) -> Array:
        """Values in the cells after each face: of this slab, and of the lowest layer of the one above."""
        result = np.empty((*model.shape[:-3], *self.shape))
        result[..., : self._within, :, :] = model[..., 1:, :, :]
        received = self._exchanged(model[..., 0, :, :], upward=False)
        if self._above:
            result[..., -1, :, :] = received
        return result

    def _spread(
        self, values: npt.NDArray[Any], before: float, after: float, out: npt.NDArray[Any] | None
    ) -> npt.NDArray[Any]:
        """Values at the faces, by factors to the cells before and after each."""
        leading = values.shape[: values.ndim - 3]
        result = np.zeros((*leading, *self._cells)) if out is None else out
        result[..., : self.shape[0], :, :] += before * values
        result[..., 1:, :, :] += after * values[..., : self._within, :, :]
        last = values[..., -1, :, :] if self._above else np.zeros((*leading, *self.shape[1:]))
        received = self._exchanged(last, upward=True)
        if self._below:
            result[..., 0, :, :] += after * received
        return result

    def _exchanged(self, layer: npt.NDArray[Any], *, upward: bool) -> Array:
        """Layer that the neighbour sends while this slab sends its own: to the slab above, or to that below."""
        from mpi4py import MPI

        above = self._team.rank + 1 if self._above else MPI.PROC_NULL
        below = self._team.rank - 1 if self._below else MPI.PROC_NULL
        to, source = (above, below) if upward else (below, above)
        received = np.empty(layer.shape)
        self._communicator.Sendrecv(np.ascontiguousarray(layer, np.float64), to, 0, received, source, 0)
        return received
