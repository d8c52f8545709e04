"""The ground: its relief, where it is highest, and that it is smooth."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt

from geoinv import Grid
from geoinv.datasets.geology.ground import around_columns, random_ground

GRID = Grid.regular((16, 30, 40), (10.0, 20.0, 25.0), (-160.0, 100.0, 2000.0))


def test_the_ground_reaches_one_column_beyond_the_grid():
    easting, northing = around_columns(GRID)
    npt.assert_allclose(easting, 2000.0 + 25.0 * (np.arange(42) - 0.5))
    npt.assert_allclose(northing, 100.0 + 20.0 * (np.arange(32) - 0.5))


def test_no_slope_is_steeper_than_waves_of_that_relief_are():
    for seed in range(20):
        ground = random_ground(np.random.default_rng(seed), GRID, relief=32.0)
        assert ground.max() == 0.0
        npt.assert_allclose(ground.min(), -32.0)
        slopes = np.abs(np.diff(ground, axis=0)).max() / 20.0, np.abs(np.diff(ground, axis=1)).max() / 25.0
        # the shortest wave alone, 0.3 times 600 m long, would rise by pi * 32 / 180 m a metre
        assert max(slopes) < np.pi * 32.0 / (0.3 * 600.0)


def test_level_ground_lies_at_the_top_of_the_grid():
    assert not random_ground(np.random.default_rng(0), GRID, relief=0.0).any()
