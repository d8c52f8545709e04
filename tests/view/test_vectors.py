"""Arrows of a magnetization over its amplitude."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
from matplotlib.quiver import Quiver
from view_subjects import ball, mapped, padded_grid, solution

from geoinv.view import figure


def test_arrows_stand_in_the_body_and_point_where_it_is_magnetized():
    grid = padded_grid()
    sizes = {"easting": 1.0, "northing": 2.0, "upward": -3.0}
    data = grid.to_xarray(**{f"magnetization_{axis}": 20.0 * size * ball(grid) for axis, size in sizes.items()})
    level, section, other = (mapped(ax, Quiver) for ax in figure(data, scene=False).axes[:3])
    for drawn, horizontal, vertical in (
        (level, "easting", "northing"),
        (section, "easting", "upward"),
        (other, "northing", "upward"),
    ):
        npt.assert_allclose(drawn.V / drawn.U, sizes[vertical] / sizes[horizontal])
        assert 0 < drawn.N <= 40
    assert np.hypot(level.X - 460_800.0, level.Y - 7_132_950.0).max() < 130.0


def test_other_models_have_none():
    assert not any(isinstance(child, Quiver) for ax in figure(solution(), scene=False).axes for child in ax.collections)
