"""Mixtures of Gaussians and their exact posteriors: against grids, finite differences and many draws."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

import geoinv
from geoinv.probability.mixture import GaussianMixture


def three_groups() -> GaussianMixture:
    """Groups of different shape and weight in the plane."""
    covariances = [[[1.0, 0.3], [0.3, 0.5]], [[0.4, 0.0], [0.0, 2.0]], [[0.7, -0.5], [-0.5, 0.9]]]
    return GaussianMixture([[2.0, -1.0], [-2.0, 1.5], [0.5, 3.0]], covariances, [3.0, 1.0, 2.0])


def duathlon() -> GaussianMixture:
    """Prior of the duathlon."""
    return GaussianMixture([[3.1, -5.0], [1.3, 4.1], [-4.3, -4.3]], [np.eye(2)] * 3)


def plane(spacing: float = 0.05) -> tuple[np.ndarray, float]:
    """Points of a fine grid, and the area of each."""
    axis = np.arange(-12.0, 12.0, spacing)
    return np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1), spacing**2


def test_the_density_integrates_to_one_and_to_its_moments():
    mixture = three_groups()
    points, area = plane()
    density = mixture.density(points) * area
    mean = np.einsum("ij,ijn->n", density, points)
    second = np.einsum("ij,ijm,ijn->mn", density, points, points)
    npt.assert_allclose(density.sum(), 1.0, rtol=1e-10)
    npt.assert_allclose(mixture.mean, mean, rtol=0, atol=1e-10)
    npt.assert_allclose(mixture.covariance, second - np.outer(mean, mean), rtol=0, atol=1e-10)


def test_the_score_is_the_gradient_of_the_log_density():
    mixture = three_groups()
    points = 3.0 * np.random.default_rng(0).standard_normal((20, 2))
    shifts = 1e-5 * np.eye(2)
    differences = [(mixture.log_density(points + s) - mixture.log_density(points - s)) / 2e-5 for s in shifts]
    npt.assert_allclose(mixture.score(points), np.stack(differences, axis=-1), rtol=1e-6, atol=1e-7)


def test_far_from_all_groups_the_log_density_and_the_score_stay_finite():
    far = np.array([[1e4, -2e4]])
    mixture = three_groups()
    assert np.isfinite(mixture.log_density(far)).all()
    assert np.isfinite(mixture.score(far)).all()
    npt.assert_allclose(mixture.responsibilities(far).sum(), 1.0)


def test_draws_have_the_mean_the_covariance_and_the_weights_of_the_mixture():
    mixture = three_groups()
    draws = mixture.sample(200_000, np.random.default_rng(1))
    npt.assert_allclose(draws.mean(axis=0), mixture.mean, rtol=0, atol=0.02)
    npt.assert_allclose(np.cov(draws.T), mixture.covariance, rtol=0, atol=0.04)
    npt.assert_allclose(mixture.responsibilities(draws).mean(axis=0), mixture.weights, rtol=0, atol=0.005)


def test_the_posterior_is_prior_times_likelihood():
    mixture = three_groups()
    A, b, noise = np.array([[1.0, 2.0]]), 1.7, 0.6
    points, area = plane()
    product = mixture.density(points) * np.exp(-0.5 * ((points @ A[0] - b) / noise) ** 2)
    npt.assert_allclose(
        mixture.posterior(A, [b], noise).density(points), product / (product.sum() * area), rtol=0, atol=1e-10
    )


def test_posteriors_of_a_batch_are_those_of_a_loop_with_one_noise_or_many():
    mixture = three_groups()
    random = np.random.default_rng(2)
    A, data = random.standard_normal((3, 2)), random.standard_normal((4, 5, 3))
    for noise in (0.3, random.uniform(0.1, 1.0, (4, 5))):
        batch = mixture.posterior(A, data, noise)
        assert batch.batch == (4, 5)
        levels = np.broadcast_to(noise, (4, 5))
        for place in np.ndindex(4, 5):
            one = mixture.posterior(A, data[place], levels[place])
            npt.assert_allclose(batch.mean[place], one.mean, rtol=1e-12)
            npt.assert_allclose(batch.covariance[place], one.covariance, rtol=1e-10, atol=1e-14)
            npt.assert_allclose(batch.weights[place], one.weights, rtol=1e-12)


def test_draws_from_posteriors_stand_in_front_of_the_batch_and_scatter_as_promised():
    posterior = three_groups().posterior([[1.0, 1.0]], [[0.0], [3.0]], 0.5)
    draws = posterior.sample(50_000, np.random.default_rng(3))
    assert draws.shape == (50_000, 2, 2)
    npt.assert_allclose(draws.mean(axis=0), posterior.mean, rtol=0, atol=0.03)
    for index in range(2):
        npt.assert_allclose(np.cov(draws[:, index].T), posterior.covariance[index], rtol=0, atol=0.05)
    assert posterior.log_density(draws).shape == (50_000, 2)


def test_many_data_at_once_follow_the_rule_of_total_expectation():
    prior, A, noise = duathlon(), np.array([[1.0, 1.0]]), 0.05
    random = np.random.default_rng(4)
    data = prior.sample(40_000, random) @ A.T + noise * random.standard_normal((40_000, 1))
    npt.assert_allclose(prior.posterior(A, data, noise).mean.mean(axis=0), prior.mean, rtol=0, atol=0.05)


def test_the_bayes_error_of_the_duathlon_is_a_ninth_of_the_best_linear_one():
    prior, A = duathlon(), np.array([[1.0, 1.0]])
    random = np.random.default_rng(5)
    models = prior.sample(100_000, random)
    clean = models @ A.T
    noise = 0.01 * abs(clean).mean()
    data = clean + noise * random.standard_normal(clean.shape)
    power = np.square(models).sum()
    posterior = prior.posterior(A, data, noise)
    bayes = np.square(posterior.mean - models).sum() / power
    regressors = np.column_stack([data, np.ones(len(data))])
    linear = regressors @ np.linalg.lstsq(regressors, models)[0]
    npt.assert_allclose(bayes, 0.0407, rtol=0.02)
    npt.assert_allclose(np.square(linear - models).sum() / power, 0.342, rtol=0.01)
    npt.assert_allclose(np.trace(posterior.covariance, axis1=-2, axis2=-1).sum() / power, bayes, rtol=0.02)


def test_a_diffused_mixture_is_that_of_diffused_draws():
    mixture = three_groups()
    random = np.random.default_rng(6)
    draws = 0.6 * mixture.sample(200_000, random) + 0.8 * random.standard_normal((200_000, 2))
    diffused = mixture.diffused(0.6, 0.8)
    npt.assert_allclose(draws.mean(axis=0), diffused.mean, rtol=0, atol=0.02)
    npt.assert_allclose(np.cov(draws.T), diffused.covariance, rtol=0, atol=0.03)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0, 2.0], np.eye(2)), "expects means of shape"),
        (([[1.0, 2.0]], np.eye(3)[None]), "expects covariances of shape"),
        (([[1.0, np.nan]], np.eye(2)[None]), "expects finite means"),
        (([[1.0, 2.0]], -np.eye(2)[None]), "expects positive definite covariances"),
        (([[1.0], [2.0]], np.ones((2, 1, 1)), [1.0, -1.0]), "none is negative"),
    ],
)
def test_what_is_no_mixture_is_refused_in_one_sentence(arguments, message):
    with pytest.raises(geoinv.InputError, match=message):
        GaussianMixture(*arguments)


def test_data_and_points_that_do_not_fit_are_refused():
    mixture = three_groups()
    with pytest.raises(geoinv.InputError, match="expects a matrix with 2 columns"):
        mixture.posterior(np.eye(3), np.zeros(3), 1.0)
    with pytest.raises(geoinv.InputError, match=r"expects data of shape \(\.\.\., 1\)"):
        mixture.posterior([[1.0, 1.0]], np.zeros(3), 1.0)
    with pytest.raises(geoinv.InputError, match="expects positive noise"):
        mixture.posterior([[1.0, 1.0]], [0.0], 0.0)
    with pytest.raises(geoinv.InputError, match=r"expects points of shape \(\.\.\., 2\)"):
        mixture.score(np.zeros(3))
