"""Conjugate gradients beside a direct solution."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt

from geoinv.inversion.conjugate_gradients import conjugate_gradients


def least_squares(size: int = 30, seed: int = 0):
    """Matrix and data whose normal equations are the quadratic, badly scaled by columns."""
    random = np.random.default_rng(seed)
    F = random.standard_normal((2 * size, size)) * np.logspace(0, 2, size)
    return F, F @ random.standard_normal(size) + 0.1 * random.standard_normal(2 * size)


def test_conjugate_gradients_solve_the_normal_equations():
    F, d = least_squares()
    x = conjugate_gradients(lambda v: F.T @ (F @ v), F.T @ d, 1.0 / np.sum(F**2, axis=0), 1e-12, 200)
    npt.assert_allclose(x, np.linalg.lstsq(F, d)[0], rtol=0, atol=1e-10 * abs(x).max())
