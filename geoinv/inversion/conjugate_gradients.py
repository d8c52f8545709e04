"""Linear systems whose matrix can only be applied, for the classical methods."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from geoinv.inversion.products import inner_product

__all__ = ["conjugate_gradients"]

Array = npt.NDArray[np.float64]


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
    energy = start = inner_product(residual, scaled)
    for _ in range(iterations):
        if energy <= tolerance**2 * start or energy <= 0.0:
            break
        image = curvature(direction)
        curved = inner_product(direction, image)
        if curved <= 0.0:
            break
        step = energy / curved
        x = x + step * direction
        residual = residual - step * image
        scaled = preconditioner * residual
        energy, last = inner_product(residual, scaled), energy
        direction = scaled + (energy / last) * direction
    return x
