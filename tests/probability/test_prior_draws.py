"""Estimates and bounds from draws of a prior, where the posterior is known exactly: a mixture of Gaussians."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

from geoinv.core.checks import InputError
from geoinv.probability.mixture import GaussianMixture
from geoinv.probability.prior_draws import PriorDraws

MATRIX = np.array([[1.0, 1.0, 0.0], [0.0, 0.5, 1.0]])
PRIOR = GaussianMixture(
    [[3.0, -5.0, 0.0], [1.0, 4.0, 2.0], [-4.0, -4.0, 1.0]], np.broadcast_to(np.diag([1.0, 0.5, 2.0]), (3, 3, 3))
)
NOISE = 0.5


@pytest.fixture(scope="module")
def problem():
    """Models, their noisy data, and the exact posterior mean."""
    random = np.random.default_rng(1)
    truth = PRIOR.sample(800, random)
    data = truth @ MATRIX.T + NOISE * random.standard_normal((800, 2))
    return truth, data, PRIOR.posterior(MATRIX, data, NOISE).mean


def error(found, truth):
    return float(np.mean(np.sum((found - truth) ** 2, axis=1)))


def test_the_importance_estimate_converges_to_the_posterior_mean(problem):
    _, data, exact = problem
    few, many = (PriorDraws(MATRIX, PRIOR.sample(count, np.random.default_rng(0))) for count in (500, 15_000))
    (from_few, small), (from_many, large) = (draws.mean(data, NOISE) for draws in (few, many))
    assert error(from_many, exact) < 0.1 * error(from_few, exact)
    assert error(from_many, exact) < 0.04
    # sizes grow as the draws do
    assert np.median(large / small) == pytest.approx(30.0, rel=0.3)


def test_the_error_of_the_posterior_mean_lies_between_the_bounds_and_both_close_in_on_it(problem):
    truth, data, exact = problem
    bayes = error(exact, truth)
    gaps = []
    for count in (100, 5_000):
        draws = PriorDraws(MATRIX, PRIOR.sample(count, np.random.default_rng(3)))
        below, weight = draws.mean_among(truth, data, NOISE)
        above, _ = draws.mean(data, NOISE)
        assert error(below, truth) < bayes < error(above, truth)
        assert ((weight > 0.0) & (weight <= 1.0)).all()
        gaps.append((bayes - error(below, truth), error(above, truth) - bayes))
    assert gaps[1][0] < 0.2 * gaps[0][0]
    assert gaps[1][1] < 0.2 * gaps[0][1]


def test_where_the_data_tell_all_models_apart_the_lower_bound_is_zero(problem):
    truth, *_ = problem
    draws = PriorDraws(MATRIX, PRIOR.sample(50, np.random.default_rng(3)))
    found, weight = draws.mean_among(truth[:40], truth[:40] @ MATRIX.T, 1e-7)
    npt.assert_allclose(found, truth[:40], atol=1e-12)
    npt.assert_allclose(weight, 1.0)


def test_softness_lowers_the_error_where_the_noise_leaves_one_draw(problem):
    truth, *_ = problem
    draws = PriorDraws(MATRIX, PRIOR.sample(2_000, np.random.default_rng(0)))
    data = truth @ MATRIX.T
    (hard, one), (soft, several) = (draws.mean(data, 1e-3, softness) for softness in (0.0, 1e-3))
    assert np.median(one) < 1.5 < 3.0 < np.median(several)
    assert error(soft, truth) < 0.8 * error(hard, truth)


def test_the_locally_linear_estimate_is_near_the_posterior_mean_and_with_all_draws_the_best_linear_one(problem):
    truth, data, exact = problem
    draws = PriorDraws(MATRIX, PRIOR.sample(10_000, np.random.default_rng(0)))
    assert error(draws.locally_linear(data, NOISE, 0.0, 300), truth) < 1.1 * error(exact, truth)
    models = draws.models
    mean, covariance = models.mean(axis=0), np.cov(models.T, bias=True)
    gain = covariance @ MATRIX.T @ np.linalg.inv(MATRIX @ covariance @ MATRIX.T + NOISE**2 * np.eye(2))
    expected = mean + (data[:3] - mean @ MATRIX.T) @ gain.T
    npt.assert_allclose(draws.locally_linear(data[:3], NOISE, 0.0, len(models)), expected, atol=1e-8)


def test_the_nearest_draw_is_that_of_a_search(problem):
    _, data, _ = problem
    draws = PriorDraws(MATRIX, PRIOR.sample(300, np.random.default_rng(0)))
    images = draws.models @ MATRIX.T
    expected = np.argmin(np.sum((data[:, None] - images) ** 2, axis=2), axis=1)
    npt.assert_array_equal(draws.nearest(data, NOISE, 0.0), expected)


def test_what_does_not_fit_is_one_sentence():
    with pytest.raises(InputError, match=r"models of shape \(draws, 3\)"):
        PriorDraws(MATRIX, np.zeros((4, 2)))
    with pytest.raises(InputError, match="two draws or more, got 1"):
        PriorDraws(MATRIX, np.zeros((1, 3)))
    draws = PriorDraws(MATRIX, PRIOR.sample(20, np.random.default_rng(0)))
    with pytest.raises(InputError, match=r"data of shape \(count, 2\), got \(2,\)"):
        draws.mean([1.0, 2.0], NOISE)
    with pytest.raises(InputError, match="positive noise"):
        draws.mean([[1.0, 2.0]], 0.0)
    with pytest.raises(InputError, match="between 2 and its 20 draws, got 21"):
        draws.locally_linear([[1.0, 2.0]], NOISE, 0.0, 21)
