"""Arrays told apart by a few numbers: their size, and their projections on fixed directions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["PROJECTIONS", "is_sketch", "relative_difference", "sketch_of"]

SEED, PROJECTIONS = 2403, 8


def sketch_of(values: npt.ArrayLike) -> list[float]:
    """Norm of an array, and its projections on fixed directions.

    Examples
    --------
    >>> one, other = sketch_of([3.0, 4.0]), sketch_of([3.0, 4.1])
    >>> one[0], relative_difference(one, other) > 0.01
    (5.0, True)
    """
    flat = np.asarray(values, np.float64).ravel()
    # of unit variance, so that the mean square of the projections is the square of the norm
    directions = math.sqrt(12.0) * (np.random.default_rng(SEED).random((PROJECTIONS, flat.size)) - 0.5)
    return [float(np.linalg.norm(flat)), *(directions @ flat).tolist()]


def is_sketch(values: Any) -> bool:
    """Whether what a file keeps can be a sketch."""
    return (
        isinstance(values, list)
        and len(values) == PROJECTIONS + 1
        and all(type(number) is float and math.isfinite(number) for number in values)
    )


def relative_difference(one: list[float], other: list[float]) -> float:
    """Estimate of the norm of the difference of two arrays, over that of the larger; 0 where both vanish."""
    size = max(abs(one[0]), abs(other[0]))
    difference = float(np.sqrt(np.mean(np.subtract(one[1:], other[1:]) ** 2)))
    return difference / size if size > 0.0 else difference
