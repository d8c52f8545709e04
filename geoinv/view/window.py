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
    from matplotlib.axis import Axis

__all__ = ["Window", "window_of"]

_LARGE = 1e5  # metres: coordinates beyond are shown from a round offset
_WIDE = 1e4  # metres: extents beyond are shown in kilometres
_MARGIN = 0.04  # of the longer side, round the stations
_THINNEST = 0.075  # of the longer side: half of what is shown across a line
_DEEPEST = 0.6  # of the longer side: below it the data say little
_FLATTEST = 0.2  # height of a section over its length, below which heights are exaggerated
_EXAGGERATIONS = (1, 2, 5, 10, 20, 50)


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

    @property
    def unit(self) -> str:
        """Unit of every length on a picture: km where it is wide, else m."""
        return "km" if max(self.span("easting"), self.span("northing")) > _WIDE else "m"

    @property
    def exaggeration(self) -> int:
        """How much larger heights are drawn than distances on sections; 1 where they are not too flat to be read."""
        longest = max(self.span("easting"), self.span("northing"))
        enough = (one for one in _EXAGGERATIONS if one * self.span("upward") >= _FLATTEST * longest)
        return next(enough, _EXAGGERATIONS[-1]) if self.span("upward") > 0.0 else 1

    def told(self, length: float) -> str:
        r"""Length or coordinate in the unit of the picture, as a reader writes it.

        Examples
        --------
        >>> Window((0.0, 20000.0), (0.0, 900.0)).told(12500.0)
        '12.5 km'
        """
        if self.unit == "m":
            return f"{spaced(length)} m"
        text = f"{length / 1000.0:,.3f}".rstrip("0").rstrip(".").replace(",", "\N{THIN SPACE}")
        return f"{text} km".replace("-", "\N{MINUS SIGN}")

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
        """Give axes equal scales (but heights on flat sections), the limits of the window, and readable labels."""
        ax.set_aspect(self.exaggeration if vertical == "upward" else "equal")
        for side, set_limits, axis in ((ax.xaxis, ax.set_xlim, horizontal), (ax.yaxis, ax.set_ylim, vertical)):
            set_limits(*getattr(self, axis))
            self._label(side, "elevation" if axis == "upward" else axis, self._offset(axis))

    def frame_along(self, ax: Axes, length: float) -> None:
        """Give axes of a section along a line of a length in metres its limits and labels."""
        ax.set_aspect(self.exaggeration)
        ax.set_xlim(0.0, length)
        ax.set_ylim(*self.upward)
        self._label(ax.xaxis, "distance")
        self._label(ax.yaxis, "elevation")

    def _label(self, side: Axis, name: str, offset: float = 0.0) -> None:
        """Ticks and name of one axis."""
        from matplotlib.ticker import FuncFormatter, MaxNLocator

        scale = 1000.0 if self.unit == "km" else 1.0
        side.set_major_locator(MaxNLocator(4 if name == "elevation" else 5, steps=[1, 2, 2.5, 5, 10]))
        side.set_major_formatter(FuncFormatter(partial(_tick, offset=offset, scale=scale)))
        shift = f" \N{MINUS SIGN} {spaced(offset)}" if offset else ""
        side.set_label_text(f"{name}{shift} ({self.unit})")

    def _offset(self, axis: str) -> float:
        """Round number below the limits, where the coordinates have more digits than their differences."""
        low, high = getattr(self, axis)
        if axis == "upward" or self.unit == "km" or max(abs(low), abs(high)) < _LARGE:
            return 0.0
        step = max(1000.0, 10.0 ** math.floor(math.log10(high - low)))
        return float(step * math.floor(low / step))


def _tick(value: float, _: int | None, offset: float, scale: float) -> str:
    """Coordinate as it stands at a tick."""
    return f"{(value - offset) / scale:g}".replace("-", "\N{MINUS SIGN}")


def window_of(subject: Subject, padding: bool = False) -> Window:
    """Window round the stations, or the finely divided part of the grid where there are none; with padding, all of it.

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
    if padding:
        sides = {axis: (float(grid.edges(axis)[0]), float(grid.edges(axis)[-1])) for axis in AXES}
        return Window(**sides)
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
