"""The objective of an inversion against a dense matrix: values, gradient, Hessian, and the bound of its minimum."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from scipy.optimize import lsq_linear

from geoinv.algebra.matrices import MatrixOperator
from geoinv.inversion.objective import Objective, State

ROWS, COLUMNS, BETA = 5, 9, 0.3
RANDOM = np.random.default_rng(3)
MATRIX, DATA, WEIGHTS = (
    RANDOM.standard_normal((ROWS, COLUMNS)),
    RANDOM.standard_normal(ROWS),
    RANDOM.uniform(1, 3, ROWS),
)
MODEL = RANDOM.standard_normal(COLUMNS)


class Ridge:
    """``phi(z) = 1/2 z' diag(c) z``."""

    quadratic = True

    def __init__(self, diagonal: np.ndarray) -> None:
        self.c = diagonal

    def bind(self, operator: object) -> Ridge:
        return self

    def value(self, z: np.ndarray) -> float:
        return float(0.5 * self.c @ z**2)

    def gradient(self, z: np.ndarray) -> np.ndarray:
        return self.c * z

    def curvature(self, z: np.ndarray, v: np.ndarray) -> np.ndarray:
        return self.c * v

    def curvature_diagonal(self, z: np.ndarray) -> np.ndarray:
        return self.c

    def curvature_floor(self) -> np.ndarray:
        return self.c


class Unknown(Ridge):
    """The same, that tells nothing of its curvature."""

    quadratic = False
    curvature_diagonal = None
    curvature_floor = None


RIDGE = Ridge(RANDOM.uniform(0.5, 2.0, COLUMNS))


def objective(beta: float = BETA, low: float = -np.inf, high: float = np.inf, phi: Ridge = RIDGE) -> Objective:
    return Objective(MatrixOperator(MATRIX), DATA, WEIGHTS, phi, beta, (np.asarray(low), np.asarray(high)))


def j_of(z: np.ndarray, beta: float = BETA) -> float:
    return float(0.5 * np.sum((WEIGHTS * (MATRIX @ z - DATA)) ** 2) + beta * 0.5 * RIDGE.c @ z**2)


def test_a_state_is_what_the_matrix_gives():
    state = objective().evaluate(MODEL)
    residual = WEIGHTS * (MATRIX @ MODEL - DATA)
    npt.assert_allclose(state.residual, residual, rtol=1e-13)
    npt.assert_allclose(state.misfit, residual @ residual, rtol=1e-13)
    npt.assert_allclose(objective().total(state), j_of(MODEL), rtol=1e-13)
    npt.assert_allclose(objective(0.0).total(state), 0.5 * residual @ residual, rtol=1e-13)
    assert state.beta == BETA
    assert state.finite
    assert not State(MODEL, residual, np.nan, 1.0).finite
    assert not State(MODEL, residual, 1.0, np.inf).finite


def test_a_model_is_projected_on_the_bounds_before_it_is_applied():
    state = objective(low=-0.1, high=0.2).evaluate(MODEL)
    npt.assert_array_equal(state.z, np.clip(MODEL, -0.1, 0.2))
    npt.assert_allclose(state.residual, WEIGHTS * (MATRIX @ state.z - DATA), rtol=1e-13)


def test_gradient_and_hessian_are_those_of_differences():
    near = objective().near(objective().evaluate(MODEL))
    units = np.eye(COLUMNS)
    step = 1e-5
    differences = [(j_of(MODEL + step * e) - j_of(MODEL - step * e)) / (2 * step) for e in units]
    npt.assert_allclose(near.gradient(), differences, rtol=1e-7, atol=1e-8)
    hessian = np.array([near.hessian(e, near.image(e)) for e in units])
    npt.assert_allclose(hessian, MATRIX.T @ np.diag(WEIGHTS**2) @ MATRIX + BETA * np.diag(RIDGE.c), rtol=1e-12)


@pytest.mark.parametrize(("low", "high"), [(-np.inf, np.inf), (-0.1, 0.2)])
def test_the_distance_from_the_minimum_is_never_more_than_the_excess(low: float, high: float):
    J = objective(low=low, high=high)
    stacked = np.vstack([WEIGHTS[:, None] * MATRIX, np.diag(np.sqrt(BETA * RIDGE.c))])
    best = lsq_linear(stacked, np.append(WEIGHTS * DATA, np.zeros(COLUMNS)), (low, high), tol=1e-14)
    for z in (MODEL, 0.1 * MODEL, best.x):
        state = J.evaluate(z)
        above = J.total(state) - j_of(best.x)
        assert -1e-12 <= above <= J.excess(state.z, J.near(state).gradient()) + 1e-9
    assert J.excess(best.x, J.near(J.evaluate(best.x)).gradient()) < 1e-9


def test_nothing_is_claimed_where_phi_tells_no_floor():
    J = objective(phi=Unknown(RIDGE.c))
    gradient = J.near(J.evaluate(MODEL)).gradient()
    assert J.excess(MODEL, gradient) == np.inf
    assert objective(0.0).excess(MODEL, gradient) == np.inf
    assert objective(phi=Ridge(np.zeros(COLUMNS))).excess(MODEL, gradient) == np.inf
    assert objective(phi=Ridge(np.zeros(COLUMNS))).excess(MODEL, np.zeros(COLUMNS)) == 0.0


def test_the_preconditioner_inverts_the_diagonal_of_beta_phi():
    npt.assert_allclose(objective().preconditioner(MODEL), 1.0 / (BETA * RIDGE.c), rtol=1e-14)
    npt.assert_array_equal(objective(phi=Unknown(RIDGE.c)).diagonal(MODEL), np.ones(COLUMNS))
    partly = np.append(0.0, np.ones(COLUMNS - 1))
    npt.assert_allclose(objective(phi=Ridge(partly)).preconditioner(MODEL), partly / BETA)
    npt.assert_array_equal(objective(phi=Ridge(0.0 * partly)).preconditioner(MODEL), np.ones(COLUMNS))


def test_it_is_quadratic_where_the_data_and_phi_are():
    assert objective().linear
    assert objective().quadratic
    assert not objective(phi=Unknown(RIDGE.c)).quadratic
    assert objective(0.0, phi=Unknown(RIDGE.c)).quadratic
    state = objective().evaluate(MODEL)
    npt.assert_allclose(objective().scale(j_of(MODEL), state.misfit), BETA * RIDGE.value(MODEL), rtol=1e-12)
    other = objective(phi=Unknown(RIDGE.c))
    npt.assert_allclose(other.scale(j_of(MODEL), state.misfit), j_of(MODEL), rtol=1e-12)
