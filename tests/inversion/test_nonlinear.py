"""Inversions of forward models that are not linear, beside scipy's least squares."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import scipy.optimize

import geoinv
from geoinv.algebra.matrices import MatrixOperator
from geoinv.inversion.outcome import Outcome

CELLS, STATIONS = 10, 25
RANDOM = np.random.default_rng(4)
DISTANCE = np.linspace(-1.0, 1.0, STATIONS)[:, None] - np.linspace(-0.8, 0.8, CELLS)
VECTORS = np.stack([DISTANCE, np.full_like(DISTANCE, 0.3)]) / (DISTANCE**2 + 0.09) ** 1.5
TRUE = np.exp(-(((np.arange(CELLS) - 5.5) / 1.5) ** 2))
PLAIN = geoinv.Smooth(weighting=None)


class Amplitude:
    """Length of a two-component field: no linear map."""

    domain_shape, range_shape = (CELLS,), (STATIONS,)

    def __call__(self, x):
        return np.linalg.norm(VECTORS @ x, axis=0)

    def linearise(self, x):
        field = VECTORS @ x
        return MatrixOperator(np.einsum("ks,ksc->sc", field / np.linalg.norm(field, axis=0), VECTORS))


CLEAN = Amplitude()(TRUE)
SIGMA = 0.02 * CLEAN + 0.02
DATA = CLEAN + SIGMA * RANDOM.standard_normal(STATIONS)


def least_squares(beta: float, bounds=(-np.inf, np.inf)) -> np.ndarray:
    """Minimum of the same objective by scipy, from the truth."""
    phi = PLAIN.bind(MatrixOperator(np.eye(CELLS)))
    root = np.linalg.cholesky(np.stack([phi.curvature(TRUE, row) for row in np.eye(CELLS)])).T

    def residuals(x):
        return np.concatenate([(Amplitude()(x) - DATA) / SIGMA, np.sqrt(beta) * root @ x])

    start = np.clip(TRUE, bounds[0] + 1e-3, bounds[1] - 1e-3)
    return scipy.optimize.least_squares(residuals, start, bounds=bounds, xtol=1e-12, ftol=1e-12).x


@pytest.mark.parametrize("beta", [1e3, 10.0, 0.1])
@pytest.mark.parametrize("bounds", [(-np.inf, np.inf), (0.0, 0.8)], ids=["free", "bounded"])
def test_a_minimisation_ends_where_least_squares_do(beta, bounds):
    solver = geoinv.GaussNewton(tolerance=1e-8, iterations=60)
    solution = geoinv.invert(
        Amplitude(), DATA, SIGMA, PLAIN, bounds=bounds, beta=beta, initial=np.full(CELLS, 0.3), solver=solver
    )
    assert solution.reached, solution.status
    npt.assert_allclose(solution.model, least_squares(beta, bounds), atol=1e-3)


@pytest.mark.parametrize("regularizer", [PLAIN, None], ids=["plain", "sensitivities of the start"])
def test_cooling_reaches_the_target(regularizer):
    solution = geoinv.invert(Amplitude(), DATA, SIGMA, regularizer, initial=np.full(CELLS, 0.3))
    assert solution.outcome is Outcome.REACHED, solution.status
    assert 0.98 <= solution.chi2_per_datum <= 1.01
    npt.assert_allclose(solution.model, TRUE, atol=0.25)


def test_the_gradient_of_the_objective_is_that_of_finite_differences():
    from geoinv.inversion.problem import InverseProblem

    problem = InverseProblem.make(
        Amplitude(), DATA, SIGMA, PLAIN, (-np.inf, np.inf), "none", np.full(CELLS, 0.3), None, 0
    )
    objective = problem.objective.with_beta(7.0)
    z = TRUE + 0.1 * RANDOM.standard_normal(CELLS)
    gradient = objective.near(objective.evaluate(z)).gradient()

    def total(x):
        return objective.total(objective.evaluate(x))

    expected = [(total(z + 1e-6 * e) - total(z - 1e-6 * e)) / 2e-6 for e in np.eye(CELLS)]
    npt.assert_allclose(gradient, expected, rtol=1e-5)


def test_a_base_level_beside_data_that_are_not_linear_is_fitted():
    class Rows(Amplitude):
        range_shape = (1, STATIONS)

        def __call__(self, x):
            return super().__call__(x)[None]

        def linearise(self, x):
            return _Row(super().linearise(x).matrix)

    class _Row(geoinv.LinearOperator):
        domain_shape, range_shape, dtype = (CELLS,), (1, STATIONS), np.dtype(float)

        def __init__(self, matrix):
            self.matrix = matrix

        def _forward(self, x):
            return (x @ self.matrix.T)[:, None]

        def _adjoint(self, y):
            return y[:, 0] @ self.matrix

    solution = geoinv.invert(
        Rows(), DATA + 5.0, SIGMA, PLAIN, base_level="fit", initial=np.full(CELLS, 0.3), bounds=(0.0, np.inf)
    )
    assert solution.reached, solution.status
    npt.assert_allclose(solution.base_level, [5.0], atol=0.3)


def test_a_start_that_tells_no_direction_is_refused_in_a_sentence():
    class Squares:
        domain_shape = range_shape = (3,)

        def __call__(self, x):
            return np.asarray(x) ** 2

        def linearise(self, x):
            return np.diag(2.0 * np.asarray(x))

    with pytest.raises(geoinv.InputError, match="the Jacobian of Squares vanishes there; give an initial model"):
        geoinv.invert(Squares(), [1.0, 4.0, 9.0], 0.1, PLAIN)
    found = geoinv.invert(Squares(), [1.0, 4.0, 9.0], 0.1, PLAIN, initial=np.ones(3), bounds=(0.0, np.inf))
    assert found.reached
    npt.assert_allclose(found.model, [1.0, 2.0, 3.0], atol=0.15)
