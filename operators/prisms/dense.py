"""Dense engine: the matrix of active cells in memory, of the host or of a GPU."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.backend import Resident, array_module
from geoinv.core.progress import report
from geoinv.operators.prisms import _sums_numba as kernels
from geoinv.operators.prisms.offer import VALUES_A_SECOND, Estimate, Offer, Refusal, per_second
from geoinv.operators.prisms.problem import PrismProblem, add_at, face_contacts

__all__ = ["Dense", "cell_fields", "dense_bytes", "dense_estimate", "offer"]

ENTRIES_A_CALL = 10_000_000
"""Matrix entries worked on at a time: between two progress reports, and in working memory."""


BYTES_A_SECOND = 2.2e10
"""Memory traffic a second of all cores, for matrix products; twice as much where the matrix stays in a cache."""


def offer(problem: PrismProblem, budget: float, applications: int) -> Offer | Refusal:
    """Cost of the matrix, where exact prisms serve at all."""
    if (rounded := problem.too_much_rounding()) is not None:
        return Refusal(rounded)
    return Offer(dense_estimate(problem, applications), partial(Dense, problem))


def dense_estimate(problem: PrismProblem, applications: int) -> Estimate:
    """Bytes and seconds of the dense engine."""
    width = problem.components * problem.unknowns
    entries = float(len(problem.stations)) * int(problem.cells.active.sum()) * width
    values = float(len(problem.stations)) * problem.cells.size * width
    apply = entries * problem.storage.itemsize / BYTES_A_SECOND
    return Estimate(float(dense_bytes(problem)), values / per_second(VALUES_A_SECOND), apply, applications)


def dense_bytes(problem: PrismProblem) -> int:
    """Bytes of the matrix and of what building it takes besides."""
    active, stations = int(problem.cells.active.sum()), len(problem.stations)
    width = problem.components * problem.unknowns
    working = min(stations * problem.cells.size * width, ENTRIES_A_CALL + problem.cells.size * width) * 8
    return stations * active * width * problem.storage.itemsize + working


class Dense:
    """Matrix over (components, stations) and (unknowns, active cells), applied by BLAS.

    Parameters
    ----------
    problem : PrismProblem
        Cells, stations and kernel weights; ``problem.storage`` is the matrix's precision.
    """

    def __init__(self, problem: PrismProblem) -> None:
        self.problem = problem
        grid, stations = problem.cells, len(problem.stations)
        active = np.flatnonzero(grid.active)
        self._active = Resident(active)
        shape = (problem.components, stations, problem.unknowns, active.size)
        matrix = np.empty(shape, problem.storage)
        chunk = max(1, ENTRIES_A_CALL // (grid.size * problem.components * problem.unknowns))
        report("matrix", 0, stations)
        for start in range(0, stations, chunk):
            stop = min(start + chunk, stations)
            rows = cell_fields(problem, problem.local_stations[start:stop])
            flat = rows.reshape(*rows.shape[:3], -1)
            matrix[:, start:stop] = flat if active.size == grid.size else flat[..., active]
            report("matrix", stop, stations)
        matrix = matrix.reshape(problem.components * stations, problem.unknowns * active.size)
        self._matrix = Resident(matrix)

    def forward(self, models: Any) -> Any:
        """Data (batch, components, stations) of models (batch, unknowns, upward, northing, easting)."""
        matrix, batch = self._matrix.beside(models), len(models)
        columns = models.reshape(batch, self.problem.unknowns, -1)[..., self._active.beside(models)].reshape(batch, -1)
        data = columns.astype(matrix.dtype) @ matrix.T
        return data.reshape(batch, self.problem.components, -1)

    def adjoint(self, data: Any) -> Any:
        """Transpose of :meth:`forward`."""
        matrix, batch, grid = self._matrix.beside(data), len(data), self.problem.cells
        columns = data.reshape(batch, -1).astype(matrix.dtype) @ matrix
        models = array_module(data).zeros((batch, self.problem.unknowns, grid.size), matrix.dtype)
        models[..., self._active.beside(data)] = columns.reshape(batch, self.problem.unknowns, -1)
        return models.reshape(batch, self.problem.unknowns, *grid.shape)

    def gram_diagonal(self, squared_weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Diagonal of A' W^2 A (unknowns, upward, northing, easting) for w^2 (components, stations)."""
        matrix = self._matrix.array
        total = np.zeros(matrix.shape[1])
        block = max(1, ENTRIES_A_CALL // max(1, matrix.shape[1]))
        for start in range(0, matrix.shape[0], block):
            rows = matrix[start : start + block].astype(np.float64, copy=False)
            total += squared_weights.ravel()[start : start + block] @ rows**2
        grid = self.problem.cells
        diagonal = np.zeros((self.problem.unknowns, grid.size))
        diagonal[:, self._active.array] = total.reshape(self.problem.unknowns, -1)
        return diagonal.reshape(self.problem.unknowns, *grid.shape)


def cell_fields(problem: PrismProblem, stations: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Field of each cell alone at some stations (components, stations, unknowns, upward, northing, easting)."""
    nodes, weights, grid = problem.nodes, problem.kernels, problem.cells
    rows = np.empty((problem.components, len(stations), problem.unknowns, *grid.shape))
    kernels.matrix_rows(weights.order, weights.weights, nodes.x, nodes.y, nodes.z, stations, rows)
    station, cell, axis = face_contacts(nodes, grid.shape[2], stations)
    jump = np.moveaxis(weights.face_jump[:, :, axis], -1, 0)
    add_at(np.moveaxis(rows, (1, 3, 4, 5), (0, 1, 2, 3)), (station, *cell.T), jump)
    return rows
