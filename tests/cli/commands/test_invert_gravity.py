"""Gravity on the command line: what is sought, in which unit, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

import geoinv
from geoinv.cli import main
from geoinv.formats import write_mesh, write_model, write_survey
from geoinv.operators import Gravity

OPTIONS = ["--mesh", "mesh.msh", "--out", "model.nc"]


@pytest.fixture
def gravity_survey(tmp_path, monkeypatch):
    """A dense block below an 8 x 8 survey, in files of the current folder; the operator and the model."""
    monkeypatch.chdir(tmp_path)
    grid = geoinv.Grid.regular((5, 8, 8), (50.0, 50.0, 50.0), (-250.0, 0.0, 0.0))
    northing, easting = (c.ravel() for c in np.meshgrid(grid.northing, grid.easting, indexing="ij"))
    survey = geoinv.Survey(easting, northing, np.full(easting.size, 5.0), components=("gz",))
    model = np.zeros(grid.shape)
    model[2:4, 3:5, 3:6] = 400.0
    A = Gravity(grid, survey)
    clean = A(model)
    deviation = np.full_like(clean, 0.02 * clean.max())
    data = clean + deviation * np.random.default_rng(2).standard_normal(clean.shape)
    write_mesh("mesh.msh", grid)
    write_survey("stations.grv", survey.with_data(data, deviation))
    write_model("model.den", grid, model, "density")
    return A, model


def test_a_density_contrast_is_found_below_a_gravity_survey(gravity_survey, capsys):
    assert main(["invert", "stations.grv", *OPTIONS]) == 0
    told = capsys.readouterr().out
    assert "unknown   density contrast (kg/m3), from gz" in told
    assert "mGal" in told.split("noise", 1)[1].splitlines()[0]
    assert "model     density contrast" in told
    _, model = gravity_survey
    with xr.open_dataset("model.nc") as data:
        assert data["density"].attrs["units"] == "kg m-3"
        assert 0.98 <= data.attrs["chi2_per_datum"] <= 1.01
        found = data["density"].values
        assert data.attrs["outcome"] == "reached"
    at = np.unravel_index(np.argmax(found), found.shape)
    assert model[max(0, at[0] - 1) : at[0] + 2, at[1], at[2]].any()


def test_forward_of_a_density_model_is_that_of_the_operator(gravity_survey, capsys):
    A, model = gravity_survey
    command = ["forward", "--mesh", "mesh.msh", "--model", "model.den", "--survey", "stations.grv", "--out", "p.nc"]
    assert main(command) == 0
    assert "0 to 400 kg/m3" in capsys.readouterr().out
    with xr.open_dataset("p.nc") as data:
        np.testing.assert_allclose(data["gz"].values, A(model)[0], rtol=1e-9)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--bounds", "-1e6", "0"], "--bounds expects LOW as a density in kg/m3"),
        (["--noise", "2 nT"], "--noise expects a value in mGal, the unit of the data, got nT"),
        (["--unknown", "susceptibility"], "--unknown expects density for the gravity data of stations.grv"),
        (["--field", "65", "25", "50000"], "stations.grv"),
    ],
)
def test_what_belongs_to_magnetics_is_refused_in_a_sentence(gravity_survey, capsys, arguments, words):
    assert main(["invert", "stations.grv", *OPTIONS, *arguments]) == 1
    told = capsys.readouterr().err
    assert words in told
    assert told.count("\n") == 1
