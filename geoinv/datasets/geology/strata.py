"""Strata: beds that lie flat or gently dipping, or are folded."""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt

from geoinv.datasets.geology.events import Body, Event, Movement, slab_share
from geoinv.datasets.geology.space import Space, direction, strike_frame

__all__ = ["beds", "fold", "folded_strata", "strata", "thin_folded_sheets"]

Array = npt.NDArray[np.float64]

GENTLE = np.radians(20.0)
"""Steepest dip of strata."""


def strata(random: np.random.Generator, space: Space) -> tuple[Event, ...]:
    """One to three magnetic beds, 1.5 cells up to a sixth of the depth thick, dipping up to 20 degrees."""
    thickest = max(1.5, space.depth / space.cell / 6)
    return beds(random, space, count=int(random.integers(1, 4)), thinnest=1.5, thickest=thickest)


def folded_strata(random: np.random.Generator, space: Space) -> tuple[Event, ...]:
    """Strata in folds of 0.5 to 1.5 times the width, up to a fifth of the depth to either side."""
    return (*strata(random, space), fold(random, space, wavelength=(0.5, 1.5), amplitude=(0.05, 0.2)))


def thin_folded_sheets(random: np.random.Generator, space: Space) -> tuple[Event, ...]:
    """One to three magnetic sheets of 0.3 to 0.8 cells, in folds of 0.25 to 0.5 times the width."""
    sheets = beds(random, space, count=int(random.integers(1, 4)), thinnest=0.3, thickest=0.8)
    return (*sheets, fold(random, space, wavelength=(0.25, 0.5), amplitude=(0.08, 0.2)))


def beds(random: np.random.Generator, space: Space, count: int, thinnest: float, thickest: float) -> tuple[Event, ...]:
    """Parallel magnetic beds, one under the other, with barren ones thicker by 1 to 3 cells between them.

    Parameters
    ----------
    random : numpy.random.Generator
    space : Space
    count : int
        How many are magnetic.
    thinnest, thickest : float
        In cells; each factor between them is as probable as the next.
    """
    normal = strike_frame(random.uniform(0.0, 2.0 * np.pi), random.uniform(0.0, GENTLE))[2]
    top = float(normal @ space.place(random, 0.02, 0.3))
    found = []
    for _ in range(count):
        thickness = space.cell * np.exp(random.uniform(*np.log([thinnest, thickest])))
        middle = top - 0.5 * thickness
        found.append(Body(partial(_in_bed, normal, middle, thickness, space.cell), random.uniform(0.3, 1.0)))
        top -= 2.0 * thickness + random.uniform(1.0, 3.0) * space.cell
    return tuple(found)


def fold(
    random: np.random.Generator, space: Space, wavelength: tuple[float, float], amplitude: tuple[float, float]
) -> Movement:
    """Upright similar fold: rock moves up and down with the sine of its distance along a random azimuth.

    Parameters
    ----------
    random : numpy.random.Generator
    space : Space
    wavelength, amplitude : (float, float)
        Lowest and highest, as shares of the width and of the depth.
    """
    along = direction(random.uniform(0.0, 2.0 * np.pi))
    wavenumber = 2.0 * np.pi / (random.uniform(*wavelength) * space.width)
    height, phase = random.uniform(*amplitude) * space.depth, random.uniform(0.0, 2.0 * np.pi)

    def restored(points: Array) -> Array:
        before = points.copy()
        before[2] -= height * np.sin(wavenumber * np.tensordot(along, points, 1) + phase)
        return before

    return Movement(restored)


def _in_bed(normal: Array, middle: float, thickness: float, cell: float, points: Array) -> Array:
    return slab_share(np.tensordot(normal, points, 1) - middle, thickness, cell)
