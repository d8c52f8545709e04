"""Damped least squares of many data sets beside the normal equations."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from classical_problem import MATRIX

from geoinv.algebra.matrices import MatrixOperator
from geoinv.classical.least_squares import damped_least_squares

DATA = np.random.default_rng(3).standard_normal((4, 7)) * np.array([[1e-12], [1.0], [1e9], [0.0]])
DAMPING = np.array([0.1, 2.0, 0.5, 1.0])


@pytest.mark.parametrize("rough", [False, True])
def test_each_item_has_its_own_damping_and_size(rough):
    L = np.diff(np.eye(10), axis=0) if rough else np.eye(10)
    found = damped_least_squares(
        MatrixOperator(MATRIX), DATA, DAMPING, MatrixOperator(L) if rough else None, 1e-13, 200
    )
    for model, d, damping in zip(found.models, DATA, DAMPING, strict=True):
        expected = np.linalg.solve(MATRIX.T @ MATRIX + damping * L.T @ L, MATRIX.T @ d)
        npt.assert_allclose(model, expected, rtol=0, atol=1e-11 * max(abs(expected).max(), 1e-300))


def test_the_gap_bounds_what_the_objective_is_above_its_minimum():
    A, damping = MatrixOperator(MATRIX), np.full(4, 0.01)
    found = damped_least_squares(A, DATA, damping, None, 0.0, 3)
    for model, d, gap in zip(found.models[:3], DATA, found.gap, strict=False):
        exact = np.linalg.solve(MATRIX.T @ MATRIX + 0.01 * np.eye(10), MATRIX.T @ d)

        def objective(x, d=d):
            return 0.5 * np.sum((MATRIX @ x - d) ** 2) + 0.005 * np.sum(x**2)

        above = objective(model) - objective(exact)
        assert 0.0 < above <= gap * objective(model) * (1.0 + 1e-9)


def test_the_gradient_says_how_far_it_is_from_the_end():
    early, late = (
        damped_least_squares(MatrixOperator(MATRIX), DATA[1:2], DAMPING[1:2], None, 1e-12, n).gradient[0]
        for n in (2, 100)
    )
    assert late <= 1e-12 < early < 1.0
