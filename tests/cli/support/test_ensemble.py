"""The option --ensemble: what it writes and says, and how it ends when something is in the way."""

from __future__ import annotations

import math
import os
import signal
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from cli_refusal import INVERT
from commands import succeed

import geoinv
from geoinv.cli import main
from geoinv.cli.support import ensemble as option
from geoinv.formats import atomic, read_mesh, read_model


def test_statistics_stand_beside_the_model_and_are_said(small_survey, capsys):
    told = succeed([*INVERT, "--ensemble", "3"], capsys)
    before, after = told.index("ensemble  3 samples, up to "), told.index("ensemble  3 samples, standard deviation ")
    assert before < told.index("result ") < after
    assert "assumed   noise normal" in told
    assert "percentiles 5 and 95 are rough below 40" in told
    with xr.open_dataset("out.nc") as data:
        low, high = data.susceptibility_percentile_5, data.susceptibility_percentile_95
        assert bool((low <= data.susceptibility_mean).all() & (data.susceptibility_mean <= high).all())
        assert float(data.susceptibility_standard_deviation.max()) > 0.0
        assert data.attrs["ensemble_size"] == 3
        assert "beta" in data.attrs["ensemble_assumes"]
        model = data.susceptibility.values
    np.testing.assert_array_equal(read_model("out.nc", read_mesh("mesh.msh")), model)
    assert "susceptibility_standard_deviation 0 to" in succeed(["info", "out.nc"], capsys)


@pytest.mark.parametrize(("number", "code"), [("0", 1), ("1", 1), ("-4", 1), ("2.5", 2), ("many", 2), ("9" * 15, 1)])
def test_numbers_that_are_none_end_with_a_sentence_before_anything_is_computed(number, code, small_survey, capsys):
    assert main([*INVERT, "--ensemble", number]) == code
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert "--ensemble" in captured.err
    assert "result" not in captured.out
    assert not os.path.exists("out.nc")


def test_data_that_the_reference_fits_have_no_ensemble_and_keep_their_model(small_survey, capsys):
    assert main([*INVERT, "--target", "1e9", "--ensemble", "4"]) == 1
    assert (
        "the reference fits within their noise; there is no ensemble; out.nc holds the model" in capsys.readouterr().err
    )
    with xr.open_dataset("out.nc") as data:
        assert "susceptibility_mean" not in data


def interrupt(monkeypatch, after):
    """Send Ctrl-C when so many samples have been drawn."""
    from geoinv.inversion.randomize_then_optimize import Posterior

    minimum, calls = Posterior.minimum, []

    def interrupted(*arguments):
        calls.append(None)
        if len(calls) > after:
            os.kill(os.getpid(), signal.SIGINT)
        return minimum(*arguments)

    monkeypatch.setattr(Posterior, "minimum", interrupted)


@pytest.mark.parametrize("after", [0, 1, 3])
def test_ctrl_c_keeps_the_samples_so_far_and_always_the_model(after, small_survey, capsys, monkeypatch):
    interrupt(monkeypatch, after)
    assert main([*INVERT, "--ensemble", "6"]) == 1
    said = capsys.readouterr().err
    expected = "interrupted before there were 2 samples" if after < 2 else f"interrupted after {after} of 6 samples"
    assert expected in said
    assert "out.nc holds the model" in said
    with xr.open_dataset("out.nc") as data:
        assert ("susceptibility_mean" in data) == (after >= 2)
        assert data.attrs["outcome"] == "reached"
        assert data.attrs.get("ensemble_size", 0) == (after if after >= 2 else 0)


def test_an_inversion_that_is_interrupted_goes_on_to_no_ensemble(small_survey, capsys, monkeypatch):
    from geoinv.inversion.run import Run

    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Run, "minimising", stopped)
    assert main([*INVERT, "--ensemble", "6"]) == 1
    captured = capsys.readouterr()
    assert "interrupted" in captured.err
    assert "ensemble  " not in captured.out


def test_a_disk_that_fills_up_loses_nothing(small_survey, tmp_path, capsys, monkeypatch):
    folder = tmp_path / "full"
    folder.mkdir()
    replace = os.replace

    def full(source, target):
        if str(folder) in str(target):
            raise OSError(28, "No space left on device", str(target))
        replace(source, target)

    monkeypatch.setattr(atomic.os, "replace", full)
    arguments = [str(folder / "out.nc") if word == "out.nc" else word for word in INVERT]
    assert main([*arguments, "--ensemble", "2"]) == 1
    said = capsys.readouterr().err
    assert "No space left on device" in said
    assert "the result stands in " in said
    with xr.open_dataset(said.partition("the result stands in ")[2].partition(" in its place")[0]) as data:
        assert "susceptibility_mean" in data


def test_a_failure_of_the_ensemble_keeps_the_model(small_survey, capsys, monkeypatch):
    def refused(*_, **__):
        raise geoinv.InputError("ensemble expects something else")

    monkeypatch.setattr(option, "ensemble", refused)
    assert main([*INVERT, "--ensemble", "2"]) == 1
    assert "ensemble expects something else: there is no ensemble; out.nc holds the model" in capsys.readouterr().err
    assert os.path.exists("out.nc")


def test_the_cost_grows_with_the_number():
    A = SimpleNamespace(choice=SimpleNamespace(estimate=SimpleNamespace(apply=2.0)))
    assert option.ensemble_seconds(A, None) == 0.0
    assert math.isclose(option.ensemble_seconds(A, 10), 20.0 * option.APPLICATIONS)
