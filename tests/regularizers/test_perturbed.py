"""A perturbed prior is the sum of squares with the drawn numbers in it."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from makers import padded_grid

import geoinv
from geoinv.algebra.matrices import Identity
from geoinv.regularizers.perturbed import Curvature, Perturbed


def test_it_is_the_sum_of_squares_about_what_was_drawn():
    phi = geoinv.Smooth(reference=0.3, smallness=2.0, smoothness=0.5, weighting=None).bind(Identity((3,)))
    roots = np.array([[2.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 2.0], [-1.0, 1.0, 0.0], [0.0, -1.0, 1.0]])
    roots *= np.sqrt(0.5)
    drawn = np.random.default_rng(0).standard_normal(5)
    perturbed = Perturbed(phi, roots.T @ drawn)

    def squares(z):
        return 0.5 * np.sum((roots @ (z - 0.3) - drawn) ** 2)

    first, second = np.random.default_rng(1).standard_normal((2, 3))
    npt.assert_allclose(perturbed.value(first) - perturbed.value(second), squares(first) - squares(second), rtol=1e-12)
    npt.assert_allclose(perturbed.gradient(first), roots.T @ (roots @ (first - 0.3) - drawn), rtol=1e-12)
    npt.assert_array_equal(perturbed.curvature(first, second), phi.curvature(first, second))


def test_what_a_regularizer_tells_besides_is_told_and_nothing_else():
    phi = geoinv.Smooth(weighting=None).bind(Identity((3,)))
    for other in (Perturbed(phi, np.ones(3)), Curvature(phi, np.zeros(3))):
        npt.assert_array_equal(other.curvature_floor(), phi.curvature_floor())
        npt.assert_array_equal(other.curvature_diagonal(np.zeros(3)), phi.curvature_diagonal(np.zeros(3)))
        assert not hasattr(other, "prox")


def test_the_curvature_alone_does_not_know_of_the_reference():
    phi = geoinv.Smooth(reference=5.0, weighting=None).bind(Identity((3,)))
    alone, v = Curvature(phi, np.ones(3)), np.array([1.0, 0.0, -2.0])
    assert alone.value(np.zeros(3)) == 0.0
    npt.assert_array_equal(alone.gradient(v), phi.curvature(v, v))
    assert alone.value(v) == pytest.approx(0.5 * v @ phi.curvature(v, v))


def aligned(mesh):
    survey = geoinv.Survey([5.0], [5.0], [20.0], field=geoinv.MainField(90.0, 0.0, 50000.0))
    A = geoinv.operators.Magnetics(mesh, survey, unknown="magnetization", engine="dense")
    phi = geoinv.Sparse(weighting=None) + 3.0 * geoinv.Aligned(weighting=None)
    return phi.bind(A).update(np.random.default_rng(0).standard_normal(A.domain_shape), 1.0), A.domain_shape


def test_random_gradients_have_the_curvature_as_their_covariance():
    phi, shape = aligned(geoinv.Grid.regular((2, 2, 2), (10.0, 10.0, 10.0)))
    size, number = int(np.prod(shape)), 3000
    random = np.random.default_rng(0)
    draws = np.array([phi.random_gradient(random, shape).ravel() for _ in range(number)])
    matrix = np.array([phi.curvature(u, u).ravel() for u in np.eye(size).reshape(-1, *shape)])
    whitened = np.linalg.solve(np.linalg.cholesky(matrix), draws.T)
    npt.assert_allclose(whitened @ whitened.T / number, np.eye(size), rtol=0, atol=5.0 / np.sqrt(number))


def test_a_sum_has_none_where_a_term_has_none():
    class Plain:
        def bind(self, operator):
            return self

        def value(self, z):
            return 0.0

        def gradient(self, z):
            return 0.0 * z

        def curvature(self, z, v):
            return 0.0 * v

    phi = geoinv.Smooth(weighting=None).bind(Identity((3,)))
    assert hasattr(phi + phi, "random_gradient")
    assert not hasattr(phi + Plain(), "random_gradient")


def test_random_gradients_of_a_padded_mesh_vanish_in_air():
    mesh = padded_grid()
    active = np.ones(mesh.shape, bool)
    active[-1] = False
    mesh = mesh.with_active(active)
    operator = Identity(mesh.shape)
    operator.mesh = mesh
    phi = geoinv.Smooth(weighting=None).bind(operator)
    drawn = phi.random_gradient(np.random.default_rng(0), mesh.shape)
    assert not drawn[-1].any()
    assert drawn[:-1].all()
