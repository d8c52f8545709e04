"""The option --doi: what it writes and says, and how it ends when something is in the way."""

from __future__ import annotations

import os
import signal

import numpy as np
import xarray as xr
from cli_refusal import INVERT
from commands import succeed

from geoinv.cli import main
from geoinv.inversion.depth_of_investigation import VARIABLE


def test_the_index_stands_beside_the_model_and_is_said(small_survey, capsys):
    told = succeed([*INVERT, "--doi"], capsys)
    assert "depth of  investigation: the data decide on " in told
    assert "smooth models from two references" in told
    with xr.open_dataset("out.nc") as data:
        assert data[VARIABLE].dims == data.susceptibility.dims
        assert float(data[VARIABLE].max()) > 0.5
        assert data[VARIABLE].attrs["cutoff"] == 0.2
    assert VARIABLE in succeed(["info", "out.nc"], capsys)
    succeed(["view", "out.nc", "--out", "out.png"], capsys)
    succeed(["convert", "out.nc", "model.sus"], capsys)


def test_data_that_the_reference_fits_keep_their_model(small_survey, capsys):
    assert main([*INVERT, "--target", "1e9", "--doi"]) == 1
    assert "there is no depth of investigation; out.nc holds the model" in capsys.readouterr().err
    assert not os.path.exists("out.nc.checkpoint")


def test_a_stop_keeps_the_model_and_resume_ends_with_the_same_index(small_survey, capsys, monkeypatch):
    from geoinv.inversion import depth_of_investigation as module

    succeed([*INVERT, "--doi"], capsys)
    with xr.open_dataset("out.nc") as data:
        wanted = data[VARIABLE].values
    os.remove("out.nc")
    with monkeypatch.context() as patch:
        patch.setattr(module, "minima", lambda *_: os.kill(os.getpid(), signal.SIGTERM))
        assert main([*INVERT, "--doi"]) == 1
    said = capsys.readouterr().err
    assert "interrupted before there was a depth of investigation; out.nc holds the model, and --resume" in said
    assert os.path.exists("out.nc.investigation.checkpoint")
    succeed([*INVERT, "--doi", "--resume"], capsys)
    with xr.open_dataset("out.nc") as data:
        np.testing.assert_array_equal(data[VARIABLE].values, wanted)
    assert [name for name in os.listdir() if name.endswith(".checkpoint")] == []
