"""Bounds and estimate of the Bayes error, where the posterior is known exactly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geoinv.algebra.matrices import MatrixOperator
from geoinv.experiments.magnetics.bayes_limit import bayes_estimates, paired_error
from geoinv.experiments.shared.measures import nmse
from geoinv.experiments.shared.noisy_problem import noisy_data
from geoinv.probability.mixture import GaussianMixture


def test_residuals_that_share_an_error_have_half_their_distance_in_variance():
    random = np.random.default_rng(0)
    mean = random.standard_normal((20_000, 1))
    first, second = (mean + np.array([2.0, 1.0]) * random.standard_normal((20_000, 2)) for _ in range(2))
    error, deviation = paired_error(first, second)
    assert error == pytest.approx(5.0, abs=4.0 * deviation)
    assert deviation < 0.1


def test_the_bayes_error_lies_above_the_lower_bound_and_below_the_others(drawn, settings):
    """Sections of six cells of a mixture of two Gaussians, under four data."""
    random = np.random.default_rng(5)
    size = 6
    prior = GaussianMixture(
        np.array([np.full(size, 2.0), np.linspace(-3.0, 3.0, size)]), np.broadcast_to(np.eye(size), (2, size, size))
    )
    A = MatrixOperator(random.standard_normal((4, size)))
    training, validation, test = np.split(prior.sample(9_000, random).astype(np.float32), [7_000, 7_400])
    data = [noisy_data(A, models, random) for models in (validation, test)]
    problem = replace(
        drawn, A=A, training=training, validation=validation, test=test, validation_data=data[0], test_data=data[1]
    )
    found = {estimate.name: estimate for estimate in bayes_estimates(replace(settings, preset="cpu"), problem)}
    noise = 0.01 * np.abs(data[1]).mean(axis=1)
    bayes = nmse(prior.posterior(A.to_dense(), data[1], noise).mean, test)
    assert found["Bayes error, lower bound"].error < bayes
    for name in ("training models, weighted", "training models, locally linear"):
        assert bayes < found[name].error < 1.5 * bayes
        assert found[name].note.startswith("upper bound")
    assert found["Bayes error, by pairs"].error == pytest.approx(bayes, rel=0.12)
    assert "effective sample" in found["training models, weighted"].note
