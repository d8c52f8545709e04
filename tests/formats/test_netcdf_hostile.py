"""netCDF files that others wrote otherwise, wrongly or on purpose: each read right, or refused with a sentence."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import numpy.testing as npt
import pytest
import xarray as xr

from geoinv import Grid, InputError, MainField, Survey
from geoinv.core.checks import InputWarning
from geoinv.formats import (
    collected,
    convert,
    describe,
    read_mesh,
    read_model,
    read_survey,
    read_topography,
    recognise,
    write_model,
    write_netcdf,
    write_survey,
)
from geoinv.meshes.tensor import AXES

FIELD = MainField(65.0, 25.0, 50000.0)
EASTING, NORTHING, UPWARD, TMI = [500.0, 525.0, 550.0], [10.0, 20.0, 30.0], [40.0, 40.0, 41.0], [1.5, -2.0, 3.0]


def survey_file(
    folder: Path, *, scale: dict[str, float] | None = None, attributes: dict[str, dict[str, Any]] | None = None
) -> Path:
    """Three stations; values divided by `scale`, with attributes by variable."""
    values = {
        "easting": EASTING,
        "northing": NORTHING,
        "upward": UPWARD,
        "tmi": TMI,
        "tmi_uncertainty": [0.5, 0.5, 1.0],
    }
    data = xr.Dataset(
        {
            name: ("station", np.array(value) / (scale or {}).get(name, 1.0), (attributes or {}).get(name, {}))
            for name, value in values.items()
        },
        attrs={"field_inclination": 65.0, "field_declination": 25.0, "field_intensity": 50000.0},
    )
    data.to_netcdf(folder / "a.nc", encoding={name: {"_FillValue": None} for name in values})
    return folder / "a.nc"


def edited(path: Path, edit: Callable[[netCDF4.Dataset], Any]) -> Path:
    with netCDF4.Dataset(path, "a") as file:
        file.set_auto_maskandscale(False)
        edit(file)
    return path


@pytest.mark.parametrize(
    ("scale", "units"),
    [
        ({"tmi": 1e-3, "tmi_uncertainty": 1e-3}, {"tmi": "pT", "tmi_uncertainty": "pT"}),
        ({"tmi": 1e-3, "tmi_uncertainty": 1e-3}, {"tmi": "pT"}),
        ({"tmi": 1e3}, {"tmi": "µT", "tmi_uncertainty": "nT"}),
        ({"tmi": 1e9}, {"tmi": "T", "tmi_uncertainty": "nT"}),
        (dict.fromkeys(AXES, 1000.0), dict.fromkeys(AXES, "km")),
        ({"upward": 0.3048}, {"upward": "ft"}),
        (dict.fromkeys(AXES, 1200 / 3937), dict.fromkeys(AXES, "US_survey_foot")),
        ({}, {}),
    ],
)
def test_units_of_a_survey_are_converted_and_said(
    tmp_path: Path, scale: dict[str, float], units: dict[str, str]
) -> None:
    path = survey_file(tmp_path, scale=scale, attributes={name: {"units": unit} for name, unit in units.items()})
    with collected() as notes:
        survey = read_survey(path)
    for name, expected in zip(("easting", "northing", "upward"), (EASTING, NORTHING, UPWARD), strict=True):
        npt.assert_allclose(getattr(survey, name), expected, rtol=1e-14)
    npt.assert_allclose(survey.data, [TMI], rtol=1e-14)
    npt.assert_allclose(survey.uncertainty, [[0.5, 0.5, 1.0]], rtol=1e-14)
    said = "; ".join(text for _, text in notes.taken)
    for unit in units.values():
        assert unit == "nT" or f"{unit}, converted to" in said
    assert "no unit stated, taken as" in said or set(units) >= set(AXES)


@pytest.mark.parametrize(
    ("name", "attributes", "sentence"),
    [
        ("easting", {"units": "degrees_east"}, "longitudes and latitudes are not eastings and northings; project them"),
        ("northing", {"standard_name": "latitude"}, "northing: expected lengths, got longitudes or latitudes"),
        ("tmi", {"units": "K"}, "tmi: expected a known unit of magnetic field, got 'K'"),
        ("tmi", {"units": "mGal"}, "tmi: expected a unit of magnetic field, got 'mGal', one of gravity"),
        ("upward", {"units": "hPa"}, "upward: expected a known unit of length, got 'hPa'"),
        ("tmi", {"scale_factor": "0.1"}, "scale_factor of tmi as one finite number, got the text '0.1'"),
        ("easting", {"units": np.int32(5)}, "easting: expected a known unit of length, got '5'"),
    ],
)
def test_units_that_cannot_be_are_refused(tmp_path: Path, name: str, attributes: dict[str, Any], sentence: str) -> None:
    path = survey_file(tmp_path, attributes={name: attributes})
    with pytest.raises(InputError, match=rf"a\.nc: .*{sentence}"):
        read_survey(path)


def test_units_count_in_python_as_well(tmp_path: Path) -> None:
    with xr.open_dataset(survey_file(tmp_path, scale={"tmi": 1e-3}, attributes={"tmi": {"units": "pT"}})) as data:
        npt.assert_allclose(Survey.from_xarray(data).data, [TMI], rtol=1e-14)


def test_stations_at_depth_are_turned_up(tmp_path: Path) -> None:
    path = survey_file(tmp_path, scale={"upward": -1.0}, attributes={"upward": {"units": "m", "positive": "down"}})
    npt.assert_array_equal(read_survey(path).upward, UPWARD)


@pytest.mark.parametrize("null", [np.nan, 9.969209968386869e36, -99999.0, 1e32, -1.70141e38, -32768.0])
@pytest.mark.parametrize("name", ["easting", "upward", "tmi", "tmi_uncertainty"])
def test_stations_with_a_null_value_are_left_out_and_counted(tmp_path: Path, name: str, null: float) -> None:
    path = edited(survey_file(tmp_path), lambda file: file[name].__setitem__(1, null))
    with pytest.warns(InputWarning, match=rf"a\.nc: 1 of 3 stations with a null value are left out \(1 in {name}\)"):
        survey = read_survey(path)
    npt.assert_array_equal(survey.easting, [500, 550])
    npt.assert_array_equal(survey.data, [[1.5, 3.0]])


def test_stations_that_were_never_written_are_left_out(tmp_path: Path) -> None:
    with netCDF4.Dataset(tmp_path / "a.nc", "w") as file:
        file.createDimension("station", None)
        for name in ("easting", "northing", "upward", "tmi"):
            file.createVariable(name, "f8", ("station",))
        file["easting"][:] = EASTING
        for name in ("northing", "upward", "tmi"):
            file[name][:2] = [1.0, 2.0]
    with pytest.warns(InputWarning, match="1 of 3 stations"):
        assert read_survey(tmp_path / "a.nc", field=FIELD).stations == 2


def test_a_survey_without_a_field_says_how_to_give_it(tmp_path: Path) -> None:
    path = edited(survey_file(tmp_path), lambda file: file.delncattr("field_intensity"))
    with pytest.raises(InputError, match=r"got no field_intensity; give field=MainField\(\.\.\.\)"):
        read_survey(path)
    run = subprocess.run(
        [sys.executable, "-m", "geoinv", "info", str(path)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert "got no field_intensity; give --field I D F (degrees, degrees, nT)" in run.stderr
    assert read_survey(path, field=FIELD).field == FIELD


def grid_file(folder: Path, name: str, attributes: dict[str, Any], values: Any = 900.0) -> Path:
    data = xr.Dataset(
        {name: (("northing", "easting"), np.full((2, 3), values), attributes)},
        coords={"easting": [0.0, 10.0, 20.0], "northing": [0.0, 10.0]},
    )
    data.to_netcdf(folder / "a.nc")
    return folder / "a.nc"


@pytest.mark.parametrize(
    ("name", "attributes"),
    [
        ("total_field_anomaly", {"units": "nT"}),
        ("elevation", {"units": "nT"}),
        ("z", {"units": "gamma"}),
        ("bouguer", {"units": "mGal"}),
        ("rtp", {}),
        ("band_1", {}),
        ("tmi", {}),
        ("z", {"long_name": "TMI, IGRF removed"}),
        ("z", {"long_name": "total magnetic field", "units": ""}),
        ("topo_anomaly", {"units": "m"}),
        ("z", {"units": "m", "standard_name": "sea_surface_wave_significant_height"}),
    ],
)
def test_a_grid_of_a_field_is_no_topography(tmp_path: Path, name: str, attributes: dict[str, Any]) -> None:
    path = grid_file(tmp_path, name, attributes)
    with pytest.raises(InputError, match=rf"a\.nc expects a topography, got netCDF grid of {name} .*states no heights"):
        read_topography(path)
    assert "states a unit of length" in describe(path)


@pytest.mark.parametrize(
    ("name", "attributes", "elevation"),
    [
        ("elevation", {}, 900.0),
        ("band_1", {"units": "m"}, 900.0),
        ("dem", {"units": "ft"}, 900.0 * 0.3048),
        ("surface", {"units": "m", "positive": "down"}, -900.0),
        ("x1", {"standard_name": "surface_altitude"}, 900.0),
    ],
)
def test_grids_of_heights_are_topography(
    tmp_path: Path, name: str, attributes: dict[str, Any], elevation: float
) -> None:
    points = read_topography(grid_file(tmp_path, name, attributes))
    assert points.shape == (6, 3)
    npt.assert_allclose(points[:, 2], elevation, rtol=1e-14)


def test_null_elevations_are_left_out(tmp_path: Path) -> None:
    values = np.array([[900.0, -32768.0, 9.97e36], [-99999.0, 905.0, np.nan]])
    with collected() as notes:
        npt.assert_array_equal(
            read_topography(grid_file(tmp_path, "dem", {"units": "m"}, values)), [[0, 0, 900], [10, 10, 905]]
        )
    assert ("ground", "4 of 6 nodes without elevation are left out") in notes.taken


def mesh_data(**changes: Any) -> xr.Dataset:
    """Model on 2 x 3 x 4 cells, whose variables may be replaced or (None) removed."""
    grid = Grid([0.0, 10.0, 20.0, 33.0, 50.0], [-5.0, 0.0, 5.5, 7.0], [-40.7, -10.1, 0.0])
    data = grid.to_xarray(susceptibility=np.arange(24.0).reshape(2, 3, 4)).reset_coords(drop=False)
    data = data.drop_vars([name for name in changes if name in data.variables])
    return data.assign({name: value for name, value in changes.items() if value is not None})


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


def test_a_solution_without_positions_is_one_sentence(tmp_path: Path) -> None:
    from geoinv.view.subject import subject_of

    data = mesh_data().assign(tmi_observed=("station", [3.0, 4.0]), tmi_predicted=("station", [3.5, 4.5]))
    write_netcdf(tmp_path / "a.nc", data)
    assert "tmi_predicted 3.5 to 4.5" in describe(tmp_path / "a.nc")
    with pytest.raises(
        InputError, match="positions of the data of a solution, got no station_upward, station_northing"
    ):
        subject_of(tmp_path / "a.nc")


def compound(file: netCDF4.Dataset) -> Any:
    return file.createCompoundType(np.dtype([("a", "f8"), ("b", "f8")]), "pair")


def lists(file: netCDF4.Dataset) -> Any:
    return file.createVLType("f8", "list")


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (compound, "expected numbers in tmi, got a compound type"),
        (lists, "expected numbers in tmi, got text or lists"),
        (lambda _: str, "expected numbers in tmi, got text"),
        (lambda _: "S1", "expected numbers in tmi, got text"),
    ],
)
def test_types_that_are_no_numbers_are_named(
    tmp_path: Path, make: Callable[[netCDF4.Dataset], Any], sentence: str
) -> None:
    with netCDF4.Dataset(tmp_path / "a.nc", "w") as file:
        file.createDimension("station", 2)
        for name in ("easting", "northing", "upward"):
            file.createVariable(name, "f8", ("station",))[:] = [1.0, 2.0]
        file.createVariable("tmi", make(file), ("station",))
    with pytest.raises(InputError, match=rf"a\.nc: {sentence}"):
        read_survey(tmp_path / "a.nc", field=FIELD)


@pytest.mark.parametrize(
    ("dims", "sentence"),
    [
        (("station", "other"), "tmi over station, got it over station, other"),
        ((), "tmi over station, got it over no dimension"),
        (("other",), "tmi over station, got it over other"),
    ],
)
def test_data_of_another_rank_are_refused(tmp_path: Path, dims: tuple[str, ...], sentence: str) -> None:
    with netCDF4.Dataset(tmp_path / "a.nc", "w") as file:
        file.createDimension("station", 2)
        file.createDimension("other", 2)
        for name in ("easting", "northing", "upward"):
            file.createVariable(name, "f8", ("station",))[:] = [1.0, 2.0]
        file.createVariable("tmi", "f8", dims)[...] = 1.0
    with pytest.raises(InputError, match=rf"a\.nc: expected {sentence}"):
        read_survey(tmp_path / "a.nc", field=FIELD)


def test_a_forged_length_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with netCDF4.Dataset(tmp_path / "a.nc", "w") as file:
        file.createDimension("station", 10**9)
        for name in ("easting", "northing", "upward", "tmi", "station"):
            file.createVariable(name, "f8", ("station",), chunksizes=(10**6,))
    with pytest.raises(InputError, match=r"a\.nc: expected variables that are in the file .* got .* of 1e\+09 values"):
        recognise(tmp_path / "a.nc")


def test_groups_alone_are_said(tmp_path: Path) -> None:
    with netCDF4.Dataset(tmp_path / "a.nc", "w") as file:
        file.createGroup("survey").createDimension("station", 2)
    with pytest.raises(InputError, match=r"got variables none; .*groups are not read"):
        recognise(tmp_path / "a.nc")


def test_a_file_that_is_being_written_is_not_called_broken(tmp_path: Path) -> None:
    path = survey_file(tmp_path)
    writer = "import netCDF4, sys; file = netCDF4.Dataset(sys.argv[1], 'a'); print('open', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", writer, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        with pytest.raises(InputError, match=r"a\.nc expects a file that no program is writing, got one that is open"):
            read_survey(path)
        process.communicate("\n")
    assert read_survey(path).stations == 3


def test_what_is_written_can_be_appended_to_and_is_small(tmp_path: Path) -> None:
    survey = Survey(EASTING, NORTHING, UPWARD, field=FIELD, data=TMI)
    write_survey(tmp_path / "a.nc", survey)
    assert (tmp_path / "a.nc").stat().st_size < 20_000
    edited(tmp_path / "a.nc", lambda file: file.setncattr("comment", "appended"))
    assert read_survey(tmp_path / "a.nc").attributes == {"comment": "appended"}


def test_netcdf_from_several_threads_is_right() -> None:
    code = """
import tempfile, threading
import numpy as np
from geoinv import Grid
from geoinv.formats import describe, read_mesh, read_model, write_model
grid, folder, wrong = Grid.regular((2, 3, 4), (1, 1, 1)), tempfile.mkdtemp(), []
def work(k):
    try:
        for _ in range(4):
            path = f"{folder}/{k % 2}.nc"
            write_model(path, grid, np.full(grid.shape, 0.01 * k))
            if np.ptp(read_model(path, read_mesh(path))) or not describe(path):
                wrong.append(k)
    except BaseException as error:
        wrong.append(error)
threads = [threading.Thread(target=work, args=(k,)) for k in range(6)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(wrong)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (0, "[]\n", "")


def test_a_disk_that_is_full_is_said_before_the_library_fails(tmp_path: Path) -> None:
    code = """
import resource, signal, sys
import numpy as np
from geoinv import Grid, InputError
from geoinv.formats import write_model
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
grid = Grid.regular((20, 20, 20), (1, 1, 1))
try:
    write_model(sys.argv[1], grid, np.zeros(grid.shape))
except InputError as error:
    print(error)
"""
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.nc")], capture_output=True, text=True, check=False
    )
    assert "a.nc expects room on its disk, got 'File too large'" in run.stdout
    assert (run.returncode, run.stderr, list(tmp_path.iterdir())) == (0, "", [])


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


def test_a_field_given_as_ground_ends_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from geoinv.cli import main

    survey = survey_file(tmp_path).rename(tmp_path / "survey.nc")
    ground = grid_file(tmp_path, "total_field_anomaly", {"units": "nT"})
    command = ["invert", str(survey), "--cell", "25", "--depth", "100", "--topo", str(ground)]
    assert main([*command, "--out", str(tmp_path / "out.nc")]) == 1
    err = capsys.readouterr().err
    assert "a.nc expects a topography, got netCDF grid of total_field_anomaly (nT), which states no heights" in err
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "out.nc").exists()


@pytest.mark.parametrize("form", ["NETCDF3_CLASSIC", "NETCDF3_64BIT", "NETCDF3_64BIT_DATA", "NETCDF4"])
def test_a_file_cut_short_is_not_read_as_zeros(tmp_path: Path, form: Any) -> None:
    with netCDF4.Dataset(tmp_path / "a.nc", "w", format=form) as file:
        file.createDimension("station", 900)
        for name in ("easting", "northing", "upward", "tmi"):
            file.createVariable(name, "f8", ("station",))[:] = np.arange(900.0)
    assert read_survey(tmp_path / "a.nc", field=FIELD).stations == 900
    whole = (tmp_path / "a.nc").read_bytes()
    for size in (len(whole) - 2000, len(whole) // 2, 200):
        (tmp_path / "cut.nc").write_bytes(whole[:size])
        with pytest.raises(InputError, match=r"cut\.nc.* expect.* a whole netCDF file, got"):
            read_survey(tmp_path / "cut.nc", field=FIELD)


def test_a_magnetization_is_no_susceptibility(tmp_path: Path) -> None:
    data = mesh_data(susceptibility=None, magnetization_upward=(AXES, np.full((2, 3, 4), 0.5)))
    data.to_netcdf(tmp_path / "a.nc")
    with pytest.raises(InputError, match="expected a model of susceptibility, got one of magnetization_upward"):
        read_model(tmp_path / "a.nc", read_mesh(tmp_path / "a.nc"))


def test_longitudes_without_units_are_refused(tmp_path: Path) -> None:
    path = survey_file(tmp_path)
    with netCDF4.Dataset(path, "a") as file:
        file["easting"][:] = [-71.5, -71.49, -71.48]
        file["northing"][:] = [-36.2, -36.19, -36.18]
    with pytest.raises(InputError, match="as longitudes and latitudes are"):
        read_survey(path)
