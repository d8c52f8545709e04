"""NetworkGrid: values go between any mesh and a regular grid under the stations without being changed for nothing."""

from __future__ import annotations

import numpy as np
import pytest

from geoinv import Grid, MainField, Survey
from geoinv.core.checks import InputError
from geoinv.learned.priors.network_grid import NetworkGrid
from geoinv.meshes.base import Mesh
from geoinv.meshes.octree import OctreeGrid

FIELD = MainField(60.0, 10.0, 5e4)


def _survey(low: float, high: float, apart: float, height: float = 20.0) -> Survey:
    along = np.arange(low, high + 1e-6, apart)
    easting, northing = (axis.ravel() for axis in np.meshgrid(along, along))
    return Survey(easting, northing, np.full(easting.size, height), field=FIELD)


def _blob(mesh: Mesh, centre: tuple[float, float, float] = (160.0, 160.0, -60.0)) -> np.ndarray:
    distance = sum((axis - at) ** 2 for axis, at in zip(mesh.centres, centre, strict=True))
    return np.broadcast_to(np.exp(-distance / 60.0**2), mesh.shape) * mesh.active


def _padded() -> Grid:
    outward = 20.0 * np.cumsum(1.4 ** np.arange(1, 7))
    axis = np.concatenate([-outward[::-1], np.arange(0.0, 321.0, 20.0), 320.0 + outward])
    down = np.concatenate([-160.0 - 10.0 * np.cumsum(1.4 ** np.arange(1, 6))[::-1], np.arange(-160.0, 1.0, 10.0)])
    return Grid(axis, axis, down)


def test_a_regular_mesh_is_its_own_grid_hills_and_all() -> None:
    mesh = Grid.regular((8, 16, 16), (10.0, 20.0, 20.0), (-80.0, 0.0, 0.0))
    active = np.ones(mesh.shape, bool)
    active[-2:, :5] = False
    mesh = mesh.with_active(active)
    grid = NetworkGrid.under(mesh, _survey(10.0, 310.0, 20.0, 30.0))
    model = np.random.default_rng(0).random(mesh.shape) * active
    assert grid.shape == mesh.shape
    assert np.array_equal(grid.active, active)
    assert np.array_equal(grid.of_mesh(model), model)
    assert np.array_equal(grid.to_mesh(model, np.full(mesh.shape, 9.0)), model)


def test_the_core_of_a_padded_mesh_is_the_grid_and_padding_keeps_what_it_had() -> None:
    mesh = _padded()
    grid = NetworkGrid.under(mesh, _survey(10.0, 310.0, 20.0))
    assert grid.spacing == pytest.approx((10.0, 20.0, 20.0))
    model = _blob(mesh)
    back = grid.to_mesh(grid.of_mesh(model), np.full(mesh.shape, 9.0))
    core = np.all(np.isclose(mesh.volumes, mesh.volumes.min()))
    core = np.isclose(mesh.volumes, mesh.volumes.min())
    assert np.array_equal(back[core], model[core])
    corner = back[0, 0, 0]
    assert corner == 9.0


def test_an_octree_and_a_regular_mesh_of_one_model_give_one_grid() -> None:
    survey = _survey(10.0, 310.0, 20.0)
    octree = OctreeGrid.for_survey(survey, cell=20.0, depth=200.0)
    grid = NetworkGrid.under(octree, survey)
    model = _blob(octree)
    seen = grid.of_mesh(model)
    regular = Grid.regular(grid.shape, grid.spacing, grid.origin)
    assert np.abs(seen - _blob(regular)).max() < 0.35  # cells deep down are wide
    top = np.s_[-3:]
    assert np.abs(seen - _blob(regular))[top].max() < 0.03
    smallest = octree.width == 1
    back = grid.to_mesh(seen, model)
    inside = smallest & (np.abs(back - model) > 1e-12)
    assert not inside.any()


def test_cells_much_smaller_than_the_stations_are_apart_are_joined() -> None:
    mesh = Grid.regular((20, 40, 40), (8.0, 8.0, 8.0), (-160.0, 0.0, 0.0))
    grid = NetworkGrid.under(mesh, _survey(10.0, 310.0, 20.0))
    assert grid.spacing == pytest.approx((8.0, 16.0, 16.0))
    model = np.broadcast_to(np.arange(40.0) // 2, mesh.shape)
    assert np.array_equal(grid.to_mesh(grid.of_mesh(model), np.zeros(mesh.shape)), model)


def test_of_a_far_larger_mesh_it_takes_what_lies_under_the_stations() -> None:
    mesh = Grid.regular((8, 80, 80), (20.0, 20.0, 20.0), (-160.0, -640.0, -640.0))
    grid = NetworkGrid.under(mesh, _survey(10.0, 310.0, 20.0))
    assert grid.shape[1] <= 16 + 8
    assert grid.origin[1] >= -80.0


def test_too_few_cells_and_stations_elsewhere_are_rejected() -> None:
    mesh = Grid.regular((3, 16, 16), (10.0, 20.0, 20.0), (-30.0, 0.0, 0.0))
    with pytest.raises(InputError, match=r"4 x 8 x 8 cells.*or more under the stations.*got 3 x 16 x 16"):
        NetworkGrid.under(mesh, _survey(10.0, 310.0, 20.0))
    with pytest.raises(InputError, match="stations over the mesh, got none"):
        NetworkGrid.under(mesh, _survey(9010.0, 9310.0, 20.0))
