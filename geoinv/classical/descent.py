"""Maximum a posteriori by plain gradient descent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.classical.data_sets import DataSets, per_item
from geoinv.core.checks import InputError
from geoinv.core.progress import report

__all__ = ["map_descent"]

Array = npt.NDArray[Any]


def map_descent(
    A: LinearOperator,
    data: npt.ArrayLike,
    noise: npt.ArrayLike,
    gradient: Callable[[Array], Array],
    *,
    step: float,
    iterations: int,
    start: npt.ArrayLike = 0.0,
) -> Array:
    """Models that gradient descent finds for ``1/2 |A x - d|^2 / s^2 + R(x)``.

    Where R has several valleys, each model ends in the one that its start leads to.

    Parameters
    ----------
    A : LinearOperator
        The physics.
    data : (..., *range_shape) array
        d; leading dimensions are a batch.
    noise : float or (...) array
        Standard deviation s, one for all or one a data set, in the data's unit.
    gradient : callable
        Gradient of R at (items, *domain_shape) models, of the same shape; minus the score of the prior.
    step : float
        a; below 2 over the largest curvature of the objective.
    iterations : int
        Number of steps.
    start : array
        Where to start; whatever broadcasts to the models.

    Returns
    -------
    (..., *domain_shape) array

    Raises
    ------
    InputError
        If the data do not fit the operator, or the models do not stay finite.

    Notes
    -----
    ``x+ = x - a (A'(A x - d) / s^2 + grad R(x))``: Eliasof, Haber and Treister (2024), equation 2.5.

    Examples
    --------
    >>> from geoinv.algebra.matrices import Identity
    >>> map_descent(Identity((2,)), [1.0, -3.0], 1.0, lambda x: x, step=0.5, iterations=50).round(6).tolist()
    [0.5, -1.5]
    """
    sets = DataSets.of("map_descent", A, data, noise)
    models = sets.started(start)
    for done in range(iterations):
        residual = A(models) - sets.data
        with np.errstate(over="ignore", invalid="ignore"):
            models = models - step * (A.T(residual / per_item(sets.variance, residual)) + gradient(models))
        if not np.isfinite(models).all():
            raise InputError(f"map_descent left the finite numbers at iteration {done + 1}; take a step below {step}")
        report("gradient descent", done + 1, iterations)
    return sets.restored(models)
