"""Inversions of a comparison, which has no use for what an interrupted one has so far."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.inversion.invert import invert
from geoinv.inversion.outcome import Outcome
from geoinv.inversion.solution import Solution
from geoinv.regularizers.base import Regularizer

__all__ = ["invert_whole"]


def invert_whole(
    A: LinearOperator,
    data: npt.ArrayLike,
    uncertainty: npt.ArrayLike,
    regularizer: Regularizer,
    bounds: tuple[Any, Any],
) -> Solution:
    """:func:`geoinv.invert` to its end.

    Raises
    ------
    KeyboardInterrupt
        If it was interrupted.
    """
    solution = invert(A, data, uncertainty, regularizer, bounds=bounds)
    if solution.outcome is Outcome.INTERRUPTED:
        raise KeyboardInterrupt
    return solution
