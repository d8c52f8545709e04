from __future__ import annotations

import errno
import os
import resource
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from partial_files import write

from geoinv import InputError
from geoinv.formats import whole_file
from geoinv.formats.atomic import check_writable


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


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o444, 0o666])
def test_a_file_that_is_replaced_passes_on_its_permissions(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    path.chmod(mode)
    with whole_file(path) as partial:
        # nobody may read in between what only the owner may read in the end
        assert not stat.S_IMODE(partial.stat().st_mode) & ~(mode | 0o600)
        partial.write_text("new")
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert path.read_text() == "new"


def test_a_new_file_has_the_permissions_of_any_other(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write(tmp_path / "a.txt")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o640


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_a_file_that_is_replaced_passes_on_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    os.chown(path, 1234, 5678)
    write(path)
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 5678)


def test_no_link_that_was_planted_is_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    names = set()
    for _ in range(3):
        with whole_file(tmp_path / "a.txt") as partial:
            names.add(partial.name)
            partial.write_text("new")
    assert len(names) == 3  # none tells the next
    (tmp_path / f"a.txt.{os.getpid()}.partial").symlink_to(victim)
    write(tmp_path / "a.txt")
    assert victim.read_text() == "precious"


def test_two_writers_of_one_name_do_not_share_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"

    def write_slowly(letter: str) -> None:
        with whole_file(path) as partial, open(partial, "w") as file:
            for _ in range(20):
                file.write(1000 * letter)
                file.flush()
                time.sleep(0.001)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write_slowly, "abcdefgh"))
    text = path.read_text()
    assert len(text) == 20000
    assert len(set(text)) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_the_longest_name_that_a_system_takes_can_be_written(tmp_path: Path) -> None:
    write(tmp_path / ("a" * 255))
    with pytest.raises(InputError, match="choose a shorter one"):
        write(tmp_path / ("a" * 256))


@pytest.mark.parametrize("name", ["a\0b", "a\ud800"])
def test_a_name_that_no_system_takes_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="rename it"):
        write(tmp_path / name)


def test_a_name_that_is_no_text_can_be_written(tmp_path: Path) -> None:
    write(Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.txt")))
    assert os.listdir(os.fsencode(tmp_path)) == [b"\xff.txt"]


def test_a_link_that_leads_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(InputError, match="leads to itself"):
        write(tmp_path / "loop")


def test_a_trial_leaves_nothing_and_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("old")
    check_writable(tmp_path / "a.txt")
    check_writable(tmp_path / "b.txt")
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"


def test_a_trial_finds_a_full_disk(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, hard))
    try:
        with pytest.raises(InputError, match="room on its disk"):
            check_writable(tmp_path / "a.txt")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list(tmp_path.iterdir())
