"""How far from a station the lattice may take over, for a tolerated error."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

__all__ = ["ORDERS", "axis_error", "lagrange_weights"]

ORDERS = (4, 6, 8, 10, 12)
"""Nodes an axis that may take part in the interpolation."""

TERMS = 120
"""Terms of the multipole series: at a distance of twice the outermost node the rest is below rounding."""


def lagrange_weights(fraction: npt.NDArray[np.float64], order: int) -> npt.NDArray[np.float64]:
    """Weights (points, order) of the polynomial through `order` nodes, in the middle interval.

    Parameters
    ----------
    fraction : (points,) array
        Distance from the node to the left, in spacings.
    order : int
        Nodes, even.

    Examples
    --------
    >>> lagrange_weights(np.array([0.5]), 4)
    array([[-0.0625,  0.5625,  0.5625, -0.0625]])
    """
    nodes = np.arange(1 - order // 2, order // 2 + 1)
    weights = np.ones((fraction.size, order))
    for j, node in enumerate(nodes):
        for other in nodes[nodes != node]:
            weights[:, j] *= (fraction - other) / (node - other)
    return weights


@lru_cache(maxsize=1024)
def axis_error(order: int, distance: float, derivative: int) -> float:
    """Relative error of interpolating, along one axis, the field of sources at a distance.

    Parameters
    ----------
    order : int
        Nodes.
    distance : float
        Of the sources from the station, in spacings; more than half the order.
    derivative : int
        Of 1/r that is interpolated: 2 for the field, 3 for its gradients.

    Returns
    -------
    float
        Root mean square over the directions of the sources and over where the station lies between
        nodes, relative to the field at the station.

    Notes
    -----
    The field at x on the axis of a source at distance R and angle t is
    ``sum_l binomial(l + n, n) (x / R)^l P_l(cos t)`` times its strength, with n the derivative; the
    interpolation misses term l by its l-th moment, and the mean of P_l^2 over directions is 1 / (2l + 1).
    """
    fraction = (np.arange(8) + 0.5) / 8
    weights = lagrange_weights(fraction, order)
    nodes = np.arange(1 - order // 2, order // 2 + 1) - fraction[:, None]
    term = np.arange(TERMS)
    strength = np.ones(TERMS)
    for k in range(1, derivative + 1):
        strength *= (term + k) / k
    powers = (nodes[..., None] / distance) ** term
    moments = np.einsum("fj,fjl->fl", weights, powers)
    moments[:, 0] -= 1.0
    return float(np.sqrt(np.mean(np.sum(moments**2 * strength**2 / (2 * term + 1), axis=1))))
