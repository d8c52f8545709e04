"""Diagonal of A' W^2 A over a padded tensor mesh: the core on its lattice, the padding by direct sums."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from geoinv.meshes.tensor import AXES, Grid
from geoinv.operators.prisms.direct import Direct
from geoinv.operators.prisms.precorrected_fft.runs import CellRuns
from geoinv.operators.prisms.problem import PrismProblem

__all__ = ["padded_diagonal"]

RIM_RTOL = 1e-3
"""Tolerance of the padding's sums, of whose squares weights take the fourth root."""

Box = tuple[slice, slice, slice]


def padded_diagonal(
    problem: PrismProblem,
    runs: CellRuns,
    uniform_diagonal: npt.NDArray[np.float64],
    squared_weights: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Diagonal (unknowns, upward, northing, easting) over the mesh's cells.

    That of the uniform cells serves where a cell is one of them. Elsewhere sums over it would miss that fields add
    before they are squared.

    Parameters
    ----------
    problem : PrismProblem
        The mesh's cells.
    runs : CellRuns
        Of uniform cells.
    uniform_diagonal : (unknowns, *uniform cells) array
    squared_weights : (components, stations) array
    """
    core, *rim = _boxes(runs)
    edges = [problem.cells.edges(axis) for axis in AXES]
    starts = [np.cumsum(counts) - counts for counts in runs.counts]
    diagonal = np.zeros((problem.unknowns, *problem.cells.shape))
    layer, row, column = np.ix_(*(start[part] for start, part in zip(starts, core, strict=True)))
    diagonal[:, *core] = uniform_diagonal[:, layer, row, column]
    for box in rim:
        active = problem.cells.active[box]
        if active.any():
            upward, northing, easting = (
                along[part.start : part.start + count + 1]
                for along, part, count in zip(edges, box, active.shape, strict=True)
            )
            direct = Direct(replace(problem, mesh=Grid(easting, northing, upward, active), rtol=RIM_RTOL))
            diagonal[:, *box] = direct.gram_diagonal(squared_weights)
    return diagonal


def _boxes(runs: CellRuns) -> Iterator[Box]:
    """Cells that are uniform ones along all axes, then boxes of the others round them."""
    (bottom, top), (south, north), (west, east) = (_single(counts) for counts in runs.counts)
    every, whole = slice(0, runs.counts[2].size), slice(0, runs.counts[1].size)
    layers, rows = slice(bottom, top), slice(south, north)
    yield layers, rows, slice(west, east)
    yield slice(0, bottom), whole, every
    yield slice(top, runs.counts[0].size), whole, every
    yield layers, slice(0, south), every
    yield layers, slice(north, whole.stop), every
    yield layers, rows, slice(0, west)
    yield layers, rows, slice(east, every.stop)


def _single(counts: npt.NDArray[np.intp]) -> tuple[int, int]:
    """First and one past the last of the longest run of cells that are one uniform cell each."""
    one = np.concatenate([[False], counts == 1, [False]])
    begin, end = np.flatnonzero(one[1:] & ~one[:-1]), np.flatnonzero(one[:-1] & ~one[1:])
    longest = int(np.argmax(end - begin))
    return int(begin[longest]), int(end[longest])
