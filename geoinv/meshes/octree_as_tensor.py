"""The tensor mesh of an octree's sides, and models of the octree on it: for pictures of sections and levels."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from geoinv.meshes.base import AXES
from geoinv.meshes.octree import OctreeGrid
from geoinv.meshes.tensor import Grid

__all__ = ["as_tensor"]

Array = npt.NDArray[np.float64]

MOST = 4_000_000
"""Cells of the tensor mesh, beyond which the narrowest are joined."""


def as_tensor(mesh: OctreeGrid, values: Array, most: int = MOST) -> tuple[Grid, Array]:
    """Tensor mesh whose edges are the sides of an octree's cells, and a model of the octree on it.

    Parameters
    ----------
    mesh : OctreeGrid
        Cells.
    values : (cells,) array
        Model on them.
    most : int, optional
        Cells that the tensor mesh may have; where it would have more, sides of the narrowest cells are left out, and
        values are those at the centres.

    Returns
    -------
    grid : Grid
        Tensor mesh over the same box, active where the octree is.
    model : (upward, northing, easting) array
        Value of the cell that holds each centre.

    Examples
    --------
    >>> mesh = OctreeGrid([[0, 0, 0], [0, 0, 2]], [2, 2], (2, 2, 4), (1.0, 1.0, 1.0))
    >>> grid, model = as_tensor(mesh, np.array([5.0, 6.0]))
    >>> grid.easting_edges.tolist(), model.tolist()
    ([0.0, 2.0, 4.0], [[[5.0, 6.0]]])
    """
    sides = [np.unique(np.concatenate([mesh.corner[:, k], mesh.corner[:, k] + mesh.width])) for k in range(3)]
    step = 1
    while math.prod(side.size - 1 for side in sides) > most and step < min(mesh.counts):
        step *= 2
        sides = [side[side % step == 0] for side in sides]
    index = np.stack(np.meshgrid(*((side[:-1] + side[1:]) // 2 for side in sides), indexing="ij"), axis=-1)
    cells = mesh.cell_at(index)
    edges = {axis: mesh.origin[k] + mesh.spacing[k] * sides[k] for k, axis in enumerate(AXES)}
    grid = Grid(edges["easting"], edges["northing"], edges["upward"], mesh.active[cells], mesh.crs)
    return grid, np.asarray(values[cells])
