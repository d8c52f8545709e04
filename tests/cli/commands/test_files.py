"""Commands info, convert and view on a small survey."""

from __future__ import annotations

import re

import numpy.testing as npt
from commands import succeed
from view_subjects import solution

import geoinv
from geoinv.cli import main
from geoinv.cli.commands.files import convert
from geoinv.formats import read_mesh, read_model, read_survey
from geoinv.formats.registry import suffixes_of


def test_info_says_what_a_file_is_and_holds(small_survey, capsys):
    told = succeed(["info", "obs.mag"], capsys)
    assert told.startswith("obs.mag: UBC magnetic observations\n  60 stations\n")
    assert "field: inclination 65, declination 25 degrees, 50000 nT" in told


def test_the_help_of_convert_names_every_suffix_that_there_is():
    told = set(re.findall(r"\.[a-z\d]+", convert.__doc__))
    missing = {suffix for what in ("survey", "mesh", "model", "grid") for suffix in suffixes_of(what)} - told
    assert not missing


def test_convert_gives_every_number_back(small_survey, capsys):
    assert "wrote 60 stations to a.nc" in succeed(["convert", "obs.mag", "a.nc"], capsys)
    succeed(["convert", "a.nc", "b.obs"], capsys)
    one, other = read_survey("obs.mag"), read_survey("b.obs")
    npt.assert_array_equal(one.data, other.data)
    npt.assert_array_equal(one.easting, other.easting)


def test_convert_joins_a_ubc_model_with_its_mesh(small_survey, capsys):
    succeed(["convert", "model.sus", "a.nc", "--mesh", "mesh.msh"], capsys)
    npt.assert_array_equal(read_model("a.nc", read_mesh("mesh.msh")), read_model("model.sus", read_mesh("mesh.msh")))


def test_convert_takes_the_field_of_a_table_from_the_command(small_survey, capsys):
    succeed(["convert", "obs.mag", "a.csv"], capsys)
    succeed(["convert", "a.csv", "b.nc", "--field", "65", "25", "50000"], capsys)
    assert read_survey("b.nc").field == geoinv.MainField(65.0, 25.0, 50000.0)


def test_view_writes_a_picture(small_survey, capsys):
    assert succeed(["view", "obs.mag", "--out", "data.png"], capsys) == "Wrote data.png.\n"
    assert (small_survey / "data.png").read_bytes().startswith(b"\x89PNG")


def test_view_writes_a_page(small_survey, capsys):
    assert "Wrote data.html" in succeed(["view", "obs.mag", "--html", "data.html"], capsys)
    assert (small_survey / "data.html").read_text().startswith("<!doctype html>")


def test_view_wants_something_to_write(small_survey, capsys):
    assert main(["view", "obs.mag"]) == 1
    assert "view expects --out FILE or --html PAGE, got neither" in capsys.readouterr().err


def test_view_cuts_where_it_is_told_to(small_survey, capsys):
    assert main(["view", "obs.mag", "--html", "a.html", "--section", "east=1"]) == 1
    assert "view expects --section and --padding with the --out of a model" in capsys.readouterr().err
    assert main(["view", "obs.mag", "--out", "a.png", "--section", "east=1"]) == 1
    assert "--section expects a model to cut, got data alone" in capsys.readouterr().err


def test_view_draws_the_run_and_the_residuals_and_writes_numbers(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    data = solution()
    for name, values in (("beta", [2.0, 1.0]), ("chi2_per_datum", [9.0, 4.0]), ("penalty", [0.0, 3.0])):
        data[f"history_{name}"] = ("step", values)
    data.to_netcdf("a.nc")
    for what in ("run", "residuals"):
        assert succeed(["view", "a.nc", "--what", what, "--out", f"{what}.png"], capsys) == f"Wrote {what}.png.\n"
    assert "cells of slices" in succeed(["view", "a.nc", "--out", "a.csv"], capsys)
    for options, words in (
        (["--what", "run", "--html", "a.html"], "view expects --out PICTURE with --what run, got none"),
        (["--what", "run", "--out", "b.csv"], "b.csv expects a name that ends in .png or .pdf"),
        (["--what", "run", "--out", "b.png", "--padding"], "with the --out of a model, got another"),
    ):
        assert main(["view", "a.nc", *options]) == 1
        assert words in capsys.readouterr().err
