"""Near cells of the stations: exact field minus what the lattice gives, kept as rows of a sparse matrix."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.progress import report
from geoinv.operators.prisms.dense import cell_fields
from geoinv.operators.prisms.precorrected_fft import _near_numba as kernels
from geoinv.operators.prisms.precorrected_fft.plan import LatticePlan, tolerance
from geoinv.operators.prisms.precorrected_fft.transform import offset_fields
from geoinv.operators.prisms.problem import PrismProblem

__all__ = ["NearCells", "near_precision"]

VALUES_A_CALL = 500_000
"""Exact fields worked on at a time."""

STRIP = 8
"""Rows that one thread owns in an adjoint: strips enough for all cores, and few stations met twice."""

SINGLE_FROM = 5e-7
"""Tolerance from which single precision is enough for the corrections."""


def near_precision(problem: PrismProblem) -> np.dtype[Any]:
    """Precision of the corrections."""
    return np.dtype(np.float32 if tolerance(problem) >= SINGLE_FROM else np.float64)


class NearCells:
    """Sparse matrix of corrections, (components, stations) by (unknowns, cells near them).

    Parameters
    ----------
    problem : PrismProblem
        Cells, stations and kernel weights.
    plan : LatticePlan
        Near cells and interpolation.
    weights : (stations, *orders) array
        Interpolation weights.

    Attributes
    ----------
    starts : (stations + 1,) array of int
        Where the corrections of each station begin.
    values : (components, unknowns, entries) array
        The corrections.
    """

    def __init__(self, problem: PrismProblem, plan: LatticePlan, weights: npt.NDArray[Any]) -> None:
        self._problem, self._plan, self._weights = problem, plan, weights
        self.starts = np.concatenate([[0], np.cumsum(plan.counts)]).astype(np.int64)
        shape = (problem.components, problem.unknowns, int(self.starts[-1]))
        self.values = np.empty(shape, near_precision(problem))
        self._fill()

    def _geometry(self) -> tuple[Any, ...]:
        plan = self._plan
        return plan.cells, plan.layers, plan.extent, np.array(self._problem.cells.shape), self.starts

    def _fill(self) -> None:
        plan, problem = self._plan, self._problem
        near = np.flatnonzero(np.diff(self.starts))
        relative = plan.layers - plan.cells[:, :1]
        # stations with boxes of like height together: one box serves all
        near = near[np.lexsort((relative[near, 0], relative[near, 1]))]
        _, reach_north, reach_east = plan.cutoff
        width = (2 * reach_north + 1) * (2 * reach_east + 1) * problem.components * problem.unknowns
        start = 0
        while start < near.size:
            report("near cells", start, near.size)
            high = int(np.ptp(relative[near[start]])) + 1
            index = near[start : start + max(1, VALUES_A_CALL // (high * width))]
            start += index.size
            lowest, highest = int(relative[index, 0].min()), int(relative[index, 1].max())
            first = (lowest, -reach_north, -reach_east)
            shape = (highest - lowest, 2 * reach_north + 1, 2 * reach_east + 1)
            reference = plan.reference(problem, first, shape)
            fields = cell_fields(reference, plan.offsets[index, ::-1].copy())
            fields -= self._interpolated(self._weights[index], self._window(first, shape))
            kernels.box_corrections(index, lowest, fields, *self._geometry(), self.values)
        report("near cells", near.size, near.size)

    def _window(self, first: tuple[int, int, int], shape: tuple[int, int, int]) -> npt.NDArray[np.float64]:
        """Field of a cell at a lattice node for all offsets between the cells of a box and a station's nodes."""
        orders = self._plan.orders
        low = [start - order // 2 for start, order in zip(first, orders, strict=True)]
        count = [cells + order - 1 for cells, order in zip(shape, orders, strict=True)]
        return offset_fields(self._problem, self._plan, (low[0], low[1], low[2]), (count[0], count[1], count[2]))

    def _interpolated(self, weights: npt.NDArray[Any], window: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """What the lattice gives some stations for the cells of a box (components, some, unknowns, *box).

        Parameters
        ----------
        weights : (some, *orders) array
        window : (components, unknowns, *nodes) array
            As :meth:`_window` makes it, or its square.
        """
        # the first node is the one of the largest offset
        offsets = np.lib.stride_tricks.sliding_window_view(window, self._plan.orders, axis=(2, 3, 4))
        offsets = offsets[..., ::-1, ::-1, ::-1]
        components, unknowns, *box = offsets.shape[:5]
        flat = weights.reshape(len(weights), -1).astype(np.float64)
        boxes = np.empty((components, len(flat), unknowns, *box))
        for of_component, result in zip(offsets, boxes, strict=True):
            for unknown, of_nodes in enumerate(of_component):
                result[:, unknown] = (flat @ of_nodes.reshape(-1, flat.shape[1]).T).reshape(-1, *box)
        return boxes

    def forward(self, model: npt.NDArray[Any], data: npt.NDArray[np.float64]) -> None:
        """Add to data (components, stations), sorted, the corrections of a model."""
        cells, layers, extent, _, starts = self._geometry()
        kernels.near_forward(cells, layers, extent, starts, self.values, model, data)

    def adjoint(self, data: npt.NDArray[np.float64], model: npt.NDArray[np.float64]) -> None:
        """Transpose of :meth:`forward`."""
        cells, layers, extent, _, starts = self._geometry()
        kernels.near_adjoint(cells, layers, extent, starts, self.values, data, STRIP, model)

    def add_squares(
        self,
        weights: npt.NDArray[np.float64],
        squared_weights: npt.NDArray[np.float64],
        diagonal: npt.NDArray[np.float64],
    ) -> None:
        """Add to a diagonal ``sum over data of w^2 (field^2 - its interpolation)``.

        Parameters
        ----------
        weights : (stations, *orders) array
            That interpolate the square.
        squared_weights : (components, stations) array
            w^2, sorted as data are.
        diagonal : (unknowns, upward, northing, easting) array
        """
        plan, problem = self._plan, self._problem
        cells, layers, extent, _, starts = self._geometry()
        relative = layers - cells[:, :1]
        _, reach_north, reach_east = plan.cutoff
        for start, stop in self._runs():
            report("sensitivity", start, starts.size - 1)
            index = np.arange(start, stop)
            low, high = int(relative[index, 0].min()), int(relative[index, 1].max())
            window = self._window(
                (low, -reach_north, -reach_east), (max(1, high - low), 2 * reach_north + 1, 2 * reach_east + 1)
            )
            begin = int(starts[start])
            squares = np.empty((problem.components, problem.unknowns, int(starts[stop]) - begin))
            boxes = self._interpolated(self._weights[index], window)
            interpolated = self._interpolated(weights[index], window**2)
            kernels.box_squares(index, low, boxes, interpolated, *self._geometry(), self.values, begin, squares)
            part = slice(start, stop)
            kernels.near_adjoint(
                cells[part],
                layers[part],
                extent,
                starts[start : stop + 1],
                squares,
                np.ascontiguousarray(squared_weights[:, part]),
                STRIP,
                diagonal,
            )
        report("sensitivity", starts.size - 1, starts.size - 1)

    def _runs(self) -> Iterator[tuple[int, int]]:
        """Runs of stations whose corrections are about as many as are worked on at a time."""
        most = VALUES_A_CALL // (self._problem.components * self._problem.unknowns)
        start, stations = 0, self.starts.size - 1
        while start < stations:
            stop = int(np.searchsorted(self.starts, self.starts[start] + most, side="right")) - 1
            stop = min(max(stop, start + 1), stations)
            yield start, stop
            start = stop
