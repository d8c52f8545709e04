"""Vertical section of a model along any straight line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.view.maps import colorbar
from geoinv.view.slices import colours_of
from geoinv.view.subject import Model
from geoinv.view.window import Window
from geoinv.view.wording import section_named

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Normalize

__all__ = ["Profile", "draw_profile", "profile_of"]

Array = npt.NDArray[np.float64]
Point = tuple[float, float]


@dataclass(frozen=True)
class Profile:
    """Values in the cells below a line, from its first end on.

    Parameters
    ----------
    distance : (pieces + 1,) array
        Where the line crosses from one column of cells into the next, in metres from its first end.
    values : (upward, pieces) array
        Values of the columns below the pieces; NaN outside the mesh and in air.
    """

    distance: Array
    values: Array


def profile_of(model: Model, ends: tuple[Point, Point]) -> Profile:
    """Cut a model along a line between two points (easting, northing), cell by cell.

    Raises
    ------
    InputError
        If the line does not cross the mesh.
    """
    (start, finish), grid = np.asarray(ends, np.float64), model.grid
    length = float(np.hypot(*(finish - start)))
    shares = [np.array([0.0, 1.0])]
    for k, edges in enumerate((grid.easting_edges, grid.northing_edges)):
        along = finish[k] - start[k]
        if along:
            shares.append((edges - start[k]) / along)
    crossings = np.unique(np.concatenate(shares))
    crossings = crossings[(crossings >= 0.0) & (crossings <= 1.0)]
    crossings = crossings[np.r_[True, np.diff(crossings) > 1e-12]]
    middle = start + np.outer(0.5 * (crossings[1:] + crossings[:-1]), finish - start)
    column = np.searchsorted(grid.easting_edges, middle[:, 0], side="right") - 1
    row = np.searchsorted(grid.northing_edges, middle[:, 1], side="right") - 1
    inside = (column >= 0) & (column < grid.easting.size) & (row >= 0) & (row < grid.northing.size)
    if not inside.any():
        raise InputError(f"{section_named()} expects a line over the mesh, got one beside it; move its ends")
    values = np.full((grid.upward.size, inside.size), np.nan)
    values[:, inside] = model.values[:, row[inside], column[inside]]
    return Profile(length * crossings, values)


def draw_profile(ax: Axes, window: Window, model: Model, scale: Normalize, ends: tuple[Point, Point]) -> None:
    """Draw a section between two points, A to the left and B to the right."""
    profile = profile_of(model, ends)
    window.frame_along(ax, float(profile.distance[-1]))
    drawn = ax.pcolormesh(
        profile.distance, model.grid.upward_edges, profile.values, cmap=colours_of(scale), norm=scale, rasterized=True
    )
    for place, letter in ((0.0, "A"), (float(profile.distance[-1]), "B")):
        ax.annotate(letter, (place, 1.0), xycoords=("data", "axes fraction"), ha="center", va="bottom", weight="bold")
    colorbar(ax, drawn, model.label)
