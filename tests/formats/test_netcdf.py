from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest
import xarray as xr

from geoinv import Grid, InputError, MainField, Survey
from geoinv.formats import (
    describe,
    read_mesh,
    read_model,
    read_survey,
    read_topography,
    recognise,
    write_mesh,
    write_model,
    write_netcdf,
    write_survey,
)
from geoinv.meshes.tensor import AXES

FIELD = MainField(60.0, 10.0, 50000.0)


@pytest.fixture
def grid() -> Grid:
    active = np.ones((2, 3, 4), bool)
    active[-1, 0] = False
    return Grid([0.0, 10.0, 20.0, 33.0, 50.0], [-5.0, 0.0, 5.5, 7.0], [-40.7, -10.1, 0.0], active, "EPSG:26710")


def test_survey_comes_back_exactly(tmp_path: Path) -> None:
    survey = Survey(
        [0.1, 0.2],
        [3.0, 4.0],
        [5.0, 6.0],
        components=("tmi", "bu"),
        field=FIELD,
        data=[[1.0, -2.0], [0.3, 1e-17]],
        uncertainty=0.5,
        anomaly_direction=(45.0, -7.0),
        crs="EPSG:26710",
        attributes={"licence": "CC0", "dropped_rows": 3},
    )
    write_survey(tmp_path / "a.nc", survey)
    again = read_survey(tmp_path / "a.nc")
    for name in ("easting", "northing", "upward", "data", "uncertainty"):
        npt.assert_array_equal(getattr(again, name), getattr(survey, name))
    for name in ("components", "field", "anomaly_direction", "crs", "attributes"):
        assert getattr(again, name) == getattr(survey, name)


def test_model_and_mesh_come_back_exactly(tmp_path: Path, grid: Grid) -> None:
    model = np.random.default_rng(0).uniform(-0.9, 2.0, size=grid.shape)
    write_model(tmp_path / "a.nc", grid, model)
    again = read_mesh(tmp_path / "a.nc")
    for axis in AXES:
        npt.assert_array_equal(again.edges(axis), grid.edges(axis))
    npt.assert_array_equal(again.active, grid.active)
    assert again.crs == grid.crs
    npt.assert_array_equal(read_model(tmp_path / "a.nc", grid), np.where(grid.active, model, np.nan))


def test_mesh_alone_comes_back(tmp_path: Path, grid: Grid) -> None:
    write_mesh(tmp_path / "a.nc", grid)
    assert recognise(tmp_path / "a.nc").name == "netCDF mesh"
    npt.assert_array_equal(read_mesh(tmp_path / "a.nc").active, grid.active)


def test_files_follow_cf(tmp_path: Path, grid: Grid) -> None:
    write_model(tmp_path / "a.nc", grid, np.zeros(grid.shape))
    with xr.open_dataset(tmp_path / "a.nc", decode_cf=False) as data:
        assert data.attrs["Conventions"] == "CF-1.11"
        assert data["susceptibility"].attrs["units"] == "1"
        assert data["easting"].attrs["bounds"] == "easting_bounds"
        assert all("_FillValue" not in data[name].attrs for name in ("easting", "easting_bounds", "easting_width"))


def test_old_netcdf_in_another_order_and_with_nan_for_air_is_read(tmp_path: Path) -> None:
    values = np.arange(24.0).reshape(4, 3, 2)
    values[0, 0, 0] = np.nan
    data = xr.Dataset(
        {"chi": (("easting", "northing", "upward"), values)},
        coords={"easting": [5.0, 15.0, 25.0, 35.0], "northing": [30.0, 20.0, 10.0], "upward": [-5.0, -15.0]},
    )
    data.to_netcdf(tmp_path / "a.nc", format="NETCDF3_CLASSIC")
    grid = read_mesh(tmp_path / "a.nc")
    npt.assert_array_equal(grid.upward_edges, [-20, -10, 0])
    expected = values.transpose(2, 1, 0)[::-1, ::-1]
    npt.assert_array_equal(read_model(tmp_path / "a.nc", grid), expected)
    npt.assert_array_equal(grid.active, np.isfinite(expected))


def solution_of(grid: Grid) -> xr.Dataset:
    data = grid.to_xarray(susceptibility=np.full(grid.shape, 0.01))
    stations = {f"station_{axis}": ("station", [1.0, 2.0]) for axis in AXES}
    return data.assign_attrs(chi2_per_datum=1.25).assign(
        {"tmi_observed": ("station", [3.0, 4.0]), "tmi_predicted": ("station", [3.5, 4.5]), **stations}
    )


def test_solution_is_a_mesh_and_a_reference_model(tmp_path: Path, grid: Grid) -> None:
    write_netcdf(tmp_path / "a.nc", solution_of(grid))
    assert recognise(tmp_path / "a.nc").name == "geoinv solution"
    again = read_mesh(tmp_path / "a.nc")
    npt.assert_array_equal(again.active, grid.active)
    npt.assert_array_equal(read_model(tmp_path / "a.nc", again), np.where(grid.active, 0.01, np.nan))
    described = describe(tmp_path / "a.nc")
    assert "tmi_predicted 3.5 to 4.5" in described
    assert "chi2_per_datum: 1.25" in described


def test_model_on_another_mesh_is_refused(tmp_path: Path, grid: Grid) -> None:
    write_model(tmp_path / "a.nc", grid, np.zeros(grid.shape))
    with pytest.raises(InputError, match=r"a\.nc: expected a model on the mesh .* give the mesh it was made on"):
        read_model(tmp_path / "a.nc", Grid.regular(grid.shape, (1, 1, 1)))


def test_several_models_without_susceptibility_are_refused(tmp_path: Path, grid: Grid) -> None:
    write_netcdf(tmp_path / "a.nc", grid.to_xarray(a=np.zeros(grid.shape), b=np.zeros(grid.shape)))
    with pytest.raises(InputError, match="expected the variable susceptibility, got a, b; keep one model"):
        read_model(tmp_path / "a.nc", grid)


def test_field_and_height_fill_what_a_survey_lacks(tmp_path: Path) -> None:
    data = xr.Dataset(
        {"tmi": ("point", [1.0, 2.0])}, coords={k: ("point", [0.0, 1.0]) for k in ("easting", "northing")}
    )
    data.to_netcdf(tmp_path / "a.nc")
    with pytest.raises(InputError, match=r"a\.nc: .* add upward in metres"):
        read_survey(tmp_path / "a.nc", field=FIELD)
    with pytest.raises(InputError, match=r"a\.nc: .*field_inclination"):
        read_survey(tmp_path / "a.nc", height=30.0)
    survey = read_survey(tmp_path / "a.nc", field=FIELD, height=30.0)
    npt.assert_array_equal(survey.upward, [30, 30])
    npt.assert_array_equal(survey.data, [[1, 2]])


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ([1.0, np.inf], r"expected finite numbers in tmi, got inf \(1 of 2 values\); remove them"),
        ([1e300, 1.0], r"expected finite numbers in tmi, got 1e\+300 \(1 of 2 values\); remove them"),
        ([np.nan, -9999.0], r"expected stations with a value in every variable, got none \(null: 2 in tmi\)"),
        (["a", "b"], "expected numbers in tmi, got text; write it as float64"),
    ],
)
def test_wrong_survey_data_name_the_file(tmp_path: Path, values: list[object], sentence: str) -> None:
    survey = Survey([0.0, 1.0], [0.0, 0.0], [1.0, 1.0], field=FIELD, data=[1.0, 2.0])
    write_netcdf(tmp_path / "a.nc", survey.to_xarray().assign(tmi=("station", values)))
    with pytest.raises(InputError, match=rf"a\.nc.*{sentence}"):
        read_survey(tmp_path / "a.nc")


def test_topography_grid_becomes_points(tmp_path: Path) -> None:
    heights = np.array([[1.0, 2.0], [np.nan, 4.0], [5.0, 6.0]])
    data = xr.Dataset(
        {"elevation": (("northing", "easting"), heights)},
        coords={"easting": [0.0, 10.0], "northing": [0.0, 20.0, 40.0]},
    )
    data.to_netcdf(tmp_path / "a.nc")
    points = read_topography(tmp_path / "a.nc")
    npt.assert_array_equal(points, [[0, 0, 1], [10, 0, 2], [10, 20, 4], [0, 40, 5], [10, 40, 6]])
    data.assign(dem=data["elevation"]).to_netcdf(tmp_path / "b.nc")
    with pytest.raises(
        InputError, match=r"one grid of heights over \(northing, easting\), got elevation, dem; keep one"
    ):
        read_topography(tmp_path / "b.nc")


def test_netcdf_of_something_else_is_refused(tmp_path: Path) -> None:
    xr.Dataset({"t2m": ("time", [1.0])}).to_netcdf(tmp_path / "a.nc")
    with pytest.raises(InputError, match=r"a\.nc: expected a survey over station, .* got variables t2m; rename"):
        recognise(tmp_path / "a.nc")


def test_cut_file_is_refused(tmp_path: Path, grid: Grid) -> None:
    fine = Grid.regular((20, 30, 40), (1, 1, 1))
    write_model(tmp_path / "whole.nc", fine, np.zeros(fine.shape))
    content = (tmp_path / "whole.nc").read_bytes()
    for size in (100, len(content) // 2):
        (tmp_path / "cut.nc").write_bytes(content[:size])
        with pytest.raises(InputError, match=r"cut\.nc expects a whole netCDF file, got a broken one"):
            read_mesh(tmp_path / "cut.nc")


def test_attributes_that_netcdf_cannot_hold_are_refused(tmp_path: Path) -> None:
    survey = Survey([0.0], [0.0], [1.0], field=FIELD, attributes={"history": {"a": 1}})
    with pytest.raises(InputError, match=r"text and numbers as attributes .*; change or remove them"):
        write_survey(tmp_path / "a.nc", survey)
    assert not list(tmp_path.iterdir())
