"""Blurring offset by offset: a padded picture summed with a table of weights."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from geoinv.operators._jit import Chunk, chunked_kernel, part

__all__ = ["sum_over_offsets"]

Array = npt.NDArray[Any]


@chunked_kernel()
def sum_over_offsets(chunk: Chunk, weights: Array, padded: Array, blurred: Array) -> None:
    """Sum weight times padded picture over all offsets.

    Parameters
    ----------
    chunk : Chunk
        Part of the rows of the results that one thread takes.
    weights : (2 layers - 1, 2 rows - 1, 2 columns - 1) array
        Weight of each offset, symmetric about its centre.
    padded : (batch, 3 layers - 2, 3 rows - 2, 3 columns - 2) array
        Pictures with what surrounds them.
    blurred : (batch, layers, rows, columns) array
        Receives the sums.
    """
    batch, layers, rows, columns = blurred.shape
    first, last = part(chunk, batch * layers * rows)
    for item in range(first, last):
        picture, place = item // (layers * rows), item % (layers * rows)
        layer, row = place // rows, place % rows
        # loops, not whole arrays: those take numba five seconds to compile
        total = blurred[picture, layer, row]
        for column in range(columns):
            total[column] = 0.0
        for up in range(weights.shape[0]):
            for along in range(weights.shape[1]):
                source = padded[picture, layer + up, row + along]
                for across in range(weights.shape[2]):
                    weight = weights[up, along, across]
                    for column in range(columns):
                        total[column] += weight * source[across + column]
