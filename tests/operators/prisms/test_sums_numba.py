"""Sums of exact prisms, forward and back, against their matrix; run without the compiler as well."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

from geoinv.operators.prisms import _sums_numba as sums

pytestmark = pytest.mark.kernels


def node_problem() -> tuple[tuple[np.ndarray, ...], np.ndarray, np.ndarray]:
    """Arguments of the sums, matrix of the cells, and charges of single nodes."""
    random = np.random.default_rng(0)
    order = np.array([1, 2, 3])
    weights = random.standard_normal((3, 2, 7))
    x, y, z = np.array([0.0, 1.0, 3.0]), np.array([0.0, 2.0]), np.array([-2.0, -1.0, 0.0])
    stations = np.array([[0.5, 0.5, 1.0], [4.0, -1.0, -0.5], [1.0, 1.0, 0.25]])
    arguments = (order, weights, x, y, z, stations)
    matrix = np.empty((3, 3, 2, 2, 1, 2))
    sums.matrix_rows(*arguments, matrix)
    return arguments, matrix, random.standard_normal((1, 2, 2, 2, 3))


def test_forward_sum_over_charges_is_the_matrix_times_the_model():
    arguments, matrix, _ = node_problem()
    model = np.random.default_rng(1).standard_normal((1, 2, 2, 1, 2))
    charges = np.zeros((1, 2, 2, 2, 3))
    charges[..., :-1, :-1] += model
    charges[..., 1:, 1:] += model
    charges[..., :-1, 1:] -= model
    charges[..., 1:, :-1] -= model
    data = np.empty((1, 3, 3))
    sums.forward_sum(*arguments, charges, np.ones((2, 2), bool), data)
    npt.assert_allclose(data[0], np.einsum("csukji,ukji->cs", matrix, model[0]), rtol=1e-12)


def test_adjoint_sum_is_the_transpose_of_forward_sum():
    arguments, _, charges = node_problem()
    occupied = np.array([[True, True], [False, True]])
    data = np.random.default_rng(2).standard_normal((1, 3, 3))
    forward, back = np.empty((1, 3, 3)), np.zeros_like(charges)
    sums.forward_sum(*arguments, charges, occupied, forward)
    sums.adjoint_sum(*arguments, data, occupied, back)
    assert not back[:, :, 1, 0].any()
    npt.assert_allclose(np.vdot(forward, data), np.vdot(charges, back), rtol=1e-12)


def test_gram_sum_adds_the_weighted_squares_of_the_matrix():
    arguments, matrix, _ = node_problem()
    squared_weights = np.random.default_rng(3).uniform(0.5, 2.0, (3, 3))
    diagonal = np.ones((2, 2, 1, 2))
    sums.gram_sum(*arguments, squared_weights, diagonal)
    npt.assert_allclose(diagonal, 1.0 + np.einsum("cs,csukji->ukji", squared_weights, matrix**2), rtol=1e-12)
