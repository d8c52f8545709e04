"""What every mesh answers, asked of both meshes there are."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from makers import padded_grid
from octree_makers import random_octree

from geoinv.meshes.base import AXES, Mesh, of_cubes

MESHES = {"tensor": padded_grid(), "octree": random_octree(holes=0.2)}


@pytest.mark.parametrize("mesh", MESHES.values(), ids=MESHES)
def test_a_mesh_answers_the_whole_protocol(mesh: Mesh) -> None:
    assert isinstance(mesh, Mesh)
    assert mesh.shape == mesh.active.shape == np.broadcast_shapes(mesh.volumes.shape, mesh.shape)
    assert len(mesh.dims) == len(mesh.shape)
    assert mesh.size == np.prod(mesh.shape)
    sides = [mesh.bounds[axis][1] - mesh.bounds[axis][0] for axis in AXES]
    npt.assert_allclose(np.broadcast_to(mesh.volumes, mesh.shape).sum(), np.prod(sides), rtol=1e-12)


@pytest.mark.parametrize("mesh", MESHES.values(), ids=MESHES)
def test_a_centre_touches_its_own_cell_alone(mesh: Mesh) -> None:
    centres = [np.broadcast_to(c, mesh.shape).ravel() for c in mesh.centres]
    npt.assert_array_equal(mesh.touching(*centres), np.repeat(np.arange(mesh.size)[:, None], 8, axis=1))
    npt.assert_array_equal(mesh.inside_rock(*centres), mesh.active.ravel())


@pytest.mark.parametrize("mesh", MESHES.values(), ids=MESHES)
def test_faces_see_differences_of_what_is_linear_and_their_transposes(mesh: Mesh) -> None:
    random = np.random.default_rng(0)
    for faces, axis, along in zip(mesh.faces(), AXES, mesh.centres[::-1], strict=True):
        assert faces.axis == axis
        v, f = random.random(mesh.shape), random.random(faces.shape)
        npt.assert_allclose((faces.difference(v) * f).sum(), (v * faces.adjoint(f)).sum(), rtol=1e-10)
        npt.assert_allclose((faces.mean(v) * f).sum(), (v * faces.mean_adjoint(f)).sum(), rtol=1e-12)
        position = np.broadcast_to(along, mesh.shape)
        steps = np.broadcast_to(faces.difference(position), faces.shape)
        npt.assert_allclose(steps, np.broadcast_to(faces.distance, faces.shape), rtol=1e-6)


def test_cubes_are_those_of_octrees() -> None:
    assert of_cubes(MESHES["octree"])
    assert not of_cubes(MESHES["tensor"])
    assert not of_cubes(object())
