"""Windows: the stations inside a box or a polygon."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.core.wording import way
from geoinv.formats.text import TextLines, is_number, read_bytes
from geoinv.preparation.coordinates import System, system
from geoinv.preparation.libraries import require
from geoinv.preparation.record import recorded
from geoinv.surveys.survey import Survey

__all__ = ["in_box", "in_polygon", "polygon_of"]

Array = npt.NDArray[np.float64]

MANY = "MultiPolygon"

_MOST_BYTES = 1 << 26  # of a file with a polygon


def in_box(survey: Survey, west: float, east: float, south: float, north: float) -> Survey:
    """Survey with the stations in a box, its edges included, in the survey's metres.

    Raises
    ------
    InputError
        If the edges are crossed, or no station is inside.

    Examples
    --------
    >>> survey = Survey([0.0, 9.0], [0.0, 0.0], [5.0, 5.0], components=("gz",))
    >>> in_box(survey, -1.0, 1.0, -1.0, 1.0).stations
    1
    """
    option = way("--box", "in_box")
    if not (west < east and south < north):
        raise InputError(
            f"{option} expects west below east and south below north, got {west:.10g} {east:.10g} {south:.10g} "
            f"{north:.10g}; give them in the order west east south north"
        )
    inside = (survey.easting >= west) & (survey.easting <= east)
    inside &= (survey.northing >= south) & (survey.northing <= north)
    return _cut(survey, inside, option, f"box {west:.10g} to {east:.10g}, {south:.10g} to {north:.10g} m")


def in_polygon(survey: Survey, polygon: str | Path | npt.ArrayLike) -> Survey:
    """Survey with the stations in a polygon, its edges included.

    Parameters
    ----------
    survey : Survey
        With a coordinate system, where the polygon is in degrees.
    polygon : str, Path or (vertices, 2) array_like
        Vertices in the survey's metres, or a file of them: two columns, or GeoJSON, which is in longitudes and
        latitudes unless it names another system.

    Raises
    ------
    InputError
        If the polygon has less than three vertices or crosses itself, cannot be placed, or no station is inside.

    Examples
    --------
    >>> survey = Survey([1.0, 9.0], [1.0, 9.0], [5.0, 5.0], components=("gz",))
    >>> in_polygon(survey, [[0, 0], [9, 0], [0, 9]]).stations
    1
    """
    option = way("--polygon", "in_polygon")
    if isinstance(polygon, str | Path):
        shape, told = polygon_of(polygon, survey)
    else:
        shape, told = _polygon([np.asarray(polygon, np.float64)], "in_polygon"), "polygon"
    inside = require("shapely").intersects_xy(shape, survey.easting, survey.northing)
    return _cut(survey, np.asarray(inside), option, told)


def _cut(survey: Survey, inside: npt.NDArray[np.bool_], option: str, told: str) -> Survey:
    if not inside.any():
        raise InputError(
            f"{option} expects to leave some stations, got none of {survey.stations} inside; the survey lies from "
            f"{survey.easting.min():.10g} to {survey.easting.max():.10g}, {survey.northing.min():.10g} to "
            f"{survey.northing.max():.10g} m{f' in {survey.crs}' if survey.crs and len(survey.crs) < 24 else ''}"
        )
    left = survey.select(inside)
    return recorded(left, "window", f"{told}: {left.stations} of {survey.stations} stations left")


def polygon_of(path: str | Path, survey: Survey) -> tuple[Any, str]:
    """Polygon of a file in the survey's metres, and a few words about it.

    Raises
    ------
    InputError
        If the file holds none that can be used, or it is in degrees and the survey has no coordinate system.
    """
    content = read_bytes(path, _MOST_BYTES).lstrip(b"\xef\xbb\xbf \t\r\n")
    if content.startswith(b"{"):
        rings, source = _of_geojson(path, content)
        if source is not None:
            if survey.crs is None:
                raise InputError(
                    f"{path} expects a survey with a coordinate system, as its vertices are in {source.name}, got one "
                    f"without; {way('give --crs', 'give crs=...')}"
                )
            target = system(survey.crs, "the survey")
            rings = [[np.column_stack(source.converted(target, *ring.T)) for ring in part] for part in rings]
        shapely = require("shapely")
        parts = [_polygon(part, path) for part in rings]
        shape = parts[0] if len(parts) == 1 else shapely.union_all(parts)
        return shape, f"polygon of {sum(len(part[0]) - 1 for part in rings)} vertices in {path}"
    vertices = _of_columns(TextLines.read(path))
    return _polygon([vertices], path), f"polygon of {len(vertices)} vertices in {path}"


def _of_columns(text: TextLines) -> Array:
    """Vertices (n, 2) of two columns, below a line of names if there is one."""
    rows = [re.split(r"[\s,;]+", line.strip()) for line in text.lines]
    start = 0 if all(map(is_number, rows[0])) else 1
    for index, row in enumerate(rows[start:], start):
        if len(row) != 2 or not all(map(is_number, row)):
            raise text.error(index, "two numbers, an easting and a northing", "give the vertices of a polygon")
    if start == len(rows):
        raise text.error(start, "vertices", "write an easting and a northing a line")
    return np.array([[float(one) for one in row] for row in rows[start:]])


def _of_geojson(path: str | Path, text: bytes) -> tuple[list[list[Array]], System | None]:
    """Rings of each polygon of a GeoJSON file, and the system that they are in (None: that of the survey)."""
    try:
        content = json.loads(text)
        geometries = _geometries(content)
        rings = [
            [np.asarray(ring, np.float64)[:, :2] for ring in polygon]
            for geometry in geometries
            for polygon in (
                geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
            )
        ]
        named = ((content.get("crs") or {}).get("properties") or {}).get("name", "")
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
        raise InputError(f"{path} expects GeoJSON with a polygon, got a broken one ({error}); write it again") from None
    if not rings or not all(polygon and all(ring.size for ring in polygon) for polygon in rings):
        raise InputError(f"{path} expects GeoJSON with a polygon, got none; write one")
    if named:
        return rings, system(str(named), f"{path} crs")
    extent = max(float(np.abs(ring).max()) for polygon in rings for ring in polygon)
    return rings, system("OGC:CRS84", str(path)) if extent <= 360.0 else None


def _geometries(content: dict[str, Any]) -> list[dict[str, Any]]:
    """Polygons in a GeoJSON object, whatever it is wrapped in."""
    kind = content["type"]
    if kind == "FeatureCollection":
        return [geometry for feature in content["features"] for geometry in _geometries(feature)]
    if kind == "Feature":
        return _geometries(content["geometry"])
    if kind == "GeometryCollection":
        return [geometry for one in content["geometries"] for geometry in _geometries(one)]
    if kind in ("Polygon", MANY):
        return [content]
    raise ValueError(f"a {kind}")


def _polygon(rings: list[Array], owner: str | Path) -> Any:
    """Polygon of an outer ring and its holes; a ring is closed from its last vertex to its first."""
    shapely = require("shapely")
    for ring in rings:
        if ring.ndim != 2 or ring.shape[1] != 2 or len(np.unique(ring, axis=0)) < 3 or not np.isfinite(ring).all():
            raise InputError(
                f"{owner} expects at least three vertices with an easting and a northing each, all of them finite, got "
                f"{ring[:4].tolist()}; give a polygon"
            )
    shape = shapely.Polygon(rings[0], rings[1:])
    if not shape.is_valid:
        reason = shapely.is_valid_reason(shape)
        raise InputError(f"{owner} expects a polygon that does not cross itself, got one that does ({reason}); mend it")
    return shape
