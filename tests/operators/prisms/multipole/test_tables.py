"""What rows of cells are summed by: passes over columns, kinds of rows, and how far near cells reach."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from direct_sums import problem
from makers import FIELD

import geoinv
from geoinv.operators.prisms.multipole.tables import far_tables
from geoinv.operators.prisms.problem import REGISTER

EVEN = 10.0 * np.arange(21.0)
PADDED = np.concatenate([[-200.0, -60.0, -20.0], EVEN, [240.0, 330.0]])
SURVEY = geoinv.Survey([50.0, 120.0], [40.0, 160.0], [5.0, 30.0], components=("tmi", "bee"), field=FIELD)


def tables(easting, northing=EVEN, rtol=1e-5, active=None):
    grid = geoinv.Grid(easting, northing, [-30.0, -10.0, 0.0])
    return far_tables(problem(grid if active is None else grid.with_active(active), SURVEY, rtol))


def test_columns_of_one_length_take_one_pass_and_others_five():
    even, padded = tables(EVEN), tables(PADDED)
    npt.assert_array_equal(even.passes, [[1, 1, 0, 24, 0, 0]])
    assert len(padded.passes) == 6
    npt.assert_array_equal(padded.passes[-1, :4], [1, 1, 3, 23])
    npt.assert_array_equal(padded.passes[:5, 2:], np.tile([0, 3, 23, 25], (5, 1)))
    assert padded.passes[:, 1].tolist() == [0, 0, 0, 0, 0, 1]


def test_rows_of_one_height_and_width_share_their_moments():
    kinds = tables(EVEN).kinds
    assert kinds.shape == (2, 20)
    assert len(np.unique(kinds)) == 2  # two heights of layers
    assert (kinds == kinds[:, :1]).all()
    assert len(np.unique(tables(EVEN, PADDED).kinds)) == 2 * len(np.unique(np.diff(PADDED)))


def test_rows_are_padded_to_registers_with_cells_of_no_length():
    found = tables(PADDED)
    assert found.x.size % REGISTER == 0
    npt.assert_allclose(found.x[:25], 0.5 * (PADDED[1:] + PADDED[:-1]) - PADDED[0] + found.x_nodes[0], atol=1e-9)
    assert (found.lengths[:, 25:] == 0.0).all()


def test_the_active_part_of_each_row_is_told():
    active = np.ones((2, 20, 20), bool)
    active[0, 3] = False
    active[1, 5, :4] = active[1, 5, 17:] = False
    extent = tables(EVEN, active=active).extent
    assert np.ptp(extent[0, 3]) == 0
    npt.assert_array_equal(extent[1, 5], [4, 17])
    npt.assert_array_equal(extent[1, 6], [0, 20])


@pytest.mark.parametrize(("loose", "tight"), [(1e-3, 1e-5), (1e-5, 1e-8)])
def test_near_cells_reach_further_the_less_is_tolerated(loose, tight):
    wide, narrow = tables(PADDED, rtol=tight), tables(PADDED, rtol=loose)
    assert (wide.near > narrow.near).all()
    assert (wide.low >= wide.near).all()
    assert (wide.floor < wide.near.min(axis=1)).all()
    npt.assert_allclose(wide.cutoff[0], wide.near.max(axis=1))
