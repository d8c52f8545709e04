"""What is said where a method ends before its tolerance."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import AccuracyWarning

__all__ = ["rounding", "say_what_was_missed"]


def rounding(operator: LinearOperator) -> float:
    """Relative error that an operator rounds its images with: that of its dtype, or of what it keeps inside."""
    x = np.random.default_rng(0).standard_normal(operator.domain_shape)
    image = operator(x).astype(np.float64)
    # a third is not exact: where it is rounded anew, so is the image
    again = 3.0 * operator(x / 3.0).astype(np.float64)
    size = float(np.linalg.norm(image))
    measured = float(np.linalg.norm(again - image)) / size if size > 0.0 else 0.0
    return max(measured, float(np.finfo(operator.dtype).eps))


def say_what_was_missed(
    owner: str,
    operator: LinearOperator,
    reached: npt.NDArray[Any],
    tolerance: float,
    iterations: int,
    measure: str = "above its minimum by about {} of the objective",
) -> None:
    """Warn where data sets ended further from the minimum than the tolerance allows.

    Parameters
    ----------
    owner : str
        The method.
    operator : LinearOperator
        A, whose precision may be the reason.
    reached : (items,) array
        What each data set reached of the measure.
    tolerance : float
        What was asked for.
    iterations : int
        Most steps that were allowed.
    measure : str
        Where a data set ended, with a place for the number.
    """
    missed = ~(reached <= tolerance)
    if missed.any():
        ended = measure.format(f"{float(np.max(reached[missed])):.2g}")
        warnings.warn(
            f"{owner} ended {ended}, where {tolerance:g} was asked for, in {int(missed.sum())} of {missed.size} "
            f"data sets, after {iterations} steps or where {operator.name} rounds; "
            "take more iterations, a larger tolerance, or an operator in float64",
            AccuracyWarning,
            stacklevel=3,
        )
