"""ESRI ASCII grids that GDAL writes, and grids that GDAL reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest
from gridded_files import EASTING, NORTHING, VALUES, by_gdal

from geoinv import InputError
from geoinv.formats import read_topography, recognise
from geoinv.formats.esri_ascii import read_esri_ascii, write_esri_ascii

pytestmark = pytest.mark.filterwarnings("ignore")  # of rasterio about its own dependencies
HEAD = "ncols 2\nnrows 2\nxllcorner 10\nyllcorner 20\ncellsize 2\nNODATA_value -9999\n"


def test_a_grid_of_gdal_has_its_cells_values_and_coordinate_system(tmp_path: Path) -> None:
    path = by_gdal(tmp_path / "a.asc", "AAIGrid", crs="EPSG:32616")
    assert recognise(path).name == "ESRI ASCII grid"
    grid = read_esri_ascii(path)
    npt.assert_allclose(grid.easting, EASTING, rtol=1e-12)
    npt.assert_allclose(grid.northing, NORTHING, rtol=1e-12)
    npt.assert_allclose(grid.bands[0].values, VALUES, rtol=1e-6, atol=1e-5)
    assert grid.crs is not None
    assert "UTM_Zone_16N" in grid.crs or "UTM zone 16N" in grid.crs


def test_what_is_written_is_read_by_gdal_and_comes_back_exactly(tmp_path: Path) -> None:
    rasterio = pytest.importorskip("rasterio")
    source = read_esri_ascii(by_gdal(tmp_path / "a.asc", "AAIGrid"))
    write_esri_ascii(tmp_path / "b.asc", source.to_xarray())
    npt.assert_array_equal(read_esri_ascii(tmp_path / "b.asc").bands[0].values, source.bands[0].values)
    with rasterio.open(tmp_path / "b.asc") as file:
        found = file.read(1, masked=True)[::-1]
        assert (file.transform.c, file.transform.f) == (EASTING[0] - 12.5, NORTHING[-1] + 12.5)
    npt.assert_allclose(found.filled(np.nan), VALUES, rtol=1e-6, atol=1e-5)


def test_cells_have_their_value_in_the_middle_and_rows_begin_in_the_north(tmp_path: Path) -> None:
    path = tmp_path / "a.asc"
    path.write_text(HEAD + "1 2\n-9999 4\n")
    npt.assert_array_equal(read_topography(path), [[13.0, 21.0, 4.0], [11.0, 23.0, 1.0], [13.0, 23.0, 2.0]])
    path.write_text(HEAD.replace("corner", "center") + "1 2 3\n4\n")
    npt.assert_array_equal(read_topography(path)[0], [10.0, 20.0, 3.0])


def test_positions_in_feet_are_converted(tmp_path: Path) -> None:
    (tmp_path / "a.asc").write_text(HEAD + "1 2\n3 4\n")
    (tmp_path / "a.prj").write_text('PROJCS["x",GEOGCS["y",UNIT["Degree",0.0174]],UNIT["Foot_US",0.3048006096012192]]')
    grid = read_esri_ascii(tmp_path / "a.asc")
    npt.assert_allclose(grid.easting, np.array([11.0, 13.0]) * 0.3048006096012192)
    assert grid.crs is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD + "1 2\n3\n", "expects 4 values from here on on line 7, got 3; the file may be cut short"),
        (HEAD + "1 2\n3 x\n", "expects numbers on line 8, got 'x'"),
        (HEAD.replace("ncols 2", "ncols 1e9").replace("nrows 2", "nrows 1e9") + "1 2\n", "values from here on"),
        (HEAD.replace("ncols 2", "ncols 2.5") + "1 2\n", "ncols as a whole number above zero, got 2.5"),
        (HEAD.replace("cellsize 2", "cellsize 0") + "1 2\n3 4\n", "a cellsize above zero in its head"),
        (HEAD.replace("cellsize 2", "cellsize two") + "1 2\n3 4\n", "a number behind cellsize on line 5"),
    ],
)
def test_what_is_no_grid_is_refused(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "a.asc").write_text(text)
    with pytest.raises(InputError, match=message):
        read_esri_ascii(tmp_path / "a.asc")


def test_cells_that_are_no_squares_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.asc").write_text(HEAD.replace("cellsize 2", "dx 2\ndy 3") + "1 2\n3 4\n")
    grid = read_esri_ascii(tmp_path / "a.asc")
    npt.assert_array_equal(grid.northing, [21.5, 24.5])
    with pytest.raises(InputError, match=r"expects square cells.* got 2 x 3 m; choose \.tif or \.grd"):
        write_esri_ascii(tmp_path / "b.asc", grid.to_xarray())
    assert not (tmp_path / "b.asc").exists()
