"""Near cells exact, far cells by their moments, on a GPU: every station against every cell."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.backend import Resident
from geoinv.operators.cuda import Runner, Source, blocks_of, real_source
from geoinv.operators.prisms.cuda.exact import groups
from geoinv.operators.prisms.multipole.expansion import LANES, SLOTS, far_terms, near_cells, places
from geoinv.operators.prisms.multipole.moments import lengths_in_range, moments
from geoinv.operators.prisms.problem import PrismProblem

__all__ = ["FarPairs", "far_source", "near_source", "together"]

Array = npt.NDArray[np.float64]

TILE = 128
"""Stations of a block, and columns of a segment."""


def far_source(order: int, batch: int, dtype: np.dtype[Any]) -> Source:
    """Kernels of the far cells of an order of derivatives, 1, 2 or 3, for a number of models at a time."""
    return real_source("prisms/cuda/multipole.cu", dtype, TILE=TILE, ORDER=order, SLOTS=SLOTS, BATCH=batch)


def near_source(order: int, batch: int) -> Source:
    """Kernels of the near cells."""
    return Source("prisms/cuda/near.cu", (("ORDER", order), ("BATCH", batch), ("TILE", TILE)))


class FarPairs:
    """Sums over cells: by moments beyond the distances of ``expansion.near_cells``.

    Where the problem keeps single precision and its ``rtol`` allows for that, moments are summed in it over a segment
    of a row or a block of stations; beyond, and for near cells, float64.

    Parameters
    ----------
    problem : PrismProblem
        Cells, stations and kernel weights; its ``rtol`` is what far cells may be wrong by.
    runner : Runner
        Where the kernels run.
    """

    def __init__(self, problem: PrismProblem, runner: Runner) -> None:
        self.problem, self._runner = problem, runner
        layers, rows, columns = problem.cells.shape
        cells, nodes = near_cells(problem), problem.nodes
        self._order = Resident(together(problem.local_stations))
        stations = problem.local_stations[self._order.array]
        self._back = Resident(np.argsort(self._order.array))
        starts = np.arange(0, len(stations), TILE)
        lowest, highest = np.minimum.reduceat(stations, starts), np.maximum.reduceat(stations, starts)
        layer, row = np.nonzero(problem.cells.active.any(axis=2))
        listed = np.stack([layer * rows + row, row, layer, cells.kinds[layer, row]]).astype(np.int32)
        self._segments = listed.shape[1] * blocks_of(columns, TILE)
        self._stations = Resident(np.ascontiguousarray(stations.T))
        self._bounds = Resident(np.stack([lowest, highest], axis=-1).reshape(-1, 6))
        edges = [np.array(axis, np.float64) for axis in (nodes.x[: columns + 1], nodes.y, nodes.z)]
        self._nodes = [Resident(axis) for axis in edges]
        self._cells = [Resident(0.5 * (axis[:-1] + axis[1:])) for axis in edges]
        self._rows, self._all_rows = Resident(listed), layers * rows
        self._near = Resident(np.ascontiguousarray(cells.near**2, dtype=np.float64))
        self._farthest = Resident(self._near.array.max(axis=1))
        self._weights = [[Resident(of.copy()) for of in row] for row in problem.kernels.weights]
        self._nearest = Resident(self._near.array.min(axis=1))
        # one length or many: columns of unequal length are rare enough in segments of a GPU
        length = cells.half_sizes[0, :, 0]
        even = np.ptp(length) <= 1e-12 * length.max()
        shares, units, powers, volume = moments(cells.half_sizes, (0, columns if even else 0))
        self._precision = problem.storage if lengths_in_range(problem, cells) else np.dtype(np.float64)
        self._unit = float(np.exp(np.log(cells.half_sizes).mean()))
        self._units = Resident(units)
        self._terms, self._powers = [], []
        for order, unknowns in zip(problem.kernels.order, problem.kernels.weights, strict=True):
            sizes = [float(abs(of).max()) or 1.0 for of in unknowns]
            terms = [shares @ _sorted_terms(int(order), of / size) for of, size in zip(unknowns, sizes, strict=True)]
            self._terms.append([Resident(of.astype(self._precision)) for of in terms])
            self._powers.append([Resident(powers * (volume * size * self._unit ** (-1.0 - order))) for size in sizes])

    def forward(self, models: Any) -> Any:
        """Data (components, batch, stations) of models (unknowns, batch, upward, northing, easting)."""
        library = self._runner.library
        data = library.zeros((self.problem.components, models.shape[1], len(self.problem.stations)))
        self._run("forward", blocks_of(data.shape[2], TILE), library.ascontiguousarray(models), data)
        return data[..., self._back.beside(data)]

    def adjoint(self, data: Any) -> Any:
        """Transpose of :meth:`forward`."""
        library = self._runner.library
        models = library.zeros((self.problem.unknowns, data.shape[1], *self.problem.cells.shape))
        sorted_data = library.ascontiguousarray(data[..., self._order.beside(data)])
        self._run("adjoint", self._segments, models, sorted_data)
        return models

    def _run(self, direction: str, blocks: int, models: Any, data: Any) -> None:
        """Run the near and the far kernel for each component, unknown and part of the batch."""
        x, y, z = (axis.beside(data) for axis in self._cells)
        x_nodes, y_nodes, z_nodes = (axis.beside(data) for axis in self._nodes)
        rows = (self._rows.beside(data), self._rows.array.shape[1], self._all_rows)
        stations = (self._stations.beside(data), data.shape[2], self._bounds.beside(data))
        common = (*stations, x, x.size, y, z, *rows, self._near.beside(data), self._farthest.beside(data))
        nodes = (x_nodes, y_nodes, y.size, z_nodes)
        for component, order in enumerate(self.problem.kernels.order):
            for unknown in range(self.problem.unknowns):
                terms = self._terms[component][unknown].beside(data)
                powers = self._powers[component][unknown].beside(data)
                expansion = (terms, *terms.shape[1:], self._units.beside(data), self._unit, powers)
                weights = self._weights[component][unknown].beside(data)
                for part in groups(data.shape[1]):
                    arrays = [models[unknown, part], data[component, part]]
                    if direction == "adjoint":
                        arrays.reverse()
                    count = part.stop - part.start
                    far = far_source(int(order), count, self._precision)
                    nearest = self._nearest.beside(data)
                    self._runner.run(far, f"far_{direction}", blocks, *common, nearest, *expansion, *arrays)
                    near = near_source(int(order), count)
                    self._runner.run(near, f"near_{direction}", blocks, *common, weights, *nodes, *arrays)


def _sorted_terms(derivatives: int, weights: Array) -> Array:
    """Terms (orders, terms) degree by degree, by the lane, then the power of y: as the kernel reads them."""
    found = {tuple(place): number for number, place in enumerate(places(derivatives).tolist())}
    wanted = []
    for slot in range(SLOTS):
        degree = 2 * slot + derivatives
        wanted += [(LANES[slot] + i, j, degree - i - j) for i in range(degree + 1) for j in range(degree + 1 - i)]
    return far_terms(derivatives, weights)[:, [found[place] for place in wanted]]


def together(stations: Array) -> npt.NDArray[np.intp]:
    """Order in which stations that lie together follow each other: along Morton's curve in easting and northing.

    Examples
    --------
    >>> corners = np.array([[0.0, 0.0, 0.0], [9.0, 9.0, 0.0], [1.0, 0.0, 0.0], [9.0, 8.0, 0.0]])
    >>> together(corners).tolist()
    [0, 2, 3, 1]
    """
    plane = stations[:, :2] - stations[:, :2].min(axis=0)
    steps = (plane * (2.0**20 / max(float(plane.max()), 1e-300))).astype(np.int64)
    code = np.zeros(len(stations), np.int64)
    for bit in range(21):
        code |= (steps[:, 0] >> bit & 1) << (2 * bit) | (steps[:, 1] >> bit & 1) << (2 * bit + 1)
    return np.argsort(code, kind="stable")
