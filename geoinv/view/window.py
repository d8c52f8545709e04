"""Which part of the world a picture shows, and how its axes are labelled."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.meshes.tensor import AXES, Grid
from geoinv.view.subject import Model, Subject
from geoinv.view.wording import spaced

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Window", "window_of"]

_LARGE = 1e5  # metres: coordinates beyond are shown from a round offset
_WIDE = 1e4  # metres: extents beyond are shown in kilometres
_MARGIN = 0.04  # of the longer side, round the stations
_THINNEST = 0.075  # of the longer side: half of what is shown across a line
_DEEPEST = 0.6  # of the longer side: below it the data say little


@dataclass(frozen=True)
class Window:
    """Limits (low, high) of the part that is shown, by axis, in metres."""

    easting: tuple[float, float]
    northing: tuple[float, float]
    upward: tuple[float, float] = (0.0, 0.0)

    def span(self, axis: str) -> float:
        """Length along an axis, in metres."""
        low, high = getattr(self, axis)
        return float(high - low)

    @property
    def aspect(self) -> float:
        """Height of a map over its width."""
        return self.span("northing") / self.span("easting")

    def cells(self, grid: Grid) -> tuple[slice, slice, slice]:
        """Cells (upward, northing, easting) of a grid that reach into the window."""
        slices = []
        for axis in AXES:
            low, high = getattr(self, axis)
            edges = grid.edges(axis)
            inside = np.flatnonzero((edges[:-1] < high) & (edges[1:] > low))
            slices.append(slice(int(inside[0]), int(inside[-1]) + 1))
        return (slices[0], slices[1], slices[2])

    def frame(self, ax: Axes, horizontal: str, vertical: str) -> None:
        """Give axes equal scales, the limits of the window, and labels that a reader can read."""
        from matplotlib.ticker import FuncFormatter, MaxNLocator

        ax.set_aspect("equal")
        sides = ((ax.xaxis, ax.set_xlim, horizontal, 5), (ax.yaxis, ax.set_ylim, vertical, 5))
        for side, set_limits, axis, ticks in sides:
            low, high = getattr(self, axis)
            set_limits(low, high)
            offset, unit = self._offset(axis), self._unit(axis)
            scale = 1000.0 if unit == "km" else 1.0
            side.set_major_locator(MaxNLocator(ticks if axis != "upward" else 4, steps=[1, 2, 2.5, 5, 10]))
            side.set_major_formatter(FuncFormatter(partial(_tick, offset=offset, scale=scale)))
            name = "elevation" if axis == "upward" else axis
            shift = f" \N{MINUS SIGN} {spaced(offset)}" if offset else ""
            side.set_label_text(f"{name}{shift} ({unit})")

    def _unit(self, axis: str) -> str:
        return "km" if self.span(axis) > _WIDE else "m"

    def _offset(self, axis: str) -> float:
        """Round number below the limits, where the coordinates have more digits than their differences."""
        low, high = getattr(self, axis)
        if axis == "upward" or self._unit(axis) == "km" or max(abs(low), abs(high)) < _LARGE:
            return 0.0
        step = max(1000.0, 10.0 ** math.floor(math.log10(high - low)))
        return float(step * math.floor(low / step))


def _tick(value: float, _: int | None, offset: float, scale: float) -> str:
    """Coordinate as it stands at a tick."""
    return f"{(value - offset) / scale:g}".replace("-", "\N{MINUS SIGN}")


def window_of(subject: Subject) -> Window:
    """Window round the stations, or the finely divided part of the grid where there are none.

    Raises
    ------
    InputError
        If the stations lie beside the grid.
    """
    model = subject.model
    if subject.stations.size:
        limits = _around(subject.stations)
    elif model is not None:
        limits = {axis: _core(model.grid, axis) for axis in ("easting", "northing")}
    if model is None:
        return Window(**limits)
    grid = model.grid
    for axis, (low, high) in limits.items():
        edges = grid.edges(axis)
        if low >= edges[-1] or high <= edges[0]:
            raise InputError(
                f"view expects stations above the grid, got {axis} {low:.0f} to {high:.0f} m against {edges[0]:.0f} to "
                f"{edges[-1]:.0f} m; bring both into one coordinate system"
            )
    everything = Window(**limits, upward=(float(grid.upward_edges[0]), float(grid.upward_edges[-1])))
    return Window(**limits, upward=_rock(model, everything))


def _around(stations: npt.NDArray[np.float64]) -> dict[str, tuple[float, float]]:
    """Limits of the stations with a margin; a survey along one line gets some room on both sides."""
    low, high = stations[:2].min(axis=1), stations[:2].max(axis=1)
    longest = max(float((high - low).max()), 1.0)
    middle, half = 0.5 * (low + high), np.maximum(0.5 * (high - low) + _MARGIN * longest, _THINNEST * longest)
    return {
        axis: (float(middle[row] - half[row]), float(middle[row] + half[row]))
        for row, axis in enumerate(("easting", "northing"))
    }


def _core(grid: Grid, axis: str) -> tuple[float, float]:
    """Limits of the cells that are not padding: those at most half as wide again as the narrowest."""
    edges, widths = grid.edges(axis), grid.widths(axis)
    fine = np.flatnonzero(widths <= 1.5 * widths.min())
    return float(edges[fine[0]]), float(edges[fine[-1] + 1])


def _rock(model: Model, window: Window) -> tuple[float, float]:
    """Limits upward, from a depth of interest to just above the highest ground in the window."""
    present = np.flatnonzero(np.isfinite(model.values[window.cells(model.grid)]).any(axis=(1, 2)))
    longest = max(window.span("easting"), window.span("northing"))
    high = float(model.grid.upward_edges[present[-1] + 1]) if present.size else window.upward[1]
    low = max(window.upward[0], high - _DEEPEST * longest)
    return low, high + 0.03 * (high - low)
