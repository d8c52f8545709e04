"""Exact prisms on a GPU: every station against every node of the grid."""

from __future__ import annotations

from typing import Any

import numpy as np

from geoinv.core.backend import Resident
from geoinv.operators.cuda import Runner, Source, blocks_of
from geoinv.operators.prisms.problem import PrismProblem

__all__ = ["BATCHES", "ExactPairs", "exact_source", "groups"]

BATCHES = (4, 1)
"""Models that share an entry of the matrix; what is left over goes one by one."""


def exact_source(order: int, batch: int) -> Source:
    """Kernels of the derivatives of an order, 1, 2 or 3, for a number of models at a time."""
    return Source("prisms/cuda/exact.cu", (("ORDER", order), ("BATCH", batch), ("TILE", 128)))


def groups(count: int) -> list[slice]:
    """Parts of a batch, each of one of the sizes in `BATCHES`."""
    found: list[slice] = []
    first = 0
    while first < count:
        size = next(size for size in BATCHES if first + size <= count)
        found.append(slice(first, first + size))
        first += size
    return found


class ExactPairs:
    """Sums over nodes, as :class:`geoinv.operators.prisms.direct.Direct` makes them.

    Parameters
    ----------
    problem : PrismProblem
        Cells, stations and kernel weights.
    runner : Runner
        Where the kernels run.
    """

    def __init__(self, problem: PrismProblem, runner: Runner) -> None:
        self.problem, self._runner = problem, runner
        nodes, (layers, rows, columns) = problem.nodes, problem.cells.shape
        self._shape = (layers, rows + 1, columns + 1)
        self._occupied = Resident(np.flatnonzero(problem.occupied).astype(np.int32))
        self._nodes = [Resident(np.array(axis, np.float64)) for axis in (nodes.x[: columns + 1], nodes.y, nodes.z)]
        self._stations = Resident(np.ascontiguousarray(problem.local_stations.T))
        self._weights = [[Resident(of.copy()) for of in row] for row in problem.kernels.weights]

    def forward(self, models: Any) -> Any:
        """Data (components, batch, stations) of models (unknowns, batch, upward, northing, easting)."""
        library, batch = self._runner.library, models.shape[1]
        charges = library.zeros((len(models), batch, *self._shape))
        charges[..., :-1, :-1] += models
        charges[..., 1:, 1:] += models
        charges[..., :-1, 1:] -= models
        charges[..., 1:, :-1] -= models
        data = library.zeros((self.problem.components, batch, len(self.problem.stations)))
        self._run("exact_forward", blocks_of(data.shape[2], exact_source(2, 1).tile), charges, data)
        return data

    def adjoint(self, data: Any) -> Any:
        """Transpose of :meth:`forward`."""
        charges = self._runner.library.zeros((self.problem.unknowns, data.shape[1], *self._shape))
        blocks = self._occupied.array.size * blocks_of(self._shape[2], exact_source(2, 1).tile)
        self._run("exact_adjoint", blocks, charges, data)
        return (charges[..., 1:, 1:] - charges[..., 1:, :-1]) - (charges[..., :-1, 1:] - charges[..., :-1, :-1])

    def _run(self, kernel: str, blocks: int, charges: Any, data: Any) -> None:
        """Run a kernel for each component, unknown and part of the batch."""
        layers, rows, columns = self._shape
        x, y, z = (axis.beside(data) for axis in self._nodes)
        nodes = (x, columns, y, rows, z, layers, self._occupied.beside(data), self._occupied.array.size)
        stations = (self._stations.beside(data), data.shape[2])
        for component, order in enumerate(self.problem.kernels.order):
            for unknown, weights in enumerate(self._weights[component]):
                for part in groups(data.shape[1]):
                    one, other = charges[unknown, part], data[component, part]
                    arrays = (one, other) if kernel == "exact_forward" else (other, one)
                    source = exact_source(int(order), part.stop - part.start)
                    self._runner.run(source, kernel, blocks, weights.beside(data), *nodes, *stations, *arrays)
