"""Total variation: models of few and short edges."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.checks import InputError, positive, shape_text
from geoinv.classical.data_sets import DataSets, per_item
from geoinv.classical.momentum import Momentum, inner
from geoinv.linop import LinearOperator
from geoinv.progress import report

__all__ = ["total_variation"]

Array = npt.NDArray[Any]

_INNER_STEPS = 100
_STEPS_BETWEEN_CHECKS = 5


def total_variation(
    A: LinearOperator,
    data: npt.ArrayLike,
    noise: npt.ArrayLike,
    beta: float,
    *,
    iterations: int = 300,
    tolerance: float = 1e-4,
    start: npt.ArrayLike = 0.0,
) -> Array:
    """Models that minimise ``1/2 |A x - d|^2 / s^2 + beta TV(x)``, TV the sum of the lengths of x's gradients.

    Parameters
    ----------
    A : LinearOperator
        The physics, of models with one to three dimensions and equal cells.
    data : (..., *range_shape) array
        d; leading dimensions are a batch, the colours of a picture among them.
    noise : float or (...) array
        Standard deviation s, one for all or one a data set, in the data's unit.
    beta : float
        Price of an edge of height and length 1, positive.
    iterations : int
        Most steps.
    tolerance : float
        Change of a model in one step, over the model, at which to stop.
    start : array
        Where to start, whatever broadcasts to the models; a linear estimate saves many steps.

    Returns
    -------
    (..., *domain_shape) array

    Raises
    ------
    InputError
        If the data do not fit the operator, its models have other dimensions, or beta is not positive.

    Notes
    -----
    FISTA for the data, and for each of its steps the dual of Rudin, Osher and Fatemi's problem by the same method
    (Beck and Teboulle 2009b, "Fast gradient-based algorithms for constrained total variation"), which goes on from
    the last step's and ends when its duality gap is below half the square of the step.

    Examples
    --------
    >>> from geoinv.linop import Identity
    >>> total_variation(Identity((4,)), [0.0, 0.0, 4.0, 4.0], 1.0, beta=1.0, tolerance=1e-9).round(4).tolist()
    [0.5, 0.5, 3.5, 3.5]
    """
    positive("total_variation", "beta", np.asarray(beta), "a beta above zero asks for few edges")
    if not 1 <= len(A.domain_shape) <= 3:
        raise InputError(
            f"total_variation expects models of one to three dimensions, {A.name} has {shape_text(A.domain_shape)}"
        )
    sets = DataSets.of("total_variation", A, data, noise)
    curvature = A.norm() ** 2
    models = sets.started(start)
    for places, block, variance in sets.blocks():
        report("total variation", places.start, len(sets.data))
        models[places] = _fista(A, block, models[places], beta * variance, curvature, iterations, tolerance)
    report("total variation", 1, 1)
    return sets.restored(models)


def _fista(
    A: LinearOperator, data: Array, start: Array, threshold: Array, curvature: float, iterations: int, tolerance: float
) -> Array:
    """Models that minimise ``1/2 |A x - d|^2 + threshold TV(x)``, one threshold an item."""
    if curvature == 0.0:
        return np.zeros_like(start)
    path = Momentum(start)
    dual = np.zeros((len(data), start.ndim - 1, *A.domain_shape), A.dtype)
    reach = per_item(threshold, path.current) / A.dtype.type(curvature)
    for _ in range(iterations):
        target = path.point - A.T(A(path.point) - data) / A.dtype.type(curvature)
        last = path.current
        following, dual = _denoise(target, reach, dual, last)
        path.advance(following)
        change = following - last
        if (inner(change, change) <= tolerance**2 * inner(following, following)).all():
            break
    return path.current


def _denoise(target: Array, reach: Array, dual: Array, last: Array) -> tuple[Array, Array]:
    """Minimise ``1/2 |x - target|^2 + reach TV(x)``, from a dual field on; the models and their dual field."""
    path = Momentum(dual)
    curvature = target.dtype.type(4 * (target.ndim - 1))
    x = target
    for done in range(1, _INNER_STEPS + 1):
        field = path.point + _gradient(target - _gradient_transposed(path.point)) / curvature
        field *= (reach / np.maximum(np.linalg.norm(field, axis=1), reach))[:, None]
        path.advance(field)
        if done % _STEPS_BETWEEN_CHECKS == 0:
            x = target - _gradient_transposed(field)
            slopes = _gradient(x)
            gap = reach.reshape(-1) * _lengths(slopes) - inner(field, slopes)
            if (gap <= 0.5 * inner(x - last, x - last)).all():
                break
    return x, path.current


def _lengths(slopes: Array) -> Array:
    """Sum over each item of the lengths of a field (items, rank, *shape)."""
    length = np.linalg.norm(slopes, axis=1)
    return np.asarray(length.reshape(len(length), -1).sum(axis=1))


def _faces(axis: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Indices of the cells below and above each inner face along an axis of (items, *shape)."""
    before = (slice(None),) * (axis + 1)
    return (*before, slice(None, -1)), (*before, slice(1, None))


def _gradient(x: Array) -> Array:
    """Forward differences along each axis, (items, rank, *shape); zero at the last cell."""
    slopes = np.zeros((len(x), x.ndim - 1, *x.shape[1:]), x.dtype)
    for axis in range(x.ndim - 1):
        lower, upper = _faces(axis)
        np.subtract(x[upper], x[lower], out=slopes[:, axis][lower])
    return slopes


def _gradient_transposed(field: Array) -> Array:
    """Transpose of :func:`_gradient`."""
    result = np.zeros_like(field[:, 0])
    for axis in range(field.shape[1]):
        lower, upper = _faces(axis)
        inner_faces = field[:, axis][lower]
        result[lower] -= inner_faces
        result[upper] += inner_faces
    return result
