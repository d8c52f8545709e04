"""Lengths of lines in cells."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

import geoinv
from geoinv.constraints.crossing import pieces_of


def meshes():
    survey = geoinv.Survey([80.0, 110], [80.0, 110], [5.0, 5.0], components=("gz",))
    return {
        "padded": geoinv.Grid([-50, 0, 30, 40, 50, 80, 150], [0, 20, 50, 70, 200], [-200, -100, -50, -20, -10, 0]),
        "octree": geoinv.OctreeGrid.for_survey(survey, cell=10.0, depth=150.0),
    }


@pytest.mark.parametrize("name", ["padded", "octree"])
def test_lengths_are_those_of_very_many_points(name):
    mesh = meshes()[name]
    ends = np.array([[12.0, 7.0, -1.0], [71.0, 33.0, -60.0], [90.0, 110.0, -140.0]])
    depths = np.array([0.0, 90.0, 220.0])
    cells, middle, lengths = pieces_of(mesh, ends, depths)
    fine = (np.arange(44000) + 0.5) * 0.005
    points = np.stack([np.interp(fine, depths, ends[:, k]) for k in range(3)], axis=1)
    counted = np.bincount(mesh.touching(*points.T)[:, 0], minlength=mesh.size) * 0.005
    npt.assert_allclose(np.bincount(cells, lengths, mesh.size), counted, atol=0.02)
    assert lengths.sum() == pytest.approx(220.0)
    assert (np.diff(middle) > 0.0).all()


def test_what_runs_outside_the_mesh_is_left_out():
    grid = geoinv.Grid.regular((1, 1, 2), (10.0, 10.0, 10.0))
    line = np.array([[5.0, 5.0, 25.0], [5.0, 5.0, -5.0]])
    cells, middle, lengths = pieces_of(grid, line, np.array([0.0, 30.0]))
    assert cells.tolist() == [0]
    assert (*middle, *lengths) == pytest.approx((20.0, 10.0))
