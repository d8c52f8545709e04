"""Cells that are held at values of their own, in every regularizer that can."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

import geoinv
from geoinv.operators import Magnetics
from geoinv.regularizers.held import Held

FIELD = geoinv.MainField(65.0, 25.0, 50000.0)


def operator(unknown="susceptibility"):
    grid = geoinv.Grid([0, 10, 20, 35, 60], [0, 10, 20, 30], [-40, -20, -10, 0])
    grid = grid.with_active(np.arange(36).reshape(3, 3, 4) != 30)
    survey = geoinv.Survey([5.0, 22.0, 31.0], [4.0, 18.0, 25.0], [3.0, 5.0, 4.0], field=FIELD)
    return Magnetics(grid, survey, unknown=unknown)


def held():
    weights = np.zeros((3, 3, 4))
    weights[1, 1], weights[2, 1, 2], weights[2, 1, 3] = 4.0, 9.0, 2.0
    return Held(np.where(weights > 0.0, 0.3, np.nan), weights)


def made(kind, **arguments):
    return getattr(geoinv, kind)(reference=0.1, held=held(), **arguments).bind(operator())


@pytest.mark.parametrize("kind", ["Smooth", "Sparse", "TotalVariation"])
def test_gradient_and_curvature_are_those_of_the_value(kind):
    phi, random = made(kind), np.random.default_rng(0)
    z, v = random.standard_normal((2, 3, 3, 4))
    if kind != "Smooth":
        phi = phi.update(z, 1.0)
    slope = (phi.value(z + 1e-4 * v) - phi.value(z - 1e-4 * v)) / 2e-4
    npt.assert_allclose(np.vdot(phi.gradient(z), v), slope, rtol=1e-7)
    npt.assert_allclose(phi.gradient(z + v) - phi.gradient(z), phi.curvature(z, v), atol=1e-9)


def test_the_value_is_the_sum_that_it_says():
    A, z = operator(), np.random.default_rng(1).standard_normal((3, 3, 4))
    phi, plain = made("Smooth", smoothness=0.0, weighting=None, smallness=0.5), held()
    active = A.mesh.active
    free = active & ~plain.cells
    terms = 0.5 * 0.5 * (A.mesh.volumes * (z - 0.1) ** 2)[free].sum()
    terms += 0.5 * 0.5 * (plain.weights * A.mesh.volumes * (z - 0.3) ** 2)[active & plain.cells].sum()
    assert phi.value(z) == pytest.approx(terms)


def test_the_strength_is_that_of_the_larger_of_smallness_and_smoothness():
    weak, strong = (made("Smooth", smallness=0.01, smoothness=factor) for factor in (1.0, 7.0))
    cells = held().cells & operator().mesh.active
    npt.assert_allclose(strong.bound.cell_weights[cells], 7.0 * weak.bound.cell_weights[cells])
    npt.assert_allclose(strong.cell_weights, weak.cell_weights)


@pytest.mark.parametrize("kind", ["Sparse", "TotalVariation"])
def test_norms_do_not_reweight_held_cells(kind):
    phi = made(kind, p_small=0.0)
    after = phi.update(np.random.default_rng(1).standard_normal((3, 3, 4)), 1.0)
    same = after.bound.cell_weights == phi.bound.cell_weights
    assert same[held().cells].all()
    # where the amplitude is the largest, all norms count alike
    assert same[~held().cells & operator().mesh.active].sum() <= 1


def test_the_covariance_of_a_random_gradient_is_the_curvature():
    phi, random = made("Smooth"), np.random.default_rng(3)
    draws = np.stack([phi.random_gradient(random, (3, 3, 4)).ravel() for _ in range(4000)])
    expected = phi.curvature_diagonal(np.zeros((3, 3, 4))).ravel()
    npt.assert_allclose(draws.var(axis=0), expected, rtol=0.15, atol=1e-12)


@pytest.mark.parametrize(
    ("values", "weights", "sentence"),
    [
        (np.zeros((3, 3)), np.ones((3, 3)), r"weights of held cells of shape \(3, 3, 4\)"),
        (
            np.full((3, 3, 4), np.nan),
            np.ones((3, 3, 4)),
            r"finite values and weights of zero or more.*got nan with weight 1",
        ),
        (np.zeros((3, 3, 4)), np.full((3, 3, 4), -1.0), r"got 0 with weight -1 \(35 of 36 cells\)"),
    ],
)
def test_what_does_not_fit_is_rejected(values, weights, sentence):
    with pytest.raises(geoinv.InputError, match=sentence):
        geoinv.Smooth(held=Held(values, weights)).bind(operator())


def test_vectors_are_not_held():
    with pytest.raises(geoinv.InputError, match=r"Smooth expects models of one number a cell where cells are held"):
        geoinv.Smooth(held=held()).bind(operator("magnetization"))
