"""A mesh made for a survey: equal cells below the stations, padding beside them."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputWarning
from geoinv.core.memory import require_memory
from geoinv.meshes.design import checked_sizes, core_of, ground_levels, high_stations
from geoinv.meshes.stations import below_stations, stations_below
from geoinv.meshes.tensor import Grid
from geoinv.meshes.topography import Topography
from geoinv.surveys.survey import Survey

__all__ = ["mesh_for_survey", "padding_for"]

Array = npt.NDArray[np.float64]

GROWTH = 1.3
"""Factor between the widths of neighbouring cells in the padding, before they are rounded to whole core cells."""

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
    cell, depth = checked_sizes(survey, cell, depth)
    ground = None if topography is None else Topography.of(topography)
    core = {axis: core_of(getattr(survey, axis), cell) for axis in ("northing", "easting")}
    layers = math.ceil(depth / cell)
    _require_memory([layers, *(count for _, count in core.values())], cell)
    padding = padding_for(cell, depth)
    edges = {axis: _padded(*core[axis], cell, padding) for axis in core}
    top, lowest = ground_levels(survey, ground, edges, cell)
    layers = math.ceil((top - lowest + depth) / cell)
    _require_memory([layers, *(values.size - 1 for values in edges.values())], cell)
    edges["upward"] = top - cell * np.arange(layers, -1.0, -1.0)
    grid = Grid(edges["easting"], edges["northing"], edges["upward"], crs=survey.crs)
    doubt = high_stations(survey, cell) if ground is None else stations_below(survey, ground, 0.5 * cell)
    if doubt:
        warnings.warn(doubt, InputWarning, stacklevel=2)
    return grid if ground is None else below_stations(grid.with_topography(ground), survey)


def _require_memory(counts: Sequence[int], cell: float) -> None:
    """Reject more cells than the leanest engine can hold, before there is an array of them."""
    cells = math.prod(counts)
    what = f"{cells:.3g} cells of {cell:g} m in the leanest engine (direct)"
    remedy = "no engine fits: give larger cells, less depth or fewer stations"
    require_memory("the mesh", what, float(BYTES_A_CELL * cells), remedy)


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
