"""Between a lattice and the stations: interpolation, and its transpose.

Stations are sorted by northing, so that a strip of rows meets one run of them. Adjoints take strip by strip,
each written by one thread alone and always in the order of the stations: the same bits however many threads.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.operators._jit import Chunk, chunked_kernel, kernel, part

__all__ = ["dot", "first_from", "interpolate", "spread"]

Array = npt.NDArray[np.float64]
Reals = npt.NDArray[np.floating[Any]]
Integers = npt.NDArray[np.int64]


@kernel()
def first_from(places: Integers, row: int) -> int:
    """First of the places (places, 3), sorted by row, that lies in a row or beyond it."""
    # numba's own searchsorted takes as long to compile as the kernels that need it
    low, high = 0, places.shape[0]
    while low < high:
        middle = (low + high) // 2
        if places[middle, 1] < row:
            low = middle + 1
        else:
            high = middle
    return low


@kernel(reorder_sums=True)
def dot(a: Reals, b: Reals) -> float:
    total = 0.0
    for i in range(a.size):
        total += np.float64(a[i]) * np.float64(b[i])
    return total


@chunked_kernel()
def interpolate(chunk: Chunk, nodes: Integers, weights: Reals, lattice: Reals, data: Array) -> None:
    """Add to `data` (components, stations) the lattice's field at the stations.

    Parameters
    ----------
    chunk : Chunk
        Part of the stations that one thread takes.
    nodes : (stations, 3) array of int
        First lattice node of each station along upward, northing, easting.
    weights : (stations, up, north, east) array
        Of the nodes from the first on.
    lattice : (components, planes, rows, columns) array
        Field at the lattice nodes.
    data : (components, stations) array
        Receives the sum.
    """
    _, up, north, east = weights.shape
    begin, stop = part(chunk, nodes.shape[0])
    for station in range(begin, stop):
        z, y, x = nodes[station]
        for c in range(lattice.shape[0]):
            total = 0.0
            for k in range(up):
                for j in range(north):
                    total += dot(weights[station, k, j], lattice[c, z + k, y + j, x : x + east])
            data[c, station] += total


@chunked_kernel()
def spread(chunk: Chunk, nodes: Integers, weights: Reals, data: Array, strip: int, lattice: Array) -> None:
    """Transpose of :func:`interpolate`, in strips of so many rows: adds to `lattice`."""
    components, _, rows, _ = lattice.shape
    _, up, north, east = weights.shape
    first_strip, last_strip = part(chunk, (rows + strip - 1) // strip)
    for task in range(first_strip, last_strip):
        south, end = task * strip, min(rows, (task + 1) * strip)
        begin = first_from(nodes, south - north + 1)
        stop = first_from(nodes, end)
        for station in range(begin, stop):
            z, y, x = nodes[station]
            for c in range(components):
                value = data[c, station]
                for k in range(up):
                    for j in range(max(0, south - y), min(north, end - y)):
                        target, of_row = lattice[c, z + k, y + j, x : x + east], weights[station, k, j]
                        for i in range(east):
                            target[i] += value * np.float64(of_row[i])
