"""Wiener beside Tikhonov on blurred pictures."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

from geoinv.classical.stationary import wave_factors
from geoinv.experiments.deblurring.classical import Wiener
from geoinv.experiments.shared.measures import nmse
from geoinv.operators import Blur

pytest.importorskip("matplotlib")

pytest.importorskip("skimage")


def test_the_factors_of_a_blur_are_the_eigenvalues_of_its_matrix():
    A = Blur((5, 6), 2.0)
    npt.assert_allclose(np.sort(wave_factors(A, "reflective"), axis=None), np.linalg.eigvalsh(A.to_dense()), atol=1e-12)


def test_wiener_is_no_worse_than_any_tikhonov_on_the_pictures_its_prior_is_of(problem):
    random = np.random.default_rng(0)
    data = problem.data_of(problem.training, 1)
    found = nmse(Wiener(problem)(data), problem.training)
    factors = wave_factors(problem.A, "reflective")
    for damping in 10.0 ** random.uniform(-5.0, -1.0, 8):
        dense = problem.A.to_dense()
        inverse = np.linalg.solve(dense.T @ dense + damping * np.eye(len(dense)), dense.T)
        tikhonov = (data.reshape(-1, factors.size) @ inverse.T).reshape(data.shape)
        assert found < nmse(tikhonov, problem.training)
