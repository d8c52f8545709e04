"""netCDF: surveys, meshes, models and topography, through xarray."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geoinv.checks import InputError
from geoinv.field import MainField
from geoinv.formats.atomic import whole_file
from geoinv.formats.text import naming
from geoinv.grid import AXES, Grid, topography_points
from geoinv.survey import COMPONENTS, Survey

if TYPE_CHECKING:
    import xarray as xr

__all__ = [
    "content_of",
    "model_names",
    "open_netcdf",
    "read_netcdf_mesh",
    "read_netcdf_model",
    "read_netcdf_survey",
    "read_netcdf_topography",
    "same_cells",
    "write_netcdf",
]

_SAME_CELL = 1e-3  # share of the smallest cell by which edges printed with few digits may differ


@contextmanager
def open_netcdf(path: str | Path) -> Iterator[xr.Dataset]:
    """Open a netCDF file, read only as far as it is used.

    Raises
    ------
    InputError
        If the file is broken or cut short, there or while it is read inside the block.
    """
    import xarray as xr

    def broken(error: Exception) -> InputError:
        return InputError(f"{path} expects a whole netCDF file, got a broken one ({error}); copy or write it again")

    try:
        data = xr.open_dataset(Path(path), engine="netcdf4", decode_times=False)
    except (OSError, RuntimeError, ValueError) as error:
        raise broken(error) from None
    with data, naming(path):
        try:
            yield data
        except InputError:
            raise
        except (OSError, RuntimeError) as error:
            raise broken(error) from None
        except ValueError as error:
            raise InputError(f"expected numbers in every variable read, got '{error}'; correct the variable") from None


def content_of(data: xr.Dataset) -> str | None:
    """What a Dataset holds: "solution", "model", "mesh", "survey", "topography", or None."""
    known = set(map(str, data.variables))
    if set(AXES) <= set(map(str, data.dims)):
        if not model_names(data):
            return "mesh"
        return "solution" if any(f"{name}_predicted" in known for name in COMPONENTS) else "model"
    if {"easting", "northing"} <= known and len(_station_dims(data)) == 1:
        return "survey"
    return "topography" if _surface_names(data) else None


def model_names(data: xr.Dataset) -> list[str]:
    """Names of the variables over (upward, northing, easting)."""
    return [str(name) for name, variable in data.data_vars.items() if set(variable.dims) == set(AXES)]


def _surface_names(data: xr.Dataset) -> list[str]:
    names = [str(name) for name, variable in data.data_vars.items() if set(variable.dims) == {"northing", "easting"}]
    return [name for name in names if name not in COMPONENTS]


def _station_dims(data: xr.Dataset) -> set[tuple[str, ...]]:
    """Dimensions of the positions: a single one-dimensional set for a survey."""
    return {tuple(map(str, data[name].dims)) for name in ("easting", "northing", "upward") if name in data.variables}


def read_netcdf_survey(path: str | Path, field: MainField | None = None, height: float | None = None) -> Survey:
    """Survey of a Dataset over ``station``, as :meth:`Survey.to_xarray` writes it.

    Parameters
    ----------
    path : str or Path
        netCDF file.
    field : MainField, optional
        For a file that has none; a file's own is kept.
    height : float, optional
        Upward coordinate of all stations in metres, in place of the file's.
    """
    with open_netcdf(path) as data:
        if height is not None:
            data = data.assign_coords(upward=(data["easting"].dims, np.full(data["easting"].shape, float(height))))
        own = all(f"field_{part}" in data.attrs for part in ("inclination", "declination", "intensity"))
        return Survey.from_xarray(data, field=None if own else field)


def read_netcdf_mesh(path: str | Path) -> Grid:
    """Grid of a Dataset over (upward, northing, easting).

    Cells are active where ``active`` says so, else where a model (if there is one) is not NaN.
    """
    with open_netcdf(path) as data:
        grid = Grid.from_xarray(data)
        if "active" not in data.variables and model_names(data):
            grid = grid.with_active(np.any([np.isfinite(_values(data, name)) for name in model_names(data)], axis=0))
        return grid


def read_netcdf_model(path: str | Path, grid: Grid) -> npt.NDArray[np.float64]:
    """Model of a Dataset over (upward, northing, easting): ``susceptibility``, or the only variable.

    Parameters
    ----------
    path : str or Path
        netCDF file.
    grid : Grid
        The mesh that the model shall be on.

    Returns
    -------
    (upward, northing, easting) array
        NaN in inactive cells.

    Raises
    ------
    InputError
        If the file is on other cells, or holds several models and none of susceptibility.
    """
    with open_netcdf(path) as data:
        own = Grid.from_xarray(data)
        if not same_cells(own, grid):
            raise InputError(f"expected a model on the mesh ({grid}), got one on {own}; give the mesh it was made on")
        return _model(data)


def _model(data: xr.Dataset) -> npt.NDArray[np.float64]:
    names = model_names(data)
    if "susceptibility" not in names and len(names) != 1:
        raise InputError(f"expected the variable susceptibility, got {', '.join(names)}; keep one model in the file")
    return _values(data, "susceptibility" if "susceptibility" in names else names[0])


def _values(data: xr.Dataset, name: str) -> npt.NDArray[np.float64]:
    return np.asarray(data[name].sortby(list(AXES)).transpose(*AXES), dtype=np.float64)


def same_cells(one: Grid, other: Grid) -> bool:
    """Tell whether two grids have the same edges, as far as files of six decimals can say."""
    return one.shape == other.shape and all(
        np.abs(one.edges(axis) - other.edges(axis)).max() <= _SAME_CELL * other.widths(axis).min() for axis in AXES
    )


def read_netcdf_topography(path: str | Path) -> npt.NDArray[np.float64]:
    """Points (easting, northing, elevation) in metres of a grid over (northing, easting).

    Nodes without elevation (NaN) are left out.
    """
    with open_netcdf(path) as data:
        names = _surface_names(data)
        if len(names) != 1:
            raise InputError(f"expected one variable over (northing, easting), got {', '.join(names)}; keep one")
        return topography_points(data[names[0]])


def write_netcdf(path: str | Path, data: xr.Dataset) -> None:
    """Write a Dataset as netCDF 4, whole or not at all.

    Parameters
    ----------
    path : str or Path
        The file.
    data : xarray.Dataset
        Gets the CF convention in its attributes; coordinates get no fill value.

    Raises
    ------
    InputError
        If an attribute is neither text nor numbers, or the file cannot be written.
    """
    from geoinv import cf

    data = data.assign_attrs(Conventions=cf.CONVENTIONS)
    encoding = {name: {"_FillValue": None} for name in data.coords}
    try:
        # in memory first: the HDF5 library does not say that a disk is full, a plain write does
        content = data.to_netcdf(None, engine="netcdf4", encoding=encoding)
    except (TypeError, ValueError) as error:
        raise InputError(f"{path} expects text and numbers as attributes ({error}); change or remove them") from None
    with whole_file(path) as partial:
        partial.write_bytes(content)
