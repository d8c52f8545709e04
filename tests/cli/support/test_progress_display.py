"""Bars for long steps."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys

import pytest
from checkout import ROOT
from rich.console import Console
from rich.progress import Progress

from geoinv.cli.support.progress_display import Steps


class Clock:
    """Seconds that a test sets."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def display() -> Progress:
    return Progress(console=Console(file=io.StringIO()))


def shown(display: Progress) -> dict[str, str]:
    """Bars by name, with the time that is left."""
    return {task.description: task.fields["left"] for task in display.tasks}


def test_outermost_step_has_a_bar_from_the_start(display, clock):
    Steps(display, "inversion", clock)
    assert shown(display) == {"inversion": ""}
    assert display.tasks[0].total is None


def test_time_left_follows_from_the_share_that_is_done(display, clock):
    steps = Steps(display, "inversion", clock)
    clock.now += 30.0
    steps("inversion, chi^2/N 12", 1.0, 4.0)
    assert shown(display) == {"inversion, chi^2/N 12": "1:30 left"}
    clock.now += 3 * 3600.0
    steps("inversion, chi^2/N 3", 3.0, 4.0)
    assert shown(display) == {"inversion, chi^2/N 3": "1:00:10 left"}
    assert display.tasks[0].percentage == pytest.approx(75.0)


def test_short_inner_steps_are_not_shown(display, clock):
    steps = Steps(display, "inversion", clock)
    for _ in range(5):
        steps("forward", 0, 100)
        clock.now += 0.01
        steps("forward", 50, 100)
        clock.now += 0.01
        steps("forward", 100, 100)
    assert shown(display) == {"inversion": ""}


def test_a_long_inner_step_has_a_bar_until_it_ends(display, clock):
    steps = Steps(display, "inversion", clock)
    steps("matrix", 0, 100)
    clock.now += 1.0
    steps("matrix", 10, 100)
    assert shown(display) == {"inversion": "", "matrix": "0:09 left"}
    clock.now += 9.0
    steps("matrix", 100, 100)
    assert shown(display) == {"inversion": ""}
    steps("matrix", 0, 100)
    assert shown(display) == {"inversion": ""}


def test_a_finished_outermost_step_waits_for_what_still_comes(display, clock):
    steps = Steps(display, "inversion", clock)
    clock.now += 1.0
    steps("inversion, chi^2/N 0.9", 4.0, 4.0)
    assert shown(display) == {"inversion, chi^2/N 0.9": "finishing"}


def test_a_terminal_sees_the_bar_and_a_pipe_the_summary(small_survey):
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "geoinv", "invert", "obs.mag", "--mesh", "mesh.msh", "--out", "model.nc"]
    environment = {**os.environ, "PYTHONPATH": os.fspath(ROOT), "TERM": "xterm", "COLUMNS": "100"}
    with subprocess.Popen(command, cwd=small_survey, env=environment, stdout=subprocess.PIPE, stderr=theirs) as process:
        os.close(theirs)
        drawn = b""
        try:
            while piece := os.read(ours, 65536):
                drawn += piece
        except OSError:  # Linux says so when the other side of a terminal is closed
            pass
        os.close(ours)
        assert process.stdout is not None
        told = process.stdout.read()
    assert process.returncode == 0
    assert b"inversion" in drawn
    assert b"\x1b" in drawn
    assert b"\x1b" not in told


def test_a_terminal_that_is_closed_ends_no_inversion(small_survey):
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "geoinv", "invert", "obs.mag", "--mesh", "mesh.msh", "--out", "model.nc"]
    environment = {**os.environ, "PYTHONPATH": os.fspath(ROOT), "TERM": "xterm"}
    with subprocess.Popen(command, cwd=small_survey, env=environment, stdout=subprocess.PIPE, stderr=theirs) as process:
        os.close(theirs)
        os.read(ours, 1)  # the bar is being drawn
        os.close(ours)
        assert process.stdout is not None
        assert b"model.nc" in process.stdout.read()
    assert process.returncode == 0
    assert (small_survey / "model.nc").exists()
