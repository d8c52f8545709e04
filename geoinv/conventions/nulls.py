"""Numbers that stand for a missing value, in any column of any file."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["is_null", "nulls_in"]

_HUGE = (1e30, 3.5e38)
"""Magnitudes that no measured quantity has and that float32 can hold: 1e32 (Geosoft), 1.70141e38 (Surfer),
9.97e36 (netCDF), 3.4e38 (the largest float32)."""

_LARGEST = 1.79e308  # from the largest float64 on

_INTEGERS = (-32768.0, -32767.0, -2147483648.0, -2147483647.0)  # least of a type, and netCDF's fill values

_NINES = [
    -float(f"{'9' * whole}{'.' * bool(part)}{'9' * part}")
    for whole in range(3, 13)
    for part in range(7)
    if whole + part <= 15  # digits that float64 keeps apart from a round number
]
# as float32 keeps them, where that is not a round number
_SINGLE = [single for nine in _NINES if (single := float(np.float32(nine))) != round(nine, -3) or nine == single]

_EXACT = np.unique([*_INTEGERS, *_NINES, *_SINGLE])


def is_null(values: npt.ArrayLike, *, negative: bool = True) -> npt.NDArray[np.bool_]:
    """Tell which numbers stand for a missing value.

    They are NaN; magnitudes from 1e30 to 3.5e38 and the largest float64; -32768 and the like; -999, -9999 and every
    other negative number of nines (-99999.99), in double or single precision.

    Parameters
    ----------
    values : array_like
        Numbers.
    negative : bool, optional
        Whether the negative numbers are null: along an axis, -999 can be the centre of a cell.

    Returns
    -------
    array of bool, of the same shape

    Examples
    --------
    >>> is_null([1.0, -9999.0, 1e32, -99999.99, float("nan"), -32768.0, 9999.0, -100.0]).tolist()
    [False, True, True, True, True, True, False, False]
    """
    numbers = np.array(values, dtype=np.float64, ndmin=1, copy=None)
    magnitude = np.abs(numbers)
    null = np.isnan(numbers) | ((magnitude >= _HUGE[0]) & (magnitude <= _HUGE[1]))
    null |= (magnitude >= _LARGEST) & np.isfinite(magnitude)
    suspect = numbers <= -999.0
    if negative and suspect.any():
        null[suspect] |= np.isin(numbers[suspect], _EXACT)
    return null.reshape(np.shape(values))


_PATTERN = 1e13  # above the longest run of nines, below what no quantity reaches
_FEW_NINES = np.unique([-99.0, -99.9, -99.99, -99.999, -999.25])
_FEWEST = 3  # other values that tell where a column lies


def nulls_in(column: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Tell which numbers of a column stand for a missing value, by the others.

    As :func:`is_null`, but a number of nines that lies within the range of the others, and comes no more often
    than they do, is one of them: -999 m on a local grid. Away from the others by more than their range, 9999,
    99999.99 and 32767 are null, and so are -99, -99.9 and -999.25 that come twice.

    Parameters
    ----------
    column : (rows,) array_like
        Numbers of one quantity, in the unit of the file.

    Returns
    -------
    (rows,) array of bool

    Examples
    --------
    >>> nulls_in([-1001.0, -1000.0, -999.0, -998.0]).tolist(), nulls_in([5.0, 12.0, -999.0, 7.0]).tolist()
    ([False, False, False, False], [False, False, True, False])
    """
    values = np.asarray(column, dtype=np.float64).ravel()
    null = is_null(values)
    magnitude = np.abs(values)
    few = np.isin(values, _FEW_NINES)
    many = np.isin(-values, _EXACT[_EXACT <= -9999.0])
    doubtful = (null & (magnitude < _PATTERN)) | few | many
    others = values[~null & ~doubtful & np.isfinite(values)]
    if not doubtful.any() or others.size < _FEWEST:
        return null
    low, high = others.min(), others.max()
    most = int(np.unique(others, return_counts=True)[1].max())
    for value in np.unique(values[doubtful]):
        places = values == value
        if low <= value <= high:
            null[places] = bool(null[places].any()) and int(places.sum()) > most
        elif few[places].any() or many[places].any():
            far = max(low - value, value - high) > high - low
            null[places] = far and (bool(many[places].any()) or int(places.sum()) > 1)
    return null
