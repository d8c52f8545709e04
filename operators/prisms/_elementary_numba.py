"""Logarithms and angles to the last digit, free of branches so that they run in vector registers."""

from __future__ import annotations

import math

import numpy as np

from geoinv.operators._jit import kernel

__all__ = ["angle_of", "log_of_quotient", "log_of_ratio"]

_LN2 = math.log(2.0)
_TAN_PI_8 = math.tan(math.pi / 8)


@kernel()
def log_of_ratio(p: float, q: float) -> float:
    """``ln(1 + p / q)`` for q > 0 and p > -q, to one rounding of p, with one division.

    Writes 1 + p/q = 2^k (1 + f) with k from the difference of the exponents' bits, so that
    -0.34 < f < 0.51, and ln(1 + f) = 2 atanh(f / (2 + f)) by a Chebyshev fit (relative error 6e-17).
    """
    bits = np.float64(p + q).view(np.int64) - np.float64(q).view(np.int64)
    k = (bits + (np.int64(1) << np.int64(51))) >> np.int64(52)
    scale = np.int64((np.int64(1023) - k) << np.int64(52)).view(np.float64)
    s = (scale * p + (scale - 1.0) * q) / (scale * p + (scale + 1.0) * q)
    w = s * s
    tail = 0.15282958805011315394 + w * 0.15125236291764002034
    tail = 0.22222182204225053003 + w * (0.18184640820527714518 + w * tail)
    tail = 0.66666666666666945507 + w * (0.39999999999321172009 + w * (0.28571428840828983412 + w * tail))
    return k * _LN2 + (2.0 * s + s * w * tail)


@kernel()
def angle_of(n: float, d: float) -> float:
    """``atan2(n, d)``, but 0 where n is 0: the mean of both sides of the cut, with one division.

    Folds to at most tan(pi/8) and takes atan there by a Chebyshev fit (relative error 7e-18).
    """
    height, base = abs(n), abs(d)
    small, large = min(height, base), max(height, base)
    turned = small > _TAN_PI_8 * large
    numerator = small - large if turned else small
    denominator = small + large if turned else large
    z = numerator / (denominator if denominator > 0.0 else 1.0)
    w = z * z
    tail = 0.039231658295587191303 + w * -0.019176887119062258989
    tail = -0.066645114473819480001 + w * (0.058581489128022098816 + w * (-0.050854497379402598613 + w * tail))
    tail = -0.090909045781239018905 + w * (0.076921831908260865637 + w * tail)
    tail = -0.14285714284666542922 + w * (0.11111111015256361727 + w * tail)
    tail = -0.3333333333333333016 + w * (0.19999999999995520678 + w * tail)
    angle = (math.pi / 4 if turned else 0.0) + (z + z * w * tail)
    angle = math.pi / 2 - angle if height > base else angle
    angle = math.pi - angle if d < 0.0 else angle
    angle = -angle if n < 0.0 else angle
    return angle if n != 0.0 else 0.0


@kernel()
def log_of_quotient(a: float, b: float) -> float:
    """``ln(a / b)`` for positive a and b, to one rounding of their difference."""
    logarithm: float = log_of_ratio(abs(a - b), min(a, b))
    return -logarithm if a < b else logarithm
