"""Surveys on a lattice of cells, wherever they lie: all engines agree."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from choice_cases import GRID, level
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import holes

import geoinv
from geoinv.operators import Magnetics


def assert_engines_agree(grid: geoinv.Grid, survey: geoinv.Survey, tolerance: float = 1e-10) -> None:
    random = np.random.default_rng(0)
    model, data = random.standard_normal(grid.shape), random.standard_normal(survey.range_shape)
    direct = Magnetics(grid, survey, engine="direct")
    d, g = direct(model), direct.T(data)
    # what cells give one by one: their sum may cancel, rounding does not
    entries = abs(direct.to_dense()).reshape(*d.shape, grid.size)
    for engine in ("gridded", "dense"):
        A = Magnetics(grid, survey, engine=engine)
        for row, expected, size in zip(A(model), d, entries @ abs(model).ravel(), strict=True):
            npt.assert_allclose(row, expected, rtol=0, atol=tolerance * size.max())
        npt.assert_allclose(A.T(data), g, rtol=0, atol=tolerance * np.tensordot(abs(data), entries, 2).max())


@pytest.mark.parametrize(
    "survey",
    [
        level((10.0, 12.5), (20.0, 25.0), (6, 8)),  # above cell centres
        level((0.0, 0.0), (20.0, 25.0), (7, 9)),  # above cell corners
        level((3.7, -1.1), (20.0, 25.0), (6, 8)),
        level((13.0, 7.0), (40.0, 25.0), (3, 5)),  # every second row
        level((13.0, 7.0), (20.0, 75.0), (4, 2)),  # every third column
        level((-95.0, -203.0), (40.0, 50.0), (8, 12)),  # beyond the grid on all sides
        level((41.0, 52.0), (20.0, 25.0), (2, 2)),  # a few stations in the middle
        level((500.0, 700.0), (20.0, 25.0), (3, 3)),  # beside the grid
        level((10.0, 12.5), (20.0, 25.0), (1, 1)),
        level((10.0, 12.5), (20.0, 25.0), (1, 9)),
        level((10.0, 12.5), (20.0, 25.0), (6, 8), height=0.0),  # on the ground
        level((0.0, 0.0), (20.0, 25.0), (7, 9), height=0.0),
        level((3.0, 4.0), (20.0, 25.0), (6, 8), height=-45.0),  # below
        level((3.0, 4.0), (20.0, 25.0), (6, 8), height=-15.0),  # inside
        level((0.0, 0.0), (20.0, 25.0), (7, 9), height=-15.0),
    ],
)
def test_engines_agree_wherever_a_regular_survey_lies(survey):
    assert_engines_agree(GRID, survey)


def test_engines_agree_on_missing_shuffled_and_repeated_stations():
    survey = level((10.0, 12.5), (20.0, 25.0), (6, 8))
    kept = np.random.default_rng(1).permutation(np.flatnonzero(holes((survey.stations,))))
    assert_engines_agree(GRID, survey.select(np.append(kept, kept[:5])))


def test_engines_agree_among_utm_coordinates():
    grid = geoinv.Grid.regular((3, 6, 8), (10.0, 20.0, 25.0), (300.0, 6.0e6, 5.0e5))
    assert_engines_agree(grid, level((6.0e6 - 13.0, 5.0e5 + 7.0), (20.0, 25.0), (9, 8), height=340.0))


def test_engines_agree_over_layers_of_any_thickness_with_inactive_cells():
    grid = geoinv.Grid(GRID.easting_edges, GRID.northing_edges, [-200.0, -50.0, -20.0, -10.0, 0.0])
    grid = grid.with_active(holes(grid.shape))
    assert_engines_agree(grid, level((3.0, 4.0), (20.0, 25.0), (6, 8)))


@settings(max_examples=25)
@given(
    st.tuples(st.integers(1, 3), st.integers(1, 6), st.integers(1, 6)),
    st.tuples(st.integers(1, 5), st.integers(1, 5)),
    st.tuples(st.integers(1, 3), st.integers(1, 3)),
    st.tuples(st.floats(-80.0, 80.0), st.floats(-80.0, 80.0)),
    st.sampled_from([0.3, 7.0, 12.5]),
)
def test_engines_agree_for_any_regular_geometry(cells, stations, skip, corner, width):
    grid = geoinv.Grid.regular(cells, (5.0, width, 1.5 * width), (-20.0, 0.0, 0.0))
    survey = level(corner, (skip[0] * width, skip[1] * 1.5 * width), stations, height=2.0)
    assert_engines_agree(grid, survey)
