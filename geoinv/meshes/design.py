"""What meshes made for a survey have in common: sizes that make sense, the core below the stations, the ground."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError, array_of, positive
from geoinv.core.wording import way
from geoinv.meshes.base import AXES
from geoinv.meshes.stations import Stations
from geoinv.meshes.topography import Topography

__all__ = ["checked_sizes", "core_of", "ground_levels", "high_stations"]

Array = npt.NDArray[np.float64]

LARGEST = 1e7
"""Metres beyond which neither a cell nor a depth lies within the Earth."""

SMALLEST = 1e-11
"""Cell relative to the coordinates, below which float64 leaves its edges fewer than five digits."""

HIGH = 5.0
"""Cells above a flat ground that is only assumed, beyond which there is a warning."""


def checked_sizes(survey: Stations, cell: float, depth: float) -> tuple[float, float]:
    """Cell size and depth, if cells of that size can cover the survey at all."""
    for name, size in (("cell size", cell), ("depth", depth)):
        positive("the mesh", name, array_of("the mesh", name, size, shape=()), "give metres")
    extent = max(float(np.ptp(survey.easting)), float(np.ptp(survey.northing)))
    if cell > extent > 0.0:
        raise InputError(
            f"the mesh expects cells smaller than the survey, got {cell:g} m for stations {extent:.3g} m across; "
            "give coordinates in metres (not in degrees), or a smaller cell"
        )
    for name, size in (("cells", cell), ("a depth", depth)):
        if size > LARGEST:
            raise InputError(
                f"the mesh expects {name} within the Earth, got {size:g} m; give metres, and fewer of them"
            )
    for axis in AXES:
        farthest = float(np.abs(getattr(survey, axis)).max())
        if cell < SMALLEST * farthest:
            raise InputError(
                f"the mesh expects cells that its coordinates tell apart, got {cell:g} m for stations with {axis} "
                f"up to {farthest:.10g} m; give a larger cell, and coordinates in metres without null values"
            )
    return float(cell), float(depth)


def core_of(values: Array, cell: float) -> tuple[int, int]:
    """First edge, in cells, and number of cells that cover the stations along an axis."""
    first = math.floor(float(values.min()) / cell)
    return first, max(1, math.ceil(float(values.max()) / cell) - first)


def ground_levels(
    survey: Stations, ground: Topography | None, edges: Mapping[str, Array], cell: float
) -> tuple[float, float]:
    """Highest and lowest elevation of the ground over the mesh."""
    if ground is None:
        level = float(survey.upward.min()) - 0.5 * cell
        return level, level
    points = ground.points
    over = np.ones(len(points), bool)
    centres = []
    for column, axis in enumerate(("easting", "northing")):
        over &= (points[:, column] >= edges[axis][0]) & (points[:, column] <= edges[axis][-1])
        centres.append(0.5 * (edges[axis][1:] + edges[axis][:-1]))
    # between points far apart the ground over the mesh is none that a point has
    columns = ground.elevation(centres[0], centres[1][:, None])
    elevations = np.concatenate([points[over, 2], columns.ravel()])
    return float(elevations.max()), float(elevations.min())


def high_stations(survey: Stations, cell: float) -> str:
    """Say that many stations are far above a ground that is only assumed, if they are."""
    usual, lowest = float(np.median(survey.upward)), int(np.argmin(survey.upward))
    above = usual - float(survey.upward[lowest]) + 0.5 * cell
    if above <= HIGH * cell:
        return ""
    return (
        f"half of all stations lie {above:.6g} m and more above the flat ground of the mesh, since station {lowest} "
        f"(counted from 0) has a height of {survey.upward[lowest]:.10g} m; give the ground "
        f"{way('with --topo FILE', 'as topography')}, or check that height"
    )
