"""Ellipsoids, stocks and pipes against their volumes."""

from __future__ import annotations

import numpy as np
import pytest

from geoinv.datasets.geology.intrusions import ellipsoid, ellipsoidal, pipe, rotation, stock, upright

NOWHERE = np.zeros(3)


def volume(space, share) -> float:
    return float(share(space.points()).sum()) * 10.0**3


def test_an_ellipsoid_has_its_volume_and_its_axes(space):
    frame, radii = rotation(np.random.default_rng(1)), np.array([100.0, 70.0, 40.0])
    centre = np.array([200.0, 195.0, -120.0])
    share = ellipsoidal(frame, centre, radii, space.cell)
    assert volume(space, share) == pytest.approx(4.0 / 3.0 * np.pi * np.prod(radii), rel=0.01)
    for axis, radius in zip(frame, radii, strict=True):
        ends = centre + np.array([0.9, 1.1])[:, None] * radius * axis
        assert share(ends.T.reshape(3, 1, 1, 2)).ravel().tolist() == pytest.approx(
            [min(1.0, 0.5 + 0.1 * radius / 10.0), max(0.0, 0.5 - 0.1 * radius / 10.0)], abs=0.06
        )


def test_an_upright_cylinder_and_a_cone_have_their_volumes(space):
    top = np.array([200.0, 200.0, -40.0])
    cylinder = upright(top, 80.0, 0.0, 150.0, [], NOWHERE, space.cell)
    assert volume(space, cylinder) == pytest.approx(np.pi * 80.0**2 * 150.0, rel=0.01)
    leaning = upright(top, 50.0, 0.0, 150.0, [], np.array([0.3, 0.0, 0.0]), space.cell)
    assert volume(space, leaning) == pytest.approx(np.pi * 50.0**2 * 150.0, rel=0.01)
    cone = upright(top, 0.0, 0.5, 160.0, [], NOWHERE, space.cell)
    assert volume(space, cone) == pytest.approx(np.pi * 80.0**2 * 160.0 / 3.0, rel=0.03)


def test_a_leaning_axis_moves_by_the_lean_with_each_metre_of_depth(space):
    top = np.array([150.0, 200.0, -5.0])
    share = upright(top, 30.0, 0.0, 240.0, [], np.array([0.5, 0.0, 0.0]), space.cell)(space.points())
    east = space.grid.easting
    for depth, row in ((50.0, 18), (150.0, 8)):
        centre = np.sum(share[row] * east) / np.sum(share[row])
        assert -space.grid.upward[row] == pytest.approx(depth, abs=6.0)
        assert centre == pytest.approx(150.0 + 0.5 * (-5.0 - space.grid.upward[row]), abs=1.0)


def test_a_stock_widens_and_a_pipe_narrows_downward(space):
    for seed in range(15):
        wide = stock(np.random.default_rng(seed), space)[0].share(space.points()).sum(axis=(1, 2))
        narrow = pipe(np.random.default_rng(seed), space)[0].share(space.points()).sum(axis=(1, 2))
        assert wide[0] > 0.0
        assert wide[0] >= 0.95 * wide[:16].max() or wide[0] > 0.5 * wide.max()
        # a pipe ends within the grid or not, but is nowhere wider than near its top
        assert narrow.argmax() > 12


def test_the_top_of_an_ellipsoid_lies_at_a_depth_that_the_data_can_see(space):
    for seed in range(15):
        share = ellipsoid(np.random.default_rng(seed), space)[0].share(space.points()).max(axis=(1, 2))
        top = -space.grid.upward[np.flatnonzero(share > 0.3)[-1]]
        assert top <= 0.3 * space.depth + 15.0


def test_rotations_favour_no_direction():
    turned = np.array([rotation(np.random.default_rng(seed))[:, 0] for seed in range(2000)])
    assert np.abs(turned.mean(axis=0)).max() < 0.06
    assert turned.T @ turned / 2000 == pytest.approx(np.eye(3) / 3.0, abs=0.03)
