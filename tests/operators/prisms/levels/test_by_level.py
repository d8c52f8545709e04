"""Direct and dense on an octree, against the finest cells that its cells are made of; lattices against dense."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from octree_makers import random_octree

import geoinv
from geoinv.meshes.octree_refinement import Surface, refined
from geoinv.operators import Gravity, Magnetics
from geoinv.operators.prisms.levels.planner import OctreePlanner

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
    some = np.random.default_rng(4).choice(model.size, 20, replace=False)
    units = np.zeros((some.size, model.size))
    units[np.arange(some.size), some] = 1.0
    squares = np.sum((weights * A(units.reshape(-1, *A.domain_shape))) ** 2, axis=(1, 2))
    npt.assert_allclose(A.gram_diagonal(weights).ravel()[some], squares, rtol=1e-10)


def test_a_level_that_the_engine_does_not_serve_is_told():
    mesh = random_octree()
    survey = geoinv.Survey([1e9], [0.0], [0.0], components=("gz",))
    with pytest.raises(geoinv.InputError, match=r"engine='direct' expects cells that are not too far away, or an rtol"):
        Gravity(mesh, survey, engine="direct")


def test_lattices_hold_the_tolerance_on_coarse_faces_at_fine_edges(monkeypatch):
    counts = (16, 32, 32)
    corner, width = refined(Surface(10, 10, np.full((12, 12), 13.0)), counts)
    mesh = geoinv.OctreeGrid(corner, width, counts, (4.0, 10.0, 7.0), (-64.0, 7e6, 5e5))
    mesh = mesh.with_active(mesh.centres[2] < -8.0)
    random = np.random.default_rng(4)
    tops = random.choice(np.flatnonzero(mesh.active & (mesh.width > 1)), 60)
    axes = ("easting", "northing", "upward")
    low, high = (np.stack([mesh.cell_edges(axis)[side][tops] for axis in axes]) for side in (0, 1))
    # corners, edges and middles of the upper faces of wide cells, where narrow ones often begin
    places = low + (high - low) * random.choice([0.0, 0.5, 1.0], low.shape)
    places[2] = high[2]
    beside = np.stack([random.uniform(*mesh.bounds[axis], 200) for axis in axes])
    beside[2] = random.uniform(1.0, 15.0, 200)
    survey = geoinv.Survey(*np.hstack([places, beside]), components=("tmi", "buu"), field=FIELD)
    groups = OctreePlanner._on
    monkeypatch.setattr(OctreePlanner, "_on", lambda *of: (one for one in groups(*of) if one.engine == "lattice"))
    A = Magnetics(mesh, survey, engine="levels", rtol=1e-5, unknown="magnetization")
    exact = Magnetics(mesh, survey, engine="dense", unknown="magnetization")
    assert {engine for _, _, engine in A.choice.settings["groups"]} == {"lattice"}
    single = np.zeros(A.domain_shape)
    single[:, random.choice(tops)] = [1.0, -0.5, 2.0]
    for model in (random.standard_normal(A.domain_shape), single):
        data = exact(model)
        for got, right in zip(A(model), data, strict=True):
            assert np.linalg.norm(got - right) < 1e-5 * np.linalg.norm(right)
    y = random.standard_normal(A.range_shape)
    npt.assert_allclose(np.vdot(A(model), y), np.vdot(model, A.T(y)), rtol=1e-7)
