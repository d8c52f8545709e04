from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.testing as npt
import pytest

from geoinv import InputError, Survey
from geoinv.preparation.coordinates import system
from geoinv.preparation.window import in_box, in_polygon, polygon_of


def _survey() -> Survey:
    east, north = np.meshgrid(np.arange(11.0), np.arange(11.0))
    return Survey(
        500000.0 + 100.0 * east.ravel(), 100.0 * north.ravel(), np.zeros(121), components=("gz",), crs="EPSG:32633"
    )


def test_a_box_keeps_its_edges() -> None:
    left = in_box(_survey(), 500000.0, 500200.0, 100.0, 300.0)
    assert left.stations == 9
    assert left.attributes is not None
    assert left.attributes["preparation"] == "window: box 500000 to 500200, 100 to 300 m: 9 of 121 stations left"


@pytest.mark.parametrize(
    ("box", "message"),
    [
        ((500200.0, 500000.0, 0.0, 1.0), "west below east"),
        ((0.0, 1.0, 0.0, 1.0), "got none of 121 inside; the survey lies from 500000 to 501000, 0 to 1000 m in EPSG"),
        ((np.nan, 1.0, 0.0, 1.0), "west below east"),
    ],
)
def test_a_box_that_keeps_nothing_is_rejected(box: tuple[float, float, float, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        in_box(_survey(), *box)


@pytest.mark.parametrize(
    "text",
    [
        "500000 0\n500400 0\n500000 400\n",
        "easting,northing\n500000,0\n500400,0\n500000,400\n500000,0\n",
        "# a triangle\n500000; 0\n500400; 0\n500000; 400\n",
    ],
)
def test_vertices_stand_in_two_columns(tmp_path: Path, text: str) -> None:
    path = tmp_path / "polygon.txt"
    path.write_text(text)
    assert in_polygon(_survey(), path).stations == 15


def _geojson(folder: Path, geometry: dict[str, Any], **more: Any) -> Path:
    path = folder / "polygon.geojson"
    feature = {"type": "Feature", "properties": {}, "geometry": geometry}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature], **more}))
    return path


def test_geojson_is_in_degrees_and_may_have_holes(tmp_path: Path) -> None:
    ring = np.array([[499990, -10], [500990, -10], [500990, 990], [499990, 990], [499990, -10]], float)
    hole = np.array([[500150, 150], [500150, 350], [500350, 350], [500350, 150], [500150, 150]], float)
    degrees = [np.column_stack(system("EPSG:32633", "crs").geographic(*part.T)).tolist() for part in (ring, hole)]
    path = _geojson(tmp_path, {"type": "Polygon", "coordinates": degrees})
    assert in_polygon(_survey(), path).stations == 100 - 4
    with pytest.raises(InputError, match="a survey with a coordinate system, as its vertices are in"):
        in_polygon(replace(_survey(), crs=None), path)


def test_geojson_that_names_its_system_or_is_in_metres_is_taken_so(tmp_path: Path) -> None:
    square = [[500000, 0], [500100, 0], [500100, 100], [500000, 100], [500000, 0]]
    geometry = {"type": "MultiPolygon", "coordinates": [[square]]}
    assert in_polygon(_survey(), _geojson(tmp_path, geometry)).stations == 4
    named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32633"}}
    shape, told = polygon_of(_geojson(tmp_path, geometry, crs=named), _survey())
    npt.assert_allclose(shape.area, 10_000.0)
    assert told.startswith("polygon of 4 vertices in ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0 0\n1 1\n", "at least three vertices"),
        ("0 0\n1 1\n1 0\n0 1\n", "does not cross itself"),
        ("0 0 1\n1 1 1\n1 0 1\n", "two numbers, an easting and a northing"),
        ("0 0\n1 x\n1 0\n", "two numbers"),
        ("easting northing\n", "vertices"),
        ('{"type": "Point", "coordinates": [0, 0]}', "GeoJSON with a polygon, got a broken one"),
        ('{"type": "FeatureCollection", "features": []}', "got none"),
        ('{"type": ', "got a broken one"),
        ('{"type": "Polygon", "coordinates": []}', "got none"),
        ('{"type": "Polygon", "coordinates": [[]]}', "got a broken one"),
        ('{"type": "Polygon", "coordinates": ' + "[" * 20000 + "]" * 20000 + "}", "got a broken one"),
        ("0 0\nnan 1\n1 0\n", "at least three vertices .* all of them finite"),
    ],
)
def test_what_is_no_polygon_is_rejected(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "polygon.txt"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        in_polygon(_survey(), path)
