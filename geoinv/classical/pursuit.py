"""Basis pursuit: the model with the least sum of absolute coefficients that explains the data."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.classical.accuracy import rounding, say_what_was_missed
from geoinv.classical.data_sets import DataSets, per_item
from geoinv.classical.momentum import Momentum
from geoinv.core.checks import positive
from geoinv.core.progress import report

__all__ = ["basis_pursuit", "soft_threshold"]

Array = npt.NDArray[Any]

_STEPS_BETWEEN_CHECKS = 10


def basis_pursuit(
    A: LinearOperator,
    data: npt.ArrayLike,
    noise: npt.ArrayLike,
    embedding: LinearOperator,
    gamma: float,
    *,
    iterations: int = 2000,
    tolerance: float = 1e-6,
) -> Array:
    """Models ``x = E z`` whose coefficients minimise ``1/2 |A E z - d|^2 / s^2 + gamma |z|_1``.

    Parameters
    ----------
    A : LinearOperator
        The physics.
    data : (..., *range_shape) array
        d; leading dimensions are a batch.
    noise : float or (...) array
        Standard deviation s, one for all or one a data set, in the data's unit.
    embedding : LinearOperator
        E, from coefficients to models (see :mod:`geoinv.embeddings.dictionaries`).
    gamma : float
        Price of a coefficient, positive.
    iterations : int
        Most steps.
    tolerance : float
        Duality gap over the objective of ``z = 0`` at which to stop.

    Returns
    -------
    (..., *domain_shape of A) array

    Raises
    ------
    InputError
        If the data do not fit the operator, E does not give its models, or gamma is not positive.

    Warns
    -----
    AccuracyWarning
        Where steps or the operator's precision end before the tolerance, with what was reached.

    Notes
    -----
    Eliasof, Haber and Treister (2024), equation 3.2. FISTA (Beck and Teboulle 2009) with step ``1/|A E|^2``, started
    afresh where a step turns against the last (O'Donoghue and Candes 2015), for each data set by itself. At the
    minimum ``|E'A'(A E z - d)| <= gamma s^2`` everywhere, with equality where z is not zero.

    Examples
    --------
    >>> from geoinv.algebra.matrices import Identity
    >>> basis_pursuit(Identity((3,)), [3.0, 0.5, -2.0], 1.0, Identity((3,)), gamma=1.0).tolist()
    [2.0, 0.0, -1.0]
    """
    positive("basis_pursuit", "gamma", np.asarray(gamma), "a gamma above zero asks for few coefficients")
    combined = A @ embedding
    sets = DataSets.of("basis_pursuit", combined, data, noise)
    curvature = combined.norm() ** 2
    models, gaps = np.zeros((len(sets.data), *A.domain_shape), combined.dtype), np.zeros(len(sets.data))
    for places, block, variance in sets.blocks():
        report("basis pursuit", places.start, len(sets.data))
        z, gaps[places] = _fista(combined, block, gamma * variance, curvature, iterations, tolerance)
        models[places] = embedding(z)
    report("basis pursuit", 1, 1)
    measure = "above its minimum by at most {} of the objective at zero"
    say_what_was_missed("basis_pursuit", combined, gaps, tolerance, iterations, measure)
    return sets.restored(models)


def soft_threshold(values: Array, threshold: npt.ArrayLike) -> Array:
    """Values moved towards zero by a threshold, or to zero: the proximal map of ``threshold |z|_1``.

    Examples
    --------
    >>> soft_threshold(np.array([3.0, -0.5, -2.0]), 1.0).tolist()
    [2.0, 0.0, -1.0]
    """
    return np.asarray(values - np.clip(values, -np.asarray(threshold), threshold))


def _fista(
    operator: LinearOperator, data: Array, threshold: Array, curvature: float, iterations: int, tolerance: float
) -> tuple[Array, Array]:
    """Coefficients that minimise ``1/2 |F z - d|^2 + threshold |z|_1``, one threshold an item, and their gaps."""
    data = data.astype(np.float64)
    path = Momentum(np.zeros((len(data), *operator.domain_shape)))
    gap = np.zeros(len(data))
    if curvature == 0.0:
        return path.current, gap
    # below this the gap is that of rounded images, and more steps follow their rounding
    least = max(tolerance, 4.0 * rounding(operator))
    step = 1.0 / curvature
    shrinkage = step * per_item(threshold, path.current)
    for done in range(iterations + 1):
        if done % _STEPS_BETWEEN_CHECKS == 0 or done == iterations:
            gap = _relative_gap(operator, data, threshold, path.current)
            if (gap <= least).all() or done == iterations:
                break
        slope = operator.T(operator(path.point) - data).astype(np.float64)
        path.advance(soft_threshold(path.point - step * slope, shrinkage))
    return path.current, gap


def _relative_gap(operator: LinearOperator, data: Array, threshold: Array, z: Array) -> Array:
    """Duality gap of each item over its objective at zero; the residual, scaled to be feasible, is the dual point."""
    items = len(data)
    residual = data - operator(z)
    steepest = np.abs(operator.T(residual).astype(np.float64)).reshape(items, -1).max(axis=1)
    feasible = np.minimum(1.0, threshold / np.maximum(steepest, np.finfo(data.dtype).tiny))
    residual, flat = residual.reshape(items, -1), data.reshape(items, -1)
    primal = 0.5 * np.sum(residual**2, axis=1) + threshold * np.abs(z).reshape(items, -1).sum(axis=1)
    zero = 0.5 * np.sum(flat**2, axis=1)
    dual = zero - 0.5 * np.sum((flat - feasible[:, None] * residual) ** 2, axis=1)
    return np.asarray((primal - dual) / np.maximum(zero, np.finfo(data.dtype).tiny))
