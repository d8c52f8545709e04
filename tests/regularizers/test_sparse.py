"""Sparse: its weights against the derivative of the norms they stand for, what it finds, its refusals."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

import geoinv
from geoinv.algebra.matrices import Identity, MatrixOperator
from geoinv.operators import Magnetics
from geoinv.regularizers.base import Reweighted
from geoinv.regularizers.sparse import THRESHOLD

FIELD = geoinv.MainField(65.0, 25.0, 50000.0)
Z = np.random.default_rng(0).standard_normal((4, 5))


def settled(phi, z):
    """Regularizer with its weights at a model, epsilon at its lowest."""
    while not phi.settled:
        phi = phi.update(z, 1.0)
    return phi


def penalty(t, p, s):
    """Integral of ``t ((t^2 + e^2) / (s^2 + e^2))^(p/2 - 1)`` from 0."""
    e2, scale = (THRESHOLD * s) ** 2, (s**2 + (THRESHOLD * s) ** 2) ** (1.0 - p / 2.0)
    if p == 0.0:
        return scale * 0.5 * np.log((t**2 + e2) / e2)
    return scale * ((t**2 + e2) ** (p / 2.0) - e2 ** (p / 2.0)) / p


def norm_of(z, p_small, p_smooth, smoothness, s):
    faces = (penalty(np.diff(z, axis=axis), p, s).sum() for axis, p in enumerate(p_smooth))
    return penalty(z, p_small, s).sum() + smoothness * sum(faces)


@pytest.mark.parametrize(("p_small", "p_smooth"), [(0.0, (0.0, 0.0)), (0.0, (1.0, 2.0)), (1.3, (0.5, 1.0))])
def test_its_gradient_is_that_of_the_norms_where_its_weights_were_taken(p_small, p_smooth):
    phi = geoinv.Sparse(smoothness=3.0, weighting=None, p_small=p_small, p_smooth=p_smooth).bind(Identity(Z.shape))
    phi = settled(phi, Z)
    v, step, s = np.random.default_rng(1).standard_normal(Z.shape), 1e-5, abs(Z).max()
    ahead, behind = (norm_of(Z + side * step * v, p_small, p_smooth, 3.0, s) for side in (1.0, -1.0))
    npt.assert_allclose(np.vdot(phi.gradient(Z), v), (ahead - behind) / (2.0 * step), rtol=1e-7)


def test_it_begins_as_smooth_does_and_stays_so_where_all_norms_are_2():
    phi = geoinv.Sparse(smoothness=3.0, weighting=None, reference=0.5).bind(Identity(Z.shape))
    smooth = geoinv.Smooth(smoothness=3.0, weighting=None, reference=0.5).bind(Identity(Z.shape))
    npt.assert_array_equal(phi.gradient(Z), smooth.gradient(Z))
    squares = geoinv.Sparse(smoothness=3.0, weighting=None, reference=0.5, p_small=2.0, p_smooth=2.0)
    assert squares.bind(Identity(Z.shape)).settled
    assert not phi.settled
    assert isinstance(phi, Reweighted)


def test_all_norms_count_alike_at_the_largest_amplitude():
    z = np.array([0.0, 0.0, 2.0, 0.0, 0.0])
    penalties = []
    for p in (0.0, 0.7, 2.0):
        phi = geoinv.Sparse(smoothness=0.0, weighting=None, p_small=p).bind(Identity(z.shape))
        penalties.append((phi if p == 2.0 else settled(phi, z)).value(z))
    npt.assert_allclose(penalties, penalties[-1])


def test_its_curvature_is_symmetric_positive_and_its_diagonal_and_floor_are_what_they_say():
    grid = geoinv.Grid([0, 10, 20, 35, 60], [0, 10, 20, 30], [-40, -20, -10, 0])
    grid = grid.with_active(np.random.default_rng(5).random((3, 3, 4)) > 0.25)
    survey = geoinv.Survey([5.0, 22.0, 31.0], [4.0, 18.0, 25.0], [3.0, 5.0, 4.0], field=FIELD)
    A = Magnetics(grid, survey, unknown="magnetization")
    z = np.random.default_rng(2).standard_normal(A.domain_shape)
    phi = settled(geoinv.Sparse().bind(A), z)
    units = np.eye(z.size).reshape(-1, *z.shape)
    H = np.stack([phi.curvature(z, unit).ravel() for unit in units])
    npt.assert_allclose(H, H.T, atol=1e-13 * abs(H).max())
    npt.assert_allclose(phi.curvature_diagonal(z).ravel(), np.diag(H), rtol=1e-12)
    floor = np.broadcast_to(phi.curvature_floor(), z.shape).ravel()
    assert np.linalg.eigvalsh(H - np.diag(floor)).min() > -1e-12 * abs(H).max()
    assert (phi.curvature_diagonal(z)[:, ~grid.active] == 0.0).all()


def test_vectors_are_reweighted_by_their_amplitude_whatever_the_axes():
    grid = geoinv.Grid.regular((3, 4, 5), (10, 10, 10))
    survey = geoinv.Survey([5.0, 22.0], [4.0, 18.0], [33.0, 35.0], field=FIELD)
    A = Magnetics(grid, survey, unknown="magnetization")
    z = np.random.default_rng(3).standard_normal(A.domain_shape)
    turn = np.linalg.qr(np.random.default_rng(4).standard_normal((3, 3)))[0]
    turned = np.einsum("ij,j...->i...", turn, z)
    one, other = (settled(geoinv.Sparse().bind(A), model) for model in (z, turned))
    npt.assert_allclose(other.value(turned), one.value(z), rtol=1e-12)
    npt.assert_allclose(other.gradient(turned), np.einsum("ij,j...->i...", turn, one.gradient(z)), rtol=1e-9)


def test_a_model_at_its_reference_has_no_weights_to_give():
    phi = geoinv.Sparse(weighting=None, reference=2.0).bind(Identity((3,)))
    assert phi.update(np.full(3, 2.0), 1.0) is phi


def test_few_spikes_are_found_where_smooth_finds_none():
    random = np.random.default_rng(6)
    A = MatrixOperator(random.standard_normal((40, 100)))
    truth = np.zeros(100)
    truth[[7, 30, 31, 77]] = [2.0, 3.0, 3.0, -4.0]
    data = A(truth) + 0.1 * random.standard_normal(40)
    arguments = {"smoothness": 0.0, "weighting": None}
    smooth = geoinv.invert(A, data, 0.1, geoinv.Smooth(**arguments))
    sparse = geoinv.invert(A, data, 0.1, geoinv.Sparse(**arguments))
    assert sparse.reached
    assert 0.98 <= sparse.chi2_per_datum <= 1.01
    errors = [float(np.sum((solution.model - truth) ** 2) / np.sum(truth**2)) for solution in (smooth, sparse)]
    assert errors[0] > 0.3
    assert errors[1] < 0.01


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"p_small": 2.1}, "between 0 and 2, got 2.1 as p_small"),
        ({"p_small": 2.0 + 1e-9}, "between 0 and 2, got 2.000000001"),
        ({"p_small": -0.5}, "between 0 and 2, got -0.5"),
        ({"p_smooth": (1.0, 1.0, 3.0)}, "between 0 and 2, got 3.0 as p_smooth"),
        ({"p_smooth": np.nan}, "between 0 and 2, got nan"),
        ({"p_smooth": [[1.0, 1.0, 1.0]]}, r"one number as p_smooth, or one for each axis"),
        ({"p_small": (1.0, 1.0)}, "expects one number as p_small, got"),
        ({"p_small": "1"}, "expects p_small to be real numbers"),
    ],
)
def test_norms_that_are_none_are_rejected_when_they_are_given(arguments, words):
    with pytest.raises(geoinv.InputError, match=words):
        geoinv.Sparse(**arguments)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"p_smooth": (1.0, 1.0)}, r"expects one p_smooth or 3"),
        ({"smallness": -1.0}, "Sparse expects smallness and smoothness of zero or more"),
    ],
)
def test_what_does_not_fit_the_mesh_is_rejected_when_bound(arguments, words):
    grid = geoinv.Grid.regular((3, 4, 5), (10, 10, 10))
    A = Magnetics(grid, geoinv.Survey([5.0], [4.0], [33.0], field=FIELD))
    with pytest.raises(geoinv.InputError, match=words):
        geoinv.Sparse(**arguments).bind(A)


def test_norms_are_its_own_whatever_becomes_of_the_array_they_came_in():
    powers = np.array([0.0, 1.0, 2.0])
    phi = geoinv.Sparse(p_smooth=powers)
    powers[:] = 5.0
    assert phi.p_smooth == (0.0, 1.0, 2.0)
