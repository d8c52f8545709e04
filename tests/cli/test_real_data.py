"""Commands on public surveys beside the checkout."""

from __future__ import annotations

import re

import numpy as np
import pytest
import xarray as xr

from geoinv.cli import main
from geoinv.formats import read_mesh, read_model

pytestmark = pytest.mark.slow


def run(*arguments: object) -> None:
    assert main([str(argument) for argument in arguments]) == 0


def chi2_in(told: str) -> float:
    found = re.search(r"chi\^2/N = ([\d.e+-]+)", told)
    assert found, told
    return float(found[1])


def test_forward_of_raglan_s_published_model_has_the_published_misfit(shared_data, tmp_path, capsys):
    raglan = shared_data / "raglan_1997"
    out = tmp_path / "pred.nc"
    files = ("--mesh", raglan / "mesh.msh", "--model", raglan / "maginv3d.sus", "--survey", raglan / "obs.mag")
    run("forward", *files, "--out", out)
    assert chi2_in(capsys.readouterr().out) == pytest.approx(26.917, abs=0.002)
    observed = np.loadtxt(raglan / "obs.mag", skiprows=3)
    with xr.open_dataset(out) as data:
        chi2 = np.mean(((observed[:, 3] - data["tmi"].values) / observed[:, 4]) ** 2)
    assert chi2 == pytest.approx(26.917, abs=0.002)


def test_raglan_is_inverted_to_the_published_misfit(shared_data, tmp_path, capsys):
    raglan = shared_data / "raglan_1997"
    out, mesh = tmp_path / "raglan.nc", raglan / "mesh.msh"
    run("invert", raglan / "obs.mag", "--mesh", mesh, "--target", 27, "--out", out)
    assert "target reached" in capsys.readouterr().out
    grid = read_mesh(mesh)
    found, published = (read_model(path, grid).sum(axis=0).ravel() for path in (out, raglan / "maginv3d.sus"))
    assert np.corrcoef(found, published)[0, 1] >= 0.8


def test_the_tutorial_s_draped_survey_is_fitted_with_its_base_level(shared_data, tmp_path, capsys):
    tutorial = shared_data / "simpeg_mag_tutorial"
    files = ("--mesh", tutorial / "mesh_ubc.msh", "--topo", tutorial / "magnetics_topo.txt")
    options = ("--field", 90, 0, 50000, "--noise", 0.442, "--base-level", "fit")
    out = tmp_path / "sphere.nc"
    run("invert", tutorial / "magnetics_data.obs", *files, *options, "--out", out)
    assert 0.9 <= chi2_in(capsys.readouterr().out) <= 1.1
    with xr.open_dataset(out) as data:
        assert 0.9 <= data.attrs["chi2_per_datum"] <= 1.1
        assert data.attrs["base_level"] == pytest.approx(1.4, abs=0.2)


def test_helicopter_lines_are_inverted_on_a_mesh_made_for_them(shared_data, tmp_path, capsys):
    lines = shared_data / "usgs_ne_wisconsin_2021" / "WI_Magnetics.csv"
    columns = ("--columns", "easting=E_Nad83,northing=N_Nad83,upward=Alt,tmi=RMF", "--field", 70.8, -4.4, 54700)
    mesh = ("--cell", 2000, "--depth", 6000, "--topo", lines)
    out = tmp_path / "wisconsin.nc"
    run("invert", lines, *columns, *mesh, "--every", 20, "--noise", 10, "--base-level", "fit", "--out", out)
    told = capsys.readouterr().out
    assert "340 of 6785 stations" in told
    assert "target reached" in told
    with xr.open_dataset(out) as data:
        assert data.sizes["station"] == 340


def test_a_grid_of_data_without_heights_takes_an_engine_of_transforms(shared_data, tmp_path, capsys):
    header, *rows = (shared_data / "mount_milligan_1991" / "mount_milligan_crop_12km.csv").read_text().splitlines()
    places = np.array([row.split(",")[:2] for row in rows], float)
    near = np.abs(places - places.mean(axis=0)).max(axis=1) < 1500.0
    crop = tmp_path / "crop_3km.csv"
    crop.write_text("\n".join([header, *(row for row, kept in zip(rows, near, strict=True) if kept)]) + "\n")
    options = ("--columns", "tmi=anomaly_nt", "--height", 120, "--field", 75.01, 24.41, 58185, "--noise", "2% + 20")
    mesh = ("--cell", 100, "--depth", 500)
    out = tmp_path / "milligan.nc"
    run("invert", crop, *options, *mesh, "--base-level", "fit", "--target", 50, "--out", out)
    told = capsys.readouterr().out
    assert "engine    levels" in told
    assert "target reached" in told


def test_gravity_of_laguna_del_maule_shows_the_light_body_under_the_lake(shared_data, tmp_path, capsys):
    folder, out = shared_data / "laguna_del_maule_gravity", tmp_path / "maule.nc"
    mesh = ("--cell", 800, "--depth", 6000, "--topo", folder / "LdM_topo.topo.gz")
    run("invert", folder / "LdM_grav_obs.grv", *mesh, "--every", 3, "--noise", 1, "--out", out)
    told = capsys.readouterr().out
    assert "physics   gravity, of the density contrast (kg/m3)" in told
    assert "target reached" in told
    with xr.open_dataset(out) as data:
        assert data["density"].units == "kg m-3"
        lightest = data["density"].where(data["density"] == data["density"].min(), drop=True)
        # Miller et al. (2017): a light body below the western shore of the lake, no lighter than -600 kg/m3
        assert -600.0 < lightest.item() < -100.0
        assert 361000.0 < float(lightest.easting[0]) < 365000.0
        assert 6003500.0 < float(lightest.northing[0]) < 6009000.0
