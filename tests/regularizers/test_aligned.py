"""Aligned: what it adds to the sparse norms, the directions that it takes, and what it rejects."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

import geoinv
from geoinv import InputError
from geoinv.operators import Magnetics

FIELD = geoinv.MainField(65.0, 25.0, 50000.0)
GRID = geoinv.Grid(np.array([0.0, 10.0, 20.0, 30.0, 50.0]), np.arange(0.0, 70.0, 10.0), np.arange(-30.0, 1.0, 10.0))
SURVEY = geoinv.Survey([20.0, 30.0], [20.0, 40.0], [10.0, 10.0], field=FIELD)
A = Magnetics(GRID, SURVEY, unknown="magnetization")
SETTINGS = {"weighting": None, "smoothness": 2.0}


def updated(phi, model, operator=A):
    bound = phi.bind(operator)
    while not bound.settled:
        bound = bound.update(model, 1.0)
    return bound


def test_its_gradient_and_diagonal_are_those_of_its_value():
    random = np.random.default_rng(0)
    model, v = random.standard_normal((2, *A.domain_shape))
    phi = updated(geoinv.Aligned(reference=0.2, **SETTINGS), model)
    ahead, behind = phi.value(model + 1e-3 * v), phi.value(model - 1e-3 * v)
    npt.assert_allclose(np.vdot(phi.gradient(model), v), (ahead - behind) / 2e-3, rtol=1e-7)
    diagonal = phi.curvature_diagonal(model)
    for place in ((0, 0, 0, 0), (1, 2, 3, 1), (2, 1, 5, 3)):
        one = np.zeros(A.domain_shape)
        one[place] = 1.0
        npt.assert_allclose(phi.curvature(model, one)[place], diagonal[place], rtol=1e-12)


def test_along_the_direction_of_all_rock_it_is_sparse_and_across_it_counts_more():
    along = np.multiply.outer([0.6, 0.0, 0.8], np.random.default_rng(1).uniform(0.5, 1.0, GRID.shape))
    across = np.multiply.outer([0.0, 1.0, 0.0], along[0])
    form = {"p_small": 0.0, "p_smooth": 1.0, **SETTINGS}
    phi, sparse = updated(geoinv.Aligned(alignment=9.0, **form), along), updated(geoinv.Sparse(**form), along)
    npt.assert_allclose(phi.gradient(along), sparse.gradient(along), rtol=0, atol=1e-9 * abs(along).max() * 1e3)
    squares = np.sum(sparse.bound.cell_weights * across**2)
    npt.assert_allclose(phi.value(across) - sparse.value(across), 0.5 * 9.0 * squares, rtol=1e-9)


def test_bodies_far_apart_have_directions_of_their_own():
    grid = geoinv.Grid.regular((1, 1, 40), (10.0, 10.0, 10.0))
    operator = Magnetics(grid, SURVEY, unknown="magnetization")
    east, up = np.eye(3)[0], np.eye(3)[2]
    model = np.zeros(operator.domain_shape)
    model[:, 0, 0, 5:8], model[:, 0, 0, 30:33] = east[:, None], up[:, None]
    phi = updated(geoinv.Aligned(smoothness=0.0, weighting=None), model, operator)
    swapped = model[..., ::-1]
    assert phi.value(model) < 0.05 * phi.value(swapped)


def test_what_it_does_not_take_is_rejected():
    with pytest.raises(InputError, match=r"vectors \(3, ...\) over a mesh, got \(3, 6, 4\) \(upward"):
        geoinv.Aligned().bind(Magnetics(GRID, SURVEY))
    with pytest.raises(InputError, match="alignment of zero or more, got -1"):
        geoinv.Aligned(alignment=-1.0).bind(A)
    with pytest.raises(InputError, match="span of zero or more, got inf"):
        geoinv.Aligned(span=np.inf).bind(A)
