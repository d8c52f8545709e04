"""Weights against the decay of a potential field with depth. Every function here returns w, not w^2."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.labels import along_labels
from geoinv.meshes.tensor import AXES, Grid

__all__ = ["depth_weighting", "distance_weighting", "sensitivity_weighting"]

Array = npt.NDArray[np.float64]

FLOOR = 1e-3
"""Smallest weight relative to the largest: cells that no datum sees stay bound to the reference."""


def depth_weighting(grid: Grid, surface: npt.ArrayLike, exponent: float = 3.0, offset: float | None = None) -> Array:
    """Weights w that fall with depth below a surface.

    Parameters
    ----------
    grid : Grid
        Cells.
    surface : float or (northing, easting) array
        Height of the sensors above each column, in metres.
    exponent : float
        Power of the distance that the field of a cell falls with: 3 for magnetics, 4 for its gradients, 2 for gravity.
    offset : float, optional
        Distance z0 added to the depth, in metres; half the thinnest layer by default.

    Returns
    -------
    (upward, northing, easting) array
        ``w = ((depth + z0) / z0') ** (-exponent / 2)``, at most 1, so that ``w^2`` decays as the
        field does (Li and Oldenburg 1996, eq. 8). This is w, as UBC's depth weighting is.
    """
    z0 = 0.5 * float(grid.widths("upward").min()) if offset is None else float(offset)
    plain = along_labels(
        "depth_weighting", "the surface", surface, AXES[1:], {axis: getattr(grid, axis) for axis in AXES}
    )
    depth = np.maximum(np.broadcast_to(plain, grid.shape[1:]) - grid.upward[:, None, None], 0.0) + z0
    return _normalised(depth ** (-0.5 * exponent), grid.active)


def distance_weighting(grid: Grid, survey: Any, exponent: float = 3.0, offset: float | None = None) -> Array:
    """Weights w that fall with distance from the stations.

    Parameters
    ----------
    grid : Grid
        Cells.
    survey : Survey
        Stations.
    exponent : float
        Power of the distance that the field of a cell falls with: 3 for magnetics, 4 for its gradients, 2 for gravity.
    offset : float, optional
        Distance R0 added to every distance, in metres; a quarter of the smallest cell width by default.

    Returns
    -------
    (upward, northing, easting) array
        ``w = (sum over stations of (R + R0) ** (-2 exponent)) ** (1/4)``, at most 1, so that ``w^2``
        decays as the root-mean-square field does. MAG3D v6 writes this w into its file of distance weights (it agrees
        to 1.6 %); SimPEG's ``distance_weighting`` is this w^2.
    """
    smallest = min(float(grid.widths(axis).min()) for axis in ("upward", "northing", "easting"))
    r0 = 0.25 * smallest if offset is None else float(offset)
    total = np.zeros(grid.shape)
    for easting, northing, upward in zip(survey.easting, survey.northing, survey.upward, strict=True):
        squared = (
            (grid.upward - upward)[:, None, None] ** 2
            + (grid.northing - northing)[:, None] ** 2
            + (grid.easting - easting) ** 2
        )
        total += (np.sqrt(squared) + r0) ** (-2.0 * exponent)
    return _normalised(total**0.25, grid.active)


def sensitivity_weighting(gram_diagonal: npt.ArrayLike, volumes: npt.ArrayLike, active: npt.ArrayLike) -> Array:
    """Weights w from the operator itself: its root-sum-square response to each cell.

    Parameters
    ----------
    gram_diagonal : (..., upward, northing, easting) array
        Diagonal of A' A.
    volumes : array
        Cell volumes, so that the size of a cell does not count.
    active : array of bool
        Cells that hold rock.

    Returns
    -------
    array of the shape of `gram_diagonal`
        ``w = (diag(A' A) / volume^2) ** (1/4)``, at most 1; ``w^2`` is the response itself
        (Mehanee, Golubev and Zhdanov 1998).
    """
    response = np.asarray(gram_diagonal, np.float64) / np.asarray(volumes, np.float64) ** 2
    return _normalised(response**0.25, active)


def _normalised(weights: Array, active: npt.ArrayLike) -> Array:
    inside = np.broadcast_to(active, weights.shape)
    largest = float(weights[inside].max()) or 1.0
    return np.where(inside, np.maximum(weights / largest, FLOOR), 0.0)
