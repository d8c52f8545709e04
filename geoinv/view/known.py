"""What was known beside the data, drawn over a model: drill holes as lines, bodies and layers as outlines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from geoinv.conventions.variables import numbers
from geoinv.meshes.base import AXES, Mesh
from geoinv.meshes.octree import OctreeGrid
from geoinv.meshes.octree_as_tensor import as_tensor
from geoinv.meshes.of_dataset import model_values

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

    from geoinv.meshes.tensor import Grid

__all__ = ["Known", "draw_known", "draw_outlines", "known_of"]

Array = npt.NDArray[np.float64]

_OUTLINE: Any = {"colors": "0.1", "linewidths": 0.7, "linestyles": "dotted"}
_HOLE: Any = {"color": "#00796b", "linewidth": 1.6}

_NEAR = 1.5
"""Thickness of a section in cells, within which drill holes are drawn on it."""


@dataclass(frozen=True)
class Known:
    """Constraints of a model.

    Parameters
    ----------
    holes : sequence of (points, 3) arrays
        Drill holes: easting, northing, upward in metres.
    spoken : (upward, northing, easting) array, optional
        Number of the last constraint that spoke of a cell; 0 where none did.
    """

    holes: Sequence[Array] = ()
    spoken: Array | None = None


def known_of(data: xr.Dataset, mesh: Mesh) -> Known | None:
    """Constraints that a Dataset records; None where it records none."""
    names = [f"hole_{axis}" for axis in reversed(AXES)]
    holes: list[Array] = []
    if {*names, "hole_number"} <= set(map(str, data.variables)):
        points = np.stack([numbers(data[name], "length").values for name in names], axis=-1)
        number = numbers(data["hole_number"]).values
        holes = [points[number == one] for one in np.unique(number[np.isfinite(number)])]
    spoken = None
    if "constraint" in data.variables:
        values = np.nan_to_num(model_values(data, data["constraint"]).values)
        spoken = as_tensor(mesh, values)[1] if isinstance(mesh, OctreeGrid) else values
    return Known(tuple(holes), spoken) if holes or spoken is not None else None


def draw_known(ax: Axes, grid: Grid, known: Known | None, across: str, index: int) -> None:
    """Draw what is known on a slice through one layer of cells.

    Parameters
    ----------
    ax : Axes
        Of the slice.
    grid : Grid
        Cells.
    known : Known, optional
        What is drawn; nothing for None.
    across : str
        Axis that crosses the slice: upward for a level.
    index : int
        Cell along it.
    """
    if known is None:
        return
    if known.spoken is not None:
        draw_outlines(ax, grid, np.take(known.spoken, index, axis=AXES.index(across)), across, _OUTLINE)
    low, high = grid.edges(across)[index : index + 2]
    middle, reach = 0.5 * (low + high), 0.5 * (high - low) * (1.0 if across == "upward" else 2.0 * _NEAR)
    place = AXES[::-1].index(across)
    along = [k for k in range(3) if k != place]
    for points in known.holes:
        near = np.abs(points[:, place] - middle) <= reach
        if near.any():
            x, y = np.where(near[:, None], points[:, along], np.nan).T
            ax.plot(x, y, **_HOLE, marker="o" if across == "upward" else None, markersize=2.5)


def draw_outlines(ax: Axes, grid: Grid, spoken: Array, across: str, style: Mapping[str, Any]) -> None:
    """Lines, in the style of a LineCollection, between cells of different numbers (such as what spoke of them last)."""
    from matplotlib.collections import LineCollection

    vertical, horizontal = (grid.edges(axis) for axis in AXES if axis != across)
    lines = []
    for row, column in np.argwhere(spoken[:, 1:] != spoken[:, :-1]):
        lines.append([(horizontal[column + 1], vertical[row]), (horizontal[column + 1], vertical[row + 1])])
    for row, column in np.argwhere(spoken[1:] != spoken[:-1]):
        lines.append([(horizontal[column], vertical[row + 1]), (horizontal[column + 1], vertical[row + 1])])
    if lines:
        ax.add_collection(LineCollection(cast(Any, lines), **style), autolim=False)
