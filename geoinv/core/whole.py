"""What holds of a whole model where each process has a slab of it: the few places at which slabs are one model.

In one process each of these is what NumPy gives. :mod:`geoinv.parallel` says otherwise for the time of an inversion,
in which every process comes to the same calls in the same order.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

import numpy as np
import numpy.typing as npt

__all__ = [
    "Slabs",
    "anywhere",
    "everywhere",
    "in_slabs",
    "largest",
    "smallest",
    "standard_normal",
    "total",
]

Array = npt.NDArray[np.float64]


class Slabs(Protocol):
    """Slabs of a model, one a process, and what they come to together: the same number in every process."""

    def total(self, value: float) -> float:
        """Sum of a number of each slab."""

    def largest(self, value: float) -> float:
        """Largest of a number of each slab."""

    def standard_normal(self, random: np.random.Generator, shape: tuple[int, ...]) -> Array:
        """Slab, of a shape, of the random numbers that one process would draw for the whole model."""


_slabs: ContextVar[Slabs | None] = ContextVar("slabs", default=None)


@contextmanager
def in_slabs(slabs: Slabs) -> Iterator[None]:
    """Take models inside the block for slabs of whole ones."""
    token = _slabs.set(slabs)
    try:
        yield
    finally:
        _slabs.reset(token)


def total(value: float) -> float:
    """Sum over the whole model, of the sum over this process's slab.

    Examples
    --------
    >>> total(2.0)
    2.0
    """
    slabs = _slabs.get()
    return value if slabs is None else slabs.total(value)


def largest(value: float) -> float:
    """Largest over the whole model, of the largest in this process's slab; NaN is larger than any number."""
    slabs = _slabs.get()
    return value if slabs is None else slabs.largest(value)


def smallest(value: float) -> float:
    """Smallest over the whole model, of the smallest in this process's slab."""
    slabs = _slabs.get()
    return value if slabs is None else -slabs.largest(-value)


def anywhere(mask: npt.ArrayLike) -> bool:
    """Whether a mask is True in any cell of the whole model."""
    return largest(float(np.any(mask))) > 0.0


def everywhere(mask: npt.ArrayLike) -> bool:
    """Whether a mask is True in all cells of the whole model."""
    return smallest(float(np.all(mask))) > 0.0


def standard_normal(random: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Standard normal numbers for a model's shape: in a slab those that the whole model would have there."""
    slabs = _slabs.get()
    return random.standard_normal(shape) if slabs is None else slabs.standard_normal(random, shape)
