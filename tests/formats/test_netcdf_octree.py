"""Octrees in netCDF files: meshes, models, and what is refused."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

from geoinv import Grid, InputError, OctreeGrid
from geoinv.formats import convert, describe, read_mesh, read_model, recognise, write_mesh, write_model
from geoinv.meshes.octree_refinement import Surface, refined


def octree() -> OctreeGrid:
    counts = (8, 16, 16)
    corner, width = refined(Surface(6, 4, np.full((4, 4), 7.0)), counts)
    mesh = OctreeGrid(corner, width, counts, (2.5, 5.0, 10.0), (-20.0, 7.1e6, 5e5), crs="EPSG:26917")
    return mesh.with_active(mesh.centres[2] < -2.5)


def test_meshes_and_models_come_back(tmp_path):
    mesh = octree()
    model = np.where(mesh.active, np.linspace(0.0, 0.1, mesh.size), np.nan)
    write_mesh(tmp_path / "mesh.nc", mesh)
    write_model(tmp_path / "model.nc", mesh, model)
    for name, kind in (("mesh.nc", "netCDF mesh"), ("model.nc", "netCDF model")):
        assert recognise(tmp_path / name).name == kind
        back = read_mesh(tmp_path / name)
        assert back.same_places(mesh)
        assert back.crs == mesh.crs
        npt.assert_array_equal(back.active, mesh.active)
    npt.assert_array_equal(read_model(tmp_path / "model.nc", mesh), model)
    told = describe(tmp_path / "model.nc")
    assert f"{mesh.size} cells, {int(mesh.active.sum())} active" in told
    assert "susceptibility 0 to" in told


def test_vectors_come_back(tmp_path):
    mesh, model = octree(), np.random.default_rng(0).random((3, octree().size))
    write_model(tmp_path / "model.nc", mesh, model, "magnetization")
    back = read_model(tmp_path / "model.nc", mesh, "magnetization")
    npt.assert_array_equal(back, np.where(mesh.active, model, np.nan))


def test_files_of_ubc_and_netcdf_are_converted_into_each_other(tmp_path):
    mesh = octree()
    model = np.where(mesh.active, np.linspace(0.0, 0.1, mesh.size), np.nan)
    write_model(tmp_path / "model.nc", mesh, model)
    assert "mesh to" in convert(tmp_path / "model.nc", tmp_path / "model.sus")
    assert recognise(tmp_path / "model.msh").name == "UBC OcTree mesh"
    convert(tmp_path / "model.sus", tmp_path / "back.nc", mesh=tmp_path / "model.msh")
    back = read_mesh(tmp_path / "back.nc")
    assert back.same_places(mesh)
    npt.assert_array_equal(back.active, mesh.active)
    npt.assert_array_equal(read_model(tmp_path / "back.nc", mesh), model)


def test_models_on_other_meshes_are_refused(tmp_path):
    mesh = octree()
    write_model(tmp_path / "model.nc", mesh, np.ones(mesh.size))
    shifted = OctreeGrid(mesh.corner, mesh.width, mesh.counts, mesh.spacing, (-20.0, 7.1e6, 5e5 + 1.0))
    for other in (shifted, Grid.regular((2, 2, 2), (1, 1, 1))):
        with pytest.raises(InputError, match="expected a model on the mesh"):
            read_model(tmp_path / "model.nc", other)


def test_an_octree_without_its_box_is_refused(tmp_path):
    data = octree().to_xarray(susceptibility=np.ones(octree().size))
    data.drop_vars("octree").to_netcdf(tmp_path / "model.nc")
    with pytest.raises(InputError, match="expects a mesh, got netCDF survey"):
        read_mesh(tmp_path / "model.nc")


def changed(name, index, value):
    """Dataset of the octree with one number of a variable changed."""
    data = octree().to_xarray(susceptibility=np.ones(octree().size))
    numbers = data[name].values.astype(float)
    numbers[index] = value
    return data.assign_coords({name: (data[name].dims, numbers, data[name].attrs)})


def boxed(**attributes):
    """Dataset of the octree with other attributes of its box."""
    data = octree().to_xarray()
    data["octree"].attrs.update(attributes)
    return data


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: boxed(finest_cells="a b c"), "attribute finest_cells of octree as three numbers .* got 'a b c'"),
        (lambda: boxed(finest_cells=[8.5, 16.0, 16.0]), "counts as whole numbers up to 2097152, got 8.5"),
        (lambda: boxed(finest_cells=[-8, 16, 16]), "powers of two up to"),
        (lambda: boxed(finest_spacing=[0.0, 5.0, 10.0]), "positive finest spacing, got 0 m"),
        (lambda: boxed(finest_spacing=[np.nan, 5.0, 10.0]), "finest_spacing of octree as three numbers"),
        (lambda: boxed(finest_spacing=[2.5, 5.0, 9.0]), "whole multiples of the finest one"),
        (lambda: boxed(origin=[1e300, 0.0, 0.0]), "whole multiples of the finest one"),
        (lambda: boxed(origin=[0.0, 0.0, 0.0]), "inside the box"),
        (lambda: changed("easting_bounds", (3, 0), np.nan), "number in every easting_bounds, got none for cell 3"),
        (lambda: changed("northing_bounds", (3, 0), np.inf), "expected finite numbers in northing_bounds"),
        (lambda: changed("active", 3, 2.0), "active as 1 .* or 0 in every cell, got 2"),
        (lambda: octree().to_xarray().drop_vars("upward_bounds"), "got no upward_bounds; write the mesh"),
        (lambda: octree().to_xarray().isel(cell=slice(0)), r"width of shape \(cells,\), got \(0,\)"),
    ],
)
def test_files_with_something_wrong_are_refused_in_a_sentence(tmp_path, make, words):
    make().to_netcdf(tmp_path / "mesh.nc")
    with pytest.raises(InputError, match=words):
        read_mesh(tmp_path / "mesh.nc")


def test_centres_are_not_needed_where_there_are_bounds(tmp_path):
    octree().to_xarray().drop_vars("easting").to_netcdf(tmp_path / "mesh.nc")
    assert read_mesh(tmp_path / "mesh.nc").same_places(octree())
