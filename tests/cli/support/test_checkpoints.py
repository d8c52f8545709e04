"""--resume: what a stopped, killed or closed-down inversion leaves, and how it goes on."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from cli_refusal import INVERT, refused
from commands import succeed

from geoinv.cli import main
from geoinv.cli.support.checkpoints import Checkpoints
from geoinv.core.checks import InputError
from geoinv.inversion.checkpoint import Checkpoint

COMPACT = [*INVERT, "--regularizer", "compact", "--target", "1.2"]
KEPT = Path("out.nc.checkpoint")


class Killed(BaseException):
    """Ends a process at once, as far as this one can tell."""


def stop(monkeypatch, after, how):
    """Do something when so many results have been kept."""
    add, left = Checkpoint.add, [after]

    def counted(self, *arguments):
        add(self, *arguments)
        left[0] -= 1
        if left[0] == 0:
            how()

    monkeypatch.setattr(Checkpoint, "add", counted)


def models(path="out.nc"):
    with xr.open_dataset(path) as data:
        return {name: data[name].values for name in data.data_vars if name != "history_seconds"}


@pytest.fixture
def whole(small_survey, capsys):
    """Result of the inversion in one piece."""
    succeed([*COMPACT, "--ensemble", "3"], capsys)
    assert not KEPT.exists()
    result = models()
    os.remove("out.nc")
    return result


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_writes_the_model_so_far_and_resume_ends_at_the_whole_one(
    number, whole, small_survey, capsys, monkeypatch
):
    with monkeypatch.context() as patch:
        stop(patch, 4, lambda: os.kill(os.getpid(), number))
        assert main([*COMPACT, "--ensemble", "3"]) == 1
    said = capsys.readouterr().err
    assert said.endswith("; out.nc holds the last model, and --resume goes on from there\n")
    with xr.open_dataset("out.nc") as data:
        assert data.attrs["outcome"] == "interrupted"
    told = succeed([*COMPACT, "--ensemble", "3", "--resume"], capsys)
    assert "resume    out.nc.checkpoint: goes on after " in told
    for name, values in models().items():
        np.testing.assert_array_equal(values, whole[name], err_msg=name)
    assert not KEPT.exists()


def test_samples_that_were_drawn_before_a_stop_are_kept(whole, small_survey, capsys, monkeypatch):
    with monkeypatch.context() as patch:
        stop(patch, len(whole["history_beta"]) + 4, lambda: os.kill(os.getpid(), signal.SIGTERM))
        assert main([*COMPACT, "--ensemble", "3"]) == 1
    said = capsys.readouterr().err
    assert "interrupted after 2 of 3 samples; out.nc holds the model, and --resume goes on from there" in said
    succeed([*COMPACT, "--ensemble", "3", "--resume"], capsys)
    for name, values in models().items():
        np.testing.assert_array_equal(values, whole[name], err_msg=name)
    assert list(Path().glob("*.checkpoint")) == []


def test_a_checkpoint_is_not_thrown_away_without_a_word(small_survey, tmp_path, capsys, monkeypatch):
    def killed():
        raise Killed

    with monkeypatch.context() as patch:
        stop(patch, 2, killed)
        main(INVERT)
    capsys.readouterr()
    assert not os.path.exists("out.nc")
    assert "add --resume, or remove it" in refused(INVERT, capsys, tmp_path)
    assert "target 1.0 there, 2.0 here" in refused([*INVERT, "--target", "2", "--resume"], capsys, tmp_path)
    other = refused([*INVERT, "--resume", "--noise", "3"], capsys, tmp_path)
    assert "other standard deviations of the data" in other
    KEPT.write_bytes(b"not a checkpoint")
    assert "expects a checkpoint of geoinv, got another file" in refused([*INVERT, "--resume"], capsys, tmp_path)


def test_resume_without_a_checkpoint_begins_anew_and_says_so(small_survey, capsys):
    assert "resume    there is no out.nc.checkpoint: begins anew" in succeed([*INVERT, "--resume"], capsys)


def test_processes_have_files_of_their_own_which_as_many_go_on_from(tmp_path):
    out = tmp_path / "model.nc"
    first, second = (Checkpoints(out, process, 2) for process in range(2))
    assert first.inversion.name == "model.nc.process-0-of-2.checkpoint"
    assert second.ensemble.name == "model.nc.process-1-of-2.ensemble.checkpoint"
    second.begin(resume=False)
    for of in (first, second):
        of.inversion.write_bytes(b"")
    for other in (Checkpoints(out), Checkpoints(out, 0, 3), Checkpoints(out, 2, 3)):
        with pytest.raises(InputError, match=r"process-0-of-2\.checkpoint is what a stopped inversion over 2 process"):
            other.begin(resume=True)
    first.remove()
    assert list(tmp_path.iterdir()) == []
    Checkpoints(out).inversion.write_bytes(b"")
    with pytest.raises(InputError, match="over 1 process has left, and expects as many to go on, got 2"):
        second.begin(resume=True)
