"""Zarr folders: what netCDF holds comes back, xarray reads it, and hostile or lost pieces are sentences."""

from __future__ import annotations

import json
import os
import shutil
import warnings
from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest
import xarray as xr
from octree_makers import random_octree
from table_files import FIELD

from geoinv import Grid, InputError, Survey
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
    write_netcdf,
    write_survey,
)
from geoinv.formats.zarr_folder import check_zarr_writable, open_zarr

zarr = pytest.importorskip("zarr")
GRID = Grid.regular((2, 3, 4), (10.0, 20.0, 25.0), (0.0, 0.0, 0.0)).with_active(np.arange(24).reshape(2, 3, 4) > 2)
SURVEY = Survey(
    [5e5, 5e5 + 10],
    [6e6, 6e6],
    [9.0, 9.5],
    field=FIELD,
    data=[1.5, -2.0],
    uncertainty=0.5,
    crs="EPSG:32616",
    columns={
        "line": ["a", "bcd"],
        "count": [1, 2],
        "date": np.array(["2021-01-20", "NaT"], "M8[D]"),
        "x": [0.0, np.nan],
    },
)


def test_a_survey_comes_back_as_from_netcdf_and_xarray_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "a.zarr"
    write_survey(path, SURVEY)
    assert recognise(path).name == "Zarr survey"
    again = read_survey(path)
    for name in ("easting", "northing", "upward", "data", "uncertainty"):
        npt.assert_array_equal(getattr(again, name), getattr(SURVEY, name))
    assert (again.crs, again.field) == (SURVEY.crs, SURVEY.field)
    for name, values in SURVEY.columns.items():
        npt.assert_array_equal(again.columns[name], values)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with xr.open_zarr(path, consolidated=False, chunks=None) as data:
            npt.assert_array_equal(data["tmi"], SURVEY.data[0])
            assert data["tmi"].attrs["units"] == "nT"
    assert "2 stations" in describe(path)
    assert "2 stations" in convert(path, tmp_path / "a.nc")
    assert "2 stations" in convert(tmp_path / "a.nc", tmp_path / "b.zarr")
    npt.assert_array_equal(read_survey(tmp_path / "b.zarr").columns["line"], SURVEY.columns["line"])
    assert not list(tmp_path.glob("*.partial"))


@pytest.mark.parametrize("mesh", [GRID, random_octree((4, 4, 8), holes=0.2)], ids=["tensor", "octree"])
def test_meshes_and_models_come_back(mesh, tmp_path: Path) -> None:
    model = np.where(mesh.active, np.linspace(0.0, 0.1, mesh.size).reshape(mesh.shape), np.nan)
    write_model(tmp_path / "m.zarr", mesh, model)
    write_mesh(tmp_path / "mesh.zarr", mesh)
    assert recognise(tmp_path / "m.zarr").name == "Zarr model"
    for name in ("m.zarr", "mesh.zarr"):
        again = read_mesh(tmp_path / name)
        assert again.same_places(mesh)
        npt.assert_array_equal(again.active, mesh.active)
    npt.assert_array_equal(read_model(tmp_path / "m.zarr", mesh), model)
    assert "active cells" in convert(tmp_path / "m.zarr", tmp_path / "m.nc")
    assert "susceptibility 0" in describe(tmp_path / "m.zarr") or "susceptibility" in describe(tmp_path / "m.zarr")


def test_ground_in_a_folder_of_another_program_is_read(tmp_path: Path) -> None:
    axes = {"easting": [0.0, 10.0], "northing": [0.0, 5.0]}
    data = xr.Dataset({"elevation": (("northing", "easting"), [[1.0, 2.0], [3.0, 4.0]], {"units": "m"})}, axes)
    for version in (2, 3):
        data.to_zarr(tmp_path / f"{version}.zarr", zarr_format=version, consolidated=False)
        npt.assert_array_equal(read_topography(tmp_path / f"{version}.zarr")[:, 2], [1.0, 2.0, 3.0, 4.0])


def test_a_folder_is_replaced_whole_and_nothing_else_is(tmp_path: Path) -> None:
    path = tmp_path / "a.zarr"
    write_survey(path, SURVEY)
    write_survey(path, SURVEY.select([1]))
    assert read_survey(path).stations == 1
    with pytest.raises(InputError, match="expects text and numbers as attributes"):
        write_netcdf(path, SURVEY.to_xarray().assign_attrs(bad=object()))
    assert read_survey(path).stations == 1
    (tmp_path / "mine.zarr").mkdir()
    (tmp_path / "mine.zarr" / "precious.txt").write_text("x")
    (tmp_path / "file.zarr").write_text("x")
    for name in ("mine.zarr", "file.zarr"):
        for write in (check_zarr_writable, lambda path: write_survey(path, SURVEY)):
            with pytest.raises(InputError, match="name of a Zarr folder, got something else there"):
                write(tmp_path / name)
    check_zarr_writable(path)
    with pytest.raises(InputError, match=r"expects an existing folder, got no .*none"):
        write_survey(tmp_path / "none" / "a.zarr", SURVEY)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.zarr", "file.zarr", "mine.zarr"]


def test_a_lost_and_a_changed_chunk_are_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.zarr"
    write_survey(path, SURVEY)
    (chunk,) = (one for one in (path / "tmi" / "c").rglob("*") if one.is_file())
    content = bytearray(chunk.read_bytes())
    content[-6] ^= 1
    chunk.write_bytes(content)
    with pytest.raises(InputError):
        read_survey(path)
    chunk.unlink()
    with pytest.raises(InputError, match=r"its \d+ files, as they were written, got \d+; copy"):
        read_survey(path)
    root = json.loads((path / "zarr.json").read_text())
    del root["attributes"]["geoinv_files"]
    (path / "zarr.json").write_text(json.dumps(root))
    with (
        pytest.warns(UserWarning, match="1 of 1 chunks of tmi are not there, which stands for"),
        open_zarr(path) as data,
    ):
        assert "tmi" in data


def test_links_and_pipes_in_a_folder_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zarr"
    write_survey(path, SURVEY)
    chunk = next(one for one in (path / "tmi" / "c").rglob("*") if one.is_file())
    for make in (lambda: chunk.symlink_to("/etc/hostname"), lambda: os.mkfifo(chunk)):
        chunk.unlink()
        make()
        with pytest.raises(InputError, match="got a link or a device"):
            recognise(path)
    shutil.rmtree(path)


def test_bounds_and_codecs_are_checked_through_the_reader(tmp_path: Path) -> None:
    path = tmp_path / "a.zarr"
    write_survey(path, SURVEY)
    place = path / "tmi" / "zarr.json"
    good = json.loads(place.read_text())
    place.write_text(json.dumps(good | {"shape": [10**12]}))
    with pytest.raises(InputError, match=r"got an array of .* for tmi"):
        recognise(path)
    place.write_text(json.dumps(good | {"codecs": [{"name": "numcodecs.pickle"}]}))
    with pytest.raises(InputError, match="codecs that only pack numbers, got 'pickle' for tmi"):
        recognise(path)
    place.write_text("[" * 100_000)
    with pytest.raises(InputError, match="metadata of a Zarr folder as JSON"):
        recognise(path)
