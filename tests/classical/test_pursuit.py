"""Basis pursuit beside scikit-learn's lasso and the conditions of its minimum."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from classical_problem import DATA, MATRIX, NOISE, OnArrays
from sklearn.linear_model import Lasso

from geoinv.algebra.matrices import MatrixOperator
from geoinv.classical import basis_pursuit
from geoinv.embeddings.dictionaries import OverCompleteCosines, UndecimatedWavelets


@pytest.mark.parametrize("gamma", [0.05, 0.5, 2.0])
def test_basis_pursuit_is_the_lasso_of_scikit_learn(gamma):
    E = OverCompleteCosines((10,), redundancy=2)
    F = MATRIX @ E.to_dense()
    models = basis_pursuit(MatrixOperator(MATRIX), DATA, NOISE, E, gamma, iterations=20000, tolerance=1e-13)
    for model, d, s in zip(models.reshape(-1, 10), DATA.reshape(-1, 7), NOISE.ravel(), strict=True):
        peer = Lasso(alpha=gamma * s**2 / 7, fit_intercept=False, tol=1e-14, max_iter=1_000_000).fit(F, d)
        npt.assert_allclose(model, E.to_dense() @ peer.coef_, rtol=0, atol=2e-5)


@pytest.mark.parametrize("shape", [(20,), (6, 5), (2, 5, 4)])
def test_the_residual_of_basis_pursuit_correlates_with_no_column_beyond_gamma(shape):
    random = np.random.default_rng(0)
    cells = int(np.prod(shape))
    A = OnArrays(random.standard_normal((cells, cells)), shape)
    E = UndecimatedWavelets(shape, "haar", levels=2)
    data, noise, gamma = 5.0 * random.standard_normal((3, cells)), np.array([0.5, 1.0, 2.0]), 1.5
    models = basis_pursuit(A, data, noise, E, gamma, iterations=20000, tolerance=1e-7)
    correlation = E.T(A.T(data - A(models))).reshape(3, -1) / (noise**2)[:, None]
    npt.assert_allclose(abs(correlation).max(axis=1), gamma, rtol=1e-2)


def test_a_high_price_leaves_no_coefficient():
    E = OverCompleteCosines((10,))
    highest = abs(E.T(MATRIX.T @ DATA[0, 0])).max()
    assert not basis_pursuit(MatrixOperator(MATRIX), DATA[0, 0], 1.0, E, gamma=1.0001 * highest).any()
    assert basis_pursuit(MatrixOperator(MATRIX), DATA[0, 0], 1.0, E, gamma=0.99 * highest).any()
