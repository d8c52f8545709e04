"""The options of a regularizer: what they make of the inversion, and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import numpy.testing as npt
import pytest
import xarray as xr
from cli_refusal import refused

import geoinv
from geoinv.cli import main
from geoinv.cli.support.regularization import regularizer_from
from geoinv.formats import read_mesh, read_survey
from geoinv.operators import Magnetics

INVERT = ["invert", "obs.mag", "--mesh", "mesh.msh", "--out", "out.nc"]


def test_the_options_are_arguments_of_the_regularizer(small_survey, capsys):
    options = ["--smallness", "0.5", "--smoothness", "4,1,2", "--weighting", "distance"]
    assert main([*INVERT, *options]) == 0
    written = xr.load_dataset("out.nc")
    assert "smallness=0.5, smoothness=[4.0, 1.0, 2.0]" in json.loads(written.attrs["settings"])["regularizer"]
    survey = read_survey("obs.mag")
    phi = geoinv.Smooth(smallness=0.5, smoothness=(4.0, 1.0, 2.0), weighting="distance")
    A = Magnetics(read_mesh("mesh.msh"), survey)
    own = geoinv.invert(A, survey.data, survey.uncertainty, phi, bounds=(0.0, float("inf")))
    npt.assert_allclose(written["susceptibility"], own.model, atol=1e-3 * own.model.max())


def test_classes_of_rock_are_said_and_stand_in_the_result(small_survey, capsys):
    Path("rocks.csv").write_text("name,mean,standard_deviation,proportion\nhost,0,0.003,0.9\nore,0.05,0.01,0.1\n")
    assert main([*INVERT, "--regularizer", "mixture", "--classes", "rocks.csv"]) == 0
    assert "class     ore: 0.05 +- 0.01, proportion 0.1" in capsys.readouterr().out
    written = xr.load_dataset("out.nc")
    assert written["rock_class"].attrs["flag_meanings"] == "host ore"
    npt.assert_allclose(written["rock_class_probability"].sum("rock"), 1.0, rtol=1e-6)
    assert (
        main([*INVERT[:-1], "no.nc", "--regularizer", "mixture", "--classes", "rocks.csv", "--reference", "0.1"]) == 1
    )
    assert "Mixture expects no reference" in capsys.readouterr().err


def test_no_weights_are_asked_for_by_name():
    assert regularizer_from("smooth", None, None, "none", None, 0.0).weighting is None


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--regularizer", "Smooth"], "expects --regularizer to be one of smooth"),
        (
            ["--regularizer", "aligned"],
            "--regularizer aligned expects a vector in each cell; add --unknown magnetization",
        ),
        (["--weighting", "gravity"], "expects --weighting to be one of sensitivity, distance, depth, none"),
        (["--smallness", "-1"], "--smallness expects a number of zero or more"),
        (["--smallness", "nan"], "--smallness expects"),
        (
            ["--smoothness", "1,2"],
            "--smoothness expects 1 or 3 numbers between commas, each of zero or more, got '1,2'",
        ),
        (["--smoothness", "1,2,-3"], "--smoothness expects"),
        (["--smoothness", "rough"], "--smoothness expects"),
        (["--norms", "0,1"], "--norms expects a --regularizer that has some to choose"),
        (["--norms", "0,2.5"], "--norms expects 1 or 2 or 4 numbers between commas, each from 0 to 2, got '0,2.5'"),
        (["--norms", ""], "--norms expects"),
        (["--regularizer", "learned", "--norms", "0"], "--norms expects a --regularizer that has some to choose"),
        (["--regularizer", "mixture"], "--regularizer mixture expects its classes from --classes FILE, got none"),
        (["--classes", "rocks.csv"], "got --classes rocks.csv for smooth; give both"),
        (["--regularizer", "mixture", "--classes", "none.csv"], "none.csv"),
        (["--weights", "w.safetensors"], "--weights expects --regularizer learned, got smooth; add it"),
        (["--regularizer", "learned", "--weights", "w.safetensors"], "w.safetensors expects a weights file"),
        (["--regularizer", "learned"], "4 x 8 x 8 cells (upward, northing, easting) or more under the stations"),
    ],
)
def test_bad_options_are_refused(options, words, small_survey, tmp_path, capsys):
    assert words in refused([*INVERT, *options], capsys, tmp_path)


def test_a_magnetization_is_aligned_unless_another_regularizer_is_named(small_survey, capsys):
    assert main([*INVERT, "--unknown", "magnetization"]) == 0
    said = capsys.readouterr().out
    assert "norms     aligned: few cells, in each body of nearly one direction" in said
    assert " reweightings: chi^2/N" in said
    assert "p_small=0.0, p_smooth=1.0" in json.loads(xr.load_dataset("out.nc").attrs["settings"])["regularizer"]
    assert main([*INVERT, "--unknown", "magnetization", "--regularizer", "smooth"]) == 0
    assert "norms" not in capsys.readouterr().out


def test_norms_are_those_of_the_command(small_survey, capsys):
    assert main([*INVERT, "--regularizer", "sparse", "--norms", "0.5,1,1,2", "--smoothness", "2"]) == 0
    settings = json.loads(xr.load_dataset("out.nc").attrs["settings"])["regularizer"]
    assert "p_small=0.5, p_smooth=[1.0, 1.0, 2.0]" in settings
    assert "smoothness=2.0" in settings
