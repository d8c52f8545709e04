"""Surveys in netCDF: units, depths, nulls, and what is missing."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import numpy.testing as npt
import pytest
import xarray as xr
from netcdf_files import EASTING, FIELD, NORTHING, TMI, UPWARD, edited, survey_file

from geoinv import InputError, Survey
from geoinv.core.checks import InputWarning
from geoinv.formats import (
    collected,
    read_survey,
    read_topography,
    write_survey,
)
from geoinv.meshes.tensor import AXES


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
    assert run.returncode == 0
    assert "field: none in the file; give --field" in run.stdout
    assert read_survey(path, field=FIELD).field == FIELD


def test_longitudes_without_units_are_refused(tmp_path: Path) -> None:
    path = survey_file(tmp_path)
    with netCDF4.Dataset(path, "a") as file:
        file["easting"][:] = [-71.5, -71.49, -71.48]
        file["northing"][:] = [-36.2, -36.19, -36.18]
    with pytest.raises(InputError, match="as longitudes and latitudes are"):
        read_survey(path)


def test_the_ground_below_the_stations_is_topography(tmp_path: Path) -> None:
    survey = Survey(
        [0.0, 10.0, 20.0], [0.0, 0.0, 5.0], [50.0, 51.0, 52.0], field=FIELD, columns={"ground": [10.0, np.nan, 12.0]}
    )
    write_survey(tmp_path / "a.nc", survey)
    npt.assert_array_equal(read_topography(tmp_path / "a.nc"), [[0.0, 0.0, 10.0], [20.0, 5.0, 12.0]])
    write_survey(tmp_path / "b.nc", replace(survey, columns={}))
    with pytest.raises(InputError, match="elevations of the ground, got a survey with heights of the sensor"):
        read_topography(tmp_path / "b.nc")
