"""Classical methods beside dense algebra, scikit-learn, quadratic programs and general minimisers."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.testing as npt
import pytest
import scipy.optimize
from sklearn.linear_model import Lasso

from geoinv.algebra.linop import Identity, LinearOperator, MatrixOperator
from geoinv.classical import basis_pursuit, choose, map_descent, tikhonov, total_variation
from geoinv.classical.data_sets import DataSets
from geoinv.core.checks import AccuracyWarning, InputError
from geoinv.core.progress import reporting
from geoinv.embeddings.dictionaries import OverCompleteCosines, UndecimatedWavelets

RANDOM = np.random.default_rng(8)
MATRIX = RANDOM.standard_normal((7, 10))
DATA = RANDOM.standard_normal((2, 3, 7))
NOISE = RANDOM.uniform(0.5, 2.0, (2, 3))


class OnArrays(LinearOperator):
    """A matrix that acts on signals, pictures or volumes."""

    def __init__(self, matrix, shape):
        self.matrix = matrix
        self.domain_shape, self.range_shape, self.dtype = shape, matrix.shape[:1], matrix.dtype

    def _forward(self, x):
        return x.reshape(len(x), -1) @ self.matrix.T

    def _adjoint(self, y):
        return (y @ self.matrix).reshape(-1, *self.domain_shape)


def variation(x):
    """Isotropic total variation, cell by cell."""
    squares = sum(np.diff(x, axis=axis, append=np.take(x, [-1], axis)) ** 2 for axis in range(x.ndim))
    return np.sqrt(squares).sum()


METHODS = {
    "descent": lambda A, d, s: map_descent(A, d, s, lambda x: x, step=0.01, iterations=20),
    "pursuit": lambda A, d, s: basis_pursuit(A, d, s, Identity(A.domain_shape, A.dtype), gamma=0.5, tolerance=1e-12),
    "tikhonov": lambda A, d, s: tikhonov(A, d, s, beta=0.7, tolerance=1e-13),
    "variation": lambda A, d, s: total_variation(A, d, s, beta=0.3, iterations=500, tolerance=1e-8),
}
EVERY_METHOD = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)


@EVERY_METHOD
def test_many_data_sets_of_unequal_noise_equal_a_loop(method):
    A = MatrixOperator(MATRIX)
    models = method(A, DATA, NOISE)
    assert models.shape == (2, 3, 10)
    loop = [[method(A, d, s) for d, s in zip(*rows, strict=True)] for rows in zip(DATA, NOISE, strict=True)]
    npt.assert_allclose(models, loop, rtol=0, atol=1e-5)


@EVERY_METHOD
def test_methods_work_in_the_precision_of_the_operator(method):
    with warnings.catch_warnings():
        # asked for more than single precision has, they say so
        warnings.simplefilter("ignore", AccuracyWarning)
        single = method(MatrixOperator(MATRIX.astype(np.float32)), DATA[0], 1.0)
    assert single.dtype == np.float32
    npt.assert_allclose(single, method(MatrixOperator(MATRIX), DATA[0], 1.0), rtol=0, atol=2e-3)


@EVERY_METHOD
def test_blocks_of_items_leave_no_trace(method, monkeypatch):
    A = MatrixOperator(MATRIX)
    together = method(A, DATA, NOISE)
    monkeypatch.setattr("geoinv.classical.data_sets._BLOCK", 20)
    assert [len(data) for _, data, _ in DataSets.of("test", A, DATA, NOISE).blocks()] == [2, 2, 2]
    npt.assert_allclose(method(A, DATA, NOISE), together, rtol=0, atol=1e-5)


@EVERY_METHOD
def test_no_data_sets_give_no_models_and_zeros_give_zero(method):
    A = MatrixOperator(MATRIX)
    assert method(A, DATA[:, :0], 1.0).shape == (2, 0, 10)
    npt.assert_array_equal(method(A, np.zeros((2, 7)), 1.0), np.zeros((2, 10)))
    blind = MatrixOperator(np.zeros((7, 10)))
    npt.assert_array_equal(method(blind, DATA[0], 1.0), np.zeros((3, 10)))


@EVERY_METHOD
@pytest.mark.parametrize(
    ("data", "noise", "message"),
    [
        (np.ones((2, 6)), 1.0, r"expects data of shape \(7,\) after the batch's dimensions, got \(2, 6\)"),
        (np.full((2, 7), np.nan), 1.0, r"expects finite data, got nan at \[0, 0\] \(14 of 14 values\)"),
        (np.ones((2, 7)), 0.0, "expects positive noise, got 0.0"),
        (np.ones((2, 7)), np.ones(3), r"noise as one number or of the batch's shape \(2,\), got \(3,\)"),
    ],
)
def test_data_that_do_not_fit_are_refused_in_a_sentence(method, data, noise, message):
    with pytest.raises(InputError, match=message):
        method(MatrixOperator(MATRIX), data, noise)


@EVERY_METHOD
def test_progress_is_reported_to_its_end(method):
    reports = []
    with reporting(lambda step, done, total: reports.append(done / total)):
        method(MatrixOperator(MATRIX), DATA, NOISE)
    assert reports[-1] == 1.0
    assert reports == sorted(reports)


def test_descent_ends_where_gaussian_algebra_says():
    precision = np.diag(np.arange(1.0, 11.0))
    models = map_descent(MatrixOperator(MATRIX), DATA, NOISE, lambda x: x @ precision, step=8e-3, iterations=4000)
    for model, d, s in zip(models.reshape(-1, 10), DATA.reshape(-1, 7), NOISE.ravel(), strict=True):
        expected = np.linalg.solve(MATRIX.T @ MATRIX / s**2 + precision, MATRIX.T @ d / s**2)
        npt.assert_allclose(model, expected, rtol=0, atol=1e-10)


def test_descent_in_a_double_well_ends_in_the_valley_of_its_start():
    found = map_descent(
        Identity((1,)),
        np.full((4, 1), 0.3),
        0.5,
        lambda x: 40.0 * x * (x**2 - 1.0),
        step=5e-3,
        iterations=2000,
        start=np.array([[-1.5], [-0.2], [0.2], [1.5]]),
    )
    roots = np.roots([40.0, 0.0, 4.0 - 40.0, -1.2])  # where the objective's derivative vanishes
    left, _, right = np.sort(roots.real)
    npt.assert_allclose(found.ravel(), [left, left, right, right], rtol=0, atol=1e-9)


def test_a_step_too_long_is_refused_before_it_returns_infinities():
    with pytest.raises(InputError, match=r"left the finite numbers at iteration \d+; take a step below 1e\+30"):
        map_descent(MatrixOperator(MATRIX), DATA, 1.0, lambda x: x, step=1e30, iterations=100)


@pytest.mark.parametrize("rough", [False, True])
def test_tikhonov_solves_the_normal_equations(rough):
    L = np.diff(np.eye(10), axis=0) if rough else np.eye(10)
    roughness = MatrixOperator(L) if rough else None
    models = tikhonov(MatrixOperator(MATRIX), DATA, NOISE, beta=0.7, roughness=roughness, tolerance=1e-13)
    for model, d, s in zip(models.reshape(-1, 10), DATA.reshape(-1, 7), NOISE.ravel(), strict=True):
        expected = np.linalg.solve(MATRIX.T @ MATRIX / s**2 + 0.7 * L.T @ L, MATRIX.T @ d / s**2)
        npt.assert_allclose(model, expected, rtol=0, atol=1e-10)


def test_small_data_beside_large_ones_are_damped_as_exactly():
    A = MatrixOperator(MATRIX)
    together = tikhonov(A, np.stack([1e9 * DATA[0, 0], DATA[0, 1]]), 1.0, beta=1.0)
    npt.assert_allclose(together[1], tikhonov(A, DATA[0, 1], 1.0, beta=1.0), rtol=1e-6)


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
    A, start = MatrixOperator(MATRIX + 3.0 * np.eye(7, 10)), RANDOM.standard_normal((2, 3, 10))
    zero, near = (
        total_variation(A, DATA, NOISE, beta=0.3, iterations=1000, tolerance=1e-7, start=x) for x in (0.0, start)
    )
    npt.assert_allclose(near, zero, rtol=0, atol=1e-4)
    blind = MatrixOperator(np.zeros((7, 10)))
    assert not np.ptp(total_variation(blind, DATA, NOISE, beta=0.3, start=start), axis=-1).any()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda A: total_variation(A, DATA, 1.0, beta=1.0, start=np.ones((4, 10))),
            r"start is expected to broadcast to models of shape \(2, 3, 10\), got \(4, 10\); give one model",
        ),
        (lambda A: tikhonov(A, DATA, 1.0, beta=0.0), "tikhonov expects positive beta, got 0.0"),
        (lambda A: total_variation(A, DATA, 1.0, beta=-1.0), "total_variation expects positive beta"),
        (lambda A: basis_pursuit(A, DATA, 1.0, Identity((10,)), gamma=0.0), "basis_pursuit expects positive gamma"),
        (lambda A: basis_pursuit(A, DATA, 1.0, Identity((9,)), gamma=1.0), r"expects Identity to give \(10,\)"),
        (
            lambda A: total_variation(Identity((1, 1, 1, 1)), np.ones((1, 1, 1, 1)), 1.0, beta=1.0),
            "models of one to three dimensions, Identity has",
        ),
    ],
)
def test_trade_offs_and_models_that_cannot_be_are_refused_in_a_sentence(call, message):
    with pytest.raises(InputError, match=message):
        call(MatrixOperator(MATRIX))


def test_the_chosen_damping_is_the_one_of_least_error():
    A = MatrixOperator(MATRIX)
    truth = RANDOM.standard_normal((50, 10))
    data = A(truth) + 0.5 * RANDOM.standard_normal((50, 7))
    candidates = [1e-3, 1e-2, 1e-1, 1.0, 10.0, 100.0]
    chosen = choose(lambda d, beta: tikhonov(A, d, 0.5, beta), candidates, truth, data)
    errors = [np.sum((tikhonov(A, data, 0.5, beta) - truth) ** 2) for beta in candidates]
    assert chosen == candidates[int(np.argmin(errors))] == 1.0  # one over the variance of the truth
    with pytest.raises(InputError, match="none among"):
        choose(lambda d, beta: np.full((50, 10), np.nan), candidates, truth, data)
