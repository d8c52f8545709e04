"""Interpolation between lattice nodes that is as right as it can be for fields of sources outside a sphere."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np
import numpy.typing as npt

__all__ = ["ORDERS", "Stencil", "node_places"]

ORDERS = (4, 6, 8, 10)
"""Nodes an axis that may take part in the interpolation."""

SOURCES_A_NODE = 4
"""Sources that weights are fitted to, for each node: enough for those in between."""

OCTANT = tuple(product((1.0, -1.0), repeat=3))
"""Signs of the reflections that take a place to those in all octants."""

INSIDE = 1.15
"""Least distance of the sources, in that of the furthest node."""

TRIED = 500
"""Other sources by which the error is measured."""

STATIONS_A_CALL = 250

Array = npt.NDArray[np.float64]
Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Stencil:
    """Weights of the lattice nodes round a station.

    Fields of sources beyond a distance are harmonic within it: of 6 x 6 x 6 nodes, as many numbers as polynomials of
    fifth degree have along each axis, few are independent. So weights are fitted, by least squares, to the fields
    of sources in many directions at the least distance that they may have; what is further is smoother. Lagrange's
    polynomials, which serve any smooth function, take 10 nodes an axis and sources half as far again for as much.

    Attributes
    ----------
    orders : (int, int, int)
        Nodes along upward, northing, easting.
    spacing : (float, float, float)
        Of the nodes, in units of the widest.
    reach : float
        Least distance of the sources from the middle of the station's cell, in the same unit.
    derivative : int
        Of 1/r that is interpolated: 1 for gravity, 2 for the magnetic field, 3 for its gradients.
    rounding : float
        Error of the lattice's values, relative to the field at the station, that weights must not blow up.
    """

    orders: tuple[int, int, int]
    spacing: Triple
    reach: float
    derivative: int
    rounding: float

    @property
    def encloses(self) -> bool:
        """Whether the nodes keep clear of the sources."""
        return self.reach >= INSIDE * float(np.linalg.norm(self.nodes, axis=1).max())

    @property
    def nodes(self) -> Array:
        """Nodes (nodes, 3) from the middle of the station's cell, easting fastest."""
        return node_places(self.orders, self.spacing)

    def weights(self, fraction: Array, power: int = 1) -> Array:
        """Weights (stations, nodes) that add up the nodes' values to those of the stations.

        Parameters
        ----------
        fraction : (stations, 3) array
            Where stations are in their cells along upward, northing, easting, from 0 to 1.
        power : int
            1 for the field, 2 for its square.

        Examples
        --------
        >>> stencil = Stencil((4, 4, 4), (1.0, 1.0, 1.0), 7.0, 2, 1e-6)
        >>> weights = stencil.weights(np.full((1, 3), 0.5))
        >>> bool(abs(weights.sum() - 1.0) < 1e-4)
        True
        """
        turned, triangle = _fitted(self, power)
        places = (fraction - 0.5) * np.array(self.spacing)
        halves = [order // 2 for order in self.orders]
        weights = np.empty((len(places), *self.orders))
        for start in range(0, len(places), STATIONS_A_CALL):
            part = slice(start, start + STATIONS_A_CALL)
            mirrored = np.array(OCTANT)[:, None] * places[part]
            count = SOURCES_A_NODE * len(self.nodes)
            fields = _poles(mirrored.reshape(-1, 3), self.reach, self.derivative, count, 0) ** power
            sums = _parities(fields.reshape(len(fields), 2, 2, 2, -1), (1, 2, 3))
            # what is even and odd along each axis is fitted by itself
            by_parity = sums.transpose(1, 2, 3, 0, 4).reshape(8, len(fields), -1) / np.sqrt(8.0)
            # not by an inverse, whose rounding would be that of the largest weights there might be
            solved = np.linalg.solve(triangle, turned @ by_parity).reshape(2, 2, 2, *halves, -1)
            weights[part] = np.moveaxis(_nodes_of(solved), -1, 0)
        return weights.reshape(len(places), -1)

    def error(self, distance: float, derivative: int, power: int = 1) -> float:
        """Relative error for sources at a distance.

        Parameters
        ----------
        distance : float
            Of the sources from the middle of the station's cell, in widest spacings.
        derivative : int
            Of 1/r.
        power : int
            1 for the field, 2 for its square.

        Returns
        -------
        float
            Root mean square over directions of the sources, their axes, and over where the station lies between nodes,
            relative to the field.
        """
        return _error(self, float(distance), derivative, power) if self.encloses else float("inf")


def node_places(orders: tuple[int, int, int], spacing: Triple) -> Array:
    """Places (nodes, 3) of a station's nodes along upward, northing, easting from the middle of its cell."""
    axes = [w * (np.arange(order) - 0.5 * (order - 1)) for order, w in zip(orders, spacing, strict=True)]
    return np.array(list(product(*axes)))


def _poles(places: Array, distance: float, derivative: int, count: int, seed: int) -> Array:
    """Fields (sources, places) of poles at a distance from the origin, of random axes; their mean square is 1 there.

    The n-th derivative of 1/r along an axis, at an angle t from it, is ``P_n(cos t) / r^(n + 1)`` but for a factor. Of
    so many sources all round, those in one octant are returned: whatever is asked of them is the same in the others.
    """
    step = np.arange(count) + 0.5
    height = 1.0 - 2.0 * step / count
    turn = np.pi * (3.0 - np.sqrt(5.0)) * step
    aside = np.sqrt(1.0 - height**2)
    directions = np.column_stack([height, aside * np.cos(turn), aside * np.sin(turn)])
    directions = directions[(directions > 0.0).all(axis=1)]
    axes = np.random.default_rng(seed).standard_normal(directions.shape)
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    squared = distance**2 - 2.0 * distance * (directions @ places.T) + np.sum(places**2, axis=1)
    length = np.sqrt(squared)
    cosine = (distance * np.sum(directions * axes, axis=1)[:, None] - axes @ places.T) / length
    polynomial = np.polynomial.legendre.legval(cosine, [*[0.0] * derivative, np.sqrt(2.0 * derivative + 1.0)])
    return np.asarray((distance / length) ** (derivative + 1) * polynomial)


def _parities(values: Array, axes: tuple[int, ...]) -> Array:
    """Even and odd parts, orthonormal, along axes of two."""
    for axis in axes:
        one, other = np.moveaxis(values, axis, 0)
        values = np.stack([one + other, one - other], axis=axis) / np.sqrt(2.0)
    return values


def _octants(values: Array) -> Array:
    """Values (sources, *orders) at nodes as (sources, 2, 2, 2, nodes of an octant), each beside its mirror images."""
    for axis in (1, 2, 3):
        below, above = np.split(values, 2, axis=2 * axis - 1)
        values = np.stack([above, np.flip(below, axis=2 * axis - 1)], axis=axis)
    return values.reshape(*values.shape[:4], -1)


def _nodes_of(parts: Array) -> Array:
    """Values (*orders, stations) at nodes of their even and odd parts (2, 2, 2, *half the orders, stations)."""
    values = _parities(parts, (0, 1, 2))
    for axis in (2, 1, 0):
        above, below = np.moveaxis(values, axis, 0)
        values = np.concatenate([np.flip(below, axis=2 * axis), above], axis=2 * axis)
    return values


@lru_cache(maxsize=16)
def _fitted(stencil: Stencil, power: int) -> tuple[Array, Array]:
    """Least squares by parity: orthogonal (parities, nodes of an octant, sources), and a triangle among these nodes."""
    nodes = stencil.nodes
    fields = _poles(nodes, stencil.reach, stencil.derivative, SOURCES_A_NODE * len(nodes), 0) ** power
    count = len(fields)
    by_parity = _parities(_octants(fields.reshape(count, *stencil.orders)), (1, 2, 3))
    by_parity = by_parity.transpose(1, 2, 3, 0, 4).reshape(8, count, -1)
    # least squares with a little of the weights' own size, by orthogonal rows: a Gram matrix would lose half the digits
    own = stencil.rounding * np.sqrt(count) * np.eye(by_parity.shape[2])
    orthogonal, triangle = np.linalg.qr(np.concatenate([by_parity, np.broadcast_to(own, (8, *own.shape))], axis=1))
    return orthogonal[:, :count].swapaxes(1, 2), triangle


@lru_cache(maxsize=4096)
def _error(stencil: Stencil, distance: float, derivative: int, power: int) -> float:
    fraction = np.array(list(product((1 / 6, 1 / 2, 5 / 6), repeat=3)))
    weights = stencil.weights(fraction, power)
    given = _poles(stencil.nodes, distance, derivative, TRIED, 1) ** power
    expected = _poles((fraction - 0.5) * np.array(stencil.spacing), distance, derivative, TRIED, 1) ** power
    return float(np.linalg.norm(given @ weights.T - expected) / np.linalg.norm(expected))
