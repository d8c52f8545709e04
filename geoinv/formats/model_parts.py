"""A model as arrays of one number a cell, for formats that know no vectors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError, shape_text
from geoinv.meshes.base import AXES, Mesh

__all__ = ["model_parts"]


def model_parts(
    path: str | Path, mesh: Mesh, model: npt.ArrayLike, name: str
) -> list[tuple[str, npt.NDArray[np.float64]]]:
    """Names and values of the parts of a model, NaN where cells are not active.

    A magnetization has three, along easting, northing and upward.

    Raises
    ------
    InputError
        If the model does not have the shape of the mesh.
    """
    values = np.asarray(model, np.float64)
    vector = name == "magnetization"
    shape, dims = ((3, *mesh.shape), ("component", *mesh.dims)) if vector else (mesh.shape, mesh.dims)
    if values.shape != shape:
        raise InputError(
            f"{path} expects a model of {name} of shape {shape_text(shape, dims)}, got {shape_text(values.shape)}; "
            f"{'stack easting, northing and upward' if vector else 'give one value a cell of its mesh'}"
        )
    names = [f"{name}_{axis}" for axis in reversed(AXES)] if vector else [name]
    parts = values if vector else values[None]
    return [(one, np.where(mesh.active, part, np.nan)) for one, part in zip(names, parts, strict=True)]
