"""Gridded engine: regular cells under a regular survey are a sum of two-dimensional convolutions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from itertools import pairwise
from typing import Any

import ducc0.fft
import numba
import numpy as np
import numpy.typing as npt

from geoinv.core.progress import report
from geoinv.operators._fourier_numba import spectra_to_data, spectrum_to_models
from geoinv.operators._jit import take_chunks
from geoinv.operators.prisms.gridded.layout import GriddedLayout, Offsets, layout_of
from geoinv.operators.prisms.gridded.rounding import precise_layout, squared_sums, station_sums
from geoinv.operators.prisms.problem import PrismProblem, add_at

__all__ = ["Gridded", "gridded_bytes"]

CHUNKS = 8
"""Parts that the layers are dealt out in, to as many threads; fixed, so that sums do not depend on the threads."""

BLOCK_BYTES = 600_000
"""Spectra of the layers that are worked on together: what stays in a core's own cache."""

BUILT_TOGETHER = 8
"""Layers whose kernels are evaluated together, to keep all cores busy."""

SQUARED_TOGETHER = 4
"""And squared: in no more memory."""


def gridded_bytes(problem: PrismProblem, layout: GriddedLayout, recompute: bool = False) -> int:
    """Bytes of the kernel's spectra, of making them, and of what one application takes besides."""
    layers, width = problem.cells.shape[0], problem.components * problem.unknowns
    spectrum = int(np.prod(layout.spectrum_shape)) * 2 * layout.precision.itemsize
    block = _layers_a_block(problem, layout, recompute)
    chunks = min(CHUNKS, -(-layers // block))
    # by offset and in padded order, in float64; padded order and spectra in the transforms' precision
    table = int(np.prod(layout.padded)) * (16 + layout.precision.itemsize) + spectrum
    making = min(layers, max(block, BUILT_TOGETHER)) * width * table
    models = 2 * problem.unknowns * problem.cells.size * layout.precision.itemsize
    threads = min(chunks, numba.get_num_threads())
    applying = chunks * problem.components * spectrum + threads * problem.unknowns * block * 2 * spectrum + models
    return threads * making + applying if recompute else width * layers * spectrum + max(making, applying)


def _layers_a_block(problem: PrismProblem, layout: GriddedLayout, recompute: bool) -> int:
    """Layers that are worked on together."""
    spectrum = int(np.prod(layout.spectrum_shape)) * 2 * layout.precision.itemsize
    cached = BLOCK_BYTES // (spectrum * problem.unknowns)
    return min(problem.cells.shape[0], max(cached, BUILT_TOGETHER if recompute else 1))


class Gridded:
    """Block-Toeplitz products by zero-padded real Fourier transforms.

    Rows of zeros are not transformed, nor rows that nobody reads, and layers pass through the caches
    a few at a time, on all threads.

    Parameters
    ----------
    problem : PrismProblem
        Cells, stations and kernel weights.
    recompute : bool
        Evaluate the kernel at every application instead of keeping its spectra: slower, in little memory.
    layout : GriddedLayout, optional
        Of the problem, where it is known already; its precision is that of spectra and transforms.
    """

    def __init__(self, problem: PrismProblem, recompute: bool = False, layout: GriddedLayout | None = None) -> None:
        found = layout or layout_of(problem)
        if not isinstance(found, str) and layout is None:
            found = precise_layout(problem, found)
        if isinstance(found, str):
            raise TypeError(found)
        self.problem, self.layout = problem, found
        self._complex = np.result_type(found.precision, np.complex64)
        layers = problem.cells.shape[0]
        self._block = _layers_a_block(problem, found, recompute)
        starts = range(0, layers, self._block)
        count = min(CHUNKS, len(starts))
        self._chunks = list(pairwise([*(starts[len(starts) * chunk // count] for chunk in range(count)), layers]))
        self._spare: list[tuple[npt.NDArray[Any], npt.NDArray[Any]]] = []
        self._spectra: npt.NDArray[Any] | None = None
        if not recompute:
            shape = (problem.components, problem.unknowns, layers, *found.spectrum_shape)
            self._spectra = np.empty(shape, self._complex)
            together = max(self._block, BUILT_TOGETHER)
            for start in range(0, layers, together):
                part = slice(start, min(start + together, layers))
                self._spectra[:, :, part] = self.kernel_spectra(part)

    @cached_property
    def _offsets(self) -> Offsets:
        return Offsets(self.problem, self.layout)

    def kernel_spectra(self, layers: slice) -> npt.NDArray[Any]:
        """Spectra (components, unknowns, layers, rows, columns) of a cell's field by offset from the station."""
        table = self._offsets.placed(self._offsets.fields(layers), self.layout.precision)
        return np.asarray(ducc0.fft.r2c(table, axes=(3, 4), nthreads=numba.get_num_threads()))

    def _blocks(self, first: int, last: int) -> Iterator[tuple[slice, npt.NDArray[Any]]]:
        """Layers from `first` to `last`, a block at a time, with the spectra of their kernels."""
        for start in range(first, last, self._block):
            part = slice(start, min(start + self._block, last))
            yield part, self.kernel_spectra(part) if self._spectra is None else self._spectra[:, :, part]

    @contextmanager
    def _working(self) -> Iterator[tuple[npt.NDArray[Any], npt.NDArray[Any]]]:
        """Padded rows and spectra of a block, for one thread; kept, as fresh pages cost as much as the transforms."""
        try:
            arrays = self._spare.pop()
        except IndexError:
            shape = (self.problem.unknowns, self._block)
            padded = np.empty((*shape, self.problem.cells.shape[1], self.layout.padded[1]), self.layout.precision)
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
        parts = _each(partial(self._chunk_of_data, model), self._chunks)
        spectra = parts[0]
        for part in parts[1:]:
            spectra += part
        data = np.empty((len(spectra), self.layout.shape[0], self.layout.padded[1]), self.layout.precision)
        self._inverse(spectra, data)
        return data[:, self.layout.row, self.layout.column]

    def _chunk_of_data(self, model: npt.NDArray[Any], chunk: tuple[int, int]) -> npt.NDArray[Any]:
        """Spectra of the data that the layers of a chunk make."""
        columns = model.shape[3]
        data = np.zeros((self.problem.components, *self.layout.spectrum_shape), self._complex)
        with self._working() as (padded, spectra):
            padded[..., columns:] = 0.0
            for part, kernels in self._blocks(*chunk):
                count = part.stop - part.start
                padded[:, :count, :, :columns] = model[:, part]
                self._transform(padded[:, :count], spectra[:, :count])
                spectra_to_data(kernels, spectra[:, :count], data)
        return data

    def adjoint(self, data: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Transpose of :meth:`forward`."""
        models = np.empty((len(data), self.problem.unknowns, *self.problem.cells.shape), self.layout.precision)
        for values, model in zip(data, models, strict=True):
            _each(partial(self._chunk_of_models, self._data_spectra(values), model), self._chunks)
        return models

    def _data_spectra(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Spectra (components, rows, columns) of values (components, stations) put in their places."""
        components, layout = self.problem.components, self.layout
        padded = np.zeros((components, layout.shape[0], layout.padded[1]), self.layout.precision)
        add_at(padded, (slice(None), layout.row, layout.column), values)
        spectra = np.empty((components, *layout.spectrum_shape), self._complex)
        self._transform(padded, spectra)
        return spectra

    def _chunk_of_models(self, data: npt.NDArray[Any], model: npt.NDArray[Any], chunk: tuple[int, int]) -> None:
        """Fill the layers of a chunk of a model."""
        columns = model.shape[3]
        with self._working() as (padded, spectra):
            for part, kernels in self._blocks(*chunk):
                count = part.stop - part.start
                spectrum_to_models(kernels, data, spectra[:, :count])
                self._inverse(spectra[:, :count], padded[:, :count])
                model[:, part] = padded[:, :count, :, :columns]

    def gram_diagonal(self, squared_weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Diagonal of A' W^2 A (unknowns, upward, northing, easting) for w^2 (components, stations).

        The squared kernel is a convolution too; always in float64, and where that leaves too little of a cell's
        entry, one by one.
        """
        layers, rows, columns = self.problem.cells.shape
        weights = station_sums(self.layout, squared_weights)
        diagonal = np.empty((self.problem.unknowns, layers, rows, columns))
        for start in range(0, layers, SQUARED_TOGETHER):
            report("sensitivity", start, layers)
            part = slice(start, min(start + SQUARED_TOGETHER, layers))
            diagonal[:, part] = squared_sums(self._offsets.fields(part), weights, self._offsets)
        report("sensitivity", layers, layers)
        return diagonal


def _each(work: Callable[[tuple[int, int]], Any], chunks: list[tuple[int, int]]) -> list[Any]:
    """Results of all chunks, worked on by numba's number of threads."""
    results: list[Any] = [None] * len(chunks)

    def run(left: Iterator[int]) -> None:
        for number in left:
            results[number] = work(chunks[number])

    take_chunks(len(chunks), run)
    return results
