"""Models and data of the magnetic sections, and the linear estimate beside its formula."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt

from geoinv.experiments.magnetics.problem import Magnetics


def test_parts_share_no_image_and_noise_is_one_percent_of_each_datum(drawn):
    assert [len(part) for part in (drawn.training, drawn.validation, drawn.test)] == [320, 64, 64]
    seen = {image.tobytes() for image in drawn.training}
    assert not seen & {image.tobytes() for image in (*drawn.validation, *drawn.test)}
    for models, data in ((drawn.validation, drawn.validation_data), (drawn.test, drawn.test_data)):
        clean = drawn.A(models)
        noise = (data - clean) / np.abs(clean).mean(axis=1, keepdims=True)
        npt.assert_allclose(noise.std(), 0.01, rtol=0.1)


def test_the_seed_draws_the_noise_and_nothing_else(drawn, settings):
    again = Magnetics.of(settings)
    npt.assert_array_equal(again.test_data, drawn.test_data)
    npt.assert_array_equal(again.test, drawn.test)


def test_the_linear_estimate_is_that_of_mean_and_covariance(drawn):
    models = drawn.training.reshape(len(drawn.training), -1).astype(float)
    mean, covariance = models.mean(axis=0), np.cov(models.T)
    M = drawn.A.to_dense().astype(float)
    level = 0.01 * np.abs(drawn.training.reshape(len(models), -1).astype(float) @ M.T).mean(axis=1)
    gain = covariance @ M.T @ np.linalg.inv(M @ covariance @ M.T + np.mean(level**2) * np.eye(len(M)))
    expected = mean + (drawn.test_data - mean @ M.T) @ gain.T
    found = drawn.linear_estimate().reshape(expected.shape)
    npt.assert_allclose(found, expected, rtol=0, atol=0.02 * abs(expected - mean).max())
