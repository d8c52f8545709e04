"""What a Dataset of a netCDF file holds: a survey, a mesh, models, heights, or another grid."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from geoinv.conventions.quantities import COMPONENTS
from geoinv.conventions.units import unit_of
from geoinv.conventions.variables import Numbers, text_attribute
from geoinv.formats.notes import note
from geoinv.meshes.base import AXES
from geoinv.meshes.of_dataset import mesh_dims

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr

__all__ = ["content_of", "gridded_field_of", "model_names", "say_taken", "surface_names", "unknown_content"]

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
    """What a Dataset holds: "solution", "model", "mesh", "survey", "topography", "grid", or None."""
    known = set(map(str, data.variables))
    if mesh_dims(data) is not None:
        if not model_names(data):
            return "mesh"
        return "solution" if any(f"{name}_predicted" in known for name in COMPONENTS) else "model"
    if {"easting", "northing"} <= known:
        dims = {tuple(map(str, data[name].dims)) for name in ("easting", "northing")}
        if len(dims) == 1 and all(len(names) == 1 for names in dims):
            return "survey"
    if surface_names(data):
        return "topography"
    return "grid" if gridded_field_of(data) is not None else None


def unknown_content(data: xr.Dataset) -> str:
    """Sentence about a Dataset that holds nothing that is read."""
    return (
        "expected a survey over station, a model over (upward, northing, easting) or topography over "
        f"(northing, easting), got variables {', '.join(map(str, data.variables)) or 'none'}; "
        "rename its variables and dimensions (groups are not read)"
    )


def model_names(data: xr.Dataset) -> list[str]:
    """Names of the variables over the axes of the mesh: (upward, northing, easting), or (cell) of an octree."""
    dims = mesh_dims(data) or AXES
    return [
        str(name)
        for name, variable in data.data_vars.items()
        if len(variable.dims) == len(dims) and set(variable.dims) == set(dims) and name not in _BESIDE_MODELS
    ]


def _gridded(data: xr.Dataset) -> list[str]:
    names = [str(name) for name, variable in data.data_vars.items() if set(variable.dims) == {"northing", "easting"}]
    return [name for name in names if len(data[name].dims) == 2]


def surface_names(data: xr.Dataset) -> list[str]:
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


def say_taken(columns: Mapping[str, Numbers]) -> None:
    """Say which variables were converted, and for which a unit was assumed."""
    for taken in dict.fromkeys(column.taken for column in columns.values() if column.taken):
        names = ", ".join(name for name, column in columns.items() if column.taken == taken)
        note("units", f"{names}: {taken}")
