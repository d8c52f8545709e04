"""Minima of least-squares quadratics: with bounds beside SciPy's, without them beside a direct solution."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from scipy.optimize import lsq_linear

from geoinv.inversion.bounded_quadratic import Iterate, minimise_quadratic


class LeastSquares:
    """``1/2 |F x - d|^2``, badly scaled by columns."""

    def __init__(self, size: int = 30, seed: int = 0):
        random = np.random.default_rng(seed)
        self.F = random.standard_normal((2 * size, size)) * np.logspace(0, 2, size)
        self.d = self.F @ random.standard_normal(size) + 0.1 * random.standard_normal(2 * size)
        self.start = Iterate(np.zeros(size), -self.d, -self.F.T @ self.d)
        self.preconditioner = 1.0 / np.sum(self.F**2, axis=0)

    def image(self, x):
        return self.F @ x

    def hessian(self, x, image):
        return self.F.T @ image


def minimum(problem, bounds, iterations, watch=lambda now: False, preconditioner=None):
    scale = problem.preconditioner if preconditioner is None else preconditioner
    limits = tuple(np.asarray(bound) for bound in bounds)
    return minimise_quadratic(problem, problem.start, limits, scale, watch, iterations)


def test_without_bounds_it_is_the_solution_of_the_normal_equations():
    problem = LeastSquares()
    found = minimum(problem, (-np.inf, np.inf), 200)
    npt.assert_allclose(found.x, np.linalg.lstsq(problem.F, problem.d)[0], rtol=0, atol=1e-10 * abs(found.x).max())


@pytest.mark.parametrize("bounds", [(0.0, np.inf), (-0.5, 0.5), (-np.inf, 0.1)])
def test_within_bounds_it_is_the_bounded_minimum(bounds):
    problem = LeastSquares()
    found = minimum(problem, bounds, 2000)
    expected = lsq_linear(problem.F, problem.d, bounds, method="bvls", tol=1e-14).x
    assert np.any(np.isin(found.x, bounds)), "the case is to have entries on a bound"
    npt.assert_allclose(found.x, expected, rtol=0, atol=1e-8 * abs(expected).max())


def test_within_bounds_an_iteration_costs_one_application_and_the_first_one_more_image():
    class Counting(LeastSquares):
        images = hessians = 0

        def image(self, x):
            self.images += 1
            return super().image(x)

        def hessian(self, x, image):
            self.hessians += 1
            return super().hessian(x, image)

    problem, visited = Counting(), []
    found = minimum(problem, (0.0, np.inf), 40, lambda now: visited.append(now.change))
    assert len(visited) == found.applications == problem.hessians == 40
    assert problem.images == 41
    assert np.all(np.diff(visited) <= 0.0)
    assert np.any(found.x == 0.0)


def test_it_stays_within_bounds_and_never_ends_above_the_start_however_soon_it_is_stopped():
    problem = LeastSquares(seed=1)
    for iterations in range(1, 40):
        found = minimum(problem, (-0.2, 0.3), iterations, preconditioner=np.full(30, 1e-3))
        assert found.x.min() >= -0.2
        assert found.x.max() <= 0.3
        value = 0.5 * np.sum((problem.F @ found.x - problem.d) ** 2) - 0.5 * np.sum(problem.d**2)
        assert value <= 1e-12 * np.sum(problem.d**2)
        npt.assert_allclose(found.change, value, atol=1e-9 * np.sum(problem.d**2))


def test_what_is_told_on_the_way_is_true():
    problem = LeastSquares(seed=2)

    def watch(now):
        npt.assert_allclose(now.residual, problem.F @ now.x - problem.d, atol=1e-9 * abs(problem.d).max())
        gradient = problem.F.T @ (problem.F @ now.x - problem.d)
        npt.assert_allclose(now.gradient, gradient, atol=1e-9 * abs(problem.start.gradient).max())
        assert now.x.min() >= 0.0
        return False

    minimum(problem, (0.0, np.inf), 300, watch)


def test_the_watch_ends_it():
    problem = LeastSquares()
    found = minimum(problem, (-np.inf, np.inf), 200, lambda now: now.applications >= 3)
    assert found.applications == 3


def test_at_the_minimum_nothing_is_applied():
    class Refusing(LeastSquares):
        def image(self, x):
            raise AssertionError("the Hessian is not needed")

    problem = Refusing()
    problem.start = Iterate(np.zeros(2), np.zeros(3), np.array([1.0, 2.0]))
    held = minimum(problem, (0.0, np.inf), 5, preconditioner=np.ones(2))
    npt.assert_array_equal(held.x, [0.0, 0.0])


def test_a_direction_without_curvature_is_followed_to_its_bound():
    class Flat(LeastSquares):
        def image(self, x):
            return np.zeros(1)

        def hessian(self, x, image):
            return 0.0 * x

    problem = Flat()
    problem.start = Iterate(np.zeros(1), np.zeros(1), np.array([-1.0]))
    npt.assert_array_equal(minimum(problem, (0.0, 0.5), 5, preconditioner=np.ones(1)).x, [0.5])
