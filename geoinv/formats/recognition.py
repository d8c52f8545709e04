"""What a file is, told from its content."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from geoinv.core.checks import InputError
from geoinv.formats.budget import guarded
from geoinv.formats.layout import layout_of
from geoinv.formats.netcdf import content_of, gridded_field_of
from geoinv.formats.netcdf_file import open_netcdf
from geoinv.formats.text import TextLines, is_number, read_bytes
from geoinv.formats.ubc_numbers import whole_number

__all__ = [
    "COUNTED_POINTS",
    "NETCDF",
    "POINTS",
    "TABLE",
    "UBC_MESH",
    "UBC_MODEL",
    "UBC_OBSERVATIONS",
    "FileKind",
    "recognise",
]


@dataclass(frozen=True)
class FileKind:
    """What a file was recognised as.

    Parameters
    ----------
    name : str
        For the reader: "UBC tensor mesh".
    holds : tuple of str
        What can be read from it: of "survey", "mesh", "model", "topography".
    """

    name: str
    holds: tuple[str, ...] = ()


UBC_MESH = FileKind("UBC tensor mesh", ("mesh",))
UBC_MODEL = FileKind("UBC model", ("model",))
UBC_OBSERVATIONS = FileKind("UBC magnetic observations", ("survey",))
TABLE = FileKind("CSV/XYZ table", ("survey", "topography"))
POINTS = FileKind("points (topography or stations)", ("survey", "topography"))
COUNTED_POINTS = FileKind("points with a count (UBC topography)", ("topography",))
NETCDF = {
    "survey": FileKind("netCDF survey", ("survey",)),
    "mesh": FileKind("netCDF mesh", ("mesh",)),
    "model": FileKind("netCDF model", ("mesh", "model")),
    "solution": FileKind("geoinv solution", ("mesh", "model")),
    "topography": FileKind("netCDF topography", ("topography",)),
}

_UBC_OCTREE = FileKind("UBC OcTree mesh")
_UBC_GRAVITY = FileKind("UBC gravity observations")

_NETCDF_MARKS = (b"\x89HDF\r\n\x1a\n", b"CDF\x01", b"CDF\x02", b"CDF\x05")
_HEAD = 1 << 20  # bytes that tell a text format


def recognise(path: str | Path) -> FileKind:
    """Recognise a file by its content; its name does not matter.

    Parameters
    ----------
    path : str or Path
        netCDF or text file; text may be gzipped.

    Returns
    -------
    FileKind

    Raises
    ------
    InputError
        If the file cannot be read, is empty, or is nothing that geoinv reads.
    """
    with guarded(path, "file"):
        return _netcdf_kind(path) if read_bytes(path, 8).startswith(_NETCDF_MARKS) else _text_kind(path)


def _netcdf_kind(path: str | Path) -> FileKind:
    with open_netcdf(path) as data:
        content, gridded = content_of(data), gridded_field_of(data)
        if content is None and gridded is not None:
            return FileKind(f"netCDF grid of {gridded}, which states no heights")
        if content is None:
            raise InputError(
                "expected a survey over station, a model over (upward, northing, easting) or topography over "
                f"(northing, easting), got variables {', '.join(map(str, data.variables)) or 'none'}; "
                "rename its variables and dimensions (groups are not read)"
            )
    return NETCDF[content]


def _text_kind(path: str | Path) -> FileKind:
    text = TextLines.read(path, limit=_HEAD)
    kind = _ubc_kind(text) or _table_kind(path)
    if kind is None:
        raise InputError(
            f"{path} expects UBC, CSV/XYZ or netCDF content, got text that starts with {text.lines[0][:40]!r}; "
            "give a mesh, model, survey or table"
        )
    return kind


def _ubc_kind(text: TextLines) -> FileKind | None:
    """Tell the UBC formats apart by how many numbers stand on the first lines."""
    rows = [line.split() for line in text.lines[:50]]
    counts = [len(row) for row in rows]
    numbers = [all(is_number(token.rpartition("*")[2]) for token in row) for row in rows]
    if counts[:5] == [3, 3, 3, 1, 4] and all(numbers[:5]):
        return _UBC_OCTREE
    if _is_mesh(text):
        return UBC_MESH
    header = counts[:1] == [3] and (counts[1:2] == [2] or counts[1:3] == [3, 1])
    if header and all(any(map(is_number, row)) for row in rows[:2]):
        return UBC_OBSERVATIONS
    count = rows[0][0].isdecimal() or whole_number(rows[0][0]) is not None
    if counts[0] == 1 and count and len(rows) > 1 and 3 <= counts[1] <= 5 and numbers[1]:
        return COUNTED_POINTS if counts[1] == 3 else _UBC_GRAVITY
    if (set(counts) == {1} and sum(numbers) > len(rows) / 2) or (all(numbers) and "*" in text.lines[0]):
        return UBC_MODEL
    return None


def _is_mesh(text: TextLines) -> bool:
    """Three whole numbers, a corner, and then widths rather than more rows of three."""
    rows = [line.replace(",", " ").split() for line in text.lines]
    if len(rows) < 3 or len(rows[0]) != 3 or len(rows[1]) != 3:
        return False
    repeats = any("*" in token and token.partition("*")[0].isdecimal() for token in rows[2])
    counts = [whole_number(token) for token in rows[0]]
    if None in counts:
        # a mesh all the same where repeats stand for widths: its reader says what is wrong with the counts
        return repeats and all(map(is_number, rows[0] + rows[1]))
    widths = [whole_number(token.partition("*")[0] if "*" in token else "1") for row in rows[2:] for token in row]
    fits = None not in widths and sum(filter(None, widths)) == sum(filter(None, counts))
    return repeats or len(rows[2]) > 3 or (fits and (len(rows) == 5 or len(rows[2]) < 3))


def _table_kind(path: str | Path) -> FileKind | None:
    layout = layout_of(TextLines.read(path, inline_comments=False, limit=_HEAD))
    if layout is None:
        return None
    return POINTS if layout.width == 3 and layout.names is None else TABLE
