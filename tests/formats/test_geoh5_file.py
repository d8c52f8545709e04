"""The coordinate system of an object in a geoh5 file, from codes and WKT."""

from __future__ import annotations

import pytest

from geoinv.formats.geoh5_file import crs_metadata


@pytest.mark.parametrize(
    ("crs", "code", "name"),
    [
        ("EPSG:28355", "EPSG:28355", "EPSG:28355"),
        (
            'PROJCS["WGS 84 / UTM zone 18S",GEOGCS["WGS 84",AUTHORITY["EPSG","4326"]],AUTHORITY["EPSG","32718"]]',
            "EPSG:32718",
            "WGS 84 / UTM zone 18S",
        ),
        ('PROJCRS["mine",BASEGEOGCRS["WGS 84",ID["EPSG",4326]],CS[Cartesian,2]]', "Unknown", None),
        ("local mine grid", "Unknown", "local mine grid"),
    ],
)
def test_a_code_is_found_and_what_has_none_keeps_its_text(crs, code, name):
    assert crs_metadata(crs)["Coordinate Reference System"]["Current"] == {"Code": code, "Name": name or crs}


def test_no_coordinate_system_is_no_metadata():
    assert crs_metadata(None) == {}
