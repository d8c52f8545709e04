"""Grids of Surfer: 6 as text (DSAA) and binary (DSBB), 7 binary (DSRB), which is written.

Formats as Golden Software publishes them: nodes from the south-west, easting fastest; 1.70141e38 is blank.
"""

from __future__ import annotations

import math
import struct
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.formats.atomic import whole_file
from geoinv.formats.base import Writer
from geoinv.formats.grid_numbers import numbers_from
from geoinv.formats.gridded import Band, GriddedField, grid_format, spacing_of_axis, without_nulls
from geoinv.formats.text import TextLines, read_bytes

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["FORMAT", "read_surfer", "write_surfer"]

BLANK = 1.70141e38
"""Value of a node that has none; so is every larger one."""

_MARKS = (b"DSAA", b"DSBB", b"DSRB")
_SECTION = struct.Struct("<4si")
_GRID = struct.Struct("<2i8d")
_OLD = struct.Struct("<4s2h6d")
_MOST_SECTIONS = 1000


def read_surfer(path: str | Path) -> GriddedField:
    """Grid of a Surfer file.

    Raises
    ------
    InputError
        If it is cut short, rotated, or its counts and extents are none.
    """
    mark = read_bytes(path, 4)
    if mark == b"DSAA":
        return _text(path)
    content = read_bytes(path)
    return _old(path, content) if mark == b"DSBB" else _new(path, content)


def _text(path: str | Path) -> GriddedField:
    text = TextLines.read(path)
    whole = "copy the file again"
    columns, rows = (int(n) for n in text.values(1, (2,), "the numbers of columns and rows", whole))
    west, east = text.values(2, (2,), "the least and the largest easting", whole)
    south, north = text.values(3, (2,), "the least and the largest northing", whole)
    text.values(4, (2,), "the least and the largest value", whole)
    _check(path, columns, rows, west, east, south, north)
    return _grid(columns, rows, west, east, south, north, numbers_from(text, 5, rows * columns))


def _old(path: str | Path, content: bytes) -> GriddedField:
    if len(content) < _OLD.size:
        raise _cut(path)
    _, columns, rows, west, east, south, north, _, _ = _OLD.unpack_from(content)
    _check(path, columns, rows, west, east, south, north)
    if len(content) < _OLD.size + 4 * columns * rows:
        raise _cut(path)
    values = np.frombuffer(content, "<f4", columns * rows, _OLD.size)
    return _grid(columns, rows, west, east, south, north, values)


def _new(path: str | Path, content: bytes) -> GriddedField:
    place, header = 0, None
    for _ in range(_MOST_SECTIONS):
        if place + _SECTION.size > len(content):
            break
        tag, size = _SECTION.unpack_from(content, place)
        place += _SECTION.size
        if size < 0 or place + size > len(content):
            break
        if tag == b"GRID" and size >= _GRID.size:
            header = _GRID.unpack_from(content, place)
        elif tag == b"DATA" and header is not None:
            rows, columns, west, south, across, along, _, _, rotation, blank = header
            if rotation != 0.0:
                raise InputError(f"{path} expects a grid along the axes, got one rotated by {rotation:g}; resample it")
            east, north = west + across * (columns - 1), south + along * (rows - 1)
            _check(path, columns, rows, west, east, south, north)
            if size < 8 * rows * columns:
                break
            values = np.frombuffer(content, "<f8", rows * columns, place)
            values = np.where(values >= blank, np.nan, values) if np.isfinite(blank) else values
            return _grid(columns, rows, west, east, south, north, values)
        place += size
    raise _cut(path)


def _check(path: str | Path, columns: int, rows: int, west: float, east: float, south: float, north: float) -> None:
    ends = (west, east, south, north)
    if columns < 1 or rows < 1 or not all(map(math.isfinite, ends)) or east < west or north < south:
        raise InputError(
            f"{path} expects nodes from west to east and from south to north, got {columns} x {rows} from {west:g} to "
            f"{east:g} and from {south:g} to {north:g}; write the grid again"
        )


def _cut(path: str | Path) -> InputError:
    return InputError(f"{path} expects a whole Surfer grid, got one that is cut short or broken; copy it again")


def _grid(
    columns: int, rows: int, west: float, east: float, south: float, north: float, values: npt.NDArray[np.floating]
) -> GriddedField:
    node = np.asarray(values, np.float64).reshape(rows, columns)
    node = without_nulls(np.where(node >= BLANK * (1.0 - 1e-6), np.nan, node))
    return GriddedField(np.linspace(west, east, columns), np.linspace(south, north, rows), [Band("", node)])


def write_surfer(path: str | Path, data: xr.Dataset) -> None:
    """Write the only grid of a Dataset over (northing, easting) as a Surfer 7 binary grid, in double precision."""
    name = next(iter(data.data_vars))
    surface = data[name].transpose("northing", "easting").sortby(["northing", "easting"])
    east, north = (np.asarray(surface[axis].values, float) for axis in ("easting", "northing"))
    across, along = spacing_of_axis(path, "easting", east), spacing_of_axis(path, "northing", north)
    values = np.asarray(surface.values, "<f8")
    there = values[np.isfinite(values)]
    low, high = (float(there.min()), float(there.max())) if there.size else (0.0, 0.0)
    grid = _GRID.pack(north.size, east.size, east[0], north[0], across, along, low, high, 0.0, BLANK)
    body = np.where(np.isfinite(values), values, BLANK).astype("<f8").tobytes()
    parts = ((b"DSRB", struct.pack("<i", 2)), (b"GRID", grid), (b"DATA", body))
    with whole_file(path) as partial:
        partial.write_bytes(b"".join(_SECTION.pack(tag, len(part)) + part for tag, part in parts))


FORMAT = grid_format(
    "Surfer grid",
    lambda head: head.start.startswith(_MARKS),
    read_surfer,
    (Writer("grid", (".grd",), write_surfer, single=True),),
)
