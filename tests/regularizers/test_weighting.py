"""Weights against depth: streamed sums against an array over cells and stations; vectors; refusals."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

import geoinv
from geoinv.operators import Magnetics
from geoinv.regularizers.weighting import depth_weighting, distance_weighting

FIELD = geoinv.MainField(65.0, 25.0, 50000.0)


def some_grid():
    active = np.random.default_rng(0).random((4, 3, 5)) > 0.2
    return geoinv.Grid([0, 10, 20, 35, 60, 70], [0, 10, 20, 30], [-60, -40, -20, -10, 0], active)


def some_survey():
    random = np.random.default_rng(1)
    return geoinv.Survey(*random.uniform(0.0, 60.0, (2, 30)), random.uniform(1.0, 30.0, 30), field=FIELD)


@pytest.mark.parametrize("exponent", [2.0, 3.0, 3.5])
def test_distance_weights_are_sums_over_all_stations(exponent):
    grid, survey = some_grid(), some_survey()
    cells = [np.broadcast_to(centre, grid.shape)[..., None] for centre in grid.centres]
    stations = (survey.easting, survey.northing, survey.upward)
    distances = np.sqrt(sum((c - s) ** 2 for c, s in zip(cells, stations, strict=True)))
    expected = ((distances + 2.5) ** (-2.0 * exponent)).sum(axis=-1) ** 0.25
    expected = np.where(grid.active, expected / expected[grid.active].max(), 0.0)
    npt.assert_allclose(distance_weighting(grid, survey, exponent), expected, rtol=1e-10)


def test_the_components_of_a_vector_are_weighted_alike():
    A = Magnetics(some_grid(), some_survey(), unknown="magnetization")
    phi = geoinv.Smooth().bind(A)
    z = np.random.default_rng(2).standard_normal(A.domain_shape)
    turned = np.einsum("ij,j...->i...", np.linalg.qr(np.random.default_rng(3).standard_normal((3, 3)))[0], z)
    npt.assert_allclose(phi.value(turned), phi.value(z), rtol=1e-12)


@pytest.mark.parametrize("surface", [np.zeros(4), np.zeros((3, 4)), np.zeros((4, 3, 5))])
def test_a_surface_of_another_shape_is_refused(surface):
    with pytest.raises(geoinv.InputError, match="expects the surface as one height or of shape"):
        depth_weighting(some_grid(), surface)


def test_a_surface_may_be_given_above_each_column():
    grid = some_grid().with_active(np.ones((4, 3, 5), bool))
    npt.assert_array_equal(depth_weighting(grid, np.full((3, 5), 7.0)), depth_weighting(grid, 7.0))
    w = depth_weighting(grid, 7.0 + np.arange(15.0).reshape(3, 5))
    expected = ((21.0 - grid.upward + 5.0) / (7.0 - grid.upward + 5.0)) ** -1.5
    npt.assert_allclose(w[:, 2, 4] / w[:, 0, 0], expected)
