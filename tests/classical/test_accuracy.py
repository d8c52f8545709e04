"""Iterative methods end at their tolerance, or where the operator's precision ends, and say which."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import scipy.optimize

from geoinv import InputError
from geoinv.algebra.linear_operator import LinearOperator
from geoinv.algebra.matrices import Identity, MatrixOperator
from geoinv.classical import basis_pursuit, tikhonov, total_variation
from geoinv.core.checks import AccuracyWarning
from geoinv.operators import Blur, MagneticSection, StraightRayTomography


def rays(dtype="float64"):
    depths = np.arange(0.5, 8.0)
    ends = np.array([(0.0, s, 8.0, r) for s in depths for r in depths])
    return StraightRayTomography((8, 8), 1.0, ends[:, :2], ends[:, 2:], dtype=dtype)


OPERATORS = {
    "section": lambda dtype: MagneticSection((10, 10), dtype=dtype),
    "rays": rays,
    "blur": lambda dtype: Blur((10, 10), 2.0, dtype=dtype),
}


def problem(A, relative):
    model = np.zeros(A.domain_shape)
    model[3:6, 3:6] = 1.0
    clean = A(model)
    deviation = relative * np.abs(clean).max()
    return clean + deviation * np.random.default_rng(0).standard_normal(clean.shape), deviation


@pytest.mark.parametrize("relative", [0.05, 0.01, 0.001])
@pytest.mark.parametrize("name", OPERATORS)
def test_tikhonov_in_single_precision_finds_the_minimum_of_double(name, relative):
    A = OPERATORS[name]("float64")
    data, deviation = problem(A, relative)
    # the square root of the normal equations, which squares no condition number
    matrix = np.vstack([A.to_dense(), deviation * np.eye(A.to_dense().shape[1])])
    right = np.concatenate([data.ravel(), np.zeros(matrix.shape[1])])
    exact = np.linalg.lstsq(matrix, right, rcond=None)[0].reshape(A.domain_shape)

    def objective(x):
        return np.sum((A(x) - data) ** 2) / deviation**2 + np.sum(np.asarray(x, float) ** 2)

    for dtype in ("float32", "float64"):
        found = tikhonov(OPERATORS[name](dtype), data, deviation, beta=1.0)
        assert found.dtype == dtype
        assert objective(found) <= 1.001 * objective(exact)
        assert np.linalg.norm(found) <= 1.01 * np.linalg.norm(exact)


def test_tikhonov_says_where_its_steps_end_too_early():
    A = rays()
    data, deviation = problem(A, 1e-4)
    with pytest.warns(AccuracyWarning, match=r"tikhonov ended where the gradient is .* 1e-08 was asked for, in 1 of 1"):
        tikhonov(A, data, deviation, beta=1.0, iterations=5)


def total_variation_objective(A, x, data, deviation, beta):
    x = np.asarray(x, float)
    slopes = [np.diff(x, axis=axis, append=np.take(x, [-1], axis)) for axis in range(x.ndim)]
    return 0.5 * np.sum((A(x) - data) ** 2) / deviation**2 + beta * np.sqrt(sum(s**2 for s in slopes)).sum()


def least_total_variation(A, data, deviation, beta):
    """The least objective that a general minimiser gets to, from where the method itself ends after many more steps."""
    matrix = A.to_dense()
    x = total_variation(A, data, deviation, beta, iterations=20000, tolerance=1e-6).ravel()
    best = np.inf
    for rounded in (1e-3, 1e-5):

        def smooth(x, rounded=rounded):
            picture = x.reshape(A.domain_shape)
            slopes = np.stack([np.diff(picture, axis=k, append=np.take(picture, [-1], k)) for k in range(picture.ndim)])
            length = np.sqrt((slopes**2).sum(axis=0) + rounded**2)
            residual = matrix @ x - data.ravel()
            force = slopes / length
            back = np.zeros(A.domain_shape)
            for axis, part in enumerate(force):
                back -= part
                back += np.roll(part, 1, axis)
            gradient = matrix.T @ residual / deviation**2 + beta * back.ravel()
            return 0.5 * residual @ residual / deviation**2 + beta * length.sum(), gradient

        options = {"maxiter": 300, "maxfun": 10**6, "ftol": 1e-15, "gtol": 1e-9}
        x = scipy.optimize.minimize(smooth, x, jac=True, method="L-BFGS-B", options=options).x
        best = min(best, total_variation_objective(A, x.reshape(A.domain_shape), data, deviation, beta))
    return best


@pytest.mark.parametrize(("beta", "relative"), [(30.0, 0.003), (300.0, 0.05)])
@pytest.mark.parametrize("name", ["section", "rays"])
def test_total_variation_ends_within_a_thousandth_of_its_minimum_wherever_it_starts(name, beta, relative):
    A = OPERATORS[name]("float64")
    data, deviation = problem(A, relative)
    least = least_total_variation(A, data, deviation, beta)
    for start in (0.0, np.random.default_rng(1).standard_normal(A.domain_shape)):
        found = total_variation(A, data, deviation, beta, start=start)
        assert total_variation_objective(A, found, data, deviation, beta) <= 1.001 * least


def test_total_variation_of_many_cells_takes_no_matrix_and_agrees(monkeypatch):
    A = Blur((12, 12), 1.5)
    data, deviation = problem(A, 0.02)
    factored = total_variation(A, data, deviation, 5.0, tolerance=1e-7, iterations=20000)
    monkeypatch.setattr("geoinv.classical.gradients._CELLS", 10)
    iterated = total_variation(A, data, deviation, 5.0, tolerance=1e-7, iterations=20000)
    npt.assert_allclose(iterated, factored, atol=2e-3)
    one, other = (total_variation_objective(A, x, data, deviation, 5.0) for x in (factored, iterated))
    assert one == pytest.approx(other, rel=1e-6)


def test_total_variation_says_how_far_it_is_where_steps_end_too_early():
    A = rays()
    data, deviation = problem(A, 0.01)
    with pytest.warns(AccuracyWarning, match="total_variation ended above its minimum by about .* after 10 steps"):
        total_variation(A, data, deviation, 30.0, iterations=10)


def test_basis_pursuit_in_single_precision_ends_where_that_rounds_and_says_so():
    matrix = np.random.default_rng(2).standard_normal((15, 30)).astype(np.float32)
    data = np.random.default_rng(3).standard_normal(15)
    A, E = MatrixOperator(matrix), Identity((30,), np.float32)
    with pytest.warns(AccuracyWarning, match="basis_pursuit ended above its minimum by at most .* 1e-12 was asked for"):
        single = basis_pursuit(A, data, 1.0, E, gamma=0.5, tolerance=1e-12, iterations=20000)
    double = basis_pursuit(MatrixOperator(matrix.astype(float)), data, 1.0, Identity((30,)), 0.5, tolerance=1e-12)
    npt.assert_allclose(single, double, atol=1e-3)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("factor", [1.0, 1e-12, 1e12, 1e-25])
def test_the_norm_does_not_depend_on_the_unit(factor, dtype):
    matrix = np.random.default_rng(4).standard_normal((120, 80))
    A = MatrixOperator((factor * matrix).astype(dtype))
    assert A.norm() == pytest.approx(factor * np.linalg.norm(matrix, 2), rel=1e-9 if dtype == "float64" else 1e-6)


def test_the_norm_of_what_gives_no_numbers_is_refused():
    class Undefined(LinearOperator):
        domain_shape, range_shape, dtype = (30,), (30,), np.dtype(float)

        def _forward(self, x):
            return x * np.nan

        _adjoint = _forward

    with pytest.raises(InputError, match="the norm of Undefined expects finite images, got NaN or infinity"):
        Undefined().norm()
