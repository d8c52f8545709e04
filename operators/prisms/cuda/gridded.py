"""Gridded engine on a GPU: two-dimensional convolutions by zero-padded Fourier transforms."""

from __future__ import annotations

from typing import Any

import numpy as np

from geoinv.core.backend import Resident
from geoinv.operators.cuda import Runner, Source, blocks_of, real_source
from geoinv.operators.prisms.gridded.engine import Gridded
from geoinv.operators.prisms.gridded.layout import GriddedLayout
from geoinv.operators.prisms.problem import PrismProblem
from geoinv.operators.sparse_cuda import SparseSum

__all__ = ["GriddedCuda", "fourier_source"]


def fourier_source(dtype: np.dtype[Any]) -> Source:
    """CUDA source for spectra of numbers of a type."""
    return real_source("fourier.cu", dtype, pair="float2" if dtype == np.float32 else "double2")


class GriddedCuda:
    """Block-Toeplitz products on a GPU, as :class:`geoinv.operators.prisms.gridded.engine.Gridded` makes them.

    Parameters
    ----------
    problem : PrismProblem
        Cells, stations and kernel weights.
    runner : Runner
        Where the kernels run; the transforms are those of its library.
    layout : GriddedLayout, optional
        As the host's engine takes it; its precision is that of spectra and sums.
    """

    def __init__(self, problem: PrismProblem, runner: Runner, layout: GriddedLayout | None = None) -> None:
        host = Gridded(problem, recompute=True, layout=layout)
        self.problem, self.layout, self._runner = problem, host.layout, runner
        self._source = fourier_source(host.layout.precision)
        spectra = host.kernel_spectra(slice(0, problem.cells.shape[0]))
        self._complex = spectra.dtype
        self._kernels = Resident(np.ascontiguousarray(spectra).reshape(problem.components, -1, *spectra.shape[3:]))
        nodes = host.layout.row * host.layout.padded[1] + host.layout.column
        stations = np.arange(nodes.size)
        self._to_nodes = SparseSum(nodes, stations, np.ones(nodes.size), host.layout.precision)
        self._nodes = Resident(nodes)

    def forward(self, models: Any) -> Any:
        """Data (batch, components, stations) of models (batch, unknowns, upward, northing, easting)."""
        return self._runner.library.stack([self._forward_one(model) for model in models])

    def _forward_one(self, model: Any) -> Any:
        library, kernels = self._runner.library, self._kernels.beside(model)
        components, sources, *waves = kernels.shape
        padded = library.zeros((sources, *self.layout.padded), self.layout.precision)
        padded[:, : model.shape[-2], : model.shape[-1]] = model.reshape(sources, *model.shape[-2:])
        spectra = self._transform(padded)
        data = library.empty((components, *waves), self._complex)
        self._run("spectra_to_data", components, kernels, spectra, data)
        return self._inverse(data).reshape(components, -1)[:, self._nodes.beside(model)]

    def adjoint(self, data: Any) -> Any:
        """Transpose of :meth:`forward`."""
        return self._runner.library.stack([self._adjoint_one(values) for values in data])

    def _adjoint_one(self, values: Any) -> Any:
        library, kernels = self._runner.library, self._kernels.beside(values)
        components, sources, *waves = kernels.shape
        padded = library.zeros((components, *self.layout.padded), self.layout.precision)
        values = library.ascontiguousarray(values, dtype=self.layout.precision)
        self._to_nodes.add(self._runner, values, padded.reshape(components, -1))
        spectra = library.empty((sources, *waves), self._complex)
        self._run("spectrum_to_models", sources, kernels, self._transform(padded), spectra)
        _, rows, columns = self.problem.cells.shape
        models = self._inverse(spectra)[:, :rows, :columns]
        return models.reshape(self.problem.unknowns, *self.problem.cells.shape)

    def _run(self, kernel: str, items: int, kernels: Any, spectra: Any, result: Any) -> None:
        components, sources, *shape = kernels.shape
        waves = shape[0] * shape[1]
        blocks = items * blocks_of(waves, self._source.tile)
        self._runner.run(self._source, kernel, blocks, kernels, spectra, components, sources, waves, result)

    def _transform(self, padded: Any) -> Any:
        return self._runner.library.ascontiguousarray(self._runner.library.fft.rfft2(padded))

    def _inverse(self, spectra: Any) -> Any:
        return self._runner.library.fft.irfft2(spectra, s=self.layout.padded)
