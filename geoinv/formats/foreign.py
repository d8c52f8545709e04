"""Files that hold something else than geoinv reads: told by their first bytes, with what to do about them."""

from __future__ import annotations

__all__ = ["foreign_content"]

_UNPACK = "unpack it first (.gz, .xz, .bz2 and .zip are read as they are)"
_TWICE = "unpack it once"
_TABLE = "save its sheet as CSV"

_MARKS: tuple[tuple[bytes, str, str], ...] = (
    (b"\x1f\x8b", "a gzip file in another", _TWICE),
    (b"BZh", "a bzip2 file in another", _TWICE),
    (b"\xfd7zXZ", "an xz file in another", _TWICE),
    (b"PK\x03\x04", "a zip archive in another", _TWICE),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive", _UNPACK),
    (b"\x04\x22\x4d\x18", "an LZ4 archive", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (b"Rar!", "a RAR archive", _UNPACK),
    (b"\x1f\x9d", "a file packed with compress (.Z)", _UNPACK),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Office file", _TABLE),
    (b"%PDF", "a PDF document", "give the file that its numbers come from"),
    (b"{\\rtf", "a rich text document", "save it as plain text"),
    (b"\x89PNG", "a PNG image", "give the numbers that it shows"),
    (b"\xff\xd8\xff", "a JPEG image", "give the numbers that it shows"),
    (b"\x93NUMPY", "a NumPy array", "save it as text, with a line of names"),
    (b"PAR1", "a Parquet file", "save it as CSV"),
    (b"SQLite format 3", "a SQLite database (or GeoPackage)", "export its table as CSV"),
)

_MARKUP: tuple[tuple[bytes, str, str], ...] = (
    (b"<!doctype html", "an HTML page", "download the file itself, not the page about it"),
    (b"<html", "an HTML page", "download the file itself, not the page about it"),
    (b"<?xml", "an XML file", "give a text table or a netCDF file"),
    (b"{", "a JSON file", "give a text table or a netCDF file"),
)


def foreign_content(head: bytes) -> tuple[str, str] | None:
    """What the first bytes (some hundred) of a file say that it is, and what to do; None for text and netCDF.

    Examples
    --------
    >>> foreign_content(b"BZh91AY")
    ('a bzip2 file in another', 'unpack it once')
    >>> foreign_content(b"x,y,z") is None
    True
    """
    if head[257:262] == b"ustar":
        return "a tar archive", _UNPACK
    for mark, what, remedy in _MARKS:
        if head.startswith(mark):
            return what, remedy
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:20].lower()
    return next(((what, remedy) for mark, what, remedy in _MARKUP if start.startswith(mark)), None)
