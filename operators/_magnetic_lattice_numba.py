"""Between a lattice and the stations, and between stations and their near cells: sums that no transform does.

Stations are sorted by northing, so that a strip of rows meets one run of them. Adjoints take strip by strip,
each written by one thread alone and always in the order of the stations: the same bits however many threads.

A station's near cells are a ball round the cell it lies in, cut off at the grid's sides and at ``layers``:
rows along easting, one after another, northing outermost.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from geoinv.operators._jit import kernel

__all__ = ["box_corrections", "box_squares", "interpolate", "near_adjoint", "near_counts", "near_forward", "spread"]

Array = npt.NDArray[np.float64]
Reals = npt.NDArray[np.floating[Any]]
Integers = npt.NDArray[np.int64]


@kernel()
def _span(extent: Integers, row: int, layer: int, cell: Integers, columns: int) -> tuple[int, int]:
    """First and one past the last near cell of a row: none where the second is not above the first."""
    reach_up, reach_north = extent.shape[1] // 2, extent.shape[0] // 2
    half = extent[row - cell[1] + reach_north, layer - cell[0] + reach_up]
    return max(0, cell[2] - half), min(columns, cell[2] + half + 1)


@kernel()
def _rows(extent: Integers, cell: Integers, rows: int) -> tuple[int, int]:
    """First and one past the last row of near cells."""
    reach = extent.shape[0] // 2
    return max(0, cell[1] - reach), min(rows, cell[1] + reach + 1)


@kernel()
def near_counts(cells: Integers, layers: Integers, extent: Integers, shape: Integers, counts: Integers) -> None:
    """Near cells of each station.

    Parameters
    ----------
    cells : (stations, 3) array of int
        Layer, row, column of the cell that a station lies in; beyond the grid too.
    layers : (stations, 2) array of int
        First and one past the last layer of its near cells.
    extent : (2 * reach + 1, 2 * reach + 1) array of int
        Near cells to either side along easting, by row and layer from the station's; -1 where none is.
    shape : (3,) array of int
        Cells of the grid.
    counts : (stations,) array of int
        Receives the numbers.
    """
    for station in range(cells.shape[0]):
        cell, total = cells[station], 0
        first, last = _rows(extent, cell, shape[1])
        for row in range(first, last):
            for layer in range(layers[station, 0], layers[station, 1]):
                west, east = _span(extent, row, layer, cell, shape[2])
                total += max(0, east - west)
        counts[station] = total


@kernel(reorder_sums=True)
def _interpolated_box(
    window: Array, up: Array, north: Array, east: Array, plane: Array, line: Array, box: Array
) -> None:
    """What the lattice gives a station for each cell of a box: axis by axis, `plane` and `line` are working memory."""
    layers, rows, columns = box.shape
    for layer in range(layers):
        plane[:] = 0.0
        for m in range(up.size):
            source, weight = window[layer + up.size - 1 - m], up[m]
            for j in range(plane.shape[0]):
                for i in range(plane.shape[1]):
                    plane[j, i] += weight * source[j, i]
        for row in range(rows):
            line[:] = 0.0
            for m in range(north.size):
                along, weight = plane[row + north.size - 1 - m], north[m]
                for i in range(line.size):
                    line[i] += weight * along[i]
            target = box[layer, row]
            target[:] = 0.0
            for m in range(east.size):
                weight, shift = east[m], east.size - 1 - m
                for i in range(columns):
                    target[i] += weight * line[i + shift]


@kernel(parallel=True)
def box_corrections(
    index: Integers,
    lowest: int,
    fields: Array,
    window: Array,
    up: Array,
    north: Array,
    east: Array,
    cells: Integers,
    layers: Integers,
    extent: Integers,
    shape: Integers,
    starts: Integers,
    values: Reals,
) -> None:
    """Store exact field minus interpolated field of the near cells of some stations.

    Parameters
    ----------
    index : (some,) array of int
        The stations.
    lowest : int
        Lowest layer of the boxes, from the station's own.
    fields : (components, some, unknowns, layers, rows, columns) array
        Exact fields of the cells of each station's box.
    window : (components, unknowns, layers + order - 1, rows + order - 1, columns + order - 1) array
        Field of a cell at a lattice node, by offset.
    up, north, east : (stations, order) arrays
        Interpolation weights.
    cells, layers, extent, shape
        As :func:`near_counts` takes them.
    starts : (stations + 1,) array of int
        Where the values of each station begin.
    values : (components, unknowns, entries) array
        Receives them.
    """
    components, _, unknowns, high, wide, long = fields.shape
    reach_north, reach_east = extent.shape[0] // 2, long // 2
    for task in numba.prange(index.size):
        station = index[task]
        cell = cells[station]
        box, line = np.empty((high, wide, long)), np.empty(long + east.shape[1] - 1)
        plane = np.empty((wide + north.shape[1] - 1, line.size))
        first, last = _rows(extent, cell, shape[1])
        for c in range(components):
            for u in range(unknowns):
                _interpolated_box(window[c, u], up[station], north[station], east[station], plane, line, box)
                at = starts[station]
                for row in range(first, last):
                    for layer in range(layers[station, 0], layers[station, 1]):
                        west, end = _span(extent, row, layer, cell, shape[2])
                        a, b, shift = layer - cell[0] - lowest, row - cell[1] + reach_north, reach_east - cell[2]
                        for i in range(west, end):
                            values[c, u, at] = fields[c, task, u, a, b, i + shift] - box[a, b, i + shift]
                            at += 1


@kernel(parallel=True)
def box_squares(
    index: Integers,
    lowest: int,
    window: Array,
    squares: Array,
    up: Array,
    north: Array,
    east: Array,
    cells: Integers,
    layers: Integers,
    extent: Integers,
    shape: Integers,
    starts: Integers,
    values: Reals,
    begin: int,
    result: Array,
) -> None:
    """Store squared exact field minus interpolated squared field of the near cells of some stations.

    Parameters are those of :func:`box_corrections`, whose `values` hold the field's corrections; `squares` is
    the squared `window`; `result` (components, unknowns, entries) begins with the entry `begin`.
    """
    components, unknowns = window.shape[:2]
    reach_north, reach_east = extent.shape[0] // 2, (window.shape[4] - east.shape[1] + 1) // 2
    high, wide = window.shape[2] - up.shape[1] + 1, window.shape[3] - north.shape[1] + 1
    long = window.shape[4] - east.shape[1] + 1
    for task in numba.prange(index.size):
        station = index[task]
        cell = cells[station]
        box, squared = np.empty((high, wide, long)), np.empty((high, wide, long))
        plane, line = np.empty(window.shape[3:]), np.empty(window.shape[4])
        first, last = _rows(extent, cell, shape[1])
        for c in range(components):
            for u in range(unknowns):
                weights = up[station], north[station], east[station]
                _interpolated_box(window[c, u], weights[0], weights[1], weights[2], plane, line, box)
                _interpolated_box(squares[c, u], weights[0], weights[1], weights[2], plane, line, squared)
                at = starts[station]
                for row in range(first, last):
                    for layer in range(layers[station, 0], layers[station, 1]):
                        west, end = _span(extent, row, layer, cell, shape[2])
                        a, b, shift = layer - cell[0] - lowest, row - cell[1] + reach_north, reach_east - cell[2]
                        for i in range(west, end):
                            exact = values[c, u, at] + box[a, b, i + shift]
                            result[c, u, at - begin] = exact * exact - squared[a, b, i + shift]
                            at += 1


@kernel(reorder_sums=True)
def _dot(a: Reals, b: Reals) -> float:
    total = 0.0
    for i in range(a.size):
        total += np.float64(a[i]) * np.float64(b[i])
    return total


@kernel(parallel=True)
def near_forward(
    cells: Integers,
    layers: Integers,
    extent: Integers,
    starts: Integers,
    values: Reals,
    model: Reals,
    data: Array,
) -> None:
    """Add to `data` (components, stations) the near cells' corrections of `model` (unknowns, layers, rows, columns)."""
    components, unknowns, _ = values.shape
    _, _, rows, columns = model.shape
    for station in numba.prange(cells.shape[0]):
        cell, at = cells[station], starts[station]
        first, last = _rows(extent, cell, rows)
        for row in range(first, last):
            for layer in range(layers[station, 0], layers[station, 1]):
                west, end = _span(extent, row, layer, cell, columns)
                if end <= west:
                    continue
                for c in range(components):
                    for u in range(unknowns):
                        part = values[c, u, at : at + end - west]
                        data[c, station] += _dot(part, model[u, layer, row, west:end])
                at += end - west


@kernel(parallel=True)
def near_adjoint(
    cells: Integers,
    layers: Integers,
    extent: Integers,
    starts: Integers,
    values: Reals,
    data: Array,
    strip: int,
    model: Array,
) -> None:
    """Transpose of :func:`near_forward`, in strips of so many rows: adds to `model`."""
    components, unknowns, _ = values.shape
    _, _, rows, columns = model.shape
    reach, offset = extent.shape[0] // 2, starts[0]
    for task in numba.prange((rows + strip - 1) // strip):
        south, north = task * strip, min(rows, (task + 1) * strip)
        begin = np.searchsorted(cells[:, 1], south - reach)
        stop = np.searchsorted(cells[:, 1], north + reach)
        for station in range(begin, stop):
            cell, at = cells[station], starts[station] - offset
            first, last = _rows(extent, cell, rows)
            for row in range(first, min(last, north)):
                for layer in range(layers[station, 0], layers[station, 1]):
                    west, end = _span(extent, row, layer, cell, columns)
                    if end <= west:
                        continue
                    if row >= south:
                        for u in range(unknowns):
                            target = model[u, layer, row, west:end]
                            for c in range(components):
                                value = data[c, station]
                                part = values[c, u, at : at + end - west]
                                for i in range(target.size):
                                    target[i] += value * np.float64(part[i])
                    at += end - west


@kernel(parallel=True)
def interpolate(nodes: Integers, up: Array, north: Array, east: Array, lattice: Reals, data: Array) -> None:
    """Add to `data` (components, stations) the lattice's field at the stations.

    Parameters
    ----------
    nodes : (stations, 3) array of int
        First lattice node of each station along upward, northing, easting.
    up, north, east : (stations, order) arrays
        Interpolation weights.
    lattice : (components, planes, rows, columns) array
        Field at the lattice nodes.
    data : (components, stations) array
        Receives the sum.
    """
    for station in numba.prange(nodes.shape[0]):
        z, y, x = nodes[station]
        weights = east[station]
        for c in range(lattice.shape[0]):
            total = 0.0
            for k in range(up.shape[1]):
                for j in range(north.shape[1]):
                    row = lattice[c, z + k, y + j, x : x + weights.size]
                    total += up[station, k] * north[station, j] * _dot(weights, row)
            data[c, station] += total


@kernel(parallel=True)
def spread(nodes: Integers, up: Array, north: Array, east: Array, data: Array, strip: int, lattice: Reals) -> None:
    """Transpose of :func:`interpolate`, in strips of so many rows: adds to `lattice`."""
    components, _, rows, _ = lattice.shape
    order = north.shape[1]
    for task in numba.prange((rows + strip - 1) // strip):
        south, end = task * strip, min(rows, (task + 1) * strip)
        begin = np.searchsorted(nodes[:, 1], south - order + 1)
        stop = np.searchsorted(nodes[:, 1], end)
        for station in range(begin, stop):
            z, y, x = nodes[station]
            weights = east[station]
            for c in range(components):
                for k in range(up.shape[1]):
                    value = data[c, station] * up[station, k]
                    for j in range(max(0, south - y), min(order, end - y)):
                        target, factor = lattice[c, z + k, y + j], value * north[station, j]
                        for i in range(weights.size):
                            target[x + i] += factor * weights[i]
