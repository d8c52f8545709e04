"""Places and lengths of bodies, and the frame of a plane."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

from geoinv import Grid
from geoinv.datasets import Sheet
from geoinv.datasets.geology.space import Space, direction, strike_frame


def test_places_lie_at_the_depths_asked_for_below_the_ground_there():
    grid = Grid.regular((10, 20, 30), (10.0, 10.0, 20.0), (-100.0, 500.0, 1000.0))
    slope = np.broadcast_to(-np.arange(20.0)[:, None], (20, 30))
    space, random = Space(grid, slope), np.random.default_rng(0)
    places = np.array([space.place(random, 0.1, 0.3) for _ in range(400)])
    ground = slope[((places[:, 1] - 500.0) / 10.0).astype(int), 0]
    depth = ground - places[:, 2]
    assert 10.0 <= depth.min() < 12.0
    assert 28.0 < depth.max() <= 30.0
    assert 1060.0 <= places[:, 0].min() < places[:, 0].max() <= 1540.0
    assert 520.0 <= places[:, 1].min() < places[:, 1].max() <= 680.0


def test_half_of_the_lengths_are_below_the_geometric_mean(space):
    random = np.random.default_rng(1)
    lengths = np.array([space.length(random, 2.0, 0.5) for _ in range(2000)])
    assert 20.0 <= lengths.min() < lengths.max() <= 200.0
    assert np.mean(lengths < np.sqrt(20.0 * 200.0)) == pytest.approx(0.5, abs=0.05)


def test_the_shortest_length_counts_where_the_longest_would_be_shorter(space):
    assert space.length(np.random.default_rng(0), 3.0, 0.01) == pytest.approx(30.0)


@pytest.mark.parametrize("azimuth", [0.0, 0.7, 2.5, 5.0])
def test_a_frame_is_right_handed_and_dips_to_the_right_of_its_strike(azimuth):
    dip = 0.6
    frame = strike_frame(azimuth, dip)
    npt.assert_allclose(frame @ frame.T, np.eye(3), atol=1e-14)
    npt.assert_allclose(frame[0], direction(azimuth))
    npt.assert_allclose(frame[2, 2], np.cos(dip))
    # the demo has a sheet of its own
    sheet = Sheet("", 1.0, (0.0, 0.0, 0.0), np.degrees(azimuth), np.degrees(dip), 10.0, 6.0, 2.0)
    ends = np.array([4.9, 2.9, 0.9]) @ frame
    assert sheet.contains(*ends[:, None]).all()
    assert not sheet.contains(*(np.array([4.9, 2.9, 1.1]) @ frame)[:, None]).any()
