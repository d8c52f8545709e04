"""Colours of data: linear, or equal areas of the map where a few values would take most of the colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from matplotlib.colors import Normalize

__all__ = ["equal_area", "is_equal_area", "is_skewed"]

Array = npt.NDArray[np.float64]

_SKEWED = 1.0
"""Skewness from which a distribution counts as highly skewed."""

_FEWEST = 30
_KNOTS = 257


def is_skewed(values: Array) -> bool:
    """Whether a few values lie far to one side of the others.

    Examples
    --------
    >>> even = np.linspace(0.0, 1.0, 100)
    >>> is_skewed(even), is_skewed(even**9)
    (False, True)
    """
    known = values[np.isfinite(values)]
    deviation = float(known.std()) if known.size >= _FEWEST else 0.0
    if deviation == 0.0:
        return False
    return abs(float((((known - known.mean()) / deviation) ** 3).mean())) > _SKEWED


def equal_area(values: Array) -> Normalize:
    """Histogram-equalised scale: each colour has as many of the values as any other."""
    from matplotlib.colors import Normalize

    known = np.sort(values[np.isfinite(values)])
    levels, place = np.unique(np.quantile(known, np.linspace(0.0, 1.0, _KNOTS)), return_index=True)
    shares = place / (_KNOTS - 1.0)
    shares[-1] = 1.0

    class EqualArea(Normalize):
        """Share of the values that lie below one."""

        def __call__(self, value: Any, clip: bool | None = None) -> Any:
            """Shares, masked where the values are."""
            given = np.ma.asarray(value)
            return np.ma.array(np.interp(given.filled(levels[0]), levels, shares), mask=np.ma.getmask(given))

        def inverse(self, value: Any) -> Any:
            """Values at shares."""
            return np.interp(value, shares, levels)

    return EqualArea(float(levels[0]), float(levels[-1]))


def is_equal_area(scale: Normalize) -> bool:
    """Whether a scale is one of :func:`equal_area`."""
    return type(scale).__name__ == "EqualArea"
