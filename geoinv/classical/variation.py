"""Total variation: models of few and short edges."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.classical.accuracy import rounding, say_what_was_missed
from geoinv.classical.data_sets import DataSets, per_item
from geoinv.classical.gradients import gradient, gradient_transposed, lengths, systems
from geoinv.classical.momentum import inner
from geoinv.core.checks import InputError, positive, shape_text
from geoinv.core.progress import report

__all__ = ["total_variation"]

Array = npt.NDArray[Any]

EPSILON = float(np.finfo(np.float64).eps)

_STEPS_BETWEEN_CHECKS = 10

_RELAXATION = 1.8
"""Over-relaxation: each step goes on by 0.8 of itself."""


def total_variation(
    A: LinearOperator,
    data: npt.ArrayLike,
    noise: npt.ArrayLike,
    beta: float,
    *,
    iterations: int = 2000,
    tolerance: float = 1e-3,
    start: npt.ArrayLike = 0.0,
) -> Array:
    """Models that minimise ``1/2 |A x - d|^2 / s^2 + beta TV(x)``, TV the sum of the lengths of x's gradients.

    Parameters
    ----------
    A : LinearOperator
        The physics, of models with one to three dimensions and equal cells.
    data : (..., *range_shape) array
        d; leading dimensions are a batch, the colours of an image among them.
    noise : float or (...) array
        Standard deviation s, one for all or one a data set, in the data's unit.
    beta : float
        Price of an edge of height and length 1, positive.
    iterations : int
        Most steps.
    tolerance : float
        How far above its minimum the objective may be, over the objective: its duality gap.
    start : array
        Where to start, whatever broadcasts to the models; the minimum does not depend on it.

    Returns
    -------
    (..., *domain_shape) array

    Raises
    ------
    InputError
        If the data do not fit the operator, its models have other dimensions, or beta is not positive.

    Warns
    -----
    AccuracyWarning
        Where steps or the operator's precision end before the tolerance, with what was reached.

    Notes
    -----
    Alternating directions (Goldstein and Osher 2009; Boyd et al. 2011, section 6.4), with over-relaxation and a
    penalty that balances both residuals; sums in float64. With p the dual field, ``|p| <= beta s^2`` in every cell,
    the objective is above its minimum by no more than ``beta s^2 TV(x) - <p, G x> + |x - x*| |G'p - A'(d - A x)|``,
    in which the distance to the minimum x* is taken as at most that of x from its mean.

    Examples
    --------
    >>> from geoinv.algebra.matrices import Identity
    >>> total_variation(Identity((4,)), [0.0, 0.0, 4.0, 4.0], 1.0, beta=1.0, tolerance=1e-9).round(4).tolist()
    [0.5, 0.5, 3.5, 3.5]
    """
    positive("total_variation", "beta", np.asarray(beta), "a beta above zero asks for few edges")
    if not 1 <= len(A.domain_shape) <= 3:
        raise InputError(
            f"total_variation expects models of one to three dimensions, {A.name} has {shape_text(A.domain_shape)}"
        )
    sets = DataSets.of("total_variation", A, data, noise)
    models, gaps = sets.started(start), np.zeros(len(sets.data))
    curvature = A.norm() ** 2
    if curvature == 0.0:
        return sets.restored(np.zeros_like(models))
    solver = systems(A, curvature) if len(models) else None
    for places, block, variance in sets.blocks():
        report("total variation", places.start, len(sets.data))
        models[places], gaps[places] = _alternate(
            A, solver, block, models[places], beta * variance, curvature, iterations, tolerance
        )
    report("total variation", 1, 1)
    say_what_was_missed("total_variation", A, gaps, tolerance, iterations)
    return sets.restored(models)


def _alternate(
    A: LinearOperator,
    solver: Any,
    data: Array,
    start: Array,
    price: Array,
    curvature: float,
    iterations: int,
    tolerance: float,
) -> tuple[Array, Array]:
    """Models that minimise ``1/2 |A x - d|^2 + price TV(x)``, one price an item, and their relative gaps."""
    data, price = data.astype(np.float64), price.astype(np.float64)
    precision = rounding(A)
    size = np.sqrt(inner(data, data))
    back = A.T(data).astype(np.float64)
    # slopes are asked to be those of x, at a penalty rho; u is the dual field over rho
    x, rho = start.astype(np.float64), np.full(len(data), 0.1 * curvature)
    slopes = gradient(x)
    u = np.zeros_like(slopes)
    constants = float(np.sum(A(np.ones(A.domain_shape)).astype(np.float64) ** 2))
    mismatch = np.sqrt(inner(back, back))
    gap, adapt = np.full(len(data), np.inf), _STEPS_BETWEEN_CHECKS
    for done in range(1, iterations + 1):
        right = back + per_item(rho, x) * gradient_transposed(slopes - u)
        x = solver.solve(right, rho, x, 0.3 * mismatch)
        of_x = gradient(x)
        pushed = _RELAXATION * of_x + (1.0 - _RELAXATION) * slopes + u
        length, before = np.linalg.norm(pushed, axis=1), slopes
        reach = per_item(price / rho, length)
        slopes = pushed * (1.0 - reach / np.maximum(length, reach))[:, None]
        u = pushed - slopes
        if done % _STEPS_BETWEEN_CHECKS and done < iterations:
            continue
        dual, residual = per_item(rho, u) * u, data - A(x)
        unbalanced = gradient_transposed(dual) - A.T(residual).astype(np.float64)
        mismatch = np.sqrt(inner(unbalanced, unbalanced))
        cost = price * lengths(of_x)
        objective = 0.5 * inner(residual, residual) + cost
        noise = 0.5 * precision * np.sqrt(curvature) * (size + np.sqrt(curvature * inner(x, x)))
        missed = cost - inner(dual, of_x) + _gain_of_balance(x, unbalanced, noise, constants)
        # what rounding makes of no objective at all is none; A's own ends the steps, but what was missed is told
        nothing = EPSILON * (size**2 + 4.0 * price * np.abs(x).reshape(len(x), -1).sum(axis=1))
        gap = np.where(missed > nothing, missed / np.where(objective > 0.0, objective, 1.0), 0.0)
        if ((gap <= tolerance) | (missed <= 0.1 * precision * size**2)).all():
            break
        if done == adapt:
            # at ever longer intervals, as a penalty that always changes may keep the steps from converging
            adapt *= 2
            factor = _balance(of_x - slopes, of_x, per_item(rho, u) * (slopes - before), dual)
            rho, u = rho * factor, u / per_item(factor, u)
    return x.astype(A.dtype), gap


def _gain_of_balance(x: Array, unbalanced: Array, noise: Array, constants: float) -> Array:
    """What the objective may lose where ``G'p - A'(d - A x)`` is not zero, for the most part by its rounding `noise`.

    A shift of the whole model gains what a parabola says, with `constants` the squared norm of A's image of ones;
    anything else no more than its size times the distance to the minimum, taken as that of x from its mean.
    """
    cells = x[0].size
    shift = unbalanced.reshape(len(x), -1).mean(axis=1)
    other = np.sqrt(np.maximum(inner(unbalanced, unbalanced) - cells * shift**2, 0.0))
    extent = np.sqrt(np.maximum(inner(x, x) - cells * x.reshape(len(x), -1).mean(axis=1) ** 2, 0.0))
    of_shift = 0.5 * (cells * shift) ** 2 / constants if constants > 0.0 else np.zeros(len(x))
    return np.asarray(of_shift + extent * np.maximum(other - noise, 0.0))


def _balance(primal: Array, of_x: Array, dual_change: Array, dual: Array) -> Array:
    """Factor of each penalty that brings the relative residuals of model and dual field together."""

    def norm(field: Array) -> Array:
        return np.sqrt(inner(field, field))

    ahead, behind = norm(primal) * norm(dual), norm(dual_change) * norm(of_x)
    telling = (ahead > 0.0) & (behind > 0.0)
    factor = np.sqrt(np.where(telling, ahead, 1.0) / np.where(telling, behind, 1.0)).clip(0.1, 10.0)
    return np.where((factor > 2.0) | (factor < 0.5), factor, 1.0)
