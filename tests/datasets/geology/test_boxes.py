"""Dykes and blocks against the sheets of the demo, and against their volumes."""

from __future__ import annotations

import numpy as np
import pytest

from geoinv.datasets import Sheet
from geoinv.datasets.geology.boxes import block, box, dyke
from geoinv.datasets.geology.space import strike_frame

SIZES = [190.0, 130.0, 44.0]


def test_a_box_is_the_sheet_of_the_demo(space):
    middle = np.array([200.0, 210.0, -120.0])
    share = box(strike_frame(0.5, 1.1), middle, SIZES, space.cell, 1.0).share(space.points())
    sheet = Sheet("", 1.0, tuple(middle), np.degrees(0.5), np.degrees(1.1), *SIZES)
    easting, northing, upward = space.points()
    inside = sheet.contains(easting, northing, upward)
    assert share[inside].min() >= 0.125
    assert share[~inside].max() <= 0.5 + 1e-12
    assert (share[inside] == 1.0).mean() > 0.5
    assert share.sum() * 10.0**3 == pytest.approx(np.prod(SIZES), rel=1e-3)


@pytest.mark.parametrize("kind", [dyke, block])
def test_drawn_ones_lie_below_the_ground_and_in_the_grid(space, kind):
    for seed in range(30):
        (body,) = kind(np.random.default_rng(seed), space)
        share = body.share(space.points())
        assert share.max() > 0.5
        assert 0.3 <= body.susceptibility <= 1.0
    assert share.min() == 0.0
