from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest

from geoinv import Grid, InputError, MainField, Survey
from geoinv.formats import (
    convert,
    describe,
    read_mesh,
    read_model,
    read_survey,
    read_topography,
    recognise,
    write_mesh,
    write_model,
    write_survey,
)

FIELD = MainField(60.0, 10.0, 50000.0)
OBSERVATIONS = "83 -32 60000\n83 -32\n2\n1 2 3 4 0.5\n5 6 7 8 0.5\n"
MESH = "2 3 1\n0 0 10\n2*5\n3*10\n20\n"


def written(folder: Path, text: str, name: str = "any.thing") -> Path:
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (OBSERVATIONS, "UBC magnetic observations"),
        ("65 25 50000\n65 25 1\n3\n1 2 3\n4 5 6\n7 8 9\n", "UBC magnetic observations"),
        ("! one\n60 0 50000\n60 0 1\n1\n1 2 3\n", "UBC magnetic observations"),
        (MESH, "UBC tensor mesh"),
        ("1 1 1\n0 0 0\n100\n100\n100\n", "UBC tensor mesh"),
        ("3 3 3\n0 0 0\n1 1 1\n1 1 1\n1 1 1\n", "UBC tensor mesh"),
        ("4 1 1\n0 0 0\n1 1 1 1\n5\n5\n", "UBC tensor mesh"),
        ("8 8 8\n0 0 0\n1 1 1\n2\n1 1 1 4\n5 1 1 4\n", "UBC OcTree mesh"),
        ("0.1\n0.2\n0.3\n", "UBC model"),
        ("100*0.1\n", "UBC model"),
        ("2\n1 2 3\n4 5 6\n", "points with a count (UBC topography)"),
        ("1\n1 2 3 4 0.5\n", "UBC gravity observations"),
        ("1 2 3\n4 5 6\n7 8 9\n10 11 12\n", "points (topography or stations)"),
        ("1 2 3 4\n", "CSV/XYZ table"),
        ("x,y,z\n1,2,3\n", "CSV/XYZ table"),
        ("# x y z tmi\n1 2 3 4\n", "CSV/XYZ table"),
    ],
)
def test_text_is_recognised_by_its_content(tmp_path: Path, text: str, name: str) -> None:
    assert recognise(written(tmp_path, text)).name == name
    (tmp_path / "packed").write_bytes(gzip.compress(text.encode()))
    assert recognise(tmp_path / "packed").name == name


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "got an empty file; write or copy"),
        (b"\n \n! nothing\n", "got only blank lines and comments"),
        (b"PK\x03\x04\x00\x00binary", "got a zip archive; unpack it first"),
        (b"\x03\x04\x00\x00binary", "expects text, got binary content; give"),
        (b"Dear reader,\nthis is prose of some length.\n", "text that starts with 'Dear reader,'; give a mesh"),
        (gzip.compress(b"1 2 3\n" * 1000, mtime=0)[:20], "whole gzip file, got a broken one .*copy it again"),
        (b"\x89HDF\r\n\x1a\nnothing more", "whole netCDF file, got a broken one"),
        (b"CDF\x01\x00", "whole netCDF file, got a broken one"),
    ],
)
@pytest.mark.parametrize("read", [read_survey, read_mesh, read_topography, recognise, describe])
def test_unreadable_file_is_one_sentence(tmp_path: Path, content: bytes, sentence: str, read) -> None:
    (tmp_path / "any.thing").write_bytes(content)
    with pytest.raises(InputError, match=rf"any\.thing.*{sentence}"):
        read(tmp_path / "any.thing")


def test_missing_file_and_folder_say_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expects a file, got none of that name; check"):
        recognise(tmp_path / "no.obs")
    with pytest.raises(InputError, match="expects a file, got a folder"):
        recognise(tmp_path)


def test_another_kind_of_file_is_named(tmp_path: Path) -> None:
    mesh, observations = written(tmp_path, MESH, "a.msh"), written(tmp_path, OBSERVATIONS, "a.obs")
    with pytest.raises(
        InputError,
        match=r"a\.msh expects a survey, got UBC tensor mesh; give a file of one of th",
    ):
        read_survey(mesh)
    with pytest.raises(
        InputError,
        match=r"a\.obs expects a mesh, got UBC magnetic observations; give a fi",
    ):
        read_mesh(observations)
    with pytest.raises(InputError, match=r"a\.obs expects a model, got UBC magnetic observations"):
        read_model(observations, read_mesh(mesh))
    with pytest.raises(InputError, match=r"a\.obs expects a topography, got UBC magnetic observations"):
        read_topography(observations)


def test_field_replaces_that_of_the_file(tmp_path: Path) -> None:
    survey = read_survey(written(tmp_path, OBSERVATIONS), field=FIELD)
    assert survey.field == FIELD
    assert survey.anomaly_direction == (60.0, 10.0)


def test_field_leaves_a_direction_that_the_file_states_apart(tmp_path: Path) -> None:
    survey = read_survey(written(tmp_path, OBSERVATIONS.replace("83 -32\n", "45 0\n")), field=FIELD)
    assert survey.anomaly_direction == (45.0, 0.0)


def test_height_replaces_that_of_the_file(tmp_path: Path) -> None:
    npt.assert_array_equal(read_survey(written(tmp_path, OBSERVATIONS), height=99).upward, [99, 99])
    with pytest.raises(InputError, match="height expects finite metres, got nan"):
        read_survey(written(tmp_path, OBSERVATIONS), height=np.nan)


def test_total_field_in_a_ubc_file_is_refused(tmp_path: Path) -> None:
    text = OBSERVATIONS.replace("4 0.5", "57000 0.5").replace("8 0.5", "57010 0.5")
    with pytest.raises(InputError, match="median of 57005 nT, which is a total field"):
        read_survey(written(tmp_path, text))


def test_columns_are_for_tables_only(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"columns expects a CSV/XYZ table, got .*UBC magnetic observations"):
        read_survey(written(tmp_path, OBSERVATIONS), columns={"tmi": "a"})


def test_points_of_laguna_del_maule_are_all_read(shared_data: Path) -> None:
    points = read_topography(shared_data / "laguna_del_maule_gravity" / "LdM_topo.topo.gz")
    assert points.shape == (381924, 3)
    npt.assert_array_equal(points[0], [355006.8, 6015982.9, 2693])


def test_plain_points_are_topography(shared_data: Path) -> None:
    path = shared_data / "simpeg_mag_tutorial" / "magnetics_topo.txt"
    npt.assert_array_equal(read_topography(path), np.loadtxt(path))


def test_ground_is_taken_from_its_own_column(tmp_path: Path) -> None:
    path = written(tmp_path, "x,y,alt,DEM,tmi\n1,2,300,200,5\n")
    npt.assert_array_equal(read_topography(path), [[1, 2, 200]])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("3\n1 2 3\n4 5 6\n", r"number of points that follow \(2\) on line 1, got '3'; correct"),
        ("2\n1 2 3\n4 5\n", "3 columns on line 3, got 2 in '4 5'"),
        ("1 2 3 4\n5 6 7 8\n", "elevations of the ground, got a survey with tmi"),
        ("1 2 3\n4 5 inf\n", "finite numbers on line 2, got inf"),
    ],
)
def test_wrong_topography_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        read_topography(written(tmp_path, text))


@pytest.mark.parametrize(
    "write",
    [
        lambda path: write_survey(path, Survey([0.0], [0.0], [0.0], field=FIELD)),
        lambda path: write_mesh(path, Grid.regular((1, 1, 1), (1, 1, 1))),
        lambda path: write_model(path, Grid.regular((1, 1, 1), (1, 1, 1)), [[[0.1]]]),
    ],
)
def test_unknown_suffix_is_refused(tmp_path: Path, write) -> None:
    with pytest.raises(InputError, match=r"a\.jpg expects a suffix for a .* got '\.jpg'; rename"):
        write(tmp_path / "a.jpg")


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
    with pytest.raises(InputError, match=r"b\.obs expects a suffix that can hold .* give an output that ends in \.nc"):
        convert(written(tmp_path, MESH, "a.msh"), tmp_path / "b.obs")
    with pytest.raises(InputError, match="it cannot be converted"):
        convert(written(tmp_path, "2\n1 2 3\n4 5 6\n", "a.topo"), tmp_path / "b.nc")
    assert not list(tmp_path.glob("b.*"))


def test_description_of_real_files(shared_data: Path) -> None:
    text = describe(shared_data / "raglan_1997" / "obs.mag")
    for part in (
        "UBC magnetic observations",
        "1638 stations",
        "5220.64 nT",
        "inclination 83, declination -32",
        "60000 nT",
    ):
        assert part in text
    text = describe(shared_data / "raglan_1997" / "mesh.msh")
    assert "10 x 40 x 40 cells" in text
    assert "upward -1000 to 0 m" in text
    assert "0 to 0.31418" in describe(shared_data / "raglan_1997" / "maginv3d.sus")
    assert "cannot be read as it is: " in describe(shared_data / "usgs_ne_wisconsin_2021" / "WI_Magnetics.csv")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("60 0 50000\n45 10\n1\n1 2 3\n", ["tmi: no data", "projected on inclination 45"]),
        ("3*0.1\n-100\n", ["4 values, 1 marked inactive", "model 0.1 to 0.1"]),
        ("2\n1 2 3\n4 5 6\n", ["2 points", "upward 3 to 6 m"]),
        ("1\n1 2 3 4 0.5\n", ["UBC gravity observations", "gz 4 to 4 mGal", "gz in mGal, positive down (above dense"]),
        ("x,y,z,tmi\n1,2,3,4\n1,2,3,*\n", ["2 rows", "1 of 2 rows with a null value", "give field="]),
    ],
)
def test_description_of_small_files(tmp_path: Path, text: str, parts: list[str]) -> None:
    described = describe(written(tmp_path, text))
    assert all(part in described for part in parts), described


def test_description_of_netcdf_files(tmp_path: Path) -> None:
    grid = Grid.regular((2, 1, 1), (10, 20, 25)).with_active([[[True]], [[False]]])
    write_model(tmp_path / "a.nc", grid, [[[0.25]], [[0.5]]])
    assert "1 active" in describe(tmp_path / "a.nc")
    assert "susceptibility 0.25 to 0.25" in describe(tmp_path / "a.nc")
    write_survey(tmp_path / "b.nc", Survey([0.0], [0.0], [0.0], field=FIELD, data=[3.0], uncertainty=2.0))
    assert "standard deviation of tmi 2 to 2 nT" in describe(tmp_path / "b.nc")


def test_importing_the_formats_stays_light() -> None:
    code = (
        "import sys, geoinv.formats;"
        "print(*{'xarray', 'netCDF4', 'pandas', 'discretize', 'numba', 'torch'}.intersection(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
