from __future__ import annotations

import errno
import os
import resource
from pathlib import Path

import pytest

from geoinv import InputError
from geoinv.formats import whole_file


def test_file_appears_under_its_name_and_leaves_nothing_beside(tmp_path: Path) -> None:
    with whole_file(tmp_path / "a.txt") as partial:
        assert partial.parent == tmp_path
        assert partial.name.endswith(".partial")
        partial.write_text("new")
        assert not (tmp_path / "a.txt").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "new"


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt])
def test_old_file_survives_a_failure(tmp_path: Path, failure: type[BaseException]) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")

    def fail() -> None:
        with whole_file(path) as partial:
            partial.write_text("half")
            raise failure

    with pytest.raises(failure):
        fail()
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]
    assert path.read_text() == "old"


def test_full_disk_is_one_sentence_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with (
        pytest.raises(InputError, match=r"a\.txt expects room on its disk.*free some space"),
        whole_file(tmp_path / "a.txt") as partial,
    ):
        partial.write_text("half")
    assert not list(tmp_path.iterdir())


def test_write_cut_by_the_system_leaves_nothing(tmp_path: Path) -> None:
    # the kernel refuses bytes past the limit, as it does on a full disk
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(InputError, match="room on its disk"), whole_file(tmp_path / "a.txt") as partial:
            partial.write_bytes(b"x" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list(tmp_path.iterdir())


def test_missing_folder_says_so(tmp_path: Path) -> None:
    with (
        pytest.raises(InputError, match=r"existing folder.*create it"),
        whole_file(tmp_path / "no" / "a.txt") as partial,
    ):
        partial.write_text("x")


def test_unwritable_folder_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "replace", refuse)
    with (
        pytest.raises(InputError, match=r"Permission denied.*another folder"),
        whole_file(tmp_path / "a.txt") as partial,
    ):
        partial.write_text("x")


@pytest.mark.parametrize("target", ["", "/dev/null"])
def test_folders_and_devices_are_no_files(tmp_path: Path, target: str) -> None:
    with pytest.raises(InputError, match="name of a file"), whole_file(target or tmp_path):
        pass


def test_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    with whole_file(tmp_path / "link.txt") as partial:
        partial.write_text("new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"
