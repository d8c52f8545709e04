"""Gridded engine: regular cells under a regular survey are a sum of two-dimensional convolutions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import ducc0.fft
import numba
import numpy as np
import numpy.typing as npt

from geoinv.operators._fourier_numba import spectra_to_data, spectrum_to_models
from geoinv.operators.magnetic_dense import cell_fields
from geoinv.operators.magnetic_problem import MagneticProblem, add_at

__all__ = ["Gridded", "Lattice", "lattice_of"]


@dataclass(frozen=True)
class Lattice:
    """Stations as nodes of a lattice with the cells' own spacing.

    Attributes
    ----------
    spacing : (float, float)
        Cell size along northing and easting, in metres.
    origin : (float, float)
        Northing and easting of the south-western node, in metres, among the problem's nodes.
    row, column : (stations,) arrays of int
        Node of each station.
    padded : (int, int)
        Rows and columns of the Fourier transforms, with room for all of every offset: shorter ones
        would wrap around.
    """

    spacing: tuple[float, float]
    origin: tuple[float, float]
    row: npt.NDArray[np.intp]
    column: npt.NDArray[np.intp]
    padded: tuple[int, int]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the lattice."""
        return int(self.row.max()) + 1, int(self.column.max()) + 1

    @property
    def spectrum_shape(self) -> tuple[int, int]:
        """Shape of the transform of one layer."""
        return self.padded[0], self.padded[1] // 2 + 1


def lattice_of(problem: MagneticProblem) -> Lattice | str:
    """Lattice of a survey over a grid, or the sentence that says why there is none."""
    spacings, steps, origins = [], [], []
    for axis, local in (("northing", problem.axes[1]), ("easting", problem.axes[0])):
        if local.spacing is None:
            return f"cells differ in width along {axis}"
        if local.steps is None:
            return f"stations are not spaced by whole cells along {axis}"
        spacings.append(local.spacing)
        steps.append(local.steps)
        origins.append(float(local.stations.min()))
    upward = problem.survey.upward
    if np.ptp(upward) > 4 * np.spacing(np.abs(upward).max()):
        return "stations differ in height"
    _, rows, columns = problem.grid.shape
    padded = (
        ducc0.fft.good_size(rows + int(steps[0].max())),
        ducc0.fft.good_size(columns + int(steps[1].max()), True),
    )
    return Lattice((spacings[0], spacings[1]), (origins[0], origins[1]), steps[0], steps[1], padded)


def gridded_bytes(problem: MagneticProblem, lattice: Lattice) -> int:
    """Bytes of the spectra and of what one application takes besides."""
    complex_size, layers = 2 * problem.storage.itemsize, problem.grid.shape[0]
    spectrum = int(np.prod(lattice.spectrum_shape)) * complex_size
    kernels = problem.components * problem.unknowns * layers * spectrum
    working = 2 * problem.unknowns * layers * spectrum
    table = int(np.prod(lattice.padded)) * layers * problem.components * problem.unknowns * 16
    return kernels + max(working, table)


class Gridded:
    """Block-Toeplitz products by zero-padded real Fourier transforms.

    Parameters
    ----------
    problem : MagneticProblem
        Grid, survey and unknown; ``problem.storage`` is the spectra's precision.
    """

    def __init__(self, problem: MagneticProblem) -> None:
        lattice = lattice_of(problem)
        if isinstance(lattice, str):
            raise TypeError(lattice)
        self.problem, self.lattice = problem, lattice
        self._complex = np.result_type(problem.storage, np.complex64)
        self._spectra = self._transform(self._kernel_table().astype(problem.storage))

    def _kernel_table(self) -> npt.NDArray[np.float64]:
        """Field of a cell at a station by their offset, in the order that circular convolution wants.

        (components, unknowns, layers, padded rows, padded columns), from one station over a grid
        that spans all offsets.
        """
        grid, lattice = self.problem.grid, self.lattice
        (rows, columns), (_, cell_rows, cell_columns) = lattice.shape, grid.shape
        northing, easting = lattice.origin
        one = replace(
            self.problem.survey.select([0]).with_data(None), easting=np.array([easting]), northing=np.array([northing])
        )
        nodes = self.problem.nodes
        all_offsets = type(grid)(
            nodes.x[0] + lattice.spacing[1] * np.arange(1 - columns, cell_columns + 1),
            nodes.y[0] + lattice.spacing[0] * np.arange(1 - rows, cell_rows + 1),
            grid.upward_edges,
        )
        span = MagneticProblem(all_offsets, one, self.problem.unknown, np.dtype(float))
        fields = cell_fields(span, span.stations)[:, 0]
        table = np.zeros((*fields.shape[:3], *lattice.padded))
        to_row = -np.arange(1 - rows, cell_rows) % lattice.padded[0]
        to_column = -np.arange(1 - columns, cell_columns) % lattice.padded[1]
        table[..., to_row[:, None], to_column] = fields
        return table

    def _transform(self, arrays: npt.NDArray[Any]) -> npt.NDArray[Any]:
        axes = (arrays.ndim - 2, arrays.ndim - 1)
        return np.asarray(ducc0.fft.r2c(arrays, axes=axes, nthreads=numba.get_num_threads()))

    def _inverse(self, spectra: npt.NDArray[Any]) -> npt.NDArray[Any]:
        axes = (spectra.ndim - 2, spectra.ndim - 1)
        _, columns = self.lattice.padded
        inverse = ducc0.fft.c2r(
            spectra,
            axes=axes,
            lastsize=columns,
            forward=False,
            inorm=2,
            nthreads=numba.get_num_threads(),
            allow_overwriting_input=True,
        )
        return np.asarray(inverse)

    def forward(self, models: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Data (batch, components, stations) of models (batch, unknowns, upward, northing, easting)."""
        return np.stack([self._forward_one(model) for model in models])

    def _forward_one(self, model: npt.NDArray[Any]) -> npt.NDArray[Any]:
        unknowns, layers, rows, columns = model.shape
        padded = np.zeros((unknowns, layers, *self.lattice.padded), self.problem.storage)
        padded[..., :rows, :columns] = model
        spectra = self._transform(padded)
        data = np.empty((self.problem.components, *self.lattice.spectrum_shape), self._complex)
        spectra_to_data(self._spectra, spectra, data)
        return self._inverse(data)[:, self.lattice.row, self.lattice.column]

    def adjoint(self, data: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Transpose of :meth:`forward`."""
        return np.stack([self._adjoint_one(values) for values in data])

    def _adjoint_one(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        layers, rows, columns = self.problem.grid.shape
        padded = np.zeros((self.problem.components, *self.lattice.padded), self.problem.storage)
        add_at(padded, (slice(None), self.lattice.row, self.lattice.column), values)
        spectra = np.empty((self.problem.unknowns, layers, *self.lattice.spectrum_shape), self._complex)
        spectrum_to_models(self._spectra, self._transform(padded), spectra)
        return np.ascontiguousarray(self._inverse(spectra)[..., :rows, :columns])

    def gram_diagonal(self, squared_weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Diagonal of A' W^2 A (unknowns, upward, northing, easting) for w^2 (components, stations).

        The squared kernel is a convolution too.
        """
        layers, rows, columns = self.problem.grid.shape
        weights = np.zeros((self.problem.components, *self.lattice.padded), self.problem.storage)
        add_at(weights, (slice(None), self.lattice.row, self.lattice.column), squared_weights)
        spectra = self._transform(weights)
        diagonal = np.zeros((self.problem.unknowns, layers, rows, columns))
        for unknown in range(self.problem.unknowns):
            for layer in range(layers):
                kernel = self._inverse(self._spectra[:, unknown, layer].copy())
                product = np.sum(np.conj(self._transform(kernel**2)) * spectra, axis=0)
                diagonal[unknown, layer] = self._inverse(product)[:rows, :columns]
        # rounding of the transform may leave a small negative number where the field is tiny
        return np.maximum(diagonal, 0.0)
