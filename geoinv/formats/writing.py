"""One way to write each thing, in the format that the suffix of the file asks for."""

from __future__ import annotations

from pathlib import Path

import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.formats.registry import writer_of
from geoinv.meshes.base import Mesh
from geoinv.surveys.survey import Survey

__all__ = ["write_mesh", "write_model", "write_survey"]


def write_survey(path: str | Path, survey: Survey) -> None:
    """Write a survey in the format of the suffix.

    That is ``.nc``, ``.obs .mag`` (UBC magnetics), ``.grv .gra`` (UBC gravity), ``.csv``, ``.xyz .txt`` or ``.geoh5``
    (Geoscience ANALYST).

    Raises
    ------
    InputError
        If the suffix is another, the format cannot hold the survey, or the file cannot be written.
    """
    writer_of(path, "survey").write(path, survey)


def write_mesh(path: str | Path, mesh: Mesh) -> None:
    """Write a mesh in the format of the suffix: ``.nc`` or ``.msh .mesh`` (UBC: without active cells)."""
    writer_of(path, "mesh", mesh).write(path, mesh)


def write_model(path: str | Path, mesh: Mesh, model: npt.ArrayLike, name: str = "susceptibility") -> None:
    """Write a model: ``.nc``, or UBC ``.sus``, ``.den`` (converted to g/cm3), ``.mod`` (any), ``.fld`` (vectors), VTK.

    Parameters
    ----------
    path : str or Path
        The file.
    mesh : Grid or OctreeGrid
        The mesh; UBC models need it in a file of its own (:func:`write_mesh`).
    model : array_like of the shape of the mesh, or (3, ...) of it for a magnetization
        Inactive cells become NaN (netCDF) or -100 (UBC).
    name : str, optional
        Quantity: "susceptibility", "density" (kg/m3), "magnetization" (A/m); in a netCDF file also any other variable.

    Raises
    ------
    InputError
        If the suffix is another, or one of another quantity, or the model does not fit the mesh.
    """
    writer = writer_of(path, "model", mesh)
    if writer.quantity and name != writer.quantity:
        raise InputError(
            f"{path} expects a model of {writer.quantity}, as its suffix says, got one of {name}; choose another suffix"
        )
    writer.write(path, mesh, model, name)
