"""Histories of rocks: what is younger cuts what is older, and movements displace it."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

from geoinv.datasets.geology.events import Body, Movement, composed, inside_share, slab_share


def line(easting) -> np.ndarray:
    """Points along easting."""
    points = np.zeros((3, 1, 1, len(easting)))
    points[0, 0, 0] = easting
    return points


def between(low: float, high: float, susceptibility: float) -> Body:
    return Body(lambda points: ((points[0] > low) & (points[0] < high)).astype(float), susceptibility)


def eastward(distance: float) -> Movement:
    return Movement(lambda points: points - np.array([distance, 0.0, 0.0]).reshape(3, 1, 1, 1))


POINTS = line(np.arange(0.5, 8.0))


def test_a_younger_body_takes_the_place_of_an_older_one():
    model, remanent = composed([between(0, 4, 1.0), between(3, 6, 2.0)], POINTS)
    assert model.ravel().tolist() == [1, 1, 1, 2, 2, 2, 0, 0]
    assert not remanent.any()


def test_a_movement_displaces_what_is_older_alone():
    model, _ = composed([between(0, 1, 1.0), eastward(2.0), between(5, 6, 2.0), eastward(1.0)], POINTS)
    assert model.ravel().tolist() == [0, 0, 0, 1, 0, 0, 2, 0]


def test_a_body_without_susceptibility_leaves_a_hole():
    model, _ = composed([between(0, 8, 1.0), between(2, 4, 0.0)], POINTS)
    assert model.ravel().tolist() == [1, 1, 0, 0, 1, 1, 1, 1]


def test_a_cell_that_is_half_one_rock_and_half_another_has_their_mean():
    half = Body(lambda points: np.full(points.shape[1:], 0.5), 3.0)
    model, _ = composed([between(0, 8, 1.0), half], POINTS)
    npt.assert_allclose(model, 2.0)


def test_remanence_is_in_proportion_to_the_susceptibility_where_the_body_is():
    body = between(1, 3, 0.5)
    model, remanent = composed([Body(body.share, 0.5, np.array([0.0, 4.0, -2.0]))], POINTS)
    npt.assert_array_equal(remanent, np.array([0.0, 4.0, -2.0]).reshape(3, 1, 1, 1) * model)


@pytest.mark.parametrize("thickness", [0.2, 1.0, 2.6])
def test_shares_of_a_slab_are_those_of_many_small_parts_of_the_cells(thickness):
    cell, parts = 1.0, 2000
    centres = np.linspace(-3.0, 3.0, 41)
    inside = np.abs(centres[:, None] + cell * ((np.arange(parts) + 0.5) / parts - 0.5)) < 0.5 * thickness
    npt.assert_allclose(slab_share(centres, thickness, cell), inside.mean(axis=1), atol=1.0 / parts)


def test_the_share_inside_a_surface_is_that_of_a_very_thick_slab():
    distance = np.linspace(-2.0, 2.0, 33)
    npt.assert_allclose(inside_share(distance, 1.5), slab_share(distance + 50.0, 100.0, 1.5), atol=1e-12)
