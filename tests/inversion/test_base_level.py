"""The free constant of a row of data beside the dense projection."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import scipy.optimize

from geoinv.inversion.base_level import WithoutBaseLevel

RANDOM = np.random.default_rng(0)
WEIGHTS = RANDOM.uniform(0.2, 5.0, (2, 6))
DATA = RANDOM.standard_normal((2, 6)) + np.array([[100.0], [-7.0]])


def test_the_level_is_the_constant_of_least_misfit():
    found = WithoutBaseLevel(WEIGHTS).level(DATA)
    for row, weights, level in zip(DATA, WEIGHTS, found, strict=True):
        best = scipy.optimize.minimize_scalar(lambda c, r=row, w=weights: np.sum((w * (r - c)) ** 2)).x
        npt.assert_allclose(level, best, rtol=1e-6)


def test_data_less_their_level_have_that_misfit_and_no_level_left():
    P = WithoutBaseLevel(WEIGHTS)
    npt.assert_allclose(P(DATA), DATA - P.level(DATA)[:, None], atol=1e-12)
    npt.assert_allclose(P(P(DATA)), P(DATA), atol=1e-12)
    npt.assert_allclose(P.level(P(DATA)), 0.0, atol=1e-12)


def test_the_adjoint_is_the_transpose():
    P = WithoutBaseLevel(WEIGHTS)
    npt.assert_allclose(P.T.to_dense(), P.to_dense().T, atol=1e-15)
