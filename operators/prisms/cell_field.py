"""The field of the cells of a mesh at their own centres: what acts on each cell by all of them."""

from __future__ import annotations

from typing import Any, TypeGuard

import ducc0.fft
import numba
import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.memory import require_memory
from geoinv.meshes.tensor import AXES, Grid
from geoinv.operators.prisms.dense import cell_fields
from geoinv.operators.prisms.problem import PrismProblem
from geoinv.operators.prisms.weights import KernelWeights

__all__ = ["CellField", "of_one_size"]

Array = npt.NDArray[np.float64]


POINTS_A_THREAD = 50_000
"""Points of a transform up to which starting more threads costs more than it saves."""


def of_one_size(mesh: Any) -> TypeGuard[Grid]:
    """Whether a mesh is one of cells of one size, on a tensor grid."""
    return isinstance(mesh, Grid) and all(mesh.uniform_spacing(axis) is not None for axis in AXES)


class CellField(LinearOperator):
    """Vector field of uniform cells at the centres of all cells, by one convolution in three dimensions.

    Parameters
    ----------
    mesh : Grid
        Cells of one size (:func:`of_one_size`); inactive ones are sources and centres like the others.
    kernels : KernelWeights
        Of three components and three unknowns a cell.
    owner : str
        Operator that asks, for errors.

    Raises
    ------
    InputError
        If the spectra do not fit in memory.
    """

    def __init__(self, mesh: Grid, kernels: KernelWeights, owner: str) -> None:
        widths = [float(mesh.widths(axis)[0]) for axis in AXES]
        self.domain_shape = self.range_shape = (3, *mesh.shape)
        self.dtype = np.dtype(np.float64)
        self._cells = mesh.shape
        layers, rows, columns = (ducc0.fft.good_size(2 * n - 1, axis == 2) for axis, n in enumerate(mesh.shape))
        self._padded = (layers, rows, columns)
        half = columns // 2 + 1
        self._threads = numba.get_num_threads() if layers * rows * columns > POINTS_A_THREAD else 1
        # nine spectra, the fields that they are of, and what transforming one takes
        needed = 16.0 * 21 * layers * rows * half
        require_memory(owner, "the spectra of its cells' fields", needed, "use fewer cells")
        self._spectra = np.empty((3, 3, layers, rows, half), complex)
        self._fill(widths, kernels)

    def _fill(self, widths: list[float], kernels: KernelWeights) -> None:
        edges = [width * (np.arange(1 - n, n + 1) - 0.5) for width, n in zip(widths, self._cells, strict=True)]
        problem = PrismProblem(Grid(edges[2], edges[1], edges[0]), np.zeros((1, 3)), kernels, np.dtype(float))
        # offset of the source from the centre: minus that of the centre from the source
        places = [-np.arange(1 - n, n) % padded for n, padded in zip(self._cells, self._padded, strict=True)]
        fields = cell_fields(problem, problem.local_stations)[:, 0]
        for component, unknown in np.ndindex(3, 3):
            table = np.zeros(self._padded)
            table[np.ix_(*places)] = fields[component, unknown]
            self._spectra[component, unknown] = ducc0.fft.r2c(table, nthreads=self._threads)

    def _convolved(self, batch: npt.NDArray[Any], spectra: npt.NDArray[Any]) -> npt.NDArray[Any]:
        layers, rows, columns = self._cells
        threads, result = self._threads, np.empty(batch.shape)
        for model, image in zip(batch, result, strict=True):
            padded = np.zeros((3, *self._padded))
            padded[:, :layers, :rows, :columns] = model
            waves = ducc0.fft.r2c(padded, axes=(1, 2, 3), nthreads=threads)
            product = np.einsum("cukji,ukji->ckji", spectra, waves)
            field = ducc0.fft.c2r(
                product, axes=(1, 2, 3), lastsize=self._padded[2], forward=False, inorm=2, nthreads=threads
            )
            image[...] = field[:, :layers, :rows, :columns]
        return result

    def _forward(self, x: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return self._convolved(x, self._spectra)

    def _adjoint(self, y: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return self._convolved(y, self._spectra.conj().swapaxes(0, 1))
