"""Disseminated magnetite: the high parts of a random field."""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt

from geoinv.datasets.geology.events import Body, Event
from geoinv.datasets.geology.space import Space

__all__ = ["field_at", "gaussian_field", "random_field"]

Array = npt.NDArray[np.float64]

WAVES = 40
"""Plane waves in a field: enough for its distribution to be near normal."""


def random_field(random: np.random.Generator, space: Space) -> tuple[Event, ...]:
    """Patches with soft edges, where a Gaussian field of 0.15 to 0.5 times the width in wavelength is high."""
    shortest, longest = 0.15 * space.width, 0.5 * space.width
    # up to three times flatter than wide
    flattening = random.uniform(1.0, 3.0)
    waves = gaussian_field(random, shortest, longest, flattening)
    threshold, softness = random.uniform(0.8, 1.6), random.uniform(0.2, 1.0)
    return (Body(partial(_high_part, waves, threshold, softness), random.uniform(0.3, 1.0)),)


def gaussian_field(
    random: np.random.Generator, shortest: float, longest: float, flattening: float
) -> tuple[Array, Array]:
    """Wave vectors (waves, 3) in 1/m and phases (waves,) of a random field of unit variance.

    The field is ``sqrt(2 / waves) sum cos(k x + phase)``: plane waves of random directions, their lengths between
    `shortest` and `longest` metres and each factor as probable as the next; those upward are `flattening` times shorter
    (random Fourier features, Shinozuka and Deodatis 1991). It is defined at points, so that cells of any size show
    the same field, and faults displace it.
    """
    towards = random.standard_normal((WAVES, 3))
    towards /= np.linalg.norm(towards, axis=1, keepdims=True)
    lengths = np.exp(random.uniform(np.log(shortest), np.log(longest), WAVES))
    vectors = 2.0 * np.pi / lengths[:, None] * towards * np.array([1.0, 1.0, flattening])
    return vectors, random.uniform(0.0, 2.0 * np.pi, WAVES)


def field_at(waves: tuple[Array, Array], points: Array) -> Array:
    """Random field of :func:`gaussian_field` at points (3, ...)."""
    total = np.zeros(points.shape[1:])
    for vector, phase in zip(*waves, strict=True):
        total += np.cos(np.tensordot(vector, points, 1) + phase)
    return np.asarray(total * np.sqrt(2.0 / len(waves[1])))


def _high_part(waves: tuple[Array, Array], threshold: float, softness: float, points: Array) -> Array:
    return np.clip((field_at(waves, points) - threshold) / softness, 0.0, 1.0)
