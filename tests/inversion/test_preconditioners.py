"""Approximate inverses beside those of dense matrices."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt

from geoinv.inversion.bounded_quadratic import Iterate, minimise_quadratic
from geoinv.inversion.preconditioners import COMMON, REMEMBERED, CellBlocks, Diagonal, Memory, Remembering


def blocks(properties=3, cells=20):
    roots = np.random.default_rng(0).standard_normal((cells, properties, properties))
    return np.moveaxis(roots @ np.swapaxes(roots, 1, 2) + 0.1 * np.eye(properties), 0, -1)


def damped(cell):
    return cell * np.where(np.eye(len(cell), dtype=bool), 1.0, COMMON)


def test_blocks_solve_the_equations_of_the_free_values_of_each_cell():
    given = blocks()
    random = np.random.default_rng(1)
    gradient = random.standard_normal((3, 20))
    free = random.uniform(size=(3, 20)) > 0.3
    found = CellBlocks(given)(gradient, free)
    for cell in range(20):
        own = np.flatnonzero(free[:, cell])
        expected = np.zeros(3)
        expected[own] = np.linalg.solve(damped(given[..., cell])[np.ix_(own, own)], gradient[own, cell])
        npt.assert_allclose(found[:, cell], expected, rtol=1e-9, atol=1e-12)
    npt.assert_allclose(CellBlocks(given).plain(gradient, free), free * gradient / given[[0, 1, 2], [0, 1, 2]])


def test_remembered_steps_are_undone_exactly_and_the_inverse_stays_symmetric():
    random = np.random.default_rng(2)
    root = random.standard_normal((30, 30))
    H = root @ root.T + np.eye(30)
    inverse = Remembering(Diagonal(1.0 / np.diag(H)), Memory())
    for step in random.standard_normal((3 * REMEMBERED, 30)):
        inverse.learn(step, H @ step)
    free = np.ones(30, bool)
    step, curved, _ = inverse.memory.pairs[-1]
    npt.assert_allclose(inverse(curved, free), step, rtol=1e-10)
    assert len(inverse.memory.pairs) == REMEMBERED
    free[::3] = False
    whole = np.stack([inverse(unit, free) for unit in np.eye(30)])
    npt.assert_allclose(whole, whole.T, atol=1e-12)
    assert not whole[~free].any()
    assert np.linalg.eigvalsh(whole[np.ix_(free, free)]).min() > 0.0


class LeastSquares:
    """``1/2 |F x - d|^2``, with a few directions that are much steeper than the others."""

    def __init__(self, turn=0.0):
        random = np.random.default_rng(3)
        self.F = random.standard_normal((6, 60)) * 10.0
        self.F = np.vstack([self.F, np.eye(60) + turn * random.standard_normal((60, 60))])
        self.d = random.standard_normal(66)
        self.start = Iterate(np.zeros(60), -self.d, -self.F.T @ self.d)

    def image(self, x):
        return self.F @ x

    def hessian(self, x, image):
        return self.F.T @ image


def test_what_one_quadratic_taught_serves_for_the_next_one_like_it():
    limits = np.full(60, -np.inf), np.full(60, np.inf)
    inverse = Remembering(Diagonal(np.full(60, 1.0)), Memory())
    minimise_quadratic(LeastSquares(), LeastSquares().start, limits, inverse, lambda now: False, 8)
    following = LeastSquares(turn=0.02)
    lowest = minimise_quadratic(following, following.start, limits, np.ones(60), lambda now: False, 500).change
    taught, untaught = (
        minimise_quadratic(following, following.start, limits, of, lambda now: False, 4).change
        for of in (inverse, np.ones(60))
    )
    assert taught - lowest < 1e-4 * (untaught - lowest)


def test_within_bounds_the_minimum_is_that_of_a_diagonal():
    problem = LeastSquares(turn=0.1)
    limits = np.full(60, -0.02), np.full(60, 0.05)
    inverse = Remembering(CellBlocks(np.einsum("ipk,iqk->pqk", *2 * [problem.F.reshape(66, 2, 30)])), Memory())
    by_blocks = _Reshaped(problem)
    found = minimise_quadratic(
        by_blocks, by_blocks.start, tuple(of.reshape(2, 30) for of in limits), inverse, lambda now: False, 500
    )
    expected = minimise_quadratic(problem, problem.start, limits, np.ones(60), lambda now: False, 3000)
    npt.assert_allclose(found.x.ravel(), expected.x, atol=1e-7)


class _Reshaped:
    """The same of unknowns (2, 30)."""

    def __init__(self, problem):
        self.problem = problem
        self.start = Iterate(np.zeros((2, 30)), problem.start.residual, problem.start.gradient.reshape(2, 30))

    def image(self, x):
        return self.problem.image(x.ravel())

    def hessian(self, x, image):
        return self.problem.hessian(x.ravel(), image).reshape(2, 30)
