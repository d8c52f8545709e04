"""Multipole expansion along a row of cells: coefficients for the row, and their series at each cell.

At a row y and z are fixed: coefficients are polynomials in y, taken for all powers of x and r at once, whose own are
monomials in z (:mod:`geoinv.operators.prisms.multipole.expansion`). What is left for each cell is a reciprocal, a root
and a few fused multiply-adds, without a branch, in the precision of the tables.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.operators._jit import kernel
from geoinv.operators.prisms.multipole.tables import HALF_LANES

__all__ = ["add_high", "add_low", "high_coefficients", "high_series", "low_coefficients", "low_series", "powers_of_z"]

Array = npt.NDArray[np.float64]
Reals = npt.NDArray[np.floating[Any]]


@kernel()
def powers_of_z(exponents: npt.NDArray[np.uint8], z: float, power: Array, powers: Reals) -> None:
    """Powers of z that go with each power of y and x."""
    value = 1.0
    for k in range(power.size):
        power[k] = value
        value *= z
    for n in range(powers.size):
        powers[n] = power[exponents[n]]


# a flat table with offsets that the compiler knows: else it fears that one row overlaps with another
_, _Y1, _Y2, _Y3, _Y4, _Y5, _Y6, _Y7, _Y8, _Y9, _Y10, _Y11 = (k * HALF_LANES for k in range(12))


@kernel()
def low_coefficients(t: Reals, z: Reals, y: float, c: Reals) -> None:
    """Coefficients of the powers of x up to degree 4, by Horner's rule in y."""
    for q in range(HALF_LANES):
        total = (t[q + _Y7] * z[q + _Y7] * y + t[q + _Y6] * z[q + _Y6]) * y + t[q + _Y5] * z[q + _Y5]
        total = ((total * y + t[q + _Y4] * z[q + _Y4]) * y + t[q + _Y3] * z[q + _Y3]) * y + t[q + _Y2] * z[q + _Y2]
        c[q] = (total * y + t[q + _Y1] * z[q + _Y1]) * y + t[q] * z[q]


@kernel()
def high_coefficients(t: Reals, z: Reals, y: float, c: Reals) -> None:
    """Coefficients of the powers of x of degrees 6 and 8."""
    for q in range(HALF_LANES):
        total = (t[q + _Y11] * z[q + _Y11] * y + t[q + _Y10] * z[q + _Y10]) * y + t[q + _Y9] * z[q + _Y9]
        total = ((total * y + t[q + _Y8] * z[q + _Y8]) * y + t[q + _Y7] * z[q + _Y7]) * y + t[q + _Y6] * z[q + _Y6]
        total = ((total * y + t[q + _Y5] * z[q + _Y5]) * y + t[q + _Y4] * z[q + _Y4]) * y + t[q + _Y3] * z[q + _Y3]
        c[q] = ((total * y + t[q + _Y2] * z[q + _Y2]) * y + t[q + _Y1] * z[q + _Y1]) * y + t[q] * z[q]


@kernel()
def low_series(c: Reals, units: Array, over2: float, series: Reals) -> None:
    """Coefficients of four powers of x, of 1/r^2 to the powers 1 to 4, and of those times x, up to degree 4."""
    real = c.dtype.type
    g0, g1, g2 = real(units[0]), real(units[1] * over2), real(units[2] * (over2 * over2))
    series[2], series[3] = g0 * c[2], g0 * c[3]
    for odd in range(2):
        series[odd] = g0 * c[odd] + g1 * c[8 + odd]
        series[4 + 4 * odd] = g1 * c[6 + odd] + g2 * c[16 + odd]
        series[5 + 4 * odd] = g1 * c[4 + odd] + g2 * c[14 + odd]
        series[6 + 4 * odd] = g2 * c[12 + odd]
        series[7 + 4 * odd] = g2 * c[10 + odd]


@kernel()
def high_series(c: Reals, units: Array, over2: float, series: Reals) -> None:
    """Coefficients of 1/r^2 to the powers 2 to 8, and of those times x, of degrees 6 and 8."""
    real = c.dtype.type
    over4 = over2 * over2
    g3, g4 = real(units[3] * (over4 * over2)), real(units[4] * (over4 * over4))
    for odd in range(2):
        series[7 * odd] = g3 * c[8 + odd]
        series[7 * odd + 1] = g3 * c[6 + odd] + g4 * c[20 + odd]
        series[7 * odd + 2] = g3 * c[4 + odd] + g4 * c[18 + odd]
        series[7 * odd + 3] = g3 * c[2 + odd] + g4 * c[16 + odd]
        series[7 * odd + 4] = g3 * c[odd] + g4 * c[14 + odd]
        series[7 * odd + 5] = g4 * c[12 + odd]
        series[7 * odd + 6] = g4 * c[10 + odd]


@kernel()
def _order_factor(order: int, like: Reals) -> tuple[Any, Any, Any]:
    """Coefficients of u^(order - 1) as a polynomial in u up to degree 2, in the precision of an array."""
    zero, one = like.dtype.type(0.0), like.dtype.type(1.0)
    return one if order == 1 else zero, one if order == 2 else zero, one if order == 3 else zero


@kernel()
def add_low(c: Reals, row_x: Reals, side: float, least: float, order: int, lengths: Reals, row: Reals) -> None:
    """Add the moments up to degree 4: a series over r^(2 order + 1)."""
    one = c.dtype.type(1.0)
    first, second, third = _order_factor(order, c)
    c0, c1, c2, c3 = c[0], c[1], c[2], c[3]
    a1, a2, a3, a4, b1, b2, b3, b4 = c[4], c[5], c[6], c[7], c[8], c[9], c[10], c[11]
    for i in range(row.size):
        x = row_x[i]
        u = one / max(x * x + side, least)
        a = c0 + u * (a1 + u * (a2 + u * (a3 + u * a4)))
        b = c1 + u * (b1 + u * (b2 + u * (b3 + u * b4)))
        value = a + x * (b + x * (c2 + x * c3))
        row[i] += lengths[i] * (u * math.sqrt(u) * ((first + u * (second + u * third)) * value))


@kernel()
def add_high(c: Reals, row_x: Reals, side: float, least: float, order: int, lengths: Reals, row: Reals) -> None:
    """Add the moments of degrees 6 and 8: a series over r^(2 order + 5)."""
    one = c.dtype.type(1.0)
    first, second, third = _order_factor(order, c)
    a0, a1, a2, a3, a4, a5, a6 = c[0], c[1], c[2], c[3], c[4], c[5], c[6]
    b0, b1, b2, b3, b4, b5, b6 = c[7], c[8], c[9], c[10], c[11], c[12], c[13]
    for i in range(row.size):
        x = row_x[i]
        u = one / max(x * x + side, least)
        a = a0 + u * (a1 + u * (a2 + u * (a3 + u * (a4 + u * (a5 + u * a6)))))
        b = b0 + u * (b1 + u * (b2 + u * (b3 + u * (b4 + u * (b5 + u * b6)))))
        value = u * (u * (a + x * b))
        row[i] += lengths[i] * (u * math.sqrt(u) * ((first + u * (second + u * third)) * value))
