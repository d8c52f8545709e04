"""Minima of quadratics: with bounds beside SciPy's, without them beside a direct solution."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from scipy.optimize import lsq_linear

from geoinv.quadratic import conjugate_gradients, projected_gradients


def least_squares(size: int = 30, seed: int = 0):
    """Matrix and data whose normal equations are the quadratic, badly scaled by columns."""
    random = np.random.default_rng(seed)
    F = random.standard_normal((2 * size, size)) * np.logspace(0, 2, size)
    return F, F @ random.standard_normal(size) + 0.1 * random.standard_normal(2 * size)


def test_conjugate_gradients_solve_the_normal_equations():
    F, d = least_squares()
    x = conjugate_gradients(lambda v: F.T @ (F @ v), F.T @ d, 1.0 / np.sum(F**2, axis=0), 1e-12, 200)
    npt.assert_allclose(x, np.linalg.lstsq(F, d)[0], rtol=0, atol=1e-10 * abs(x).max())


@pytest.mark.parametrize("bounds", [(0.0, np.inf), (-0.5, 0.5), (-np.inf, 0.1)])
def test_projected_gradients_find_the_bounded_minimum(bounds):
    F, d = least_squares()
    x = projected_gradients(lambda v: F.T @ (F @ v), F.T @ d, bounds, 1.0 / np.sum(F**2, axis=0), 1e-12, 2000)
    expected = lsq_linear(F, d, bounds, method="bvls", tol=1e-14).x
    assert np.any(np.isin(x, bounds)), "the case is to have entries on a bound"
    npt.assert_allclose(x, expected, rtol=0, atol=1e-8 * abs(expected).max())


def test_projected_gradients_stay_within_bounds_and_never_end_above_the_start():
    F, d = least_squares(seed=1)
    for iterations in range(1, 30):
        x = projected_gradients(lambda v: F.T @ (F @ v), F.T @ d, (-0.2, 0.3), np.full(30, 1e-3), 0.0, iterations)
        assert x.min() >= -0.2
        assert x.max() <= 0.3
        assert 0.5 * np.sum((F @ x) ** 2) - d @ F @ x <= 0.0


def test_at_the_minimum_nothing_is_applied():
    def refuse(v):
        raise AssertionError("the Hessian is not needed")

    held = projected_gradients(refuse, np.array([-1.0, -2.0]), (0.0, np.inf), np.ones(2), 0.1, 5)
    npt.assert_array_equal(held, [0.0, 0.0])


def test_a_direction_without_curvature_is_followed_to_its_bound():
    x = projected_gradients(lambda v: 0.0 * v, np.array([1.0]), (0.0, 0.5), np.ones(1), 0.1, 5)
    npt.assert_array_equal(x, [0.5])
