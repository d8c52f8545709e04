"""Faults displace what is older, along their plane."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt

from geoinv.datasets.geology.boxes import box
from geoinv.datasets.geology.events import composed
from geoinv.datasets.geology.fault import fault, slip_along


def test_a_body_across_a_vertical_fault_is_thrown_down_on_one_side_by_the_slip(space):
    middle, sizes = np.array([200.0, 200.0, -100.0]), [200.0, 200.0, 40.0]
    bed = box(np.eye(3), middle, sizes, space.cell, 1.0)
    throw = slip_along(np.array([1.0, 0.0, 0.0]), middle, np.array([0.0, 0.0, -30.0]))
    points = space.points()
    before, after = composed([bed], points)[0], composed([bed, throw], points)[0]
    npt.assert_array_equal(after[:, :, :20], before[:, :, :20])
    npt.assert_allclose(after[:-3, :, 20:], before[3:, :, 20:], atol=1e-12)
    assert not np.array_equal(after, before)
    # the fault is older than the bed
    npt.assert_array_equal(composed([throw, bed], points)[0], before)


def test_a_drawn_fault_slips_within_its_plane_and_as_far_as_it_says(space):
    points = space.points()
    for seed in range(20):
        (movement,) = fault(np.random.default_rng(seed), space)
        shift = (points - movement.restored(points)).reshape(3, -1)
        moved = np.abs(shift).max(axis=0) > 0.0
        assert moved.any()
        slip = shift[:, moved][:, 0]
        npt.assert_allclose(shift[:, moved], slip[:, None] * np.ones(moved.sum()), atol=1e-9)
        assert 20.0 <= np.linalg.norm(slip) <= 60.0 + 1e-9
        # the plane between the two sides holds the slip: points moved along it stay on their side
        again = movement.restored(points + slip.reshape(3, 1, 1, 1))
        side = np.abs(points + slip.reshape(3, 1, 1, 1) - again).reshape(3, -1).max(axis=0) > 0.0
        assert np.mean(side != moved) < 1e-3
