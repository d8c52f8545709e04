"""Stacked and block-diagonal operators against their dense matrices."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

import geoinv
from geoinv.algebra.blocks import BlockDiagonal, Stack
from geoinv.algebra.matrices import MatrixOperator
from geoinv.core.checks import InputError
from geoinv.operators import Gravity, Magnetics

RANDOM = np.random.default_rng(0)
FIRST, SECOND = RANDOM.standard_normal((3, 4)), RANDOM.standard_normal((5, 4))
STATIONS = [5.0, 22.0, 31.0], [4.0, 18.0, 25.0]


def physics():
    mesh = geoinv.Grid([0, 10, 20, 35], [0, 10, 20], [-40, -20, 0])
    field = geoinv.MainField(65.0, 25.0, 50000.0)
    low, high = (geoinv.Survey(*STATIONS, [height] * 3, field=field) for height in (3.0, 30.0))
    gravity = geoinv.Survey(*STATIONS, [1.0] * 3, components=("gz", "guu"))
    return Magnetics(mesh, low), Magnetics(mesh, high), Gravity(mesh, gravity)


def test_a_stack_is_the_matrix_of_all_rows():
    A = Stack([MatrixOperator(FIRST), MatrixOperator(SECOND)])
    npt.assert_allclose(A.to_dense(), np.vstack([FIRST, SECOND]))
    npt.assert_allclose(A.T.to_dense(), np.vstack([FIRST, SECOND]).T)
    assert A.dot_test() < 1e-14


def test_a_block_diagonal_has_a_block_for_each_model():
    A = BlockDiagonal([MatrixOperator(FIRST), MatrixOperator(SECOND)])
    expected = np.block([[FIRST, np.zeros((3, 4))], [np.zeros((5, 4)), SECOND]])
    npt.assert_allclose(A.to_dense(), expected)
    npt.assert_allclose(A.T.to_dense(), expected.T)
    assert A.dot_test() < 1e-14


def test_blocks_of_physics_have_exact_adjoints_and_keep_the_places_of_the_data():
    low, high, gravity = physics()
    A = BlockDiagonal([Stack([low, high]), gravity])
    assert (A.domain_shape, A.range_shape) == ((2, 2, 2, 3), (12,))
    assert A.dot_test() < 1e-12
    model = RANDOM.standard_normal(A.domain_shape)
    npt.assert_allclose(A(model)[3:6], high(model[0])[0])
    npt.assert_allclose(A(model)[A.slices[1]].reshape(2, 3), gravity(model[1]))


def test_a_stack_keeps_what_its_operators_agree_in_and_adds_their_sensitivities():
    low, high, gravity = physics()
    A = Stack([low, high])
    assert (A.mesh, A.unknown, A.decay_exponent) == (low.mesh, "susceptibility", 3)
    weights = RANDOM.random(6) + 0.5
    expected = np.sum((weights[:, None] * A.to_dense()) ** 2, axis=0)
    npt.assert_allclose(A.gram_diagonal(weights).ravel(), expected, rtol=1e-10)
    mixed = Stack([low, gravity])
    assert mixed.mesh is low.mesh
    assert not hasattr(mixed, "unknown")
    assert not hasattr(mixed, "decay_exponent")


def test_operators_of_other_domains_are_refused():
    with pytest.raises(InputError, match="operators of one domain, got MatrixOperator of"):
        Stack([MatrixOperator(FIRST), MatrixOperator(FIRST.T)])
    with pytest.raises(InputError, match="at least one operator"):
        BlockDiagonal([])
