"""Bodies with plane faces: dykes and blocks."""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt

from geoinv.datasets.geology.events import Body, Event, slab_share
from geoinv.datasets.geology.space import Space, strike_frame

__all__ = ["block", "box", "dyke"]

Array = npt.NDArray[np.float64]


def dyke(random: np.random.Generator, space: Space) -> tuple[Event, ...]:
    """Steep sheet 1 cell up to an eighth of the width thick, dipping 45 to 90 degrees."""
    frame = strike_frame(random.uniform(0.0, 2.0 * np.pi), np.radians(random.uniform(45.0, 90.0)))
    sizes = [
        random.uniform(0.4, 1.4) * space.width,
        random.uniform(0.4, 1.2) * space.depth,
        space.length(random, 1.0, 1 / 8),
    ]
    # its upper edge, not its middle, lies at the depth that is drawn
    middle = space.place(random, 0.0, 0.3) + 0.5 * sizes[1] * frame[1]
    return (box(frame, middle, sizes, space.cell, random.uniform(0.3, 1.0)),)


def block(random: np.random.Generator, space: Space) -> tuple[Event, ...]:
    """Block with edges of 2 cells up to a third of the width, upright or tilted up to 30 degrees."""
    tilt = random.choice([0.0, np.radians(random.uniform(0.0, 30.0))])
    frame = strike_frame(random.uniform(0.0, 2.0 * np.pi), tilt)
    sizes = [
        space.length(random, 2.0, 1 / 3),
        space.length(random, 2.0, 1 / 3),
        space.length(random, 2.0, 1 / 2, space.depth),
    ]
    middle = space.place(random, 0.05, 0.35) - np.array([0.0, 0.0, 0.5 * sizes[2]])
    return (box(frame, middle, sizes, space.cell, random.uniform(0.3, 1.0)),)


def box(frame: Array, middle: Array, sizes: list[float], cell: float, susceptibility: float) -> Body:
    """Cuboid of `sizes` along the rows of `frame` about its `middle`, in metres."""
    return Body(partial(_in_box, frame, frame @ middle, sizes, cell), susceptibility)


def _in_box(frame: Array, middle: Array, sizes: list[float], cell: float, points: Array) -> Array:
    share = np.ones(points.shape[1:])
    for values, centre, size in zip(np.tensordot(frame, points, 1), middle, sizes, strict=True):
        share *= slab_share(values - centre, size, cell)
    return share
