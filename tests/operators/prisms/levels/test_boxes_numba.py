"""Boxes of uniform cells: filling is a matrix of zeros and ones, adding its transpose."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

from geoinv.operators.prisms.levels._boxes_numba import add_boxes, fill_boxes

CORNERS = np.array([[0, 0, 0], [2, 2, 4], [0, 3, 1], [3, 0, 7]])
SIDES = np.array([2, 2, 1, 1])
NUMBERS = np.array([4, 0, 2, 1])
SHAPE = (4, 4, 8)


@pytest.mark.kernels
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.bool_])
def test_each_box_has_the_value_of_its_cell_and_the_rest_stays(dtype):
    model = (np.random.default_rng(0).random((2, 5)) > 0.3).astype(dtype)
    uniform = np.full((2, *SHAPE), 7, dtype)
    expected = uniform.copy()
    for corner, side, number in zip(CORNERS, SIDES, NUMBERS, strict=True):
        expected[:, *(slice(c, c + side) for c in corner)] = model[:, number, None, None, None]
    fill_boxes(CORNERS, SIDES, NUMBERS, model, uniform)
    npt.assert_array_equal(uniform, expected)


@pytest.mark.kernels
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sums_over_boxes_are_added_in_double(dtype):
    uniform = np.random.default_rng(1).standard_normal((2, *SHAPE)).astype(dtype)
    model = np.ones((2, 5))
    add_boxes(CORNERS, SIDES, NUMBERS, uniform, model)
    expected = np.ones((2, 5))
    for corner, side, number in zip(CORNERS, SIDES, NUMBERS, strict=True):
        block = uniform[:, *(slice(c, c + side) for c in corner)].astype(np.float64)
        expected[:, number] += block.sum(axis=(1, 2, 3))
    npt.assert_allclose(model, expected, rtol=1e-14)
    assert (model[:, 3] == 1.0).all()  # a cell that no box is
