"""The blobs3d problem in modes against its cells."""

from __future__ import annotations

import numpy as np

from geoinv.datasets.blobs3d import blobs3d, draw_blobs
from geoinv.experiments.blobs3d.problem import BlobProblem


def test_coefficients_are_those_of_the_models(problem: BlobProblem) -> None:
    blobs = draw_blobs(5, np.random.default_rng(0))
    expected = problem.modes.T(blobs.models(problem.A.domain_shape).astype(float)).reshape(5, -1)
    assert np.allclose(problem.coefficients(blobs), expected, atol=1e-4)


def test_data_of_modes_are_the_operator_of_the_modes(problem: BlobProblem) -> None:
    z = np.random.default_rng(1).standard_normal(problem.modes.domain_shape)
    assert np.allclose(problem.data_of_modes @ z.ravel(), problem.A(problem.modes(z)).ravel(), rtol=1e-3, atol=1e-1)
    assert np.allclose(problem.data_modes @ problem.data_modes.T, np.eye(len(problem.data_modes)), atol=1e-4)


def test_data_modes_hold_the_data_of_models(problem: BlobProblem) -> None:
    data = np.asarray(problem.A(blobs3d(4, 3, problem.A.domain_shape))).reshape(4, -1)
    left = data - data @ problem.data_modes.T @ problem.data_modes
    assert np.linalg.norm(left) < 0.02 * np.linalg.norm(data)


def test_noise_is_one_per_cent_of_the_mean_size(problem: BlobProblem) -> None:
    models = blobs3d(2, 4, problem.A.domain_shape)
    data, deviation = problem.noisy(models, 9)
    clean = np.asarray(problem.A(models), float)
    assert np.allclose(deviation, 0.01 * np.abs(clean).reshape(2, -1).mean(1))
    assert np.allclose((data - clean).reshape(2, -1).std(1), deviation, rtol=0.15)
    assert np.array_equal(problem.noisy(models[:1], 9)[0], data[:1])
