"""Coordinates that can only be degrees, and metres that might look like them."""

from __future__ import annotations

import numpy as np
import pytest

from geoinv import InputError
from geoinv.formats.degrees import refuse_degrees

LINE = np.linspace(0.0, 0.4, 50)


@pytest.mark.parametrize(("longitude", "latitude"), [(-89.5, 44.2), (179.7, -35.0), (20.0, 60.0)])
def test_longitudes_and_latitudes_are_refused(longitude, latitude):
    with pytest.raises(InputError, match=r"a\.csv expects coordinates in metres, got .* project them"):
        refuse_degrees("a.csv", longitude + LINE, np.full(50, latitude))


@pytest.mark.parametrize(
    ("easting", "northing"),
    [
        (460_000.0 + 50.0 * LINE, np.full(50, 7_000_000.0)),  # of UTM
        (LINE, LINE),  # a test site of decimetres about its own origin
        (300.0 * LINE, np.full(50, 80.0)),  # stations metres apart
        (np.array([-89.5]), np.array([44.2])),  # one station tells nothing
        (np.full(3, 20.0), np.full(3, 40.0)),  # one place several times
    ],
)
def test_metres_pass(easting, northing):
    refuse_degrees("a.csv", easting, northing)
