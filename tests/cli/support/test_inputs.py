"""From files and options to survey, mesh and operator, and the lines that say what was taken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest

import geoinv
from geoinv import InputError
from geoinv.cli.support.inputs import load_reference, load_survey, load_topography, make_operator
from geoinv.conventions.quantities import QUANTITIES
from geoinv.formats import read_mesh, read_survey, write_mesh

FLAT = "4\n0 0 7\n5000 0 7\n0 5000 7\n5000 5000 7\n"


def load(**options):
    return load_survey(Path("obs.mag"), **{"field": None, "columns": None, "height": None, "elevation": None} | options)


@pytest.mark.parametrize(
    ("options", "upward", "sentence"),
    [
        ({"height": 30.0}, 30.0, "elevation of 30 m (--height, with no topography to stand above)"),
        ({"elevation": 12.5}, 12.5, "elevation of 12.5 m (--elevation)"),
        ({}, None, "as in the file\n"),
    ],
)
def test_heights_are_those_of_the_options_or_the_file(options, upward, sentence, small_survey, capsys):
    survey = load(**options)
    npt.assert_array_equal(survey.upward, read_survey("obs.mag").upward if upward is None else upward)
    assert sentence in capsys.readouterr().out


def test_a_height_is_above_the_topography_where_there_is_one(small_survey, capsys):
    Path("ground.topo").write_text(FLAT)
    ground = load_topography(Path("ground.topo"))
    survey = load(height=30.0, ground=ground)
    npt.assert_allclose(survey.upward, 37.0)
    said = capsys.readouterr().out
    assert "ground.topo: 4 points, 7 to 7 m" in said
    assert "30 m above the topography (--height): elevations of 37 m" in said
    load(ground=ground)
    assert "m above the topography" in capsys.readouterr().out.splitlines()[-1]


def test_every_third_station_is_taken_in_order(small_survey, capsys):
    whole = read_survey("obs.mag")
    part = load(every=7)
    npt.assert_array_equal(part.easting, whole.easting[::7])
    npt.assert_array_equal(part.data, whole.data[:, ::7])
    assert "9 of 60 stations, tmi" in capsys.readouterr().out
    with pytest.raises(InputError, match=r"--every expects less than the 60 stations of obs\.mag, got 60"):
        load(every=60)


def test_gravity_says_its_physics(small_survey, capsys):
    Path("a.csv").write_text("x,y,z,gz\n0,0,1,2\n")
    survey = load_survey(Path("a.csv"), None, None, None, None)
    assert survey.kind == "gravity"
    assert "gravity, of the density contrast (kg/m3): inferred from the components" in capsys.readouterr().out


def test_a_reference_is_a_number_or_a_model_that_matter_has(small_survey, capsys):
    mesh, quantity = read_mesh("mesh.msh"), QUANTITIES["susceptibility"]
    assert load_reference(0.01, mesh, quantity) == 0.01
    npt.assert_array_equal(load_reference(Path("model.sus"), mesh, quantity), load_model())
    with pytest.raises(InputError, match=r"--reference expects susceptibilities \(SI\) of -1 and more, got -3"):
        load_reference(-3.0, mesh, quantity)
    with pytest.raises(InputError, match=r"--reference expects .* at most"):
        load_reference(10.0 * quantity.highest, mesh, quantity)


def load_model():
    return geoinv.formats.read_model("model.sus", read_mesh("mesh.msh"), "susceptibility")


def test_the_operator_is_that_of_the_components(small_survey, capsys):
    mesh, survey = read_mesh("mesh.msh"), read_survey("obs.mag")
    A = make_operator(mesh, survey, "dense", None)
    assert type(A) is geoinv.operators.Magnetics
    assert "dense" in capsys.readouterr().out
    positions = (survey.easting, survey.northing, survey.upward)
    gravity = geoinv.Survey(*positions, components=("gz",))
    assert type(make_operator(mesh, gravity, "auto", None)) is geoinv.operators.Gravity
    strength = geoinv.Survey(*positions, components=("b_amplitude",), field=survey.field)
    assert type(make_operator(mesh, strength, "auto", None)) is geoinv.operators.FieldStrength
    self_demagnetized = make_operator(mesh, survey, "auto", None, demagnetization=True)
    assert type(self_demagnetized) is geoinv.operators.SelfDemagnetization
    with pytest.raises(InputError, match=r"--demagnetization expects susceptibility .* got gravity and gz; leave"):
        make_operator(mesh, gravity, "auto", None, demagnetization=True)


def test_stations_in_the_rock_are_rejected_before_anything_is_computed(small_survey):
    mesh, survey = read_mesh("mesh.msh"), read_survey("obs.mag")
    buried = geoinv.Survey(survey.easting, survey.northing, np.full(60, -50.0), field=survey.field)
    with pytest.raises(InputError, match=r"60 of 60 stations"):
        make_operator(mesh, buried, "auto", None)


def test_a_mesh_goes_on_as_it_was(small_survey):
    mesh = read_mesh("mesh.msh")
    write_mesh("again.msh", mesh)
    assert read_mesh("again.msh").same_places(mesh)


def test_an_initial_model_starts_the_search_and_is_said(small_survey, tmp_path, capsys):
    from cli_refusal import INVERT, refused
    from commands import succeed

    succeed([*INVERT[:-1], "smooth.nc"], capsys)
    told = succeed([*INVERT, "--regularizer", "compact", "--initial", "smooth.nc"], capsys)
    assert "initial   smooth.nc: " in told
    assert "chi^2/N" in told
    succeed([*INVERT[:-1], "second.nc", "--initial", "0.001"], capsys)
    assert "--initial expects a model within the bounds" in refused([*INVERT, "--initial", "-0.01"], capsys, tmp_path)
    assert "no.nc" in refused([*INVERT, "--initial", "no.nc"], capsys, tmp_path)
    assert "got one of them" in refused([*INVERT[:-1], "smooth.nc", "--initial", "smooth.nc"], capsys, tmp_path)
