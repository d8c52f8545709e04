"""A mesh made for a survey: equal cells below the stations, padding beside them."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError, InputWarning, array_of, positive
from geoinv.core.memory import require_memory
from geoinv.core.wording import way
from geoinv.meshes.tensor import AXES, Grid
from geoinv.meshes.topography import Topography
from geoinv.surveys.station_checks import stations_below
from geoinv.surveys.survey import Survey

__all__ = ["mesh_for_survey", "padding_for"]

Array = npt.NDArray[np.float64]

GROWTH = 1.3
"""Factor between the widths of neighbouring cells in the padding, before they are rounded to whole core cells."""

LARGEST = 1e7
"""Metres beyond which neither a cell nor a depth lies within the Earth."""

SMALLEST = 1e-11
"""Cell relative to the coordinates, below which float64 leaves its edges fewer than five digits."""

HIGH = 5.0
"""Cells above a flat ground that is only assumed, beyond which there is a warning."""

BYTES_A_CELL = 24
"""What the leanest engine holds for each cell: below that, nothing fits."""


def mesh_for_survey(survey: Survey, cell: float, depth: float, topography: Any = None) -> Grid:
    """Mesh of cubes over the extent of a survey, padded sideways.

    Cubes reach from the ground down to `depth` below its lowest point. Without topography the
    ground is flat, half a cell below the lowest station: sources closer than that are finer than
    the cells. Where most stations are far above that ground, there is a warning. Edges lie at
    whole multiples of the cell. Outside the survey, cells 1 2 2 3 4 5 6 8 ... times as wide add at
    least `depth` on each side (:func:`padding_for`), so that the whole mesh lies on one lattice of
    equal cells, as fast engines ask.

    Parameters
    ----------
    survey : Survey
        Stations.
    cell : float
        Edge of the cubes in metres.
    depth : float
        Depth below the lowest ground in metres.
    topography : (n, 3) array_like, xarray.DataArray or Topography, optional
        As for :meth:`Grid.with_topography`. Cells that rise above a station are cut away as well,
        with all above them: those of a slope, since cells are steps, and those around stations
        less than half a cell under the ground, which is warned of.

    Returns
    -------
    Grid

    Raises
    ------
    InputError
        If a size is not positive, the cell is larger than the survey or too small for its
        coordinates, the topography lies elsewhere or half a cell above a station, or the mesh does
        not fit in memory.

    Examples
    --------
    >>> import geoinv
    >>> field = geoinv.MainField(65.0, 25.0, 50000.0)
    >>> survey = geoinv.Survey([0.0, 95.0, 210.0], [0.0, 40.0, 80.0], [30.0, 31.0, 33.0], field=field)
    >>> mesh = mesh_for_survey(survey, cell=20.0, depth=100.0)
    >>> mesh.shape, mesh.upward_edges[[0, -1]].tolist(), mesh.widths("northing").round(1).tolist()[:5]
    ((5, 10, 17), [-80.0, 20.0], [40.0, 40.0, 20.0, 20.0, 20.0])
    """
    cell, depth = _checked_sizes(survey, cell, depth)
    ground = None if topography is None else Topography.of(topography)
    core = {axis: _core(getattr(survey, axis), cell) for axis in ("northing", "easting")}
    layers = math.ceil(depth / cell)
    _require_memory([layers, *(count for _, count in core.values())], cell)
    padding = padding_for(cell, depth)
    edges = {axis: _padded(*core[axis], cell, padding) for axis in core}
    top, lowest = _ground_levels(survey, ground, edges, cell)
    layers = math.ceil((top - lowest + depth) / cell)
    _require_memory([layers, *(values.size - 1 for values in edges.values())], cell)
    edges["upward"] = top - cell * np.arange(layers, -1.0, -1.0)
    grid = Grid(edges["easting"], edges["northing"], edges["upward"], crs=survey.crs)
    doubt = _high_stations(survey, cell) if ground is None else stations_below(survey, ground, 0.5 * cell)
    if doubt:
        warnings.warn(doubt, InputWarning, stacklevel=2)
    return grid if ground is None else _below_stations(grid.with_topography(ground), survey)


def _checked_sizes(survey: Survey, cell: float, depth: float) -> tuple[float, float]:
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


def _require_memory(counts: Sequence[int], cell: float) -> None:
    """Refuse more cells than the leanest engine can hold, before there is an array of them."""
    cells = math.prod(counts)
    what = f"{cells:.3g} cells of {cell:g} m in the leanest engine (direct)"
    remedy = "no engine fits: give larger cells, less depth or fewer stations"
    require_memory("the mesh", what, float(BYTES_A_CELL * cells), remedy)


def _core(values: Array, cell: float) -> tuple[int, int]:
    """First edge, in cells, and number of cells that cover the stations along an axis."""
    first = math.floor(float(values.min()) / cell)
    return first, max(1, math.ceil(float(values.max()) / cell) - first)


def padding_for(cell: float, depth: float) -> list[int]:
    """Widths of padding cells from the survey outwards, in core cells, that add up to `depth` metres at least.

    They grow by :data:`GROWTH`, each rounded to a whole number.

    Examples
    --------
    >>> padding_for(cell=50.0, depth=800.0)
    [1, 2, 2, 3, 4, 5]
    """
    widths: list[int] = []
    while sum(widths) * cell < depth:
        widths.append(round(GROWTH ** (len(widths) + 1)))
    return widths


def _padded(first: int, count: int, cell: float, padding: Sequence[int]) -> Array:
    """Edges of an axis, all of them at whole multiples of the cell."""
    outwards = np.cumsum(padding)
    multiples = np.concatenate([first - outwards[::-1], np.arange(first, first + count + 1), first + count + outwards])
    return np.asarray(cell * multiples)


def _ground_levels(
    survey: Survey, ground: Topography | None, edges: Mapping[str, Array], cell: float
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


def _high_stations(survey: Survey, cell: float) -> str:
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


def _below_stations(grid: Grid, survey: Survey) -> Grid:
    """Grid without the cells that rise above a station inside the rock, and without those above them."""
    buried = grid.inside_rock(survey.easting, survey.northing, survey.upward)
    first, last = grid.between(*(getattr(survey, axis)[buried] for axis in ("easting", "northing", "upward")))
    low, high = (np.clip(ends, 0, np.asarray(grid.shape) - 1) for ends in (first, last))
    lowest = np.full(grid.shape[1:], grid.shape[0])
    for corner in np.ndindex(2, 2):
        column = np.where(corner, high[:, 1:], low[:, 1:])
        # on a face between layers the upper one goes, and the station stands on the lower
        np.minimum.at(lowest, tuple(column.T), high[:, 0])
    layer = np.arange(grid.shape[AXES.index("upward")])[:, None, None]
    return grid.with_active(grid.active & (layer < lowest))
