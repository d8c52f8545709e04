"""Command invert: what it makes of a small survey, and what it says."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import numpy.testing as npt
import pytest
import xarray as xr
from commands import succeed

import geoinv
from geoinv.cli import main
from geoinv.formats import read_mesh, read_model, read_survey, write_mesh, write_survey

INVERT = ["invert", "obs.mag", "--mesh", "mesh.msh", "--out", "model.nc"]


def test_invert_reaches_the_target_and_writes_model_data_and_origin(small_survey, capsys):
    told = succeed(INVERT, capsys)
    assert "obs.mag: UBC magnetic observations, 60 stations, tmi" in told
    assert "mesh.msh: UBC tensor mesh, 5 x 6 x 6 cells (upward, northing, easting), all active" in told
    assert "result    target reached: chi^2/N = " in told
    assert "engine    dense: least time" in told
    assert " s, peak memory " in told
    with xr.open_dataset("model.nc") as data:
        assert data["susceptibility"].dims == ("upward", "northing", "easting")
        assert 0.98 <= data.attrs["chi2_per_datum"] <= 1.01
        residual = data["tmi_observed"] - data["tmi_predicted"]
        assert float((residual**2).mean()) == pytest.approx(data.attrs["chi2_per_datum"])
        assert float(data["susceptibility"].min()) >= 0.0
        assert data.attrs["history"] == "geoinv " + " ".join(INVERT)
        assert set(json.loads(data.attrs["inputs"])) == {"obs.mag", "mesh.msh"}
        assert data.attrs["noise"] == "as in the file"
        npt.assert_array_equal(data["tmi_observed"], read_survey("obs.mag").data[0])


def test_invert_repeats_itself(small_survey, capsys):
    models = []
    for name in ("one.nc", "two.nc"):
        succeed([*INVERT[:-1], name], capsys)
        models.append(read_model(name, read_mesh("mesh.msh")))
    npt.assert_array_equal(*models)


def test_negative_numbers_are_values_of_options(small_survey, capsys):
    survey = read_survey("obs.mag")
    south = replace(survey, field=geoinv.MainField(-65.0, -25.0, 50000.0), anomaly_direction=None)
    clean = geoinv.operators.Magnetics(read_mesh("mesh.msh"), south)(read_model("model.sus", read_mesh("mesh.msh")))
    write_survey("south.csv", south.with_data(clean))
    options = ["--field", "-65", "-25", "50000", "--bounds", "-0.1", "inf", "--noise", "2", "--base-level", "-0.5"]
    told = succeed(["invert", "south.csv", *INVERT[2:], *options], capsys)
    assert "field     -65 -25 degrees, 50000 nT" in told
    assert "base level -0.5 nT" in told
    with xr.open_dataset("model.nc") as data:
        assert json.loads(data.attrs["settings"])["bounds"] == [-0.1, np.inf]


def test_noise_on_the_command_line_takes_the_place_of_the_file_s(small_survey, capsys):
    succeed([*INVERT, "--noise", "10% + 2"], capsys)
    with xr.open_dataset("model.nc") as data:
        npt.assert_allclose(data["tmi_uncertainty"], 0.1 * np.abs(data["tmi_observed"]) + 2.0)
        assert data.attrs["noise"] == "10 % of the datum + 2 nT"


def test_a_base_level_is_fitted_with_the_model(small_survey, capsys):
    survey = read_survey("obs.mag")
    write_survey("shifted.mag", survey.with_data(survey.data + 300.0, survey.uncertainty))
    succeed(["invert", "shifted.mag", *INVERT[2:], "--base-level", "fit"], capsys)
    with xr.open_dataset("model.nc") as data:
        assert data.attrs["base_level"] == pytest.approx(300.0, abs=5.0)
        assert 0.98 <= data.attrs["chi2_per_datum"] <= 1.01


def test_each_third_station_is_taken(small_survey, capsys):
    assert "20 of 60 stations" in succeed([*INVERT, "--every", "3"], capsys)
    with xr.open_dataset("model.nc") as data:
        npt.assert_array_equal(data["station_easting"], read_survey("obs.mag").easting[::3])


@pytest.mark.parametrize("reference", ["0.002", "model.sus"])
def test_the_reference_is_a_number_or_a_file(reference, small_survey, capsys):
    succeed([*INVERT, "--reference", reference, "--target", "1e5"], capsys)
    grid = read_mesh("mesh.msh")
    expected = np.full(grid.shape, 0.002) if reference == "0.002" else read_model(reference, grid)
    npt.assert_allclose(read_model("model.nc", grid), expected, rtol=1e-12)


def test_a_mesh_is_made_for_the_survey(small_survey, capsys):
    told = succeed(["invert", "obs.mag", "--cell", "20", "--depth", "100", "--out", "model.nc"], capsys)
    assert "cubes of 20 m made for the survey" in told
    grid, survey = read_mesh("model.nc"), read_survey("obs.mag")
    assert grid.upward_edges[-1] == pytest.approx(survey.upward.min() - 10.0)
    assert grid.easting_edges[0] <= survey.easting.min() - 100.0
    assert f"flat ground at {grid.upward_edges[-1]:.10g} m" in told


@pytest.mark.parametrize("mesh", [["--mesh", "mesh.msh"], ["--cell", "20", "--depth", "80"]], ids=["file", "made"])
def test_topography_cuts_the_mesh(mesh, small_survey, capsys):
    (small_survey / "ground.xyz").write_text("900 1000 0\n1200 1000 -40\n900 3000 0\n1200 3000 -40\n")
    told = succeed(["invert", "obs.mag", *mesh, "--topo", "ground.xyz", "--out", "model.nc"], capsys)
    assert "ground    ground.xyz: 4 points, -40 to 0 m" in told
    with xr.open_dataset("model.nc") as data:
        ground = np.clip(-40.0 * (data["easting"] - 900.0) / 300.0, -40.0, 0.0)
        npt.assert_array_equal(
            data["susceptibility"].isnull(), (data["upward"] > ground).broadcast_like(data["active"])
        )


def test_a_survey_of_a_table_without_heights_gets_them(small_survey, capsys):
    survey = read_survey("obs.mag")
    rows = np.column_stack([survey.easting, survey.northing, survey.data[0]])
    np.savetxt("lines.csv", rows, delimiter=",", header="X_m,Y_m,RMF", comments="")
    options = ["--columns", "easting=X_m,northing=Y_m,tmi=RMF", "--height", "15", "--field", "65", "25", "50000"]
    succeed(["invert", "lines.csv", *INVERT[2:], *options, "--noise", "5"], capsys)
    with xr.open_dataset("model.nc") as data:
        npt.assert_array_equal(data["station_upward"], 15.0)


def test_dummy_rows_stations_outside_and_crowds_are_warned_of(small_survey, capsys):
    survey = read_survey("obs.mag")
    rows = np.column_stack([survey.easting, survey.northing, survey.upward, survey.data[0]])
    rows[0, 0] += 500.0
    rows[1, 3] = -9999.0
    np.savetxt("lines.csv", rows, delimiter=",", header="easting,northing,upward,tmi", comments="")
    write_mesh("coarse.msh", geoinv.Grid.regular((2, 2, 2), (50.0, 60.0, 60.0), (-100.0, 2000.0, 1000.0)))
    options = ["--field", "65", "25", "50000", "--noise", "50", "--mesh", "coarse.msh", "--out", "model.nc"]
    assert main(["invert", "lines.csv", *options]) == 0
    dummies, outside, crowd = capsys.readouterr().err.splitlines()
    assert dummies == "geoinv: warning: lines.csv: 1 of 60 rows with a null value are left out (1 in tmi)"
    assert outside == "geoinv: warning: 1 of 59 stations lies outside the mesh; their data are kept"
    assert crowd.startswith("geoinv: warning: 14.5 stations share a column of cells on average")


def test_a_target_out_of_reach_ends_with_a_sentence_and_a_result(small_survey, capsys):
    told = succeed([*INVERT, "--bounds", "0", "1e-4"], capsys)
    assert "result    stalled: " in told
    with xr.open_dataset("model.nc") as data:
        assert data.attrs["reached"] == 0
        assert data.attrs["status"].startswith("stalled")


def test_ctrl_c_during_the_search_writes_the_last_model(small_survey, capsys, monkeypatch):
    from geoinv.inversion import run

    minima, calls = run.minima, []

    def interrupted(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return minima(*arguments)

    monkeypatch.setattr(run, "minima", interrupted)
    assert main(INVERT) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("geoinv: interrupted after 1 trade-offs: chi^2/N = ")
    assert captured.err.count("\n") == 1
    assert captured.out.splitlines()[-1].split() == ["wrote", "model.nc"]
    with xr.open_dataset("model.nc") as data:
        assert data.attrs["status"].startswith("interrupted after 1 trade-offs")
        assert float(data["susceptibility"].max()) > 0.0


def test_ctrl_c_elsewhere_leaves_nothing(small_survey, capsys, monkeypatch):
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("geoinv.operators.prisms.dense.Dense.__init__", interrupted)
    before = sorted(small_survey.iterdir())
    assert main(INVERT) == 1
    assert capsys.readouterr().err == "geoinv: interrupted before the end; no file was left half-written\n"
    assert sorted(small_survey.iterdir()) == before
