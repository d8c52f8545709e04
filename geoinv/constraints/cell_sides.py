"""Where the cells of any mesh end: the sides of each, and the planes that part them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.meshes.base import AXES, Mesh, of_cubes

__all__ = ["planes_of", "sides_of", "thinnest_of"]

Array = npt.NDArray[np.float64]


def planes_of(mesh: Mesh, axis: str) -> Array:
    """Ascending coordinates in metres of the planes between the finest cells of a mesh, across an axis.

    Raises
    ------
    InputError
        If the mesh does not tell where its cells end.
    """
    told: Any = mesh
    if hasattr(told, "edges"):
        return np.asarray(told.edges(axis), np.float64)
    if of_cubes(told):
        place = AXES.index(axis)
        corners, widths = told.corner[:, place].astype(np.int64), told.width.astype(np.int64)
        counted = np.unique(np.concatenate([corners, corners + widths]))
        return np.asarray(told.origin[place] + told.spacing[place] * counted, np.float64)
    raise InputError(
        f"constraints expect a mesh that tells its edges or cubes, got {type(mesh).__name__}; take a Grid or OctreeGrid"
    )


def sides_of(mesh: Mesh, axis: str) -> tuple[Array, Array]:
    """Lower and upper side of each cell along an axis in metres, (cells,) each, in the order of a raveled model."""
    told: Any = mesh
    if hasattr(told, "edges"):
        edges, place = planes_of(mesh, axis), mesh.dims.index(axis)
        along = [1] * len(mesh.shape)
        along[place] = -1
        low, high = (np.broadcast_to(part.reshape(along), mesh.shape).ravel() for part in (edges[:-1], edges[1:]))
        return low, high
    place = AXES.index(axis)
    corner = told.corner[:, place].astype(np.float64)
    return (
        told.origin[place] + told.spacing[place] * corner,
        told.origin[place] + told.spacing[place] * (corner + told.width),
    )


def thinnest_of(mesh: Mesh) -> Array:
    """Length of the shortest side of each cell in metres, (cells,) in the order of a raveled model."""
    lengths = [high - low for low, high in (sides_of(mesh, axis) for axis in AXES)]
    return np.asarray(np.min(lengths, axis=0))
