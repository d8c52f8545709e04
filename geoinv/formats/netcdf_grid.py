"""netCDF grids of a field over (northing, easting), as ``geoinv grid`` writes them: read as surveys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geoinv.conventions.cf import crs_of
from geoinv.conventions.variables import attribute_number, numbers, text_attribute
from geoinv.core.checks import InputError
from geoinv.formats.base import Format, SurveyOptions, Writer
from geoinv.formats.gridded import Band, GriddedField, grid_lines, survey_of_grid
from geoinv.formats.netcdf_content import content_of, gridded_field_of, say_taken
from geoinv.formats.netcdf_file import open_netcdf, write_netcdf
from geoinv.formats.notes import note
from geoinv.formats.text import naming
from geoinv.surveys.main_field import MainField
from geoinv.surveys.survey import Survey

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["FORMAT", "read_netcdf_grid"]

_AXES = ("northing", "easting")
_FIELD = ("field_inclination", "field_declination", "field_intensity")
_DIRECTION = ("anomaly_inclination", "anomaly_declination")
_AT_POLE = "_pole"
"""End of the names of grids that are reduced to the pole: the field of their file is not that of their values."""


def read_netcdf_grid(path: str | Path) -> GriddedField:
    """Grids over (northing, easting) of a Dataset, with the heights of their nodes where ``upward`` tells them.

    Raises
    ------
    InputError
        If an axis has no coordinates, or coordinates that do not tell its nodes apart, or a grid is not numbers.
    """
    with open_netcdf(path) as data:
        return _gridded(data)


def _gridded(data: xr.Dataset) -> GriddedField:
    lacking = [axis for axis in _AXES if axis not in data.variables or data[axis].dims != (axis,)]
    if lacking:
        raise InputError(f"expected coordinates easting and northing, got none along {' and '.join(lacking)}; add them")
    axes = {axis: numbers(data[axis], "length", along_axis=True) for axis in _AXES}
    say_taken(axes)
    order = {axis: np.argsort(taken.values, kind="stable") for axis, taken in axes.items()}
    northing, easting = (axes[axis].values[order[axis]] for axis in _AXES)
    for axis, nodes in zip(_AXES, (northing, easting), strict=True):
        if not (np.diff(nodes) > 0.0).all() or not np.isfinite(nodes).all():
            raise InputError(f"expected nodes at different places along {axis}, got some twice or null; correct them")
    bands = []
    for name, variable in data.data_vars.items():
        if set(variable.dims) == set(_AXES) and variable.dtype.kind in "fiu":
            values = numbers(variable.transpose(*_AXES)).values
            bands.append(Band(str(name), values[np.ix_(*order.values())], text_attribute(variable, "units")))
    heights = _heights(data)
    if heights is not None:
        bands.append(Band("upward", heights[np.ix_(*order.values())], "m"))
    return GriddedField(easting, northing, bands, crs_of(data))


def _heights(data: xr.Dataset) -> npt.NDArray[np.float64] | None:
    """Elevations of the nodes in metres, (northing, easting); None where the file tells none."""
    if "upward" not in data.coords or not set(data["upward"].dims) <= set(_AXES):
        return None
    if text_attribute(data["upward"], "standard_name") == "height":  # above the ground
        return None
    upward = data["upward"].broadcast_like(data.coords["northing"]).broadcast_like(data.coords["easting"])
    taken = numbers(upward.transpose(*_AXES), "length", name="upward", height=True)
    say_taken({"upward": taken})
    return taken.values


def _read_survey(path: str | Path, options: SurveyOptions) -> Survey:
    """Survey with a station on each node that has a value, under the field that the file states."""
    with open_netcdf(path) as data:
        grid, attributes = _gridded(data), dict(data.attrs)
    if options.columns and "upward" not in options.columns and grid.bands[-1].name == "upward":
        # a coordinate of all grids, whichever is named
        options = replace(options, columns={**options.columns, "upward": "upward"})
    stated = all(name in attributes for name in _FIELD) and not _reduced_to_the_pole(grid, options)
    if options.field is not None or not stated:
        return survey_of_grid(path, grid, options)
    with naming(path):
        field = MainField(*(attribute_number(attributes, name, "the grid") for name in _FIELD))
    survey = survey_of_grid(path, grid, replace(options, field=field))
    if survey.field is None:
        return survey
    note("field", "as the file of the grid states it")
    if not all(name in attributes for name in _DIRECTION):
        return survey
    with naming(path):
        inclination, declination = (attribute_number(attributes, name, "the grid") for name in _DIRECTION)
        return replace(survey, anomaly_direction=(inclination, declination))


def _reduced_to_the_pole(grid: GriddedField, options: SurveyOptions) -> bool:
    """Whether the user has chosen a grid that is reduced to the pole, by its name or its number."""
    names = [band.name for band in grid.bands]
    chosen = [str(place).strip() for place in (options.columns or {}).values()]
    named = [names[int(one) - 1] if one.isdecimal() and 0 < int(one) <= len(names) else one for one in chosen]
    return any(name.endswith(_AT_POLE) for name in named)


FORMAT = Format(
    name="netCDF grid",
    recognises=lambda head: head.is_netcdf and head.of_dataset(content_of) == "grid",
    readers={"survey": _read_survey},
    options=frozenset({"columns"}),
    title=lambda head: f"netCDF grid of {head.of_dataset(gridded_field_of)}, which states no heights of the ground",
    describe=lambda path, options: [
        *grid_lines(read_netcdf_grid(path)),
        "no topography: a grid of heights of the ground states a unit of length",
    ],
    writers=(Writer("grid", (".nc", ".zarr"), write_netcdf),),
    dataset=open_netcdf,
)
