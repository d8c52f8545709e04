"""In which order UBC-GIF files have the cells of a mesh."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geoinv.meshes.base import Mesh
from geoinv.meshes.octree import OctreeGrid

__all__ = ["INACTIVE", "ubc_order"]

INACTIVE = -100.0
"""Value of the cells above the ground in models that the UBC-GIF programs write."""


def ubc_order(mesh: Mesh) -> npt.NDArray[np.intp]:
    """Number of each cell in a raveled model, in the order of UBC files.

    Tensor meshes: down fastest, then easting, then northing. Octrees: corners with easting fastest, then northing, then
    down.

    Examples
    --------
    >>> from geoinv import Grid
    >>> ubc_order(Grid.regular((2, 1, 3), (1, 1, 1))).tolist()
    [3, 0, 4, 1, 5, 2]
    """
    if isinstance(mesh, OctreeGrid):
        top = mesh.corner[:, 0] + mesh.width
        return np.lexsort((mesh.corner[:, 2], mesh.corner[:, 1], -top))
    return np.arange(mesh.size).reshape(mesh.shape)[::-1].transpose(1, 2, 0).ravel()
