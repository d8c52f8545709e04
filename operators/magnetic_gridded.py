"""Gridded engine: regular cells under a regular survey are a sum of two-dimensional convolutions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import pairwise
from typing import Any

import ducc0.fft
import numba
import numpy as np
import numpy.typing as npt

from geoinv.operators._fourier_numba import spectra_to_data, spectrum_to_models
from geoinv.operators._jit import take_shares
from geoinv.operators.magnetic_dense import cell_fields
from geoinv.operators.magnetic_problem import MagneticProblem, add_at

__all__ = ["Gridded", "GriddedLayout", "gridded_bytes", "layout_of"]

SHARES = 8
"""Parts that the layers are dealt out in, to as many threads; fixed, so that sums do not depend on the threads."""

BLOCK_BYTES = 600_000
"""Spectra of the layers that are worked on together: what stays in a core's own cache."""

BUILT_TOGETHER = 8
"""Layers whose kernels are evaluated together, to keep all cores busy."""


@dataclass(frozen=True)
class GriddedLayout:
    """Stations of a regular survey by row and column, spaced as the cells are.

    Attributes
    ----------
    spacing : (float, float)
        Cell size along northing and easting, in metres.
    origin : (float, float)
        Northing and easting of the south-western corner, in metres, among the problem's nodes.
    row, column : (stations,) arrays of int
        Place of each station, counted from that corner.
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
        """Rows and columns that the stations span."""
        return int(self.row.max()) + 1, int(self.column.max()) + 1

    @property
    def spectrum_shape(self) -> tuple[int, int]:
        """Shape of the transform of one layer."""
        return self.padded[0], self.padded[1] // 2 + 1


def layout_of(problem: MagneticProblem) -> GriddedLayout | str:
    """Layout of a survey over a grid, or the clause that says why it is not regular."""
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
    return GriddedLayout((spacings[0], spacings[1]), (origins[0], origins[1]), steps[0], steps[1], padded)


def gridded_bytes(problem: MagneticProblem, layout: GriddedLayout, recompute: bool = False) -> int:
    """Bytes of the kernel's spectra, of making them, and of what one application takes besides."""
    layers, width = problem.grid.shape[0], problem.components * problem.unknowns
    spectrum = int(np.prod(layout.spectrum_shape)) * 2 * problem.storage.itemsize
    block = _layers_a_block(problem, layout, recompute)
    shares = min(SHARES, -(-layers // block))
    # by offset and in padded order, in float64; padded order and spectra in the storage's precision
    table = int(np.prod(layout.padded)) * (16 + problem.storage.itemsize) + spectrum
    making = min(layers, max(block, BUILT_TOGETHER)) * width * table
    models = 2 * problem.unknowns * problem.grid.size * problem.storage.itemsize
    threads = min(shares, numba.get_num_threads())
    applying = shares * problem.components * spectrum + threads * problem.unknowns * block * 2 * spectrum + models
    return threads * making + applying if recompute else width * layers * spectrum + max(making, applying)


def _layers_a_block(problem: MagneticProblem, layout: GriddedLayout, recompute: bool) -> int:
    """Layers that are worked on together."""
    spectrum = int(np.prod(layout.spectrum_shape)) * 2 * problem.storage.itemsize
    cached = BLOCK_BYTES // (spectrum * problem.unknowns)
    return min(problem.grid.shape[0], max(cached, BUILT_TOGETHER if recompute else 1))


class Gridded:
    """Block-Toeplitz products by zero-padded real Fourier transforms.

    Rows of zeros are not transformed, nor rows that nobody reads, and layers pass through the caches
    a few at a time, on all threads.

    Parameters
    ----------
    problem : MagneticProblem
        Grid, survey and unknown; ``problem.storage`` is the spectra's precision.
    recompute : bool
        Evaluate the kernel at every application instead of keeping its spectra: slower, in little memory.
    """

    def __init__(self, problem: MagneticProblem, recompute: bool = False) -> None:
        layout = layout_of(problem)
        if isinstance(layout, str):
            raise TypeError(layout)
        self.problem, self.layout = problem, layout
        self._complex = np.result_type(problem.storage, np.complex64)
        layers = problem.grid.shape[0]
        self._block = _layers_a_block(problem, layout, recompute)
        starts = range(0, layers, self._block)
        count = min(SHARES, len(starts))
        self._shares = list(pairwise([*(starts[len(starts) * share // count] for share in range(count)), layers]))
        self._spare: list[tuple[npt.NDArray[Any], npt.NDArray[Any]]] = []
        self._spectra: npt.NDArray[Any] | None = None
        if not recompute:
            shape = (problem.components, problem.unknowns, layers, *layout.spectrum_shape)
            self._spectra = np.empty(shape, self._complex)
            together = max(self._block, BUILT_TOGETHER)
            for start in range(0, layers, together):
                part = slice(start, min(start + together, layers))
                self._spectra[:, :, part] = self._kernel_spectra(part)

    @cached_property
    def _all_offsets(self) -> MagneticProblem:
        """One station over cells that span all offsets, in the problem's own metres."""
        problem, layout = self.problem, self.layout
        (rows, columns), (_, cell_rows, cell_columns) = layout.shape, problem.grid.shape
        northing, easting = layout.origin
        one = replace(
            problem.survey.select([0]).with_data(None),
            easting=np.array([easting]),
            northing=np.array([northing]),
            upward=problem.stations[:1, 2],
        )
        nodes = problem.nodes
        cells = type(problem.grid)(
            nodes.x[0] + layout.spacing[1] * np.arange(1 - columns, cell_columns + 1),
            nodes.y[0] + layout.spacing[0] * np.arange(1 - rows, cell_rows + 1),
            nodes.z,
        )
        return MagneticProblem(cells, one, problem.unknown, np.dtype(float))

    def _kernel_spectra(self, layers: slice) -> npt.NDArray[Any]:
        """Spectra (components, unknowns, layers, rows, columns) of a cell's field by offset from the station."""
        span, padded = self._all_offsets, self.layout.padded
        edges = span.grid.upward_edges[layers.start : layers.stop + 1]
        cells = type(span.grid)(span.grid.easting_edges, span.grid.northing_edges, edges)
        span = replace(span, grid=cells)
        fields = cell_fields(span, span.stations)[:, 0]
        (rows, columns), (_, cell_rows, cell_columns) = self.layout.shape, self.problem.grid.shape
        table = np.zeros((*fields.shape[:3], *padded), self.problem.storage)
        # offset -d stands at index d of a circular convolution
        to_row = -np.arange(1 - rows, cell_rows) % padded[0]
        to_column = -np.arange(1 - columns, cell_columns) % padded[1]
        table[..., to_row[:, None], to_column] = fields
        return np.asarray(ducc0.fft.r2c(table, axes=(3, 4), nthreads=numba.get_num_threads()))

    def _blocks(self, first: int, last: int) -> Iterator[tuple[slice, npt.NDArray[Any]]]:
        """Layers from `first` to `last`, a block at a time, with the spectra of their kernels."""
        for start in range(first, last, self._block):
            part = slice(start, min(start + self._block, last))
            yield part, self._kernel_spectra(part) if self._spectra is None else self._spectra[:, :, part]

    @contextmanager
    def _working(self) -> Iterator[tuple[npt.NDArray[Any], npt.NDArray[Any]]]:
        """Padded rows and spectra of a block, for one thread; kept, as fresh pages cost as much as the transforms."""
        try:
            arrays = self._spare.pop()
        except IndexError:
            shape = (self.problem.unknowns, self._block)
            padded = np.empty((*shape, self.problem.grid.shape[1], self.layout.padded[1]), self.problem.storage)
            arrays = padded, np.empty((*shape, *self.layout.spectrum_shape), self._complex)
        yield arrays
        self._spare.append(arrays)

    def _transform(self, rows: npt.NDArray[Any], spectra: npt.NDArray[Any]) -> None:
        """Spectra of (..., padded rows, columns) arrays that are zero beyond `rows`."""
        count = rows.shape[-2]
        ducc0.fft.r2c(rows, axes=(rows.ndim - 1,), out=spectra[..., :count, :])
        spectra[..., count:, :] = 0.0
        ducc0.fft.c2c(spectra, axes=(rows.ndim - 2,), out=spectra)

    def _inverse(self, spectra: npt.NDArray[Any], rows: npt.NDArray[Any]) -> None:
        """First `rows` of what has these spectra, which are overwritten."""
        scale = {"inorm": 2, "forward": False}
        ducc0.fft.c2c(spectra, axes=(rows.ndim - 2,), out=spectra, **scale)
        ducc0.fft.c2r(
            spectra[..., : rows.shape[-2], :],
            axes=(rows.ndim - 1,),
            lastsize=rows.shape[-1],
            out=rows,
            allow_overwriting_input=True,
            **scale,
        )

    def forward(self, models: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Data (batch, components, stations) of models (batch, unknowns, upward, northing, easting)."""
        return np.stack([self._forward_one(model) for model in models])

    def _forward_one(self, model: npt.NDArray[Any]) -> npt.NDArray[Any]:
        parts = _each(partial(self._share_of_data, model), self._shares)
        spectra = parts[0]
        for part in parts[1:]:
            spectra += part
        data = np.empty((len(spectra), self.layout.shape[0], self.layout.padded[1]), self.problem.storage)
        self._inverse(spectra, data)
        return data[:, self.layout.row, self.layout.column]

    def _share_of_data(self, model: npt.NDArray[Any], share: tuple[int, int]) -> npt.NDArray[Any]:
        """Spectra of the data that the layers of a share make."""
        columns = model.shape[3]
        data = np.zeros((self.problem.components, *self.layout.spectrum_shape), self._complex)
        with self._working() as (padded, spectra):
            padded[..., columns:] = 0.0
            for part, kernels in self._blocks(*share):
                count = part.stop - part.start
                padded[:, :count, :, :columns] = model[:, part]
                self._transform(padded[:, :count], spectra[:, :count])
                spectra_to_data(kernels, spectra[:, :count], data)
        return data

    def adjoint(self, data: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Transpose of :meth:`forward`."""
        models = np.empty((len(data), self.problem.unknowns, *self.problem.grid.shape), self.problem.storage)
        for values, model in zip(data, models, strict=True):
            _each(partial(self._share_of_models, self._data_spectra(values), model), self._shares)
        return models

    def _data_spectra(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Spectra (components, rows, columns) of values (components, stations) put in their places."""
        components, layout = self.problem.components, self.layout
        padded = np.zeros((components, layout.shape[0], layout.padded[1]), self.problem.storage)
        add_at(padded, (slice(None), layout.row, layout.column), values)
        spectra = np.empty((components, *layout.spectrum_shape), self._complex)
        self._transform(padded, spectra)
        return spectra

    def _share_of_models(self, data: npt.NDArray[Any], model: npt.NDArray[Any], share: tuple[int, int]) -> None:
        """Fill the layers of a share of a model."""
        columns = model.shape[3]
        with self._working() as (padded, spectra):
            for part, kernels in self._blocks(*share):
                count = part.stop - part.start
                spectrum_to_models(kernels, data, spectra[:, :count])
                self._inverse(spectra[:, :count], padded[:, :count])
                model[:, part] = padded[:, :count, :, :columns]

    def gram_diagonal(self, squared_weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Diagonal of A' W^2 A (unknowns, upward, northing, easting) for w^2 (components, stations).

        The squared kernel is a convolution too.
        """
        layers, rows, columns = self.problem.grid.shape
        weights = self._data_spectra(squared_weights)
        diagonal = np.zeros((self.problem.unknowns, layers, rows, columns))
        kernel = np.empty((self.problem.components, *self.layout.padded), self.problem.storage)
        product, back = np.empty_like(weights), np.empty((rows, self.layout.padded[1]), self.problem.storage)
        for part, kernels in self._blocks(0, layers):
            for unknown, layer in np.ndindex(kernels.shape[1:3]):
                self._inverse(kernels[:, unknown, layer].copy(), kernel)
                self._transform(kernel**2, product)
                self._inverse(np.sum(np.conj(product) * weights, axis=0), back)
                diagonal[unknown, part.start + layer] = back[:, :columns]
        # rounding of the transform may leave a small negative number where the field is tiny
        return np.maximum(diagonal, 0.0)


def _each(work: Callable[[tuple[int, int]], Any], shares: list[tuple[int, int]]) -> list[Any]:
    """Results of all shares, worked on by numba's number of threads."""
    results: list[Any] = [None] * len(shares)

    def run(left: Iterator[int]) -> None:
        for number in left:
            results[number] = work(shares[number])

    take_shares(len(shares), run)
    return results
