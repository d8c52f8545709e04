"""GeoTIFF: grids over (northing, easting) for geographic information systems, a band for each quantity."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from geoinv.core.checks import InputError
from geoinv.formats.atomic import whole_file

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["write_geotiff"]


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
