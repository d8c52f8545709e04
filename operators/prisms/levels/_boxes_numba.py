"""Cells of an octree as boxes of uniform cells: each box is filled with the cell's value, or added up."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.operators._jit import Chunk, chunked_kernel, part

__all__ = ["add_boxes", "fill_boxes"]

Reals = npt.NDArray[np.floating[Any]]
Integers = npt.NDArray[np.int64]


@chunked_kernel(chunks_a_thread=16)
def fill_boxes(
    chunk: Chunk, corners: Integers, sides: Integers, numbers: Integers, model: Reals, uniform: Reals
) -> None:
    """Give the uniform cells of each box the value of its cell.

    Parameters
    ----------
    chunk : Chunk
        Part of the boxes that one thread takes.
    corners : (boxes, 3) array of int
        First layer, row, column of each box among the uniform cells.
    sides : (boxes,) array of int
        Uniform cells along each side.
    numbers : (boxes,) array of int
        The cell of the mesh that each box is.
    model : (unknowns, cells) array
        Of the mesh.
    uniform : (unknowns, layers, rows, columns) array
        Receives the values; what is in no box stays.
    """
    begin, stop = part(chunk, sides.size)
    for box in range(begin, stop):
        up, north, east = corners[box]
        side, number = sides[box], numbers[box]
        for u in range(model.shape[0]):
            value = model[u, number]
            for layer in range(up, up + side):
                for row in range(north, north + side):
                    for column in range(east, east + side):
                        uniform[u, layer, row, column] = value


@chunked_kernel(chunks_a_thread=16)
def add_boxes(
    chunk: Chunk, corners: Integers, sides: Integers, numbers: Integers, uniform: Reals, model: Reals
) -> None:
    """Transpose of :func:`fill_boxes`: adds the sum over each box to the cell's value in `model`."""
    begin, stop = part(chunk, sides.size)
    for box in range(begin, stop):
        up, north, east = corners[box]
        side, number = sides[box], numbers[box]
        for u in range(model.shape[0]):
            total = 0.0
            for layer in range(up, up + side):
                for row in range(north, north + side):
                    for column in range(east, east + side):
                        total += np.float64(uniform[u, layer, row, column])
            model[u, number] += total
