"""Which lattice, which order of interpolation and which near cells serve a survey over a uniform grid."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import partial
from typing import Any

import ducc0.fft
import numpy as np
import numpy.typing as npt

from geoinv.meshes.tensor import AXES, Grid
from geoinv.operators.prisms.precorrected_fft import _near_numba as kernels
from geoinv.operators.prisms.precorrected_fft.stencil import ORDERS, Stencil
from geoinv.operators.prisms.problem import LEAST_RTOL, PrismProblem

__all__ = ["DEFAULT_RTOL", "LatticePlan", "interpolation_rtol", "plan_of", "tolerance"]

DEFAULT_RTOL = 1e-6
"""Error of the lattice where the caller names none."""

MOST_RTOL = 1e-4
"""Error of the interpolation beyond which squares of the field would be too far off."""

RADII = np.arange(3.0, 24.25, 0.5)
"""Radii of the ball of near cells that are tried, in widths of the widest side of a cell."""

MOST_NODES = 10_000_000
"""Lattice nodes along an axis beyond which no computer holds the lattice."""

MOST_NEAR = 1_000_000
"""Cells of the box round a station's near ones beyond which another engine is sure to be better."""

WORST_DIRECTION = 4.0
"""Error of sources in the worst direction, in the root mean square over directions."""

ROUNDING = 0.1
"""Errors of the lattice's values that weights are fitted with, in tolerances."""

SINGLE_FROM = 1e-5
"""Tolerance from which single precision is enough for the transforms."""


@dataclass(frozen=True)
class LatticePlan:
    """Lattice, interpolation and near cells; stations are sorted by northing.

    Triples run along upward, northing, easting. Lattice nodes stand on the grid's nodes and their
    continuation, so that whatever relates a station to lattice and near cells depends only on where in its
    cell it lies.

    Attributes
    ----------
    spacing : (float, float, float)
        Cell size in metres.
    orders : (int, int, int)
        Lattice nodes that a station interpolates between.
    radius : float
        Of the ball of near cells, in metres.
    stencil : Stencil
        What makes the weights of these nodes.
    precision : dtype
        Of the transforms.
    order : (stations,) array of int
        Number of each sorted station in the survey.
    cells : (stations, 3) array of int
        Cell that each station lies in, beyond the grid too.
    offsets : (stations, 3) array
        Metres from the lower, southern, western corner of that cell.
    first, shape, padded : (int, int, int)
        First lattice node from the grid's first node, lattice nodes, and the transforms' size.
    extent : (rows, layers) array of int
        Near cells to either side along easting; -1 where none is.
    layers : (stations, 2) array of int
        First and one past the last layer of near cells.
    counts : (stations,) array of int
        Near cells.
    """

    spacing: tuple[float, float, float]
    orders: tuple[int, int, int]
    radius: float
    stencil: Stencil
    precision: np.dtype[Any]
    order: npt.NDArray[np.intp]
    cells: npt.NDArray[np.int64]
    offsets: npt.NDArray[np.float64]
    first: tuple[int, int, int]
    shape: tuple[int, int, int]
    padded: tuple[int, int, int]
    extent: npt.NDArray[np.int64]
    layers: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]

    @property
    def cutoff(self) -> tuple[int, int, int]:
        """Near cells to either side of the station's, along each axis."""
        return self.extent.shape[1] // 2, self.extent.shape[0] // 2, int(self.extent.max())

    @property
    def nodes(self) -> npt.NDArray[np.int64]:
        """First lattice node (stations, 3) of each station's interpolation."""
        return np.asarray(self.cells - np.array(self.first) + 1 - np.array(self.orders) // 2)

    def weights(self, power: int = 1) -> npt.NDArray[np.float64]:
        """Interpolation weights (stations, *orders) of the field, or of its square."""
        weights = self.stencil.weights(self.offsets / np.array(self.spacing), power)
        return weights.reshape(-1, *self.orders)

    def core(self, first: tuple[int, int, int], shape: tuple[int, int, int]) -> npt.NDArray[np.bool_]:
        """Offsets of a cell from a lattice node, from `first` on, at which it is near all stations that use the node.

        What the lattice gives there is of no consequence, as near cells are corrected; left out, it takes
        the singularity of the kernel, and with it most of the rounding, out of the transforms.
        """
        up, north, east = (
            # the node may be any of those round the station's cell: how far the cell may be from that one
            np.abs(low + np.arange(count) + 0.5) + 0.5 * (order - 1)
            for low, count, order in zip(first, shape, self.orders, strict=True)
        )
        reach_up, reach_north, _ = self.cutoff
        row, layer = (north + reach_north).astype(int), (up + reach_up).astype(int)
        ball = np.pad(self.extent, ((0, 1), (0, 1)), constant_values=-1)
        half = ball[row.clip(max=ball.shape[0] - 1), layer.clip(max=ball.shape[1] - 1)[:, None]]
        return np.asarray(east <= half[..., None])

    def reference(
        self, problem: PrismProblem, first: tuple[int, int, int], shape: tuple[int, int, int]
    ) -> PrismProblem:
        """Cells round the origin, from `first` on, that stand for those round any station's corner."""
        upward, northing, easting = (
            width * np.arange(low, low + count + 1.0)
            for low, count, width in zip(first, shape, self.spacing, strict=True)
        )
        cells = Grid(easting, northing, upward)
        return PrismProblem(cells, np.zeros((1, 3)), problem.kernels, np.dtype(float))


def tolerance(problem: PrismProblem) -> float:
    """Relative error that the lattice may make."""
    return DEFAULT_RTOL if problem.rtol is None else problem.rtol


def interpolation_rtol(problem: PrismProblem) -> float:
    """Relative error that the interpolation may make: squares of the field, for weights, are interpolated too."""
    return min(tolerance(problem), MOST_RTOL)


def plan_of(problem: PrismProblem, rtol: float | None = None) -> LatticePlan | str:
    """Plan of a survey over a grid, or the clause that says why there is none.

    Parameters
    ----------
    problem : PrismProblem
        Cells, stations and kernel weights.
    rtol : float, optional
        Relative error of the interpolation in the mean of all directions; by default :func:`interpolation_rtol`.
    """
    rtol = interpolation_rtol(problem) if rtol is None else rtol
    axes = problem.axes[::-1]
    spacing = []
    for name, axis in zip(AXES, axes, strict=True):
        if axis.spacing is None:
            return f"cells differ in width along {name}"
        spacing.append(axis.spacing)
    settings = _settings(problem, np.array(spacing), rtol)
    if settings is None:
        return f"a relative error of {rtol:.2g} is below what interpolation reaches"
    stencil, radius = settings
    orders = stencil.orders
    near = float(np.prod(2.0 * radius / np.array(spacing) + 1.0))
    if near > MOST_NEAR:
        return f"cells differ so much in length and height that a station would have {near:.1g} of them near"
    located = [_locate(axis.nodes, axis.stations, width) for axis, width in zip(axes, spacing, strict=True)]
    cells, offsets = (np.column_stack(parts) for parts in zip(*located, strict=True))
    order = np.lexsort((cells[:, 0], cells[:, 2], cells[:, 1]))
    cells, offsets = np.ascontiguousarray(cells[order]), np.ascontiguousarray(offsets[order])
    half = np.array(orders) // 2
    first, last = cells.min(axis=0) + 1 - half, cells.max(axis=0) + half
    shape = last - first + 1
    if shape.max() > MOST_NODES:
        return f"stations lie {shape.max():.2g} cells apart along {AXES[int(shape.argmax())]}"
    least = shape + problem.cells.shape - 1
    padded = [ducc0.fft.good_size(int(n), axis == 2) for axis, n in enumerate(least)]
    extent = _ball(np.array(spacing), radius)
    layers, counts = _near_layers(problem.cells, cells, extent), np.empty(order.size, np.int64)
    kernels.near_counts(cells, layers, extent, np.array(problem.cells.shape), counts)
    single = problem.storage == np.float32 and tolerance(problem) >= SINGLE_FROM
    return LatticePlan(
        spacing=_triple(spacing, float),
        orders=orders,
        radius=radius,
        stencil=stencil,
        precision=np.dtype(np.float32 if single else np.float64),
        order=order,
        cells=cells,
        offsets=offsets,
        first=_triple(first, int),
        shape=_triple(shape, int),
        padded=_triple(padded, int),
        extent=extent,
        layers=layers,
        counts=counts,
    )


def _triple(values: Any, kind: type) -> tuple[Any, Any, Any]:
    upward, northing, easting = (kind(value) for value in values)
    return upward, northing, easting


def _settings(problem: PrismProblem, spacing: npt.NDArray[np.float64], rtol: float) -> tuple[Stencil, float] | None:
    """Stencil and radius that meet the tolerance with the fewest sums a station."""
    if rtol <= LEAST_RTOL["float64"]:
        return None
    derivative, widest = int(problem.kernels.order.max()), float(spacing.max())
    # in round numbers, so that parts of a mesh, and looks at it, share what is fitted
    ratios = _triple([round(width / widest, 6) for width in spacing], float)
    rounding = ROUNDING * 10.0 ** np.floor(np.log10(rtol))
    best: tuple[float, Stencil, float] | None = None
    for order in ORDERS:
        # half of the ball is ground; a station may lie anywhere in its cell
        sums = 2.0 / 3.0 * np.pi * (RADII + 0.5) ** 3 / np.prod(ratios) + order**3
        radii = RADII if best is None else RADII[sums < best[0]]
        stencils = [
            Stencil((order, order, order), ratios, float(radius + 0.5), derivative, float(rounding)) for radius in radii
        ]
        # errors fall with the radius
        first = bisect_left(stencils, True, key=partial(_serves, rtol=rtol))
        if first < len(stencils):
            best = float(sums[first]), stencils[first], float(radii[first] * widest)
    return None if best is None else best[1:]


def _serves(stencil: Stencil, rtol: float) -> bool:
    """Whether sources at the least distance are interpolated within a tolerance."""
    return WORST_DIRECTION * stencil.error(stencil.reach, stencil.derivative) <= rtol


def _locate(
    nodes: npt.NDArray[np.floating[Any]], stations: npt.NDArray[np.floating[Any]], width: float
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Cell of each station along an axis that goes on beyond the grid, and the distance from its lower edge."""

    def edge(cell: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        beyond = (cell < 0) | (cell >= nodes.size)
        return np.asarray(np.where(beyond, nodes[0] + width * cell, nodes[cell.clip(0, nodes.size - 1)]))

    cell = np.floor((stations - nodes[0]) / width).astype(np.int64)
    # a station on an edge is to be 0 metres from it, whatever the division made of it
    cell += stations >= edge(cell + 1)
    cell -= stations < edge(cell)
    return cell, stations - edge(cell)


def _ball(spacing: npt.NDArray[np.float64], radius: float) -> npt.NDArray[np.int64]:
    """Cells to either side along easting whose centre may be within the radius, by row and layer."""
    # the station may lie anywhere in its cell
    reach = radius + 0.5 * spacing.max()
    most = np.floor(reach / spacing).astype(int)
    up, north = (width * np.arange(-n, n + 1) for width, n in zip(spacing[:2], most[:2], strict=True))
    squared = reach**2 - north[:, None] ** 2 - up**2
    return np.where(squared >= 0.0, np.floor(np.sqrt(np.maximum(squared, 0.0)) / spacing[2]), -1.0).astype(np.int64)


def _near_layers(grid: Grid, cells: npt.NDArray[np.int64], extent: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """First and one past the last layer with active near cells, of each station."""
    layers, rows, columns = grid.shape
    reach_up, reach_north, reach_east = extent.shape[1] // 2, extent.shape[0] // 2, int(extent.max())
    any_active = grid.active.any(axis=0)
    top = np.where(any_active, layers - grid.active[::-1].argmax(axis=0), 0)
    bottom = np.where(any_active, grid.active.argmax(axis=0), layers)
    highest = _largest_near(top, (reach_north, reach_east), 0)
    lowest = -_largest_near(-bottom, (reach_north, reach_east), -layers)
    row, column = cells[:, 1] + reach_north, cells[:, 2] + reach_east
    seen = (row >= 0) & (row < rows + 2 * reach_north) & (column >= 0) & (column < columns + 2 * reach_east)
    row, column = np.where(seen, row, 0), np.where(seen, column, 0)
    begin = np.maximum(cells[:, 0] - reach_up, lowest[row, column])
    end = np.minimum(cells[:, 0] + reach_up + 1, highest[row, column])
    some = seen & (begin < end)
    return np.where(some, (begin, end), cells[:, 0]).T.astype(np.int64, order="C")


def _largest_near(values: npt.NDArray[Any], reach: tuple[int, int], outside: int) -> npt.NDArray[Any]:
    """Largest value within reach along both axes, of each column of cells and of those within reach of the grid."""
    for axis, cells in enumerate(reach):
        margins = [(0, 0), (0, 0)]
        # stations beyond the grid see its margin
        margins[axis] = (2 * cells, 2 * cells)
        padded = np.pad(values, margins, constant_values=outside)
        values = np.lib.stride_tricks.sliding_window_view(padded, 2 * cells + 1, axis).max(axis=-1)
    return values
