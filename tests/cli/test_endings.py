"""Commands that end badly: a signal, a disk that fills up meanwhile, an output that nobody reads."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from checkout import ROOT
from cli_refusal import FORWARD, INVERT

from geoinv.cli import main
from geoinv.cli.support.outputs import write_result
from geoinv.cli.support.streams import standard_streams
from geoinv.cli.support.terminal import say
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
    assert told.splitlines() == [
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


def writer(refused):
    """Write what stands for a result, but in no folder of the given names."""

    def write(path):
        if path.parent.name in refused:
            raise OSError(errno.ENOSPC, "No space left on device")
        path.write_text("result")

    return write


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Working folder, home and folder of temporary files."""
    for name in ("out", "work", "home", "temporary"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    return tmp_path


@pytest.mark.parametrize(
    ("refused", "place"),
    [(["out"], "work"), (["out", "work"], "home"), (["out", "work", "home"], "temporary")],
)
def test_a_result_finds_the_next_place(refused, place, places):
    written = write_result(places / "out" / "a.nc", writer(refused))
    assert written.path == places / place / "a.nc"
    assert written.path.read_text() == "result"
    assert str(written.path) in written.problem


def test_a_result_replaces_nothing_where_it_was_not_wanted(places):
    (places / "work" / "a.nc").write_text("another")
    assert write_result(places / "out" / "a.nc", writer(["out"])).path == places / "work" / "a-1.nc"
    assert (places / "work" / "a.nc").read_text() == "another"


def test_a_name_that_turns_out_too_long_is_replaced(places):
    written = write_result(places / "out" / ("a" * 300 + ".nc"), writer(["out"]))
    assert written.path == places / "work" / "geoinv-result.nc"


def test_a_result_without_any_place_is_told_as_it_failed(places):
    with pytest.raises(OSError, match="No space left"):
        write_result(places / "out" / "a.nc", writer(["out", "work", "home", "temporary"]))


def run(command, folder, **environment):
    """Run a line of a shell in which $GEOINV is the command line."""
    return subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "GEOINV": f"{sys.executable} -m geoinv", **environment},
        capture_output=True,
        check=False,
    )


def test_closed_streams_end_no_command(small_survey):
    told = run("$GEOINV convert obs.mag out.nc <&- >&- 2>&- && $GEOINV info out.nc", small_survey)
    assert told.returncode == 0, told.stderr
    assert b"60 stations" in told.stdout
    # a file that got the number of the closed output would hold its text
    assert (small_survey / "out.nc").read_bytes()[1:4] == b"HDF"
    told = run("$GEOINV info missing >&-", small_survey)
    assert told.returncode == 1
    assert told.stderr.count(b"\n") == 1


def test_a_reader_that_has_gone_ends_no_computation(small_survey):
    told = run(
        "{ $GEOINV forward --mesh mesh.msh --model model.sus --survey obs.mag --out out.nc; echo $? >&2; } | :",
        small_survey,
    )
    assert told.stderr == b"1\n"
    assert (small_survey / "out.nc").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_an_output_that_is_full_is_a_sentence_after_the_work(small_survey):
    told = run("$GEOINV convert obs.mag out.nc > /dev/full", small_survey)
    assert told.returncode == 1
    assert told.stderr == b"geoinv: No space left on device; free some space\n"
    assert (small_survey / "out.nc").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_an_output_that_is_full_beside_an_error_that_nobody_reads_is_an_exit_code(small_survey):
    run("{ $GEOINV convert obs.mag out.nc 2>&1 > /dev/full; echo $? > code; } | :", small_survey)
    assert (small_survey / "code").read_text() == "1\n"
    assert (small_survey / "out.nc").exists()


def test_characters_that_the_output_lacks_are_written_as_escapes(small_survey):
    (small_survey / "obs.mag").rename(small_survey / "µ.mag")
    told = run("$GEOINV info µ.mag && $GEOINV info ł.mag", small_survey, PYTHONIOENCODING="ascii")
    assert told.stdout.startswith(b"\\xb5.mag: UBC magnetic observations")
    assert told.stderr.startswith(b"geoinv: \\u0142.mag expects")


def test_the_streams_are_given_back(capsys):
    before = sys.stdout, sys.stdout.errors
    with standard_streams():
        say("name", "\ud800")
    assert (sys.stdout, sys.stdout.errors) == before
    assert "\\ud800" in capsys.readouterr().out


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
