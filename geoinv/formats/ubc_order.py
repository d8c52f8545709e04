"""In which order UBC-GIF files have the cells of a mesh."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geoinv.meshes.tensor import Grid

__all__ = ["INACTIVE", "ubc_order"]

INACTIVE = -100.0
"""Value of the cells above the ground in models that the UBC-GIF programs write."""


def ubc_order(grid: Grid) -> npt.NDArray[np.intp]:
    """Number of each cell in a raveled model, in the order of UBC files: down fastest, then easting, then northing.

    Examples
    --------
    >>> ubc_order(Grid.regular((2, 1, 3), (1, 1, 1))).tolist()
    [3, 0, 4, 1, 5, 2]
    """
    return np.arange(grid.size).reshape(grid.shape)[::-1].transpose(1, 2, 0).ravel()
