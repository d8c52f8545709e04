"""Minimum curvature: against a published example, and against integrals of the direction."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt

from geoinv.constraints.desurvey import HolePath, direction_of


def test_a_published_example():
    # drillingformulas.com, "Minimum Curvature Method": inclinations 15 and 25 degrees from the vertical, azimuths 20
    # and 45 degrees, 100 ft apart: 27.22 ft north, 19.45 ft east, 94.01 ft down
    path = HolePath(np.zeros(3), np.array([0.0, 100.0]), direction_of([20.0, 45.0], [75.0, 65.0]))
    npt.assert_allclose(path.at(np.array([100.0]))[0], [19.45, 27.22, -94.01], atol=0.006)


def test_an_arc_is_one_of_a_circle_and_as_long_as_the_hole():
    path = HolePath(np.array([5.0, 6, 7]), np.array([0.0, 90.0, 200.0]), direction_of([0, 40, 200], [90, 50, 70]))
    depths = np.linspace(0.0, 260.0, 20001)
    points = path.at(depths)
    steps = np.diff(points, axis=0) / np.diff(depths)[:, None]
    npt.assert_allclose(np.linalg.norm(steps, axis=1), 1.0, atol=1e-7)
    # tangent to the surveys, and straight below the last one
    npt.assert_allclose(steps[0], path.directions[0], atol=1e-3)
    npt.assert_allclose(steps[np.searchsorted(depths, 90.0)], path.directions[1], atol=1e-3)
    npt.assert_allclose(steps[-1], path.directions[2], atol=1e-9)
    turns = np.linalg.norm(np.diff(steps[:6900], axis=0), axis=1)
    npt.assert_allclose(turns, turns[0], rtol=1e-3)


def test_a_straight_hole_is_straight_to_rounding():
    path = HolePath(np.array([5e5, 62e5, 300.0]), np.array([0.0, 100.0]), direction_of([90.0, 90.0], [60.0, 60.0]))
    ends = path.at(np.array([0.0, 50.0, 100.0, 400.0])) - path.collar
    npt.assert_allclose(ends[:, 0], 0.5 * np.array([0.0, 50.0, 100.0, 400.0]), atol=1e-9)
    npt.assert_allclose(ends[:, 2], -np.sqrt(0.75) * np.array([0.0, 50.0, 100.0, 400.0]), atol=1e-9)


def test_arcs_that_hardly_bend_join_those_that_do():
    for angle in (1e-7, 0.9e-6, 1.1e-6, 1e-5):
        bent = np.degrees(angle)
        path = HolePath(np.zeros(3), np.array([0.0, 100.0]), direction_of([0.0, 0.0], [90.0, 90.0 - bent]))
        npt.assert_allclose(path.at(np.array([100.0]))[0], [0.0, 50.0 * angle, -100.0], rtol=1e-3, atol=1e-7)
