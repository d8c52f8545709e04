"""GeoTIFF: grids over (northing, easting) of geographic information systems, a band for each quantity."""

from __future__ import annotations

import sys
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.core.memory import SHARE, available_memory, bytes_text
from geoinv.formats.atomic import whole_file
from geoinv.formats.base import Writer
from geoinv.formats.compressed import plain_file
from geoinv.formats.gridded import Band, GriddedField, grid_format, without_nulls
from geoinv.formats.notes import note

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["FORMAT", "read_geotiff", "write_geotiff"]

_MARKS = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
_MOST_PACKED = 1100  # bytes in memory for one in the file: what deflate reaches with constant data
_MOST_UNWRITTEN = 1e8  # bytes of a grid that may be without content all the same
_MOST_BANDS = 1000


def read_geotiff(path: str | Path) -> GriddedField:
    """Grid of a GeoTIFF: every band with its name, unit, scale and offset, NaN where it is masked.

    Raises
    ------
    InputError
        If rasterio is not installed, the file is broken, is no grid along the axes of a coordinate system, or would not
        fit in memory.
    """
    try:
        import rasterio
    except ModuleNotFoundError as error:
        raise InputError(
            f"{path} expects {error.name}, which is not installed; run: pip install 'geoinv[desk]', or convert it to "
            "netCDF"
        ) from None
    with warnings.catch_warnings(), _quiet():
        warnings.simplefilter("ignore")  # that there is no place on the Earth: said below
        try:
            # no other driver: what a file says it is decides what is read
            with rasterio.open(plain_file(path).resolve(), driver="GTiff") as file:
                return _grid(path, file)
        except rasterio.errors.RasterioError as error:
            raise InputError(f"{path} expects a whole GeoTIFF, got a broken one ({error}); copy it again") from None


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep rasterio from printing that it cannot decode what GDAL says of a broken file."""
    hook = sys.unraisablehook
    sys.unraisablehook = lambda _: None
    try:
        with redirect_stderr(StringIO()):
            yield
    finally:
        sys.unraisablehook = hook


def _grid(path: str | Path, file: Any) -> GriddedField:
    rows, columns, across = file.height, file.width, file.transform
    size = 8.0 * rows * columns * (file.count + 2)
    plain = plain_file(path).stat().st_size
    if size > SHARE * available_memory() or size > _MOST_UNWRITTEN + 8 * _MOST_PACKED * plain:
        raise InputError(
            f"{path} expects a grid that is in its file and fits in half of the free memory, got {file.count} bands of "
            f"{rows} x {columns} nodes ({bytes_text(size)} in a file of {bytes_text(plain)}); give a smaller one"
        )
    if file.count > _MOST_BANDS or any(np.dtype(kind).kind not in "iuf" for kind in file.dtypes):
        raise InputError(f"{path} expects bands of numbers, got {file.count} of {', '.join(set(file.dtypes))}")
    if across.b or across.d or across.a <= 0.0 or across.e >= 0.0 or across.is_identity:
        raise InputError(
            f"{path} expects a grid along the axes with its place on the Earth, from north to south, got the transform "
            f"{tuple(across)[:6]}; warp it to a projected system first"
        )
    east = across.c + across.a * (0.5 + np.arange(columns))
    north = across.f + across.e * (0.5 + np.arange(rows))[::-1]
    _refuse_short_blocks(path, file)
    crs, factor, degrees = _system(file.crs)
    bands = [_band(file, k) for k in range(file.count)]
    return GriddedField(east * factor, north * factor, bands, crs, degrees)


def _refuse_short_blocks(path: str | Path, file: Any) -> None:
    """Reject packed blocks that unpack to less than they should: GDAL would fill them with what lies in memory."""
    if file.tags(ns="IMAGE_STRUCTURE").get("COMPRESSION", "") != "DEFLATE":
        return
    together = file.count if file.tags(ns="IMAGE_STRUCTURE").get("INTERLEAVE") == "PIXEL" else 1
    with open(plain_file(path), "rb") as stream:
        for band in range(1, file.count + 1 if together == 1 else 2):
            height, width = file.block_shapes[band - 1]
            for (row, column), window in file.block_windows(band):
                place, size = (
                    int(file.get_tag_item(f"BLOCK_{what}_{column}_{row}", "TIFF", bidx=band) or 0)
                    for what in ("OFFSET", "SIZE")
                )
                if not size:  # without content: null
                    continue
                rows = height if file.profile.get("tiled") else window.height
                expected = rows * width * np.dtype(file.dtypes[band - 1]).itemsize * together
                stream.seek(place)
                try:
                    found = len(zlib.decompressobj().decompress(stream.read(size), expected))
                except zlib.error:
                    found = 0
                if found < expected:
                    raise InputError(
                        f"{path} expects a whole GeoTIFF, got a broken one (a block of {found} of {expected} bytes); "
                        "copy it again"
                    )


def _band(file: Any, index: int) -> Band:
    raw = file.read(index + 1)
    values: npt.NDArray[np.float64] = without_nulls(raw.astype(np.float64), file.nodatavals[index])
    values[file.read_masks(index + 1) == 0] = np.nan
    values = values * file.scales[index] + file.offsets[index]
    tags = file.tags(index + 1)
    unit = file.units[index] or tags.get("units", "")
    return Band(str(file.descriptions[index] or "").strip()[:200], values[::-1], str(unit).strip()[:80])


def _system(crs: Any) -> tuple[str | None, float, bool]:
    """Coordinate system, metres in its unit and whether it is in degrees; none where its unit is not the metre."""
    if not crs:
        return None, 1.0, False
    code = crs.to_epsg()
    named = f"EPSG:{code}" if code else crs.to_wkt()
    if crs.is_geographic:
        return named, 1.0, True
    unit, factor = crs.linear_units_factor
    if factor == 1.0:
        return named, 1.0, False
    note("system", f"positions in {unit} of {named.partition(',')[0]}, converted to m")
    return None, float(factor), False


def write_geotiff(path: str | Path, data: xr.Dataset) -> None:
    """Write the grids of a Dataset as a GeoTIFF in single precision, whole or not at all.

    Parameters
    ----------
    path : str or Path
        The file.
    data : xarray.Dataset
        Variables over (northing, easting) at equal distances; each becomes a band with its name, NaN where it has none.
        Its CRS, where it has one, is written too.

    Raises
    ------
    InputError
        If rioxarray is not installed, the CRS is not known to it, or the file cannot be written.
    """
    try:
        import rioxarray  # noqa: F401  # adds .rio
    except ModuleNotFoundError as error:
        raise InputError(
            f"{path} expects {error.name}, which is not installed; run: pip install 'geoinv[desk]', or write netCDF"
        ) from None
    from geoinv.conventions.cf import crs_of

    bands = data.reset_coords(drop=True)[list(data.data_vars)].sortby("northing", ascending=False)
    bands = bands.transpose("northing", "easting").astype("float32").rename(northing="y", easting="x")
    for name in bands.data_vars:
        # the coordinate system stands in the file's own terms, as does what has no value
        attributes = bands[name].attrs
        kept = {key: attributes[key] for key in ("long_name", "units") if key in attributes}
        bands[name].attrs = {"description": str(name), **kept}
        bands[name].rio.write_nodata(float("nan"), inplace=True)
    bands.attrs = {key: str(value) for key, value in data.attrs.items()}
    crs = crs_of(data)
    if crs is not None:
        try:
            bands = bands.rio.write_crs(crs)
        except Exception as error:  # of several libraries below
            raise InputError(f"{path} expects a known CRS, got {crs[:60]!r} ({error}); give its EPSG code") from None
    with whole_file(path) as partial:
        bands.rio.to_raster(partial, driver="GTiff", compress="deflate")


FORMAT = grid_format(
    "GeoTIFF",
    lambda head: head.start.startswith(_MARKS),
    read_geotiff,
    (Writer("grid", (".tif", ".tiff"), write_geotiff),),
)
