"""Magnetization vectors on the command line: rocks that are magnetized otherwise than along the field."""

from __future__ import annotations

import re

import numpy as np
import numpy.testing as npt
import pytest
import xarray as xr

import geoinv
from geoinv.cli import main
from geoinv.formats import write_mesh, write_survey
from geoinv.operators import Magnetics

FIELD = geoinv.MainField(60.0, 0.0, 50000.0)


@pytest.fixture
def remanent_body(tmp_path, monkeypatch):
    """A body magnetized 60 degrees off the field below 12 x 12 stations; its magnetization."""
    monkeypatch.chdir(tmp_path)
    grid = geoinv.Grid.regular((6, 12, 12), (50.0, 50.0, 50.0), (-300.0, 0.0, 0.0))
    northing, easting = (c.ravel() for c in np.meshgrid(grid.northing, grid.easting, indexing="ij"))
    survey = geoinv.Survey(easting, northing, np.full(easting.size, 25.0), field=FIELD)
    across = np.cross(FIELD.direction, [1.0, 0.0, 0.0])
    direction = 0.5 * FIELD.direction + np.sqrt(0.75) * across / np.linalg.norm(across)
    magnetization = np.zeros((3, *grid.shape))
    magnetization[:, 3:5, 4:8, 5:8] = 2.0 * direction[:, None, None, None]
    clean = Magnetics(grid, survey, unknown="magnetization")(magnetization)
    deviation = 0.02 * np.abs(clean) + 2.0
    data = clean + deviation * np.random.default_rng(3).standard_normal(clean.shape)
    write_mesh("mesh.msh", grid)
    write_survey("obs.mag", survey.with_data(data, deviation))
    return magnetization


def test_a_susceptibility_that_stalls_points_to_the_magnetization_which_is_then_found(remanent_body, capsys):
    command = ["invert", "obs.mag", "--mesh", "mesh.msh", "--out", "model.nc"]
    assert main(command) == 0
    told = capsys.readouterr().out
    assert "result    stalled" in told
    assert "remanent magnetization (which --unknown magnetization finds)" in told

    assert main([*command, "--unknown", "magnetization"]) == 0
    told = capsys.readouterr().out
    assert "unknown   magnetization (A/m), from tmi" in told
    assert "result    target reached" in told
    with xr.open_dataset("model.nc") as data:
        found = np.stack([data[f"magnetization_{axis}"].values for axis in ("easting", "northing", "upward")])
        amplitude = data["magnetization_amplitude"].values
        assert data["magnetization_inclination"].attrs["units"] == "degrees"
    npt.assert_allclose(amplitude, np.linalg.norm(found, axis=0))
    core = amplitude > 0.5 * amplitude.max()
    mean = found[:, core].sum(axis=1)
    moment = remanent_body.sum(axis=(1, 2, 3))
    cosine = mean @ moment / np.linalg.norm(mean) / np.linalg.norm(moment)
    assert np.degrees(np.arccos(cosine)) < 10.0
    npt.assert_allclose(np.linalg.norm(found.sum(axis=(1, 2, 3))), np.linalg.norm(moment), rtol=0.25)

    command = ["forward", "--mesh", "mesh.msh", "--model", "model.nc", "--survey", "obs.mag", "--out", "p.nc"]
    assert main(command) == 0
    told = capsys.readouterr().out
    assert re.search(r"misfit    chi\^2/N = (1|1\.0\d*|0\.9\d*) ", told)
