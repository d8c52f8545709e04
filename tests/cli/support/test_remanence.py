"""The option --susceptibility: the remanent part of a magnetization in the result, and what it is refused for."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import xarray as xr

import geoinv
from geoinv.cli import main
from geoinv.formats import write_mesh, write_model, write_survey
from geoinv.operators import Magnetics

FIELD = geoinv.MainField(60.0, 10.0, 50000.0)
COMMAND = ["invert", "obs.mag", "--mesh", "mesh.msh", "--out", "model.nc"]
MAGNETIZATION = [*COMMAND, "--unknown", "magnetization", "--regularizer", "smooth", "--target", "20"]
INDUCING = 50000e-9 / 1.25663706212e-6
"""A/m a unit of susceptibility."""


@pytest.fixture
def survey(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    grid = geoinv.Grid.regular((2, 4, 4), (50.0, 50.0, 50.0), (-100.0, 0.0, 0.0))
    northing, easting = (c.ravel() for c in np.meshgrid(grid.northing, grid.easting, indexing="ij"))
    stations = geoinv.Survey(easting, northing, np.full(easting.size, 25.0), field=FIELD)
    model = np.zeros((3, *grid.shape))
    model[0, :, 1:3, 1:3] = 2.0
    data = np.asarray(Magnetics(grid, stations, unknown="magnetization")(model))
    write_mesh("mesh.msh", grid)
    write_survey("obs.mag", stations.with_data(data, np.full(data.shape, 0.05 * abs(data).max())))
    chi = np.random.default_rng(0).uniform(0.01, 0.1, grid.shape)
    write_model("chi.sus", grid, chi)
    return chi


@pytest.mark.parametrize("given", ["0.05", "chi.sus"])
def test_the_result_holds_the_remanent_part_and_its_ratio_to_the_induced_one(given, survey, capsys):
    assert main([*MAGNETIZATION, "--susceptibility", given]) == 0
    assert "remanence Koenigsberger ratio" in capsys.readouterr().out
    chi = survey if given == "chi.sus" else 0.05
    with xr.open_dataset("model.nc") as data:
        vector = np.stack([data[f"magnetization_{axis}"].values for axis in ("easting", "northing", "upward")])
        inclination, declination = np.radians([60.0, 10.0])
        horizontal = np.cos(inclination)
        direction = [horizontal * np.sin(declination), horizontal * np.cos(declination), -np.sin(inclination)]
        remanent = vector - np.multiply.outer(direction, chi * INDUCING * np.ones(vector.shape[1:]))
        amplitude = np.linalg.norm(remanent, axis=0)
        npt.assert_allclose(data["remanence_amplitude"], amplitude, rtol=1e-4)
        npt.assert_allclose(np.sin(np.radians(data["remanence_inclination"])), -remanent[2] / amplitude, atol=1e-4)
        npt.assert_allclose(data["koenigsberger_ratio"], amplitude / (chi * INDUCING), rtol=1e-4)
        assert data["koenigsberger_ratio"].attrs["units"] == "1"
    forward = ["forward", "--mesh", "mesh.msh", "--model", "model.nc", "--survey", "obs.mag", "--out", "p.nc"]
    assert main(forward) == 0


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ([*COMMAND, "--susceptibility", "0.1"], "--susceptibility expects --unknown magnetization"),
        ([*MAGNETIZATION, "--susceptibility", "nan"], "--susceptibility expects a finite number, got nan"),
        ([*MAGNETIZATION, "--susceptibility", "-2"], "--susceptibility"),
        ([*MAGNETIZATION, "--susceptibility", "nowhere.sus"], "nowhere.sus"),
    ],
)
def test_what_it_does_not_take_is_refused(command, words, survey, tmp_path, capsys):
    assert main(command) == 1
    assert words in capsys.readouterr().err
    assert not (tmp_path / "model.nc").exists()
