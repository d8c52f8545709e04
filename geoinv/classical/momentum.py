"""Nesterov's momentum, for each item of a batch by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.classical.data_sets import per_item

__all__ = ["Momentum", "inner"]

Array = npt.NDArray[Any]


class Momentum:
    """Where an accelerated method takes its next step from.

    Parameters
    ----------
    start : (items, ...) array
        Where the method starts.

    Attributes
    ----------
    current : (items, ...) array
        Latest iterate.
    point : (items, ...) array
        Extrapolated place of the next step.

    Notes
    -----
    Beck and Teboulle (2009), equations 4.1 to 4.3; started afresh where a step turns against the last one
    (O'Donoghue and Candes 2015, gradient scheme).

    Examples
    --------
    >>> path = Momentum(np.zeros((1, 1)))
    >>> path.advance(np.ones((1, 1)))
    >>> path.advance(np.full((1, 1), 2.0))
    >>> path.point.round(3).tolist()
    [[2.282]]
    """

    def __init__(self, start: Array) -> None:
        self.current = self.point = start
        self._weight = np.ones(len(start), start.dtype)

    def advance(self, following: Array) -> None:
        """Take the iterate that a step from :attr:`point` led to."""
        change = following - self.current
        turned = inner(self.point - following, change) > 0.0
        weight = np.where(turned, 1.0, self._weight).astype(following.dtype)
        self._weight = (1.0 + np.sqrt(1.0 + 4.0 * weight**2)) / 2.0
        self.point = following + per_item((weight - 1.0) / self._weight, change) * change
        self.current = following


def inner(first: Array, second: Array) -> Array:
    """Inner product of each item of two batches.

    Examples
    --------
    >>> inner(np.ones((2, 3)), np.arange(6.0).reshape(2, 3)).tolist()
    [3.0, 12.0]
    """
    return np.asarray(np.einsum("bi,bi->b", first.reshape(len(first), -1), second.reshape(len(second), -1)))
