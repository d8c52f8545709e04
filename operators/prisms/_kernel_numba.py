r"""Exact prism kernels along a row of grid nodes, free of branches so that they run in vector registers.

The field of a prism is an alternating sum of one function over its eight corners. Neighbours share
corners, so the functions here are evaluated once a node, not eight times a cell:
``value(cell) = d_easting d_northing (d_upward f)``, and the difference along upward is taken
analytically, inside the function. That leaves two differences to rounding instead of three, so the
relative error grows with the square of distance over cell width (of third derivatives, and of second
ones in line with the cell, with its cube: :mod:`geoinv.operators.prisms.rounding`).

Notation, for a node at (x, y) from the station and a layer from z1 to z2:

==========  =====================================================================
lo, hi      z1, z2, mirrored to -z2, -z1 where z1 + z2 < 0, so that \|lo\| <= hi
r1, r2      distance from the station to (x, y, lo) and (x, y, hi)
s           r2^2 - r1^2 = hi^2 - lo^2 >= 0
rr          r1 + r2, so r2 - r1 = s / rr
==========  =====================================================================

``x + r`` cancels for x < 0; there ``(y^2 + z^2) / (r - x)`` stands for it (Nagy et al. 2000;
Fukushima 2020). On a line through an edge that denominator is zero and its logarithm is left out:
it cancels between the two corners beyond the edge's end, and between four equal neighbours on it.
What is left is ln(over / under) in the code, with the smaller of the two as the denominator. Of first
derivatives it has a factor that is zero there.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from geoinv.operators._jit import kernel
from geoinv.operators.prisms._elementary_numba import angle_of, log_of_quotient, log_of_ratio

__all__ = ["first_derivatives_row", "second_derivatives_row", "third_derivatives_row"]

Array = npt.NDArray[np.float64]


@kernel()
def _layer(z1: float, z2: float) -> tuple[float, float, float]:
    """Bottom and top of a layer, mirrored where it lies below the station; -1 where it is, else 1."""
    return (-z2, -z1, -1.0) if z1 + z2 < 0.0 else (z1, z2, 1.0)


@kernel()
def _change_of_log(s: float, rr: float, far: float, gap: bool, side: float) -> float:
    """``ln((t + r2) / (t + r1))`` from ``far = r1 + |t|``; with a gap, t < 0 and ``side = r1^2 - t^2`` stands in.

    Anything that is finite where it has no limit.
    """
    q = rr * side if gap else rr * far
    return log_of_ratio(s * far if gap else s, q if q > 0.0 else 1.0)  # type: ignore[no-any-return]


@kernel()
def _regular_log(p: float, q: float, over: float, under: float) -> float:
    """``ln(1 + p / q)``, or ``ln(over / under)`` where q is 0: on a line through an edge."""
    singular = q == 0.0
    logarithm = log_of_ratio(abs(over - under) if singular else p, min(over, under) if singular else q)
    return -logarithm if singular and over < under else logarithm  # type: ignore[no-any-return]


@kernel()
def first_derivatives_row(
    weights: Array, nodes: Array, easting: float, y: float, y_last: float, z1: float, z2: float, row: Array
) -> None:
    """Prism kernel of the first derivatives of ``integral of 1/r``, over nodes of one row.

    Parameters are those of :func:`second_derivatives_row`; the weights are those of the derivatives along
    x, y and z (Nagy et al. 2000, eq. 8). They are continuous everywhere, and so is what is left of each
    term: a logarithm or angle that has no limit comes with a factor that is zero there.
    """
    for i in range(nodes.size):
        row[i] = 0.0
    if weights[0] != 0.0:
        _add_horizontal(weights[0], False, nodes, easting, y, y_last, z1, z2, row)
    if weights[1] != 0.0:
        _add_horizontal(weights[1], True, nodes, easting, y, y_last, z1, z2, row)
    if weights[2] != 0.0:
        _add_vertical(weights[2], nodes, easting, y, y_last, z1, z2, row)


@kernel()
def _unit_of_length(nodes: Array, easting: float, y: float, hi: float) -> float:
    """Distance from the station to the farther end of a row: logarithms of lengths over it are small far away.

    It may differ from row to row: what depends on the row alone cancels between the nodes of the row.
    """
    x = max(abs(nodes[0] - easting), abs(nodes[nodes.size - 1] - easting))
    return math.sqrt(x * x + y * y + hi * hi)


@kernel()
def _add_horizontal(
    weight: float,
    along_y: bool,
    nodes: Array,
    easting: float,
    y: float,
    y_last: float,
    z1: float,
    z2: float,
    row: Array,
) -> None:
    """Add the derivative along x, ``-d_z (y ln(z + r) + z ln(y + r) - x atan(yz / xr))``, or the same along y."""
    lo, hi, _ = _layer(z1, z2)
    between = lo < 0.0
    s, height = (hi - lo) * (hi + lo), hi - lo
    lo2, hi2, y2 = lo * lo, hi * hi, y * y
    unit = _unit_of_length(nodes, easting, y, hi)
    # beyond the last node, -ln(r - t) stands for ln(r + t), as with the second derivatives
    beyond = nodes[nodes.size - 1] < easting if along_y else y_last < 0.0
    even, below = (-1.0, -math.inf) if beyond else (1.0, 0.0)
    for i in range(nodes.size):
        x = nodes[i] - easting
        x2 = x * x
        rho2 = x2 + y2
        r1, r2 = math.sqrt(rho2 + lo2), math.sqrt(rho2 + hi2)
        rr = r1 + r2
        # the derivative is along t, and u is the other of the two
        t, u = (y, x) if along_y else (x, y)
        t2, u2 = (y2, x2) if along_y else (x2, y2)

        # d (z ln(u + r)) = lo d ln(u + r) + height ln(u + r2)
        far1, far2 = r1 + abs(u), r2 + abs(u)
        gap = u < below
        log_u = _change_of_log(s, rr, far1, gap, t2 + lo2)
        end = log_of_quotient(t2 + hi2 if gap else far2, far2 * unit if gap else unit)

        far = r1 - lo if between else r1 + lo
        p = height * (rr + (lo + hi))
        p = p * far if between else p
        q = rr * rho2 if between else rr * far
        log_z = log_of_ratio(p, q if q > 0.0 else 1.0)

        product, cross = r1 * r2, lo * hi
        skew = hi * r1 - lo * r2 if between else rho2 * s
        common = 1.0 if between else hi * r1 + lo * r2
        angle = angle_of(t * u * skew, common * (t2 * product + u2 * cross))

        row[i] -= weight * (u * log_z + even * (lo * log_u + height * end) - t * angle)


@kernel()
def _add_vertical(
    weight: float, nodes: Array, easting: float, y: float, y_last: float, z1: float, z2: float, row: Array
) -> None:
    """Add the derivative along z, ``-d_z (x ln(y + r) + y ln(x + r) - z atan(xy / zr))``."""
    lo, hi, even = _layer(z1, z2)
    between = lo < 0.0
    s, height = (hi - lo) * (hi + lo), hi - lo
    lo2, hi2, y2 = lo * lo, hi * hi, y * y
    east_of_all, north_of_all = nodes[nodes.size - 1] < easting, y_last < 0.0
    westward = -math.inf if east_of_all else 0.0
    even_x, even_y = -1.0 if east_of_all else 1.0, -1.0 if north_of_all else 1.0
    south, size_y = y < 0.0 and not north_of_all, abs(y)
    for i in range(nodes.size):
        x = nodes[i] - easting
        x2 = x * x
        rho2 = x2 + y2
        r1, r2 = math.sqrt(rho2 + lo2), math.sqrt(rho2 + hi2)
        rr = r1 + r2

        log_x = _change_of_log(s, rr, r1 + abs(x), x < westward, y2 + lo2)
        log_y = _change_of_log(s, rr, r1 + size_y, south, x2 + lo2)

        # d (z T) = lo d T + height T(hi), with T = atan(xy / zr)
        xy, cross, product = x * y, lo * hi, r1 * r2
        skew = hi * r2 - lo * r1 if between else -s * (rho2 + lo2 + hi2)
        common = -1.0 if between else hi * r2 + lo * r1
        turn = angle_of(xy * skew, common * (cross * product + xy * xy))
        last = angle_of(xy, hi * r2)

        row[i] -= weight * even * (even_y * x * log_y + even_x * y * log_x - (lo * turn + height * last))


@kernel()
def second_derivatives_row(
    weights: Array, nodes: Array, easting: float, y: float, y_last: float, z1: float, z2: float, row: Array
) -> None:
    """Prism kernel of the second derivatives of ``integral of 1/r``, over nodes of one row.

    Parameters
    ----------
    weights : (7,) array
        Of atan(yz/xr), atan(xz/yr), the solid angle, ln(x + r), ln(y + r), ln(z + r); last unused.
    nodes : (n,) array
        Eastings of the nodes, in metres.
    easting : float
        Of the station.
    y, y_last, z1, z2 : float
        Northing of the row and of the last row, bottom and top of the layer, from the station.
    row : (n,) array
        Receives ``f(z2) - f(z1)`` at each node.
    """
    lo, hi, even = _layer(z1, z2)
    between = lo < 0.0
    s, height = (hi - lo) * (hi + lo), hi - lo
    lo2, hi2, y2 = lo * lo, hi * hi, y * y
    side1, side2 = y2 + lo2, y2 + hi2
    solid = (math.pi if between else 0.0) * ((1.0 if y > 0.0 else 0.0) - (1.0 if y < 0.0 else 0.0))
    # a station beyond the last node takes -ln(r - x) for ln(r + x): the difference between them is the same
    # for all nodes of the row, large, and it cancels
    east_of_all, north_of_all = nodes[nodes.size - 1] < easting, y_last < 0.0
    westward = -math.inf if east_of_all else 0.0
    even_x, even_y = -even if east_of_all else even, -even if north_of_all else even
    south, size_y = y < 0.0 and not north_of_all, abs(y)
    for i in range(nodes.size):
        x = nodes[i] - easting
        x2 = x * x
        rho2 = x2 + y2
        r1, r2 = math.sqrt(rho2 + lo2), math.sqrt(rho2 + hi2)
        rr = r1 + r2

        far = r1 + abs(x)
        west = x < westward
        p = s * far if west else s
        q = rr * side1 if west else rr * far
        log_x = _regular_log(p, q, side2 * (far if far > 0.0 else 1.0), r2 - x)

        far = r1 + size_y
        p = s * far if south else s
        q = rr * (x2 + lo2) if south else rr * far
        log_y = _regular_log(p, q, (x2 + hi2) * (far if far > 0.0 else 1.0), r2 + size_y)

        far = r1 - lo if between else r1 + lo
        p = height * (rr + (lo + hi))
        p = p * far if between else p
        q = rr * rho2 if between else rr * far
        log_z = _regular_log(p, q, (hi + r2) * (far if far > 0.0 else 1.0), 1.0)

        product, cross = r1 * r2, lo * hi
        skew = hi * r1 - lo * r2 if between else rho2 * s
        common = 1.0 if between else hi * r1 + lo * r2
        n = x * y * skew
        angle_x = angle_of(n, common * (x2 * product + y2 * cross))
        angle_y = angle_of(n, common * (y2 * product + x2 * cross))
        corner = solid * ((1.0 if x > 0.0 else 0.0) - (1.0 if x < 0.0 else 0.0))

        row[i] = (
            weights[0] * angle_x
            + weights[1] * angle_y
            + weights[2] * corner
            + even_x * weights[3] * log_x
            + even_y * weights[4] * log_y
            + weights[5] * log_z
        )


@kernel()
def third_derivatives_row(
    weights: Array, nodes: Array, easting: float, y: float, y_last: float, z1: float, z2: float, row: Array
) -> None:
    """Prism kernel of the third derivatives of ``integral of 1/r``, over nodes of one row.

    Parameters are those of :func:`second_derivatives_row`; the weights are those of the derivatives xyz, xxy,
    xyy, xxz, xzz, yyz, yzz (the other three follow from Laplace's equation). On a line through a
    horizontal edge, and within 1e-8 layer heights of it, the term that diverges as one over the
    distance is left out, as the logarithm is there.
    """
    lo, hi, even = _layer(z1, z2)
    between = lo < 0.0
    s = (hi - lo) * (hi + lo)
    lo2, hi2, y2 = lo * lo, hi * hi, y * y
    # nearer than this to a line through an edge, what must cancel beyond the edge's end has lost its digits
    line = 1e-16 * (hi - lo) * (hi - lo)
    side1, side2 = y2 + lo2, y2 + hi2
    side1 = side1 if side1 > line else 0.0
    east_of_all, north_of_all = nodes[nodes.size - 1] < easting, y_last < 0.0
    westward = -math.inf if east_of_all else 0.0
    sign_x, sign_y = -1.0 if east_of_all else 1.0, -1.0 if north_of_all else 1.0
    south = y < 0.0 and not north_of_all
    for i in range(nodes.size):
        x = nodes[i] - easting
        x2 = x * x
        rho2 = x2 + y2
        r1, r2 = math.sqrt(rho2 + lo2), math.sqrt(rho2 + hi2)
        rr, product = r1 + r2, r1 * r2
        at_station = product == 0.0
        product = 1.0 if at_station else product

        # skew = (hi r1 - lo r2) / rho^2, which has no singularity where the layer lies to one side
        skew = (hi * r1 - lo * r2) if between else s
        common = rho2 if between else hi * r1 + lo * r2
        skew = 0.0 if common == 0.0 else skew / (common if common > 0.0 else 1.0) / product
        change = s / (rr if rr > 0.0 else 1.0) / product
        change = 0.0 if at_station else change

        west = x < westward
        far1, far2 = r1 + abs(x), r2 + abs(x)
        gap1, gap2 = side1 / (far1 if far1 > 0.0 else 1.0), side2 / far2
        near1, near2 = (gap1, gap2) if west else (far1, far2)
        open1 = 0.0 if near1 == 0.0 else 1.0 / (near1 if near1 > 0.0 else 1.0)
        along_x = change * (r2 + near1) * open1 / near2
        end_x = hi / (r2 * near2) - lo * open1 / (r1 if r1 > 0.0 else 1.0)

        far1, far2 = r1 + abs(y), r2 + abs(y)
        face1 = x2 + lo2
        face1 = face1 if face1 > line else 0.0
        gap1, gap2 = face1 / (far1 if far1 > 0.0 else 1.0), (x2 + hi2) / far2
        near1, near2 = (gap1, gap2) if south else (far1, far2)
        open1 = 0.0 if near1 == 0.0 else 1.0 / (near1 if near1 > 0.0 else 1.0)
        along_y = change * (r2 + near1) * open1 / near2
        end_y = hi / (r2 * near2) - lo * open1 / (r1 if r1 > 0.0 else 1.0)

        row[i] = (
            weights[0] * even * (-1.0 / r2 if at_station else change)
            + skew * (weights[1] * x + weights[2] * y)
            + even * (sign_y * weights[3] * x * along_y + sign_x * weights[5] * y * along_x)
            - sign_y * weights[4] * end_y
            - sign_x * weights[6] * end_x
        )
