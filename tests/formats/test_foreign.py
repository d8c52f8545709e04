"""Files of something else, told by their first bytes."""

from __future__ import annotations

import bz2
import io
import lzma
import sqlite3
import tarfile
import zipfile

import numpy as np
import pytest

from geoinv.formats.foreign import foreign_content


def packed(kind):
    """First bytes of what Python's own libraries write."""
    buffer = io.BytesIO()
    if kind == "tar":
        with tarfile.open(fileobj=buffer, mode="w") as archive:
            archive.addfile(tarfile.TarInfo("a.txt"))
    elif kind == "zip":
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("a.txt", "x")
    elif kind == "npy":
        np.save(buffer, np.zeros(3))
    return buffer.getvalue()[:512]


def database(folder):
    with sqlite3.connect(folder / "a.db") as connection:
        connection.execute("create table t (x)")
    return (folder / "a.db").read_bytes()[:512]


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (bz2.compress(b"1 2 3"), "a bzip2 file in another"),
        (lzma.compress(b"1 2 3"), "an xz file in another"),
        (packed("tar"), "a tar archive"),
        (packed("zip"), "a zip archive in another"),
        (packed("npy"), "a NumPy array"),
        (b"\xef\xbb\xbf  <!DOCTYPE HTML><p>", "an HTML page"),
        (b'{"a": 1}', "a JSON file"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_archives_and_documents_are_told(head, what):
    assert foreign_content(head)[0] == what


def test_a_database_is_told(tmp_path):
    assert foreign_content(database(tmp_path))[0].startswith("a SQLite database")


@pytest.mark.parametrize("head", [b"", b"1 2 3\n", b"easting,northing\n", b"\x89HDF\r\n", b"CDF\x01", b"! comment"])
def test_text_and_netcdf_are_none(head):
    assert foreign_content(head) is None
