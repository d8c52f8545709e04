"""GeoTIFF, read back by rasterio."""

from __future__ import annotations

import zlib

import numpy as np
import numpy.testing as npt
import pytest
import xarray as xr
from gridded_files import EASTING, VALUES, by_gdal

from geoinv import InputError, MainField
from geoinv.conventions.cf import with_crs
from geoinv.formats import read_survey, recognise
from geoinv.formats.geotiff import read_geotiff, write_geotiff

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


@pytest.mark.filterwarnings("ignore")
def test_what_is_written_is_read_with_names_units_and_places(tmp_path):
    data = grid("EPSG:32616")
    write_geotiff(tmp_path / "a.tif", data)
    assert recognise(tmp_path / "a.tif").name == "GeoTIFF"
    found = read_geotiff(tmp_path / "a.tif")
    npt.assert_allclose(found.easting, data.easting)
    npt.assert_allclose(found.northing, data.northing)
    assert [(band.name, band.unit) for band in found.bands] == [("tmi", "nT"), ("tilt", "")]
    npt.assert_array_equal(found.bands[0].values, data.tmi.values)
    assert found.crs == "EPSG:32616"
    survey = read_survey(tmp_path / "a.tif", field=MainField(65.0, 25.0, 50000.0), height=30.0)
    assert survey.crs == "EPSG:32616"
    assert survey.stations == 11


@pytest.mark.filterwarnings("ignore")
def test_a_file_of_gdal_is_read_as_gdal_reads_it(tmp_path):
    path = by_gdal(tmp_path / "a.tif", "GTiff", crs="EPSG:2263")
    with rasterio.open(path, "r+") as file:
        file.scales, file.offsets = (0.5,), (10.0,)
    found = read_geotiff(path)
    npt.assert_allclose(found.bands[0].values, 0.5 * VALUES + 10.0)
    npt.assert_allclose(found.easting, EASTING * (1200 / 3937))  # EPSG:2263 is in US survey feet
    assert found.crs is None
    by_gdal(path, "GTiff", crs="EPSG:4326")
    assert read_geotiff(path).degrees


@pytest.mark.filterwarnings("ignore")
def test_pictures_rotated_cut_and_sparse_files_are_refused(tmp_path):
    path = tmp_path / "a.tif"
    with rasterio.open(path, "w", driver="GTiff", height=2, width=2, count=1, dtype="uint8") as file:
        file.write(np.zeros((1, 2, 2), np.uint8))
    with pytest.raises(InputError, match="with its place on the Earth"):
        read_geotiff(path)
    options = {"driver": "GTiff", "count": 1, "dtype": "float64", "transform": rasterio.Affine(1, 0, 0, 0, -1, 0)}
    with rasterio.open(path, "w", height=60_000, width=60_000, sparse_ok=True, tiled=True, **options):
        pass
    with pytest.raises(InputError, match="a grid that is in its file and fits"):
        read_geotiff(path)
    by_gdal(path, "GTiff")
    whole = path.read_bytes()
    for end in (20, 100, len(whole) - 40):
        path.write_bytes(whole[:end])
        with pytest.raises(InputError, match="whole GeoTIFF, got a broken one"):
            read_geotiff(path)


@pytest.mark.filterwarnings("ignore")
def test_a_block_that_unpacks_to_too_little_is_refused_where_gdal_fills_it_with_anything(tmp_path):
    path = tmp_path / "a.tif"
    write_geotiff(path, grid(None))
    with rasterio.open(path) as file:
        place = int(file.get_tag_item("BLOCK_OFFSET_0_0", "TIFF", bidx=1))
    content = bytearray(path.read_bytes())
    packed = zlib.compress(bytes(8))
    content[place : place + len(packed)] = packed
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"got a broken one \(a block of 8 of \d+ bytes\)"):
        read_geotiff(path)
