"""What topography leaves of meshes."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

from geoinv import Grid, InputError, OctreeGrid
from geoinv.meshes.ground import below_ground

PLANE = np.array([(e, n, 0.1 * e) for e in (-500.0, 500.0) for n in (-500.0, 500.0)])


@pytest.mark.parametrize(
    "mesh",
    [
        Grid([-20.0, 0.0, 10.0, 40.0], [0.0, 10.0, 20.0], [-4.0, -1.0, 0.0, 3.0]),
        OctreeGrid([[0, 0, 0], [0, 0, 2]], [2, 2], (2, 2, 4), (1.0, 10.0, 10.0), (-1.0, 0.0, -20.0)),
    ],
)
def test_cells_of_any_mesh_are_below_the_ground_by_their_centres(mesh):
    easting, _, upward = np.broadcast_arrays(*mesh.centres)
    npt.assert_array_equal(below_ground(mesh, PLANE), upward < 0.1 * easting)
    some = np.arange(mesh.size).reshape(mesh.shape) % 2 == 1
    if (some & (upward < 0.1 * easting)).any():
        npt.assert_array_equal(below_ground(mesh.with_active(some), PLANE), some & (upward < 0.1 * easting))


@pytest.mark.parametrize(
    ("shift", "words"),
    [((1e4, 0.0, 0.0), "topography over it, got easting"), ((0.0, 0.0, -300.0), "expects ground above -2.5 m")],
)
def test_ground_elsewhere_or_below_all_cells_is_refused(shift, words):
    mesh = Grid([-20.0, 0.0, 10.0, 40.0], [0.0, 10.0, 20.0], [-4.0, -1.0, 0.0, 3.0])
    with pytest.raises(InputError, match=words):
        below_ground(mesh, PLANE + np.array(shift))
