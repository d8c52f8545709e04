"""Noise of an experiment: one percent of the mean magnitude of each sample."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt

from geoinv.algebra.matrices import Identity
from geoinv.experiments.shared.noisy_problem import noise_level, noisy_data


def test_the_level_is_that_of_each_sample():
    data = np.random.default_rng(0).standard_normal((4, 2, 3)) * np.array([1.0, 10.0, 0.0, 5.0])[:, None, None]
    level = noise_level(data)
    assert level.shape == (4, 1, 1)
    npt.assert_allclose(level.ravel(), [0.01 * np.mean(np.abs(sample)) for sample in data])


def test_noise_has_that_deviation_and_repeats_itself():
    models = np.full((3, 40_000), 2.0) * np.array([[1.0], [-3.0], [0.0]])
    A = Identity((40_000,))
    found = noisy_data(A, models, np.random.default_rng(1))
    assert found.dtype == np.float32
    npt.assert_allclose((found - models).std(axis=1), [0.02, 0.06, 0.0], rtol=0.02)
    npt.assert_array_equal(found, noisy_data(A, models, np.random.default_rng(1)))
