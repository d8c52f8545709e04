"""netCDF: surveys, meshes, models and topography, through xarray."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geoinv.conventions.units import required_unit, unit_of
from geoinv.conventions.variables import Numbers, numbers, text_attribute
from geoinv.core.checks import InputError
from geoinv.core.wording import way
from geoinv.formats.degrees import refuse_degrees
from geoinv.formats.netcdf_file import open_netcdf
from geoinv.formats.notes import doubt, note
from geoinv.meshes.tensor import AXES, Grid
from geoinv.surveys.main_field import MainField
from geoinv.surveys.quantities import COMPONENTS
from geoinv.surveys.survey import Survey
from geoinv.surveys.susceptibility import refuse_below_vacuum

if TYPE_CHECKING:
    import xarray as xr

__all__ = [
    "content_of",
    "gridded_field_of",
    "holds_density",
    "model_names",
    "read_netcdf_mesh",
    "read_netcdf_model",
    "read_netcdf_survey",
    "read_netcdf_topography",
    "same_cells",
]

_SAME_CELL = 1e-3  # share of the smallest cell by which edges printed with few digits may differ

_BESIDE_MODELS = ("active",)

_HEIGHT_NAMES = (
    *(
        "elevation",
        "elev",
        "altitude",
        "height",
        "topography",
        "topo",
        "ground",
        "dem",
        "dtm",
        "dsm",
        "surface",
        "relief",
    ),
    *("upward", "z", "orthometric_height", "ground_elevation", "bathymetry", "terrain"),
)
"""Names of a grid of heights that states no unit."""

_FIELD_WORDS = re.compile(
    r"magnet|anomal|total.?field|intensity|gravit|bouguer|free.?air|tilt|analytic|derivative|gradient|susceptib|densit"
    r"|(?<![a-z])(tmi|rtp|rmi|tfa|mag|nt|mgal|igrf)(?![a-z])"
)
"""What a name or a long name of a grid of heights does not have in it."""

_HEIGHT_STANDARD_NAMES = (
    *("surface_altitude", "altitude", "height", "height_above_geopotential_datum", "height_above_reference_ellipsoid"),
    *("height_above_mean_sea_level", "bedrock_altitude", "ground_level_altitude", "sea_floor_depth", "depth"),
)


def content_of(data: xr.Dataset) -> str | None:
    """What a Dataset holds: "solution", "model", "mesh", "survey", "topography", or None."""
    known = set(map(str, data.variables))
    if set(AXES) <= set(map(str, data.dims)):
        if not model_names(data):
            return "mesh"
        return "solution" if any(f"{name}_predicted" in known for name in COMPONENTS) else "model"
    if {"easting", "northing"} <= known:
        dims = {tuple(map(str, data[name].dims)) for name in ("easting", "northing")}
        if len(dims) == 1 and all(len(names) == 1 for names in dims):
            return "survey"
    return "topography" if _surface_names(data) else None


def model_names(data: xr.Dataset) -> list[str]:
    """Names of the variables over (upward, northing, easting)."""
    return [
        str(name)
        for name, variable in data.data_vars.items()
        if len(variable.dims) == 3 and set(variable.dims) == set(AXES) and name not in _BESIDE_MODELS
    ]


def _gridded(data: xr.Dataset) -> list[str]:
    names = [str(name) for name, variable in data.data_vars.items() if set(variable.dims) == {"northing", "easting"}]
    return [name for name in names if len(data[name].dims) == 2]


def _surface_names(data: xr.Dataset) -> list[str]:
    """Names of the grids of heights: by their unit or standard name, else by their name."""
    return [name for name in _gridded(data) if _is_height(data[name], name)]


def _is_height(variable: xr.DataArray, name: str) -> bool:
    """Tell whether a grid holds heights rather than a field."""
    if name in COMPONENTS or _FIELD_WORDS.search(f"{name} {text_attribute(variable, 'long_name')}".lower()):
        return False
    standard_name = text_attribute(variable, "standard_name")
    units = text_attribute(variable, "units")
    unit = unit_of(units)
    if unit is not None:
        return unit.dimension == "length" and (not standard_name or standard_name in _HEIGHT_STANDARD_NAMES)
    return not units and (standard_name in _HEIGHT_STANDARD_NAMES or name.lower() in _HEIGHT_NAMES)


def gridded_field_of(data: xr.Dataset) -> str | None:
    """A grid over (northing, easting) that is no topography, with its units for a reader; None where there is none."""
    for name in _gridded(data):
        if not _is_height(data[name], name):
            units = text_attribute(data[name], "units")
            return f"{name} ({units[:40] or 'no units'})"
    return None


def read_netcdf_survey(path: str | Path, field: MainField | None = None, height: float | None = None) -> Survey:
    """Survey of a Dataset over ``station``, as :meth:`Survey.to_xarray` writes it.

    Stations with a null value in a position, a datum or a standard deviation are left out.

    Parameters
    ----------
    path : str or Path
        netCDF file.
    field : MainField, optional
        For a file that has none; a file's own is kept.
    height : float, optional
        Upward coordinate of all stations in metres, in place of the file's.
    """
    from geoinv.conventions import cf

    with open_netcdf(path) as data:
        if height is not None:
            level = np.full(data["easting"].shape, float(height))
            data = data.drop_vars("upward", errors="ignore")
            data = data.assign(upward=(data["easting"].dims, level, {"units": "m"}))
        known = set(map(str, data.variables))
        if "upward" not in known:
            remedy = way("add upward in metres, or give --height", "add upward in metres, or give height=...")
            raise InputError(
                f"expected easting, northing and upward over the stations, got {', '.join(sorted(known))}; "
                f"{remedy or 'add upward in metres'}"
            )
        columns = cf.station_columns(data, [name for name in COMPONENTS if name in known])
        _say_taken(columns)
        null = np.any([np.isnan(column.values) for column in columns.values()], axis=0)
        if null.any():
            lacking = ", ".join(f"{column.nulls} in {name}" for name, column in columns.items() if column.nulls)
            if null.all():
                raise InputError(f"expected stations with a value in every variable, got none (null: {lacking})")
            doubt(f"{path}: {int(null.sum())} of {null.size} stations with a null value are left out ({lacking})")
        if text_attribute(data["upward"], "standard_name") == "height":
            doubt(f"{path}: upward has the standard name height (above the ground), and is taken as an elevation")
        if not any(text_attribute(data[axis], "units") for axis in ("easting", "northing")):
            refuse_degrees(path, columns["easting"].values[~null], columns["northing"].values[~null])
        station = data["easting"].dims[0]
        clean = data.drop_vars([name for name in known if station in data[name].dims]).assign(
            {
                name: (station, column.values[~null], {"units": cf.project_units(name)})
                for name, column in columns.items()
            }
        )
        own = all(f"field_{part}" in data.attrs for part in ("inclination", "declination", "intensity"))
        return Survey.from_xarray(clean, field=None if own else field)


def _say_taken(columns: Mapping[str, Numbers]) -> None:
    """Say which variables were converted, and for which a unit was assumed."""
    for taken in dict.fromkeys(column.taken for column in columns.values() if column.taken):
        names = ", ".join(name for name, column in columns.items() if column.taken == taken)
        note("units", f"{names}: {taken}")


def read_netcdf_mesh(path: str | Path) -> Grid:
    """Grid of a Dataset over (upward, northing, easting).

    Cells are active where ``active`` says so, else where a model (if there is one) is not NaN.
    """
    from geoinv.conventions import cf

    with open_netcdf(path) as data:
        grid = Grid.from_xarray(data)
        _say_taken({axis: numbers(data[axis], "length", height=axis == "upward") for axis in reversed(AXES)})
        if "active" not in data.variables and model_names(data):
            there = [np.isfinite(cf.cell_values(data, data[name]).values) for name in model_names(data)]
            grid = grid.with_active(np.any(there, axis=0))
        return grid


def read_netcdf_model(path: str | Path, grid: Grid, quantity: str = "susceptibility") -> npt.NDArray[np.float64]:
    """Model of a Dataset over (upward, northing, easting): the quantity, or the only variable.

    Parameters
    ----------
    path : str or Path
        netCDF file.
    grid : Grid
        The mesh that the model shall be on.
    quantity : str, optional
        "susceptibility" (SI), or "density" (g/cm3, as UBC files have it).

    Returns
    -------
    (upward, northing, easting) array
        NaN in inactive cells.

    Raises
    ------
    InputError
        If the file is on other cells, holds several models and none of the quantity, or one in units of another.
    """
    from geoinv.conventions import cf

    with open_netcdf(path) as data:
        own = Grid.from_xarray(data)
        if not same_cells(own, grid):
            raise InputError(f"expected a model on the mesh ({grid}), got one on {own}; give the mesh it was made on")
        names = model_names(data)
        if quantity not in names and len(names) != 1:
            raise InputError(f"expected the variable {quantity}, got {', '.join(names)}; keep one model in the file")
        name = quantity if quantity in names else names[0]
        if name != quantity and (name == "density" or cf.dimension_of(name) not in (None, quantity)):
            raise InputError(f"expected a model of {quantity}, got one of {name}; give another file")
        if quantity == "density":
            return _grams(data, name)
        found = cf.cell_values(data, data[name], quantity)
        _say_taken({name: found})
        refuse_below_vacuum(name, found.values)
        return found.values


def _grams(data: xr.Dataset, name: str) -> npt.NDArray[np.float64]:
    """Densities in g/cm3, which they are where the file states no unit."""
    from geoinv.conventions import cf

    unit = required_unit(text_attribute(data[name], "units") or "g/cm3", "density")
    assert unit is not None, "a unit is stated"
    return cf.cell_values(data, data[name]).values * (unit.factor / 1000.0)


def holds_density(path: str | Path) -> bool:
    """Tell whether the only model of a file is one of density, by its name or units."""
    with open_netcdf(path) as data:
        names = model_names(data)
        if len(names) != 1:
            return "density" in names and "susceptibility" not in names
        unit = unit_of(text_attribute(data[names[0]], "units"))
        return names[0] == "density" or (unit is not None and unit.dimension == "density")


def same_cells(one: Grid, other: Grid) -> bool:
    """Tell whether two grids have the same edges, as far as files of six decimals can say."""
    return one.shape == other.shape and all(
        np.abs(one.edges(axis) - other.edges(axis)).max() <= _SAME_CELL * other.widths(axis).min() for axis in AXES
    )


def read_netcdf_topography(path: str | Path) -> npt.NDArray[np.float64]:
    """Points (easting, northing, elevation) in metres of a grid over (northing, easting).

    Nodes without elevation (null) are left out.
    """
    from geoinv.conventions import cf

    with open_netcdf(path) as data:
        names = _surface_names(data)
        if len(names) != 1:
            raise InputError(f"expected one grid of heights over (northing, easting), got {', '.join(names)}; keep one")
        surface = data[names[0]]
        lacking = [axis for axis in ("easting", "northing") if axis not in data.variables]
        if lacking:
            raise InputError(f"expected coordinates easting and northing, got no {' and '.join(lacking)}; add them")
        columns = {axis: numbers(data[axis], "length") for axis in ("easting", "northing")}
        columns[names[0]] = numbers(surface, "length", height=True)
        _say_taken(columns)
        points = cf.surface_points(surface)
        if not any(text_attribute(data[axis], "units") for axis in ("easting", "northing")):
            refuse_degrees(path, points[:, 0], points[:, 1])
        if not len(points):
            raise InputError(f"expected elevations in {names[0]}, got none at any node; check the file")
        if len(points) < surface.size:
            note("ground", f"{surface.size - len(points)} of {surface.size} nodes without elevation are left out")
        return points
