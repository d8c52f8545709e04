"""Sections along any line, against the cells that the line crosses."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from view_subjects import ball, padded_grid

from geoinv import InputError
from geoinv.view.profile import profile_of
from geoinv.view.subject import subject_of


@pytest.fixture
def model():
    grid = padded_grid()
    random = np.random.default_rng(3).random(grid.shape)
    return subject_of(grid.to_xarray(susceptibility=ball(grid) + random)).model


def test_a_section_to_the_east_is_a_row_of_cells(model):
    grid = model.grid
    north = grid.northing[4]
    profile = profile_of(model, ((grid.easting_edges[0], north), (grid.easting_edges[-1], north)))
    npt.assert_allclose(profile.distance, grid.easting_edges - grid.easting_edges[0])
    npt.assert_array_equal(profile.values, model.values[:, 4])


def test_each_point_of_a_slanting_section_has_the_value_of_its_cell(model):
    grid = model.grid
    start, finish = np.array([459_950.0, 7_132_100.0]), np.array([461_500.0, 7_133_900.0])
    profile = profile_of(model, (tuple(start), tuple(finish)))
    length = np.hypot(*(finish - start))
    assert profile.distance[-1] == pytest.approx(length)
    for place in np.random.default_rng(4).uniform(0.0, length, 200):
        east, north = start + (finish - start) * place / length
        column = np.searchsorted(grid.easting_edges, east, side="right") - 1
        row = np.searchsorted(grid.northing_edges, north, side="right") - 1
        found = profile.values[:, np.searchsorted(profile.distance, place, side="right") - 1]
        if 0 <= column < grid.easting.size and 0 <= row < grid.northing.size:
            npt.assert_array_equal(found, model.values[:, row, column])
        else:
            assert np.isnan(found).all()


def test_a_line_beside_the_mesh_is_refused(model):
    with pytest.raises(InputError, match="expects a line over the mesh, got one beside it"):
        profile_of(model, ((0.0, 0.0), (10.0, 10.0)))
