"""Cells filled in part: the normal of a surface from the parts, and the laws of a field along it and across it."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

import geoinv
from geoinv.operators.partial_fill import PartialFill

CHI = 3.0


def test_a_slanting_surface_has_the_means_of_its_two_sides_along_and_across_it():
    spacing, count = 10.0, 9
    mesh = geoinv.Grid.regular((count,) * 3, (spacing,) * 3, (-0.5 * spacing * count,) * 3)
    normal = np.array([0.48, 0.36, 0.8])
    fine = (np.arange(8 * count) + 0.5) * spacing / 8.0 - 0.5 * spacing * count
    heights = normal[0] * fine + normal[1] * fine[:, None] + normal[2] * fine[:, None, None]
    part = (heights < 0.0).reshape(count, 8, count, 8, count, 8).mean(axis=(1, 3, 5))
    rock, chi = PartialFill("test", mesh, part), np.full(mesh.shape, CHI)
    middle = (slice(None), *3 * (count // 2,))
    f = part[middle[1:]]
    assert 0.2 < f < 0.8
    across, along = np.multiply.outer(normal, chi), np.multiply.outer(np.cross(normal, [1.0, 0.0, 0.0]), chi)
    for field, factor in ((along, f * CHI), (across, f * CHI / (1.0 + (1.0 - f) * CHI))):
        found = rock.magnetized(chi, field)[middle]
        npt.assert_allclose(found, factor * field[middle], rtol=0, atol=0.15 * factor * np.linalg.norm(field[middle]))


def test_an_octree_sees_the_surface_that_its_grid_of_equal_cells_sees():
    discretize = pytest.importorskip("discretize")
    tree = discretize.TreeMesh([[10.0] * 4] * 3, diagonal_balance=True)
    tree.refine(2)
    octree, edges = geoinv.OctreeGrid.from_discretize(tree), np.linspace(0.0, 40.0, 5)
    grid, random = geoinv.Grid(edges, edges, edges), np.random.default_rng(5)
    place = tuple(octree.corner.T)
    part, field = random.uniform(0.0, 1.0, grid.shape), random.standard_normal((3, *grid.shape))
    chi = random.uniform(0.0, 9.0, grid.shape)
    expected = PartialFill("test", grid, part).magnetized(chi, field)
    found = PartialFill("test", octree, part[place]).magnetized(chi[place], field[(slice(None), *place)])
    npt.assert_allclose(found, expected[(slice(None), *place)], rtol=1e-12, atol=1e-12)


def test_whole_cells_and_rock_without_parts_are_the_same_and_empty_ones_hold_nothing():
    grid, random = geoinv.Grid.regular((2, 3, 4), (10.0, 10.0, 10.0)), np.random.default_rng(1)
    chi, field = random.uniform(-1.0, 5.0, grid.shape), random.standard_normal((3, *grid.shape))
    whole = PartialFill("test", grid, np.ones(grid.shape))
    npt.assert_allclose(
        whole.magnetized(chi, field), PartialFill("test", grid, None).magnetized(chi, field), rtol=1e-12
    )
    npt.assert_allclose(whole.slope(chi, field), field, rtol=1e-12)
    part = random.uniform(0.0, 1.0, grid.shape)
    part[0] = 0.0
    chi[0] = -1.0
    assert not PartialFill("test", grid, part).magnetized(chi, field)[:, 0].any()
