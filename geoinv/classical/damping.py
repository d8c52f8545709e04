"""Tikhonov's damped least squares."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.classical.accuracy import say_what_was_missed
from geoinv.classical.data_sets import DataSets
from geoinv.classical.least_squares import damped_least_squares
from geoinv.core.checks import positive
from geoinv.core.progress import report

__all__ = ["tikhonov"]

Array = npt.NDArray[Any]

CLOSE = 1e-3
"""Certain distance of the objective from its minimum, over itself, that is not worth a word."""


def tikhonov(
    A: LinearOperator,
    data: npt.ArrayLike,
    noise: npt.ArrayLike,
    beta: float,
    *,
    roughness: LinearOperator | None = None,
    iterations: int = 5000,
    tolerance: float = 1e-8,
) -> Array:
    """Models that minimise ``1/2 |A x - d|^2 / s^2 + 1/2 beta |L x|^2``.

    Parameters
    ----------
    A : LinearOperator
        The physics.
    data : (..., *range_shape) array
        d; leading dimensions are a batch.
    noise : float or (...) array
        Standard deviation s, one for all or one a data set, in the data's unit.
    beta : float
        Trade-off, positive; 1 over the variance of the model where L is the identity.
    roughness : LinearOperator, optional
        L; the identity where not given.
    iterations : int
        Most steps of conjugate gradients.
    tolerance : float
        Reduction of the objective's gradient at which to stop.

    Returns
    -------
    (..., *domain_shape) array

    Raises
    ------
    InputError
        If the data do not fit the operator, L does not take its models, or beta is not positive.

    Warns
    -----
    AccuracyWarning
        Where steps or the operator's precision end before the tolerance, and the objective may be more than
        a thousandth above its minimum.

    Notes
    -----
    Solves ``(A'A + s^2 beta L'L) x = A'd``, each data set with steps of its own; sums in float64.

    Examples
    --------
    >>> from geoinv.algebra.matrices import MatrixOperator
    >>> tikhonov(MatrixOperator([[2.0, 0.0]]), [[2.0], [4.0]], 1.0, beta=1.0).round(6).tolist()
    [[0.8, 0.0], [1.6, 0.0]]
    """
    positive("tikhonov", "beta", np.asarray(beta), "a beta above zero holds what the data leave open")
    sets = DataSets.of("tikhonov", A, data, noise)
    models, reached = np.zeros((len(sets.data), *A.domain_shape), A.dtype), np.zeros(len(sets.data))
    for places, block, variance in sets.blocks():
        report("Tikhonov", places.start, len(sets.data))
        found = damped_least_squares(A, block, beta * variance, roughness, tolerance, iterations)
        models[places] = found.models
        # what is certain to lie within a thousandth of the minimum needs no word
        reached[places] = np.where(found.gap <= CLOSE, 0.0, found.gradient)
    report("Tikhonov", 1, 1)
    measure = "where the gradient is {} of that at zero"
    say_what_was_missed("tikhonov", A, reached, tolerance, iterations, measure)
    return sets.restored(models)
