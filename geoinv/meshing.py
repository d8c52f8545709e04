"""A mesh made for a survey: equal cells below the stations, padding beside them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.checks import InputError, array_of, positive
from geoinv.grid import AXES, Grid, topography_points
from geoinv.memory import require_memory
from geoinv.operators.magnetic_gridded import layout_of
from geoinv.operators.magnetic_problem import MagneticProblem
from geoinv.survey import Survey

__all__ = ["mesh_for_survey"]

Array = npt.NDArray[np.float64]

GROWTH = 1.4
"""Factor between the widths of neighbouring cells in the padding."""

BYTES_A_CELL = 24
"""What the leanest engine holds for each cell: below that, nothing fits."""


def mesh_for_survey(survey: Survey, cell: float, depth: float, topography: Any = None) -> Grid:
    """Mesh of cubes over the extent of a survey, padded sideways.

    Cubes reach from the ground down to `depth` below its lowest point. Without topography the
    ground is flat, half a cell below the lowest station: sources closer than that are finer than
    the cells. Edges lie at whole multiples of the cell. Beside the survey, cells that grow by
    :data:`GROWTH` add at least `depth` on each side; below stations at one height and whole cells
    apart they stay equal, so that the gridded engine applies.

    Parameters
    ----------
    survey : Survey
        Stations.
    cell : float
        Edge of the cubes in metres.
    depth : float
        Depth below the lowest ground in metres.
    topography : (n, 3) array_like or xarray.DataArray, optional
        As for :meth:`Grid.with_topography`. Cells that reach up to a station are cut away as well,
        with all above them.

    Returns
    -------
    Grid

    Raises
    ------
    InputError
        If a size is not positive, the cell is larger than the survey, the topography lies
        elsewhere, or the mesh does not fit in memory.

    Examples
    --------
    >>> import geoinv
    >>> field = geoinv.MainField(65.0, 25.0, 50000.0)
    >>> survey = geoinv.Survey([0.0, 95.0, 210.0], [0.0, 40.0, 80.0], [30.0, 31.0, 33.0], field=field)
    >>> mesh = mesh_for_survey(survey, cell=20.0, depth=100.0)
    >>> mesh.shape, mesh.upward_edges[[0, -1]].tolist(), mesh.widths("northing").round(1).tolist()[:5]
    ((5, 10, 17), [-80.0, 20.0], [54.9, 39.2, 28.0, 20.0, 20.0])
    """
    for name, size in (("cell size", cell), ("depth", depth)):
        positive("the mesh", name, array_of("the mesh", name, size, shape=()), "give metres")
    extent = max(float(np.ptp(survey.easting)), float(np.ptp(survey.northing)))
    if cell > extent > 0.0:
        raise InputError(
            f"the mesh expects cells smaller than the survey, got {cell:g} m for stations {extent:.3g} m across; "
            "give coordinates in metres (not in degrees), or a smaller cell"
        )
    core = {axis: _core(getattr(survey, axis), cell) for axis in ("northing", "easting")}
    layers = math.ceil(depth / cell)
    _require_memory([layers, *(count for _, count in core.values())], cell)
    padding = np.full(layers, cell) if _regular(survey, core, cell) else _growing(cell, depth)
    edges = {axis: _padded(*core[axis], cell, padding) for axis in core}
    points = None if topography is None else topography_points(topography)
    top, lowest = _ground_levels(survey, points, edges, cell)
    layers = math.ceil((top - lowest + depth) / cell)
    _require_memory([layers, *(values.size - 1 for values in edges.values())], cell)
    edges["upward"] = top - cell * np.arange(layers, -1.0, -1.0)
    grid = Grid(edges["easting"], edges["northing"], edges["upward"], crs=survey.crs)
    return grid if points is None else _below_stations(grid.with_topography(points), survey)


def _require_memory(counts: Sequence[int], cell: float) -> None:
    """Refuse more cells than the leanest engine can hold, before there is an array of them."""
    cells = math.prod(counts)
    what = f"{cells:.3g} cells of {cell:g} m in the leanest engine (direct)"
    remedy = "no engine fits: give larger cells, less depth or fewer stations"
    require_memory("the mesh", what, float(BYTES_A_CELL * cells), remedy)


def _regular(survey: Survey, core: Mapping[str, tuple[float, int]], cell: float) -> bool:
    """Tell whether the gridded engine applies to equal cells below the survey."""
    shape, origin = [1, *(count for _, count in core.values())], [0.0, *(first for first, _ in core.values())]
    flat = Grid.regular(shape, [cell] * 3, origin)
    return not isinstance(layout_of(MagneticProblem(flat, survey, "susceptibility", np.dtype(np.float64))), str)


def _core(values: Array, cell: float) -> tuple[float, int]:
    """First edge and number of cells that cover the stations along an axis."""
    first = math.floor(float(values.min()) / cell)
    return first * cell, max(1, math.ceil(float(values.max()) / cell) - first)


def _growing(cell: float, depth: float) -> Array:
    """Widths of padding cells, from the survey outwards, that add up to `depth` at least."""
    count = math.ceil(math.log(1.0 + depth / cell * (GROWTH - 1.0) / GROWTH, GROWTH))
    return np.asarray(cell * GROWTH ** np.arange(1, count + 1))


def _padded(first: float, count: int, cell: float, padding: Array) -> Array:
    """Edges of an axis, the core's at whole multiples of the cell."""
    inner = first + cell * np.arange(count + 1)
    return np.concatenate([inner[0] - np.cumsum(padding)[::-1], inner, inner[-1] + np.cumsum(padding)])


def _ground_levels(
    survey: Survey, points: Array | None, edges: Mapping[str, Array], cell: float
) -> tuple[float, float]:
    """Highest and lowest elevation of the ground over the mesh."""
    if points is None:
        level = float(survey.upward.min()) - 0.5 * cell
        return level, level
    over = np.ones(len(points), bool)
    for column, axis in enumerate(("easting", "northing")):
        over &= (points[:, column] >= edges[axis][0]) & (points[:, column] <= edges[axis][-1])
    elevations = points[over if over.any() else slice(None), 2]
    return float(elevations.max()), float(elevations.min())


def _below_stations(grid: Grid, survey: Survey) -> Grid:
    """Grid without the cells that hold a station, and without those above them."""
    cell, inside = grid.cell_of(survey.easting, survey.northing, survey.upward)
    lowest = np.full(grid.shape[1:], grid.shape[0])
    np.minimum.at(lowest, (cell[inside, 1], cell[inside, 2]), cell[inside, 0])
    layer = np.arange(grid.shape[AXES.index("upward")])[:, None, None]
    return grid.with_active(grid.active & (layer < lowest))
