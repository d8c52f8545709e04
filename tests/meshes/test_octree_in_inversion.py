"""Regularizers and inversions on octrees: nothing in them knows what kind of mesh it is."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

import geoinv
from geoinv import Grid, OctreeGrid
from geoinv.meshes.octree_order import place_in_order
from geoinv.meshes.octree_refinement import Surface, refined


def operator_on(mesh, rows=6, seed=0):
    """Random operator from the models of a mesh."""
    matrix = np.random.default_rng(seed).random((rows, mesh.size)) * mesh.active.ravel()

    class OnMesh(geoinv.LinearOperator):
        dtype = np.dtype(np.float64)
        domain_shape, range_shape = mesh.shape, (rows,)

        def _forward(self, x):
            return x.reshape(len(x), -1) @ matrix.T

        def _adjoint(self, y):
            return (y @ matrix).reshape(-1, *mesh.shape)

    operator = OnMesh()
    operator.mesh = mesh
    return operator


@pytest.mark.parametrize("smoothness", [1.0, (0.5, 2.0, 3.0)])
def test_an_octree_of_finest_cells_is_regularized_as_the_grid_of_them(smoothness):
    counts, spacing, origin = (4, 8, 8), (2.0, 5.0, 10.0), (-8.0, 0.0, 0.0)
    index = np.array(list(np.ndindex(*counts)))
    order = np.argsort(place_in_order(index, counts))
    active = np.random.default_rng(3).random(len(index)) < 0.8
    octree = OctreeGrid(index[order], np.ones(len(index), int), counts, spacing, origin, active[order])
    grid = Grid.regular(counts, spacing, origin).with_active(active.reshape(counts))
    model = np.random.default_rng(4).random(len(index))
    weights = np.random.default_rng(5).uniform(0.5, 1.0, len(index))

    def bound(mesh, w):
        return geoinv.Smooth(smoothness=smoothness, weighting=w).bind(operator_on(mesh))

    on_octree, on_grid = bound(octree, weights[order]), bound(grid, weights.reshape(counts))
    npt.assert_allclose(on_octree.value(model[order]), on_grid.value(model.reshape(counts)))
    npt.assert_allclose(on_octree.gradient(model[order]), on_grid.gradient(model.reshape(counts)).ravel()[order])
    flat = model.reshape(counts)
    npt.assert_allclose(on_octree.curvature_diagonal(model[order]), on_grid.curvature_diagonal(flat).ravel()[order])


def octree() -> OctreeGrid:
    counts = (8, 16, 16)
    corner, width = refined(Surface(4, 4, np.full((6, 6), 7.0)), counts)
    return OctreeGrid(corner, width, counts, (10.0, 10.0, 10.0), (-80.0, 0.0, 0.0))


def test_smoothness_is_what_a_linear_model_has_whatever_the_cells():
    mesh = octree()
    phi = geoinv.Smooth(smallness=0.0, smoothness=(0.0, 0.0, 1.0), weighting=None).bind(operator_on(mesh))
    slope = phi.value(0.3 * mesh.centres[0])
    # all inner faces: each stands for its area times the distance of the centres
    faces = mesh.faces()[2]
    npt.assert_allclose(slope, 0.5 * 0.09 * mesh.smallest_width("easting") ** 2 * (faces.area * faces.distance).sum())


def test_distance_and_depth_weights_are_those_of_the_cells_centres():
    mesh = octree()
    field = geoinv.MainField(65.0, 25.0, 50000.0)
    survey = geoinv.Survey([60.0, 90.0], [70.0, 80.0], [5.0, 8.0], field=field)
    operator = operator_on(mesh)
    operator.survey, operator.decay_exponent = survey, 3.0
    phi = geoinv.Smooth(smoothness=0.0, weighting="distance").bind(operator)
    away = [
        np.sqrt(sum((c - s) ** 2 for c, s in zip(mesh.centres, station, strict=True)))
        for station in zip(survey.easting, survey.northing, survey.upward, strict=True)
    ]
    expected = sum((r + 2.5) ** -6.0 for r in away) ** 0.5
    found = phi.curvature_diagonal(np.zeros(mesh.size)) / mesh.volumes
    npt.assert_allclose(found / found.max(), expected / expected.max(), rtol=1e-6, atol=1e-6)
    depth = geoinv.Smooth(weighting="depth").bind(operator).curvature_diagonal(np.zeros(mesh.size))
    assert np.isfinite(depth).all()


def test_an_inversion_on_an_octree_reaches_its_target():
    mesh = octree().with_topography([[e, n, -10.0] for e in (-100.0, 300.0) for n in (-100.0, 300.0)])
    assert not mesh.active.all()
    operator = operator_on(mesh, rows=20)
    model = np.where(mesh.active & (mesh.centres[2] > -40.0), 0.05, 0.0)
    data = operator(model)
    noise = 0.02 * np.abs(data).max()
    data = data + noise * np.random.default_rng(1).standard_normal(data.shape)
    solution = geoinv.invert(operator, data, noise, regularizer=geoinv.Smooth(weighting=None))
    assert solution.reached
    assert solution.model.shape == mesh.shape
    assert not solution.model[~mesh.active].any()
    back = OctreeGrid.from_xarray(solution.to_xarray())
    assert back.same_places(mesh)
    npt.assert_array_equal(back.active, mesh.active)
