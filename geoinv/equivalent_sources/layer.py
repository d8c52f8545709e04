"""The layer of cells that stands for the sources: one cell a column, at a depth below the stations."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geoinv.core.memory import require_memory
from geoinv.meshes.tensor import Grid
from geoinv.surveys.survey import Survey

__all__ = ["SourceLayer", "layer_below"]

Array = npt.NDArray[np.float64]

FINENESS = 1.5
"""Depth over the width of cells: finer ones add nothing that the stations see, as their field falls with exp(-k z)."""

PADDING = 4.0
"""Depths that the layer reaches beyond the stations at least."""

PADDED_SHARE = 0.1
"""Part of the survey's extent that it reaches beyond the stations at least, for what comes from outside."""

BYTES_A_CELL = 200.0
"""What the leanest engine and the arrays of the inversion hold for each cell of the layer's grid."""


@dataclass(frozen=True, eq=False)
class SourceLayer:
    """Equal cubes, of which one in each column is active.

    Attributes
    ----------
    grid : Grid
        The cubes.
    level : (northing, easting) array of int
        Which cube of each column is active.
    depth : float
        Metres from the lowest stations around down to the middle of the layer, at least.
    """

    grid: Grid
    level: npt.NDArray[np.intp]
    depth: float

    @property
    def cell(self) -> float:
        """Side of the cubes in metres."""
        return float(self.grid.smallest_width("easting"))

    @property
    def places(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Index (upward, northing, easting) of the active cube of each column."""
        rows, columns = (np.asarray(part, np.intp) for part in np.indices(self.level.shape))
        return self.level, rows, columns

    def top(self, easting: npt.ArrayLike, northing: npt.ArrayLike) -> Array:
        """Height of the top of the layer in metres at places; beside the layer that of its nearest column."""
        index = []
        for values, axis in ((northing, "northing"), (easting, "easting")):
            edges = self.grid.edges(axis)
            column = np.floor((np.asarray(values, np.float64) - edges[0]) / self.cell).astype(np.intp)
            index.append(np.clip(column, 0, edges.size - 2))
        return np.asarray(self.grid.edges("upward")[self.level[index[0], index[1]] + 1])


def layer_below(survey: Survey, depth: float) -> SourceLayer:
    """Layer of equal cubes that follows the stations at a depth.

    Each column's cube has its middle at or below `depth` under every station within that distance of it: the lowest
    heights around are averaged over twice the depth, so that the layer is smoother than the stations and never above
    them. Where these heights differ by less than a cube, the layer is flat.

    Parameters
    ----------
    survey : Survey
        Stations.
    depth : float
        Metres below the stations.

    Raises
    ------
    InputError
        If the layer does not fit in memory.

    Examples
    --------
    >>> import geoinv
    >>> survey = geoinv.Survey([0.0, 900.0], [0.0, 900.0], [50.0, 50.0], components=("gz",))
    >>> layer = layer_below(survey, 150.0)
    >>> layer.cell, layer.grid.shape, layer.top([0.0, 1e6], 0.0).tolist()
    (100.0, (1, 21, 21), [-50.0, -50.0])
    """
    cell = depth / FINENESS
    edges = {axis: _edges(getattr(survey, axis), depth, cell) for axis in ("easting", "northing")}
    shape = tuple(edges[axis].size - 1 for axis in ("northing", "easting"))
    relief = math.ceil(float(np.ptp(survey.upward)) / cell) + 1
    remedy = "give a larger depth, or fewer stations far from the others"
    cells = math.prod(shape) * relief
    require_memory("the layer of sources", f"{cells:.3g} cells of {cell:.4g} m", BYTES_A_CELL * cells, remedy)
    middle = _lowest_around(survey, edges, shape, math.ceil(depth / cell)) - depth
    if np.ptp(middle) < cell:
        middle[:] = middle.min()
    bottom = float(middle.min()) - 0.5 * cell
    # the middle of a cube lies at or below what is asked for, but for the rounding of the lowest one
    level = np.floor((middle - middle.min()) / cell + 1e-9).astype(np.intp)
    active = np.zeros((int(level.max()) + 1, *shape), bool)
    rows, columns = np.indices(shape)
    active[level, rows, columns] = True
    upward = bottom + cell * np.arange(active.shape[0] + 1)
    return SourceLayer(Grid(edges["easting"], edges["northing"], upward, active, crs=survey.crs), level, depth)


def _edges(values: Array, depth: float, cell: float) -> Array:
    """Edges of an axis, at whole multiples of the cell, beyond the stations on both sides."""
    low, high = float(values.min()), float(values.max())
    beyond = max(PADDING * depth, PADDED_SHARE * (high - low))
    count = np.arange(math.floor((low - beyond) / cell), math.ceil((high + beyond) / cell) + 1)
    return np.asarray(cell * count, np.float64)


def _lowest_around(survey: Survey, edges: dict[str, Array], shape: tuple[int, ...], radius: int) -> Array:
    """Height in metres for each column that no station within so many columns is below, averaged as widely."""
    from scipy.ndimage import distance_transform_edt, minimum_filter, uniform_filter

    columns = [
        np.clip(np.searchsorted(edges[axis], getattr(survey, axis), side="right") - 1, 0, size - 1)
        for axis, size in zip(("northing", "easting"), shape, strict=True)
    ]
    lowest = np.full(shape, np.inf)
    np.minimum.at(lowest, tuple(columns), survey.upward)
    empty = ~np.isfinite(lowest)
    filled = lowest[tuple(distance_transform_edt(empty, return_distances=False, return_indices=True))]
    size = 2 * radius + 1
    # the mean of minima each of which has the middle in its window is not above the middle
    return np.asarray(uniform_filter(minimum_filter(filled, size, mode="nearest"), size, mode="nearest"))
