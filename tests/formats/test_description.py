"""What a file is and holds, in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from format_files import FIELD, written

from geoinv import Grid, Survey
from geoinv.formats import (
    describe,
    write_model,
    write_survey,
)


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
