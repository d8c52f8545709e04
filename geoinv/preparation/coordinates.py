"""Coordinate systems by code: what a file's positions are in, and the metres that they become (through pyproj)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.conventions.units import Unit
from geoinv.core.checks import InputError
from geoinv.core.wording import way
from geoinv.formats.base import Projection
from geoinv.preparation.libraries import require
from geoinv.preparation.record import recorded
from geoinv.surveys.survey import Survey

__all__ = ["System", "converted", "geographic", "metric_near", "projection_of", "system"]

Array = npt.NDArray[np.float64]

_OUTSIDE = 6.0
"""Degrees beyond the area of a coordinate system at which positions are rejected: a zone of UTM, no more."""


@dataclass(frozen=True)
class System:
    """A horizontal coordinate system.

    Parameters
    ----------
    code : str
        As the user gives it; the name of an authority and a number, or WKT.
    crs : pyproj.CRS
        What it stands for.
    """

    code: str
    crs: Any

    @property
    def name(self) -> str:
        """Code and name, for a sentence."""
        return f"{self.code} ({self.crs.name})" if len(self.code) < 24 else str(self.crs.name)

    @property
    def degrees(self) -> bool:
        """Whether its positions are longitudes and latitudes."""
        return bool(self.crs.is_geographic)

    @cached_property
    def metres(self) -> float:
        """Metres of a unit of its axes."""
        return float(self.crs.axis_info[0].unit_conversion_factor)

    @property
    def unit(self) -> str:
        """Name of the unit of its axes."""
        return str(self.crs.axis_info[0].unit_name)

    def same_as(self, other: System) -> bool:
        """Whether both are the same system."""
        return bool(self.crs.equals(other.crs, ignore_axis_order=True))

    def geographic(self, first: Array, second: Array) -> tuple[Array, Array]:
        """Longitudes and latitudes (WGS 84, degrees) of positions in metres, or in degrees where it is in these."""
        scale = 1.0 if self.degrees else 1.0 / self.metres
        lon, lat = self._transform(self.crs, "EPSG:4326", scale * first, scale * second)
        self._refuse_outside(lon, lat, first, second)
        return lon, lat

    def converted(self, other: System, first: Array, second: Array) -> tuple[Array, Array]:
        """Eastings and northings in metres in another, projected system."""
        other._refuse_outside(*self.geographic(first, second), first, second)
        scale = 1.0 if self.degrees else 1.0 / self.metres
        easting, northing = self._transform(self.crs, other.crs, scale * first, scale * second)
        return other.metres * easting, other.metres * northing

    def _transform(self, source: Any, target: Any, first: Array, second: Array) -> tuple[Array, Array]:
        transformer = require("pyproj").Transformer.from_crs(source, target, always_xy=True)
        one, two = transformer.transform(first, second)
        return np.asarray(one, np.float64), np.asarray(two, np.float64)

    def _refuse_outside(self, lon: Array, lat: Array, first: Array, second: Array) -> None:
        """Reject positions that lie where the system is not used: they are in another one."""
        area = self.crs.area_of_use
        outside = ~(np.isfinite(lon) & np.isfinite(lat) & (np.abs(lat) <= 90.0) & (np.abs(lon) <= 360.0))
        if area is not None:
            outside |= (lat < area.south - _OUTSIDE) | (lat > area.north + _OUTSIDE)
            width = (area.east - area.west) % 360.0 or 360.0
            outside |= (lon - area.west + _OUTSIDE) % 360.0 > min(width + 2.0 * _OUTSIDE, 360.0)
        if outside.any():
            place = int(np.argmax(outside))
            there = ""
            if np.isfinite(lon[place]) and np.isfinite(lat[place]):
                there = f", at longitude {lon[place]:.4g}, latitude {lat[place]:.4g}"
            used = f" (used from {area.west:g} to {area.east:g}, {area.south:g} to {area.north:g})" if area else ""
            raise InputError(
                f"{self.name}{used} expects positions in its area, got {first[place]:.10g}, {second[place]:.10g}{there}"
                f" ({int(outside.sum())} of {outside.size} stations); give the system that they are in, "
                "and convert to one that is used there"
            )

    def convergence(self, lon: float, lat: float) -> float:
        """Degrees from true north to the northing axis, clockwise, at a place (the meridian convergence)."""
        return float(require("pyproj").Proj(self.crs).get_factors(lon, lat).meridian_convergence)

    def scale(self, lon: float, lat: float) -> float:
        """Length on the map of a short way on the ground, north, at a place."""
        return float(require("pyproj").Proj(self.crs).get_factors(lon, lat).meridional_scale)


def system(code: str, owner: str) -> System:
    """Coordinate system of a code.

    Raises
    ------
    InputError
        If no system has that code, or it has no horizontal axes in a known unit.

    Examples
    --------
    >>> system("EPSG:2264", "crs").unit, system("EPSG:4326", "crs").degrees
    ('US survey foot', True)
    """
    pyproj = require("pyproj")
    text = str(code).strip()
    try:
        crs = pyproj.CRS.from_user_input(text)
    except pyproj.exceptions.CRSError:
        raise InputError(
            f"{owner} expects a coordinate system by its code, as in EPSG:32633, got {text[:60]!r}; "
            "look it up at epsg.io"
        ) from None
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    if not (crs.is_geographic or crs.is_projected):
        raise InputError(
            f"{owner} expects a horizontal coordinate system, projected or geographic, got {text[:60]} ({crs.name}, "
            f"{crs.type_name}); give another"
        )
    authority = crs.to_authority(min_confidence=100)
    return System(":".join(authority) if authority else crs.to_wkt(), crs)


def metric_near(lon: Array, lat: Array) -> System:
    """Zone of UTM (WGS 84) about the middle of some places.

    Examples
    --------
    >>> metric_near(np.array([-88.0]), np.array([44.0])).name
    'EPSG:32616 (WGS 84 / UTM zone 16N)'
    """
    # from one of them on, so that stations on both sides of the date line have their middle between them
    middle = lon[0] + float(np.median((lon - lon[0] + 180.0) % 360.0 - 180.0))
    zone = int((middle + 180.0) % 360.0 // 6.0) + 1
    return system(f"EPSG:{(32600 if np.median(lat) >= 0.0 else 32700) + zone}", "crs")


class _Conversion:
    """What a reader calls to make metres of a file's positions; it keeps what it was made of."""

    def __init__(self, source: System, target: System | None) -> None:
        self.source, self.target = source, target

    def __call__(self, first: Array, second: Array) -> tuple[Array, Array]:
        if self.target is None:
            self.target = metric_near(*self.source.geographic(first, second))
        if self.source.same_as(self.target):
            self.source.geographic(first, second)
            return first, second
        return self.source.converted(self.target, first, second)


def projection_of(source: System, target: System | None) -> tuple[Projection, _Conversion]:
    """How a reader makes metres of positions in one system, and where that says which system they end in.

    Parameters
    ----------
    source : System
        What the file is in.
    target : System, optional
        What it becomes; by default the source where that is in metres, else the zone of UTM about the stations.

    Raises
    ------
    InputError
        If the target is in degrees or feet.
    """
    if target is not None and (target.degrees or target.metres != 1.0):
        owner = way("--to-crs", "to_crs")
        raise InputError(
            f"{owner} expects a projected system in metres, got {target.name} in {target.unit}s; choose another, such "
            "as a zone of UTM"
        )
    if target is None and not source.degrees and source.metres == 1.0:
        target = source
    feet = not source.degrees and source.metres != 1.0
    unit = Unit(f"{source.unit} of {source.code}", "length", source.metres) if feet else None
    conversion = _Conversion(source, target)
    return Projection(conversion, source.degrees, unit), conversion


def geographic(survey: Survey) -> tuple[Array, Array] | None:
    """Longitude and latitude of the stations in degrees: by the coordinate system, else the survey's own columns.

    Returns
    -------
    (stations,) arrays, or None where nothing tells.
    """
    if survey.crs is not None:
        return system(survey.crs, "the survey").geographic(survey.easting, survey.northing)
    if "longitude" in survey.columns and "latitude" in survey.columns:
        lon, lat = survey.columns["longitude"], survey.columns["latitude"]
        if lon.dtype.kind in "if" and lat.dtype.kind in "if":
            return lon.astype(np.float64), lat.astype(np.float64)
    return None


def converted(survey: Survey, to_crs: str) -> Survey:
    """Survey with its stations in another coordinate system.

    Parameters
    ----------
    survey : Survey
        With a coordinate system.
    to_crs : str
        Code of a projected system in metres: "EPSG:32633".

    Raises
    ------
    InputError
        If the survey has no coordinate system, or one of the two cannot be used.

    Examples
    --------
    >>> survey = Survey([500000.0], [0.0], [5.0], components=("gz",), crs="EPSG:32633")
    >>> converted(survey, "EPSG:3857").easting.round(2).tolist()
    [1669792.36]
    """
    if survey.crs is None:
        raise InputError("the survey expects a coordinate system to be converted from, got none; make it with crs=...")
    source, target = system(survey.crs, "the survey"), system(to_crs, "to_crs")
    projection, _ = projection_of(source, target)
    easting, northing = projection.convert(survey.easting, survey.northing)
    moved = replace(survey, easting=easting, northing=northing, crs=target.code)
    return recorded(moved, "system", f"{survey.stations} stations from {source.name} to {target.name}")
