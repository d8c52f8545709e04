"""UBC-GIF models, one value a cell (``.sus``, ``.den``, ``.mod``)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from geoinv.conventions.quantities import QUANTITIES
from geoinv.conventions.units import unit_of
from geoinv.core.checks import InputError, array_of
from geoinv.core.labels import along_labels
from geoinv.formats.atomic import whole_file
from geoinv.formats.base import Format, Head, SurveyOptions, Writer
from geoinv.formats.notes import note
from geoinv.formats.text import TextLines, rows_text
from geoinv.formats.ubc_numbers import repeated
from geoinv.formats.ubc_order import INACTIVE, ubc_order
from geoinv.meshes.base import Mesh
from geoinv.meshes.summary import range_line
from geoinv.surveys.possible_values import refuse_impossible

__all__ = ["FORMAT", "read_ubc_model", "write_ubc_model"]

_SUFFIXES = {".sus": "susceptibility", ".den": "density"}
"""Quantity that a name says; ``.mod`` says none."""


def read_ubc_model(path: str | Path, mesh: Mesh, quantity: str = "susceptibility") -> npt.NDArray[np.float64]:
    """Model of a UBC file, one value a cell: down fastest, then easting, then northing.

    Parameters
    ----------
    path : str or Path
        Text file, packed or not, with ``!`` comments.
    mesh : Grid or OctreeGrid
        The mesh that the model belongs to.
    quantity : str, optional
        "susceptibility" (SI), none below -1, or "density" (g/cm3 in the file, kg/m3 as it is returned).

    Returns
    -------
    (upward, northing, easting) array
        NaN in the cells marked inactive by -100 or a null value.

    Raises
    ------
    InputError
        If a value is no number or infinite, there are not as many as cells, or no matter has such a value; or a
        magnetization is wanted, which takes three values a cell.
    """
    if quantity == "magnetization":
        raise InputError(
            f"{path} expects three values a cell (a magnetization), got a model with one; give a .fld file"
        )
    values = _marked(path, repeated(TextLines.read(path), mesh.size))
    if isinstance(values, int):
        vector = values == 3 * mesh.size
        remedy = "give one component a file" if vector else "give the mesh that the model was made on, and a whole file"
        raise InputError(
            f"{path} expects {mesh.size} values, one for each of the {' x '.join(map(str, mesh.shape))} cells of the "
            f"mesh ({', '.join(mesh.dims)}), got {values}; {remedy}"
        )
    values = values * _factor(quantity, say=True)
    refuse_impossible(str(path), values, quantity)
    model = np.empty(mesh.size)
    model[ubc_order(mesh)] = values
    return model.reshape(mesh.shape)


def _marked(path: str | Path, values: npt.NDArray[np.float64] | int) -> npt.NDArray[np.float64] | int:
    """Values with NaN where inactive or null; how many are null is said."""
    if isinstance(values, int):
        return values
    missing = int(np.isnan(values).sum())
    if missing:
        note("air", f"{missing} of {values.size} cells with a null value are taken as air, as -100 is")
    return np.where(values == INACTIVE, np.nan, values)


def _factor(quantity: str, say: bool = False) -> float:
    """What numbers of a UBC file are multiplied by to be in the unit of the project."""
    known = QUANTITIES.get(quantity)
    unit = None if known is None or not known.ubc_unit else unit_of(known.ubc_unit)
    if known is None or unit is None:
        return 1.0
    if say:
        note(quantity, f"{unit.text}, as UBC files have it, converted to {known.unit}")
    return unit.factor


def write_ubc_model(path: str | Path, mesh: Mesh, model: npt.ArrayLike, quantity: str = "susceptibility") -> None:
    """Write a model as a UBC file, densities in g/cm3; inactive and NaN cells become -100.

    Raises
    ------
    InputError
        If the model does not have the shape of the mesh.
    """
    plain = along_labels(str(path), "the model", model, mesh.dims, mesh.labels)
    values = array_of(str(path), "the model", plain, shape=mesh.shape, names=mesh.dims)
    factor = _factor(quantity)
    if factor != 1.0:
        known = QUANTITIES[quantity]
        note(quantity, f"{known.unit}, written as {known.ubc_unit}, as UBC files have it")
    marked = np.where(mesh.active & ~np.isnan(values), values / factor, INACTIVE)
    with whole_file(path) as partial:
        partial.write_text(rows_text([marked.ravel()[ubc_order(mesh)]]), encoding="ascii")


def _quantity(path: str | Path) -> str:
    names = [part.lower() for part in Path(path).suffixes[-2:]]
    return next((_SUFFIXES[name] for name in names if name in _SUFFIXES), "")


def _lines(path: str | Path, options: SurveyOptions) -> list[str]:
    values = _marked(path, repeated(TextLines.read(path)))
    numbers = np.asarray(values) * _factor(_quantity(path), say=True)
    active = numbers[np.isfinite(numbers)]
    marked = f", {numbers.size - active.size} marked inactive" if active.size < numbers.size else ""
    quantity = QUANTITIES.get(_quantity(path))
    return [
        f"{numbers.size} values{marked}",
        range_line("model", active) if quantity is None else range_line(quantity.name, active, quantity.unit),
        "mesh: none in the file; a command that reads the model needs it beside it",
    ]


def _recognises(head: Head) -> bool:
    """One number a line, or numbers with repeats."""
    if head.is_netcdf:
        return False
    single = set(head.counts) == {1} and sum(head.numbers) > len(head.rows) / 2
    return single or (all(head.numbers) and "*" in head.text.lines[0])


FORMAT = Format(
    name="UBC model",
    recognises=_recognises,
    readers={"model": read_ubc_model},
    writers=(
        *(
            Writer("model", (suffix,), write_ubc_model, quantity, mesh_suffix=".msh")
            for suffix, quantity in _SUFFIXES.items()
        ),
        Writer("model", (".mod",), write_ubc_model, mesh_suffix=".msh"),
    ),
    quantity=_quantity,
    describe=_lines,
)
