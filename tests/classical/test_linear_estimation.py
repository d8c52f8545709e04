"""Linear estimators beside conditional expectations of Gaussians, simulated errors and each other."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from stationary_blur import Smoothing

from geoinv.algebra.matrices import Identity, MatrixOperator
from geoinv.classical import linear_minimum_mean_square_error, moments, power_spectrum, wiener
from geoinv.core.checks import InputError

RANDOM = np.random.default_rng(2)
MATRIX = RANDOM.standard_normal((4, 6))
FACTOR = RANDOM.standard_normal((6, 6))
COVARIANCE = FACTOR @ FACTOR.T
MEAN = RANDOM.standard_normal(6)

# paper's duathlon: three Gaussians of unit covariance, the sum is observed with 1 % noise
CENTRES = np.array([[3.1, -5.0], [1.3, 4.1], [-4.3, -4.3]])


def test_the_linear_estimate_is_the_conditional_mean_of_gaussians():
    estimate = linear_minimum_mean_square_error(MatrixOperator(MATRIX), MEAN, COVARIANCE, noise=0.5)
    data, noise = RANDOM.standard_normal((2, 3, 4)), RANDOM.uniform(0.1, 2.0, (2, 3))
    models = estimate(data, noise)
    assert models.shape == (2, 3, 6)
    prior = np.linalg.inv(COVARIANCE)  # the other form: precisions, not covariances
    for model, d, s in zip(models.reshape(-1, 6), data.reshape(-1, 4), noise.ravel(), strict=True):
        posterior = MATRIX.T @ MATRIX / s**2 + prior
        expected = MEAN + np.linalg.solve(posterior, MATRIX.T @ (d - MATRIX @ MEAN) / s**2)
        npt.assert_allclose(model, expected, rtol=0, atol=1e-9)
    npt.assert_allclose(estimate(data), estimate(data, 0.5), rtol=0, atol=0)
    posterior = np.linalg.inv(MATRIX.T @ MATRIX / 0.25 + prior)
    npt.assert_allclose(estimate.expected_error, np.trace(posterior), rtol=1e-9)


def test_the_expected_error_is_the_simulated_one():
    estimate = linear_minimum_mean_square_error(MatrixOperator(MATRIX), MEAN, COVARIANCE, noise=0.5)
    models = MEAN + RANDOM.standard_normal((100_000, 6)) @ FACTOR.T
    data = models @ MATRIX.T + 0.5 * RANDOM.standard_normal((100_000, 4))
    error = np.sum((estimate(data) - models) ** 2, axis=1)
    assert abs(error.mean() - estimate.expected_error) < 4 * error.std() / np.sqrt(len(error))


def test_the_duathlon_s_best_linear_error_is_the_known_limit():
    mean = CENTRES.mean(axis=0)
    covariance = np.eye(2) + np.cov(CENTRES, rowvar=False, bias=True)
    noise = 0.01 * 3.3
    estimate = linear_minimum_mean_square_error(MatrixOperator([[1.0, 1.0]]), mean, covariance, noise)
    energy = np.trace(covariance) + mean @ mean
    npt.assert_allclose(estimate.expected_error / energy, 0.342, atol=1e-3)


def test_moments_are_those_that_the_models_were_drawn_from():
    models = MEAN + RANDOM.standard_normal((200_000, 6)) @ FACTOR.T
    mean, covariance = moments(models.reshape(-1, 2, 3))
    assert mean.shape == (2, 3)
    npt.assert_allclose(mean.ravel(), MEAN, rtol=0, atol=0.05)
    npt.assert_allclose(covariance, COVARIANCE, rtol=0, atol=0.03 * abs(COVARIANCE).max())


def test_moments_of_fewer_models_than_cells_are_of_use():
    mean, covariance = moments(RANDOM.standard_normal((3, 6)))
    models = linear_minimum_mean_square_error(MatrixOperator(MATRIX), mean, covariance, noise=0.1)(np.ones((5, 4)))
    assert np.isfinite(models).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda A: wiener(A, np.ones((4, 5)), 1.0, 0.0, np.ones((4, 5)), "reflective"), "Smoothing is not; give the"),
        (lambda A: wiener(A, np.ones((4, 5)), 1.0, 0.0, np.ones((4, 5)), "zero"), "one of periodic, reflective"),
        (lambda A: wiener(A, np.ones((4, 5)), 1.0, 0.0, np.ones((4, 5)), "periodic"), "take it from power_spectrum"),
        (
            lambda A: wiener(MatrixOperator(MATRIX), np.ones(4), 1.0, 0.0, np.ones(6), "reflective"),
            "MatrixOperator is not",
        ),
        (lambda A: power_spectrum(np.ones(3), 2, "periodic"), r"models of 2 dimensions, got \(3,\)"),
        (lambda A: moments(np.ones((1, 3))), "two or more models"),
        (
            lambda A: linear_minimum_mean_square_error(Identity((3,)), np.ones(3), np.ones((3, 2)), 1.0),
            r"covariance of shape \(3, 3\), got \(3, 2\)",
        ),
        (
            lambda A: linear_minimum_mean_square_error(Identity((2,)), np.ones(2), [[1, 2], [0, 1]], 1.0),
            "symmetric covariance",
        ),
        (lambda A: linear_minimum_mean_square_error(Identity((2,)), np.ones(2), np.eye(2), 0.0), "positive noise"),
    ],
)
def test_what_no_linear_estimate_can_be_made_of_is_refused_in_a_sentence(call, message):
    with pytest.raises(InputError, match=message):
        call(Smoothing((4, 5), "wrap"))


def test_a_mean_that_is_used_again_leaves_the_estimator_as_it_was():
    mean = np.ones(2)
    estimate = linear_minimum_mean_square_error(MatrixOperator([[1.0, 1.0]]), mean, np.eye(2), noise=1.0)
    before = estimate([3.0])
    mean[:] = 100.0
    npt.assert_array_equal(estimate([3.0]), before)
