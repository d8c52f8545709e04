"""Intrusions: ellipsoids, stocks that widen downward, and pipes that narrow."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from geoinv.datasets.geology.events import Body, Event, inside_share
from geoinv.datasets.geology.space import Space, direction

__all__ = ["ellipsoid", "ellipsoidal", "pipe", "rotation", "stock", "upright"]

Array = npt.NDArray[np.float64]


def ellipsoid(random: np.random.Generator, space: Space) -> tuple[Event, ...]:
    """Ellipsoid in any direction, with radii of 1.5 cells up to a fifth of the width."""
    radii = np.array([space.length(random, 1.5, 1 / 5) for _ in range(3)])
    frame = rotation(random)
    # half height of the ellipsoid: the support function of its radii upward
    below = np.array([0.0, 0.0, np.linalg.norm(radii * frame[:, 2])])
    centre = space.place(random, 0.0, 0.3) - below
    return (Body(ellipsoidal(frame, centre, radii, space.cell), random.uniform(0.3, 1.0)),)


def stock(random: np.random.Generator, space: Space) -> tuple[Event, ...]:
    """Plutonic stock of irregular outline and 2 cells up to a fifth of the width in radius, widening downward."""
    top = space.place(random, 0.0, 0.3)
    radius, widening = space.length(random, 2.0, 1 / 5), random.uniform(0.0, 0.5)
    waves = [(k, random.uniform(0.0, 0.3) / k, random.uniform(0.0, 2.0 * np.pi)) for k in (1, 2, 3)]
    return (Body(upright(top, radius, widening, np.inf, waves, np.zeros(3), space.cell), random.uniform(0.3, 1.0)),)


def pipe(random: np.random.Generator, space: Space) -> tuple[Event, ...]:
    """Round pipe of 1 cell up to a tenth of the width in radius, narrowing downward and plunging 60 to 90 degrees."""
    top = space.place(random, 0.0, 0.2)
    radius, narrowing = space.length(random, 1.0, 1 / 10), -random.uniform(0.0, 0.15)
    length = random.uniform(0.4, 1.2) * space.depth
    lean = np.tan(np.radians(random.uniform(0.0, 30.0))) * direction(random.uniform(0.0, 2.0 * np.pi))
    return (Body(upright(top, radius, narrowing, length, [], lean, space.cell), random.uniform(0.3, 1.0)),)


def ellipsoidal(frame: Array, centre: Array, radii: Array, cell: float) -> Callable[[Array], Array]:
    """Share of cells in an ellipsoid of `radii` along the rows of `frame` about its `centre`, in metres."""

    def share(points: Array) -> Array:
        scaled = np.tensordot(frame, points - centre.reshape(3, 1, 1, 1), 1) / radii.reshape(3, 1, 1, 1)
        radius = np.linalg.norm(scaled, axis=0)
        slope = np.linalg.norm(scaled / radii.reshape(3, 1, 1, 1), axis=0)
        # distance from the surface to first order; near the centre, where the slope vanishes, it is well inside
        near = radius < 0.1
        distance = np.where(near, -radii.min(), radius * (radius - 1.0) / np.where(near, 1.0, slope))
        return inside_share(distance, cell)

    return share


def upright(
    top: Array,
    radius: float,
    widening: float,
    length: float,
    waves: Sequence[tuple[int, float, float]],
    lean: Array,
    cell: float,
) -> Callable[[Array], Array]:
    """Share of cells in a body about an axis that goes down from `top`.

    Parameters
    ----------
    top : (3,) array
        Easting, northing and upward in metres.
    radius, widening : float
        Metres at the top, and what is added with each metre of depth below it.
    length : float
        Metres along upward.
    waves : sequence of (int, float, float)
        Of the outline: how many round the axis, their height as a share of the radius, and their phase.
    lean : (3,) array
        Horizontal shift of the axis with each metre of depth.
    cell : float
        Edge of a cell in metres.
    """

    def share(points: Array) -> Array:
        east, north, up = points - top.reshape(3, 1, 1, 1)
        east, north = east + up * lean[0], north + up * lean[1]
        outline = np.maximum(radius - widening * up, 0.0)
        azimuth = np.arctan2(east, north) if waves else 0.0
        for number, height, phase in waves:
            outline = outline + radius * height * np.sin(number * azimuth + phase)
        aside = np.hypot(east, north) - outline
        return inside_share(np.maximum(aside, np.maximum(up, -up - length)), cell)

    return share


def rotation(random: np.random.Generator) -> Array:
    """Rotation matrix (3, 3), all orientations equally probable: that of a random unit quaternion.

    Examples
    --------
    >>> matrix = rotation(np.random.default_rng(0))
    >>> bool(np.allclose(matrix @ matrix.T, np.eye(3))), round(float(np.linalg.det(matrix)), 12)
    (True, 1.0)
    """
    quaternion = random.standard_normal(4)
    w, x, y, z = quaternion / np.linalg.norm(quaternion)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
