"""Command forward: the field of the prisms, whatever the engine."""

from __future__ import annotations

import hashlib
import json

import choclo
import numpy as np
import numpy.testing as npt
import pytest
import xarray as xr
from cli_refusal import refused
from commands import succeed

import geoinv
from geoinv.formats import read_mesh, read_model, read_survey, write_model, write_survey


def prism_field(station: np.ndarray, prism: list[float], susceptibility: float, field: geoinv.MainField) -> np.ndarray:
    """B in nT that choclo computes for a prism magnetized along the field."""
    magnetization = susceptibility * field.intensity * 1e-9 / (4e-7 * np.pi) * field.direction
    return 1e9 * np.array(choclo.prism.magnetic_field(*station, *prism, *magnetization))


def test_forward_is_the_field_of_the_prisms_in_the_order_of_the_survey(small_survey, capsys):
    grid, survey = read_mesh("mesh.msh"), read_survey("obs.mag")
    values = np.zeros(grid.shape)
    values[3, 4, 1] = 0.05
    write_model("one.sus", grid, values)
    prism = [*grid.easting_edges[1:3], *grid.northing_edges[4:6], *grid.upward_edges[3:5]]
    stations = np.stack([survey.easting, survey.northing, survey.upward], axis=1)
    expected = np.array([prism_field(station, prism, 0.05, survey.field) for station in stations])
    command = ["forward", "--mesh", "mesh.msh", "--model", "one.sus", "--survey", "obs.mag", "--out", "pred.nc"]
    told = succeed([*command, "--components", "tmi,be,bn,bu"], capsys)
    assert told.splitlines()[-1].split() == ["wrote", "pred.nc"]
    assert "least time for 1 application," in " ".join(told.split())
    with xr.open_dataset("pred.nc") as data:
        assert data["tmi"].dims == ("station",)
        assert data["tmi"].attrs["units"] == "nT"
        npt.assert_array_equal(data["easting"], survey.easting)
        for component, column in zip(("be", "bn", "bu"), expected.T, strict=True):
            npt.assert_allclose(data[component], column, rtol=0, atol=1e-9 * np.abs(expected).max())
        npt.assert_allclose(data["tmi"], expected @ survey.field.direction, rtol=0, atol=1e-9 * np.abs(expected).max())


def test_forward_names_the_misfit_to_the_data_of_the_survey(small_survey, capsys):
    command = ["forward", "--mesh", "mesh.msh", "--model", "model.sus", "--survey", "obs.mag", "--out", "pred.nc"]
    told = succeed(command, capsys)
    survey = read_survey("obs.mag")
    with xr.open_dataset("pred.nc") as data:
        chi2 = np.mean((survey.data[0] - data["tmi"].values) ** 2)
        assert set(data.data_vars) == {"tmi"}
        assert data.attrs["history"] == "geoinv " + " ".join(command)
        checksums = json.loads(data.attrs["inputs"])
    assert f"chi^2/N = {chi2:.6g} " in told
    assert checksums["model.sus"] == hashlib.sha256((small_survey / "model.sus").read_bytes()).hexdigest()
    assert set(checksums) == {"mesh.msh", "model.sus", "obs.mag"}


def test_forward_works_at_stations_without_data(small_survey, capsys):
    write_survey("places.obs", read_survey("obs.mag").with_data(None))
    for survey in ("places.obs", "obs.mag"):
        command = ["forward", "--mesh", "mesh.msh", "--model", "model.sus", "--survey", survey]
        succeed([*command, "--out", f"{survey}.nc"], capsys)
    with xr.open_dataset("places.obs.nc") as one, xr.open_dataset("obs.mag.nc") as other:
        npt.assert_array_equal(one["tmi"], other["tmi"])


@pytest.mark.parametrize("engine", ["direct", "dense"])
def test_forward_gives_the_same_numbers_with_every_engine(engine, small_survey, capsys):
    command = ["forward", "--mesh", "mesh.msh", "--model", "model.sus", "--survey", "obs.mag"]
    succeed([*command, "--out", "auto.nc"], capsys)
    told = succeed([*command, "--engine", engine, "--out", "named.nc"], capsys)
    assert f"engine    {engine}: named by the caller" in told
    with xr.open_dataset("auto.nc") as one, xr.open_dataset("named.nc") as other:
        npt.assert_allclose(one["tmi"], other["tmi"], rtol=0, atol=1e-10 * float(np.abs(one["tmi"]).max()))


def test_forward_ignores_inactive_cells_whatever_the_mesh_file_says(small_survey, capsys):
    grid = read_mesh("mesh.msh")
    active = np.ones(grid.shape, bool)
    active[-1] = False
    values = read_model("model.sus", grid)
    write_model("cut.nc", grid.with_active(active), values)
    command = ["forward", "--mesh", "mesh.msh", "--survey", "obs.mag"]
    assert "144 active cells" in succeed([*command, "--model", "cut.nc", "--out", "cut-pred.nc"], capsys)
    succeed([*command, "--model", "model.sus", "--out", "pred.nc"], capsys)
    with xr.open_dataset("cut-pred.nc") as one, xr.open_dataset("pred.nc") as other:
        npt.assert_allclose(one["tmi"], other["tmi"], rtol=0, atol=1e-9)


def test_strong_rock_demagnetizes_itself_on_request(small_survey, capsys):
    grid = read_mesh("mesh.msh")
    values = np.zeros(grid.shape)
    values[3, 4, 1] = 3.0
    write_model("one.sus", grid, values)
    command = ["forward", "--mesh", "mesh.msh", "--model", "one.sus", "--survey", "obs.mag", "--engine", "dense"]
    succeed([*command, "--out", "induced.nc"], capsys)
    succeed([*command, "--out", "demagnetized.nc", "--demagnetization"], capsys)
    with xr.open_dataset("induced.nc") as induced, xr.open_dataset("demagnetized.nc") as demagnetized:
        ratio = np.linalg.norm(demagnetized["tmi"]) / np.linalg.norm(induced["tmi"])
    # a cell has demagnetizing factors that add up to 1
    assert 1.0 / (1.0 + 3.0) < ratio < 1.0 / (1.0 + 3.0 * 0.1)


def test_amplitude_and_exact_anomaly_stand_beside_the_projection(small_survey, capsys):
    command = ["forward", "--mesh", "mesh.msh", "--model", "model.sus", "--survey", "obs.mag", "--out", "pred.nc"]
    succeed([*command, "--components", "tmi,tmi_exact,b_amplitude"], capsys)
    with xr.open_dataset("pred.nc") as data:
        assert data["b_amplitude"].attrs["units"] == "nT"
        assert (data["b_amplitude"] >= abs(data["tmi"]) * (1.0 - 1e-6)).all()
        npt.assert_allclose(data["tmi_exact"], data["tmi"], rtol=0, atol=float(data["b_amplitude"].max()) ** 2 / 3e4)


def test_demagnetization_of_what_is_not_linear_in_the_field_is_refused(small_survey, capsys):
    command = ["forward", "--mesh", "mesh.msh", "--model", "model.sus", "--survey", "obs.mag", "--out", "pred.nc"]
    told = refused([*command, "--components", "b_amplitude", "--demagnetization"], capsys, small_survey)
    assert "--demagnetization expects susceptibility and components that are linear in the field, got" in told
