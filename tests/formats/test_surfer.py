"""Surfer grids that GDAL writes, and grids that GDAL reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest
from gridded_files import EASTING, NORTHING, VALUES, by_gdal

from geoinv import InputError
from geoinv.formats import convert, recognise
from geoinv.formats.surfer import read_surfer, write_surfer

pytestmark = pytest.mark.filterwarnings("ignore")  # of rasterio about its own dependencies


@pytest.mark.parametrize("driver", ["GSAG", "GSBG", "GS7BG"])
def test_a_grid_of_gdal_has_its_nodes_and_values(driver: str, tmp_path: Path) -> None:
    path = by_gdal(tmp_path / "a.grd", driver, null=1.70141e38)
    assert recognise(path).name == "Surfer grid"
    grid = read_surfer(path)
    npt.assert_allclose(grid.easting, EASTING, rtol=1e-12)
    npt.assert_allclose(grid.northing, NORTHING, rtol=1e-12)
    npt.assert_allclose(grid.bands[0].values, VALUES, rtol=1e-6, atol=1e-5)
    assert grid.crs is None


def test_what_is_written_is_read_by_gdal_and_comes_back_exactly(tmp_path: Path) -> None:
    rasterio = pytest.importorskip("rasterio")
    source = read_surfer(by_gdal(tmp_path / "a.grd", "GS7BG", null=1.70141e38))
    write_surfer(tmp_path / "b.grd", source.to_xarray())
    npt.assert_array_equal(read_surfer(tmp_path / "b.grd").bands[0].values, source.bands[0].values)
    with rasterio.open(tmp_path / "b.grd") as file:
        assert file.driver == "GS7BG"
        found = file.read(1, masked=True)[::-1]
        assert (file.transform.c, file.transform.f) == (EASTING[0] - 12.5, NORTHING[-1] + 12.5)
    npt.assert_array_equal(found.filled(np.nan)[~np.isnan(VALUES)], VALUES[~np.isnan(VALUES)])
    assert found.mask[1, 2]
    assert "4 x 5 nodes (values)" in convert(tmp_path / "b.grd", tmp_path / "c.nc")


def test_a_cut_a_rotated_and_an_impossible_grid_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.grd"
    write_surfer(path, read_surfer(by_gdal(tmp_path / "b.grd", "GS7BG", null=1.70141e38)).to_xarray())
    whole = path.read_bytes()
    for end in range(4, len(whole), 5):
        path.write_bytes(whole[:end])
        with pytest.raises(InputError, match="got one that is cut short or broken"):
            read_surfer(path)
    place = whole.index(b"GRID") + 8
    rotated = bytearray(whole)
    rotated[place + 56 : place + 64] = np.float64(30.0).tobytes()
    path.write_bytes(rotated)
    with pytest.raises(InputError, match="along the axes, got one rotated by 30; resample it"):
        read_surfer(path)
    for counts in ((-4, 5), (2**31 - 1, 2**31 - 1), (0, 5)):
        spoilt = bytearray(whole)
        spoilt[place : place + 8] = np.array(counts, "<i4").tobytes()
        path.write_bytes(spoilt)
        with pytest.raises(InputError, match=r"cut short or broken|from west to east"):
            read_surfer(path)
