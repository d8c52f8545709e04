"""Minimum of a quadratic whose Hessian can only be applied: anywhere, or within bounds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

__all__ = ["conjugate_gradients", "projected_gradients"]

Array = npt.NDArray[np.float64]

MEMORY = 10
"""Values of the quadratic, the last ones, above the largest of which no step of projected gradients may lead."""

ROUNDING = 1e-13
"""Relative difference of two values of a quadratic that says nothing."""


def conjugate_gradients(
    curvature: Callable[[Array], Array], rhs: Array, preconditioner: Array, tolerance: float, iterations: int
) -> Array:
    """Solve ``H x = rhs`` for a positive semidefinite H, approximately.

    Parameters
    ----------
    curvature : callable
        Applies H.
    rhs : array
        Right-hand side.
    preconditioner : array
        Diagonal of an approximate inverse of H; 0 holds an entry of x at 0.
    tolerance : float
        Reduction of the preconditioned residual at which to stop.
    iterations : int
        Most applications of H.

    Returns
    -------
    array
        Where H has no curvature along a direction, x so far.
    """
    x = np.zeros_like(rhs)
    residual = rhs
    scaled = preconditioner * residual
    direction = scaled
    energy = start = _inner(residual, scaled)
    for _ in range(iterations):
        if energy <= tolerance**2 * start or energy <= 0.0:
            break
        image = curvature(direction)
        curved = _inner(direction, image)
        if curved <= 0.0:
            break
        step = energy / curved
        x = x + step * direction
        residual = residual - step * image
        scaled = preconditioner * residual
        energy, last = _inner(residual, scaled), energy
        direction = scaled + (energy / last) * direction
    return x


def projected_gradients(
    curvature: Callable[[Array], Array],
    rhs: Array,
    bounds: tuple[Array, Array],
    preconditioner: Array,
    tolerance: float,
    iterations: int,
) -> Array:
    """Minimise ``1/2 x'Hx - rhs'x`` for a positive semidefinite H and x within bounds, approximately.

    Each step goes down the scaled gradient as far as the curvature along the step before says (Barzilai
    and Borwein), and is projected on the bounds. It finds which entries lie on a bound many at a time, which
    conjugate gradients, that must begin again whenever one does, cannot; with few on a bound they need
    fewer applications of H.

    Parameters
    ----------
    curvature : callable
        Applies H.
    rhs : array
        Right-hand side.
    bounds : (array or float, array or float)
        Lowest and highest x, with 0 between.
    preconditioner : array
        Diagonal of an approximate inverse of H, above zero.
    tolerance : float
        Reduction of the preconditioned projected gradient at which to stop.
    iterations : int
        Most applications of H.

    Returns
    -------
    array
        x within the bounds, where the quadratic is not above its value at 0.

    Notes
    -----
    Birgin, Martinez and Raydan (2000), Nonmonotone spectral projected gradient methods on convex sets,
    SIAM J. Optim. 10(4).

    Examples
    --------
    >>> x = projected_gradients(lambda v: 2.0 * v, np.array([2.0, -2.0]), (0.0, np.inf), np.full(2, 0.5), 1e-6, 10)
    >>> x.tolist()
    [1.0, 0.0]
    """
    x, gradient = np.zeros_like(rhs), -rhs
    best = x
    value, lowest, recent = 0.0, 0.0, [0.0]
    length, start = 1.0, 0.0
    for _ in range(iterations):
        move = np.clip(x - length * preconditioner * gradient, *bounds) - x
        slope = _inner(gradient, move)
        start = start or -slope
        # -slope / length is the squared norm of the projected gradient, for short steps
        if not -slope > tolerance**2 * start * length:
            break
        image = curvature(move)
        curved = _inner(move, image)
        share = 1.0
        if value + slope + 0.5 * curved > max(recent) + 1e-4 * slope:
            share = min(1.0, -slope / curved)
        x = x + share * move
        gradient = gradient + share * image
        value += share * slope + 0.5 * share**2 * curved
        recent = [*recent[1 - MEMORY :], value]
        # near the minimum values differ by rounding alone, and the last x is the better one
        if value <= (1.0 - ROUNDING) * lowest:
            best, lowest = x, min(value, lowest)
        if curved <= 0.0:
            break
        length = _inner(move, move / preconditioner) / curved
    return best


def _inner(first: Array, second: Array) -> float:
    # BLAS would wake threads of its own, which keep the cores from those of the operators
    return float(np.einsum("i,i->", first.ravel(), second.ravel()))
