"""Results find a place, or are told as lost."""

from __future__ import annotations

import errno

import pytest

from geoinv.cli.support.outputs import write_result


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
