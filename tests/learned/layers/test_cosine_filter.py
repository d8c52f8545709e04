"""A filter in the waves of the cosine transform beside its definition."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt

from geoinv.learned.layers.cosine_filter import CosineFilter

FACTORS = np.random.default_rng(0).uniform(-1.0, 2.0, (3, 4))


def waves(count):
    """Orthonormal cosines over cells, one a row."""
    number, cell = np.mgrid[:count, :count]
    size = np.where(number == 0, 1.0, 2.0) / count
    return np.sqrt(size) * np.cos(np.pi * number * (cell + 0.5) / count)


def test_each_wave_is_multiplied_by_its_factor():
    down, across = waves(3), waves(4)
    x = np.random.default_rng(1).standard_normal((2, 3, 4))
    expected = down.T @ (FACTORS * (down @ x @ across.T)) @ across
    npt.assert_allclose(CosineFilter(FACTORS)(x), expected, atol=1e-6)


def test_it_is_its_own_adjoint():
    A = CosineFilter(FACTORS)
    npt.assert_allclose(A.to_dense(), A.to_dense().T, atol=1e-6)
    assert A.dot_test() < 1e-6
