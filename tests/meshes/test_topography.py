"""The ground between points and outside them."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from scipy.interpolate import LinearNDInterpolator
from scipy.spatial import Delaunay

from geoinv import InputError
from geoinv.meshes.topography import Topography


def plane(easting, northing):
    return 300.0 + 0.1 * (np.asarray(easting) - 5e5) - 0.2 * (np.asarray(northing) - 6.2e6)


def lattice(step: float = 50.0, count: int = 9) -> np.ndarray:
    easting, northing = np.meshgrid(5e5 + step * np.arange(count), 6.2e6 + step * np.arange(count))
    return np.column_stack([easting.ravel(), northing.ravel(), plane(easting, northing).ravel()])


def test_the_ground_is_linear_between_points_up_to_their_border_in_utm_coordinates():
    ground = Topography(lattice())
    random = np.random.default_rng(1)
    east, north = 5e5 + 400.0 * random.random(500), 6.2e6 + 400.0 * random.random(500)
    east[:100], north[100:200] = 5e5 + 400.0, 6.2e6
    assert ground.covers(east, north).all()
    npt.assert_allclose(ground.elevation(east, north), plane(east, north), rtol=0, atol=1e-4)


def test_random_points_are_interpolated_as_scipy_does():
    random = np.random.default_rng(2)
    points = random.random((60, 3)) * [900.0, 700.0, 50.0]
    east, north = 900.0 * random.random(300), 700.0 * random.random(300)
    peer = LinearNDInterpolator(points[:, :2], points[:, 2])(east, north)
    ground = Topography(points)
    npt.assert_array_equal(ground.covers(east, north), np.isfinite(peer))
    inside = np.isfinite(peer)
    npt.assert_allclose(ground.elevation(east, north)[inside], peer[inside], rtol=0, atol=1e-9)


def test_triangles_have_the_barycentric_coordinates_of_scipy():
    points = np.random.default_rng(5).random((40, 3)) * [1e4, 10.0, 50.0]
    ground = Topography(points)
    expected = Delaunay(points[:, :2] - points[:, :2].mean(axis=0)).transform
    npt.assert_allclose(ground._triangles.transform, expected, rtol=1e-9, atol=1e-12 * np.abs(expected).max())


def test_outside_the_points_the_ground_is_that_of_the_nearest():
    ground = Topography(lattice())
    assert not ground.covers(5e5 - 1.0, 6.2e6 + 50.0)
    assert ground.elevation(5e5 - 80.0, 6.2e6 + 60.0) == pytest.approx(plane(5e5, 6.2e6 + 50.0))


@pytest.mark.parametrize("count", [1, 2, 5])
def test_points_on_a_line_cover_nothing_and_still_give_a_ground(count):
    ground = Topography([(10.0 * k, 20.0 * k, 5.0 * k) for k in range(count)])
    assert not ground.covers([0.0, 5.0], [0.0, 10.0]).any()
    assert ground.elevation(-4.0, 0.0) == 0.0
    assert ground.elevation(1e4, 1e4) == 5.0 * (count - 1)


def test_places_are_broadcast_against_each_other():
    ground = Topography(lattice())
    assert ground.elevation(5e5 + 10.0 * np.arange(3), 6.2e6 + 10.0 * np.arange(2)[:, None]).shape == (2, 3)
    assert Topography.of(ground) is ground


@pytest.mark.parametrize("void", [-32768.0, -99999.0, -9999.0, 1e32, 1.70141e38, 9.96921e36, -3.4028235e38, 98765.0])
def test_elevations_that_no_ground_has_are_refused(void):
    points = lattice()
    points[7, 2] = void
    with pytest.raises(InputError, match=r"between -11500 and 9000, got .* at point \[7\] \(1 of 81 points\); remove"):
        Topography(points)


def test_the_deepest_sea_floor_and_the_highest_mountain_are_ground():
    ground = Topography([(0.0, 0.0, -10_935.0), (100.0, 0.0, 8_849.0), (0.0, 100.0, -999.0)])
    assert ground.elevation(100.0, 0.0) == pytest.approx(8_849.0)
