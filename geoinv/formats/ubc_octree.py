"""UBC-GIF OcTree meshes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from geoinv.core.checks import InputError
from geoinv.formats.atomic import whole_file
from geoinv.formats.base import Format, Head, Writer
from geoinv.formats.text import TextLines, naming
from geoinv.formats.ubc_numbers import decimal_of, whole_number
from geoinv.formats.ubc_order import ubc_order
from geoinv.meshes.octree import OctreeGrid
from geoinv.meshes.octree_order import place_in_order

__all__ = ["FORMAT", "read_ubc_octree", "write_ubc_octree"]

_MOST = 2**21  # finest cells along one axis


def read_ubc_octree(path: str | Path) -> OctreeGrid:
    """Octree of a UBC OcTree mesh file.

    Lines, with ``!`` comments: the finest cells along easting, northing and down (what follows on that line is not
    read); the top south-west corner; the size of the finest cells; the number of cells; and for each cell the finest
    cell at its top south-west corner, counted from 1, and its width in finest cells.

    Parameters
    ----------
    path : str or Path
        Text file, packed or not.

    Returns
    -------
    OctreeGrid
        All cells active.

    Raises
    ------
    InputError
        If a line is missing or holds something else, the cells do not fill the box once, or their rows are not in the
        order in which models have them (easting fastest, then northing, then down).
    """
    text = TextLines.read(path)
    sizes = [whole_number(token) for token in text.lines[0].split()[:3]]
    counts = [n for n in sizes if n is not None and n <= _MOST]
    if len(counts) != 3:
        expected = f"the numbers of finest cells along easting, northing and down, up to {_MOST},"
        raise text.error(0, expected, "write three powers of two")
    text.values(1, (3,), "the top south-west corner 'easting northing elevation'", "write it in metres")
    finest = "the size of the finest cells along easting, northing and down"
    spacing = text.values(2, (3,), finest, "write it in metres")
    number = whole_number(text.lines[3]) if len(text.lines) > 3 else None
    if number is None:
        raise text.error(3, "the number of cells", "write a whole number above 0")
    if len(text.lines) - 4 != number:
        raise InputError(
            f"{path} expects {number} rows of cells, as line {text.line_numbers[3]} says, got {len(text.lines) - 4}; "
            "copy the file again, or correct the number"
        )
    rows = text.array(4)
    if rows.shape[1] != 4:
        raise text.error(4, "four numbers a cell: easting, northing, down and width", "correct the rows")
    text.refuse_where(
        (rows != np.round(rows)).any(axis=1) | (np.abs(rows) > _MOST).any(axis=1),
        4,
        "whole numbers of finest cells",
        "count the corners from 1",
    )
    whole = rows.astype(np.int64)
    later = np.flatnonzero(np.lexsort((whole[:, 0], whole[:, 1], whole[:, 2])) != np.arange(number))
    if later.size:
        expected = "cells with easting fastest, then northing, then down,"
        raise text.error(4 + int(later[0]), expected, "sort the rows with their models")
    width = whole[:, 3]
    corner = np.column_stack([counts[2] - (whole[:, 2] - 1) - width, whole[:, 1] - 1, whole[:, 0] - 1])
    box = (counts[2], counts[1], counts[0])
    east, north, top = (decimal_of(token) for token in text.lines[1].split())
    bottom = float(top - decimal_of(text.lines[2].split()[2]) * counts[2])
    outside = np.logical_or(corner < 0, corner >= np.array(box)).any(axis=1)
    text.refuse_where(np.asarray(outside), 4, "cells inside the box of line 1", "correct that row")
    order = np.argsort(place_in_order(corner, box), kind="stable") if _are_powers(box) else np.arange(number)
    with naming(path):
        return OctreeGrid(
            corner[order], width[order], box, (spacing[2], spacing[1], spacing[0]), (bottom, float(north), float(east))
        )


def _are_powers(counts: tuple[int, int, int]) -> bool:
    return all(n & (n - 1) == 0 for n in counts)


def write_ubc_octree(path: str | Path, mesh: OctreeGrid) -> None:
    """Write the cells of an octree as a UBC OcTree mesh.

    Numbers have all their digits. Active cells and the coordinate system have no place in the format.
    """
    top = decimal_of(repr(mesh.origin[0])) + decimal_of(repr(mesh.spacing[0])) * mesh.counts[0]
    down = mesh.counts[0] - mesh.corner[:, 0] - mesh.width
    rows = np.column_stack([mesh.corner[:, 2] + 1, mesh.corner[:, 1] + 1, down + 1, mesh.width])[ubc_order(mesh)]
    head = [
        " ".join(str(n) for n in reversed(mesh.counts)),
        f"{mesh.origin[2]!r} {mesh.origin[1]!r} {top}",
        " ".join(repr(size) for size in reversed(mesh.spacing)),
        str(mesh.size),
    ]
    with whole_file(path) as partial, partial.open("w", encoding="ascii") as file:
        file.write("\n".join(head) + "\n")
        np.savetxt(file, rows, fmt="%d")


def _recognises(head: Head) -> bool:
    """Counts, corner, finest widths, number of cells, and a row of four whole numbers for each cell."""
    return not head.is_netcdf and head.counts[1:5] == [3, 3, 1, 4] and head.counts[0] >= 3 and all(head.numbers[:5])


FORMAT = Format(
    name="UBC OcTree mesh",
    recognises=_recognises,
    readers={"mesh": read_ubc_octree},
    writers=(Writer("mesh", (".msh", ".mesh"), write_ubc_octree, loses="which cells are not active", dims=("cell",)),),
)
