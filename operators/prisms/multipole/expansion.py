r"""Multipole expansion of a prism: its even moments, and the cutoff radius beyond which they suffice.

The integral of 1/r over a prism of half sizes (p, q, s) is, beyond its corners,

    V * sum_ijk  p^2i q^2j s^2k / ((2i+1)! (2j+1)! (2k+1)!)  d_x^2i d_y^2j d_z^2k (1/r)

about its centre (the Taylor series of 1/r, integrated over the prism). A datum is a fixed combination of derivatives
of it, so its term of degree n = 2 (i + j + k) is a harmonic polynomial over an odd power of r. With x^2 = r^2 - y^2 -
z^2 that is a sum of odd powers of 1/r, and x times such a sum, whose coefficients are polynomials in y and z: along a
row of cells, where these are fixed, all degrees together are two polynomials in 1/r^2. The dipole's is left as it is,
in powers of x: it loses the least to rounding so.

**Range.** In units of a length not far from r every coefficient is of order 1 and 1/r^2 is at most of order 1, so
that nothing leaves the range of single precision: moments are kept over powers of the cell's own size, and what is
left of their units is multiplied in float64 (:func:`moments`).

**Error.** The term of degree n is the mean over the prism, whose points lie at t from its centre, of
``(t . d)^n / n!`` applied to m directional derivatives of 1/r: m = 1 for gravity, 2 for a magnetic field or a gravity
gradient, 3 for a magnetic gradient. A derivative of order k along unit vectors is at most k! / r^(k + 1), as where all
of them coincide (Banach 1938). So with M the size of the moment a volume

    |term n| <= M V mean(|t|^n) (n + 1) ... (n + m) / r^(n + m + 1),    mean(|t|^(n + 2)) <= R^2 mean(|t|^n)

with R half the diagonal: what is left out after degree N is less than the bound of term N + 2 over (1 - ratio of the
next two). It is compared with the dipole's datum at the same distance, in the mean of its size over all directions
(the dipole itself vanishes on a cone, where no moment of higher degree does). A cell is far where

    left out <= rtol * V * (mean size of the dipole's datum at distance 1) / r^(m + 1).

Summed over cells, ||A m - exact|| <= rtol * || D |m| || for every model, D that mean size for each station and cell.
D is not |A|: a cell's datum vanishes in some directions, and stations that all lie there see a larger part of it. So
where stations are few, or close together as seen from the farthest cell, D is a thousandth of that (`FAINT`): moments
are float64, and 1000^(1/10), twice as many half diagonals of a cell are near. Only a model whose every datum is below
that, as where symmetry makes it 0, may then be wrong by more than rtol * || |A| |m| ||.
"""

from __future__ import annotations

from functools import cache
from math import comb, factorial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from geoinv.operators.prisms.problem import PrismProblem

__all__ = [
    "HIGH",
    "LANES",
    "LOW",
    "ORDERS",
    "NearCells",
    "cutoff_radius",
    "dipole_size",
    "far_terms",
    "near_cells",
    "places",
    "single_suffices",
    "size_numbers",
]

LOW, HIGH = 4, 8
"""Degrees of the moments of distant and of less distant rows of cells."""

SLOTS = HIGH // 2 + 1
"""Polynomials a row of cells: one for each even degree."""

LANES = tuple(slot * (slot + 3) for slot in range(SLOTS + 1))
"""First coefficient of each degree of the moments, which have 4, 6, 8, ... (the field's one less)."""

ORDERS = [(i, j, n - i - j) for n in range(SLOTS) for i in range(n + 1) for j in range(n + 1 - i)]
"""Half the orders of each moment along easting, northing and upward."""

NEAREST = 2.5
"""Least distance of a far cell in half diagonals, times the root of the growth of the factors (n + 1) ... (n + m)."""

SINGLE_FROM, SINGLE_ROUNDING = 5e-6, 2.5e-6
"""Tolerance from which on far cells are evaluated in single precision, and the part of it that its rounding takes
(measured: at most 2.0e-6, and 2e-7 in the mean, of the dipole's datum)."""

FEW, COMPACT, FAINT = 8, 0.05, 1e-3
"""Stations, or their extent over the distance of the farthest cell, up to which the error is kept small beside data of
this part of a dipole's: all of them may lie where a cell's datum vanishes."""

DERIVATIVES = {
    1: ("x", "y", "z"),
    2: ("xx", "yy", "zz", "yz", "xz", "xy"),
    3: ("xyz", "xxy", "xyy", "xxz", "xzz", "yyz", "yzz"),
}
"""What the weights of the prism kernels stand for; the first two of the field's with a minus, the third unused."""

Array = npt.NDArray[np.float64]
Reals = npt.NDArray[np.floating[Any]]
Integers = npt.NDArray[np.int64]


def cutoff_radius(half_sizes: npt.ArrayLike, derivatives: int, degree: int, tolerance: float) -> Array:
    """Distance beyond which the moments up to a degree suffice, by the bound above.

    Parameters
    ----------
    half_sizes : (..., 3) array
        Of the prisms, in metres.
    derivatives : int
        Of 1/r: 1, 2 or 3.
    degree : int
        Highest degree that is summed.
    tolerance : float
        Largest remainder, over ``M V / r^(derivatives + 1)``.

    Returns
    -------
    (...) array, in metres.

    Examples
    --------
    >>> float(cutoff_radius([25.0, 25.0, 12.5], 2, 8, 1e-6).round())
    173.0
    """
    squared = np.asarray(half_sizes, np.float64) ** 2
    first = degree + 2
    mean = np.zeros(squared.shape[:-1])
    for i in range(first // 2 + 1):
        for j in range(first // 2 + 1 - i):
            k = first // 2 - i - j
            share = comb(first // 2, i) * comb(first // 2 - i, j) / ((2 * i + 1) * (2 * j + 1) * (2 * k + 1))
            mean += share * np.prod(squared ** np.array([i, j, k]), axis=-1)
    factor = factorial(first + derivatives) / factorial(first)
    growth = factorial(first + 2 + derivatives) / factorial(first + 2) / factor
    least = NEAREST * np.sqrt(growth * squared.sum(axis=-1))
    distance = (factor * mean / (tolerance * (1.0 - NEAREST**-2))) ** (1.0 / first)
    return np.asarray(np.maximum(least, distance))


def dipole_size(derivatives: int, weights: Array) -> float:
    """Mean over all directions of the size of a datum of a dipole at distance 1."""
    values = _dipole_values(derivatives)
    return float(np.abs(weights[: len(values)] @ values).mean())


@cache
def _dipole_values(derivatives: int) -> Array:
    """Datum of each prism kernel of a dipole at distance 1 in directions all over the sphere, (kernels, directions)."""
    count = 4096
    z = 1.0 - (2.0 * np.arange(count) + 1.0) / count
    turn = np.pi * (3.0 - np.sqrt(5.0)) * np.arange(count)
    x, y = np.sqrt(1.0 - z * z) * (np.cos(turn), np.sin(turn))
    coefficients = _dipole(derivatives)[:, : derivatives + 1, : derivatives + 1, : derivatives + 1]
    return np.asarray(np.polynomial.polynomial.polyval3d(x, y, z, np.moveaxis(coefficients, 0, -1)))


def places(derivatives: int) -> Integers:
    """Where each coefficient of :func:`far_terms` stands: lane, power of y, power of z (terms, 3).

    The lane is ``LANES[n / 2] + power of x + power of r`` in the numerator: no power of r for the dipole, beyond it
    no power of x but 0 and 1, and of r an even one.
    """
    found = []
    for slot in range(SLOTS):
        degree = 2 * slot + derivatives
        for i in range(degree + 1):
            lane, count = LANES[slot] + i, degree + 1 - i
            found += [(lane, j, count - 1 - j) for j in range(count - 1, -1, -1)]
    return np.array(found)


def far_terms(derivatives: int, weights: Array) -> Array:
    """Polynomials in x, y, z and r^2 over odd powers of r that the moments of a prism contribute to a datum.

    Parameters
    ----------
    derivatives : int
        Of 1/r: 1, 2 or 3.
    weights : (7,) array
        Of the datum's prism kernels (:class:`geoinv.operators.prisms.weights.KernelWeights`).

    Returns
    -------
    (orders, terms) array
        For each of `ORDERS` (times the half sizes to twice these powers and the volume) the coefficients at
        :func:`places`, of x, y, z from the station to the centre of the prism, over
        ``r^(2 (n + derivatives) + 1)``.
    """
    terms = _kernel_terms(derivatives)
    return np.asarray(np.tensordot(weights[: len(terms)], terms, 1))


@cache
def _kernel_terms(derivatives: int) -> Array:
    """Terms (kernels, orders, terms) of each prism kernel: they take longer to derive than to add up."""
    lanes, y, z = places(derivatives).T
    slots = np.searchsorted(LANES, lanes, side="right") - 1
    x_and_r = lanes - np.array(LANES)[slots]
    # differentiated by the station, not by the place of the prism
    derived = {(0, 0, 0): (-1.0) ** derivatives * _dipole(derivatives)}
    result = np.zeros((len(DERIVATIVES[derivatives]), len(ORDERS), lanes.size))
    for row, order in enumerate(ORDERS):
        if order not in derived:
            axis = next(a for a in range(3) if order[a])
            before = (order[0] - (axis == 0), order[1] - (axis == 1), order[2] - (axis == 2))
            count = derivatives + 2 * sum(before)
            derived[order] = _derivative(_derivative(derived[before], count, axis), count + 1, axis)
        share = 1.0 / (factorial(2 * order[0] + 1) * factorial(2 * order[1] + 1) * factorial(2 * order[2] + 1))
        polynomial = _by_distance(derived[order]) if sum(order) else derived[order]
        result[:, row] = np.where(slots == sum(order), share * polynomial[:, x_and_r, y, z], 0.0)
    return result


class NearCells(NamedTuple):
    """Which cells a station has near it.

    Attributes
    ----------
    kinds : (layers, rows) array of int
        Rows of cells of one width and height have one number.
    half_sizes : (kinds, columns, 3) array
        In metres.
    near, low : (kinds, columns) arrays
        Distance within which a cell is near, and beyond which degrees up to `LOW` suffice.
    """

    kinds: Integers
    half_sizes: Array
    near: Array
    low: Array


def near_cells(problem: PrismProblem) -> NearCells:
    """Distances that the ``rtol`` of a problem asks for; where components differ, the strictest decides for all."""
    nodes, (_, rows, columns) = problem.nodes, problem.cells.shape
    x_half, y_half, z_half = (0.5 * np.diff(edges) for edges in (nodes.x[: columns + 1], nodes.y, nodes.z))
    y_kinds = size_numbers(y_half)
    numbers = size_numbers(z_half)[:, None] * (y_kinds.max() + 1) + y_kinds
    _, first, kinds = np.unique(numbers, return_index=True, return_inverse=True)
    half_sizes = np.empty((len(first), columns, 3))
    half_sizes[..., 0] = x_half
    half_sizes[..., 1], half_sizes[..., 2] = y_half[first % rows, None], z_half[first // rows, None]
    near, low = (
        np.max(
            [cutoff_radius(half_sizes, order, degree, tolerance) for order, tolerance in _tolerances(problem)], axis=0
        )
        for degree in (HIGH, LOW)
    )
    return NearCells(kinds.reshape(numbers.shape), half_sizes, near, low)


def single_suffices(problem: PrismProblem) -> bool:
    """Whether far cells are evaluated in single precision."""
    return problem.rtol is not None and problem.rtol >= SINGLE_FROM and faintest(problem) == 1.0


def faintest(problem: PrismProblem) -> float:
    """Part of a dipole's datum, in the mean of all directions, beside which the error is kept within ``rtol``."""
    if len(problem.stations) <= FEW:
        return FAINT
    stations, columns = problem.local_stations, problem.cells.shape[2]
    low, high = stations.min(axis=0), stations.max(axis=0)
    edges = (problem.nodes.x[: columns + 1], problem.nodes.y, problem.nodes.z)
    ends = np.array([(axis[0], axis[-1]) for axis in edges])
    farthest = np.linalg.norm(np.max(abs(ends - 0.5 * (low + high)[:, None]), axis=1))
    return FAINT if np.linalg.norm(high - low) <= COMPACT * farthest else 1.0


def _tolerances(problem: PrismProblem) -> set[tuple[int, float]]:
    """Number of derivatives of each datum, and the remainder it allows as :func:`cutoff_radius` takes it."""
    if problem.rtol is None:
        raise ValueError("near and far cells differ by rtol, got None")
    truncation = problem.rtol * faintest(problem) - (SINGLE_ROUNDING if single_suffices(problem) else 0.0)
    kernels = problem.kernels
    return {
        (int(kernels.order[c]), truncation * dipole_size(int(kernels.order[c]), kernels.weights[c, u]) / size)
        for (c, u), size in np.ndenumerate(kernels.sizes)
        if size > 0.0
    }


def size_numbers(half_sizes: Array) -> Integers:
    """Number of each size among the different ones, but for rounding."""
    rounded = np.round(half_sizes / half_sizes.max(), 12)
    return np.asarray(np.unique(rounded, return_inverse=True)[1], np.int64)


def _dipole(derivatives: int) -> Array:
    """Coefficients (kernels, x, y, z) of the polynomial over r^(2 derivatives + 1) of each prism kernel of a dipole."""
    size = HIGH + derivatives + 1
    signs = (-1.0, -1.0, 0.0, 1.0, 1.0, 1.0) if derivatives == 2 else (1.0,) * len(DERIVATIVES[derivatives])
    terms = np.zeros((len(signs), size, size, size))
    for kernel, (axes, sign) in enumerate(zip(DERIVATIVES[derivatives], signs, strict=True)):
        term = np.zeros_like(terms[kernel])
        term[0, 0, 0] = sign
        for count, axis in enumerate(axes):
            term = _derivative(term, count, "xyz".index(axis))
        terms[kernel] = term
    return terms


def _derivative(polynomial: Array, count: int, axis: int) -> Array:
    """Numerator over r^(2 count + 3) of the derivative of ``polynomial / r^(2 count + 1)``, (..., x, y, z)."""
    powers = np.arange(polynomial.shape[-1]).reshape([-1 if a == axis else 1 for a in range(3)])
    slope = np.roll(powers * polynomial, -1, axis - 3)
    r2_slope = sum(np.roll(slope, 2, a) for a in (-3, -2, -1))
    return np.asarray(r2_slope - (2 * count + 1) * np.roll(polynomial, 1, axis - 3))


def _by_distance(polynomial: Array) -> Array:
    """Coefficients of x^i r^(2j) at index i + 2j in place of those of powers of x, with x^2 = r^2 - y^2 - z^2."""
    shifted = np.moveaxis(polynomial.copy(), -3, 0)
    for parity in range(2):
        powers = range(parity, shifted.shape[0] - 2, 2)
        for first in powers:
            for power in reversed(powers[powers.index(first) :]):
                shifted[power] -= np.roll(shifted[power + 2], 2, -2) + np.roll(shifted[power + 2], 2, -1)
    return np.moveaxis(shifted, 0, -3)
