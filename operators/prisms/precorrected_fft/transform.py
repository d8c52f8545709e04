"""Field of a uniform grid at the nodes of a lattice with its spacing: one convolution in three dimensions."""

from __future__ import annotations

from typing import Any

import ducc0.fft
import numba
import numpy as np
import numpy.typing as npt

from geoinv.core.progress import report
from geoinv.operators.prisms.dense import cell_fields
from geoinv.operators.prisms.precorrected_fft.plan import LatticePlan
from geoinv.operators.prisms.precorrected_fft.runs import CellRuns
from geoinv.operators.prisms.problem import PrismProblem

__all__ = ["LatticeConvolution", "offset_fields"]

POINTS_A_SLAB = 8_000_000
"""Kernel values worked on at a time as the spectra are made."""

POINTS_A_BLOCK = 250_000
"""Spectrum points that go through the upward transforms at a time: they stay in the cache."""


def offset_fields(
    problem: PrismProblem, plan: LatticePlan, first: tuple[int, int, int], shape: tuple[int, int, int]
) -> npt.NDArray[np.float64]:
    """Field of a cell at a lattice node by their offset (components, unknowns, *shape); 0 in the plan's core.

    Parameters
    ----------
    problem : PrismProblem
        Components and unknown.
    plan : LatticePlan
        Spacing.
    first : (int, int, int)
        Smallest offset of the cell from the node, in cells along upward, northing, easting.
    shape : (int, int, int)
        Offsets along each axis.
    """
    fields = cell_fields(plan.reference(problem, first, shape), np.zeros((1, 3)))[:, 0]
    fields[..., plan.core(first, shape)] = 0.0
    return fields


class LatticeConvolution:
    """Zero-padded real Fourier transforms, axis by axis, of those rows only that are not zero or are wanted.

    Parameters
    ----------
    problem : PrismProblem
        Grid, components and unknown.
    plan : LatticePlan
        Lattice.
    precision : dtype
        Of the transforms.
    power : int
        1 for the field of the cells, 2 for its square.
    runs : CellRuns, optional
        Cells of a mesh as runs of the grid's: models are then the mesh's. Values are repeated, and sums taken, along
        each axis where it is transformed, so that fewer rows are.

    Attributes
    ----------
    spectra : (components, unknowns, *plan.padded) array, half of it along easting
        Of a cell's field, with the factor of the transforms.
    """

    def __init__(
        self,
        problem: PrismProblem,
        plan: LatticePlan,
        precision: npt.DTypeLike,
        power: int = 1,
        runs: CellRuns | None = None,
    ) -> None:
        self._plan, self._cells, self._runs = plan, problem.cells.shape, runs
        self._precision = np.dtype(precision)
        planes, rows, columns = plan.padded
        self.spectra = np.zeros(
            (problem.components, problem.unknowns, planes, rows, columns // 2 + 1),
            np.result_type(self._precision, np.complex64),
        )
        self._transform_kernel(problem, power)

    def _transform_kernel(self, problem: PrismProblem, power: int) -> None:
        plan, spectra = self._plan, self.spectra
        # circular convolution wants node minus cell; fields come by cell minus node
        ranges = [np.arange(1 - nodes, cells) for nodes, cells in zip(plan.shape, self._cells, strict=True)]
        planes, rows, columns = (r.size for r in ranges)
        first = [int(r[0]) - low for r, low in zip(ranges, plan.first, strict=True)]
        to_plane, to_row, to_column = (-r % padded for r, padded in zip(ranges, plan.padded, strict=True))
        slab = max(1, POINTS_A_SLAB // (plan.padded[1] * plan.padded[2] * problem.components * problem.unknowns))
        scale = 1.0 / float(np.prod(plan.padded))
        for start in range(0, planes, slab):
            report("lattice kernel", start, planes)
            layers = min(slab, planes - start)
            fields = offset_fields(problem, plan, (first[0] + start, first[1], first[2]), (layers, rows, columns))
            table = np.zeros((*fields.shape[:3], *plan.padded[1:]))
            table[..., to_row[:, None], to_column] = fields**power * scale
            transformed = ducc0.fft.r2c(table, axes=(3, 4), nthreads=numba.get_num_threads())
            spectra[:, :, to_plane[start : start + layers]] = transformed
        report("lattice kernel", planes, planes)
        for block in self._blocks():
            spectra[..., block, :] = self._along(spectra[..., block, :], 2)

    def _blocks(self) -> list[slice]:
        planes, rows, columns = self.spectra.shape[2:]
        step = max(1, POINTS_A_BLOCK // (planes * columns))
        return [slice(start, min(start + step, rows)) for start in range(0, rows, step)]

    @staticmethod
    def _along(arrays: npt.NDArray[Any], axis: int, forward: bool = True) -> npt.NDArray[Any]:
        return np.asarray(ducc0.fft.c2c(arrays, axes=(axis,), forward=forward, nthreads=numba.get_num_threads()))

    def forward(self, model: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Field (components, *plan.shape) at the lattice nodes of a model (unknowns, upward, northing, easting)."""
        return self._convolve(model, self.spectra, self._cells, self._plan.shape, self._runs, None)

    def adjoint(self, lattice: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Transpose of :meth:`forward`."""
        spectra = self.spectra.swapaxes(0, 1)
        return self._convolve(lattice, spectra, self._plan.shape, self._cells, None, self._runs, conjugate=True)

    def _convolve(
        self,
        arrays: npt.NDArray[Any],
        spectra: npt.NDArray[Any],
        given: tuple[int, int, int],
        wanted: tuple[int, int, int],
        repeated: CellRuns | None,
        added: CellRuns | None,
        conjugate: bool = False,
    ) -> npt.NDArray[Any]:
        """Convolution of arrays of shape `given` or repeated to it, cut to `wanted` or added up from it."""
        sources, (layers, rows, columns) = len(arrays), given
        planes, padded_rows, padded_columns = self._plan.padded
        threads, half = numba.get_num_threads(), padded_columns // 2 + 1
        padded = np.zeros((*arrays.shape[:3], padded_columns), self._precision)
        padded[..., :columns] = arrays if repeated is None else repeated.repeat(arrays, 2)
        wide = np.zeros((sources, arrays.shape[1], padded_rows, half), spectra.dtype)
        transformed = ducc0.fft.r2c(padded, axes=(3,), nthreads=threads)
        wide[:, :, :rows] = transformed if repeated is None else repeated.repeat(transformed, 1)
        ducc0.fft.c2c(wide, axes=(2,), out=wide, nthreads=threads)
        kept = wanted[0] if added is None else added.mesh_shape[0]
        result = np.empty((spectra.shape[0], kept, padded_rows, half), spectra.dtype)
        for block in self._blocks():
            tall = np.zeros((sources, planes, block.stop - block.start, half), spectra.dtype)
            part = wide[:, :, block]
            tall[:, :layers] = part if repeated is None else repeated.repeat(part, 0)
            tall = self._along(tall, 1)
            for target in range(spectra.shape[0]):
                kernels = spectra[target, :, :, block]
                product = sum(np.conj(k) * t if conjugate else k * t for k, t in zip(kernels, tall, strict=True))
                part = self._along(product, 0, forward=False)[: wanted[0]]
                result[target, :, block] = part if added is None else added.add(part, 0)
        result = self._along(result, 2, forward=False)[:, :, : wanted[1]]
        result = result if added is None else added.add(result, 1)
        field = ducc0.fft.c2r(result, axes=(3,), lastsize=padded_columns, forward=False, nthreads=threads)
        field = field[..., : wanted[2]]
        return np.asarray(field if added is None else added.add(field, 2))
