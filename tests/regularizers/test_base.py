"""Sums and multiples of regularizers: their values, what they pass on, their refusals."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

import geoinv
from geoinv.algebra.matrices import Identity, MatrixOperator
from geoinv.regularizers.base import Regularizer

Z = np.random.default_rng(0).standard_normal((2, 4, 5))[0]
V = np.random.default_rng(1).standard_normal((2, 4, 5))[0]


class Plain:
    """A regularizer that has nothing but what is asked of each: half the sum of squares."""

    def bind(self, operator):
        return self

    def value(self, z):
        return 0.5 * float(np.vdot(z, z))

    def gradient(self, z):
        return z

    def curvature(self, z, v):
        return v


class Elsewhere(Plain):
    embedding = Identity((4, 5))


def small():
    return geoinv.Smooth(smoothness=0.0, weighting=None)


def flat():
    return geoinv.Smooth(smallness=0.0, weighting=None)


def test_a_sum_is_the_regularizer_with_both_terms():
    whole = geoinv.Smooth(smallness=1.5, smoothness=3.0, weighting=None).bind(Identity((4, 5)))
    parts = (1.5 * small() + flat() * 3.0).bind(Identity((4, 5)))
    npt.assert_allclose(parts.value(Z), whole.value(Z))
    npt.assert_allclose(parts.gradient(Z), whole.gradient(Z))
    npt.assert_allclose(parts.curvature(Z, V), whole.curvature(Z, V))
    npt.assert_allclose(parts.curvature_diagonal(Z), whole.curvature_diagonal(Z))
    npt.assert_allclose(np.broadcast_to(parts.curvature_floor(), Z.shape), whole.curvature_floor())
    assert parts.quadratic


def test_an_inversion_with_a_sum_is_that_with_the_whole():
    A = MatrixOperator(np.random.default_rng(2).standard_normal((8, 20)))
    data = A(np.arange(20.0)) + 0.1
    whole = geoinv.invert(A, data, 0.5, geoinv.Smooth(smallness=0.5, smoothness=2.0, weighting=None))
    parts = geoinv.invert(A, data, 0.5, 0.5 * small() + 2.0 * flat())
    npt.assert_allclose(parts.model, whole.model, atol=1e-3 * abs(whole.model).max())


def test_multiples_multiply_and_sums_lie_flat():
    phi = 2.0 * (3.0 * small() + flat()) + Plain()
    assert [factor for factor, _ in phi.terms] == [6.0, 2.0, 1.0]
    assert [factor for factor, _ in (Plain() + small()).terms] == [1.0, 1.0]
    assert isinstance(phi, Regularizer)


def test_a_list_of_regularizers_adds_up_by_sum():
    phi = sum([small(), 2.0 * flat(), Plain()])
    assert [factor for factor, _ in phi.terms] == [1.0, 2.0, 1.0]


def test_terms_that_tell_less_are_taken_with_what_they_tell():
    phi = (small() + Plain()).bind(Identity((4, 5)))
    assert not phi.quadratic
    assert not hasattr(phi, "curvature_diagonal")
    npt.assert_array_equal(phi.curvature_floor(), np.ones((4, 5)))
    npt.assert_allclose(phi.gradient(Z), 2.0 * Z)
    A = MatrixOperator(np.random.default_rng(3).standard_normal((8, 20)))
    alone = geoinv.invert(A, A(np.ones(20)), 1.0, small(), beta=4.0)
    both = geoinv.invert(A, A(np.ones(20)), 1.0, small() + Plain(), beta=2.0)
    npt.assert_allclose(both.model, alone.model, atol=1e-3)


def test_references_that_differ_leave_no_quadratic_that_vanishes_at_its_minimum():
    phi = (small() + geoinv.Smooth(reference=1.0, weighting=None)).bind(Identity((4, 5)))
    assert not phi.quadratic
    npt.assert_array_equal(phi.reference, np.zeros((4, 5)))


@pytest.mark.parametrize("factor", [0, -1.0, np.nan, np.inf])
def test_factors_that_are_not_above_zero_are_refused(factor):
    with pytest.raises(geoinv.InputError, match="expects a factor above zero"):
        factor * small()


def test_what_is_neither_a_number_nor_a_regularizer_does_not_combine():
    with pytest.raises(TypeError):
        small() + 1.0
    with pytest.raises(TypeError):
        "twice" * small()


def test_terms_with_embeddings_of_their_own_are_refused():
    with pytest.raises(geoinv.InputError, match="expects one embedding for all terms"):
        (small() + Elsewhere()).bind(Identity((4, 5)))
