"""An octree made for a survey: narrow cells below the stations, wider ones with depth and distance."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError, InputWarning
from geoinv.core.memory import require_memory
from geoinv.meshes.design import checked_sizes, core_of, ground_levels, high_stations
from geoinv.meshes.octree_refinement import Surface, refined
from geoinv.meshes.stations import Stations, below_stations, stations_below
from geoinv.meshes.topography import Topography

if TYPE_CHECKING:
    from geoinv.meshes.octree import OctreeGrid

__all__ = ["octree_for_survey"]

Array = npt.NDArray[np.float64]

MOST = 2**21
"""Finest cells along a side of the box."""

NEAREST = 2.0
"""Cells from a station up to which columns are below the survey, however close the stations."""

USUAL = 0.95
"""Part of the places between the stations that are as near to one as the columns below the survey may be."""

SAMPLES = 128
"""Places along each side of the box at which the ground is looked up to see how high it is."""

BYTES_A_COLUMN = 60.0
"""What the ground below the stations takes for each column of finest cells."""


def octree_for_survey(
    mesh_class: type[OctreeGrid], survey: Stations, cell: float, depth: float, topography: Any = None
) -> OctreeGrid:
    """Octree for a survey; see :meth:`geoinv.OctreeGrid.for_survey`."""
    cell, depth = checked_sizes(survey, cell, depth)
    ground = None if topography is None else Topography.of(topography)
    (south, rows), (west, columns) = (core_of(values, cell) for values in (survey.northing, survey.easting))
    remedy = "give larger cells or fewer stations"
    require_memory("the octree", f"{rows * columns:.3g} columns", BYTES_A_COLUMN * rows * columns, remedy)
    aside = math.ceil(depth / cell)
    north, east = (_power_of_two(count + 2 * aside, cell) for count in (rows, columns))
    before = (north - rows) // 2, (east - columns) // 2
    corner = cell * (south - before[0]), cell * (west - before[1])
    edges = {
        axis: np.linspace(start, start + cell * count, SAMPLES + 1)
        for axis, start, count in (("northing", corner[0], north), ("easting", corner[1], east))
    }
    top, lowest = ground_levels(survey, ground, edges, cell)
    layers = _power_of_two(math.ceil((top - lowest + depth) / cell), cell)
    bottom = top - cell * layers
    easting = cell * np.arange(west + 0.5, west + columns)
    northing = cell * np.arange(south + 0.5, south + rows)
    level = np.full((rows, columns), top) if ground is None else ground.elevation(easting, northing[:, None])
    height = np.where(_below_the_survey(survey, easting, northing, cell), (level - bottom) / cell, np.nan)
    counts = (layers, north, east)
    corners, widths = refined(Surface(before[0], before[1], height), counts)
    mesh = mesh_class(corners, widths, counts, (cell,) * 3, (bottom, *corner), crs=survey.crs)
    doubt = high_stations(survey, cell) if ground is None else stations_below(survey, ground, 0.5 * cell)
    if doubt:
        warnings.warn(doubt, InputWarning, stacklevel=3)
    return mesh if ground is None else below_stations(mesh.with_topography(ground), survey)


def _power_of_two(count: int, cell: float) -> int:
    """Least power of two that is no less than a number of cells."""
    result = 1 << (max(count, 1) - 1).bit_length()
    if result > MOST:
        raise InputError(
            f"the octree expects a box of at most {MOST} finest cells a side, got {count:.3g} of {cell:g} m; give a "
            "larger cell, or less depth"
        )
    return result


def _below_the_survey(survey: Stations, easting: Array, northing: Array, cell: float) -> npt.NDArray[np.bool_]:
    """Columns (northing, easting) as near to a station as those between the stations usually are."""
    from scipy.ndimage import distance_transform_edt

    row = np.clip(((survey.northing - northing[0]) / cell + 0.5).astype(np.intp), 0, northing.size - 1)
    column = np.clip(((survey.easting - easting[0]) / cell + 0.5).astype(np.intp), 0, easting.size - 1)
    empty = np.ones((northing.size, easting.size), bool)
    empty[row, column] = False
    distance = distance_transform_edt(empty)
    sampled = np.stack(np.meshgrid(*(np.arange(0, n, max(1, n // SAMPLES)) for n in empty.shape)), axis=-1)
    between = sampled[_within_hull(np.column_stack([row, column]), sampled)]
    gaps = distance[between[:, 0], between[:, 1]]
    reach = max(NEAREST, float(np.quantile(gaps, USUAL)) if gaps.size else 0.0)
    return np.asarray(distance <= reach)


def _within_hull(points: npt.NDArray[np.intp], places: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    """Tell which places lie within the convex hull of points; none where these stand on one line."""
    from scipy.spatial import ConvexHull, QhullError

    try:
        sides = ConvexHull(points).equations
    except (QhullError, ValueError):
        return np.zeros(places.shape[:-1], bool)
    return np.asarray((places @ sides[:, :2].T + sides[:, 2] <= 0.5).all(axis=-1))
