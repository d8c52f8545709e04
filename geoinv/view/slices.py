"""Slices of a model: one level and two sections, through where it is strongest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geoinv.view.maps import colorbar
from geoinv.view.subject import Model
from geoinv.view.window import Window

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Normalize

__all__ = [
    "Cut",
    "colours_of",
    "cut_of",
    "draw_level",
    "draw_section",
    "draw_total",
    "is_signed",
    "limits_of",
    "model_scale",
    "scale_of",
]

_COLOURS, _SIGNED_COLOURS = "magma_r", "RdBu_r"

_FAINT = 0.1
"""Share of the highest value up to which negative values are no bodies of their own."""

_PADDING = 1.5
"""Width over the narrowest from which cells are padding."""

_AIR = "0.88"
_LINE: Any = {"color": "0.25", "linewidth": 0.8, "linestyle": (0, (5, 3))}


@dataclass(frozen=True)
class Cut:
    """Indices of the cells along (upward, northing, easting) that the slices go through."""

    upward: int
    northing: int
    easting: int


def model_scale(model: Model, window: Window) -> Normalize:
    """One colour scale for all pictures of a model: from zero, or about zero where negative values matter."""
    return scale_of(model.values[window.cells(model.grid)])


def scale_of(*shown: npt.NDArray[np.floating]) -> Normalize:
    """One colour scale for arrays: from zero, or about zero where negative values matter."""
    from matplotlib.colors import Normalize

    return Normalize(*limits_of(*shown))


def limits_of(*shown: npt.NDArray[np.floating]) -> tuple[float, float]:
    """Limits of one scale for arrays: from zero, or about zero where negative values matter.

    Examples
    --------
    >>> limits_of(np.array([0.0, 0.2])), limits_of(np.array([-0.5, 0.2]))
    ((0.0, 0.2), (-0.5, 0.5))
    """
    low, high = min(0.0, *(float(np.nanmin(part)) for part in shown)), max(float(np.nanmax(part)) for part in shown)
    if low < -_FAINT * max(high, 0.0):
        largest = max(-low, high)
        return -largest, largest
    return low, high if high > low else low + 1.0


def is_signed(scale: Normalize) -> bool:
    """Whether a scale lies about zero."""
    return scale.vmin is not None and scale.vmin < 0.0 and scale.vmin == -(scale.vmax or 0.0)


def colours_of(scale: Normalize) -> str:
    """Name of the colours of a scale: those with white at zero where it lies about zero."""
    return _SIGNED_COLOURS if is_signed(scale) else _COLOURS


def cut_of(model: Model, window: Window, stations: npt.NDArray[np.float64] | None = None) -> Cut:
    """Cut through the level and the column that matter most to data taken above the ground.

    Squares of the model are weighted by volume over depth below the highest ground: the bottom of a
    mesh, where models spread, does not win over a body nearer to the stations. Columns of wide cells (padding),
    and those that no station stands near, count only where there are no others.
    """
    grid, cells = model.grid, window.cells(model.grid)
    values = np.nan_to_num(model.values[cells])
    depths = grid.upward_edges[cells[0].stop] - grid.upward[cells[0]]
    strength = grid.volumes[cells] * values**2 / depths[:, None, None]
    near = _near(model, cells, stations)
    if (strength[:, near] > 0.0).any():
        strength = strength * near
    level = int(np.argmax(strength.sum(axis=(1, 2))))
    row, column = divmod(int(np.argmax(strength.sum(axis=0))), strength.shape[2])
    return Cut(cells[0].start + level, cells[1].start + row, cells[2].start + column)


def _near(model: Model, cells: tuple[slice, ...], stations: npt.NDArray[np.float64] | None) -> npt.NDArray[np.bool_]:
    """Which columns (northing, easting) are no padding, and have a station about as near as stations are apart."""
    from scipy.spatial import cKDTree

    grid = model.grid
    widths = [grid.widths(axis)[part] for axis, part in zip(("northing", "easting"), cells[1:], strict=True)]
    narrow = np.logical_and.outer(
        *(
            width <= _PADDING * grid.widths(axis).min()
            for axis, width in zip(("northing", "easting"), widths, strict=True)
        )
    )
    if stations is None or not stations.size:
        return np.asarray(narrow)
    places = np.unique(stations[:2].T, axis=0)
    columns = np.stack(np.meshgrid(grid.northing[cells[1]], grid.easting[cells[2]], indexing="ij"), axis=-1)
    tree = cKDTree(places)
    distance = tree.query(columns[..., ::-1])[0]
    # of lines, the distance between lines: the largest hole that a column below the survey has round it
    apart = float(np.hypot(*np.ptp(places, axis=0)) / max(np.sqrt(len(places)), 1.0))
    return np.asarray(narrow & (distance <= max(apart, 1.5 * float(max(width.min() for width in widths)))))


def draw_level(ax: Axes, window: Window, model: Model, cut: Cut, scale: Normalize) -> None:
    """Map of the model at one elevation, with the lines of the two sections."""
    grid = model.grid
    window.frame(ax, "easting", "northing")
    ax.set_facecolor(_AIR)
    drawn = ax.pcolormesh(
        grid.easting_edges,
        grid.northing_edges,
        model.values[cut.upward],
        cmap=colours_of(scale),
        norm=scale,
        rasterized=True,
    )
    ax.axhline(grid.northing[cut.northing], **_LINE)
    ax.axvline(grid.easting[cut.easting], **_LINE)
    colorbar(ax, drawn, model.label)


def draw_total(ax: Axes, window: Window, model: Model) -> None:
    """Map of the model summed over depth, value times thickness."""
    grid = model.grid
    total = np.tensordot(grid.widths("upward"), np.nan_to_num(model.values), axes=1)
    total[~np.isfinite(model.values).any(axis=0)] = np.nan
    # padding beyond the window does not decide on the colours
    scale = scale_of(total[window.cells(grid)[1:]])
    window.frame(ax, "easting", "northing")
    ax.set_facecolor(_AIR)
    drawn = ax.pcolormesh(
        grid.easting_edges,
        grid.northing_edges,
        total,
        cmap=colours_of(scale),
        norm=scale,
        rasterized=True,
    )
    colorbar(ax, drawn, f"{model.name} \N{MULTIPLICATION SIGN} thickness ({f'{model.units} m'.strip()})")


def draw_section(ax: Axes, window: Window, model: Model, cut: Cut, scale: Normalize, along: str) -> None:
    """Vertical section along easting or northing, with the ground above it."""
    grid = model.grid
    values = model.values[:, cut.northing, :] if along == "easting" else model.values[:, :, cut.easting]
    window.frame(ax, along, "upward")
    drawn = ax.pcolormesh(
        grid.edges(along), grid.upward_edges, values, cmap=colours_of(scale), norm=scale, rasterized=True
    )
    ax.stairs(_ground(values, grid.upward_edges), grid.edges(along), baseline=None, color="0.2", linewidth=0.9)
    colorbar(ax, drawn, model.label)


def _ground(values: npt.NDArray[np.floating], edges: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Top of the highest cell with a value in each column of a section; NaN where there is none."""
    present = np.isfinite(values)
    highest = present.shape[0] - 1 - np.argmax(present[::-1], axis=0)
    return np.where(present.any(axis=0), edges[highest + 1], np.nan)
