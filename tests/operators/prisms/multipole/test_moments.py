"""Moments in single precision: where it serves, and where it cannot hold them."""

from __future__ import annotations

import numpy as np
import pytest
from direct_sums import dense, problem
from makers import FIELD
from random_geometries import dipole_sizes, matrix_of
from wide_meshes import padded, scattered

import geoinv
from geoinv.operators.prisms.direct import Direct
from geoinv.operators.prisms.multipole.expansion import near_cells, single_suffices
from geoinv.operators.prisms.multipole.moments import rows_in_range


@pytest.mark.parametrize(("padding", "width"), [(4, 300.0), (12, 6000.0)])
@pytest.mark.parametrize("factor", [1.1, 1.4, 2.0])
def test_single_precision_serves_the_stations_of_padded_meshes(padding, width, factor):
    p = problem(padded(30, padding, factor), scattered(40, width), 1e-5)
    assert single_suffices(p)
    assert rows_in_range(p, near_cells(p))


def test_sizes_that_single_precision_cannot_hold_are_summed_in_double():
    edges = np.concatenate([[0.0], np.cumsum(10.0 ** np.arange(0.0, 7.0))])
    for axis in range(2):
        sides = [edges, np.array([0.0, 10.0])]
        grid = geoinv.Grid(sides[axis], sides[1 - axis], [-10.0, 0.0])
        places = np.random.default_rng(2).uniform(0.0, 1e6, (12, 3)) * np.array([1.0, 1.0, 0.1]) + (0.0, 0.0, 3.0)
        places[0] = 0.5, 0.5, 3.0
        survey = geoinv.Survey(*places.T, components=("tmi", "bee"), field=FIELD)
        p = problem(grid, survey, 1e-5)
        assert single_suffices(p)
        assert not rows_in_range(p, near_cells(p))
        found = dense(Direct(p))
        assert np.isfinite(found).all()
        assert (abs(found - matrix_of(p, survey)) <= 1e-5 * dipole_sizes(p)).all()
