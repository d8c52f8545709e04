"""What runs out or is not there to write to: memory, the disk, the output's folder."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

import pytest
from cli_refusal import FORWARD, INVERT, refused


def test_a_problem_that_fits_no_engine_is_refused_with_the_bytes_each_needs(small_survey, capsys, monkeypatch):
    monkeypatch.setattr("geoinv.operators.prisms.choice.available_memory", lambda: 4e3)
    told = refused(INVERT, capsys, small_survey)
    assert re.search(r"fit in 0\.002 MB of memory, but direct needs [\d.]+ MB, .*dense needs [\d.]+ MB; .* none", told)


def test_an_engine_that_does_not_fit_is_refused_with_those_that_do(small_survey, capsys, monkeypatch):
    monkeypatch.setattr("geoinv.operators.prisms.choice.available_memory", lambda: 4e4)
    told = refused([*INVERT, "--engine", "dense"], capsys, small_survey)
    assert "engines that fit: direct" in told


def test_an_inversion_whose_own_arrays_do_not_fit_is_refused(small_survey, capsys, monkeypatch):
    monkeypatch.setattr("geoinv.core.memory.available_memory", lambda: 2e4)
    told = refused(INVERT, capsys, small_survey)
    assert re.search(
        r"invert expects 30 arrays of 180 unknowns to fit in 0\.01 MB .* needs 0\.0432 MB; use fewer", told
    )


def test_memory_that_runs_out_all_the_same_is_one_sentence(small_survey, capsys, monkeypatch):
    def full(*arguments):
        raise MemoryError("Unable to allocate 9 GiB")

    monkeypatch.setattr("geoinv.operators.prisms.dense.Dense.__init__", full)
    assert "Unable to allocate 9 GiB" in refused(INVERT, capsys, small_survey)


@pytest.mark.parametrize("arguments", [INVERT, FORWARD, ["convert", "obs.mag", "out.nc"]], ids=lambda a: a[0])
@pytest.mark.parametrize("where", ["write", "sync", "rename"])
def test_a_full_disk_is_one_sentence_and_the_old_file_stays(where, arguments, small_survey, capsys, monkeypatch):
    Path("out.nc").write_bytes(b"old")
    no_space = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def full(*arguments):
        raise no_space

    def half(path, content):
        with open(path, "wb") as file:
            file.write(content[: len(content) // 2])
        raise no_space

    match where:
        case "write":
            monkeypatch.setattr(Path, "write_bytes", half)
        case "sync":
            monkeypatch.setattr(os, "fsync", full)
        case "rename":
            monkeypatch.setattr(os, "replace", full)
    told = refused(arguments, capsys, small_survey)
    assert told.startswith("out.nc expects room on its disk, got 'No space left on device'; free some space")
    assert Path("out.nc").read_bytes() == b"old"


def test_a_folder_that_cannot_be_written_to_is_refused_first(small_survey, capsys, monkeypatch):
    def refuse(*arguments):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    # root, which runs tests in containers, may write everywhere
    monkeypatch.setattr("geoinv.formats.partial._created", refuse)
    told = refused(INVERT, capsys, small_survey)
    assert told == "out.nc expects a place that can be written, got 'Permission denied'; choose another folder"


def test_an_output_that_cannot_be_is_refused_before_anything_is_read(small_survey, capsys, monkeypatch):
    def read(*arguments, **options):
        raise AssertionError("read a file first")

    monkeypatch.setattr("geoinv.formats.read_survey", read)
    refused([*INVERT[:-1], "lost/out.nc"], capsys, small_survey)
