"""Smooth: its gradient, Hessian, weights and refusals."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

import geoinv
from geoinv.algebra.matrices import Identity
from geoinv.operators import Magnetics
from geoinv.regularizers.weighting import depth_weighting, distance_weighting, sensitivity_weighting

FIELD = geoinv.MainField(65.0, 25.0, 50000.0)


def operator(active=None, **arguments):
    grid = geoinv.Grid([0, 10, 20, 35, 60], [0, 10, 20, 30], [-40, -20, -10, 0])
    if active is not None:
        grid = grid.with_active(active)
    survey = geoinv.Survey([5.0, 22.0, 31.0], [4.0, 18.0, 25.0], [3.0, 5.0, 4.0], field=FIELD)
    return Magnetics(grid, survey, **arguments)


def some_active():
    return np.random.default_rng(5).random((3, 3, 4)) > 0.25


@pytest.mark.parametrize("weighting", [None, "sensitivity", "distance", "depth"])
@pytest.mark.parametrize("unknown", ["susceptibility", "magnetization"])
def test_gradient_is_the_difference_quotient_of_the_value(weighting, unknown):
    A = operator(some_active(), unknown=unknown)
    random = np.random.default_rng(0)
    phi = geoinv.Smooth(smallness=0.3, smoothness=(1.0, 2.0, 0.5), reference=0.1, weighting=weighting).bind(A)
    z, v = random.standard_normal((2, *A.domain_shape))
    slope = (phi.value(z + 1e-4 * v) - phi.value(z - 1e-4 * v)) / 2e-4
    npt.assert_allclose(np.vdot(phi.gradient(z), v), slope, rtol=1e-8)


def hessian(phi, shape):
    size = int(np.prod(shape))
    return np.stack([phi.curvature(np.zeros(shape), unit.reshape(shape)).ravel() for unit in np.eye(size)])


def test_curvature_is_symmetric_positive_semidefinite_and_its_diagonal_is_what_it_says():
    A = operator(some_active())
    phi = geoinv.Smooth().bind(A)
    H = hessian(phi, A.domain_shape)
    npt.assert_allclose(H, H.T, atol=1e-13 * abs(H).max())
    assert np.linalg.eigvalsh(H).min() > -1e-12 * abs(H).max()
    npt.assert_allclose(phi.curvature_diagonal(np.zeros(A.domain_shape)).ravel(), np.diag(H), rtol=1e-13)


def test_inactive_cells_do_not_count():
    active = some_active()
    A = operator(active)
    phi = geoinv.Smooth().bind(A)
    z = np.random.default_rng(1).standard_normal(A.domain_shape)
    changed = np.where(active, z, z + 100.0)
    assert phi.value(z) == phi.value(changed)
    assert (phi.gradient(changed)[~active] == 0).all()


def test_roughness_of_a_ramp_does_not_depend_on_how_cells_are_split():
    def roughness(edges):
        grid = geoinv.Grid(edges, [0.0, 10.0], [-10.0, 0.0])
        survey = geoinv.Survey([5.0], [5.0], [9.0], field=FIELD)
        phi = geoinv.Smooth(smallness=0.0, weighting=None).bind(Magnetics(grid, survey))
        smallest = np.diff(edges).min()
        return phi.value(grid.easting * np.ones(grid.shape)) / smallest**2

    # integral of slope^2 over the volume between the outermost centres
    npt.assert_allclose(roughness(np.arange(0.0, 101.0, 10.0)), 0.5 * 100.0 * 90.0)
    npt.assert_allclose(roughness(np.array([0.0, 10.0, 20.0, 30.0, 50.0, 80.0, 100.0])), 0.5 * 100.0 * 85.0)


def test_the_reference_is_where_the_regularizer_vanishes():
    A = operator()
    reference = np.random.default_rng(2).random(A.domain_shape)
    phi = geoinv.Smooth(reference=reference).bind(A)
    assert phi.value(reference) == 0.0
    assert phi.value(reference + 1.0) > 0.0


def test_without_a_grid_it_works_on_arrays_of_any_rank():
    phi = geoinv.Smooth(smallness=1.0, smoothness=2.0, weighting=None).bind(Identity((4, 5)))
    z = np.random.default_rng(3).standard_normal((4, 5))
    expected = 0.5 * (z**2).sum() + sum((np.diff(z, axis=a) ** 2).sum() for a in (0, 1))
    npt.assert_allclose(phi.value(z), expected)


def test_depth_weighting_returns_w_whose_square_decays_as_the_cube_of_depth():
    A = operator()
    w = depth_weighting(A.grid, 0.0, offset=0.0)
    depth = -A.grid.upward
    npt.assert_allclose((w[:, 0, 0] / w[-1, 0, 0]) ** 2, (depth / depth[-1]) ** -3)


def test_distance_weighting_returns_w_whose_square_is_one_stations_field():
    grid = geoinv.Grid.regular((4, 1, 1), (10, 10, 10), (-40, -5, -5))
    survey = geoinv.Survey([0.0], [0.0], [0.0], field=FIELD)
    w = distance_weighting(grid, survey, offset=0.0)
    npt.assert_allclose((w[:, 0, 0] / w[-1, 0, 0]) ** 2, (np.array([35.0, 25.0, 15.0, 5.0]) / 5.0) ** -3)


def test_sensitivity_weighting_returns_w_whose_square_is_the_response_of_a_unit_volume():
    A = operator()
    w = sensitivity_weighting(A.gram_diagonal(), A.grid.volumes, A.grid.active)
    response = np.linalg.norm(A.to_dense(), axis=0).reshape(A.domain_shape) / A.grid.volumes
    npt.assert_allclose(w**2, np.maximum(response / response.max(), 1e-6), rtol=1e-10)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"reference": np.ones((2, 2))}, r"expects reference of shape \(3, 3, 4\)"),
        ({"reference": np.nan}, "expects finite reference"),
        ({"weighting": "gravity"}, "expects weighting to be one of sensitivity, distance, depth"),
        ({"weighting": np.zeros((3, 3, 4))}, "expects positive weighting"),
        ({"smallness": -1.0}, "smallness and smoothness of zero or more"),
        ({"smoothness": np.inf}, "smallness and smoothness of zero or more"),
    ],
)
def test_bad_arguments_are_refused_with_a_sentence(arguments, words):
    with pytest.raises(geoinv.InputError, match=words):
        geoinv.Smooth(**arguments).bind(operator())


@pytest.mark.parametrize("weighting", ["distance", "depth"])
def test_weighting_needs_an_operator_that_can_tell(weighting):
    with pytest.raises(geoinv.InputError, match="use weighting=None or give the weights"):
        geoinv.Smooth(weighting=weighting).bind(Identity((3,)))


def test_it_must_be_bound_first():
    with pytest.raises(geoinv.InputError, match="bound to an operator first"):
        geoinv.Smooth().value(np.zeros(3))
