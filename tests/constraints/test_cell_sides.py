"""Sides of cells, of any mesh."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

import geoinv
from geoinv.constraints.cell_sides import planes_of, sides_of, thinnest_of
from geoinv.meshes.base import AXES


def meshes():
    grid = geoinv.Grid([0, 10, 30], [5, 10, 20, 40], [-7, -3, 0])
    tree = geoinv.OctreeGrid([[0, 0, 0], [0, 0, 2]], [2, 2], (2, 2, 4), (10.0, 20.0, 30.0), (-5.0, 1.0, 2.0))
    return {"tensor": grid, "octree": tree}


@pytest.mark.parametrize("name", ["tensor", "octree"])
def test_sides_enclose_centres_and_volumes(name):
    mesh = meshes()[name]
    lengths = []
    for axis, centre in zip(reversed(AXES), mesh.centres, strict=True):
        low, high = sides_of(mesh, axis)
        npt.assert_allclose(0.5 * (low + high), np.broadcast_to(centre, mesh.shape).ravel())
        assert set(np.concatenate([low, high])) == set(planes_of(mesh, axis))
        lengths.append(high - low)
    npt.assert_allclose(np.prod(lengths, axis=0), mesh.volumes.ravel())
    npt.assert_allclose(thinnest_of(mesh), np.min(lengths, axis=0))


def test_a_mesh_without_sides_is_rejected():
    with pytest.raises(geoinv.InputError, match="expect a mesh that tells its edges or cubes, got object"):
        planes_of(object(), "easting")
