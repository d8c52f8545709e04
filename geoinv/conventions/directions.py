"""Vectors as geophysicists say them: amplitude, inclination and declination."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["amplitude_and_angles"]

Array = npt.NDArray[np.float64]


def amplitude_and_angles(vector: npt.ArrayLike) -> tuple[Array, Array, Array]:
    """Amplitude, inclination and declination of vectors.

    Parameters
    ----------
    vector : (3, ...) array_like
        Components easting, northing, upward.

    Returns
    -------
    amplitude : (...) array
        In the unit of the vector.
    inclination, declination : (...) arrays
        In degrees, positive down and clockwise from north, within -180 and 180; NaN where a vector vanishes.

    Examples
    --------
    >>> amplitude, inclination, declination = amplitude_and_angles([0.0, 1.0, -1.0])
    >>> round(float(amplitude), 3), float(inclination), float(declination)
    (1.414, 45.0, 0.0)
    """
    easting, northing, upward = np.asarray(vector, np.float64)
    horizontal = np.hypot(easting, northing)
    amplitude = np.hypot(horizontal, upward)
    there = amplitude > 0.0
    inclination = np.where(there, np.degrees(np.arctan2(-upward, horizontal)), np.nan)
    declination = np.where(there, np.degrees(np.arctan2(easting, northing)), np.nan)
    return amplitude, inclination, declination
