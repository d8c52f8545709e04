"""Direct engine: every station against every node, nothing stored."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.operators import _magnetic_numba as kernels
from geoinv.operators._jit import THREADS
from geoinv.operators.magnetic_dense import cell_fields
from geoinv.operators.magnetic_problem import MagneticProblem, add_at, face_contacts
from geoinv.progress import report

__all__ = ["Direct"]

PAIRS_A_CALL = 50_000_000
"""Node-station pairs between two progress reports: about half a second."""


class Direct:
    """Matrix-free sums in float64, with memory of the order of cells plus stations.

    The alternating sum over a cell's corners is moved from the kernel to the model: cells give
    each node a charge, once, and a station sums kernel times charge over nodes.

    Parameters
    ----------
    problem : MagneticProblem
        Grid, survey and unknown.
    """

    def __init__(self, problem: MagneticProblem) -> None:
        self.problem = problem
        grid, nodes = problem.grid, problem.nodes
        layers, rows, _ = grid.shape
        occupied = np.zeros((layers, rows + 1), bool)
        active_rows = grid.active.any(axis=2)
        occupied[:, :-1] |= active_rows
        occupied[:, 1:] |= active_rows
        self._occupied = occupied
        pairs = max(1, int(occupied.sum()) * nodes.x.size)
        self._chunk = max(2, PAIRS_A_CALL // (pairs * problem.components * problem.unknowns))
        station, cell, axis = face_contacts(nodes, grid.shape[2], problem.stations)
        self._contacts = (station, np.ravel_multi_index(tuple(cell.T), grid.shape), axis)

    def _arguments(self) -> tuple[Any, ...]:
        nodes, weights = self.problem.nodes, self.problem.kernels
        return (weights.order, weights.weights, nodes.x, nodes.y, nodes.z)

    def _station_chunks(self, step: str) -> list[slice]:
        count = self.problem.survey.stations
        report(step, 0, count)
        return [slice(start, min(start + self._chunk, count)) for start in range(0, count, self._chunk)]

    def forward(self, models: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Data (batch, components, stations) of models (batch, unknowns, upward, northing, easting)."""
        models = models.astype(np.float64)
        batch, unknowns, layers, rows, columns = models.shape
        charges = np.zeros((batch, unknowns, layers, rows + 1, self.problem.nodes.x.size))
        inner = charges[..., : columns + 1]
        inner[..., :-1, :-1] += models
        inner[..., 1:, 1:] += models
        inner[..., :-1, 1:] -= models
        inner[..., 1:, :-1] -= models
        data = np.zeros((batch, self.problem.components, self.problem.survey.stations))
        for part in self._station_chunks("forward"):
            field = np.zeros((*data.shape[:2], part.stop - part.start))
            with THREADS:
                kernels.forward_sum(*self._arguments(), self.problem.stations[part], charges, self._occupied, field)
            data[..., part] = field
            report("forward", part.stop, data.shape[2])
        station, cell, axis = self._contacts
        if station.size:
            touched = models.reshape(batch, unknowns, -1)[:, :, cell]
            jump = np.einsum("cut,but->bct", self.problem.kernels.face_jump[:, :, axis], touched)
            add_at(data, (slice(None), slice(None), station), jump)
        return data

    def adjoint(self, data: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Transpose of :meth:`forward`."""
        data = np.ascontiguousarray(data, dtype=np.float64)
        batch, (layers, rows, columns) = data.shape[0], self.problem.grid.shape
        unknowns = self.problem.unknowns
        charges = np.zeros((batch, unknowns, layers, rows + 1, self.problem.nodes.x.size))
        for part in self._station_chunks("adjoint"):
            with THREADS:
                kernels.adjoint_sum(
                    *self._arguments(),
                    self.problem.stations[part],
                    np.ascontiguousarray(data[..., part]),
                    self._occupied,
                    charges,
                )
            report("adjoint", part.stop, data.shape[2])
        inner = charges[..., : columns + 1]
        models = (inner[..., 1:, 1:] - inner[..., 1:, :-1]) - (inner[..., :-1, 1:] - inner[..., :-1, :-1])
        station, cell, axis = self._contacts
        if station.size:
            jump = np.einsum("cut,bct->but", self.problem.kernels.face_jump[:, :, axis], data[:, :, station])
            add_at(models.reshape(batch, unknowns, -1), (slice(None), slice(None), cell), jump)
        return models

    def gram_diagonal(self, squared_weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Diagonal of A' W^2 A (unknowns, upward, northing, easting) for w^2 (components, stations)."""
        diagonal = np.zeros((self.problem.unknowns, *self.problem.grid.shape))
        # the square of a cell's field mixes the jump at its face with the rest: these stations one by one
        touching = np.unique(self._contacts[0])
        apart = squared_weights.copy()
        apart[:, touching] = 0.0
        for part in self._station_chunks("sensitivity"):
            with THREADS:
                kernels.gram_sum(
                    *self._arguments(),
                    self.problem.stations[part],
                    np.ascontiguousarray(apart[:, part]),
                    diagonal,
                )
            report("sensitivity", part.stop, squared_weights.shape[1])
        for station in touching:
            fields = cell_fields(self.problem, self.problem.stations[[station]])[:, 0]
            diagonal += np.tensordot(squared_weights[:, station], fields**2, axes=1)
        return diagonal
