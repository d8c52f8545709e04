"""Near cells of the stations: corrections of what the lattice gives, and their sums forward and back.

A station's near cells are a ball round the cell it lies in, cut off at the grid's sides and at ``layers``:
runs along easting, one after another, northing outermost. Adjoints go strip by strip of rows, as those of
:mod:`geoinv.operators.prisms.precorrected_fft._interpolation_numba` do.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.operators._jit import Chunk, chunked_kernel, kernel, part
from geoinv.operators.prisms.precorrected_fft._interpolation_numba import dot, first_from

__all__ = ["box_corrections", "box_squares", "near_adjoint", "near_counts", "near_forward"]

Array = npt.NDArray[np.float64]
Reals = npt.NDArray[np.floating[Any]]
Integers = npt.NDArray[np.int64]


@kernel()
def _rows(extent: Integers, cell: Integers, rows: int) -> tuple[int, int]:
    """First and one past the last row of near cells."""
    cutoff = extent.shape[0] // 2
    return max(0, cell[1] - cutoff), min(rows, cell[1] + cutoff + 1)


@kernel()
def _span(extent: Integers, row: int, layer: int, cell: Integers, columns: int) -> tuple[int, int]:
    """First and one past the last near cell of a row: none where the second is not above the first."""
    cutoff_up, cutoff_north = extent.shape[1] // 2, extent.shape[0] // 2
    half = extent[row - cell[1] + cutoff_north, layer - cell[0] + cutoff_up]
    return max(0, cell[2] - half), min(columns, cell[2] + half + 1)


@kernel()
def _near_runs(cell: Integers, layers: Integers, extent: Integers, rows: int, columns: int, runs: Integers) -> int:
    """Near cells of a station as runs along easting: row, layer, first and one past the last column of each.

    Parameters
    ----------
    cell : (3,) array of int
        Layer, row, column of the cell that the station lies in.
    layers : (2,) array of int
        First and one past the last layer of its near cells.
    extent : (rows, layers) array of int
        As :func:`near_counts` takes it.
    rows, columns : int
        Cells of the grid along northing and easting.
    runs : (extent.size, 4) array of int
        Receives the runs that are not empty.

    Returns
    -------
    int
        How many there are.
    """
    count = 0
    first, last = _rows(extent, cell, rows)
    for row in range(first, last):
        for layer in range(layers[0], layers[1]):
            west, end = _span(extent, row, layer, cell, columns)
            if west < end:
                runs[count, 0], runs[count, 1], runs[count, 2], runs[count, 3] = row, layer, west, end
                count += 1
    return count


def _runs(cells: Integers, layers: Integers, extent: Integers, *_: Any) -> Integers:
    """Runs that one thread works in."""
    return np.empty((extent.size, 4), np.int64)


@chunked_kernel(scratch=_runs)
def near_counts(
    chunk: Chunk, runs: Integers, cells: Integers, layers: Integers, extent: Integers, shape: Integers, counts: Integers
) -> None:
    """Near cells of each station.

    Parameters
    ----------
    chunk : Chunk
        Part of the stations that one thread takes.
    runs : (extent.size, 4) array of int
        What it works in.
    cells : (stations, 3) array of int
        Layer, row, column of the cell that a station lies in; beyond the grid too.
    layers : (stations, 2) array of int
        First and one past the last layer of its near cells.
    extent : (2 * cutoff + 1, 2 * cutoff + 1) array of int
        Near cells to either side along easting, by row and layer from the station's; -1 where none is.
    shape : (3,) array of int
        Cells of the grid.
    counts : (stations,) array of int
        Receives the numbers.
    """
    begin, stop = part(chunk, cells.shape[0])
    for station in range(begin, stop):
        counts[station] = 0
        for n in range(_near_runs(cells[station], layers[station], extent, shape[1], shape[2], runs)):
            counts[station] += runs[n, 3] - runs[n, 2]


@chunked_kernel(scratch=lambda index, lowest, boxes, *rest: _runs(*rest[:3]))
def box_corrections(
    chunk: Chunk,
    runs: Integers,
    index: Integers,
    lowest: int,
    boxes: Array,
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
    chunk : Chunk
        Part of the stations that one thread takes.
    runs : (extent.size, 4) array of int
        What it works in.
    index : (some,) array of int
        The stations.
    lowest : int
        Lowest layer of the boxes, from the station's own.
    boxes : (components, some, unknowns, layers, rows, columns) array
        Of the cells of each station's box.
    cells, layers, extent, shape
        As :func:`near_counts` takes them.
    starts : (stations + 1,) array of int
        Where the values of each station begin.
    values : (components, unknowns, entries) array
        Receives them.
    """
    components, _, unknowns, _, _, long = boxes.shape
    cutoff_north, cutoff_east = extent.shape[0] // 2, long // 2
    first_task, last_task = part(chunk, index.size)
    for task in range(first_task, last_task):
        station = index[task]
        cell = cells[station]
        count = _near_runs(cell, layers[station], extent, shape[1], shape[2], runs)
        for c in range(components):
            for u in range(unknowns):
                at = starts[station]
                for n in range(count):
                    row, layer, west, end = runs[n]
                    a, b, shift = layer - cell[0] - lowest, row - cell[1] + cutoff_north, cutoff_east - cell[2]
                    for i in range(west, end):
                        values[c, u, at] = boxes[c, task, u, a, b, i + shift]
                        at += 1


@chunked_kernel(scratch=lambda index, lowest, boxes, squares, *rest: _runs(*rest[:3]))
def box_squares(
    chunk: Chunk,
    runs: Integers,
    index: Integers,
    lowest: int,
    boxes: Array,
    squares: Array,
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

    Parameters are those of :func:`box_corrections`: `values` hold the field's corrections, `boxes` and `squares` the
    interpolated field and its interpolated square; `result` (components, unknowns, entries) begins with the entry
    `begin`.
    """
    components, _, unknowns, _, _, long = boxes.shape
    cutoff_north, cutoff_east = extent.shape[0] // 2, long // 2
    first_task, last_task = part(chunk, index.size)
    for task in range(first_task, last_task):
        station = index[task]
        cell = cells[station]
        count = _near_runs(cell, layers[station], extent, shape[1], shape[2], runs)
        for c in range(components):
            for u in range(unknowns):
                at = starts[station]
                for n in range(count):
                    row, layer, west, end = runs[n]
                    a, b, shift = layer - cell[0] - lowest, row - cell[1] + cutoff_north, cutoff_east - cell[2]
                    for i in range(west, end):
                        exact = values[c, u, at] + boxes[c, task, u, a, b, i + shift]
                        result[c, u, at - begin] = exact * exact - squares[c, task, u, a, b, i + shift]
                        at += 1


@chunked_kernel()
def near_forward(
    chunk: Chunk,
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
    begin, stop = part(chunk, cells.shape[0])
    for station in range(begin, stop):
        cell, at = cells[station], starts[station]
        first, last = _rows(extent, cell, rows)
        # the runs one by one: to store them first takes longer than to sum over them
        for row in range(first, last):
            for layer in range(layers[station, 0], layers[station, 1]):
                west, end = _span(extent, row, layer, cell, columns)
                if end <= west:
                    continue
                for c in range(components):
                    for u in range(unknowns):
                        of_run = values[c, u, at : at + end - west]
                        data[c, station] += dot(of_run, model[u, layer, row, west:end])
                at += end - west


@chunked_kernel()
def near_adjoint(
    chunk: Chunk,
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
    cutoff, offset = extent.shape[0] // 2, starts[0]
    first_strip, last_strip = part(chunk, (rows + strip - 1) // strip)
    for task in range(first_strip, last_strip):
        south, north = task * strip, min(rows, (task + 1) * strip)
        begin = first_from(cells, south - cutoff)
        stop = first_from(cells, north + cutoff)
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
                                of_run = values[c, u, at : at + end - west]
                                for i in range(target.size):
                                    target[i] += value * np.float64(of_run[i])
                    at += end - west
