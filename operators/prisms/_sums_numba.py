"""Sums of the exact field over nodes, and the field of each cell, without a matrix."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.operators._jit import Chunk, chunked_kernel, kernel, part
from geoinv.operators.prisms._kernel_numba import first_derivatives_row, second_derivatives_row, third_derivatives_row

__all__ = ["adjoint_sum", "forward_sum", "gram_sum", "matrix_rows"]

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@kernel()
def _fill_row(
    order: int, weights: Array, x_nodes: Array, y_nodes: Array, j: int, z_edges: Array, k: int, place: Array, row: Array
) -> None:
    easting, northing, upward = place
    y, y_last = y_nodes[j] - northing, y_nodes[y_nodes.size - 1] - northing
    z1, z2 = z_edges[k] - upward, z_edges[k + 1] - upward
    if order == 1:
        first_derivatives_row(weights, x_nodes, easting, y, y_last, z1, z2, row)
    elif order == 2:
        second_derivatives_row(weights, x_nodes, easting, y, y_last, z1, z2, row)
    else:
        third_derivatives_row(weights, x_nodes, easting, y, y_last, z1, z2, row)


@kernel(reorder_sums=True)
def _dot(a: Array, b: Array) -> float:
    total = 0.0
    for i in range(a.size):
        total += a[i] * b[i]
    return total


def _rows(order: Integers, weights: Array, x_nodes: Array, *_: Any) -> Array:
    """Rows of nodes that one thread works in."""
    return np.empty((3, x_nodes.size))


@chunked_kernel(scratch=_rows)
def forward_sum(
    chunk: Chunk,
    nodes: Array,
    order: Integers,
    weights: Array,
    x_nodes: Array,
    y_nodes: Array,
    z_edges: Array,
    stations: Array,
    charges: Array,
    occupied: Flags,
    data: Array,
) -> None:
    """Field of node charges at every station.

    Parameters
    ----------
    chunk : Chunk
        Part of the stations that one thread takes.
    nodes : (3, x nodes) array
        What it works in.
    order : (components,) array of int
        Kernel of each component.
    weights : (components, unknowns, 7) array
        Its weights.
    x_nodes, y_nodes, z_edges : arrays
        Node eastings (padded to whole vector registers) and northings, layer edges, in metres.
    stations : (stations, 3) array
        Easting, northing, upward.
    charges : (batch, unknowns, layers, y nodes, x nodes) array
        Alternating differences of the models.
    occupied : (layers, y nodes) array of bool
        Rows that hold any charge.
    data : (batch, components, stations) array
        Receives the field.
    """
    batch, unknowns, layers, rows, _ = charges.shape
    row = nodes[0]
    first, last = part(chunk, stations.shape[0])
    for station in range(first, last):
        place = stations[station]
        for b in range(batch):
            for c in range(order.size):
                data[b, c, station] = 0.0
        for layer in range(layers):
            for j in range(rows):
                if not occupied[layer, j]:
                    continue
                for c in range(order.size):
                    for u in range(unknowns):
                        _fill_row(order[c], weights[c, u], x_nodes, y_nodes, j, z_edges, layer, place, row)
                        for b in range(batch):
                            data[b, c, station] += _dot(row, charges[b, u, layer, j])


@chunked_kernel(scratch=_rows)
def adjoint_sum(
    chunk: Chunk,
    nodes: Array,
    order: Integers,
    weights: Array,
    x_nodes: Array,
    y_nodes: Array,
    z_edges: Array,
    stations: Array,
    data: Array,
    occupied: Flags,
    charges: Array,
) -> None:
    """Transpose of :func:`forward_sum`: adds to `charges` the data of all stations."""
    batch, unknowns, layers, rows, columns = charges.shape
    row = nodes[0]
    first, last = part(chunk, layers * rows)
    for layer_row in range(first, last):
        layer, j = layer_row // rows, layer_row % rows
        if not occupied[layer, j]:
            continue
        for station in range(stations.shape[0]):
            place = stations[station]
            for c in range(order.size):
                for u in range(unknowns):
                    _fill_row(order[c], weights[c, u], x_nodes, y_nodes, j, z_edges, layer, place, row)
                    for b in range(batch):
                        value = data[b, c, station]
                        target = charges[b, u, layer, j]
                        for i in range(columns):
                            target[i] += value * row[i]


@kernel()
def _cell_row(south: Array, north: Array, cells: Array) -> None:
    for i in range(cells.size):
        cells[i] = (north[i + 1] - north[i]) - (south[i + 1] - south[i])


@chunked_kernel(scratch=_rows)
def matrix_rows(
    chunk: Chunk,
    nodes: Array,
    order: Integers,
    weights: Array,
    x_nodes: Array,
    y_nodes: Array,
    z_edges: Array,
    stations: Array,
    matrix: Array,
) -> None:
    """Field of each cell alone: ``matrix`` (components, stations, unknowns, layers, rows, columns) receives it."""
    _, count, unknowns, layers, rows, _ = matrix.shape
    first, last = part(chunk, count * layers)
    for task in range(first, last):
        station, layer = task // layers, task % layers
        place = stations[station]
        for c in range(order.size):
            for u in range(unknowns):
                for j in range(rows + 1):
                    north = nodes[j % 2]
                    _fill_row(order[c], weights[c, u], x_nodes, y_nodes, j, z_edges, layer, place, north)
                    if j > 0:
                        _cell_row(nodes[(j + 1) % 2], north, matrix[c, station, u, layer, j - 1])


@chunked_kernel(scratch=_rows)
def gram_sum(
    chunk: Chunk,
    nodes: Array,
    order: Integers,
    weights: Array,
    x_nodes: Array,
    y_nodes: Array,
    z_edges: Array,
    stations: Array,
    squared_weights: Array,
    diagonal: Array,
) -> None:
    """Add ``sum over data of w^2 G^2`` to `diagonal` (unknowns, layers, rows, columns)."""
    unknowns, layers, rows, columns = diagonal.shape
    blocks = 4 * layers
    cells = nodes[2, :columns]
    first_block, last_block = part(chunk, blocks)
    for block in range(first_block, last_block):
        layer = block // 4
        first, last = part((block % 4, 4), rows)
        for station in range(stations.shape[0]):
            place = stations[station]
            for c in range(order.size):
                for u in range(unknowns):
                    for j in range(first, last + 1 if first < last else first):
                        north = nodes[j % 2]
                        _fill_row(order[c], weights[c, u], x_nodes, y_nodes, j, z_edges, layer, place, north)
                        if j > first:
                            _cell_row(nodes[(j + 1) % 2], north, cells)
                            for i in range(columns):
                                diagonal[u, layer, j - 1, i] += squared_weights[c, station] * cells[i] ** 2
