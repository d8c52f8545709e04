"""Octrees to discretize, xarray and PyVista and back."""

from __future__ import annotations

import discretize
import numpy as np
import numpy.testing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from octree_makers import boxes, octrees, random_octree, tree_mesh

from geoinv import InputError, OctreeGrid


@settings(max_examples=20)
@given(counts=boxes, seed=st.integers(0, 10**6), points=st.integers(1, 8), balance=st.booleans())
def test_cells_and_their_order_are_those_of_discretize_there_and_back(counts, seed, points, balance):
    tree = tree_mesh(counts, points, seed, balance)
    mesh = OctreeGrid.from_discretize(tree)
    npt.assert_allclose(mesh.volumes, tree.cell_volumes)
    npt.assert_allclose(np.column_stack(mesh.centres), tree.cell_centers)
    npt.assert_array_equal(mesh.level, tree.max_level - tree.cell_levels_by_index(np.arange(tree.n_cells)))
    back = mesh.to_discretize()
    npt.assert_array_equal(back.cell_centers, tree.cell_centers)
    assert OctreeGrid.from_discretize(back).same_places(mesh)


@settings(max_examples=15)
@given(octrees)
def test_any_octree_survives_xarray_exactly(mesh):
    model = np.arange(float(mesh.size))
    data = mesh.to_xarray(susceptibility=model)
    back = OctreeGrid.from_xarray(data)
    assert back.same_places(mesh)
    assert back.crs == mesh.crs
    npt.assert_array_equal(back.active, mesh.active)
    npt.assert_array_equal(data.susceptibility, np.where(mesh.active, model, np.nan))
    assert data.susceptibility.attrs["units"] == "1"
    assert data.easting.attrs["bounds"] == "easting_bounds"


def test_voxels_in_pyvista_are_the_cells():
    pytest.importorskip("pyvista")
    mesh = random_octree(holes=0.2)
    voxels = mesh.to_pyvista(susceptibility=np.arange(float(mesh.size)))
    npt.assert_allclose(voxels.cell_centers().points, np.column_stack(mesh.centres), rtol=1e-6)
    npt.assert_allclose(voxels.compute_cell_sizes()["Volume"], mesh.volumes, rtol=1e-4)
    npt.assert_array_equal(np.isnan(voxels["susceptibility"]), ~mesh.active)


def test_meshes_of_discretize_that_are_no_such_octree_are_refused():
    cells = [np.full(4, 1.0)] * 3
    uneven = discretize.TreeMesh([[1.0, 1.0, 2.0, 2.0], *cells[1:]], diagonal_balance=True)
    rough = discretize.TreeMesh(cells, diagonal_balance=True)
    uneven.finalize()
    flat = discretize.TreeMesh(cells[:2], diagonal_balance=True)
    flat.finalize()
    for mesh, words in [
        (discretize.TensorMesh(cells), "TreeMesh of 3 dimensions, got TensorMesh"),
        (flat, "TreeMesh of 3 dimensions, got TreeMesh of 2 dimensions"),
        (rough, "finalized TreeMesh"),
        (uneven, "finest cells of one width along easting, got 1 to 2 m"),
    ]:
        with pytest.raises(InputError, match=words):
            OctreeGrid.from_discretize(mesh)


@pytest.mark.parametrize(
    "active",
    [np.ones(3, bool), np.arange(15), np.arange(12), np.full(15, np.nan), np.full(15, "a"), np.ones((15, 1), bool)],
)
def test_active_cells_of_discretize_that_are_no_mark_of_each_cell_are_rejected(active):
    with pytest.raises(InputError, match=r"active as True or False for each of the 15 cells, got .*; where you have"):
        OctreeGrid.from_discretize(tree_mesh((4, 4, 4), 2), active=active)


@pytest.mark.parametrize("kind", [bool, int, float, list])
def test_active_cells_of_discretize_are_marks_in_its_order(kind):
    tree = tree_mesh((4, 4, 4), 2)
    below = tree.cell_centers[:, 2] < np.median(tree.cell_centers[:, 2])
    given = below.tolist() if kind is list else below.astype(kind)
    mesh = OctreeGrid.from_discretize(tree, active=given)
    npt.assert_array_equal(mesh.active, below)
    npt.assert_array_equal(np.column_stack(mesh.centres), tree.cell_centers)


def test_neighbours_that_differ_by_more_than_one_level_have_no_mesh_in_discretize():
    mesh = random_octree(split=0.5)
    with pytest.raises(InputError, match=f"would make .* cells of these {mesh.size}; split the wider ones"):
        mesh.to_discretize()


def test_datasets_that_are_no_octree_are_refused():
    data = random_octree().to_xarray()
    shifted = data.assign_coords(easting_bounds=data.easting_bounds + 3.0)
    for wrong, words in [
        (data.drop_vars("octree"), "got no octree; write the mesh with OctreeGrid.to_xarray"),
        (shifted, "whole multiples of the finest one, alike along all axes, got easting 500003 to"),
        (data.isel(cell=slice(None, None, -1)), "in the order of discretize"),
        (data.isel(cell=slice(5)), "fill its box once"),
    ]:
        with pytest.raises(InputError, match=words):
            OctreeGrid.from_xarray(wrong)
