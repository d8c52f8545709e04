"""Conversion from one format to another and back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest
from format_files import MESH, written

from geoinv import Grid, InputError, MainField, Survey
from geoinv.formats import (
    convert,
    read_mesh,
    read_model,
    read_survey,
    write_mesh,
    write_model,
    write_survey,
)


def test_raglan_converts_to_netcdf_and_back(shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "raglan_1997" / "obs.mag"
    sentence = convert(source, tmp_path / "a.nc")
    assert "UBC magnetic observations" in sentence
    assert "1638 stations" in sentence
    convert(tmp_path / "a.nc", tmp_path / "b.obs")
    convert(tmp_path / "b.obs", tmp_path / "c.csv")
    original, again = read_survey(source), read_survey(tmp_path / "c.csv", field=MainField(83, -32, 60000))
    for name in ("easting", "northing", "upward", "data", "uncertainty"):
        npt.assert_array_equal(getattr(again, name), getattr(original, name))


def test_model_converts_with_its_mesh_and_back(tmp_path: Path) -> None:
    active = np.ones((2, 3, 4), bool)
    active[-1, 0, 0] = False
    grid = Grid.regular((2, 3, 4), (10, 20, 25)).with_active(active)
    write_model(tmp_path / "a.nc", grid, np.arange(24.0).reshape(2, 3, 4))
    assert "23 active cells" in convert(tmp_path / "a.nc", tmp_path / "b.sus")
    with pytest.raises(InputError, match=r"b\.sus expects the mesh of this UBC model, got none; give it with mesh="):
        convert(tmp_path / "b.sus", tmp_path / "c.nc")
    convert(tmp_path / "b.sus", tmp_path / "c.nc", mesh=tmp_path / "b.msh")
    npt.assert_array_equal(read_mesh(tmp_path / "c.nc").active, active)
    npt.assert_array_equal(read_model(tmp_path / "c.nc", grid), read_model(tmp_path / "a.nc", grid))
    assert "its mesh is" in convert(tmp_path / "a.nc", tmp_path / "b.sus")
    write_mesh(tmp_path / "b.msh", Grid.regular((2, 3, 4), (1, 1, 1)))
    with pytest.raises(InputError, match=r"b\.msh expects the mesh of the model, got another one there"):
        convert(tmp_path / "a.nc", tmp_path / "b.sus")


def test_density_keeps_its_name_and_units(tmp_path: Path) -> None:
    import xarray as xr

    mesh = written(tmp_path, MESH, "a.msh")
    convert(written(tmp_path, "6*0.3\n", "a.den"), tmp_path / "a.nc", mesh=mesh)
    with xr.open_dataset(tmp_path / "a.nc") as data:
        assert data["density"].attrs["units"] == "kg m-3"
        npt.assert_allclose(data["density"], 300.0, rtol=1e-15)


def test_mesh_converts_and_says_what_is_lost(tmp_path: Path) -> None:
    grid = Grid.regular((2, 1, 1), (10, 20, 25)).with_active([[[True]], [[False]]])
    write_mesh(tmp_path / "a.nc", grid)
    assert "all active" in convert(tmp_path / "a.nc", tmp_path / "a.msh")
    npt.assert_array_equal(read_mesh(tmp_path / "a.msh").upward_edges, grid.upward_edges)


def test_conversion_to_the_wrong_thing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"b\.obs expects a suffix that can hold .* that ends in .*\.nc \.zarr \.msh"):
        convert(written(tmp_path, MESH, "a.msh"), tmp_path / "b.obs")
    with pytest.raises(InputError, match="it cannot be converted"):
        convert(written(tmp_path, "2\n1 2 3\n4 5 6\n", "a.topo"), tmp_path / "b.nc")
    assert not list(tmp_path.glob("b.*"))


def test_what_a_format_cannot_hold_is_said(tmp_path: Path) -> None:
    survey = Survey(
        [0.0, 10.0],
        [0.0, 0.0],
        [5.0, 5.0],
        field=MainField(65.0, 25.0, 50000.0),
        data=[1.0, 2.0],
        crs="EPSG:32633",
        columns={"line": [1, 2], "date": ["2021-01-20", "2021-01-21"]},
    )
    write_survey(tmp_path / "a.nc", survey)
    told = convert(tmp_path / "a.nc", tmp_path / "a.obs")
    assert told.endswith("(without its coordinate system EPSG:32633 and its columns line, date).")
    assert "and its coordinate system EPSG:32633)." in convert(tmp_path / "a.nc", tmp_path / "a.csv")
    assert "without" not in convert(tmp_path / "a.nc", tmp_path / "b.nc")
    assert read_survey(tmp_path / "b.nc").column("line").tolist() == [1, 2]
