"""Commands grid, continue and pole."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import xarray as xr
from buried_bodies import FIELD, POLE, survey_of, truth
from cli_refusal import refused
from commands import succeed

from geoinv import MainField, Survey
from geoinv.cli import main
from geoinv.formats import write_survey


@pytest.fixture
def surveys(tmp_path, monkeypatch):
    """Folder with a magnetic survey and one of gravity, which is the working folder."""
    monkeypatch.chdir(tmp_path)
    write_survey("mag.nc", survey_of(side=20))
    write_survey("gravity.csv", survey_of("gz", side=20))
    return tmp_path


def truth_on(data, component, field):
    """Truth at the nodes of a grid, and which of them are away from its edges."""
    easting, northing = np.meshgrid(data["easting"].values, data["northing"].values)
    upward = np.broadcast_to(data["upward"].values, easting.shape)
    inside = (np.abs(easting - 750.0) < 450.0) & (np.abs(northing - 750.0) < 450.0)
    survey = Survey(easting[inside], northing[inside], upward[inside], (component,), field)
    return inside, truth(survey)[0]


def test_pole_writes_the_field_of_vertical_magnetization_and_says_what_was_assumed(surveys, capsys):
    told = succeed(["pole", "mag.nc", "--out", "pole.nc", "--spacing", "50"], capsys)
    assert "assumed   magnetization along the inducing field, without remanence" in told
    assert "rms error of blocks left out" in told
    assert "target reached" in told
    with xr.open_dataset("pole.nc") as data:
        inside, true = truth_on(data, "tmi", POLE)
        error = data["tmi_pole"].values[inside] - true
        assert np.sqrt(np.mean(error**2)) < 0.02 * np.abs(true).max()
        assert data.attrs["history"] == "geoinv pole mag.nc --out pole.nc --spacing 50"


def test_continue_goes_up_from_the_stations(surveys, capsys):
    told = succeed(["continue", "mag.nc", "--up", "80", "--out", "up.nc", "--depth", "170", "--spacing", "100"], capsys)
    assert "80 m above the stations" in told
    with xr.open_dataset("up.nc") as data:
        inside, true = truth_on(data, "tmi", FIELD)
        npt.assert_allclose(data["tmi"].values[inside], true, atol=0.03 * np.abs(true).max())


def test_grid_of_gravity_at_one_height_by_quantities(surveys, capsys):
    command = [
        "grid",
        "gravity.csv",
        "--noise",
        "0.005",
        "--height",
        "90",
        "--quantities",
        "gz,tilt",
        "--spacing",
        "100",
    ]
    told = succeed([*command, "--depth", "240", "--out", "grid.nc"], capsys)
    assert "at a height of 90 m (--height)" in told
    with xr.open_dataset("grid.nc") as data:
        inside, true = truth_on(data, "gz", None)
        npt.assert_allclose(data["gz"].values[inside], true, atol=0.03 * np.abs(true).max())
        assert set(data.data_vars) == {"gz", "tilt"}


def test_a_spacing_finer_than_the_data_hold_is_said(surveys, capsys):
    assert main(["grid", "mag.nc", "--spacing", "20", "--depth", "170", "--out", "grid.nc"]) == 0
    assert "a spacing of 20 m shows no more than 34 m would" in capsys.readouterr().err


def test_the_pole_from_the_equator_is_warned_of(surveys, capsys):
    survey = survey_of(side=8, field=MainField(10.0, 0.0, 40000.0))
    write_survey("low.nc", survey)
    assert main(["pole", "low.nc", "--depth", "250", "--out", "pole.nc"]) == 0
    assert "noise, 33.2 times" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["grid", "mag.nc", "--out", "grid.png"], "ends in .tif or .tiff or .grd or .asc or .nc or .zarr"),
        (["grid", "mag.nc", "--out", "mag.nc"], "beside the inputs"),
        (["grid", "mag.nc", "--out", "g.nc", "--spacing", "-5"], "positive --spacing"),
        (["grid", "mag.nc", "--out", "g.nc", "--spacing", "1e-4"], "larger --spacing"),
        (["grid", "mag.nc", "--out", "g.nc", "--height", "-300", "--depth", "170"], "--height expects a grid above"),
        (["grid", "mag.nc", "--out", "g.nc", "--distance", "-5"], "positive --distance"),
        (["grid", "mag.nc", "--out", "g.nc", "--quantities", "gz"], "got gz"),
        (["continue", "mag.nc", "--out", "g.nc", "--up", "-100"], "--up expects metres above"),
        (["pole", "gravity.csv", "--out", "g.nc"], "expects magnetic data, got gz"),
        (["grid", "mag.nc", "--out", "g.nc", "--depth", "0"], "positive depth"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(surveys, capsys, arguments, part):
    assert part in refused(arguments, capsys, surveys)


def test_a_file_without_heights_is_told_of_the_option_for_stations(surveys, capsys):
    (surveys / "flat.csv").write_text("easting,northing,gz\n0,0,1\n100,0,2\n0,100,1\n")
    told = refused(["grid", "flat.csv", "--height", "50", "--out", "g.nc"], capsys, surveys)
    assert told.endswith("or give --elevation")


def test_a_single_line_is_no_area(surveys, capsys):
    survey = survey_of(side=20)
    line = survey.select(survey.northing < 50.0)
    write_survey("line.nc", Survey(line.easting, 0.0 * line.easting, line.upward, ("tmi",), FIELD, line.data, 0.5))
    assert "stand on one line" in refused(["grid", "line.nc", "--out", "g.nc"], capsys, surveys)


def test_a_grid_of_one_quantity_is_written_for_surfer_and_read_again_as_a_survey(surveys, capsys):
    common = ["gravity.csv", "--spacing", "100", "--depth", "240", "--noise", "0.005", "--height", "90"]
    succeed(["grid", *common, "--out", "grid.nc"], capsys)
    told = succeed(["grid", *common, "--out", "grid.grd"], capsys)
    assert "grid.grd" in told
    told = succeed(["convert", "grid.grd", "again.csv", "--columns", "gz=1", "--height", "90"], capsys)
    with xr.open_dataset("grid.nc") as data:
        count = int(np.isfinite(data["gz"].values).sum())
    assert f"Read grid.grd (Surfer grid), wrote {count} stations" in told
    assert "columns   gz = its values (mGal, as none is stated)" in told
    said = refused(["grid", *common, "--quantities", "gz,gee", "--out", "grid.asc"], capsys, surveys)
    assert "grid.asc expects one quantity, as its format does, got gz, gee" in said
    assert "expects to know what its values are" in succeed(["info", "grid.grd"], capsys)
