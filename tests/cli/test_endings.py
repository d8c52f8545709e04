"""Commands that end badly: a signal, a disk that fills up meanwhile, an output that nobody reads."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest
import xarray as xr
from checkout import ROOT
from cli_refusal import FORWARD, INVERT

from geoinv.cli import main
from geoinv.inversion.solution import Solution
from geoinv.operators.prisms.dense import Dense

SLOW = [*INVERT, "--target", "1e-9"]
"""Ends by no means before the signal of the tests."""


def signal_in_application(monkeypatch, which, number):
    """Send a signal while the operator is applied for the n-th time."""
    forward, calls = Dense.forward, []

    def interrupted(self, models):
        calls.append(None)
        if len(calls) == which:
            os.kill(os.getpid(), number)
        return forward(self, models)

    monkeypatch.setattr(Dense, "forward", interrupted)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_an_inversion_with_the_model_so_far(number, small_survey, capsys, monkeypatch):
    signal_in_application(monkeypatch, 40, number)
    assert main([*SLOW, "--engine", "dense"]) == 1
    assert "interrupted" in capsys.readouterr().err
    with xr.open_dataset("out.nc") as result:
        assert "interrupted" in result.attrs["status"]
        assert float(result.susceptibility.max()) > 0.0
    assert not list(small_survey.glob("*.partial"))


def test_further_signals_do_not_lose_the_model(small_survey, capsys, monkeypatch):
    sent, to_xarray, fsync = [], Solution.to_xarray, os.fsync

    def interrupted(result):
        sent.append(None)
        os.kill(os.getpid(), signal.SIGINT)
        return result

    signal_in_application(monkeypatch, 40, signal.SIGINT)
    monkeypatch.setattr(Solution, "to_xarray", lambda self, origin: interrupted(to_xarray(self, origin)))

    def sync(descriptor):
        if sent:
            os.kill(os.getpid(), signal.SIGTERM)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", sync)
    assert main([*SLOW, "--engine", "dense"]) == 1
    assert sent
    with xr.open_dataset("out.nc") as result:
        assert "interrupted" in result.attrs["status"]


@pytest.mark.parametrize("arguments", [INVERT, FORWARD], ids=lambda arguments: arguments[0])
def test_a_result_whose_folder_vanishes_is_kept_elsewhere(arguments, small_survey, capsys, monkeypatch):
    (small_survey / "results").mkdir()
    forward = Dense.forward

    def vanish(self, models):
        shutil.rmtree(small_survey / "results", ignore_errors=True)
        return forward(self, models)

    monkeypatch.setattr(Dense, "forward", vanish)
    assert main([*arguments[:-1], "results/out.nc", "--engine", "dense"]) == 1
    output, told = capsys.readouterr()
    # the checkpoint, which has no folder either, is a warning
    assert [line for line in told.splitlines() if not line.startswith("geoinv: warning: ")] == [
        "geoinv: results/out.nc expects an existing folder, got no results; create it first; "
        f"the result stands in {small_survey / 'out.nc'} in its place: move it"
    ]
    assert f"wrote     {small_survey / 'out.nc'}" in output
    with xr.open_dataset("out.nc") as result:
        assert np.isfinite(result[next(iter(result.data_vars))]).all()


def test_a_name_that_is_not_utf8_is_refused_before_the_work(small_survey, capsys):
    # netCDF could not open it again
    assert main([*INVERT[:-1], os.fsdecode(b"\xff.nc")]) == 1
    output, told = capsys.readouterr()
    assert told == "geoinv: \\udcff.nc expects a name in UTF-8, got bytes that are none; rename it\n"
    assert not output


def test_a_signal_before_the_command_begins_is_a_sentence(small_survey, capsys, monkeypatch):
    def interrupted(application):
        os.kill(os.getpid(), signal.SIGTERM)
        raise AssertionError("went on")

    monkeypatch.setattr("typer.main.get_command", interrupted)
    assert main(["info", "obs.mag"]) == 1
    assert capsys.readouterr().err == "geoinv: interrupted before the end; no file was left half-written\n"


@pytest.mark.slow
def test_random_endings_leave_nothing_half_done():
    """Kills, full disks, lost folders, closed streams and cut caches, with seeds of their own."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / "endings.py"), "--seeds", "1"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].endswith(", 0 failed")
