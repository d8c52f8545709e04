"""A history of rocks: bodies that form and movements that displace what is older."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Body", "Event", "Movement", "composed", "inside_share", "slab_share"]

Array = npt.NDArray[np.float64]
Points = Array
"""(3, upward, northing, easting): easting, northing and upward of cell centres, in metres."""


@dataclass(frozen=True)
class Body:
    """Rock of one susceptibility, which takes the place of what was there.

    Parameters
    ----------
    share : callable
        What share of each cell, 0 to 1, is this rock, of :data:`Points`.
    susceptibility : float
        Relative to the other bodies of the model.
    remanence : (3,) array, optional
        Remanent over induced magnetization (Koenigsberger ratio) times its direction (easting, northing, upward).
    """

    share: Callable[[Points], Array]
    susceptibility: float
    remanence: Array | None = None


@dataclass(frozen=True)
class Movement:
    """Displacement of everything older, by a fault or a fold.

    Parameters
    ----------
    restored : callable
        Where the rock now at :data:`Points` was before.
    """

    restored: Callable[[Points], Points]


Event = Body | Movement


def composed(events: Sequence[Event], points: Points) -> tuple[Array, Array]:
    """Susceptibility, and susceptibility times remanence, that a history leaves.

    Goes back in time from the youngest event: each body takes what younger ones have left of a cell, each movement
    takes the cells to where their rock was before (kinematic modelling as in Jessell and Valenta 1996, Structural
    geophysics: integrated structural and geophysical modelling).

    Parameters
    ----------
    events : sequence of Body and Movement
        The oldest first.
    points : (3, upward, northing, easting) array
        Cell centres, in metres.

    Returns
    -------
    susceptibility : (upward, northing, easting) array
        In the unit of the bodies.
    remanent : (3, upward, northing, easting) array
        Easting, northing and upward, in the same unit.

    Examples
    --------
    >>> points = np.zeros((3, 1, 1, 2))
    >>> points[0, 0, 0] = 0.5, 1.5
    >>> west = Body(lambda points: (points[0] < 1.0) * 1.0, 0.02)
    >>> one_metre_east = Movement(lambda points: points - np.array([1.0, 0.0, 0.0]).reshape(3, 1, 1, 1))
    >>> composed([west, one_metre_east], points)[0].tolist()
    [[[0.02, 0.02]]]
    """
    susceptibility, remanent = np.zeros(points.shape[1:]), np.zeros(points.shape)
    left = np.ones(points.shape[1:])
    for event in reversed(events):
        if isinstance(event, Movement):
            points = event.restored(points)
            continue
        filled = left * event.share(points)
        left -= filled
        susceptibility += event.susceptibility * filled
        if event.remanence is not None:
            remanent += event.remanence.reshape(3, 1, 1, 1) * (event.susceptibility * filled)
    return susceptibility, remanent


def inside_share(distance: Array, cell: float) -> Array:
    """Share of a cell inside a surface, from the distance of its centre to it (negative inside), both in metres.

    Examples
    --------
    >>> inside_share(np.array([-1.0, 0.0, 0.25]), cell=1.0).tolist()
    [1.0, 0.5, 0.25]
    """
    return np.asarray(np.clip(0.5 - distance / cell, 0.0, 1.0))


def slab_share(distance: Array, thickness: float, cell: float) -> Array:
    """Share of a cell inside a slab, which may be thinner than it, from the distance of its centre to the middle plane.

    Examples
    --------
    >>> slab_share(np.array([0.0, 0.6, 2.0]), thickness=0.25, cell=1.0).round(6).tolist()
    [0.25, 0.025, 0.0]
    >>> slab_share(np.array([0.0, 1.5, 2.5]), thickness=3.0, cell=1.0).tolist()
    [1.0, 0.5, 0.0]
    """
    half, middle = 0.5 * thickness / cell, np.abs(distance) / cell
    return np.asarray(np.clip(np.minimum(middle + half, 0.5) - np.maximum(middle - half, -0.5), 0.0, 1.0))
