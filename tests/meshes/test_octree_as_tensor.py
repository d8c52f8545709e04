"""Octrees on the tensor mesh of their sides."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

from geoinv import OctreeGrid
from geoinv.meshes.octree_as_tensor import as_tensor
from geoinv.meshes.octree_refinement import Surface, refined


def octree() -> OctreeGrid:
    counts = (16, 32, 32)
    corner, width = refined(Surface(12, 6, np.full((6, 6), 13.0)), counts)
    mesh = OctreeGrid(corner, width, counts, (2.0, 5.0, 10.0), (-32.0, 1e6, 5e5))
    return mesh.with_active(mesh.centres[2] < -6.0)


def test_each_tensor_cell_lies_in_one_octree_cell_and_has_its_value():
    mesh, random = octree(), np.random.default_rng(0)
    values = random.random(mesh.size)
    grid, model = as_tensor(mesh, values)
    assert grid.size < np.prod(mesh.counts)
    npt.assert_allclose((model * grid.volumes).sum(), (values * mesh.volumes).sum())
    northing, upward, easting = grid.northing, grid.upward, grid.easting
    for k, j, i in random.integers(0, grid.shape, (50, 3)):
        cell = mesh.touching([easting[i]], [northing[j]], [upward[k]])[0, 0]
        assert model[k, j, i] == values[cell]
        assert grid.active[k, j, i] == mesh.active[cell]


@pytest.mark.parametrize("most", [4000, 500, 10, 1])
def test_the_narrowest_sides_are_left_out_where_there_would_be_too_many_cells(most):
    mesh = octree()
    grid, model = as_tensor(mesh, np.arange(float(mesh.size)), most)
    assert grid.size <= max(most, 4)
    assert grid.bounds == mesh.bounds
    assert model.shape == grid.shape
