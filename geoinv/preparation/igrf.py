"""The International Geomagnetic Reference Field at stations, each on its own date (through ppigrf)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.core.wording import way
from geoinv.preparation.dates import range_text
from geoinv.preparation.libraries import require

__all__ = ["MODEL", "angles_of", "igrf", "model_range", "refuse_dates"]

Array = npt.NDArray[np.float64]

MODEL = "IGRF-14"

_CHUNK = 4000  # stations at once: some 200 terms each


def model_range() -> tuple[np.datetime64, np.datetime64]:
    """First and last day that the model holds."""
    epochs = _epochs()
    return epochs[0], epochs[-1]


def _epochs() -> npt.NDArray[np.datetime64]:
    """Days at which the model has coefficients; they change linearly between them."""
    return np.asarray(require("ppigrf.ppigrf").read_shc()[0].index.values.astype("datetime64[D]"))


def igrf(
    longitude: npt.ArrayLike, latitude: npt.ArrayLike, height: npt.ArrayLike, days: npt.ArrayLike
) -> tuple[Array, Array, Array]:
    """Main field of the Earth.

    Parameters
    ----------
    longitude, latitude : (stations,) array_like
        Geodetic, in degrees (WGS 84).
    height : (stations,) array_like
        Metres above the ellipsoid. Above sea level does as well: the geoid is within 110 m of it, where the field is
        2.5 nT weaker at most.
    days : (stations,) array_like of datetime64
        Date of each station, or one for all.

    Returns
    -------
    east, north, up : (stations,) array
        In nT; east and north are true.

    Raises
    ------
    InputError
        If a date is missing or outside the model's range, a position is none on Earth, or ppigrf is not installed.

    Notes
    -----
    Between two epochs of the model its coefficients, and so the field at a place, are linear in time: ppigrf is
    evaluated at each station on the first and the last day of its epoch only, and the days between are interpolated,
    which is exact. The model: Alken et al., "International Geomagnetic Reference Field", Earth, Planets and Space.

    Examples
    --------
    >>> east, north, up = igrf([5.32415], [60.39299], [0.0], np.datetime64("2021-03-28"))
    >>> [round(float(part[0])) for part in (east, north, up)]
    [459, 14997, -49020]
    """
    lon, lat, metres = (np.atleast_1d(np.asarray(part, np.float64)) for part in (longitude, latitude, height))
    lon, lat, metres = np.broadcast_arrays(lon, lat, metres)
    dates = np.broadcast_to(np.asarray(days, "datetime64[D]"), lon.shape)
    epochs = _epochs()
    refuse_dates(dates)
    _refuse_places(lon, lat)
    result = np.empty((3, lon.size))
    which = np.clip(np.searchsorted(epochs, dates, side="right") - 1, 0, len(epochs) - 2)
    for epoch in np.unique(which):
        for places in _chunks(np.flatnonzero(which == epoch)):
            result[:, places] = _within_epoch(lon[places], lat[places], metres[places], dates[places])
    return result[0], result[1], result[2]


def _chunks(places: npt.NDArray[np.int64]) -> list[npt.NDArray[np.int64]]:
    return np.array_split(places, -(-len(places) // _CHUNK))


def _within_epoch(lon: Array, lat: Array, metres: Array, dates: npt.NDArray[np.datetime64]) -> Array:
    """Field (3, stations) of stations whose dates all lie between two neighbouring epochs."""
    ppigrf = require("ppigrf")
    first, last = dates.min(), dates.max()
    ends = [first.astype("datetime64[ms]").item(), last.astype("datetime64[ms]").item()]
    ends = ends[:1] if first == last else ends
    # at the poles themselves east and north are not defined, and the model divides by zero
    field = np.stack(ppigrf.igrf(lon, np.clip(lat, -89.9999, 89.9999), 1e-3 * metres, ends))
    if first == last:
        return np.asarray(field[:, 0])
    share = (dates - first) / (last - first)
    return np.asarray(field[:, 0] + share * (field[:, 1] - field[:, 0]))


def refuse_dates(dates: npt.NDArray[np.datetime64]) -> None:
    """Reject stations without a date, or with one that the model does not reach.

    Raises
    ------
    InputError
        If there is one; the sentence says how many.
    """
    first, last = model_range()
    missing = np.isnat(dates)
    one = way("give one for all with --date YYYY-MM-DD", "give date='YYYY-MM-DD'", "give one for all")
    if missing.any():
        raise InputError(
            f"{MODEL} expects the date of each station, got none at {int(missing.sum())} of {dates.size}; {one}"
        )
    outside = (dates < first) | (dates > last)
    if outside.any():
        raise InputError(
            f"{MODEL} expects dates from {first} to {last}, got {range_text(dates[outside])} at "
            f"{int(outside.sum())} of {dates.size} stations; correct them, or {one}"
        )


def _refuse_places(lon: Array, lat: Array) -> None:
    wrong = ~((np.abs(lat) <= 90.0) & (lon >= -180.0) & (lon <= 360.0))
    if wrong.any():
        place = int(np.argmax(wrong))
        raise InputError(
            f"{MODEL} expects longitudes from -180 to 360 and latitudes from -90 to 90 degrees, got {lon[place]:.6g} "
            f"and {lat[place]:.6g} at station {place} (counted from 0; {int(wrong.sum())} of {lon.size}); correct them"
        )


def angles_of(east: npt.ArrayLike, north: npt.ArrayLike, up: npt.ArrayLike) -> tuple[Array, Array, Array]:
    """Inclination and declination in degrees, and intensity, of a field.

    Examples
    --------
    >>> [round(float(one), 6) for one in angles_of(0.0, 3.0, -4.0)]
    [53.130102, 0.0, 5.0]
    """
    e, n, u = (np.asarray(part, np.float64) for part in (east, north, up))
    horizontal = np.hypot(e, n)
    inclination = np.degrees(np.arctan2(-u, horizontal))
    return np.asarray(inclination), np.asarray(np.degrees(np.arctan2(e, n))), np.asarray(np.hypot(horizontal, u))
