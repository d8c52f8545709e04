"""UBC-GIF models of vectors, three values a cell (``.fld``): magnetizations."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from geoinv.conventions.nulls import is_null
from geoinv.core.checks import InputError, array_of, shape_text
from geoinv.formats.atomic import whole_file
from geoinv.formats.base import Format, Head, SurveyOptions, Writer
from geoinv.formats.notes import note
from geoinv.formats.text import TextLines, rows_text
from geoinv.formats.ubc_numbers import number_rows
from geoinv.formats.ubc_order import INACTIVE, ubc_order
from geoinv.meshes.base import Mesh
from geoinv.meshes.summary import range_line

__all__ = ["FORMAT", "read_ubc_vector_model", "write_ubc_vector_model"]

_DOWN = (1.0, 1.0, -1.0)  # x is easting, y northing, and z points down in UBC files


def read_ubc_vector_model(path: str | Path, mesh: Mesh, quantity: str = "magnetization") -> npt.NDArray[np.float64]:
    """Magnetization of a UBC file: rows of easting, northing and down, cells down fastest, then easting, then northing.

    Parameters
    ----------
    path : str or Path
        Text file, packed or not, with ``!`` comments.
    mesh : Grid or OctreeGrid
        The mesh that the model belongs to.
    quantity : str, optional
        "magnetization", in A/m; files of effective susceptibilities are to be multiplied by B0/mu0 first.

    Returns
    -------
    (3, upward, northing, easting) array
        Easting, northing and upward; NaN in the cells marked inactive by -100 in all three columns, or by a null value.

    Raises
    ------
    InputError
        If a value is no number, the rows are not as many as the cells, or another quantity is wanted.
    """
    if quantity != "magnetization":
        raise InputError(f"{path} expects a model of {quantity}, got three values a cell; give a model with one")
    rows = _vectors(path)
    if len(rows) != mesh.size:
        raise InputError(
            f"{path} expects {mesh.size} rows, one for each of the {' x '.join(map(str, mesh.shape))} cells of the "
            f"mesh ({', '.join(mesh.dims)}), got {len(rows)}; give the mesh it was made on, and a whole file"
        )
    model = np.empty((3, mesh.size))
    model[:, ubc_order(mesh)] = rows.T
    return model.reshape(3, *mesh.shape)


def _vectors(path: str | Path) -> npt.NDArray[np.float64]:
    """Rows (cells, 3) as easting, northing, upward; NaN where inactive or null."""
    text = TextLines.read(path)
    rows = number_rows(text, 0)
    if rows.shape[1] != 3:
        raise text.error(0, "three values a cell (easting, northing, down)", "correct the file")
    # a single component may be -100 A/m
    inactive = (rows == INACTIVE).all(axis=1) | is_null(rows).any(axis=1)
    rows[inactive] = np.nan
    note("magnetization", "A/m; columns easting, northing and down, turned up")
    return rows * _DOWN


def write_ubc_vector_model(path: str | Path, mesh: Mesh, model: npt.ArrayLike, quantity: str = "magnetization") -> None:
    """Write a magnetization (3, ...) in A/m; inactive and NaN cells become -100 in all three columns.

    Raises
    ------
    InputError
        If the model does not have three values a cell of the mesh.
    """
    values = array_of(str(path), "the model", model)
    if values.shape != (3, *mesh.shape):
        raise InputError(
            f"{path} expects a magnetization of shape {shape_text((3, *mesh.shape), ('component', *mesh.dims))}, got "
            f"{shape_text(values.shape)}; stack easting, northing and upward"
        )
    marked = np.where(mesh.active & ~np.isnan(values).any(axis=0), values, np.nan).reshape(3, -1)[:, ubc_order(mesh)]
    rows = np.where(np.isnan(marked).any(axis=0), INACTIVE, marked * np.array(_DOWN)[:, None])
    with whole_file(path) as partial:
        partial.write_text("! magnetization in A/m: easting, northing, down\n" + rows_text(rows), encoding="ascii")


def _lines(path: str | Path, options: SurveyOptions) -> list[str]:
    rows = _vectors(path)
    active = rows[np.isfinite(rows).all(axis=1)]
    marked = f", {len(rows) - len(active)} marked inactive" if len(active) < len(rows) else ""
    lines = [f"{len(rows)} vectors{marked}", range_line("amplitude", np.linalg.norm(active, axis=1), "A/m")]
    names = ("easting", "northing", "upward")
    return lines + [range_line(name, column, "A/m") for name, column in zip(names, active.T, strict=True)]


def _recognises(head: Head) -> bool:
    """Rows of three numbers in a file named .fld: nothing but the name tells them from points."""
    named = ".fld" in (part.lower() for part in head.path.suffixes[-2:])
    return named and not head.is_netcdf and set(head.counts) == {3} and all(head.numbers)


FORMAT = Format(
    name="UBC vector model",
    recognises=_recognises,
    readers={"model": read_ubc_vector_model},
    writers=(Writer("model", (".fld",), write_ubc_vector_model, "magnetization", mesh_suffix=".msh"),),
    quantity=lambda path: "magnetization",
    describe=_lines,
)
