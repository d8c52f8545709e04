"""What a file is and holds, in words."""

from __future__ import annotations

from pathlib import Path

import pytest
import xarray as xr
from format_files import FIELD, written

from geoinv import Grid, Survey
from geoinv.formats import (
    describe,
    write_model,
    write_survey,
)
from geoinv.formats.base import Projection


def test_description_of_real_files(shared_data: Path) -> None:
    text = describe(shared_data / "raglan_1997" / "obs.mag")
    for part in (
        "UBC magnetic observations",
        "1638 stations",
        "5220.64 nT",
        "inclination 83, declination -32",
        "60000 nT",
    ):
        assert part in text
    text = describe(shared_data / "raglan_1997" / "mesh.msh")
    assert "10 x 40 x 40 cells" in text
    assert "upward -1000 to 0 m" in text
    assert "0 to 0.31418" in describe(shared_data / "raglan_1997" / "maginv3d.sus")
    assert "cannot be read as it is: " in describe(shared_data / "usgs_ne_wisconsin_2021" / "WI_Magnetics.csv")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("60 0 50000\n45 10\n1\n1 2 3\n", ["tmi: no data", "projected on inclination 45"]),
        ("3*0.1\n-100\n", ["4 values, 1 marked inactive", "model 0.1 to 0.1"]),
        ("2\n1 2 3\n4 5 6\n", ["2 points", "upward 3 to 6 m"]),
        ("1\n1 2 3 4 0.5\n", ["UBC gravity observations", "gz 4 to 4 mGal", "gz in mGal, positive down (above dense"]),
        ("x,y,z,tmi\n1,2,3,4\n1,2,3,*\n", ["2 rows", "1 of 2 rows with a null value", "give field="]),
    ],
)
def test_description_of_small_files(tmp_path: Path, text: str, parts: list[str]) -> None:
    described = describe(written(tmp_path, text))
    assert all(part in described for part in parts), described


def test_description_of_netcdf_files(tmp_path: Path) -> None:
    grid = Grid.regular((2, 1, 1), (10, 20, 25)).with_active([[[True]], [[False]]])
    write_model(tmp_path / "a.nc", grid, [[[0.25]], [[0.5]]])
    assert "1 active" in describe(tmp_path / "a.nc")
    assert "susceptibility 0.25 to 0.25" in describe(tmp_path / "a.nc")
    write_survey(tmp_path / "b.nc", Survey([0.0], [0.0], [0.0], field=FIELD, data=[3.0], uncertainty=2.0))
    assert "standard deviation of tmi 2 to 2 nT" in describe(tmp_path / "b.nc")


def test_what_an_inversion_needs_beside_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y,lon,lat,tmi\n0,1,7.0,50.0,54000\n9,1,7.0002,50.0,54010\n")
    told = describe(tmp_path / "a.csv")
    assert "heights: none in the file; give height=..." in told
    assert "to invert: expects a column of upward in metres" in told
    told = describe(tmp_path / "a.csv", height=30.0)
    assert "to invert: expects tmi as an anomaly in nT, got a median of 54005 nT, which is a total field" in told
    (tmp_path / "b.csv").write_text("x,y,z,tmi\n0,1,2,5\n9,1,2,6\n")
    told = describe(tmp_path / "b.csv")
    assert "field: none in a table" in told
    assert "to invert" not in told


def test_positions_are_those_of_the_projection_that_is_given(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("lon,lat,z,tmi\n7.0,50.0,3,5\n7.5,50.0,3,6\n")
    assert "cannot be read as it is" in describe(tmp_path / "a.csv")
    projection = Projection(lambda east, north: (1e5 * east, 1e5 * north), degrees=True)
    told = describe(tmp_path / "a.csv", projection=projection)
    assert "easting 700000 to 750000 m" in told
    assert "longitude = lon" in told


def test_a_netcdf_survey_without_a_field_is_described_and_asks_for_it(tmp_path: Path) -> None:
    data = xr.Dataset({name: ("station", [1.0, 20.0]) for name in ("easting", "northing", "upward", "tmi")})
    data.to_netcdf(tmp_path / "a.nc")
    assert "field: none in the file; give field=..." in describe(tmp_path / "a.nc")
