"""The choice of a trade-off on models that are set aside for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError, array_of
from geoinv.core.progress import report

__all__ = ["choose"]

Array = npt.NDArray[Any]


def choose(
    method: Callable[[Array, float], Array],
    candidates: Sequence[float],
    validation_models: npt.ArrayLike,
    validation_data: npt.ArrayLike,
) -> float:
    """Trade-off that gives the least squared error on validation models; test models have no part in it.

    Parameters
    ----------
    method : callable
        ``method(data, candidate)`` gives models.
    candidates : sequence of float
        Trade-offs to try.
    validation_models, validation_data : arrays
        Truth, and what `method` takes.

    Raises
    ------
    InputError
        If there is no candidate, or none gives finite models of the truth's shape.

    Examples
    --------
    >>> choose(lambda data, factor: factor * data, [0.5, 1.0, 2.0], [2.0, 4.0], [1.1, 1.9])
    2.0
    """
    truth = array_of("choose", "validation_models", validation_models)
    data = array_of("choose", "validation_data", validation_data)
    errors = []
    for done, candidate in enumerate(candidates):
        report("choice of the trade-off", done, len(candidates))
        models = array_of("choose", "the models of the method", method(data, candidate), shape=truth.shape)
        errors.append(float(np.sum((models - truth) ** 2)))
    if not np.isfinite(errors).any():
        raise InputError(f"choose expects a candidate that gives finite models, got none among {list(candidates)}")
    return candidates[int(np.nanargmin(errors))]
