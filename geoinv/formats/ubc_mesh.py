"""UBC-GIF tensor meshes (``.msh``, ``.mesh``)."""

from __future__ import annotations

from decimal import Decimal, localcontext
from itertools import groupby
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geoinv.conventions.nulls import is_null
from geoinv.core.checks import InputError
from geoinv.formats.atomic import whole_file
from geoinv.formats.base import Format, Head, Writer
from geoinv.formats.text import TextLines, is_number, naming
from geoinv.formats.ubc_numbers import decimal_of, number_runs, whole_number
from geoinv.meshes.tensor import AXES, Grid

__all__ = ["FORMAT", "read_ubc_mesh", "write_ubc_mesh"]

_MOST_CELLS = 1_000_000  # along one axis; real meshes have a few thousand

_SHORT_NINES = 9999.0  # -999 can be a corner in local coordinates

_DIGITS = 60  # more than any difference of two float64 edges of a mesh needs


def read_ubc_mesh(path: str | Path) -> Grid:
    """Grid of a UBC tensor mesh file.

    Lines, with ``!`` comments: the cells along easting, northing and down; the top south-west
    corner; the cell widths along easting, northing and down, ``n*v`` for n times v, on one or more
    lines.

    Parameters
    ----------
    path : str or Path
        Text file, packed or not.

    Returns
    -------
    Grid
        All cells active; edges are the decimal sums of the printed widths, rounded once.

    Raises
    ------
    InputError
        If a line is missing or holds something else, or the widths are null, not positive, or not as many as the
        cells.

    Notes
    -----
    `discretize.TensorMesh.read_UBC` adds widths up from the bottom in float64, which puts the top of
    a mesh at 0 m to 1.4e-14 m: a station on the ground then lies inside a cell. It also wants one
    line an axis, and its writer keeps six decimals.
    """
    text = TextLines.read(path)
    sizes = text.lines[0].split()
    counts = [n for n in map(whole_number, sizes) if n is not None]
    if len(sizes) != 3 or len(counts) != 3:
        raise text.error(0, "the number of cells along easting, northing and down", "write three whole numbers above 0")
    axes = ("easting", "northing", "depth")
    for axis, count in zip(axes, counts, strict=True):
        if count > _MOST_CELLS:
            raise text.error(0, f"at most {_MOST_CELLS} cells along {axis}", "correct the mesh", f"{count:.6g}")
    text.values(1, (3,), "the top south-west corner 'easting northing elevation'", "write it in metres")
    corner = [decimal_of(token) for token in text.lines[1].split()]
    _refuse_null(text, 1, [float(value) for value in corner], "a corner in metres")
    lines = [number_runs(text, index) for index in range(2, len(text.lines))]
    for index, runs in enumerate(lines, 2):
        _refuse_null(text, index, [float(value) for _, value in runs], "cell widths in metres")
        if any(float(value) <= 0 for _, value in runs):
            raise text.error(index, "cell widths above zero, in metres", "correct that line")
    totals = [sum(n for n, _ in runs) for runs in lines]
    if len(lines) == 3:
        for index, (axis, count, total) in enumerate(zip(axes, counts, totals, strict=True), 2):
            if total != count:
                raise text.error(index, f"{count} cell widths along {axis}", "correct them or line 1", f"{total}")
    if sum(totals) != sum(counts):
        raise InputError(
            f"{path} expects {' + '.join(map(str, counts))} cell widths (easting, northing, depth), got {sum(totals)} "
            f"up to line {text.line_numbers[-1]}; correct them or the counts on line {text.line_numbers[0]}"
        )
    # counted before a single width is written out: the counts of a line can claim anything
    widths = [width for runs in lines for n, value in runs for width in [decimal_of(value)] * n]
    east, north, down = np.split(np.array(widths, dtype=object), np.cumsum(counts)[:2])
    with naming(path):
        return Grid(_edges(corner[0], east), _edges(corner[1], north), _edges(corner[2], down, -1))


def _refuse_null(text: TextLines, index: int, values: list[float], expected: str) -> None:
    """Reject a line of a mesh with a value that stands for a missing one."""
    null = is_null(values) & ~(np.abs(values) < _SHORT_NINES)
    if null.any():
        shown = f"{values[int(np.argmax(null))]:g}, which stands for a missing value"
        raise text.error(index, expected, "correct that line: a mesh cannot lack one", shown)


def _edges(first: Decimal, widths: npt.NDArray[np.object_], sign: int = 1) -> npt.NDArray[np.float64]:
    """Edges from the first one on, exact until the last rounding."""
    with localcontext() as context:
        context.prec = _DIGITS
        return np.cumsum(np.array([first, *(sign * width for width in widths)], dtype=object)).astype(np.float64)


def write_ubc_mesh(path: str | Path, grid: Grid) -> None:
    """Write the cells of a grid as a UBC tensor mesh.

    Widths are the exact decimal differences of the edges, so that the edges come back exactly.
    Active cells and the coordinate system have no place in the format.
    """
    edges = {axis: [Decimal(repr(edge)) for edge in grid.edges(axis).tolist()] for axis in AXES}
    edges["upward"].reverse()
    upward, northing, easting = grid.shape
    lines = [f"{easting} {northing} {upward}", f"{edges['easting'][0]} {edges['northing'][0]} {edges['upward'][0]}"]
    with localcontext() as context:
        context.prec = _DIGITS
        for axis in reversed(AXES):
            widths = [abs(b - a) for a, b in zip(edges[axis], edges[axis][1:], strict=False)]
            runs = [(len(list(run)), width) for width, run in groupby(widths)]
            lines.append(" ".join(f"{n}*{width}" if n > 1 else f"{width}" for n, width in runs))
    with whole_file(path) as partial:
        partial.write_text("\n".join(lines) + "\n", encoding="ascii")


def _recognises(head: Head) -> bool:
    """Three whole numbers, a corner, and then widths rather than more rows of three."""
    if head.is_netcdf:
        return False
    rows = [line.replace(",", " ").split() for line in head.text.lines]
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


FORMAT = Format(
    name="UBC tensor mesh",
    recognises=_recognises,
    readers={"mesh": read_ubc_mesh},
    writers=(Writer("mesh", (".msh", ".mesh"), write_ubc_mesh, loses="which cells are not active", dims=AXES),),
)
