"""Faults: everything older on one side is displaced."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geoinv.datasets.geology.events import Event, Movement
from geoinv.datasets.geology.space import Space, strike_frame

__all__ = ["fault", "slip_along"]

Array = npt.NDArray[np.float64]


def fault(random: np.random.Generator, space: Space) -> tuple[Event, ...]:
    """Plane dipping 50 to 90 degrees, with a slip of 2 cells up to a quarter of the depth or the width."""
    frame = strike_frame(random.uniform(0.0, 2.0 * np.pi), np.radians(random.uniform(50.0, 90.0)))
    # normal, reverse, or along strike to either side
    rake = random.choice([-1.0, 1.0]) * frame[int(random.random() < 0.75)]
    slip = space.length(random, 2.0, 1 / 4, of=min(space.depth, space.width))
    return (slip_along(frame[2], space.place(random, 0.0, 0.5), slip * rake),)


def slip_along(normal: Array, on_plane: Array, slip: Array) -> Movement:
    """Movement by `slip` (easting, northing, upward) in metres of all on the side that `normal` points to.

    Parameters
    ----------
    normal, on_plane : (3,) arrays
        Unit normal of the fault plane, and a point on it.
    slip : (3,) array
        Within the plane, so that no gap opens.
    """

    def restored(points: Array) -> Array:
        moved = np.tensordot(normal, points, 1) > normal @ on_plane
        return points - slip.reshape(3, 1, 1, 1) * moved

    return Movement(restored)
