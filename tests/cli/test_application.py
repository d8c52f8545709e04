"""The program as a whole: help, usage, exit codes, and what it says where."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from checkout import ROOT

import geoinv
from geoinv.cli import main


def test_help_names_every_command(capsys):
    assert main(["--help"]) == 0
    told = capsys.readouterr().out
    for command in ("info", "forward", "invert", "convert", "view", "demo"):
        assert f"\n  {command} " in told


@pytest.mark.parametrize("command", ["info", "forward", "invert", "convert", "view", "demo"])
def test_help_of_a_command_shows_an_example(command, capsys):
    assert main([command, "--help"]) == 0
    assert f"Example: geoinv {command}" in capsys.readouterr().out


def test_without_a_command_there_is_help_and_the_exit_code_of_usage(capsys):
    assert main([]) == 2
    assert "Commands:" in capsys.readouterr().out


def test_version_is_that_of_the_package(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"geoinv {geoinv.__version__}\n"


def test_help_loads_no_heavy_library():
    heavy = ["matplotlib", "netCDF4", "numba", "pyvista", "rich", "scipy", "xarray"]
    code = f"import sys; from geoinv.cli import main; main(['invert', '--help']); print({heavy} & sys.modules.keys())"
    code = code.replace(str(heavy), f"set({heavy})")
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "set()"


MISUSE = {
    "an unknown command": (["improve"], "improve"),
    "a missing file": (["invert"], "OBS"),
    "a missing output": (["invert", "obs.mag", "--mesh", "mesh.msh"], "--out"),
    "an unknown option": (["info", "obs.mag", "--fast"], "--fast"),
    "neither mesh nor cell": (["invert", "obs.mag", "--out", "a.nc"], "--mesh FILE or --cell SIZE"),
    "both mesh and cell": (
        ["invert", "obs.mag", "--mesh", "mesh.msh", "--cell", "20", "--depth", "90", "--out", "a.nc"],
        "--mesh FILE or --cell SIZE",
    ),
    "a cell without depth": (["invert", "obs.mag", "--cell", "20", "--out", "a.nc"], "--depth"),
    "two numbers for a field": (["forward", "--field", "65", "25"], "'--field' requires 3"),
    "a word for an angle": (["invert", "obs.mag", "--field", "65", "east", "50000", "--out", "a.nc"], "--field"),
    "an unknown engine": (["invert", "obs.mag", "--engine", "fast", "--out", "a.nc"], "'fast' is not one of 'auto'"),
    "noise that is no number": (
        ["invert", "obs.mag", "--mesh", "mesh.msh", "--noise", "low", "--out", "a.nc"],
        "--noise expects a value in the unit of the data, percent of the datum or their sum",
    ),
    "a base level that is no number": (
        ["invert", "obs.mag", "--mesh", "mesh.msh", "--base-level", "low", "--out", "a.nc"],
        "--base-level expects none, fit or a value in the unit of the data, within 200000, got 'low'",
    ),
    "columns without equals": (
        ["invert", "obs.mag", "--mesh", "mesh.msh", "--columns", "tmi", "--out", "a.nc"],
        "--columns expects quantity=column",
    ),
    "every zeroth station": (["invert", "obs.mag", "--every", "0", "--out", "a.nc"], "--every"),
}


@pytest.mark.parametrize(("arguments", "told"), MISUSE.values(), ids=MISUSE.keys())
def test_misuse_is_one_sentence_that_points_to_help_and_exit_code_2(arguments, told, small_survey, capsys):
    before = sorted(small_survey.iterdir())
    assert main(arguments) == 2
    line = capsys.readouterr().err
    assert line.startswith("geoinv: ")
    assert line.count("\n") == 1
    assert told in line
    assert line.endswith("--help\n")
    assert sorted(small_survey.iterdir()) == before


@pytest.mark.parametrize(
    "error",
    [ZeroDivisionError("division by zero"), RecursionError(), OverflowError("cannot fit"), SystemError("x" * 999)],
)
def test_a_mistake_in_the_program_itself_is_a_sentence_and_a_log(error, monkeypatch, tmp_path, capsys):
    def broken(path, **options):
        raise error

    monkeypatch.setattr("geoinv.formats.describe", broken)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert main(["info", "a b.mag"]) == 1
    (told,) = capsys.readouterr().err.splitlines()
    assert told.startswith("geoinv: this stopped at an error that geoinv did not foresee (" + type(error).__name__)
    assert len(told) < 600
    (log,) = (tmp_path / "state" / "geoinv").iterdir()
    assert str(log) in told
    report = log.read_text()
    assert "geoinv info 'a b.mag'" in report
    assert "in broken" in report
    assert str(error) in report


def test_the_log_of_a_mistake_finds_a_place_where_the_home_cannot_be_written(monkeypatch, tmp_path, capsys):
    def broken(path, **options):
        raise ZeroDivisionError

    monkeypatch.setattr("geoinv.formats.describe", broken)
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert main(["info", "a.mag"]) == 1
    (log,) = tmp_path.glob("geoinv-*.log")
    assert str(log) in capsys.readouterr().err
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "file"))
    assert main(["info", "a.mag"]) == 1
    assert "could not be written anywhere" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (MemoryError("Unable to allocate 8 TiB"), "more memory is needed than is free (Unable to allocate 8 TiB)"),
        (PermissionError(13, "Permission denied", "obs.mag"), "obs.mag: Permission denied"),
        (OSError(28, "No space left on device"), "No space left on device; free some space"),
        (KeyboardInterrupt(), "interrupted"),
        (geoinv.InputError("two\nlines"), "two lines"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_failures_that_can_happen_anywhere_are_one_sentence_and_exit_code_1(failure, told, monkeypatch, capsys):
    def fail(path, **options):
        raise failure

    monkeypatch.setattr("geoinv.formats.describe", fail)
    assert main(["info", "obs.mag"]) == 1
    line = capsys.readouterr().err
    assert line.startswith(f"geoinv: {told}")
    assert line.count("\n") == 1


def test_the_module_runs_and_draws_nothing_where_there_is_no_terminal(small_survey):
    command = [sys.executable, "-m", "geoinv", "invert", "obs.mag", "--mesh", "mesh.msh", "--out", "model.nc"]
    environment = {**os.environ, "PYTHONPATH": os.fspath(ROOT)}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0
    assert result.stderr == ""
    assert result.stdout.splitlines()[-1].split() == ["wrote", "model.nc"]
