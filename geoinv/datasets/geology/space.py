"""The rock in which bodies are drawn: its cells, its size, and places under its ground."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from geoinv.meshes.tensor import Grid

__all__ = ["Space", "direction", "strike_frame"]

Array = npt.NDArray[np.float64]

MARGIN = 0.1
"""Share of the width, at each side, in which no body has its centre."""


@dataclass(frozen=True, eq=False)
class Space:
    """Cells of a model under its ground.

    Parameters
    ----------
    grid : Grid
        Equal cells along each axis.
    ground : (northing, easting) array
        Elevation of the ground above the middle of each column, in metres.

    Examples
    --------
    >>> space = Space(Grid.regular((8, 10, 10), (5.0, 10.0, 10.0)), np.full((10, 10), 40.0))
    >>> space.width, space.depth, round(space.cell, 2)
    (100.0, 40.0, 7.94)
    """

    grid: Grid
    ground: Array

    @cached_property
    def cell(self) -> float:
        """Edge of a cube of a cell's volume, in metres: what thicknesses count in."""
        return float(np.cbrt(np.prod([self.grid.smallest_width(axis) for axis in self.grid.dims])))

    @cached_property
    def width(self) -> float:
        """Shorter horizontal extent, in metres."""
        return min(self._extent("northing"), self._extent("easting"))

    @cached_property
    def depth(self) -> float:
        """Vertical extent, in metres."""
        return self._extent("upward")

    def _extent(self, axis: str) -> float:
        low, high = self.grid.bounds[axis]
        return high - low

    def points(self) -> Array:
        """Cell centres, (3, upward, northing, easting): their easting, northing and upward in metres."""
        return np.stack(np.broadcast_arrays(*self.grid.centres))

    def length(self, random: np.random.Generator, cells: float, share: float, of: float | None = None) -> float:
        """Length from some cells up to a share of the width, each factor as probable as the next.

        Parameters
        ----------
        random : numpy.random.Generator
        cells : float
            Shortest, in cells.
        share : float
            Longest, as a share of `of`; the shortest where that is longer.
        of : float, optional
            Metres; the width where it is not given.
        """
        low = cells * self.cell
        high = max(low, share * (self.width if of is None else of))
        return float(np.exp(random.uniform(np.log(low), np.log(high))))

    def place(self, random: np.random.Generator, shallowest: float, deepest: float) -> Array:
        """Point (easting, northing, upward) under the ground, its depth between shares of the vertical extent."""
        place, index = [], []
        for axis, columns in zip(("northing", "easting"), self.ground.shape, strict=True):
            share, (low, high) = random.uniform(MARGIN, 1.0 - MARGIN), self.grid.bounds[axis]
            place.append(low + share * (high - low))
            index.append(int(share * columns))
        north, east = place
        ground = self.ground[tuple(index)]
        return np.array([east, north, ground - random.uniform(shallowest, deepest) * self.depth])


def direction(azimuth: float) -> Array:
    """Horizontal unit vector (easting, northing, upward) of an azimuth in radians, clockwise from north."""
    return np.array([np.sin(azimuth), np.cos(azimuth), 0.0])


def strike_frame(strike: float, dip: float) -> Array:
    """Unit vectors along strike, down the dip and normal to a plane, as rows (easting, northing, upward).

    Parameters
    ----------
    strike, dip : float
        Radians: strike clockwise from north, dip down to the right of it.

    Examples
    --------
    >>> (strike_frame(0.0, np.pi / 2).round(12) + 0.0).tolist()
    [[0.0, 1.0, 0.0], [0.0, 0.0, -1.0], [1.0, 0.0, 0.0]]
    """
    along = direction(strike)
    down = np.cos(dip) * direction(strike + 0.5 * np.pi) - np.array([0.0, 0.0, np.sin(dip)])
    return np.stack([along, down, np.cross(down, along)])
