"""Meshes and models in netCDF: units, nulls, axes, other quantities."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import numpy.testing as npt
import pytest
from netcdf_files import mesh_data

from geoinv import Grid, InputError
from geoinv.formats import (
    convert,
    describe,
    read_mesh,
    read_model,
    write_model,
)
from geoinv.meshes.tensor import AXES


def test_a_mesh_in_feet_and_downwards_is_turned_and_converted(tmp_path: Path) -> None:
    data = mesh_data()
    expected = Grid.from_xarray(data)
    for name in ("upward", "upward_bounds"):
        data[name] = (data[name].dims, -data[name].values / 0.3048, {"units": "ft"})
    data["upward"].attrs["positive"] = "down"
    data["upward_bounds"].attrs = {}
    data.drop_vars("upward_width").to_netcdf(tmp_path / "a.nc")
    grid = read_mesh(tmp_path / "a.nc")
    npt.assert_allclose(grid.upward_edges, expected.upward_edges, rtol=1e-14)
    model = read_model(tmp_path / "a.nc", grid)
    npt.assert_array_equal(model, np.arange(24.0).reshape(2, 3, 4))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"easting_bounds": ((), 1.0)}, r"easting_bounds of shape \(4, 2\), two edges a cell, got \(\)"),
        ({"easting_bounds": ("easting", np.arange(4.0))}, r"easting_bounds of shape \(4, 2\), .* got \(4,\)"),
        ({"easting_bounds": (("easting", "three"), np.zeros((4, 3)))}, r"easting_bounds of shape \(4, 2\)"),
        (
            {"easting_bounds": (("easting", "bounds"), [[5e3, 6e3], [6e3, 7e3], [7e3, 8e3], [8e3, 9e3]])},
            "each easting inside its cell, got 5 for the cell from 5000 to 6000 m",
        ),
        ({"easting": None, "easting_bounds": None}, "expects coordinates upward, northing, easting, got"),
        ({"easting": ("easting", [5.0, 15.0, 15.0, 41.5])}, "easting in order, each coordinate once, got 15 before 15"),
        (
            {"easting": ("easting", [5.0, 26.5, 15.0, 41.5])},
            "easting in order, each coordinate once, got 26.5 before 15",
        ),
        ({"easting": ("easting", [5.0, np.nan, 26.5, 41.5])}, "a number in every easting, got 1 of 4 without one"),
        ({"easting": ("easting", [5.0, 9.97e36, 26.5, 41.5])}, "a number in every easting, got 1 of 4 without one"),
        ({"easting": ("easting", ["a", "b", "c", "d"])}, "expected numbers in easting, got text"),
        ({"easting": ("easting", [5.0, 15.0, 26.5, 41.5], {"units": "degrees"})}, "easting: expected lengths"),
        ({"easting": ("easting", [5.0, np.inf, 26.5, 41.5])}, "finite numbers in easting, got inf"),
        ({"active": (AXES, np.full((2, 3, 4), 7))}, r"active as 1 \(rock\) or 0 in every cell, got 7"),
        ({"active": ("easting", np.ones(4))}, r"active over \(upward, northing, easting\), got it over \(easting\)"),
        ({"susceptibility": (AXES, np.full((2, 3, 4), -2.0))}, r"of -1 and more, got -2 at \[0, 0, 0\] \(24 of 24"),
        ({"susceptibility": (AXES, np.full((2, 3, 4), np.inf))}, "finite numbers in susceptibility, got inf"),
        ({"susceptibility": (AXES, np.zeros((2, 3, 4)), {"units": "nT"})}, "a unit of susceptibility, got 'nT'"),
        (
            {"susceptibility": (AXES, np.zeros((2, 3, 4)), {"units": "kg m-3"})},
            "a unit of susceptibility, got 'kg m-3'",
        ),
    ],
)
def test_meshes_and_models_that_are_wrong_are_refused(tmp_path: Path, changes: dict[str, Any], sentence: str) -> None:
    mesh_data(**changes).to_netcdf(tmp_path / "a.nc")
    with pytest.raises(InputError, match=sentence):
        read_model(tmp_path / "a.nc", read_mesh(tmp_path / "a.nc"))
    describe_or_refuse(tmp_path / "a.nc")


def describe_or_refuse(path: Path) -> None:
    with suppress(InputError):
        assert describe(path)


def test_an_empty_axis_is_refused(tmp_path: Path) -> None:
    with netCDF4.Dataset(tmp_path / "a.nc", "w") as file:
        for axis in AXES:
            file.createDimension(axis, None)
            file.createVariable(axis, "f8", (axis,))
    with pytest.raises(InputError, match="coordinates along upward, got an empty axis"):
        read_mesh(tmp_path / "a.nc")


def test_null_values_of_a_model_are_air(tmp_path: Path) -> None:
    values = np.full((2, 3, 4), 0.1)
    values[0, 0, :3] = [-99999.0, np.nan, 9.97e36]
    data = mesh_data(susceptibility=(AXES, values), active=None)
    data.to_netcdf(tmp_path / "a.nc")
    grid = read_mesh(tmp_path / "a.nc")
    assert int((~grid.active).sum()) == 3
    npt.assert_array_equal(np.isnan(read_model(tmp_path / "a.nc", grid)), ~grid.active)


def test_a_model_in_cgs_is_converted(tmp_path: Path) -> None:
    mesh_data(susceptibility=(AXES, np.full((2, 3, 4), 0.01), {"units": "cgs"})).to_netcdf(tmp_path / "a.nc")
    model = read_model(tmp_path / "a.nc", read_mesh(tmp_path / "a.nc"))
    npt.assert_allclose(model, 0.04 * np.pi, rtol=1e-14)


def test_a_density_stays_one(tmp_path: Path) -> None:
    data = mesh_data(susceptibility=None, density=(AXES, np.full((2, 3, 4), 2700.0), {"units": "kg m-3"}))
    data.to_netcdf(tmp_path / "a.nc")
    with pytest.raises(InputError, match="expects a model of susceptibility, got one of density"):
        read_model(tmp_path / "a.nc", read_mesh(tmp_path / "a.nc"))
    convert(tmp_path / "a.nc", tmp_path / "a.den")
    assert float((tmp_path / "a.den").read_text().split()[0]) == pytest.approx(2.7, rel=1e-14)


def test_models_of_one_unit_and_another_name_keep_their_values(tmp_path: Path) -> None:
    grid = Grid.regular((2, 3, 4), (1, 1, 1))
    write_model(tmp_path / "a.nc", grid, np.full(grid.shape, 0.5), name="chi")
    npt.assert_array_equal(read_model(tmp_path / "a.nc", grid), np.full(grid.shape, 0.5))


def test_a_cell_centred_at_minus_999_is_a_cell(tmp_path: Path) -> None:
    grid = Grid.regular((3, 1, 2), (2.0, 2.0, 2.0), (-1002.0, -1000.0, -10_000.0))
    assert -999.0 in grid.upward
    assert -9999.0 in grid.easting
    write_model(tmp_path / "a.nc", grid, np.full(grid.shape, 0.5))
    npt.assert_array_equal(read_mesh(tmp_path / "a.nc").upward_edges, grid.upward_edges)


def test_a_magnetization_is_no_susceptibility(tmp_path: Path) -> None:
    data = mesh_data(susceptibility=None, magnetization_upward=(AXES, np.full((2, 3, 4), 0.5)))
    data.to_netcdf(tmp_path / "a.nc")
    with pytest.raises(InputError, match="expected a model of susceptibility, got one of magnetization_upward"):
        read_model(tmp_path / "a.nc", read_mesh(tmp_path / "a.nc"))
