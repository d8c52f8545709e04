"""Sizes, core and ground of the meshes that are made for a survey."""

from __future__ import annotations

import numpy as np
import pytest

from geoinv import InputError, MainField, Survey
from geoinv.meshes.design import checked_sizes, core_of, ground_levels, high_stations
from geoinv.meshes.topography import Topography

FIELD = MainField(60.0, 0.0, 50000.0)


def survey(easting=(0.0, 1000.0), northing=(0.0, 500.0), upward=(10.0, 30.0)) -> Survey:
    return Survey(easting, northing, upward, field=FIELD)


@pytest.mark.parametrize(
    ("cell", "depth", "sentence"),
    [
        (0.0, 100.0, r"cell size"),
        (10.0, -1.0, r"depth"),
        (np.nan, 100.0, r"cell size"),
        ([10.0, 20.0], 100.0, r"cell size of shape \(\)"),
        (
            2000.0,
            100.0,
            r"smaller than the survey, got 2000 m for stations 1e\+03 m across; give coordinates in m",
        ),
        (10.0, 1e8, r"a depth within the Earth, got 1e\+08 m"),
    ],
)
def test_sizes_without_sense_are_rejected(cell: object, depth: float, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        checked_sizes(survey(), cell, depth)  # type: ignore[arg-type]


def test_cells_that_float64_cannot_tell_apart_are_rejected() -> None:
    far = survey(northing=(9e8, 9e8 + 500.0))
    with pytest.raises(InputError, match=r"cells that its coordinates tell apart, got 0.005 m for stations with n"):
        checked_sizes(far, 0.005, 100.0)
    assert checked_sizes(survey(), 10, 100) == (10.0, 100.0)


@pytest.mark.parametrize(
    ("values", "core"),
    [
        ((0.0, 95.0), (0, 10)),
        ((-1.0, 95.0), (-1, 11)),
        ((20.0, 40.0), (2, 2)),
        ((25.0, 25.0), (2, 1)),
        ((20.0,), (2, 1)),
    ],
)
def test_the_core_covers_every_station(values: tuple[float, ...], core: tuple[int, int]) -> None:
    assert core_of(np.array(values), 10.0) == core


def test_the_ground_is_half_a_cell_below_the_lowest_station_where_none_is_given() -> None:
    edges = {"easting": np.array([0.0, 500.0, 1000.0]), "northing": np.array([0.0, 500.0])}
    assert ground_levels(survey(), None, edges, 20.0) == (0.0, 0.0)


def test_the_ground_over_the_mesh_counts_and_that_far_away_does_not() -> None:
    edges = {"easting": np.array([0.0, 500.0, 1000.0]), "northing": np.array([0.0, 500.0])}
    corners = [(e, n, 5.0) for e in (-2000.0, 3000.0) for n in (-2000.0, 3000.0)]
    peak = Topography([*corners, (510.0, 20.0, 90.0), (400.0, 300.0, -7.0), (9000.0, 500.0, 800.0)])
    high, low = ground_levels(survey(), peak, edges, 20.0)
    assert high == 90.0  # a point between the centres of columns
    assert low == -7.0


def test_stations_high_above_an_assumed_ground_are_said() -> None:
    assert high_stations(survey(), 20.0) == ""
    told = high_stations(survey((0.0, 500.0, 1000.0), (0.0, 0.0, 0.0), (0.0, 300.0, 320.0)), 20.0)
    assert "half of all stations lie 310 m and more above the flat ground" in told
    assert "station 0 (counted from 0) has a height of 0 m; give the ground as topography" in told
