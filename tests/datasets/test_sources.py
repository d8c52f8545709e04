"""Where data are looked for, and downloads that are checked."""

from __future__ import annotations

import hashlib

import pytest

from geoinv import InputError
from geoinv.datasets.sources import data_folder, download


def test_the_variable_names_the_only_place_for_data(tmp_path, monkeypatch):
    (tmp_path / "shared" / "data" / "mnist").mkdir(parents=True)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setattr("geoinv.datasets.sources.CHECKOUT", tmp_path / "nowhere" / "checkout")
    monkeypatch.delenv("GEOINV_DATA", raising=False)
    assert data_folder("mnist") == tmp_path / "shared" / "data" / "mnist"
    monkeypatch.setenv("GEOINV_DATA", str(tmp_path / "work"))
    assert data_folder("mnist") is None


def test_data_beside_the_checkout_come_before_those_beside_the_current_folder(tmp_path, monkeypatch):
    for name in ("one", "two"):
        (tmp_path / name / "shared" / "data" / "mnist").mkdir(parents=True)
        (tmp_path / name / "work").mkdir()
    monkeypatch.delenv("GEOINV_DATA", raising=False)
    monkeypatch.setattr("geoinv.datasets.sources.CHECKOUT", tmp_path / "one" / "work")
    monkeypatch.chdir(tmp_path / "two" / "work")
    assert data_folder("mnist") == tmp_path / "one" / "shared" / "data" / "mnist"


def test_a_download_is_checked_and_its_failure_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr("pooch.os_cache", lambda name: tmp_path / name)

    def deliver(url, known_hash, fname, path):
        path.mkdir(parents=True, exist_ok=True)
        (path / fname).write_bytes(b"sent")
        if known_hash != "md5:" + hashlib.md5(b"sent").hexdigest():
            raise ValueError("hash differs")
        return str(path / fname)

    monkeypatch.setattr("pooch.retrieve", deliver)
    good = hashlib.md5(b"sent").hexdigest()
    path = download("https://example.org/some/file.gz", good, "letters", "look elsewhere")
    assert path == tmp_path / "geoinv" / "letters" / "file.gz"
    with pytest.raises(InputError, match=r"file\.gz expects to be fetched, got ValueError; look elsewhere"):
        download("https://example.org/some/file.gz", "0" * 32, "letters", "look elsewhere")


def test_pooch_takes_a_file_that_is_there_only_when_its_checksum_is_right(tmp_path, monkeypatch):
    monkeypatch.setattr("pooch.os_cache", lambda name: tmp_path / name)
    (tmp_path / "geoinv" / "letters").mkdir(parents=True)
    (tmp_path / "geoinv" / "letters" / "file.gz").write_bytes(b"kept")
    url, good = "http://127.0.0.1:9/file.gz", hashlib.md5(b"kept").hexdigest()
    assert download(url, good, "letters", "look elsewhere").read_bytes() == b"kept"
    with pytest.raises(InputError, match="expects to be fetched, got ConnectionError; look elsewhere"):
        download(url, "0" * 32, "letters", "look elsewhere")
