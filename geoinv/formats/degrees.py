"""Coordinates that can only be degrees."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.core.wording import way

__all__ = ["project_them", "refuse_degrees"]

_APART = 0.1  # stations nearer than this in whatever unit the coordinates have
_OFFSET = 5.0  # of coordinates in degrees from zero, in extents of the survey


def project_them() -> str:
    """What to do about longitudes and latitudes where eastings and northings belong."""
    return way(
        "give --crs EPSG:4326, if they are longitudes and latitudes of WGS 84",
        "project them to metres (UTM, for example), as geoinv.preparation.raw_lines.read_lines does",
        "project them to metres (UTM, for example), as geoinv prepare does",
    )


def refuse_degrees(path: str | Path, easting: npt.NDArray[np.float64], northing: npt.NDArray[np.float64]) -> None:
    """Reject coordinates whose file states no unit and that as metres would be a speck far from the origin.

    Raises
    ------
    InputError
        If all are in the range of longitudes and latitudes, neighbours are less than 0.1 apart, and the
        survey is small beside its distance from zero.
    """
    if easting.size < 2 or np.abs(easting).max() > 360.0 or np.abs(northing).max() > 90.0:
        return
    extent = max(np.ptp(easting), np.ptp(northing))
    apart = np.hypot(np.diff(easting), np.diff(northing))
    apart = apart[apart > 0.0]
    offset = np.hypot(np.mean(easting), np.mean(northing))
    if apart.size and float(np.median(apart)) < _APART and offset > _OFFSET * extent:
        raise InputError(
            f"{path} expects coordinates in metres, got {easting[0]!s}, {northing[0]!s} with stations "
            f"{float(np.median(apart)):.2g} apart, as longitudes and latitudes are: these are no eastings and "
            f"northings; {project_them()}, or name the columns with their unit, as in 'x (m)'"
        )
