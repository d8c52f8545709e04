"""Classical and linear methods of estimation, each for many data sets of one operator at once.

All but the linear ones minimise ``1/2 |A E z - d|^2 / s^2 + beta phi(z)``, s the standard deviation of the noise.
"""

from __future__ import annotations

from geoinv.classical.choosing import choose
from geoinv.classical.damping import tikhonov
from geoinv.classical.descent import map_descent
from geoinv.classical.linear_estimation import LinearEstimator, linear_minimum_mean_square_error, moments
from geoinv.classical.pursuit import basis_pursuit
from geoinv.classical.stationary import power_spectrum, wiener
from geoinv.classical.variation import total_variation

__all__ = [
    "LinearEstimator",
    "basis_pursuit",
    "choose",
    "linear_minimum_mean_square_error",
    "map_descent",
    "moments",
    "power_spectrum",
    "tikhonov",
    "total_variation",
    "wiener",
]
