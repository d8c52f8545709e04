"""Cells below the ground: what topography leaves of a mesh."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.meshes.base import Mesh
from geoinv.meshes.topography import Topography

__all__ = ["below_ground"]


def below_ground(mesh: Mesh, topography: Any) -> npt.NDArray[np.bool_]:
    """Tell which cells were active before and have their centre below the ground.

    Parameters
    ----------
    mesh : Mesh
        Cells.
    topography : (n, 3) array_like, xarray.DataArray or Topography
        Points (easting, northing, elevation) in metres, or a grid of elevations over
        (northing, easting). Linear between points, nearest outside them.

    Returns
    -------
    array of bool of the mesh's shape

    Raises
    ------
    InputError
        If the points are not finite triples, do not overlap the mesh, or leave no active cell.
    """
    ground = Topography.of(topography)
    points = ground.points
    for axis, column in (("easting", 0), ("northing", 1)):
        (lowest, highest), low, high = mesh.bounds[axis], points[:, column].min(), points[:, column].max()
        if low > highest or high < lowest:
            raise InputError(
                f"the mesh expects topography over it, got {axis} {low:.10g} to {high:.10g} m "
                f"against {lowest:.10g} to {highest:.10g} m; bring both into one coordinate system"
            )
    easting, northing, upward = mesh.centres
    active = np.asarray(mesh.active & (upward < ground.elevation(easting, northing)))
    if not active.any():
        raise InputError(
            f"the mesh expects ground above {upward.min():.10g} m, its lowest cell centre, "
            f"got elevations {points[:, 2].min():.10g} to {points[:, 2].max():.10g} m; "
            "check that elevation is metres, positive up"
        )
    return active
