"""UBC-GIF tensor meshes (``.msh``) and models on them (``.sus``, ``.den``)."""

from __future__ import annotations

from decimal import Decimal, localcontext
from itertools import groupby
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geoinv.checks import InputError, array_of
from geoinv.formats.atomic import whole_file
from geoinv.formats.text import TextLines, is_number, rows_text
from geoinv.grid import AXES, Grid

__all__ = ["INACTIVE", "read_ubc_mesh", "read_ubc_model", "ubc_model_values", "write_ubc_mesh", "write_ubc_model"]

INACTIVE = -100.0
"""Value of the cells above the ground in models that the UBC-GIF programs write."""

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
        If a line is missing or holds something else, or the widths are not positive or not as many
        as the cells.

    Notes
    -----
    `discretize.TensorMesh.read_UBC` adds widths up from the bottom in float64, which puts the top of
    a mesh at 0 m to 1.4e-14 m: a station on the ground then lies inside a cell. It also wants one
    line an axis, and its writer keeps six decimals.
    """
    text = TextLines.read(path)
    sizes = text.values(0, (3,), "the number of cells along easting, northing and down", "write three whole numbers")
    if any(n != int(n) or n < 1 for n in sizes):
        raise text.error(0, "three whole numbers of cells above zero", "correct the mesh")
    counts = [int(n) for n in sizes]
    text.values(1, (3,), "the top south-west corner 'easting northing elevation'", "write it in metres")
    corner = [Decimal(token) for token in text.lines[1].split()]
    per_line = [_expanded(text, index, sum(counts)) for index in range(2, len(text.lines))]
    for index, line in enumerate(per_line, 2):
        if any(float(token) <= 0 for token in line):
            raise text.error(index, "cell widths above zero, in metres", "correct that line")
    axes = ("easting", "northing", "depth")
    if len(per_line) == 3:
        for index, (axis, count, line) in enumerate(zip(axes, counts, per_line, strict=True), 2):
            if len(line) != count:
                expected = f"{count} cell widths along {axis}"
                raise text.error(index, expected, "correct them or line 1", f"{len(line)}")
    widths = [Decimal(token) for line in per_line for token in line]
    if len(widths) != sum(counts):
        raise InputError(
            f"{path} expects {' + '.join(map(str, counts))} cell widths (easting, northing, depth), got {len(widths)} "
            f"up to line {text.line_numbers[-1]}; correct them or the counts on line {text.line_numbers[0]}"
        )
    east, north, down = np.split(np.array(widths, dtype=object), np.cumsum(counts)[:2])
    return Grid(_edges(corner[0], east), _edges(corner[1], north), _edges(corner[2], down, -1))


def _expanded(text: TextLines, index: int, most: int) -> list[str]:
    """Finite numbers of a line as printed, with ``n*v`` written out."""
    tokens: list[str] = []
    for token in text.lines[index].split():
        repeat, star, value = token.rpartition("*")
        if (star and not repeat.isdecimal()) or not is_number(value) or not np.isfinite(float(value)):
            raise text.error(index, "finite numbers, n*v for n times v,", "correct that line", repr(token))
        # one more than can be right is enough to see that it is wrong
        tokens += [value] * min(int(repeat or 1), most + 1)
    return tokens


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


def read_ubc_model(path: str | Path, grid: Grid) -> npt.NDArray[np.float64]:
    """Model of a UBC file, one value a cell: down fastest, then easting, then northing.

    Parameters
    ----------
    path : str or Path
        Text file, gzipped or not, with ``!`` comments.
    grid : Grid
        The mesh that the model belongs to.

    Returns
    -------
    (upward, northing, easting) array
        NaN in the cells marked inactive by -100.

    Raises
    ------
    InputError
        If a value is not a finite number, or there are not as many as cells.
    """
    values = ubc_model_values(path, grid.size)
    if values.size != grid.size:
        vector = values.size == 3 * grid.size
        remedy = "give one component a file" if vector else "give the mesh that the model was made on, and a whole file"
        raise InputError(
            f"{path} expects {grid.size} values, one for each of the {' x '.join(map(str, grid.shape))} cells of the "
            f"mesh (upward, northing, easting), got {values.size}; {remedy}"
        )
    upward, northing, easting = grid.shape
    model = values.reshape(northing, easting, upward).transpose(2, 0, 1)[::-1]
    return np.where(model == INACTIVE, np.nan, model)


def ubc_model_values(path: str | Path, most: int) -> npt.NDArray[np.float64]:
    """Finite numbers of a UBC model file as they stand there; of one ``n*v``, no more than ``most + 1``."""
    text = TextLines.read(path)
    if any("*" in line for line in text.lines):
        tokens = [token for index in range(len(text.lines)) for token in _expanded(text, index, most)]
        return np.array(tokens, dtype=np.float64)
    return text.array().ravel()


def write_ubc_model(path: str | Path, grid: Grid, model: npt.ArrayLike) -> None:
    """Write a model (upward, northing, easting) as a UBC file; inactive and NaN cells become -100.

    Raises
    ------
    InputError
        If the model does not have the shape of the grid.
    """
    values = array_of(str(path), "the model", model, shape=grid.shape, names=AXES)
    marked = np.where(grid.active & ~np.isnan(values), values, INACTIVE)
    with whole_file(path) as partial:
        partial.write_text(rows_text([marked[::-1].transpose(1, 2, 0).ravel()]), encoding="ascii")
