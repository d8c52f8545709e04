from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from geoinv import InputError
from geoinv.formats import budget, recognise
from geoinv.formats.text import read_bytes


def test_a_gzip_file_that_unpacks_to_more_than_fits_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bomb.xyz.gz"
    path.write_bytes(gzip.compress(b"0.0 0.0 0.0\n" * 2_000_000, compresslevel=9))
    assert path.stat().st_size < 1e5
    monkeypatch.setattr(budget, "available_memory", lambda: 200e6)
    with pytest.raises(
        InputError, match=r"bomb\.xyz\.gz expects content of at most 8\.33 MB .*got more; give a smaller"
    ):
        read_bytes(path)
    assert len(read_bytes(path, 100)) == 100


def test_a_pipe_is_refused_rather_than_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="expects a file, got a pipe or a device; save its content to a file first"):
        recognise(tmp_path / "pipe")
    with pytest.raises(InputError, match="got a pipe or a device"):
        recognise("/dev/zero")


def test_a_null_byte_in_a_name_is_one_sentence() -> None:
    with pytest.raises(InputError, match=r"'a\\x00b' expects the name of a file, got one with a null byte"):
        recognise("a\0b")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (MemoryError(), r"a\.nc expects a mesh that fits in memory, got one that does not; give a smaller file"),
        (
            RecursionError("too deep"),
            r"a\.nc expects a mesh that can be read, got .* RecursionError \(too deep\); corr",
        ),
        (KeyError("x"), r"content that ends in KeyError \('x'\)"),
        (InputError("said already"), "^said already$"),
    ],
)
def test_what_was_not_foreseen_is_one_sentence(error: Exception, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence), budget.guarded("a.nc", "mesh"):
        raise error


def test_an_interrupt_passes_the_guard() -> None:
    with pytest.raises(KeyboardInterrupt), budget.guarded("a.nc", "mesh"):
        raise KeyboardInterrupt
