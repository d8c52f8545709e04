"""Minimisation at one beta beside normal equations and bounded least squares."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import scipy.linalg
import scipy.optimize
from inversions import noisy

import geoinv
from geoinv.operators import Magnetics


@pytest.mark.parametrize("part", [0.02, 0.001])
@pytest.mark.parametrize("beta", [1e6, 1e3, 1.0, 1e-3])
def test_a_fixed_beta_converges_to_the_normal_equations(survey, part, beta):
    A, model, M, R, inside = survey
    data, sigma = noisy(A, model, part)
    solution = geoinv.invert(A, data, sigma, beta=beta)
    expected = scipy.linalg.solve(M.T @ M / sigma**2 + beta * R, M.T @ data.ravel() / sigma**2, assume_a="pos")
    assert solution.reached
    assert solution.status.startswith("beta as given, converged")
    assert solution.excess <= 1e-4
    assert solution.beta == beta
    difference = np.linalg.norm(solution.model.ravel()[inside] - expected)
    assert difference <= 0.02 * np.linalg.norm(expected)


@pytest.mark.parametrize("beta", [1e5, 1e3, 30.0])
def test_within_bounds_it_converges_to_the_bounded_minimum(survey, beta):
    A, model, M, R, inside = survey
    data, sigma = noisy(A, model, 0.02)
    solution = geoinv.invert(A, data, sigma, beta=beta, bounds=(0.0, np.inf))
    factor = scipy.linalg.cholesky(M.T @ M / sigma**2 + beta * R)
    right = scipy.linalg.solve_triangular(factor, M.T @ data.ravel() / sigma**2, trans="T")
    expected = scipy.optimize.nnls(factor, right, maxiter=100000)[0]
    assert solution.reached
    difference = np.linalg.norm(solution.model.ravel()[inside] - expected)
    assert difference <= 0.02 * np.linalg.norm(expected)


def test_the_stated_distance_from_the_minimum_is_an_upper_bound(survey):
    A, model, M, R, inside = survey
    data, sigma = noisy(A, model, 0.005)
    for steps in (2, 5, 20, 60):
        solver = geoinv.GaussNewton(iterations=1, inner_iterations=steps)
        solution = geoinv.invert(A, data, sigma, beta=3.0, solver=solver)

        def objective(x):
            return 0.5 * np.sum((M @ x - data.ravel()) ** 2) / sigma**2 + 1.5 * x @ R @ x

        best = scipy.linalg.solve(M.T @ M / sigma**2 + 3.0 * R, M.T @ data.ravel() / sigma**2, assume_a="pos")
        found = solution.model.ravel()[inside]
        assert objective(found) - objective(best) <= solution.excess * 1.5 * found @ R @ found * (1.0 + 1e-9)


def test_too_few_steps_are_not_called_converged(survey):
    A, model, *_ = survey
    data, sigma = noisy(A, model, 0.001)
    solution = geoinv.invert(A, data, sigma, beta=1e-3, solver=geoinv.GaussNewton(iterations=1, inner_iterations=5))
    assert not solution.reached
    assert "not converged" in solution.status
    assert solution.excess > 1e-4


@pytest.mark.parametrize("scale", [1.0 + 1e-12, 1e-9, 1e12])
def test_the_unit_of_the_data_does_not_matter(survey, scale):
    A, model, *_ = survey
    data, sigma = noisy(A, model, 0.02)
    first = geoinv.invert(A, data, sigma, bounds=(0.0, np.inf))
    second = geoinv.invert(scale * A, scale * data, scale * sigma, bounds=(0.0, np.inf))
    assert second.reached
    npt.assert_allclose(second.model, first.model, atol=1e-3 * first.model.max())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("rtol", [1e-5, 1e-6])
def test_an_operator_in_single_precision_reaches_the_same_model(survey, dtype, rtol):
    A, model, *_ = survey
    data, sigma = noisy(A, model, 0.02)
    B = Magnetics(A.grid, A.survey, engine="direct", rtol=rtol, dtype=dtype)
    exact, single = (geoinv.invert(operator, data, sigma, bounds=(0.0, np.inf)) for operator in (A, B))
    assert single.reached
    npt.assert_allclose(single.model, exact.model, atol=0.02 * exact.model.max())
