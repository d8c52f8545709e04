"""Commands info, convert and view on a small survey."""

from __future__ import annotations

import re

import numpy.testing as npt
from commands import succeed

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
    told = set(re.findall(r"\.[a-z]+", convert.__doc__))
    missing = {suffix for what in ("survey", "mesh", "model") for suffix in suffixes_of(what)} - told
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
    assert "view expects --out PICTURE or --html PAGE, got neither" in capsys.readouterr().err


def test_view_cuts_where_it_is_told_to(small_survey, capsys):
    assert main(["view", "obs.mag", "--html", "a.html", "--section", "east=1"]) == 1
    assert "view expects --section and --padding with --out PICTURE, got no picture" in capsys.readouterr().err
    assert main(["view", "obs.mag", "--out", "a.png", "--section", "east=1"]) == 1
    assert "section expects a model to cut, got data alone" in capsys.readouterr().err
