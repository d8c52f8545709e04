"""Tensor meshes beside xarray, discretize and PyVista."""

from __future__ import annotations

import discretize
import numpy as np
import numpy.testing as npt
import pytest
import xarray as xr
from makers import padded_grid

from geoinv import Grid, InputError
from geoinv.meshes import exchange

GRID = padded_grid()
MODEL = np.arange(float(GRID.size)).reshape(GRID.shape)


def test_models_are_null_where_cells_are_not_active():
    found = exchange.models_on(GRID, "anything", {"a": MODEL})["a"]
    npt.assert_array_equal(found[GRID.active], MODEL[GRID.active])
    assert np.isnan(found[~GRID.active]).all()
    with pytest.raises(InputError, match=r"anything expects a of shape"):
        exchange.models_on(GRID, "anything", {"a": MODEL.ravel()})


def test_a_labelled_model_follows_its_labels():
    data = exchange.dataset_of(GRID, {"a": MODEL})
    turned = data["a"].transpose()
    npt.assert_array_equal(exchange.models_on(GRID, "anything", {"a": turned})["a"], data["a"].values)


def test_cells_come_back_from_a_dataset_whatever_its_order():
    for data in (exchange.dataset_of(GRID, {}), exchange.dataset_of(GRID, {})[{"upward": slice(None, None, -1)}]):
        edges, active, crs = exchange.cells_of_dataset(data)
        for axis in edges:
            npt.assert_allclose(edges[axis], GRID.edges(axis), atol=1e-12)
        npt.assert_array_equal(active, GRID.active)
        assert crs == GRID.crs


def test_a_dataset_that_is_no_mesh_is_rejected():
    with pytest.raises(InputError, match=r"upward, northing, easting, got x; add upward, northing, easting in metres"):
        exchange.cells_of_dataset(xr.Dataset(coords={"x": [1.0]}))
    data = exchange.dataset_of(GRID, {})
    with pytest.raises(InputError, match=r"active as 1 \(rock\) or 0 in every cell, got 2"):
        exchange.cells_of_dataset(data.assign_coords(active=2 * data["active"].astype(float)))


def test_null_values_of_a_model_alone_are_inactive_cells():
    _, active, _ = exchange.cells_of_dataset(exchange.dataset_of(GRID, {"a": MODEL})["a"].drop_vars("active"))
    npt.assert_array_equal(active, GRID.active)


def test_discretize_has_the_same_cells_in_the_order_of_a_raveled_model():
    mesh = exchange.tensor_mesh(GRID)
    npt.assert_allclose(mesh.cell_volumes, np.broadcast_to(GRID.volumes, GRID.shape).ravel(), rtol=1e-12)
    centres = [np.broadcast_to(c, GRID.shape).ravel() for c in GRID.centres]
    npt.assert_allclose(mesh.cell_centers, np.column_stack(centres), rtol=1e-12, atol=1e-9)
    again = Grid(*exchange.edges_of_tensor_mesh(mesh))
    for axis in ("easting", "northing", "upward"):
        npt.assert_allclose(again.edges(axis), GRID.edges(axis), atol=1e-9)
    npt.assert_array_equal(exchange.active_in_order(GRID, GRID.active.ravel()), GRID.active)


def test_meshes_and_marks_that_do_not_fit_are_rejected():
    for mesh in (discretize.TensorMesh([3, 3]), discretize.TreeMesh([4, 4, 4], diagonal_balance=True)):
        with pytest.raises(InputError, match=r"expects a TensorMesh of 3 dimensions, got T\w+Mesh; resample"):
            exchange.edges_of_tensor_mesh(mesh)
    with pytest.raises(InputError, match=rf"active cells of shape \({GRID.size},\), got \(3,\)"):
        exchange.active_in_order(GRID, [True, False, True])


def test_pyvista_has_the_same_volumes_and_values():
    drawn = exchange.rectilinear(GRID, {"a": MODEL})
    sizes = drawn.compute_cell_sizes(length=False, area=False)["Volume"]
    npt.assert_allclose(sizes, np.broadcast_to(GRID.volumes, GRID.shape).ravel(), rtol=1e-9)
    npt.assert_array_equal(drawn.cell_data["a"], np.where(GRID.active, MODEL, np.nan).ravel())
    npt.assert_array_equal(drawn.cell_data["active"].astype(bool), GRID.active.ravel())
