"""Blocks of a grid, turned so that the rows of each are of cells of one length as far as can be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.meshes.tensor import Grid
from geoinv.operators.prisms.multipole.expansion import size_numbers
from geoinv.operators.prisms.problem import REGISTER, PrismProblem

__all__ = ["Block", "blocks_of_rows", "longest_run"]

SHORTEST_RUN = 2 * REGISTER
"""Cells of one length that are worth a pass of their own."""


@dataclass(frozen=True)
class Block:
    """Columns of a grid, as a problem of their own.

    Attributes
    ----------
    problem : PrismProblem
        Their cells; of a mirrored block with mirrored stations and kernel weights, which give the same data.
    columns : slice
        Where they stand in the grid.
    mirrored : bool
        Whether easting and northing have changed places, so that rows go along northing.
    """

    problem: PrismProblem
    columns: slice
    mirrored: bool

    def models(self, models: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Part of models (batch, unknowns, upward, northing, easting) that is the block's."""
        return np.ascontiguousarray(self._turned(models[..., self.columns]))

    def add(self, part: npt.NDArray[Any], models: npt.NDArray[Any]) -> None:
        """Add the block's part to models."""
        models[..., self.columns] += self._turned(part)

    def _turned(self, part: npt.NDArray[Any]) -> npt.NDArray[Any]:
        if not self.mirrored:
            return part
        turned = part.swapaxes(-1, -2)
        return turned[:, [1, 0, 2]] if turned.shape[1] == 3 else turned


def blocks_of_rows(problem: PrismProblem) -> list[Block]:
    """Blocks that together are the grid of a problem.

    Columns of padding are narrow strips of many rows. Where northing has many cells of one length, they are mirrored:
    few rows along northing, of many cells each.
    """
    grid = problem.cells
    columns = grid.shape[2]
    whole = [Block(problem, slice(0, columns), False)]
    west, east = longest_run(np.diff(grid.easting_edges))
    south, north = longest_run(np.diff(grid.northing_edges))
    if east - west == columns or south == north:
        return whole
    ranges = [(0, west, True), (west, east, False), (east, columns, True)]
    return [_block(problem, slice(begin, end), mirrored) for begin, end, mirrored in ranges if begin < end]


def longest_run(lengths: npt.NDArray[Any]) -> tuple[int, int]:
    """First and one past the last of the most cells of one length that follow each other; none where they are too few.

    Examples
    --------
    >>> longest_run(np.array([3, 2, *20 * [1], 2, 3]))
    (2, 22)
    >>> longest_run(np.array([5, 5, 5])), longest_run(np.array([5, 5, 6]))
    ((0, 3), (0, 0))
    """
    bounds = np.array([0, *(np.flatnonzero(np.diff(size_numbers(lengths))) + 1), len(lengths)])
    run = int(np.diff(bounds).argmax())
    begin, end = int(bounds[run]), int(bounds[run + 1])
    return (begin, end) if end - begin >= min(SHORTEST_RUN, len(lengths)) else (0, 0)


def _block(problem: PrismProblem, columns: slice, mirrored: bool) -> Block:
    grid = problem.cells
    easting = grid.easting_edges[columns.start : columns.stop + 1]
    active = grid.active[..., columns]
    if mirrored:
        cells = Grid(grid.northing_edges, easting, grid.upward_edges, active.swapaxes(1, 2))
    else:
        cells = Grid(easting, grid.northing_edges, grid.upward_edges, active)
    if not mirrored:
        return Block(replace(problem, mesh=cells), columns, mirrored)
    stations = np.ascontiguousarray(problem.stations[:, [1, 0, 2]])
    turned = replace(problem, mesh=cells, stations=stations, kernels=problem.kernels.mirrored())
    return Block(turned, columns, mirrored)
