"""Stations against rows of cells: exact prisms near them, moments about the cells' centres beyond.

Along a row of cells y and z are fixed, so the moments' datum is a polynomial in 1/r^2, and one that x multiplies, but
for the dipole's, which is one in x over a power of r: rounding counts there. Their coefficients are polynomials in y,
taken for all powers at once, whose own are monomials in z. What is left for each cell is a reciprocal, a root and a few
fused multiply-adds, without a branch, in the precision of the tables. Moments of high degree are added where a row
passes close by. Lengths are in units of one between the distances of the nearest and the farthest row of a layer, so
that no power of them leaves the range of that precision.

Forward, adjoint and diagonal take the entries of the matrix from the same function, so they agree to the last bit.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from geoinv.operators._jit import Share, kernel, part, shared_kernel
from geoinv.operators.prisms._kernel_numba import first_derivatives_row, second_derivatives_row, third_derivatives_row
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
        Corner functions at the nodes south and north of a row.
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
def _z_powers(exponents: npt.NDArray[np.uint8], z: float, power: Array, powers: Reals) -> None:
    """Powers of z that go with each power of y and x."""
    value = 1.0
    for k in range(power.size):
        power[k] = value
        value *= z
    for n in range(powers.size):
        powers[n] = power[exponents[n]]


# a flat table with offsets that the compiler knows: else it fears that one row overlaps with another
_, _Y1, _Y2, _Y3, _Y4, _Y5, _Y6, _Y7, _Y8, _Y9, _Y10, _Y11 = (k * HALF_LANES for k in range(12))


@kernel()
def _low_coefficients(t: Reals, z: Reals, y: float, c: Reals) -> None:
    """Coefficients of the powers of x up to degree 4, by Horner's rule in y."""
    for q in range(HALF_LANES):
        total = (t[q + _Y7] * z[q + _Y7] * y + t[q + _Y6] * z[q + _Y6]) * y + t[q + _Y5] * z[q + _Y5]
        total = ((total * y + t[q + _Y4] * z[q + _Y4]) * y + t[q + _Y3] * z[q + _Y3]) * y + t[q + _Y2] * z[q + _Y2]
        c[q] = (total * y + t[q + _Y1] * z[q + _Y1]) * y + t[q] * z[q]


@kernel()
def _high_coefficients(t: Reals, z: Reals, y: float, c: Reals) -> None:
    """Coefficients of the powers of x of degrees 6 and 8."""
    for q in range(HALF_LANES):
        total = (t[q + _Y11] * z[q + _Y11] * y + t[q + _Y10] * z[q + _Y10]) * y + t[q + _Y9] * z[q + _Y9]
        total = ((total * y + t[q + _Y8] * z[q + _Y8]) * y + t[q + _Y7] * z[q + _Y7]) * y + t[q + _Y6] * z[q + _Y6]
        total = ((total * y + t[q + _Y5] * z[q + _Y5]) * y + t[q + _Y4] * z[q + _Y4]) * y + t[q + _Y3] * z[q + _Y3]
        c[q] = ((total * y + t[q + _Y2] * z[q + _Y2]) * y + t[q + _Y1] * z[q + _Y1]) * y + t[q] * z[q]


@kernel()
def _low_series(c: Reals, units: Array, over2: float, series: Reals) -> None:
    """Coefficients of four powers of x, of 1/r^2 to the powers 1 to 4, and of those times x, up to degree 4."""
    real = c.dtype.type
    g0, g1, g2 = real(units[0]), real(units[1] * over2), real(units[2] * (over2 * over2))
    series[2], series[3] = g0 * c[2], g0 * c[3]
    for odd in range(2):
        series[odd] = g0 * c[odd] + g1 * c[8 + odd]
        series[4 + 4 * odd] = g1 * c[6 + odd] + g2 * c[16 + odd]
        series[5 + 4 * odd] = g1 * c[4 + odd] + g2 * c[14 + odd]
        series[6 + 4 * odd] = g2 * c[12 + odd]
        series[7 + 4 * odd] = g2 * c[10 + odd]


@kernel()
def _high_series(c: Reals, units: Array, over2: float, series: Reals) -> None:
    """Coefficients of 1/r^2 to the powers 2 to 8, and of those times x, of degrees 6 and 8."""
    real = c.dtype.type
    over4 = over2 * over2
    g3, g4 = real(units[3] * (over4 * over2)), real(units[4] * (over4 * over4))
    for odd in range(2):
        series[7 * odd] = g3 * c[8 + odd]
        series[7 * odd + 1] = g3 * c[6 + odd] + g4 * c[20 + odd]
        series[7 * odd + 2] = g3 * c[4 + odd] + g4 * c[18 + odd]
        series[7 * odd + 3] = g3 * c[2 + odd] + g4 * c[16 + odd]
        series[7 * odd + 4] = g3 * c[odd] + g4 * c[14 + odd]
        series[7 * odd + 5] = g4 * c[12 + odd]
        series[7 * odd + 6] = g4 * c[10 + odd]


@kernel()
def _order_factor(order: int, like: Reals) -> tuple[Any, Any, Any]:
    """Coefficients of u^(order - 1) as a polynomial in u up to degree 2, in the precision of an array."""
    zero, one = like.dtype.type(0.0), like.dtype.type(1.0)
    return one if order == 1 else zero, one if order == 2 else zero, one if order == 3 else zero


@kernel()
def _add_low(c: Reals, row_x: Reals, side: float, least: float, order: int, lengths: Reals, row: Reals) -> None:
    """Add the moments up to degree 4: a series over r^(2 order + 1)."""
    one = c.dtype.type(1.0)
    first, second, third = _order_factor(order, c)
    c0, c1, c2, c3 = c[0], c[1], c[2], c[3]
    a1, a2, a3, a4, b1, b2, b3, b4 = c[4], c[5], c[6], c[7], c[8], c[9], c[10], c[11]
    for i in range(row.size):
        x = row_x[i]
        u = one / max(x * x + side, least)
        a = c0 + u * (a1 + u * (a2 + u * (a3 + u * a4)))
        b = c1 + u * (b1 + u * (b2 + u * (b3 + u * b4)))
        value = a + x * (b + x * (c2 + x * c3))
        row[i] += lengths[i] * (u * math.sqrt(u) * ((first + u * (second + u * third)) * value))


@kernel()
def _add_high(c: Reals, row_x: Reals, side: float, least: float, order: int, lengths: Reals, row: Reals) -> None:
    """Add the moments of degrees 6 and 8: a series over r^(2 order + 5)."""
    one = c.dtype.type(1.0)
    first, second, third = _order_factor(order, c)
    a0, a1, a2, a3, a4, a5, a6 = c[0], c[1], c[2], c[3], c[4], c[5], c[6]
    b0, b1, b2, b3, b4, b5, b6 = c[7], c[8], c[9], c[10], c[11], c[12], c[13]
    for i in range(row.size):
        x = row_x[i]
        u = one / max(x * x + side, least)
        a = a0 + u * (a1 + u * (a2 + u * (a3 + u * (a4 + u * (a5 + u * a6)))))
        b = b0 + u * (b1 + u * (b2 + u * (b3 + u * (b4 + u * (b5 + u * b6)))))
        value = u * (u * (a + x * b))
        row[i] += lengths[i] * (u * math.sqrt(u) * ((first + u * (second + u * third)) * value))


@kernel()
def _within(limits: Array, x: Array, easting: float, side: float, first: int, last: int) -> tuple[int, int]:
    """First column and the one after the last of those whose squared distance is below their limit."""
    begin, end = last, last
    for i in range(first, last):
        if (x[i] - easting) ** 2 + side < limits[i]:
            begin, end = min(begin, i), i + 1
    return begin, end


@kernel()
def _length(t: FarTables, place: Array, z: float, nearest: float) -> float:
    """Length between the distances of the nearest and the farthest row of a layer, in metres."""
    south, north = t.y[0] - place[1], t.y[t.y.size - 1] - place[1]
    beyond = max(t.x[0] - place[0], place[0] - t.x[t.x.size - 1], 0.0)
    gap, span = max(south, -north, 0.0), max(-south, north)
    beside = beyond * beyond + z * z
    closest = max(beside + gap * gap, nearest)
    return math.sqrt(math.sqrt(closest * max(beside + span * span, closest)))


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
            if side < t.reach[1, kind]:
                first, last = _chord(t.x, place[0], t.reach[1, kind] - side)
                any_high = any_high or first < last
            if side < t.reach[2, kind]:
                for part_of_row in range(2, 6, 2):
                    a, e = t.passes[0, part_of_row], t.passes[0, part_of_row + 1]
                    a, e = _within(t.low[kind], t.x, place[0], side, a, e)
                    beside = 1 if a < e else beside
                any_high = any_high or beside > 0
            if side < t.reach[0, kind]:
                begin, end = _chord(t.x, place[0], t.reach[0, kind] - side)
                begin, end = _within(t.near[kind], t.x, place[0], side, max(begin, extent[0]), min(end, extent[1]))
        stretch[j, 0], stretch[j, 1] = begin, end
        stretch[j, 2], stretch[j, 3] = first, last
        stretch[j, 4] = beside
    return any_high


@kernel()
def _corners(
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
    """Corner functions along some edges of rows, at the nodes about some columns, in whole vector registers."""
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


@shared_kernel(scratch=_scratch)
def far_sum(
    share: Share,
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
    share : Share
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
        First and last of stations, layers and rows that a thread works on. No two tasks may share a station
        (forward) or a row of a layer (else).
    models : (batch, unknowns, layers, rows, columns) array
        Susceptibility or magnetization.
    data : (batch, components, stations) array
        Field.
    """
    real, columns = t.lengths.dtype.type, t.x.size
    low_z, high_z, low, high, power = s.low_z, s.high_z, s.low, s.high, s.power
    low_series, high_series = s.low_series, s.high_series
    x, far, near, nodes, stretch = s.x, s.far, s.near, s.nodes, s.stretch
    begin_task, end_task = part(share, tasks.shape[0])
    for number in range(begin_task, end_task):
        task = tasks[number]
        south, north = task[4], task[5]
        # no row follows the last
        stretch[north, 0] = stretch[north, 1] = 0
        for station in range(task[0], task[1]):
            place = stations[station]
            for layer in range(task[2], task[3]):
                up = t.z[layer] - place[2]
                z1, z2 = t.z_nodes[layer] - place[2], t.z_nodes[layer + 1] - place[2]
                length = _length(t, place, up, t.nearest[layer])
                # a power of 2, as it adds no rounding
                over = 2.0 ** math.floor(-math.log2(length))
                over2 = over * over
                for i in range(columns):
                    x[i] = (t.x[i] - place[0]) * over
                z, kinds, extent = up * over, t.kinds[layer], t.extent[layer]
                any_high = _stretches(t, layer, place, up, south, north, stretch)
                for c in range(t.order.size):
                    order = t.order[c]
                    _z_powers(t.low_exponents[order - 1], z, power, low_z)
                    if any_high:
                        _z_powers(t.high_exponents[order - 1], z, power, high_z)
                    for u in range(models.shape[1]):
                        unit = t.sizes[c, u] * over2 * over ** (order - 1)
                        filled = -1
                        for j in range(south, north):
                            if extent[j, 0] == extent[j, 1]:
                                continue
                            kind, y_metres = kinds[j], t.y[j] - place[1]
                            y, side = real(y_metres * over), (y_metres * y_metres + up * up) * over2
                            begin, end, first, last, beside = stretch[j]
                            squared, floor = real(side), real(t.floor[kind] * over2)
                            for i in range(columns):
                                far[i] = real(0.0)
                            for p in range(t.passes.shape[0]):
                                low_too, even_long = t.passes[p, 0], t.passes[p, 1]
                                high_too = first < last if even_long else beside > 0
                                if low_too:
                                    _low_coefficients(t.low_terms[c, u, kind, p], low_z, y, low)
                                    _low_series(low, t.units[kind, p], over2, low_series)
                                if high_too:
                                    _high_coefficients(t.high_terms[c, u, kind, p], high_z, y, high)
                                    _high_series(high, t.units[kind, p], over2, high_series)
                                for part_of_row in range(2, 6, 2):
                                    a, e = t.passes[p, part_of_row], t.passes[p, part_of_row + 1]
                                    lengths = t.lengths[p]
                                    if low_too and a < e:
                                        _add_low(low_series, x[a:e], squared, floor, order, lengths[a:e], far[a:e])
                                    if even_long:
                                        a, e = max(a, first), min(e, last)
                                    if high_too and a < e:
                                        _add_high(high_series, x[a:e], squared, floor, order, lengths[a:e], far[a:e])
                            if begin < end:
                                for i in range(begin, end):
                                    far[i] = real(0.0)
                                # the nodes north of this row are those south of the next
                                west, east = begin, end
                                if stretch[j + 1, 0] < stretch[j + 1, 1]:
                                    west, east = min(west, stretch[j + 1, 0]), max(east, stretch[j + 1, 1])
                                edges, span = (j if filled != j else j + 1, j + 2), (west, east)
                                _corners(
                                    order, t.weights[c, u], t.x_nodes, place, t.y_nodes, z1, z2, edges, span, nodes
                                )
                                _cells(nodes[j % 2], nodes[(j + 1) % 2], begin, end, near)
                                filled = j + 1
                            for b in range(models.shape[0]):
                                model = models[b, u, layer, j]
                                if action == FORWARD:
                                    data[b, c, station] += _gather(far, unit, near, begin, end, model)
                                elif action == ADJOINT:
                                    _spread(far, unit, near, begin, end, data[b, c, station], model)
                                else:
                                    _square(far, unit, near, begin, end, data[b, c, station], model)
