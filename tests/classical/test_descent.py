"""Gradient descent beside Gaussian algebra and the valleys of a double well."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from classical_problem import DATA, MATRIX, NOISE

from geoinv.algebra.matrices import Identity, MatrixOperator
from geoinv.classical import map_descent
from geoinv.core.checks import InputError


def test_descent_ends_where_gaussian_algebra_says():
    precision = np.diag(np.arange(1.0, 11.0))
    models = map_descent(MatrixOperator(MATRIX), DATA, NOISE, lambda x: x @ precision, step=8e-3, iterations=4000)
    for model, d, s in zip(models.reshape(-1, 10), DATA.reshape(-1, 7), NOISE.ravel(), strict=True):
        expected = np.linalg.solve(MATRIX.T @ MATRIX / s**2 + precision, MATRIX.T @ d / s**2)
        npt.assert_allclose(model, expected, rtol=0, atol=1e-10)


def test_descent_in_a_double_well_ends_in_the_valley_of_its_start():
    found = map_descent(
        Identity((1,)),
        np.full((4, 1), 0.3),
        0.5,
        lambda x: 40.0 * x * (x**2 - 1.0),
        step=5e-3,
        iterations=2000,
        start=np.array([[-1.5], [-0.2], [0.2], [1.5]]),
    )
    roots = np.roots([40.0, 0.0, 4.0 - 40.0, -1.2])  # where the objective's derivative vanishes
    left, _, right = np.sort(roots.real)
    npt.assert_allclose(found.ravel(), [left, left, right, right], rtol=0, atol=1e-9)


def test_a_step_too_long_is_refused_before_it_returns_infinities():
    with pytest.raises(InputError, match=r"left the finite numbers at iteration \d+; take a step below 1e\+30"):
        map_descent(MatrixOperator(MATRIX), DATA, 1.0, lambda x: x, step=1e30, iterations=100)
