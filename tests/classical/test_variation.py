"""Total variation beside quadratic programs and general minimisers."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import scipy.optimize
from classical_problem import DATA, MATRIX, NOISE, OnArrays, variation

from geoinv.algebra.matrices import Identity, MatrixOperator
from geoinv.classical import total_variation


def test_total_variation_of_a_signal_is_the_quadratic_program_of_its_dual():
    data = np.cumsum(np.random.default_rng(3).standard_normal((4, 30)), axis=1)
    noise = np.array([0.5, 1.0, 1.5, 2.0])
    models = total_variation(Identity((30,)), data, noise, beta=0.8, iterations=20000, tolerance=1e-11)
    D = np.diff(np.eye(30), axis=0)
    for model, d, s in zip(models, data, noise, strict=True):
        reach = 0.8 * s**2
        dual = scipy.optimize.lsq_linear(D.T, d, (-reach, reach), method="bvls", tol=1e-14)
        npt.assert_allclose(model, d - D.T @ dual.x, rtol=0, atol=1e-5)


@pytest.mark.parametrize("shape", [(12,), (4, 5), (2, 3, 4)])
def test_total_variation_reaches_the_objective_of_a_general_minimiser(shape):
    random = np.random.default_rng(1)
    cells = int(np.prod(shape))
    matrix = np.eye(cells) + 0.3 * random.standard_normal((cells, cells)) / np.sqrt(cells)
    A = OnArrays(matrix, shape)
    data, noise, beta, rounded = matrix @ random.integers(0, 3, cells) + 0.1, 0.7, 0.6, 1e-5

    def objective(x, rounding=0.0):
        squares = sum(np.diff(x, axis=axis, append=np.take(x, [-1], axis)) ** 2 for axis in range(x.ndim))
        lengths = np.sqrt(squares + rounding**2)
        return 0.5 * np.sum((A(x) - data) ** 2) / noise**2 + beta * lengths.sum()

    model = total_variation(A, data, noise, beta, iterations=20000, tolerance=1e-10)
    start = np.zeros(cells)
    options = {"maxiter": 20000, "maxfun": 10**7, "ftol": 1e-15, "gtol": 1e-9}
    for rounding in (1e-1, 1e-2, 1e-3, 1e-4, rounded):
        smooth = scipy.optimize.minimize(
            lambda x, rounding=rounding: objective(x.reshape(shape), rounding),
            start,
            method="L-BFGS-B",
            options=options,
        )
        start = smooth.x
    assert objective(model) <= objective(start.reshape(shape)) * (1 + 1e-9)
    npt.assert_allclose(model, start.reshape(shape), rtol=0, atol=1e-3)


def test_total_variation_keeps_what_is_constant_and_flattens_what_is_not():
    constant = np.full((2, 6, 5), 3.0)
    npt.assert_allclose(total_variation(Identity((6, 5)), constant, 1.0, beta=5.0), constant, rtol=1e-12)
    rough = np.random.default_rng(0).standard_normal((6, 5))
    flat = total_variation(Identity((6, 5)), rough, 1.0, beta=50.0, tolerance=1e-10)
    npt.assert_allclose(flat, rough.mean(), rtol=0, atol=1e-4)
    assert variation(flat) < 1e-3 * variation(rough)


def test_the_start_of_total_variation_leads_to_the_same_minimum():
    A, start = MatrixOperator(MATRIX + 3.0 * np.eye(7, 10)), np.random.default_rng(8).standard_normal((2, 3, 10))
    zero, near = (
        total_variation(A, DATA, NOISE, beta=0.3, iterations=1000, tolerance=1e-7, start=x) for x in (0.0, start)
    )
    npt.assert_allclose(near, zero, rtol=0, atol=1e-4)
    blind = MatrixOperator(np.zeros((7, 10)))
    assert not np.ptp(total_variation(blind, DATA, NOISE, beta=0.3, start=start), axis=-1).any()
