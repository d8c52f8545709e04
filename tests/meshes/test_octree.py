"""Octrees beside grids of equal cells, and where points lie in them."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from octree_makers import ORIGIN, SPACING, as_grid, finest, octrees, random_octree

import geoinv
from geoinv import InputError, OctreeGrid
from geoinv.meshes.base import Mesh


@settings(max_examples=25)
@given(octrees, st.integers(0, 99))
def test_points_touch_and_lie_inside_what_they_do_among_equal_cells(mesh, seed):
    grid, cells, random = as_grid(mesh), finest(mesh).ravel(), np.random.default_rng(seed)
    steps = random.integers(-1, 2 * np.max(mesh.counts) + 3, (60, 3)) * 0.5 + random.choice([0.0, 0.2], (60, 3))
    upward, northing, easting = (np.array(ORIGIN) + steps * SPACING).T
    expected = grid.touching(easting, northing, upward)
    npt.assert_array_equal(mesh.touching(easting, northing, upward), np.where(expected < 0, -1, cells[expected]))
    npt.assert_array_equal(mesh.inside_rock(easting, northing, upward), grid.inside_rock(easting, northing, upward))
    npt.assert_allclose(mesh.top_of_rock(easting, northing), grid.top_of_rock(easting, northing))


@settings(max_examples=25)
@given(octrees)
def test_columns_are_as_narrow_as_their_narrowest_cell_and_fill_the_plan(mesh):
    narrowest = np.zeros(mesh.counts[1:], int)
    widths = mesh.width[finest(mesh)].min(axis=0)
    for easting, northing in zip(*mesh.columns(), strict=True):
        place = [(northing - ORIGIN[1]) / SPACING[1], (easting - ORIGIN[2]) / SPACING[2]]
        width = widths[int(place[0]), int(place[1])]
        block = tuple(slice(round(middle - 0.5 * width), round(middle + 0.5 * width)) for middle in place)
        assert (widths[block] == width).all()
        narrowest[block] += 1
    assert (narrowest == 1).all()


def test_an_octree_is_a_mesh():
    mesh = random_octree(holes=0.3)
    assert isinstance(mesh, Mesh)
    assert mesh.dims == ("cell",)
    assert mesh.bounds == {"upward": (-300.0, -284.0), "northing": (7.1e6, 7.1e6 + 80.0), "easting": (5e5, 5e5 + 320.0)}
    npt.assert_allclose(mesh.volumes.sum(), 16.0 * 80.0 * 320.0)
    assert mesh.smallest_width("northing") == 5.0
    assert not mesh.active.flags.writeable
    assert repr(mesh).startswith(
        f"OctreeGrid of {mesh.size} cells, finest 2 x 5 x 10 m (upward, northing, easting), ea"
    )


def test_topography_cuts_cells_by_their_centres():
    mesh = random_octree()
    ground = np.array([(e, n, -292.5) for e in (4e5, 6e5) for n in (7e6, 7.2e6)])
    cut = mesh.with_topography(ground)
    npt.assert_array_equal(cut.active, mesh.centres[2] < -292.5)
    assert cut.crs == mesh.crs
    with pytest.raises(InputError, match=r"expects ground above -299 m, its lowest cell centre"):
        mesh.with_topography(ground - [0.0, 0.0, 100.0])
    with pytest.raises(InputError, match="expects topography over it"):
        mesh.with_topography(ground - [-3e5, 0.0, 0.0])


def test_the_octree_is_found_beside_the_grid():
    assert geoinv.OctreeGrid is OctreeGrid
