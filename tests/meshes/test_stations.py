"""Stations below the ground: how many, how deep, and which are refused."""

from __future__ import annotations

import numpy as np
import pytest

import geoinv
from geoinv.meshes.stations import some_stations, station_text, stations_below
from geoinv.meshes.topography import Topography

FIELD = geoinv.MainField(65.0, 25.0, 50000.0)
EAST, NORTH = 500_000.0, 6_200_000.0


def at(*stations: tuple[float, float, float]) -> geoinv.Survey:
    """Survey at (easting, northing) from a corner, and heights."""
    easting, northing, upward = np.array(stations, float).T
    return geoinv.Survey(EAST + easting, NORTH + northing, upward, field=FIELD)


def test_stations_below_the_ground_are_counted_and_the_deepest_is_named():
    slope = Topography([(EAST + e, NORTH + n, 100.0 + 0.5 * e) for e in (-500.0, 500.0) for n in (-500.0, 500.0)])
    survey = at((0.0, 0.0, 100.0), (10.0, 0.0, 102.0), (20.0, 0.0, 104.0), (-10.0, 5.0, 140.0))
    told = stations_below(survey, slope, 7.0)
    assert told.startswith(
        "2 of 4 stations lie under the topography, the deepest station 2 (counted from 0) at (500020,"
    )
    assert "6 m under it" in told
    with pytest.raises(geoinv.InputError, match=r"1 of 4 stations lies more than 5 m \(half a cell\) under"):
        stations_below(survey, slope, 5.0)
    assert stations_below(at((0.0, 0.0, 99.95), (0.0, 50.0, 400.0)), slope, 7.0) == ""


def test_a_deepest_station_outside_the_topography_is_said_to_be_so():
    ground = Topography([(EAST, NORTH, 100.0), (EAST + 9.0, NORTH, 100.0), (EAST, NORTH + 9.0, 100.0)])
    told = stations_below(at((500.0, 0.0, 98.0), (1.0, 1.0, 120.0)), ground, 5.0)
    assert "2 m under it (outside its points, where the nearest is taken)" in told


def test_stations_are_named_with_all_their_digits():
    assert station_text(at((0.25, 0.5, 12.0)), 0) == (
        "station 0 (counted from 0) at (500000.25, 6200000.5, 12) (easting, northing, upward)"
    )
    assert some_stations(np.array([True, False, False])) == "1 of 3 stations lies"
    assert some_stations(np.array([True, True, False])) == "2 of 3 stations lie"
