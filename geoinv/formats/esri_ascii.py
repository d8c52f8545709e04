"""ESRI ASCII grids: ``ncols``, ``nrows``, corner, ``cellsize``, then rows of values from the north."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geoinv.core.checks import InputError
from geoinv.formats.aseg_definition import sibling
from geoinv.formats.atomic import whole_file
from geoinv.formats.base import Writer
from geoinv.formats.grid_numbers import numbers_from
from geoinv.formats.gridded import Band, GriddedField, grid_format, spacing_of_axis, without_nulls
from geoinv.formats.notes import note
from geoinv.formats.text import TextLines, is_number, read_bytes

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["FORMAT", "read_esri_ascii", "write_esri_ascii"]

NULL = -99999.0
"""Value of a node that has none, where the data do not come near it."""

_KEYS = ["ncols", "nrows", "xllcorner", "xllcenter", "yllcorner", "yllcenter", "cellsize", "dx", "dy", "nodata_value"]
_SQUARE = 1e-6
_UNIT = re.compile(r'UNIT\["([^"]{1,60})",\s*([\d.eE+-]{1,30})')


def read_esri_ascii(path: str | Path) -> GriddedField:
    """Grid of an ESRI ASCII file, with the coordinate system of the ``.prj`` file beside it.

    Raises
    ------
    InputError
        If its head lacks a number, or the count of its values is another.
    """
    text = TextLines.read(path)
    head: dict[str, float] = {}
    start = 0
    for start, line in enumerate(text.lines):
        key, _, value = line.partition(" ")
        if key.lower() not in _KEYS:
            break
        if not is_number(value.strip()):
            raise text.error(start, f"a number behind {key}", "correct that line")
        head[key.lower()] = float(value)
    columns, rows = (_count(path, head, key) for key in ("ncols", "nrows"))
    across, along = (head.get(key, head.get("cellsize", np.nan)) for key in ("dx", "dy"))
    west = head.get("xllcenter", head.get("xllcorner", np.nan) + 0.5 * across)
    south = head.get("yllcenter", head.get("yllcorner", np.nan) + 0.5 * along)
    if not (np.isfinite([west, south, across, along]).all() and across > 0.0 and along > 0.0):
        raise InputError(
            f"{path} expects xllcorner, yllcorner and a cellsize above zero in its head, got {', '.join(head)}"
        )
    values = numbers_from(text, start, rows * columns).reshape(rows, columns)[::-1]
    east = np.asarray(west + across * np.arange(columns), np.float64)
    north = np.asarray(south + along * np.arange(rows), np.float64)
    crs, factor = _system_beside(path)
    band = Band("", without_nulls(values, head.get("nodata_value")))
    return GriddedField(east * factor, north * factor, [band], crs)


def _count(path: str | Path, head: dict[str, float], key: str) -> int:
    value = head.get(key, 0.0)
    if not (0.0 < value < 2**40 and value == int(value)):
        raise InputError(f"{path} expects {key} as a whole number above zero, got {value:g}; correct the head")
    return int(value)


def _system_beside(path: str | Path) -> tuple[str | None, float]:
    """Coordinate system of the ``.prj`` file beside a grid, and metres in its unit; none where that is not a metre."""
    found = sibling(path, ".prj")
    if found is None:
        return None, 1.0
    text = read_bytes(found, 1 << 16).decode("utf-8", "replace").strip()
    if not text.startswith(("PROJCS[", "PROJCRS[")):
        return None, 1.0
    units = _UNIT.findall(text)
    if units and is_number(units[-1][1]) and 0.0 < float(units[-1][1]) != 1.0:
        unit, factor = units[-1][0], float(units[-1][1])
        note("system", f"positions in {unit}, as {found.name} says, converted to m")
        return None, factor
    return text, 1.0


def write_esri_ascii(path: str | Path, data: xr.Dataset) -> None:
    """Write the only grid of a Dataset over (northing, easting), each value with the digits that give it back.

    Raises
    ------
    InputError
        If cells are not squares.
    """
    name = next(iter(data.data_vars))
    surface = data[name].transpose("northing", "easting").sortby(["northing", "easting"])
    east, north = (np.asarray(surface[axis].values, float) for axis in ("easting", "northing"))
    across, along = spacing_of_axis(path, "easting", east), spacing_of_axis(path, "northing", north)
    if abs(across - along) > _SQUARE * across:
        raise InputError(
            f"{path} expects square cells, as its format does, got {across:g} x {along:g} m; choose .tif or .grd"
        )
    values = np.asarray(surface.values, float)[::-1]
    corner = (float(east[0]) - 0.5 * across, float(north[0]) - 0.5 * along)
    head = (
        f"ncols {east.size}\nnrows {north.size}\nxllcorner {corner[0]!r}\nyllcorner {corner[1]!r}\n"
        f"cellsize {across!r}\nNODATA_value {NULL:g}\n"
    )
    rows = (" ".join(repr(value) if value == value else f"{NULL:g}" for value in row) for row in values.tolist())
    with whole_file(path) as partial:
        partial.write_text(head + "".join(f"{row}\n" for row in rows), encoding="ascii")


FORMAT = grid_format(
    "ESRI ASCII grid",
    lambda head: head.start.lstrip(b"\xef\xbb\xbf \t\r\n")[:5].lower() == b"ncols",
    read_esri_ascii,
    (Writer("grid", (".asc",), write_esri_ascii, single=True),),
)
