"""Damped least squares of many data sets at once, by conjugate gradients that know where their precision ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.classical.accuracy import rounding
from geoinv.classical.data_sets import per_item
from geoinv.classical.momentum import inner

__all__ = ["Minimum", "damped_least_squares"]

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Minimum:
    """Where a minimisation ended.

    Attributes
    ----------
    models : (items, *domain_shape) array
        The last iterates.
    gradient : (items,) array
        Norm of the objective's gradient there, over that at zero.
    gap : (items,) array
        How far the objective is above its minimum at most, over itself; infinite where L is not the identity.
    """

    models: Array
    gradient: Array
    gap: Array


def damped_least_squares(
    A: LinearOperator, data: Array, damping: Array, roughness: LinearOperator | None, tolerance: float, iterations: int
) -> Minimum:
    """Minimise ``|A x - d|^2 + damping |L x|^2``, one damping an item.

    Conjugate gradients for the least-squares problem (CGLS, Bjorck 1996, algorithm 7.4.1), which squares no
    condition number in the residual; all sums in float64 but those of the operators themselves. Ends where the
    gradient is below the tolerance times that at zero, or below what A rounds it to: beyond, steps follow rounding.
    """
    precision = rounding(A)
    shape = (len(data), *A.domain_shape)
    size = np.maximum(np.sqrt(inner(data, data)), np.finfo(np.float64).tiny)
    residual = data / per_item(size, data)
    x = np.zeros(shape)
    rough = None if roughness is None else np.zeros((len(data), *roughness.range_shape))
    gradient = A.T(residual).astype(np.float64)
    direction = gradient
    square = inner(gradient, gradient)
    first, largest = np.sqrt(square), np.zeros(len(data))
    going = first > 0.0
    for _ in range(iterations):
        if not going.any():
            break
        image = A(direction).astype(np.float64)
        flat = direction if roughness is None else roughness(direction).astype(np.float64)
        seen, length = inner(image, image), inner(direction, direction)
        largest = np.maximum(largest, np.sqrt(seen / np.where(length > 0.0, length, 1.0)))
        curvature = seen + damping * inner(flat, flat)
        step = np.where(going & (curvature > 0.0), square / np.where(curvature > 0.0, curvature, 1.0), 0.0)
        x += per_item(step, x) * direction
        residual -= per_item(step, residual) * image
        if rough is None or roughness is None:
            held = x
        else:
            rough += per_item(step, rough) * flat
            held = roughness.T(rough).astype(np.float64)
        gradient = A.T(residual).astype(np.float64) - per_item(damping, x) * held
        following = inner(gradient, gradient)
        norm = np.sqrt(following)
        floor = 2.0 * precision * (largest * np.sqrt(inner(residual, residual)) + damping * np.sqrt(inner(held, held)))
        going &= (norm > tolerance * first) & (norm > floor)
        direction = gradient + per_item(following / np.where(square > 0.0, square, 1.0), gradient) * direction
        square = following
    ratio = np.sqrt(square) / np.where(first > 0.0, first, 1.0)
    gap = np.full(len(data), np.inf)
    if roughness is None:
        objective = 0.5 * (inner(residual, residual) + damping * inner(x, x))
        gap = 0.5 * square / np.maximum(damping, np.finfo(np.float64).tiny) / np.where(objective > 0.0, objective, 1.0)
    return Minimum(x * per_item(size, x), ratio, gap)
