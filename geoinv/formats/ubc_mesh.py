"""UBC-GIF tensor meshes (``.msh``) and models on them (``.sus``, ``.den``)."""

from __future__ import annotations

from decimal import Decimal, localcontext
from itertools import groupby
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geoinv.conventions.nulls import is_null
from geoinv.core.checks import InputError, array_of
from geoinv.core.labels import along_labels
from geoinv.formats.atomic import whole_file
from geoinv.formats.notes import note
from geoinv.formats.text import TextLines, naming, rows_text
from geoinv.formats.ubc_numbers import decimal_of, number_runs, repeated, whole_number
from geoinv.meshes.tensor import AXES, Grid
from geoinv.surveys.susceptibility import refuse_below_vacuum

__all__ = ["INACTIVE", "read_ubc_mesh", "read_ubc_model", "ubc_model_values", "write_ubc_mesh", "write_ubc_model"]

INACTIVE = -100.0
"""Value of the cells above the ground in models that the UBC-GIF programs write."""

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
        Text file, gzipped or not.

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
    """Refuse a line of a mesh with a value that stands for a missing one."""
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


def read_ubc_model(path: str | Path, grid: Grid, quantity: str = "susceptibility") -> npt.NDArray[np.float64]:
    """Model of a UBC file, one value a cell: down fastest, then easting, then northing.

    Parameters
    ----------
    path : str or Path
        Text file, gzipped or not, with ``!`` comments.
    grid : Grid
        The mesh that the model belongs to.
    quantity : str, optional
        Of "susceptibility" (SI), none is below -1.

    Returns
    -------
    (upward, northing, easting) array
        NaN in the cells marked inactive by -100 or a null value.

    Raises
    ------
    InputError
        If a value is no number or infinite, there are not as many as cells, or a susceptibility is below -1.
    """
    values = ubc_model_values(path, grid.size)
    if isinstance(values, int):
        vector = values == 3 * grid.size
        remedy = "give one component a file" if vector else "give the mesh that the model was made on, and a whole file"
        raise InputError(
            f"{path} expects {grid.size} values, one for each of the {' x '.join(map(str, grid.shape))} cells of the "
            f"mesh (upward, northing, easting), got {values}; {remedy}"
        )
    if quantity == "susceptibility":
        refuse_below_vacuum(str(path), values)
    upward, northing, easting = grid.shape
    return values.reshape(northing, easting, upward).transpose(2, 0, 1)[::-1]


def ubc_model_values(path: str | Path, expected: int | None = None) -> npt.NDArray[np.float64] | int:
    """Numbers of a UBC model file in their order, NaN where inactive or null; how many, where others are expected.

    How many are null is said.
    """
    values = repeated(TextLines.read(path), expected)
    if isinstance(values, int):
        return values
    missing = int(np.isnan(values).sum())
    if missing:
        note("air", f"{missing} of {values.size} cells with a null value are taken as air, as -100 is")
    return np.where(values == INACTIVE, np.nan, values)


def write_ubc_model(path: str | Path, grid: Grid, model: npt.ArrayLike) -> None:
    """Write a model (upward, northing, easting) as a UBC file; inactive and NaN cells become -100.

    Raises
    ------
    InputError
        If the model does not have the shape of the grid.
    """
    plain = along_labels(str(path), "the model", model, AXES, {axis: getattr(grid, axis) for axis in AXES})
    values = array_of(str(path), "the model", plain, shape=grid.shape, names=AXES)
    marked = np.where(grid.active & ~np.isnan(values), values, INACTIVE)
    with whole_file(path) as partial:
        partial.write_text(rows_text([marked[::-1].transpose(1, 2, 0).ravel()]), encoding="ascii")
