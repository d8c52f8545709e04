"""Stations against rows of cells: exact prisms near them, multipole expansion about the cells' centres beyond.

Along a row of cells y and z are fixed, so the expansion is a polynomial in 1/r^2, and one that x multiplies, but
for its first term, which is one in x over a power of r: rounding counts there. Terms of high degree are added where a
row passes close by. Lengths are in units of one between the distances of the nearest and the farthest row of a layer,
so that no power of them leaves the range of the tables' precision.

Forward, adjoint and diagonal take the entries of the matrix from the same function, so they agree to the last bit.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from geoinv.operators._jit import Chunk, chunked_kernel, kernel, part
from geoinv.operators.prisms._kernel_numba import first_derivatives_row, second_derivatives_row, third_derivatives_row
from geoinv.operators.prisms.multipole._series_numba import (
    add_high,
    add_low,
    high_coefficients,
    high_series,
    low_coefficients,
    low_series,
    powers_of_z,
)
from geoinv.operators.prisms.multipole.tables import HALF_LANES, FarTables
from geoinv.operators.prisms.problem import REGISTER

__all__ = ["ADJOINT", "DIAGONAL", "FORWARD", "far_sum"]

Array = npt.NDArray[np.float64]
Reals = npt.NDArray[np.floating[Any]]
Integers = npt.NDArray[np.int64]


FORWARD, ADJOINT, DIAGONAL = 0, 1, 2
"""What :func:`far_sum` makes of the entries of the matrix."""


class Scratch(NamedTuple):
    """What one thread works in.

    Attributes
    ----------
    power, low_z, high_z : arrays
        Powers of z, and those that go with the terms of low and high degree.
    low, high : (HALF_LANES,) arrays
        Coefficients of the powers of x and r of one row.
    low_series, high_series : (12,) and (14,) arrays
        The same, degrees that have a power in common together.
    x : (columns,) array
        Eastings of the centres from the station, in units of a length.
    far, near : (columns,) arrays
        Entries of the matrix: of far cells, 0 for near ones; and of near cells, anything elsewhere.
    nodes : (2, nodes) array
        Prism kernels at the nodes south and north of a row.
    stretch : (rows + 1, 5) array of int
        First near column and the one after the last; those of the columns of one length that need high degrees;
        whether the columns beside them do.
    """

    power: Array
    low_z: Reals
    high_z: Reals
    low: Reals
    high: Reals
    low_series: Reals
    high_series: Reals
    x: Reals
    far: Reals
    near: Array
    nodes: Array
    stretch: Integers


def _scratch(action: int, t: FarTables, *_: Any) -> Scratch:
    real, columns = t.lengths.dtype, t.x.size
    return Scratch(
        np.empty(HALF_LANES),
        np.empty(t.low_exponents.shape[1], real),
        np.empty(t.high_exponents.shape[1], real),
        np.empty(HALF_LANES, real),
        np.empty(HALF_LANES, real),
        np.empty(12, real),
        np.empty(14, real),
        np.empty(columns, real),
        np.empty(columns, real),
        np.empty(columns),
        np.empty((2, t.x_nodes.size)),
        np.empty((t.y.size + 1, 5), np.int64),
    )


@kernel()
def _within(limits: Array, x: Array, easting: float, side: float, first: int, last: int) -> tuple[int, int]:
    """First column and the one after the last of those whose squared distance is below their limit."""
    begin, end = last, last
    for i in range(first, last):
        if (x[i] - easting) ** 2 + side < limits[i]:
            begin, end = min(begin, i), i + 1
    return begin, end


@kernel()
def _over_length(s: Scratch, t: FarTables, layer: int, place: Array, z: float) -> float:
    """One over a length between the distances of the nearest and the farthest row of a layer, a power of 2 in 1/m.

    A power of 2 adds no rounding. The eastings of the cells go to the scratch, in units of that length.
    """
    south, north = t.y[0] - place[1], t.y[t.y.size - 1] - place[1]
    beyond = max(t.x[0] - place[0], place[0] - t.x[t.x.size - 1], 0.0)
    gap, span = max(south, -north, 0.0), max(-south, north)
    beside = beyond * beyond + z * z
    closest = max(beside + gap * gap, t.nearest[layer])
    length = math.sqrt(math.sqrt(closest * max(beside + span * span, closest)))
    over: float = 2.0 ** math.floor(-math.log2(length))
    for i in range(t.x.size):
        s.x[i] = (t.x[i] - place[0]) * over
    return over


@kernel()
def _chord(x: Array, easting: float, squared: float) -> tuple[int, int]:
    """First column and the one after the last within a distance along x, in whole vector registers."""
    half_chord, first, last = math.sqrt(squared), 0, 0
    for i in range(x.size):
        first += 1 if x[i] < easting - half_chord else 0
        last += 1 if x[i] < easting + half_chord else 0
    return first // REGISTER * REGISTER, (last + REGISTER - 1) // REGISTER * REGISTER


@kernel()
def _stretches(t: FarTables, layer: int, place: Array, z: float, south: int, north: int, stretch: Integers) -> bool:
    """Columns of each row that are near, and those that need high degrees; whether any does."""
    any_high = False
    for j in range(south, north):
        kind, y_metres, extent = t.kinds[layer, j], t.y[j] - place[1], t.extent[layer, j]
        side = y_metres * y_metres + z * z
        begin, end, first, last, beside = 0, 0, 0, 0, 0
        if extent[0] < extent[1]:
            if side < t.cutoff[1, kind]:
                first, last = _chord(t.x, place[0], t.cutoff[1, kind] - side)
                any_high = any_high or first < last
            if side < t.cutoff[2, kind]:
                for part_of_row in range(2, 6, 2):
                    a, e = t.passes[0, part_of_row], t.passes[0, part_of_row + 1]
                    a, e = _within(t.low[kind], t.x, place[0], side, a, e)
                    beside = 1 if a < e else beside
                any_high = any_high or beside > 0
            if side < t.cutoff[0, kind]:
                begin, end = _chord(t.x, place[0], t.cutoff[0, kind] - side)
                begin, end = _within(t.near[kind], t.x, place[0], side, max(begin, extent[0]), min(end, extent[1]))
        stretch[j, 0], stretch[j, 1] = begin, end
        stretch[j, 2], stretch[j, 3] = first, last
        stretch[j, 4] = beside
    return any_high


@kernel()
def _node_values(
    order: int,
    weights: Array,
    x_nodes: Array,
    place: Array,
    y_nodes: Array,
    z1: float,
    z2: float,
    edges: tuple[int, int],
    columns: tuple[int, int],
    nodes: Array,
) -> None:
    """Prism kernels along some edges of rows, at the nodes about some columns, in whole vector registers."""
    count = (columns[1] - columns[0] + REGISTER) // REGISTER * REGISTER
    start = min(columns[0], x_nodes.size - count)
    x, y_last = x_nodes[start : start + count], y_nodes[y_nodes.size - 1] - place[1]
    for edge in range(edges[0], edges[1]):
        row, y = nodes[edge % 2, start : start + count], y_nodes[edge] - place[1]
        if order == 1:
            first_derivatives_row(weights, x, place[0], y, y_last, z1, z2, row)
        elif order == 2:
            second_derivatives_row(weights, x, place[0], y, y_last, z1, z2, row)
        else:
            third_derivatives_row(weights, x, place[0], y, y_last, z1, z2, row)


@kernel()
def _cells(south: Array, north: Array, begin: int, end: int, near: Array) -> None:
    """Exact entries of the cells between two rows of nodes."""
    for i in range(begin, end):
        near[i] = (north[i + 1] - north[i]) - (south[i + 1] - south[i])


@kernel(inline=True)
def _far_entries(
    s: Scratch, t: FarTables, c: int, u: int, layer: int, j: int, place: Array, up: float, over: float
) -> None:
    """Entries of the far cells of a row by the multipole expansion; 0 for near ones."""
    real, order, kind, over2 = t.lengths.dtype.type, t.order[c], t.kinds[layer, j], over * over
    y_metres = t.y[j] - place[1]
    y, squared = real(y_metres * over), real((y_metres * y_metres + up * up) * over2)
    floor = real(t.floor[kind] * over2)
    begin, end, first, last, beside = s.stretch[j]
    for i in range(t.x.size):
        s.far[i] = real(0.0)
    for p in range(t.passes.shape[0]):
        low_too, even_long = t.passes[p, 0], t.passes[p, 1]
        high_too = first < last if even_long else beside > 0
        if low_too:
            low_coefficients(t.low_terms[c, u, kind, p], s.low_z, y, s.low)
            low_series(s.low, t.units[kind, p], over2, s.low_series)
        if high_too:
            high_coefficients(t.high_terms[c, u, kind, p], s.high_z, y, s.high)
            high_series(s.high, t.units[kind, p], over2, s.high_series)
        for part_of_row in range(2, 6, 2):
            a, e = t.passes[p, part_of_row], t.passes[p, part_of_row + 1]
            lengths = t.lengths[p]
            if low_too and a < e:
                add_low(s.low_series, s.x[a:e], squared, floor, order, lengths[a:e], s.far[a:e])
            if even_long:
                a, e = max(a, first), min(e, last)
            if high_too and a < e:
                add_high(s.high_series, s.x[a:e], squared, floor, order, lengths[a:e], s.far[a:e])
    for i in range(begin, end):
        s.far[i] = real(0.0)


@kernel()
def _near_entries(
    s: Scratch, t: FarTables, c: int, u: int, layer: int, j: int, place: Array, south_is_there: bool
) -> None:
    """Entries of the near cells of a row, exact; the nodes south of it may be there from the row before."""
    begin, end = s.stretch[j, 0], s.stretch[j, 1]
    # the nodes north of this row are those south of the next
    west, east = begin, end
    if s.stretch[j + 1, 0] < s.stretch[j + 1, 1]:
        west, east = min(west, s.stretch[j + 1, 0]), max(east, s.stretch[j + 1, 1])
    z1, z2 = t.z_nodes[layer] - place[2], t.z_nodes[layer + 1] - place[2]
    edges = (j + 1 if south_is_there else j, j + 2)
    _node_values(t.order[c], t.weights[c, u], t.x_nodes, place, t.y_nodes, z1, z2, edges, (west, east), s.nodes)
    _cells(s.nodes[j % 2], s.nodes[(j + 1) % 2], begin, end, s.near)


@kernel(reorder_sums=True)
def _gather(far: Reals, unit: float, near: Array, begin: int, end: int, model: Array) -> float:
    """Sum of entries times model (columns)."""
    total = 0.0
    for i in range(model.size):
        total += far[i] * model[i]
    total *= unit
    for i in range(begin, end):
        total += near[i] * model[i]
    return total


@kernel()
def _spread(far: Reals, unit: float, near: Array, begin: int, end: int, value: float, model: Array) -> None:
    """Add entries times value to the model (columns)."""
    for i in range(model.size):
        model[i] += value * unit * far[i]
    for i in range(begin, end):
        model[i] += value * near[i]


@kernel()
def _square(far: Reals, unit: float, near: Array, begin: int, end: int, value: float, model: Array) -> None:
    """Add squared entries times value to the model (columns)."""
    for i in range(model.size):
        entry = unit * far[i]
        model[i] += value * entry * entry
    for i in range(begin, end):
        model[i] += value * near[i] * near[i]


@chunked_kernel(scratch=_scratch)
def far_sum(
    chunk: Chunk,
    s: Scratch,
    action: int,
    t: FarTables,
    stations: Array,
    tasks: Integers,
    models: Array,
    data: Array,
) -> None:
    """Go through the entries of the matrix.

    Parameters
    ----------
    chunk : Chunk
        Part of the tasks that one thread takes.
    s : Scratch
        What it works in.
    action : int
        `FORWARD`: add the field of `models` to `data`. `ADJOINT`: add the transpose, applied to `data`, to `models`.
        `DIAGONAL`: add the sum of squared entries times `data` to `models`.
    t : FarTables
        Cells and kernels.
    stations : (stations, 3) array
        Easting, northing, upward.
    tasks : (tasks, 6) array of int
        First and last of stations, layers and rows that a thread works on. No two tasks may chunk a station
        (forward) or a row of a layer (else).
    models : (batch, unknowns, layers, rows, columns) array
        Susceptibility or magnetization.
    data : (batch, components, stations) array
        Field.
    """
    begin_task, end_task = part(chunk, tasks.shape[0])
    for number in range(begin_task, end_task):
        first, last, bottom, top, south, north = tasks[number]
        # no row follows the last
        s.stretch[north, 0] = s.stretch[north, 1] = 0
        for station in range(first, last):
            place = stations[station]
            for layer in range(bottom, top):
                extent, up = t.extent[layer], t.z[layer] - place[2]
                over = _over_length(s, t, layer, place, up)
                any_high = _stretches(t, layer, place, up, south, north, s.stretch)
                for c in range(t.order.size):
                    order = t.order[c]
                    powers_of_z(t.low_exponents[order - 1], up * over, s.power, s.low_z)
                    if any_high:
                        powers_of_z(t.high_exponents[order - 1], up * over, s.power, s.high_z)
                    for u in range(models.shape[1]):
                        unit, filled = t.sizes[c, u] * over ** (order + 1), -1
                        for j in range(south, north):
                            if extent[j, 0] == extent[j, 1]:
                                continue
                            _far_entries(s, t, c, u, layer, j, place, up, over)
                            begin, end = s.stretch[j, 0], s.stretch[j, 1]
                            if begin < end:
                                _near_entries(s, t, c, u, layer, j, place, filled == j)
                                filled = j + 1
                            for b in range(models.shape[0]):
                                model = models[b, u, layer, j]
                                if action == FORWARD:
                                    data[b, c, station] += _gather(s.far, unit, s.near, begin, end, model)
                                elif action == ADJOINT:
                                    _spread(s.far, unit, s.near, begin, end, data[b, c, station], model)
                                else:
                                    _square(s.far, unit, s.near, begin, end, data[b, c, station], model)
