"""The search over beta: what it starts from, keeps, and calls a floor."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from inversions import noisy

import geoinv
from geoinv.algebra.matrices import MatrixOperator

PLAIN = geoinv.Smooth(weighting=None, smoothness=0.0)


def test_an_initial_model_that_fits_is_a_start_and_not_the_result(survey):
    A, model, *_ = survey
    data, sigma = noisy(A, model, 0.02)
    phi = geoinv.Smooth().bind(A)
    plain = geoinv.invert(A, data, sigma, bounds=(0.0, np.inf))
    started = geoinv.invert(A, data, sigma, bounds=(0.0, np.inf), initial=model)
    assert started.reached
    assert phi.value(model) > 2.0 * phi.value(plain.model)
    npt.assert_allclose(phi.value(started.model), phi.value(plain.model), rtol=0.05)
    assert started.beta == pytest.approx(plain.beta, rel=0.1)


def test_out_of_iterations_keeps_the_best_tried_and_its_beta(survey):
    A, model, *_ = survey
    data, sigma = noisy(A, model, 0.002)
    whole = geoinv.invert(A, data, sigma)
    for iterations in range(1, len(whole.history)):
        solution = geoinv.invert(A, data, sigma, iterations=iterations)
        assert not solution.reached
        assert solution.status.startswith("out of iterations")
        best = min(solution.history, key=lambda step: abs(np.log(step.chi2_per_datum)))
        assert solution.beta == best.beta
        npt.assert_allclose(solution.chi2_per_datum, best.chi2_per_datum, rtol=1e-6)
        assert solution.to_xarray().attrs["beta"] == best.beta


@pytest.mark.parametrize("small", [1e-1, 1e-2, 1e-3, 1e-5])
def test_a_plateau_is_not_a_floor(small):
    A = MatrixOperator(np.diag([1.0, small]))
    solution = geoinv.invert(A, [1.0, 1.0], 1e-3, PLAIN)
    assert solution.reached, solution.status
    # x = d s / (s^2 + beta sd^2) for each singular value s
    singular = np.array([1.0, small])
    residual = solution.beta * 1e-6 / (singular**2 + solution.beta * 1e-6)
    npt.assert_allclose(solution.chi2_per_datum, np.mean((residual / 1e-3) ** 2), rtol=0.02)


def test_chi_squared_falls_with_beta(survey):
    A, model, *_ = survey
    data, sigma = noisy(A, model, 0.01)
    curve = geoinv.l_curve(A, data, sigma, bounds=(0.0, np.inf), betas=np.logspace(5, 0, 16))
    assert (np.diff(curve.chi2_per_datum) < 0).all()
