"""Streams that are closed, full, or of few characters."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from checkout import ROOT

from geoinv.cli.support.streams import standard_streams
from geoinv.cli.support.terminal import say
from geoinv.formats import read_survey


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
    told = run("$GEOINV convert obs.mag out.nc <&- >&- 2>&-", small_survey)
    assert told.returncode == 0
    assert read_survey("out.nc").stations == 60
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
