"""Lattice engine on a GPU: a convolution in three dimensions, interpolation, near cells one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.backend import Resident
from geoinv.operators.cuda import Runner, Source, blocks_of, real_source
from geoinv.operators.prisms.cuda.gridded import fourier_source
from geoinv.operators.prisms.precorrected_fft.engine import LatticeEngine
from geoinv.operators.prisms.precorrected_fft.plan import LatticePlan

__all__ = ["LatticeCuda", "lattice_source", "near_cells_source"]

TILE = 32
"""Threads of a block: about as many as a station has near cells in a run along easting."""


def lattice_source(dtype: np.dtype[Any]) -> Source:
    """Kernels between stations and a lattice of numbers of a type."""
    return real_source("prisms/cuda/precorrected_fft.cu", dtype, TILE=TILE)


def near_cells_source(dtype: np.dtype[Any]) -> Source:
    """Kernels of near cells whose corrections are of a type."""
    return real_source("prisms/cuda/precorrected_fft_near.cu", dtype, TILE=TILE)


class LatticeCuda:
    """Pre-corrected Fourier transforms on a GPU, as the host's engine makes them, with its spectra and corrections.

    Parameters
    ----------
    host : LatticeEngine
        Engine of the host.
    runner : Runner
        Where the kernels run; the transforms are those of its library.

    Notes
    -----
    Sums are made in float64, in the order of the stations or cells: the same in every run.
    """

    def __init__(self, host: LatticeEngine, runner: Runner) -> None:
        plan, problem = host.plan, host.problem
        self.problem, self.plan, self._runner = problem, plan, runner
        self._lattice, self._corrections = lattice_source(plan.precision), near_cells_source(host.near.values.dtype)
        self._products = fourier_source(plan.precision)
        spectra = host.convolution.spectra
        self._kernels = Resident(spectra.reshape(problem.components, problem.unknowns, -1))
        self._half = spectra.shape[2:]
        self._order, self._back = Resident(plan.order), Resident(np.argsort(plan.order))
        self._nodes = Resident(plan.nodes.astype(np.int32))
        weights = host.weights.reshape(len(plan.cells), -1).T
        self._weights = Resident(np.ascontiguousarray(weights, dtype=np.float64))
        self._cells, self._layers = Resident(plan.cells.astype(np.int32)), Resident(plan.layers.astype(np.int32))
        self._extent, self._starts = Resident(plan.extent.astype(np.int32)), Resident(host.near.starts)
        self._row_starts = Resident(row_starts(plan, problem.cells.shape).astype(np.int32))
        self._values = Resident(host.near.values)
        self._first = tuple(int(n) for n in plan.cells[:, 1:].min(axis=0))
        begins, self._table = first_stations(plan.cells[:, 1:] - self._first)
        self._begins = Resident(begins.astype(np.int32))

    def forward(self, models: Any) -> Any:
        """Data (batch, components, stations) of models (batch, unknowns, upward, northing, easting)."""
        return self._runner.library.stack([self._forward_one(model) for model in models])

    def _forward_one(self, model: Any) -> Any:
        library, (layers, rows, columns) = self._runner.library, self.problem.cells.shape
        model = library.ascontiguousarray(model, dtype=np.float64)
        padded = library.zeros((len(model), *self.plan.padded), self.plan.precision)
        padded[:, :layers, :rows, :columns] = model
        lattice = self._convolved("spectra_to_data", padded, self.problem.components)
        stations = self._starts.array.size - 1
        data = library.zeros((self.problem.components, stations))
        values = self._values.beside(model)
        blocks = blocks_of(stations, TILE)
        for component, result in enumerate(data):
            between = (*self._interpolation(model), lattice[component], *self.plan.padded[1:], result)
            self._runner.run(self._lattice, "interpolate", blocks, *between)
            for unknown, source in enumerate(model):
                near = (*self._ball(model), values[component, unknown], source, rows, columns, result)
                self._runner.run(self._corrections, "near_forward", stations, *near)
        return data[:, self._back.beside(model)]

    def adjoint(self, data: Any) -> Any:
        """Transpose of :meth:`forward`."""
        return self._runner.library.stack([self._adjoint_one(values) for values in data])

    def _adjoint_one(self, data: Any) -> Any:
        library, (layers, rows, columns) = self._runner.library, self.problem.cells.shape
        ordered = library.ascontiguousarray(data[:, self._order.beside(data)], dtype=np.float64)
        padded = library.zeros((len(ordered), *self.plan.padded), self.plan.precision)
        planes, lattice_rows, lattice_columns = self.plan.shape
        blocks = planes * lattice_rows * blocks_of(lattice_columns, TILE)
        table = (self._begins.beside(data), *self._table)
        for source, target in zip(ordered, padded, strict=True):
            shapes = (lattice_rows, lattice_columns, *self.plan.padded[1:])
            between = (*self._interpolation(data), *table, source, *shapes, target)
            self._runner.run(self._lattice, "spread", blocks, *between)
        model = self._convolved("spectrum_to_models", padded, self.problem.unknowns)[:, :layers, :rows, :columns]
        model = library.ascontiguousarray(model, dtype=np.float64)
        values, blocks = self._values.beside(data), layers * rows * blocks_of(columns, TILE)
        table = (self._row_starts.beside(data), self._begins.beside(data), *self._first, *self._table)
        cells, layers_of, starts, *ball = self._ball(data)
        for unknown, target in enumerate(model):
            for component, source in enumerate(ordered):
                sums = (self.plan.cutoff[2], values[component, unknown], source, rows, columns, target)
                near = (cells, layers_of, starts, *table, *ball, *sums)
                self._runner.run(self._corrections, "near_adjoint", blocks, *near)
        return model

    def _interpolation(self, beside: Any) -> tuple[Any, ...]:
        """Stations' nodes and weights, as the kernels take them."""
        return (
            self._nodes.beside(beside),
            self._weights.beside(beside),
            self._nodes.array.shape[0],
            *self.plan.orders,
        )

    def _ball(self, beside: Any) -> tuple[Any, ...]:
        """Stations' near cells, as the kernels take them."""
        reach_up, reach_north, _ = self.plan.cutoff
        arrays = (self._cells, self._layers, self._starts, self._extent)
        return *(array.beside(beside) for array in arrays), reach_north, reach_up

    def _convolved(self, kernel: str, padded: Any, results: int) -> Any:
        """Products of the spectra of padded arrays with those of the kernel, transformed back."""
        fft, library = self._runner.library.fft, self._runner.library
        axes, kernels = (1, 2, 3), self._kernels.beside(padded)
        components, unknowns, waves = kernels.shape
        spectra = library.ascontiguousarray(fft.rfftn(padded, axes=axes))
        products = library.empty((results, *self._half), kernels.dtype)
        blocks = results * blocks_of(waves, self._products.tile)
        self._runner.run(self._products, kernel, blocks, kernels, spectra, components, unknowns, waves, products)
        # the kernel's spectra bear the factor of the transforms already
        lattice = fft.irfftn(products, s=self.plan.padded, axes=axes, norm="forward")
        return library.ascontiguousarray(lattice)


def first_stations(places: npt.NDArray[np.integer[Any]]) -> tuple[npt.NDArray[np.intp], tuple[int, int]]:
    """How many of sorted places (stations, 2) come before each row and column, and how many of these there are.

    Examples
    --------
    >>> first_stations(np.array([[0, 1], [0, 1], [1, 0]]))
    (array([0, 0, 2, 3, 3]), (2, 2))
    """
    rows, columns = (int(n) + 1 for n in places.max(axis=0))
    return np.searchsorted(places @ (columns, 1), np.arange(rows * columns + 1)), (rows, columns)


def row_starts(plan: LatticePlan, shape: tuple[int, int, int]) -> npt.NDArray[np.int64]:
    """Entries (stations, rows of the ball) that a station's near cells have before each row."""
    layer, row, column = plan.cells.T
    reach_up, reach_north, _ = plan.cutoff
    counts = np.zeros((len(plan.cells), plan.extent.shape[0]), np.int64)
    for north, up in np.argwhere(plan.extent >= 0):
        half = plan.extent[north, up]
        width = np.minimum(shape[2], column + half + 1) - np.maximum(0, column - half)
        its_row, its_layer = row + north - reach_north, layer + up - reach_up
        met = (its_row >= 0) & (its_row < shape[1])
        met &= (its_layer >= plan.layers[:, 0]) & (its_layer < plan.layers[:, 1])
        counts[:, north] += np.where(met, np.maximum(width, 0), 0)
    return np.asarray(np.cumsum(counts, axis=1) - counts)
