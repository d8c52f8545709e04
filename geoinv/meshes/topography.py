"""The ground: elevations at points, linear between them."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.conventions.nulls import is_null
from geoinv.core.checks import InputError, array_of, finite, location, shape_text
from geoinv.core.memory import require_memory

__all__ = ["Topography", "topography_points"]

Array = npt.NDArray[np.float64]

LOWEST, HIGHEST = -11_500.0, 9_000.0
"""Metres between which all ground on Earth lies, the sea floor included; null values lie outside."""

NULL_BELOW = -1000.0
"""Metres below which an elevation that stands for a missing value elsewhere does so here."""

BYTES_A_POINT = 1000.0
"""What its triangles take while they are found."""

ON_A_BORDER = 1e-6
"""Share of a triangle by which a point may lie outside it: what rounding makes of a point on its border."""


class Topography:
    """Ground through points: linear between them, that of the nearest point outside them.

    `discretize.utils.active_from_xyz` does the same for each cell rather than each column, in
    coordinates as they are: among UTM coordinates its walk through the triangles fails and takes
    half a minute, and outside them it takes the point nearest in three dimensions.

    Parameters
    ----------
    topography : (n, 3) array_like or xarray.DataArray
        Points (easting, northing, elevation) in metres, or a grid of elevations over
        (northing, easting).

    Raises
    ------
    InputError
        If the points are not finite triples, or an elevation is none that the Earth has.

    Examples
    --------
    >>> plane = Topography([[0.0, 0.0, 5.0], [100.0, 0.0, 5.0], [0.0, 100.0, 25.0], [100.0, 100.0, 25.0]])
    >>> plane.elevation([50.0, 500.0], [50.0, 0.0]).tolist(), plane.covers([50.0, 500.0], [50.0, 0.0]).tolist()
    ([15.0, 5.0], [True, False])
    """

    def __init__(self, topography: Any) -> None:
        self.points: Array = topography_points(topography)

    @classmethod
    def of(cls, topography: Any) -> Topography:
        """Topography in any of its forms; one that is there is taken as it is, with what it has computed."""
        return topography if isinstance(topography, cls) else cls(topography)

    @cached_property
    def _middle(self) -> Array:
        """What is subtracted from positions, so that UTM coordinates keep their digits."""
        return np.asarray(self.points[:, :2].mean(axis=0))

    @cached_property
    def _triangles(self) -> Any:
        """Triangles between the points, or None where there are none: fewer than three, or all on one line."""
        from scipy.spatial import Delaunay, QhullError

        count = len(self.points)
        remedy = "give fewer points, over the mesh and no closer than its cells"
        require_memory("the topography", f"triangles of {count:.3g} points", BYTES_A_POINT * count, remedy)
        try:
            triangles = Delaunay(self.points[:, :2] - self._middle)
        except (QhullError, ValueError):
            return None
        # SciPy would find the same with LAPACK, triangle by triangle, whose threads take minutes on a busy machine
        triangles._transform = _barycentric(triangles.points[triangles.simplices])
        return triangles

    @cached_property
    def _nearest(self) -> Any:
        from scipy.spatial import cKDTree

        return cKDTree(self.points[:, :2] - self._middle)

    def _place(self, easting: npt.ArrayLike, northing: npt.ArrayLike) -> tuple[Array, npt.NDArray[np.intp]]:
        """Positions (n, 2) about the middle, and the triangle that each lies in (-1: none)."""
        positions = np.stack(np.broadcast_arrays(easting, northing), axis=-1).reshape(-1, 2) - self._middle
        if self._triangles is None:
            return positions, np.full(len(positions), -1, np.intp)
        return positions, self._triangles.find_simplex(positions, tol=ON_A_BORDER)

    def covers(self, easting: npt.ArrayLike, northing: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """Tell which places lie between the points, where the ground is interpolated."""
        shape = np.broadcast_shapes(np.shape(easting), np.shape(northing))
        return np.asarray(self._place(easting, northing)[1] >= 0).reshape(shape)

    def elevation(self, easting: npt.ArrayLike, northing: npt.ArrayLike) -> Array:
        """Elevation of the ground in metres at places (easting, northing), broadcast against each other."""
        shape = np.broadcast_shapes(np.shape(easting), np.shape(northing))
        positions, triangle = self._place(easting, northing)
        ground = np.full(len(positions), np.nan)
        inside = np.flatnonzero(triangle >= 0)
        if inside.size:
            affine = self._triangles.transform[triangle[inside]]
            share = np.einsum("nij,nj->ni", affine[:, :2], positions[inside] - affine[:, 2])
            shares = np.column_stack([share, 1.0 - share.sum(axis=1)])
            corners = self.points[self._triangles.simplices[triangle[inside]], 2]
            ground[inside] = (shares * corners).sum(axis=1)
        outside = np.flatnonzero(np.isnan(ground))
        if outside.size:
            ground[outside] = self.points[self._nearest.query(positions[outside])[1], 2]
        return ground.reshape(shape)

    def __repr__(self) -> str:
        """One line: how many points, and how high."""
        elevations = self.points[:, 2]
        return f"Topography of {len(elevations)} points, {elevations.min():.10g} to {elevations.max():.10g} m"


def _barycentric(corners: Array) -> Array:
    """Affine map to the first two barycentric coordinates of each triangle, as `Delaunay.transform` holds it.

    NaN where the corners lie on one line.
    """
    first, second, last = np.moveaxis(corners, 1, 0)
    (a, c), (b, d) = (first - last).T, (second - last).T
    determinant = a * d - b * c
    flat = np.abs(determinant) <= 1000.0 * np.finfo(float).eps * np.hypot(a, c) * np.hypot(b, d)
    inverse = np.stack([d, -b, -c, a], axis=-1).reshape(-1, 2, 2)
    inverse /= np.where(flat, np.nan, determinant)[:, None, None]
    return np.concatenate([inverse, last[:, None]], axis=1)


def topography_points(topography: Any) -> Array:
    """Topography as checked (easting, northing, elevation) points."""
    from geoinv.conventions.cf import surface_points

    if isinstance(topography, Topography):
        return topography.points
    if hasattr(topography, "dims"):
        if set(topography.dims) != {"northing", "easting"} or not {"northing", "easting"} <= set(topography.coords):
            raise InputError(
                "the topography expects a grid over the coordinates (northing, easting), got dimensions "
                f"{', '.join(map(str, topography.dims))} and coordinates "
                f"{', '.join(map(str, topography.coords)) or 'none'}"
            )
        topography = surface_points(topography)
    points = array_of("the topography", "points", topography)
    if points.ndim != 2 or points.shape[1] != 3 or not len(points):
        raise InputError(
            "the topography expects points of shape (n, 3) (easting, northing, elevation), "
            f"got {shape_text(points.shape)}"
        )
    finite("the topography", "points", points, "remove the points without elevation")
    null = is_null(points[:, 2]) & (points[:, 2] < NULL_BELOW)
    odd = (points[:, 2] < LOWEST) | (points[:, 2] > HIGHEST) | null
    if odd.any():
        first = int(np.argmax(odd))
        raise InputError(
            f"the topography expects elevations in metres between {LOWEST:g} and {HIGHEST:g}, got "
            f"{points[first, 2]:.10g} at point {location(first)} ({int(odd.sum())} of {odd.size} points); "
            "remove the points without elevation, or convert to metres"
        )
    return points
