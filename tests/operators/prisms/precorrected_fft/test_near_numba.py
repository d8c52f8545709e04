"""Near cells of stations beside a count over all cells."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

from geoinv.operators.prisms.precorrected_fft._near_numba import near_counts

EXTENT = np.array([[-1, 0, -1], [0, 2, 1], [-1, 1, -1]])
"""Rows (north) by layers (up): how far near cells go to either side along easting."""

SHAPE = np.array([3, 4, 6])
CELLS = np.array([[1, 1, 2], [0, 0, 0], [2, 3, 5], [-1, 2, 3], [1, 2, 9], [9, 9, 9]])


def counted(cell: np.ndarray, layers: np.ndarray) -> int:
    total = 0
    for up, north, east in np.ndindex(*SHAPE):
        row, layer = north - cell[1] + 1, up - cell[0] + 1
        inside = 0 <= row < 3 and 0 <= layer < 3 and layers[0] <= up < layers[1]
        total += inside and abs(east - cell[2]) <= EXTENT[row, layer]
    return total


@pytest.mark.kernels
@pytest.mark.parametrize("cut", [0, 1])
def test_near_cells_are_those_of_the_ball_that_are_in_the_grid(cut):
    layers = np.stack([np.maximum(CELLS[:, 0] - 1 + cut, 0), np.minimum(CELLS[:, 0] + 2, SHAPE[0])], axis=1)
    layers = np.minimum(layers, SHAPE[0])
    counts = np.full(len(CELLS), -5)
    near_counts(CELLS, layers, EXTENT, SHAPE, counts)
    npt.assert_array_equal(counts, [counted(cell, span) for cell, span in zip(CELLS, layers, strict=True)])
    assert counts[-1] == 0
