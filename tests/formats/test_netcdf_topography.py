"""Topography in netCDF."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.testing as npt
import pytest
import xarray as xr
from netcdf_files import survey_file

from geoinv import InputError
from geoinv.formats import (
    collected,
    describe,
    read_topography,
)


def grid_file(folder: Path, name: str, attributes: dict[str, Any], values: Any = 900.0) -> Path:
    data = xr.Dataset(
        {name: (("northing", "easting"), np.full((2, 3), values), attributes)},
        coords={"easting": [0.0, 10.0, 20.0], "northing": [0.0, 10.0]},
    )
    data.to_netcdf(folder / "a.nc")
    return folder / "a.nc"


@pytest.mark.parametrize(
    ("name", "attributes"),
    [
        ("total_field_anomaly", {"units": "nT"}),
        ("elevation", {"units": "nT"}),
        ("z", {"units": "gamma"}),
        ("bouguer", {"units": "mGal"}),
        ("rtp", {}),
        ("band_1", {}),
        ("tmi", {}),
        ("z", {"long_name": "TMI, IGRF removed"}),
        ("z", {"long_name": "total magnetic field", "units": ""}),
        ("topo_anomaly", {"units": "m"}),
        ("z", {"units": "m", "standard_name": "sea_surface_wave_significant_height"}),
    ],
)
def test_a_grid_of_a_field_is_no_topography(tmp_path: Path, name: str, attributes: dict[str, Any]) -> None:
    path = grid_file(tmp_path, name, attributes)
    with pytest.raises(InputError, match=rf"a\.nc expects a topography, got netCDF grid of {name} .*states no heights"):
        read_topography(path)
    assert "states a unit of length" in describe(path)


@pytest.mark.parametrize(
    ("name", "attributes", "elevation"),
    [
        ("elevation", {}, 900.0),
        ("band_1", {"units": "m"}, 900.0),
        ("dem", {"units": "ft"}, 900.0 * 0.3048),
        ("surface", {"units": "m", "positive": "down"}, -900.0),
        ("x1", {"standard_name": "surface_altitude"}, 900.0),
    ],
)
def test_grids_of_heights_are_topography(
    tmp_path: Path, name: str, attributes: dict[str, Any], elevation: float
) -> None:
    points = read_topography(grid_file(tmp_path, name, attributes))
    assert points.shape == (6, 3)
    npt.assert_allclose(points[:, 2], elevation, rtol=1e-14)


def test_null_elevations_are_left_out(tmp_path: Path) -> None:
    values = np.array([[900.0, -32768.0, 9.97e36], [-99999.0, 905.0, np.nan]])
    with collected() as notes:
        npt.assert_array_equal(
            read_topography(grid_file(tmp_path, "dem", {"units": "m"}, values)), [[0, 0, 900], [10, 10, 905]]
        )
    assert ("ground", "4 of 6 nodes without elevation are left out") in notes.taken


def test_a_field_given_as_ground_ends_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from geoinv.cli import main

    survey = survey_file(tmp_path).rename(tmp_path / "survey.nc")
    ground = grid_file(tmp_path, "total_field_anomaly", {"units": "nT"})
    command = ["invert", str(survey), "--cell", "25", "--depth", "100", "--topo", str(ground)]
    assert main([*command, "--out", str(tmp_path / "out.nc")]) == 1
    err = capsys.readouterr().err
    assert "a.nc expects a topography, got netCDF grid of total_field_anomaly (nT), which states no heights" in err
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "out.nc").exists()
