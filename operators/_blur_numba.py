"""Blurring offset by offset: a padded picture summed with a table of weights."""

from __future__ import annotations

from typing import Any

import numba
import numpy.typing as npt

from geoinv.operators._jit import kernel

__all__ = ["sum_over_offsets"]

Array = npt.NDArray[Any]


@kernel(parallel=True)
def sum_over_offsets(weights: Array, padded: Array, blurred: Array) -> None:
    """Sum weight times padded picture over all offsets, one row of the result per thread.

    Parameters
    ----------
    weights : (2 layers - 1, 2 rows - 1, 2 columns - 1) array
        Weight of each offset, symmetric about its centre.
    padded : (batch, 3 layers - 2, 3 rows - 2, 3 columns - 2) array
        Pictures with what surrounds them.
    blurred : (batch, layers, rows, columns) array
        Receives the sums.
    """
    batch, layers, rows, columns = blurred.shape
    for item in numba.prange(batch * layers * rows):
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
