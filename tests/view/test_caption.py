"""What stands below a picture."""

from __future__ import annotations

import pytest
from view_subjects import padded_grid, solution

from geoinv import Grid
from geoinv.view.caption import caption_of, crs_named


def test_everything_that_is_known_is_said():
    data = solution()
    data.attrs.update(field_inclination=65.0, field_declination=-25.5, field_intensity=50000.0)
    data.attrs.update(created="2026-11-27T11:00:52+00:00", source="geoinv 0.1.0, numpy 2")
    assert caption_of(data, "/a/b/model.nc") == (
        "model.nc; coordinate system not stated; "
        "main field 50000 nT, inclination 65°, declination \N{MINUS SIGN}25.5°; made 2026-11-27 by geoinv 0.1.0"
    )


def test_hostile_attributes_are_shown_as_text_on_one_line():
    data = solution()
    data.attrs.update(field_inclination="\x1b[31m", field_declination="x\ny", field_intensity=1.0, created="$a$" * 99)
    told = caption_of(data, "evil\n.nc")
    assert told.startswith("evil .nc; ")
    assert "\n" not in told
    assert "\x1b" not in told
    assert len(told) < 300


@pytest.mark.parametrize("crs", ["EPSG:26917", 'PROJCRS["NAD83 / UTM zone 17N",BASEGEOGCRS["NAD83"]]'])
def test_a_coordinate_system_is_told_by_its_name(crs):
    edges = padded_grid().easting_edges
    data = Grid(edges, edges, [0.0, 1.0], crs=crs).to_xarray()
    assert crs_named(data) in ("EPSG:26917", "NAD83 / UTM zone 17N")
