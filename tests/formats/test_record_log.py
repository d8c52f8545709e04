"""The log of records: what is written comes back, and what a kill or a disk leaves of it does no harm."""

from __future__ import annotations

import os

import numpy as np
import pytest

from geoinv.core.checks import InputError
from geoinv.formats.record_log import RecordLog


@pytest.fixture
def path(tmp_path):
    """File with two records."""
    path = tmp_path / "steps.log"
    RecordLog.create(path, {"of": "a test"})
    with RecordLog(path) as log:
        log.append({"beta": 1e-300, "chi2": float("inf")}, {"model": np.arange(6.0).reshape(2, 3) / 7.0})
        log.append({"beta": 0.1}, {})
    return path


def test_numbers_and_arrays_come_back_to_the_last_bit(path):
    with RecordLog(path) as log:
        assert (log.about, len(log), log.dropped) == ({"of": "a test"}, 2, 0)
        meta, arrays = log.read(0)
        assert meta == {"beta": 1e-300, "chi2": float("inf")}
        np.testing.assert_array_equal(arrays["model"], np.arange(6.0).reshape(2, 3) / 7.0)
        assert log.about_record(1) == {"beta": 0.1}


def test_a_file_cut_at_any_length_gives_whole_records_or_a_sentence(path):
    whole = path.read_bytes()
    counts = []
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        try:
            with RecordLog(path) as log:
                counts.append(len(log))
                for number in range(len(log)):
                    log.read(number)
                log.append({"new": 1}, {})
            with RecordLog(path) as log:
                assert (len(log), log.dropped) == (counts[-1] + 1, 0)
                assert log.read(counts[-1])[0] == {"new": 1}
        except InputError:
            assert not counts
    assert sorted(set(counts)) == [0, 1]


def test_what_follows_a_flipped_bit_is_dropped(path):
    content = bytearray(path.read_bytes())
    content[-10] ^= 1
    path.write_bytes(content)
    with RecordLog(path) as log:
        assert len(log) == 1
        assert log.dropped > 0


def test_another_file_is_rejected(tmp_path):
    path = tmp_path / "other"
    path.write_bytes(b"\x89HDF\r\n\x1a\n" * 100)
    with pytest.raises(InputError, match="expects a checkpoint of geoinv, got another file"):
        RecordLog(path)


def test_two_writers_are_rejected(path):
    with RecordLog(path), pytest.raises(InputError, match="one process at a time"):
        RecordLog(path)


def test_a_full_disk_leaves_the_records_before(path, monkeypatch):
    with RecordLog(path) as log:
        before = path.stat().st_size

        def full(descriptor):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            log.append({"lost": 1}, {"model": np.ones(1000)})
        assert path.stat().st_size == before
    with RecordLog(path) as log:
        assert len(log) == 2


def test_records_that_are_not_kept_are_written_over(path):
    with RecordLog(path) as log:
        log.append({"third": 3}, {})
        log.keep(5)
        assert len(log) == 3
        log.keep(1)
        log.append({"other": 2}, {})
    with RecordLog(path) as log:
        assert len(log) == 2
        assert log.about_record(1) == {"other": 2}
        assert log.dropped == 0
