"""A file of one format into another, with a sentence about what was done."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from geoinv.core.checks import InputError
from geoinv.core.wording import way
from geoinv.formats.netcdf import holds_density, same_cells
from geoinv.formats.recognition import FileKind, recognise
from geoinv.formats.registry import (
    MESH_SUFFIXES,
    MODEL_SUFFIXES,
    SURVEY_SUFFIXES,
    read_mesh,
    read_model,
    read_survey,
    write_mesh,
    write_model,
    write_survey,
)
from geoinv.meshes.tensor import Grid
from geoinv.surveys.main_field import MainField

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

    Surveys go to ``.nc``, ``.obs``, ``.mag``, ``.csv`` or ``.xyz``; meshes to ``.nc`` or ``.msh``; models to
    ``.nc``, or to ``.sus`` with their mesh in a ``.msh`` file beside it.

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
    if "survey" in kind.holds and suffix in SURVEY_SUFFIXES:
        survey = read_survey(source, field=field, columns=columns, height=height)
        write_survey(target, survey)
        lost = "" if SURVEY_SUFFIXES[suffix] in ("netCDF", "UBC") else " (without the field, which a table cannot hold)"
        return f"Read {source} ({kind.name}), wrote {survey.stations} stations to {target}{lost}."
    if "model" in kind.holds and suffix in MODEL_SUFFIXES:
        return _convert_model(source, target, kind, mesh)
    if "mesh" in kind.holds and suffix in MESH_SUFFIXES:
        grid = read_mesh(source)
        write_mesh(target, grid)
        lost = " (all active: a UBC mesh cannot say which are not)" if suffix != ".nc" and not grid.active.all() else ""
        return f"Read {source} ({kind.name}), wrote {grid.size} cells to {target}{lost}."
    suffixes = {"survey": SURVEY_SUFFIXES, "mesh": MESH_SUFFIXES, "model": MODEL_SUFFIXES}
    possible = dict.fromkeys(suffix for what in kind.holds for suffix in suffixes.get(what, {}))
    ways = f"give an output that ends in {' '.join(possible)}" if possible else "it cannot be converted"
    raise InputError(f"{target} expects a suffix that can hold {source} ({kind.name}), got {suffix!r}; {ways}")


def _convert_model(source: str | Path, target: str | Path, kind: FileKind, mesh: str | Path | None) -> str:
    """Convert a model, and write its mesh beside a UBC model."""
    if mesh is None and "mesh" not in kind.holds:
        remedy = way("give it with --mesh", "give it with mesh=...")
        raise InputError(f"{source} expects the mesh of this {kind.name}, got none; {remedy}")
    grid = read_mesh(source if mesh is None else mesh)
    density = ".den" in (Path(source).suffix.lower(), Path(target).suffix.lower())
    quantity = "density" if density or ("mesh" in kind.holds and holds_density(source)) else "susceptibility"
    model = read_model(source, grid, quantity)
    grid = grid.with_active(grid.active & np.isfinite(model))
    beside = "" if MODEL_SUFFIXES[Path(target).suffix.lower()] == "netCDF" else _write_mesh_beside(target, grid)
    write_model(target, grid, model, quantity)
    return f"Read {source} ({kind.name}), wrote a model of {int(grid.active.sum())} active cells to {target}{beside}."


def _write_mesh_beside(target: str | Path, grid: Grid) -> str:
    """Write the mesh that a UBC model needs, unless it is there already; never over another one."""
    path = Path(target).with_suffix(".msh")
    if not path.exists():
        write_mesh(path, grid)
        return f" and its mesh to {path}"
    if not same_cells(read_mesh(path), grid):
        raise InputError(f"{path} expects the mesh of the model, got another one there; choose another output name")
    return f" (its mesh is {path})"
