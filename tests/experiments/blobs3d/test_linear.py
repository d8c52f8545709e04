"""Linear estimates against their definitions."""

from __future__ import annotations

import numpy as np

from geoinv.experiments.blobs3d.linear import NormalPosterior, best_linear_map

RANDOM = np.random.default_rng(0)
FACTOR, PHYSICS, DEVIATION = RANDOM.standard_normal((4, 4)), RANDOM.standard_normal((3, 4)), 0.3
MODELS = RANDOM.standard_normal((40_000, 4)) @ FACTOR.T
DATA = MODELS @ PHYSICS.T + DEVIATION * RANDOM.standard_normal((40_000, 3))


def error(matrix: np.ndarray) -> float:
    return float(np.mean(np.sum((DATA @ matrix.T - MODELS) ** 2, axis=1) / np.sum(MODELS**2, axis=1)))


def test_no_linear_map_nearby_is_better() -> None:
    found = best_linear_map(DATA, MODELS)
    for _ in range(20):
        assert error(found) < error(found + 0.02 * RANDOM.standard_normal(found.shape)) + 1e-6


def test_normal_posterior_is_the_textbook_one() -> None:
    posterior = NormalPosterior.of(PHYSICS, MODELS, DEVIATION)
    prior = MODELS.T @ MODELS / len(MODELS)
    precision = np.linalg.inv(prior) + PHYSICS.T @ PHYSICS / DEVIATION**2
    assert np.allclose(posterior.factor @ posterior.factor.T, np.linalg.inv(precision), atol=1e-8)
    assert np.allclose(posterior.gain, np.linalg.inv(precision) @ PHYSICS.T / DEVIATION**2)
    drawn = posterior.sample(DATA[0], 40_000, RANDOM)
    assert np.allclose(drawn.mean(0), posterior.gain @ DATA[0], atol=0.05)
    assert np.allclose(np.cov(drawn.T), np.linalg.inv(precision), atol=0.1)
