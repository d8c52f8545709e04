"""Judges of samples: against closed forms and against samples that are right or wrong on purpose."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from scipy.stats import norm

import geoinv
from geoinv.probability.mixture import GaussianMixture
from geoinv.probability.sample_quality import (
    continuous_ranked_probability_score,
    coverage,
    energy_distance,
    mode_weights,
)


def test_draws_from_a_posterior_show_its_weights():
    prior = GaussianMixture([[-1.0, 0.0], [1.0, 0.5]], [np.eye(2)] * 2, [0.3, 0.7])
    posterior = prior.posterior([[1.0, 1.0]], [[0.2], [-1.0]], 0.5)
    draws = posterior.sample(100_000, np.random.default_rng(0))
    npt.assert_allclose(mode_weights(draws, prior), posterior.weights, rtol=0, atol=0.005)


def test_the_energy_distance_of_two_gaussians_is_that_of_the_formula():
    # E|N(m, v)| in one dimension is the mean of a folded normal
    from scipy.stats import foldnorm

    random = np.random.default_rng(1)
    first, second = random.standard_normal((3000, 1)), 1.5 + 2.0 * random.standard_normal((3000, 1))
    across = foldnorm(1.5 / np.sqrt(5.0), scale=np.sqrt(5.0)).mean()
    expected = 2 * across - 2 / np.sqrt(np.pi) - 4 / np.sqrt(np.pi)
    npt.assert_allclose(energy_distance(first, second), expected, rtol=0.05)


def test_the_energy_distance_of_equal_distributions_is_zero_on_average_and_batched():
    draws = np.random.default_rng(2).standard_normal((2, 50, 400, 2))
    distances = energy_distance(draws[0], draws[1])
    assert distances.shape == (400,)
    assert abs(distances.mean()) < 3 * distances.std() / 20
    npt.assert_allclose(distances[7], energy_distance(draws[0][:, 7], draws[1][:, 7]), rtol=1e-12)


def test_draws_from_the_posterior_cover_nine_truths_of_ten_and_draws_too_narrow_fewer():
    random = np.random.default_rng(3)
    centres = random.standard_normal((4000, 2))
    truths = centres + random.standard_normal((4000, 2))
    noise = random.standard_normal((400, 4000, 2))
    npt.assert_allclose(coverage(centres + noise, truths), 0.9, rtol=0, atol=0.02)
    assert (coverage(centres + 0.3 * noise, truths) < 0.5).all()


def test_arrays_that_do_not_fit_are_refused():
    with pytest.raises(geoinv.InputError, match="two draws or more"):
        energy_distance(np.zeros((1, 2)), np.zeros((5, 2)))
    with pytest.raises(geoinv.InputError, match="agree after the first"):
        energy_distance(np.zeros((5, 3)), np.zeros((5, 2)))
    with pytest.raises(geoinv.InputError, match="coverage expects samples"):
        coverage(np.zeros((5, 3, 2)), np.zeros((4, 2)))
    with pytest.raises(geoinv.InputError, match="between 0 and 1"):
        coverage(np.zeros((5, 3, 2)), np.zeros((3, 2)), level=90.0)


def test_crps_of_normal_draws_is_the_closed_form() -> None:
    """Gneiting and Raftery 2007, equation 21."""
    random = np.random.default_rng(0)
    draws, truths = random.standard_normal((4000, 3)), np.array([0.0, 1.0, -2.0])
    density, below = np.exp(-(truths**2) / 2) / np.sqrt(2 * np.pi), norm.cdf(truths)
    expected = truths * (2 * below - 1) + 2 * density - 1 / np.sqrt(np.pi)
    assert np.allclose(continuous_ranked_probability_score(draws, truths), expected, atol=0.03)


def test_crps_rejects_one_draw() -> None:
    with pytest.raises(geoinv.InputError, match="two draws or more"):
        continuous_ranked_probability_score([[1.0]], [1.0])
