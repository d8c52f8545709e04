"""The damping of the discrepancy principle."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

__all__ = ["damping_at"]

BISECTIONS = 60


def damping_at(misfit: Callable[[float], float], target: float, low: float, high: float) -> float:
    """Largest damping between two at which a misfit that grows with it is below its target; the lower where none is.

    Examples
    --------
    >>> round(damping_at(lambda damping: damping**2, 9.0, 1e-3, 1e3), 6)
    3.0
    """
    for _ in range(BISECTIONS):
        middle = float(np.sqrt(low * high))
        low, high = (middle, high) if misfit(middle) < target else (low, middle)
    return low
