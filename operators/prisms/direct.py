"""Direct engine: every station against every cell, nothing stored."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from geoinv.core.progress import report
from geoinv.operators.prisms import _sums_numba as kernels
from geoinv.operators.prisms.blocks import blocks_of_rows, longest_run
from geoinv.operators.prisms.dense import cell_fields
from geoinv.operators.prisms.multipole import _sums_numba as far
from geoinv.operators.prisms.multipole.expansion import near_cells
from geoinv.operators.prisms.multipole.moments import rows_in_range
from geoinv.operators.prisms.multipole.tables import TERMS, far_tables
from geoinv.operators.prisms.offer import Estimate, Offer, Refusal
from geoinv.operators.prisms.problem import REGISTER, PrismProblem, add_at, face_contacts

__all__ = ["Direct", "direct_estimate", "offer"]

PAIRS_A_CALL = 50_000_000
"""Node-station pairs between two progress reports: about half a second."""

NODES_A_SECOND = 4.5e7
"""Exact kernel values a second and core (Xeon, 2.1 GHz, AVX-512), measured with other work beside."""

FAR_CELLS_A_SECOND = {True: 4.8e8, False: 2.2e8}
"""Far cells that a core adds up a second, in single and double precision."""

FAR_ROWS_A_SECOND = 1.7e7
"""Rows of cells whose polynomials a core prepares a second."""

NEAR_NODES_A_SECOND = 3.5e6
"""Nodes of near cells within a tolerance that a core evaluates a second: rows of a few, and what goes with them."""

TASKS_A_THREAD = 8
"""Parts that the work is cut into: enough to spread near cells evenly."""

GRADED_PASSES = 5
"""Passes over cells of unequal length."""

SAMPLE = 16
"""Stations whose near cells are counted for an estimate."""


class Direct:
    """Matrix-free sums, with memory of the order of cells plus stations.

    Exact, in float64, where the problem has no ``rtol``: the alternating sum over a cell's corners
    is moved from the kernel to the model, so that cells give each node a charge, once, and a station
    sums kernel times charge over nodes. Else cells within a distance that follows from ``rtol`` are
    exact, and those beyond are moments about their centres (:mod:`geoinv.operators.prisms.multipole.expansion`).

    Parameters
    ----------
    problem : PrismProblem
        Cells, stations and kernel weights.
    """

    def __init__(self, problem: PrismProblem) -> None:
        self.problem = problem
        grid, nodes = problem.cells, problem.nodes
        pairs = max(1, int(problem.occupied.sum()) * nodes.x.size)
        self._chunk = max(2, PAIRS_A_CALL // (pairs * problem.components * problem.unknowns))
        station, cell, axis = face_contacts(nodes, grid.shape[2], problem.local_stations)
        self._contacts = (station, np.ravel_multi_index(tuple(cell.T), grid.shape), axis)
        blocks = [] if problem.rtol is None else blocks_of_rows(problem)
        self._blocks = [(block, far_tables(block.problem)) for block in blocks]

    def _arguments(self) -> tuple[Any, ...]:
        nodes, weights = self.problem.nodes, self.problem.kernels
        return (weights.order, weights.weights, nodes.x, nodes.y, nodes.z)

    def _station_chunks(self, step: str) -> list[slice]:
        count = len(self.problem.stations)
        report(step, 0, count)
        return [slice(start, min(start + self._chunk, count)) for start in range(0, count, self._chunk)]

    def _far_sum(
        self,
        action: int,
        step: str,
        models: npt.NDArray[np.float64],
        data: npt.NDArray[np.float64],
    ) -> None:
        """Near cells exact, far ones by moments: from models to data or back."""
        parts = [block.models(models) for block, _ in self._blocks]
        if action != far.FORWARD:
            parts = [np.zeros_like(part) for part in parts]
        for stations in self._station_chunks(step):
            for (block, tables), part in zip(self._blocks, parts, strict=True):
                layers, rows, _ = block.problem.cells.shape
                tasks = _tasks(stations, layers, rows, by_station=action == far.FORWARD)
                far.far_sum(action, tables, block.problem.local_stations, tasks, part, data)
            report(step, stations.stop, data.shape[2])
        if action != far.FORWARD:
            for (block, _), part in zip(self._blocks, parts, strict=True):
                block.add(part, models)

    def forward(self, models: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Data (batch, components, stations) of models (batch, unknowns, upward, northing, easting)."""
        models = models.astype(np.float64)
        data = np.zeros((len(models), self.problem.components, len(self.problem.stations)))
        if not self._blocks:
            self._exact_forward(models, data)
        else:
            self._far_sum(far.FORWARD, "forward", models, data)
        station, cell, axis = self._contacts
        if station.size:
            touched = models.reshape(len(models), self.problem.unknowns, -1)[:, :, cell]
            jump = np.einsum("cut,but->bct", self.problem.kernels.face_jump[:, :, axis], touched)
            add_at(data, (slice(None), slice(None), station), jump)
        return data

    def _exact_forward(self, models: npt.NDArray[np.float64], data: npt.NDArray[np.float64]) -> None:
        batch, unknowns, layers, rows, columns = models.shape
        charges = np.zeros((batch, unknowns, layers, rows + 1, self.problem.nodes.x.size))
        inner = charges[..., : columns + 1]
        inner[..., :-1, :-1] += models
        inner[..., 1:, 1:] += models
        inner[..., :-1, 1:] -= models
        inner[..., 1:, :-1] -= models
        for part in self._station_chunks("forward"):
            field = np.zeros((*data.shape[:2], part.stop - part.start))
            kernels.forward_sum(
                *self._arguments(), self.problem.local_stations[part], charges, self.problem.occupied, field
            )
            data[..., part] = field
            report("forward", part.stop, data.shape[2])

    def adjoint(self, data: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Transpose of :meth:`forward`."""
        data = np.ascontiguousarray(data, dtype=np.float64)
        batch, unknowns = data.shape[0], self.problem.unknowns
        if not self._blocks:
            models = self._exact_adjoint(data)
        else:
            models = np.zeros((batch, unknowns, *self.problem.cells.shape))
            self._far_sum(far.ADJOINT, "adjoint", models, data)
        station, cell, axis = self._contacts
        if station.size:
            jump = np.einsum("cut,bct->but", self.problem.kernels.face_jump[:, :, axis], data[:, :, station])
            add_at(models.reshape(batch, unknowns, -1), (slice(None), slice(None), cell), jump)
        return models

    def _exact_adjoint(self, data: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        batch, (layers, rows, columns) = data.shape[0], self.problem.cells.shape
        unknowns = self.problem.unknowns
        charges = np.zeros((batch, unknowns, layers, rows + 1, self.problem.nodes.x.size))
        for part in self._station_chunks("adjoint"):
            kernels.adjoint_sum(
                *self._arguments(),
                self.problem.local_stations[part],
                np.ascontiguousarray(data[..., part]),
                self.problem.occupied,
                charges,
            )
            report("adjoint", part.stop, data.shape[2])
        inner = charges[..., : columns + 1]
        models: npt.NDArray[np.float64] = inner[..., 1:, 1:] - inner[..., 1:, :-1]
        models -= inner[..., :-1, 1:] - inner[..., :-1, :-1]
        return models

    def gram_diagonal(self, squared_weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Diagonal of A' W^2 A (unknowns, upward, northing, easting) for w^2 (components, stations)."""
        diagonal = np.zeros((self.problem.unknowns, *self.problem.cells.shape))
        # the square of a cell's field mixes the jump at its face with the rest: these stations one by one
        touching = np.unique(self._contacts[0])
        apart = squared_weights.copy()
        apart[:, touching] = 0.0
        if not self._blocks:
            self._exact_diagonal(apart, diagonal)
        else:
            self._far_sum(far.DIAGONAL, "sensitivity", diagonal[None], apart[None])
        for station in touching:
            fields = cell_fields(self.problem, self.problem.local_stations[[station]])[:, 0]
            diagonal += np.tensordot(squared_weights[:, station], fields**2, axes=1)
        return diagonal

    def _exact_diagonal(self, squared_weights: npt.NDArray[np.float64], diagonal: npt.NDArray[np.float64]) -> None:
        for part in self._station_chunks("sensitivity"):
            kernels.gram_sum(
                *self._arguments(),
                self.problem.local_stations[part],
                np.ascontiguousarray(squared_weights[:, part]),
                diagonal,
            )
            report("sensitivity", part.stop, squared_weights.shape[1])


def _tasks(stations: slice, layers: int, rows: int, by_station: bool) -> npt.NDArray[np.int64]:
    """First and last of the stations, layers and rows that a thread works on, enough of them to spread near cells."""
    count = TASKS_A_THREAD * numba.get_num_threads()
    if by_station:
        edges = np.unique(np.linspace(stations.start, stations.stop, count + 1).astype(int))
        return np.array([(begin, end, 0, layers, 0, rows) for begin, end in pairwise(edges)])
    edges = np.linspace(0, rows, min(rows, -(-count // layers)) + 1).astype(int)
    return np.array(
        [
            (stations.start, stations.stop, layer, layer + 1, begin, end)
            for layer in range(layers)
            for begin, end in pairwise(edges)
        ]
    )


def offer(problem: PrismProblem, budget: float, applications: int) -> Offer | Refusal:
    """Cost of the direct sums, which serve everywhere but for far prisms without a tolerance."""
    if problem.rtol is None and (rounded := problem.too_much_rounding()) is not None:
        return Refusal(rounded)
    return Offer(replace(direct_estimate(problem), applications=applications), partial(Direct, problem))


def direct_estimate(problem: PrismProblem) -> Estimate:
    """Cost of the direct engine; near cells are counted for a few stations.

    Parameters
    ----------
    problem : PrismProblem
        Exact where its ``rtol`` is None.

    Returns
    -------
    Estimate
    """
    grid, nodes, stations = problem.cells, problem.nodes, len(problem.stations)
    width, threads = problem.components * problem.unknowns, numba.get_num_threads()
    active_rows = grid.active.any(axis=2)
    memory = 8.0 * (3 * problem.unknowns * grid.size + 4 * stations)
    if problem.rtol is None:
        seconds = float(active_rows.sum()) * nodes.x.size / NODES_A_SECOND
        return Estimate(memory, 0.0, stations * width * seconds / threads)
    blocks = [_block_estimate(block.problem) for block in blocks_of_rows(problem)]
    seconds = sum(block_seconds for block_seconds, _ in blocks)
    return Estimate(memory + sum(tables for _, tables in blocks), 0.0, stations * width * seconds / threads)


def _block_estimate(problem: PrismProblem) -> tuple[float, float]:
    """Seconds a station and datum on one core, and bytes of the tables, of a block within a tolerance."""
    nodes, stations = problem.nodes, len(problem.stations)
    active_rows, columns = problem.cells.active.any(axis=2), problem.cells.shape[2]
    block_cells = near_cells(problem)
    kinds, half_sizes, near, _ = block_cells
    first, last = longest_run(half_sizes[0, :, 0])
    # wide cells at the ends of rows have more near them, but few stations
    radius = near[:, first:last].max(axis=1, initial=0.0) if first < last else near.max(axis=1)
    radius = radius[kinds][active_rows]
    y, z = 0.5 * (nodes.y[:-1] + nodes.y[1:]), 0.5 * (nodes.z[:-1] + nodes.z[1:])
    near_nodes = 0.0
    sample = problem.local_stations[np.unique(np.linspace(0, stations - 1, SAMPLE).astype(int))]
    for easting, northing, upward in sample:
        side = ((z[:, None] - upward) ** 2 + (y - northing) ** 2)[active_rows]
        half_chord = np.sqrt(np.maximum(radius**2 - side, 0.0))
        begin, end = (np.searchsorted(nodes.x, easting + sign * half_chord) for sign in (-1.0, 1.0))
        near_nodes += float(np.where(end > begin, REGISTER * np.ceil((end - begin + 1) / REGISTER), 0.0).sum())
    beside = columns - (last - first)
    passes = (GRADED_PASSES if beside else 0) + (1 if first < last else 0)
    rows, cells = float(active_rows.sum()), last - first + GRADED_PASSES * beside
    single = rows_in_range(problem, block_cells)
    seconds = rows * passes / FAR_ROWS_A_SECOND + rows * cells / FAR_CELLS_A_SECOND[single]
    seconds += near_nodes / len(sample) / NEAR_NODES_A_SECOND
    width = problem.components * problem.unknowns
    return seconds, (4.0 if single else 8.0) * width * len(near) * passes * TERMS
