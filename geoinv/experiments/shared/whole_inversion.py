"""Inversions and ensembles of a comparison, which has no use for what interrupted ones have so far."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.inversion.ensemble import Ensemble, ensemble
from geoinv.inversion.invert import invert
from geoinv.inversion.outcome import Outcome
from geoinv.inversion.solution import Solution
from geoinv.regularizers.base import Regularizer

__all__ = ["ensemble_whole", "invert_whole"]


def invert_whole(
    A: LinearOperator,
    data: npt.ArrayLike,
    uncertainty: npt.ArrayLike,
    regularizer: Regularizer,
    bounds: tuple[Any, Any],
    beta: float | None = None,
) -> Solution:
    """:func:`geoinv.invert` to its end.

    Raises
    ------
    KeyboardInterrupt
        If it was interrupted.
    """
    solution = invert(A, data, uncertainty, regularizer, bounds=bounds, beta=beta)
    if solution.outcome is Outcome.INTERRUPTED:
        raise KeyboardInterrupt
    return solution


def ensemble_whole(solution: Solution, number: int, seed: int) -> Ensemble:
    """:func:`geoinv.ensemble` with all of its samples.

    Raises
    ------
    KeyboardInterrupt
        If it was interrupted.
    """
    samples = ensemble(solution, number, seed)
    if len(samples.samples) < number:
        raise KeyboardInterrupt
    return samples
