"""The quadratic of cells and faces beside its sums written out, on both meshes."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from makers import padded_grid
from octree_makers import random_octree

from geoinv.regularizers.weighted_differences import WeightedDifferences

MESHES = {"tensor": padded_grid(), "octree": random_octree((4, 4, 8))}


@pytest.fixture(params=MESHES)
def quadratic(request):
    mesh, random = MESHES[request.param], np.random.default_rng(2)
    faces = mesh.faces()
    weights = tuple(random.random(f.shape) for f in faces)
    return mesh, WeightedDifferences(faces, random.random(mesh.shape), weights)


def value(q, v):
    between = sum((w * f.difference(v) ** 2).sum() for f, w in zip(q.faces, q.face_weights, strict=True))
    return 0.5 * (q.cell_weights * v**2).sum() + 0.5 * between


def test_the_curvature_is_symmetric_and_gives_twice_the_value(quadratic):
    mesh, q = quadratic
    u, v = np.random.default_rng(0).standard_normal((2, *mesh.shape))
    npt.assert_allclose((v * q.curvature(v)).sum(), 2.0 * value(q, v), rtol=1e-12)
    npt.assert_allclose((u * q.curvature(v)).sum(), (v * q.curvature(u)).sum(), rtol=1e-10)


def test_the_diagonal_is_that_of_the_matrix(quadratic):
    mesh, q = quadratic
    units = np.eye(mesh.size).reshape(-1, *mesh.shape)
    diagonal = np.array([(unit * q.curvature(unit)).sum() for unit in units])
    npt.assert_allclose(q.diagonal(mesh.shape).ravel(), diagonal, rtol=1e-12)


def test_components_of_a_vector_are_weighted_alike_and_apart(quadratic):
    mesh, q = quadratic
    v = np.random.default_rng(1).standard_normal((3, *mesh.shape))
    npt.assert_allclose(q.curvature(v), [q.curvature(part) for part in v], rtol=1e-12)
    npt.assert_allclose(q.diagonal((3, *mesh.shape)), [q.diagonal(mesh.shape)] * 3, rtol=1e-12)


def test_a_model_is_not_changed(quadratic):
    mesh, q = quadratic
    v = np.ones(mesh.shape)
    q.curvature(v)
    npt.assert_array_equal(v, np.ones(mesh.shape))
    # of a constant, the faces see nothing
    npt.assert_allclose(q.curvature(v), q.cell_weights, rtol=1e-12)
