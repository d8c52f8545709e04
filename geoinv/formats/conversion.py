"""A file of one format into another, with a sentence about what was done."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from geoinv.core.checks import InputError
from geoinv.core.wording import way
from geoinv.formats.base import Format, Writer
from geoinv.formats.budget import guarded
from geoinv.formats.netcdf_model import same_cells
from geoinv.formats.reading import read_mesh, read_model, read_survey
from geoinv.formats.registry import recognise, suffixes_of, writer_of
from geoinv.formats.writing import write_mesh, write_model, write_survey
from geoinv.meshes.base import Mesh
from geoinv.surveys.main_field import MainField
from geoinv.surveys.survey import Survey

__all__ = ["convert"]


def convert(
    source: str | Path,
    target: str | Path,
    *,
    mesh: str | Path | None = None,
    field: MainField | None = None,
    columns: Mapping[str, str | int] | None = None,
    height: float | None = None,
) -> str:
    """Write what a file holds in another format.

    Surveys go to ``.nc``, ``.obs``, ``.mag`` (magnetics), ``.grv``, ``.gra`` (gravity), ``.csv``, ``.xyz`` (Geosoft's
    where there are lines) or ``.dat`` (ASEG-GDF2, with its ``.dfn``); meshes to ``.nc`` or ``.msh``; models to ``.nc``,
    or to ``.sus``, ``.den``, ``.mod`` or ``.fld`` with their mesh in a ``.msh`` file beside it; all three to ``.geoh5``
    (Geoscience ANALYST); grids, where no columns are named, to ``.nc``, ``.tif``, ``.grd`` (Surfer) or ``.asc`` (ESRI).

    Parameters
    ----------
    source, target : str or Path
        The file to read, recognised by its content, and the one to write, by its suffix.
    mesh : str or Path, optional
        Mesh of a UBC model.
    field, columns, height
        As in :func:`geoinv.formats.read_survey`.

    Returns
    -------
    str
        What was recognised and written, and what the format could not hold.

    Raises
    ------
    InputError
        If the source is wrong, or the target has a suffix that cannot hold it.
    """
    kind, suffix = recognise(source), Path(target).suffix.lower()
    said = f"Read {source} ({kind.name}), wrote"
    if "grid" in kind.holds and suffix in suffixes_of("grid") and columns is None:
        return f"{said} {_convert_grid(source, target, kind)}."
    if "survey" in kind.holds and suffix in suffixes_of("survey"):
        survey = read_survey(source, field=field, columns=columns, height=height)
        write_survey(target, survey)
        lost = " and ".join(_lost(survey, writer_of(target, "survey")))
        return f"{said} {survey.stations} stations to {target}{f' (without {lost})' if lost else ''}."
    if "model" in kind.holds and suffix in suffixes_of("model"):
        return f"{said} {_convert_model(source, target, kind, mesh)}."
    if "mesh" in kind.holds and suffix in suffixes_of("mesh"):
        grid = read_mesh(source)
        write_mesh(target, grid)
        loses = writer_of(target, "mesh", grid).loses if not grid.active.all() else ""
        return f"{said} {grid.size} cells to {target}{f' (all active: it cannot say {loses})' if loses else ''}."
    possible = dict.fromkeys(suffix for what in kind.holds for suffix in suffixes_of(what))
    ways = f"give an output that ends in {' '.join(possible)}" if possible else "it cannot be converted"
    raise InputError(f"{target} expects a suffix that can hold {source} ({kind.name}), got {suffix!r}; {ways}")


def _convert_grid(source: str | Path, target: str | Path, kind: Format) -> str:
    """Convert a grid, and say so."""
    with guarded(source, "grid"):
        data = kind.readers["grid"](source)
    writer, names = writer_of(target, "grid"), ", ".join(map(str, data.data_vars))
    if writer.single and len(data.data_vars) > 1:
        raise InputError(f"{target} expects one quantity, as its format does, got {names}; write netCDF or GeoTIFF")
    writer.write(target, data)
    counts = " x ".join(str(data.sizes[axis]) for axis in ("northing", "easting"))
    return f"a grid of {counts} nodes ({names}) to {target}"


def _lost(survey: Survey, writer: Writer) -> list[str]:
    """What of a survey its new format cannot hold."""
    lost = [writer.loses] if writer.loses and survey.field is not None else []
    if survey.crs is not None and not writer.crs:
        lost.append(f"its coordinate system {survey.crs.partition(',')[0]}")
    return lost if writer.columns or not survey.columns else [*lost, f"its columns {', '.join(survey.columns)}"]


def _convert_model(source: str | Path, target: str | Path, kind: Format, mesh: str | Path | None) -> str:
    """Convert a model, write its mesh beside it where its file cannot hold it, and say so."""
    if mesh is None and "mesh" not in kind.holds:
        remedy = way("give it with --mesh", "give it with mesh=...")
        raise InputError(f"{source} expects the mesh of this {kind.name}, got none; {remedy}")
    grid, writer = read_mesh(source if mesh is None else mesh), writer_of(target, "model")
    said = kind.quantity(source) if kind.quantity is not None else ""
    quantity = said or writer.quantity or "susceptibility"
    if writer.quantity and writer.quantity != quantity:
        raise InputError(
            f"{target} expects a model of {writer.quantity}, as its suffix says, got one of {quantity} in {source}; "
            "choose another suffix"
        )
    model = read_model(source, grid, quantity)
    there = np.isfinite(model)
    grid = grid.with_active(grid.active & (there if model.shape == grid.shape else there.all(axis=0)))
    beside = _write_mesh_beside(target, grid, writer.mesh_suffix) if writer.mesh_suffix else ""
    write_model(target, grid, model, quantity)
    return f"a model of {quantity} in {int(grid.active.sum())} active cells to {target}{beside}"


def _write_mesh_beside(target: str | Path, grid: Mesh, suffix: str) -> str:
    """Write the mesh that a UBC model needs, unless it is there already; never over another one."""
    path = Path(target).with_suffix(suffix)
    if not path.exists():
        write_mesh(path, grid)
        return f" and its mesh to {path}"
    if not same_cells(read_mesh(path), grid):
        raise InputError(f"{path} expects the mesh of the model, got another one there; choose another output name")
    return f" (its mesh is {path})"
