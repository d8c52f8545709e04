"""Slices of a model: one level and two sections, through where it is strongest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geoinv.view.maps import colorbar
from geoinv.view.subject import Model
from geoinv.view.window import Window

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Normalize

__all__ = ["MODEL_COLOURS", "Cut", "cut_of", "draw_level", "draw_section", "draw_total", "model_scale"]

MODEL_COLOURS = "magma_r"

_AIR = "0.88"
_LINE = {"color": "0.25", "linewidth": 0.8, "linestyle": (0, (5, 3))}


@dataclass(frozen=True)
class Cut:
    """Indices of the cells along (upward, northing, easting) that the slices go through."""

    upward: int
    northing: int
    easting: int


def model_scale(model: Model, window: Window) -> Normalize:
    """One colour scale for all pictures of a model, from zero unless it is negative somewhere."""
    from matplotlib.colors import Normalize

    shown = model.values[window.cells(model.grid)]
    low, high = min(0.0, float(np.nanmin(shown))), float(np.nanmax(shown))
    return Normalize(low, high if high > low else low + 1.0)


def cut_of(model: Model, window: Window) -> Cut:
    """Cut through the level and through the column that hold most of the model.

    Squares are summed, so that a strong body counts more than a wide faint one.
    """
    cells = window.cells(model.grid)
    squares = np.zeros(model.grid.shape)
    squares[cells] = np.nan_to_num(model.values[cells]) ** 2 * model.grid.volumes[cells]
    column = np.unravel_index(int(np.argmax(squares.sum(axis=0))), squares.shape[1:])
    return Cut(int(np.argmax(squares.sum(axis=(1, 2)))), int(column[0]), int(column[1]))


def draw_level(ax: Axes, window: Window, model: Model, cut: Cut, scale: Normalize) -> None:
    """Map of the model at one elevation, with the lines of the two sections."""
    grid = model.grid
    window.frame(ax, "easting", "northing")
    ax.set_facecolor(_AIR)
    drawn = ax.pcolormesh(
        grid.easting_edges, grid.northing_edges, model.values[cut.upward], cmap=MODEL_COLOURS, norm=scale, rasterized=True
    )
    ax.axhline(grid.northing[cut.northing], **_LINE)
    ax.axvline(grid.easting[cut.easting], **_LINE)
    colorbar(ax, drawn, model.label)


def draw_total(ax: Axes, window: Window, model: Model) -> None:
    """Map of the model summed over depth, value times thickness."""
    grid = model.grid
    total = np.tensordot(grid.widths("upward"), np.nan_to_num(model.values), axes=1)
    total[~np.isfinite(model.values).any(axis=0)] = np.nan
    window.frame(ax, "easting", "northing")
    ax.set_facecolor(_AIR)
    drawn = ax.pcolormesh(grid.easting_edges, grid.northing_edges, total, cmap=MODEL_COLOURS, rasterized=True)
    name, _, unit = model.label.rstrip(")").partition(" (")
    colorbar(ax, drawn, f"{name} × thickness ({unit} m)" if unit else f"{name} × thickness (m)")


def draw_section(
    ax: Axes, window: Window, model: Model, cut: Cut, scale: Normalize, along: str
) -> None:
    """Vertical section along easting or northing, with the ground above it."""
    grid = model.grid
    values = model.values[:, cut.northing, :] if along == "easting" else model.values[:, :, cut.easting]
    window.frame(ax, along, "upward")
    drawn = ax.pcolormesh(
        grid.edges(along), grid.upward_edges, values, cmap=MODEL_COLOURS, norm=scale, rasterized=True
    )
    ax.stairs(_ground(values, grid.upward_edges), grid.edges(along), baseline=None, color="0.2", linewidth=0.9)
    colorbar(ax, drawn, model.label)


def _ground(values: npt.NDArray[np.float64], edges: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Top of the highest cell with a value in each column of a section; NaN where there is none."""
    present = np.isfinite(values)
    highest = present.shape[0] - 1 - np.argmax(present[::-1], axis=0)
    return np.where(present.any(axis=0), edges[highest + 1], np.nan)
