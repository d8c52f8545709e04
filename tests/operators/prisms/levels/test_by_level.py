"""Direct and dense on an octree, against the finest cells that its cells are made of."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from octree_makers import random_octree

import geoinv
from geoinv.operators import Gravity, Magnetics

FIELD = geoinv.MainField(65.0, 25.0, 50000.0)


def finest_cells(mesh):
    """Uniform grid of an octree's finest cells, and the owner of each."""
    index = np.stack(np.meshgrid(*(np.arange(n) for n in mesh.counts), indexing="ij"), axis=-1)
    owner = mesh.cell_at(index)
    edges = [mesh.origin[k] + mesh.spacing[k] * np.arange(mesh.counts[k] + 1.0) for k in range(3)]
    return geoinv.Grid(*edges[::-1], mesh.active[owner]), owner


def stations(mesh):
    """Stations above the mesh, on a face of it and outside."""
    (bottom, top), (south, north), (west, east) = mesh.bounds.values()
    random = np.random.default_rng(0)
    points = np.column_stack(
        [
            random.uniform(west, east, 9),
            random.uniform(south, north, 9),
            top + random.uniform(0.1, 2.0, 9) * (top - bottom),
        ]
    )
    points[0] = mesh.origin[2] + mesh.spacing[2] * 2, mesh.origin[1] + mesh.spacing[1] * 3, top
    points[1] = west - 30.0, north, bottom
    return points.T


@pytest.mark.parametrize("engine", ["direct", "dense"])
@pytest.mark.parametrize(
    ("physics", "unknown"), [(Gravity, {}), (Magnetics, {}), (Magnetics, {"unknown": "magnetization"})]
)
def test_an_engine_by_level_is_that_of_the_finest_cells(engine, physics, unknown):
    mesh = random_octree(holes=0.2)
    components = {"components": ("gz", "geu")} if physics is Gravity else {"components": ("tmi", "buu"), "field": FIELD}
    survey = geoinv.Survey(*stations(mesh), **components)
    grid, owner = finest_cells(mesh)
    A, whole = physics(mesh, survey, engine=engine, **unknown), physics(grid, survey, engine="direct", **unknown)
    assert A.engine == engine
    model = np.random.default_rng(1).standard_normal(A.domain_shape)
    data = whole(model[..., owner])
    npt.assert_allclose(A(model), data, rtol=0.0, atol=1e-11 * abs(data).max())
    y = np.random.default_rng(2).standard_normal(A.range_shape)
    npt.assert_allclose(np.vdot(A(model), y), np.vdot(model, A.T(y)), rtol=1e-11)
    weights = np.random.default_rng(3).uniform(0.5, 2.0, A.range_shape)
    columns = A(np.eye(model.size).reshape(-1, *A.domain_shape))
    squares = np.sum((weights * columns) ** 2, axis=(1, 2)).reshape(A.domain_shape)
    npt.assert_allclose(A.gram_diagonal(weights), squares, rtol=1e-10)


def test_a_level_that_the_engine_does_not_serve_is_told():
    mesh = random_octree()
    survey = geoinv.Survey([1e9], [0.0], [0.0], components=("gz",))
    with pytest.raises(geoinv.InputError, match=r"engine='direct' expects cells that are not too far away, or an rtol"):
        Gravity(mesh, survey, engine="direct")
