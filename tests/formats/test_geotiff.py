"""GeoTIFF, read back by rasterio."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import xarray as xr

from geoinv import InputError
from geoinv.conventions.cf import with_crs
from geoinv.formats.geotiff import write_geotiff

rasterio = pytest.importorskip("rasterio")
pytest.importorskip("rioxarray")


def grid(crs):
    values = np.arange(12.0).reshape(3, 4)
    values[0, 0] = np.nan
    axes = {"northing": [6e6, 6e6 + 50, 6e6 + 100], "easting": [5e5, 5e5 + 50, 5e5 + 100, 5e5 + 150]}
    dims = ("northing", "easting")
    data = xr.Dataset({"tmi": (dims, values, {"units": "nT"}), "tilt": (dims, -values)}, axes, {"title": "a grid"})
    return with_crs(data.assign_coords(upward=(dims, values)), crs)


@pytest.mark.filterwarnings("ignore")  # of rasterio about its own dependencies
def test_bands_places_and_crs_are_those_of_the_grid(tmp_path):
    write_geotiff(tmp_path / "a.tif", grid("EPSG:32616"))
    with rasterio.open(tmp_path / "a.tif") as file:
        assert file.crs.to_epsg() == 32616
        assert file.descriptions == ("tmi", "tilt")
        assert np.isnan(file.nodata)
        for (row, column), value in {(0, 0): 1.0, (2, 3): 11.0, (1, 2): 6.0}.items():
            east, north = 5e5 + 50 * column, 6e6 + 50 * row
            if (row, column) == (0, 0):
                east += 50.0
            assert next(iter(file.sample([(east, north)])))[0] == value
        npt.assert_array_equal(np.isnan(file.read(1)).sum(), 1)
        assert file.read(1).dtype == np.float32
    assert [path.name for path in tmp_path.iterdir()] == ["a.tif"]


@pytest.mark.filterwarnings("ignore")
def test_a_grid_without_crs_has_none_and_an_unknown_one_is_said(tmp_path):
    write_geotiff(tmp_path / "a.tif", grid(None))
    with rasterio.open(tmp_path / "a.tif") as file:
        assert file.crs is None
    with pytest.raises(InputError, match="known CRS, got 'EPSG:1'"):
        write_geotiff(tmp_path / "b.tif", grid("EPSG:1"))
    assert not (tmp_path / "b.tif").exists()
