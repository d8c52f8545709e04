"""Tikhonov beside the normal equations."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from classical_problem import DATA, MATRIX, NOISE

from geoinv.algebra.matrices import MatrixOperator
from geoinv.classical import tikhonov


@pytest.mark.parametrize("rough", [False, True])
def test_tikhonov_solves_the_normal_equations(rough):
    L = np.diff(np.eye(10), axis=0) if rough else np.eye(10)
    roughness = MatrixOperator(L) if rough else None
    models = tikhonov(MatrixOperator(MATRIX), DATA, NOISE, beta=0.7, roughness=roughness, tolerance=1e-13)
    for model, d, s in zip(models.reshape(-1, 10), DATA.reshape(-1, 7), NOISE.ravel(), strict=True):
        expected = np.linalg.solve(MATRIX.T @ MATRIX / s**2 + 0.7 * L.T @ L, MATRIX.T @ d / s**2)
        npt.assert_allclose(model, expected, rtol=0, atol=1e-10)


def test_small_data_beside_large_ones_are_damped_as_exactly():
    A = MatrixOperator(MATRIX)
    together = tikhonov(A, np.stack([1e9 * DATA[0, 0], DATA[0, 1]]), 1.0, beta=1.0)
    npt.assert_allclose(together[1], tikhonov(A, DATA[0, 1], 1.0, beta=1.0), rtol=1e-6)
