"""Stations against rows of cells: exact prisms near them, moments about the cells' centres beyond.

Along a row of cells y and z are fixed, so each moment's datum is a polynomial in x over an odd power of r. Its
coefficients are polynomials in y, taken for all rows of a layer at once, whose own are monomials in z. What is left for
each cell is a reciprocal, a root and a few fused multiply-adds, without a branch, in the precision of the tables.

Forward, adjoint and diagonal take the entries of the matrix from the same function, so they agree to the last bit.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from geoinv.operators._jit import kernel
from geoinv.operators._magnetic_numba import field_row, gradient_row
from geoinv.operators.magnetic_multipole import FarTables

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
    stretch : (rows, 3) array of int
        First near column and the one after the last, and 1 where a row needs high degrees.
    y, y_real : (rows,) arrays
        Northings of the rows from the station, in units of the scale.
    coefficients : (passes, 40, rows) array
        Of the polynomials in x.
    x, lanes : arrays
        Eastings of the centres from the station, and the coefficients of one row.
    nodes : (2, nodes) array
        Corner functions at the nodes south and north of a row.
    far, near : (rows, columns) arrays
        Entries of the matrix: of far cells, 0 for near ones; and of near cells, anything elsewhere.
    """

    stretch: Integers
    y: Array
    y_real: Reals
    coefficients: Reals
    x: Reals
    lanes: Reals
    nodes: Array
    far: Reals
    near: Array


@kernel()
def _scratch(t: FarTables) -> Scratch:
    rows, columns, real = t.y.size, t.x.size, t.powers.dtype
    return Scratch(
        np.zeros((rows, 3), np.int64),
        np.empty(rows),
        np.empty(rows, real),
        np.zeros((t.powers.shape[0], 40, rows), real),
        np.empty(columns, real),
        np.empty(40, real),
        np.empty((2, t.x_nodes.size)),
        np.empty((rows, columns), real),
        np.empty((rows, columns)),
    )


@kernel(reorder_sums=True)
def _low_row(
    c: Reals,
    x_row: Reals,
    side: float,
    least: float,
    even: float,
    odd: float,
    powers: Reals,
    p: int,
    rows: Reals,
    j: int,
) -> None:
    """Add the moments up to degree 4: three polynomials over r^5, r^9, r^13 (of gradients, over r^2 more)."""
    one = c.dtype.type(1.0)
    a0, a1, a2, a3 = c[0], c[1], c[2], c[3]
    b0, b1, b2, b3, b4, b5 = c[4], c[5], c[6], c[7], c[8], c[9]
    d0, d1, d2, d3, d4, d5, d6, d7 = c[10], c[11], c[12], c[13], c[14], c[15], c[16], c[17]
    for i in range(x_row.size):
        x = x_row[i]
        over2 = one / max(x * x + side, least)
        over4 = over2 * over2
        a = a0 + x * (a1 + x * (a2 + x * a3))
        b = b0 + x * (b1 + x * (b2 + x * (b3 + x * (b4 + x * b5))))
        d = d0 + x * (d1 + x * (d2 + x * (d3 + x * (d4 + x * (d5 + x * (d6 + x * d7))))))
        size = over4 * math.sqrt(over2) * (even + odd * over2)
        rows[j, i] += powers[p, i] * size * (a + over4 * (b + over4 * d))


@kernel(reorder_sums=True)
def _high_row(
    c: Reals,
    x_row: Reals,
    side: float,
    least: float,
    even: float,
    odd: float,
    powers: Reals,
    p: int,
    rows: Reals,
    j: int,
) -> None:
    """Add the moments up to degree 8: five polynomials over r^5, r^9, ... r^21 (of gradients, over r^2 more)."""
    one = c.dtype.type(1.0)
    a0, a1, a2, a3 = c[0], c[1], c[2], c[3]
    b0, b1, b2, b3, b4, b5 = c[4], c[5], c[6], c[7], c[8], c[9]
    d0, d1, d2, d3, d4, d5, d6, d7 = c[10], c[11], c[12], c[13], c[14], c[15], c[16], c[17]
    e0, e1, e2, e3, e4, e5, e6, e7, e8, e9 = c[18], c[19], c[20], c[21], c[22], c[23], c[24], c[25], c[26], c[27]
    f0, f1, f2, f3, f4, f5, f6, f7, f8, f9 = c[28], c[29], c[30], c[31], c[32], c[33], c[34], c[35], c[36], c[37]
    f10, f11 = c[38], c[39]
    for i in range(x_row.size):
        x = x_row[i]
        over2 = one / max(x * x + side, least)
        over4 = over2 * over2
        a = a0 + x * (a1 + x * (a2 + x * a3))
        b = b0 + x * (b1 + x * (b2 + x * (b3 + x * (b4 + x * b5))))
        d = d0 + x * (d1 + x * (d2 + x * (d3 + x * (d4 + x * (d5 + x * (d6 + x * d7))))))
        e = e4 + x * (e5 + x * (e6 + x * (e7 + x * (e8 + x * e9))))
        e = e0 + x * (e1 + x * (e2 + x * (e3 + x * e)))
        f = f5 + x * (f6 + x * (f7 + x * (f8 + x * (f9 + x * (f10 + x * f11)))))
        f = f0 + x * (f1 + x * (f2 + x * (f3 + x * (f4 + x * f))))
        size = over4 * math.sqrt(over2) * (even + odd * over2)
        rows[j, i] += powers[p, i] * size * (a + over4 * (b + over4 * (d + over4 * (e + over4 * f))))


@kernel()
def _near_cells(t: FarTables, s: Scratch, place: Array, layer: int, first: int, last: int) -> None:
    """Find the near columns of the rows of a layer, and the rows that need high degrees."""
    z = t.z[layer] - place[2]
    # how far the station lies beyond either end of the rows
    beyond = max(t.x_nodes[0] - place[0], place[0] - t.x_nodes[t.x_nodes.size - 1], 0.0)
    for j in range(first, last):
        kind, y = t.kinds[layer, j], t.y[j] - place[1]
        side = y * y + z * z
        distance = side + beyond * beyond
        begin, end = t.x.size, 0
        if distance < t.reach[0, kind]:
            for i in range(t.extent[layer, j, 0], t.extent[layer, j, 1]):
                x = t.x[i] - place[0]
                if x * x + side < t.near[kind, i]:
                    begin, end = min(begin, i), i + 1
        s.stretch[j, 0], s.stretch[j, 1] = min(begin, end), end
        s.stretch[j, 2] = 1 if distance < t.reach[1, kind] else 0


@kernel(reorder_sums=True)
def _lanes(
    terms: Reals,
    z_powers: Integers,
    z: Reals,
    starts: Integers,
    lanes: tuple[int, int],
    y: Reals,
    begin: int,
    end: int,
    target: Reals,
    p: int,
) -> None:
    """Coefficients of some powers of x in the rows `begin` to `end`: Horner's rule, four powers of y at a time."""
    real, northing = target.dtype.type, y[begin:end]
    for q in range(lanes[0], lanes[1]):
        # a slice starts at 0: an index that might be negative keeps a loop out of vector registers
        row, first = target[p, q, begin:end], starts[q]
        if first == starts[q + 1]:
            row[:] = real(0.0)
        for n in range(first, starts[q + 1], 4):
            z0, z1, z2, z3 = z[z_powers[n]], z[z_powers[n + 1]], z[z_powers[n + 2]], z[z_powers[n + 3]]
            a, b, c, d = (
                terms[n, begin:end],
                terms[n + 1, begin:end],
                terms[n + 2, begin:end],
                terms[n + 3, begin:end],
            )
            if n == first:
                for r in range(row.size):
                    y1 = northing[r]
                    row[r] = ((z0 * a[r] * y1 + z1 * b[r]) * y1 + z2 * c[r]) * y1 + z3 * d[r]
            else:
                for r in range(row.size):
                    y1 = northing[r]
                    row[r] = (((row[r] * y1 + z0 * a[r]) * y1 + z1 * b[r]) * y1 + z2 * c[r]) * y1 + z3 * d[r]


@kernel()
def _coefficients(t: FarTables, s: Scratch, c: int, u: int, place: Array, layer: int, first: int, last: int) -> None:
    """Polynomials in x of the rows of a layer, those of high degrees only where a row needs them."""
    z, power = np.empty(12, s.x.dtype), 1.0
    for k in range(12):
        z[k] = power
        power *= (t.z[layer] - place[2]) / t.scale
    high_first, high_last = last, first
    for j in range(first, last):
        s.y[j] = s.y_real[j] = (t.y[j] - place[1]) / t.scale
        if s.stretch[j, 2] == 1:
            high_first, high_last = min(high_first, j), j + 1
    starts, z_powers = t.starts[t.order[c] - 2], t.z_powers[t.order[c] - 2]
    for p in range(s.coefficients.shape[0]):
        # a pass adds to polynomials from its own on; the rest of its coefficients stay 0
        terms, lane = t.terms[c, u, t.layer_kinds[layer], p], p * (p + 3)
        _lanes(terms, z_powers, z, starts, (min(lane, 18), 18), s.y_real, first, last, s.coefficients, p)
        if high_first < high_last:
            high = (max(lane, 18), 40)
            _lanes(terms, z_powers, z, starts, high, s.y_real, high_first, high_last, s.coefficients, p)


@kernel()
def _exact_nodes(
    t: FarTables, s: Scratch, c: int, u: int, place: Array, layer: int, j: int, begin: int, end: int
) -> None:
    """Corner functions at the nodes `begin` to `end` of a row, in whole vector registers."""
    count = (end - begin + 8) // 8 * 8
    start = min(begin, t.x_nodes.size - count)
    x, row = t.x_nodes[start : start + count], s.nodes[j % 2, start : start + count]
    y, y_last = t.y_nodes[j] - place[1], t.y_nodes[t.y_nodes.size - 1] - place[1]
    z1, z2 = t.z_nodes[layer] - place[2], t.z_nodes[layer + 1] - place[2]
    if t.order[c] == 2:
        field_row(t.weights[c, u], x, place[0], y, y_last, z1, z2, row)
    else:
        gradient_row(t.weights[c, u], x, place[0], y, y_last, z1, z2, row)


@kernel()
def _far_entries(
    order: int,
    layer_kinds: Integers,
    stretch: Integers,
    y: Array,
    z: float,
    least: Array,
    coefficients: Reals,
    lanes: Reals,
    x: Reals,
    powers: Reals,
    first: int,
    last: int,
    far: Reals,
) -> None:
    real = far.dtype.type
    even, odd = real(3 - order), real(order - 2)
    for j in range(first, last):
        for i in range(x.size):
            far[j, i] = real(0.0)
        side, floor = real(y[j] * y[j] + z * z), real(least[layer_kinds[j]])
        for p in range(powers.shape[0]):
            if stretch[j, 2] == 1:
                for q in range(40):
                    lanes[q] = coefficients[p, q, j]
                _high_row(lanes, x, side, floor, even, odd, powers, p, far, j)
            elif p < 3:
                for q in range(18):
                    lanes[q] = coefficients[p, q, j]
                _low_row(lanes, x, side, floor, even, odd, powers, p, far, j)
        for i in range(stretch[j, 0], stretch[j, 1]):
            far[j, i] = real(0.0)


@kernel()
def _near_entries(t: FarTables, s: Scratch, c: int, u: int, place: Array, layer: int, first: int, last: int) -> None:
    filled = -1
    for j in range(first, last):
        begin, end = s.stretch[j, 0], s.stretch[j, 1]
        if begin == end:
            continue
        if filled != j:
            _exact_nodes(t, s, c, u, place, layer, j, begin, end)
        ahead = j + 1 < last and s.stretch[j + 1, 0] < s.stretch[j + 1, 1]
        west, east = (min(begin, s.stretch[j + 1, 0]), max(end, s.stretch[j + 1, 1])) if ahead else (begin, end)
        _exact_nodes(t, s, c, u, place, layer, j + 1, west, east)
        filled = j + 1
        south, north = s.nodes[j % 2], s.nodes[(j + 1) % 2]
        for i in range(begin, end):
            s.near[j, i] = (north[i + 1] - north[i]) - (south[i + 1] - south[i])


@kernel()
def _entries(t: FarTables, s: Scratch, c: int, u: int, place: Array, layer: int, first: int, last: int) -> None:
    """Entries of the matrix for one station and the rows `first` to `last` of a layer."""
    _coefficients(t, s, c, u, place, layer, first, last)
    z = (t.z[layer] - place[2]) / t.scale
    _far_entries(
        t.order[c],
        t.kinds[layer],
        s.stretch,
        s.y,
        z,
        t.floor,
        s.coefficients,
        s.lanes,
        s.x,
        t.powers,
        first,
        last,
        s.far,
    )
    _near_entries(t, s, c, u, place, layer, first, last)


@kernel(reorder_sums=True)
def _gather(far: Reals, near: Array, stretch: Integers, model: Array, first: int, last: int) -> float:
    """Sum of entries times model (rows, columns)."""
    total = 0.0
    for j in range(first, last):
        for i in range(model.shape[1]):
            total += far[j, i] * model[j, i]
        for i in range(stretch[j, 0], stretch[j, 1]):
            total += near[j, i] * model[j, i]
    return total


@kernel()
def _spread(far: Reals, near: Array, stretch: Integers, value: float, model: Array, first: int, last: int) -> None:
    """Add entries times value to the model (rows, columns)."""
    for j in range(first, last):
        for i in range(model.shape[1]):
            model[j, i] += value * far[j, i]
        for i in range(stretch[j, 0], stretch[j, 1]):
            model[j, i] += value * near[j, i]


@kernel()
def _square(far: Reals, near: Array, stretch: Integers, value: float, model: Array, first: int, last: int) -> None:
    """Add squared entries times value to the model (rows, columns)."""
    for j in range(first, last):
        for i in range(model.shape[1]):
            entry = float(far[j, i])
            model[j, i] += value * entry * entry
        for i in range(stretch[j, 0], stretch[j, 1]):
            model[j, i] += value * near[j, i] * near[j, i]


@kernel()
def _one_task(action: int, t: FarTables, stations: Array, task: Integers, models: Array, data: Array) -> None:
    s = _scratch(t)
    first, last = task[4], task[5]
    for station in range(task[0], task[1]):
        place = stations[station]
        for i in range(t.x.size):
            s.x[i] = (t.x[i] - place[0]) / t.scale
        for layer in range(task[2], task[3]):
            _near_cells(t, s, place, layer, first, last)
            for c in range(t.order.size):
                for u in range(models.shape[1]):
                    _entries(t, s, c, u, place, layer, first, last)
                    for b in range(models.shape[0]):
                        model = models[b, u, layer]
                        if action == FORWARD:
                            data[b, c, station] += _gather(s.far, s.near, s.stretch, model, first, last)
                        elif action == ADJOINT:
                            _spread(s.far, s.near, s.stretch, data[b, c, station], model, first, last)
                        else:
                            _square(s.far, s.near, s.stretch, data[b, c, station], model, first, last)


@kernel(parallel=True)
def far_sum(action: int, t: FarTables, stations: Array, tasks: Integers, models: Array, data: Array) -> None:
    """Go through the entries of the matrix.

    Parameters
    ----------
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
    for task in numba.prange(tasks.shape[0]):
        _one_task(action, t, stations, tasks[task], models, data)
