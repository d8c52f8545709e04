"""From collar and survey of a drill hole to its path: minimum curvature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["HolePath", "direction_of"]

STRAIGHT = 1e-6
"""Change of direction in radians below which an arc is taken as a parabola, which it then is to rounding."""

Array = npt.NDArray[np.float64]


def direction_of(azimuth: npt.ArrayLike, dip: npt.ArrayLike) -> Array:
    """Unit vectors (..., 3) along easting, northing, upward of azimuths and dips in degrees, dips positive down.

    Examples
    --------
    >>> direction_of([90.0, 0.0], [0.0, 90.0]).round(12).tolist()
    [[1.0, 0.0, -0.0], [0.0, 0.0, -1.0]]
    """
    across, down = np.radians(np.asarray(azimuth, np.float64)), np.radians(np.asarray(dip, np.float64))
    level = np.cos(down)
    return np.stack([level * np.sin(across), level * np.cos(across), -np.sin(down)], axis=-1)


@dataclass(frozen=True, eq=False)
class HolePath:
    """Path of a drill hole: arcs of circles from one survey station to the next, tangent to both directions.

    Above the first station and below the last one it is straight.

    Parameters
    ----------
    collar : (3,) array
        Easting, northing, upward in metres.
    depths : (stations,) array
        Depths of the stations along the hole in metres, ascending, the first one 0.
    directions : (stations, 3) array
        Unit vectors of the hole there.

    Notes
    -----
    Minimum curvature (Taylor and Mason 1972; Sawaryn and Thorogood 2005, SPE 84246): from station to station
    ``length / 2 * (t1 + t2) * tan(angle / 2) / (angle / 2)``, with t1 and t2 the directions and `angle` between them.

    Examples
    --------
    >>> path = HolePath(np.zeros(3), np.array([0.0, 100.0]), direction_of([0.0, 0.0], [90.0, 45.0]))
    >>> path.at(np.array([0.0, 100.0, 200.0])).round(2).tolist()
    [[0.0, 0.0, 0.0], [0.0, 37.29, -90.03], [0.0, 108.0, -160.74]]
    """

    collar: Array
    depths: Array
    directions: Array

    @property
    def _stations(self) -> Array:
        """Positions (stations, 3) of the stations."""
        lengths = np.diff(self.depths)
        steps = _along_arc(self.directions[:-1], self.directions[1:], lengths, np.ones(lengths.size))
        return np.concatenate([np.zeros((1, 3)), np.cumsum(steps, axis=0)]) + self.collar

    def at(self, depths: Array) -> Array:
        """Easting, northing and upward (depths, 3) in metres at depths along the hole."""
        stations = self._stations
        place = np.clip(np.searchsorted(self.depths, depths, side="right") - 1, 0, self.depths.size - 1)
        after = np.minimum(place + 1, self.depths.size - 1)
        lengths = np.where(after > place, self.depths[after] - self.depths[place], 1.0)
        share = (depths - self.depths[place]) / lengths
        return stations[place] + _along_arc(self.directions[place], self.directions[after], lengths, share)


def _along_arc(start: Array, stop: Array, lengths: Array, share: Array) -> Array:
    """Way (n, 3) along arcs between two directions, over a share of their lengths."""
    angle = 2.0 * np.arcsin(np.clip(0.5 * np.linalg.norm(stop - start, axis=-1), 0.0, 1.0))
    bent = angle > STRAIGHT
    turn = np.where(bent, angle, 1.0)
    scale = turn * np.sin(turn)
    # the integral of the direction, which turns from one to the other at an even rate
    of_start = np.where(bent, (np.cos((1.0 - share) * turn) - np.cos(turn)) / scale, share - 0.5 * share**2)
    of_stop = np.where(bent, (1.0 - np.cos(share * turn)) / scale, 0.5 * share**2)
    return np.asarray(lengths[:, None] * (of_start[:, None] * start + of_stop[:, None] * stop))
