"""Differences between neighbouring cells, and the systems of them, beside dense matrices."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

from geoinv.algebra.matrices import MatrixOperator
from geoinv.classical import gradients
from geoinv.classical.gradients import gradient, gradient_transposed, lengths, systems
from geoinv.operators import Blur

SHAPES = [(7,), (1,), (4, 5), (2, 3, 4)]


def dense_gradient(shape):
    """Matrix of the forward differences, from np.diff."""
    units = np.eye(int(np.prod(shape))).reshape(-1, *shape)
    slopes = [np.diff(units, axis=axis, append=np.take(units, [-1], axis)) for axis in range(1, units.ndim)]
    return np.stack(slopes, axis=1).reshape(len(units), -1).T


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_gradient_and_transpose_are_those_of_the_matrix_of_differences(shape):
    random, G = np.random.default_rng(0), dense_gradient(shape)
    x, field = random.standard_normal((3, *shape)), random.standard_normal((3, len(shape), *shape))
    npt.assert_allclose(gradient(x).reshape(3, -1), x.reshape(3, -1) @ G.T, atol=1e-14)
    npt.assert_allclose(gradient_transposed(field).reshape(3, -1), field.reshape(3, -1) @ G, atol=1e-14)


def test_lengths_are_those_of_vectors_cell_by_cell():
    field = np.array([[[3.0, 0.0], [4.0, -2.0]]])
    npt.assert_allclose(lengths(field), [5.0 + 2.0])


def solved(A, solver, shape):
    random = np.random.default_rng(1)
    right, rho = random.standard_normal((3, *shape)), np.array([0.05, 1.0, 40.0])
    found = solver.solve(right, rho, np.zeros_like(right), np.full(3, 1e-10))
    D, G = A.to_dense(), dense_gradient(shape)
    for x, b, r in zip(found.reshape(3, -1), right.reshape(3, -1), rho, strict=True):
        npt.assert_allclose((D.T @ D + r * G.T @ G) @ x, b, atol=1e-7)


@pytest.mark.parametrize("cells", [1024, 0], ids=["factored", "iterated"])
def test_systems_are_solved_for_every_rho(cells, monkeypatch):
    monkeypatch.setattr(gradients, "_CELLS", cells)
    A = Blur((4, 5), 0.7, boundary="reflective")
    solved(A, systems(A, 1.0), (4, 5))


def test_an_operator_that_sees_no_constant_is_iterated():
    A = MatrixOperator(np.diff(np.eye(6), axis=0))
    assert isinstance(systems(A, 4.0), gradients._Iterated)
