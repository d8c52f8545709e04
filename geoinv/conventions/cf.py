"""How grids, surveys and quantities are written in xarray: CF names, units and bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geoinv.conventions.quantities import QUANTITIES
from geoinv.conventions.units import PROJECT_UNITS
from geoinv.conventions.variables import Numbers, numbers, text_attribute
from geoinv.core.checks import InputError, shape_text

if TYPE_CHECKING:
    import xarray as xr

__all__ = [
    "CONVENTIONS",
    "axis_centres",
    "cell_coordinates",
    "cell_edges",
    "cell_values",
    "crs_of",
    "dimension_of",
    "field_attributes",
    "project_units",
    "station_columns",
    "surface_points",
    "with_crs",
]

CONVENTIONS = "CF-1.11"

AXIS_ATTRIBUTES: Mapping[str, Mapping[str, str]] = {
    "easting": {"standard_name": "projection_x_coordinate", "units": "m", "axis": "X"},
    "northing": {"standard_name": "projection_y_coordinate", "units": "m", "axis": "Y"},
    "upward": {"long_name": "height, positive up", "units": "m", "axis": "Z", "positive": "up"},
}


def cell_coordinates(edges: Mapping[str, npt.NDArray[np.float64]]) -> dict[str, Any]:
    """Coordinates of cells: centres, ``*_bounds`` (CF) and ``*_width``.

    The widths stay with a DataArray taken out of the Dataset, where the two-column bounds cannot.
    """
    coordinates: dict[str, Any] = {}
    for axis, values in edges.items():
        attributes = {**AXIS_ATTRIBUTES[axis], "bounds": f"{axis}_bounds"}
        coordinates[axis] = (axis, 0.5 * (values[1:] + values[:-1]), attributes)
        coordinates[f"{axis}_bounds"] = ((axis, "bounds"), np.column_stack([values[:-1], values[1:]]))
        coordinates[f"{axis}_width"] = (axis, np.diff(values), {"long_name": "cell width", "units": "m"})
    return coordinates


def dimension_of(name: str) -> str | None:
    """Dimension of a quantity by the name of its variable, or None: "magnetic field" of ``tmi_uncertainty``."""
    if name in AXIS_ATTRIBUTES:
        return "length"
    quantity = QUANTITIES.get(name.removesuffix("_uncertainty"))
    return None if quantity is None else quantity.dimension


def project_units(name: str) -> str:
    """Unit that a variable has in the project, by its name; empty for an unknown name."""
    dimension = dimension_of(name)
    return "" if dimension is None else PROJECT_UNITS[dimension]


def cell_edges(data: xr.Dataset | xr.DataArray, axis: str) -> npt.NDArray[np.float64]:
    """Ascending cell edges of an axis in metres, from bounds, widths or equally spaced centres.

    Raises
    ------
    InputError
        If the axis is empty, not in order, or has a null value; if the cells overlap, leave gaps, or have no widths
        and unequal spacing; if the bounds have another shape.
    """
    centres, order = axis_centres(data, axis)
    height, units = axis == "upward", text_attribute(data[axis], "units")
    known = set(map(str, data.coords)) | set(map(str, getattr(data, "data_vars", ())))
    named = text_attribute(data[axis], "bounds")
    bounds_name = named if named in known else f"{axis}_bounds"
    if bounds_name in known:
        variable = data[bounds_name]
        if variable.shape != (centres.size, 2):
            raise InputError(
                f"expected {bounds_name} of shape {shape_text((centres.size, 2))}, two edges a cell, "
                f"got {shape_text(variable.shape)}; correct the bounds"
            )
        if not text_attribute(variable, "positive"):
            variable = variable.assign_attrs(_direction(data[axis]))
        found = numbers(variable, "length", name=bounds_name, units=units, height=height, along_axis=True).values
        bounds = np.sort(_complete(bounds_name, found)[order], axis=1)
    elif f"{axis}_width" in known:
        variable = data[f"{axis}_width"]
        if variable.shape != centres.shape:
            raise InputError(
                f"expected {axis}_width of shape {shape_text(centres.shape)}, one a cell, "
                f"got {shape_text(variable.shape)}; correct the widths"
            )
        found = numbers(variable, "length", name=f"{axis}_width", units=units).values
        half = 0.5 * _complete(f"{axis}_width", found)[order]
        bounds = np.column_stack([centres - half, centres + half])
    else:
        spacing = np.diff(centres)
        if not spacing.size or np.ptp(spacing) > 1e-6 * abs(spacing).max():
            got = f"{centres.size} with spacings {spacing.min():g} to {spacing.max():g} m" if spacing.size else "one"
            raise InputError(
                f"the mesh expects {axis} with {axis}_bounds, {axis}_width or equally spaced centres, "
                f"got centres alone, {got}; add the bounds"
            )
        # spacing of the whole axis: differences of single centres carry their rounding
        half = np.full(centres.size, 0.5 * (centres[-1] - centres[0]) / (centres.size - 1))
        bounds = np.column_stack([centres - half, centres + half])
    gaps = np.abs(bounds[1:, 0] - bounds[:-1, 1])
    if gaps.size and gaps.max() > 1e-6 * np.diff(bounds, axis=1).max():
        raise InputError(
            f"the mesh expects {axis} cells that touch, got a gap or overlap of {gaps.max():g} m; check {bounds_name}"
        )
    outside = (centres < bounds[:, 0] - _rounding(bounds)) | (centres > bounds[:, 1] + _rounding(bounds))
    if outside.any():
        first = int(np.argmax(outside))
        raise InputError(
            f"the mesh expects each {axis} inside its cell, got {centres[first]:.10g} for the cell from "
            f"{bounds[first, 0]:.10g} to {bounds[first, 1]:.10g} m; check the bounds and their units"
        )
    return np.append(bounds[:, 0], bounds[-1, 1])


def axis_centres(data: xr.Dataset | xr.DataArray, axis: str) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp]]:
    """Ascending coordinates of an axis in metres, and the index in the file of each.

    Raises
    ------
    InputError
        If they have another dimension than the axis, there is none, one is null, or they neither rise nor fall.
    """
    variable = data[axis]
    if tuple(map(str, variable.dims)) != (axis,):
        over = ", ".join(map(str, variable.dims)) or "no dimension"
        raise InputError(f"expected {axis} over its own dimension, got it over {over}; write it over {axis}")
    if not variable.size:
        raise InputError(f"expected coordinates along {axis}, got an empty axis; write the file again")
    centres = _complete(axis, numbers(variable, "length", height=axis == "upward", along_axis=True).values)
    steps = np.diff(centres)
    if not ((steps > 0).all() or (steps < 0).all()):
        bad = int(np.argmax(np.sign(steps) != np.sign(centres[-1] - centres[0])))
        raise InputError(
            f"expected {axis} in order, each coordinate once, got {centres[bad]:.10g} before {centres[bad + 1]:.10g}; "
            "sort the axis with its data"
        )
    order = np.arange(centres.size) if centres[0] <= centres[-1] else np.arange(centres.size)[::-1]
    return centres[order], order


def cell_values(data: xr.Dataset | xr.DataArray, variable: xr.DataArray, dimension: str | None = None) -> Numbers:
    """Numbers of a variable in the cells (upward, northing, easting), every axis ascending.

    Parameters
    ----------
    data : xarray.Dataset or DataArray
        With the axes as coordinates.
    variable : xarray.DataArray
        Over the three axes, in any order.
    dimension : str, optional
        As of :func:`geoinv.conventions.variables.numbers`.

    Raises
    ------
    InputError
        If the variable has other dimensions, or one of the two functions rejects it.
    """
    axes = ("upward", "northing", "easting")
    if set(variable.dims) != set(axes) or len(variable.dims) != len(axes):
        over = ", ".join(map(str, variable.dims)) or "no dimension"
        raise InputError(
            f"expected {variable.name} over ({', '.join(axes)}), got it over ({over}); write it on the mesh"
        )
    found = numbers(variable.transpose(*axes), dimension)
    order = np.ix_(*(axis_centres(data, axis)[1] for axis in axes))
    return Numbers(found.values[order], found.taken, found.nulls)


def station_columns(data: xr.Dataset, components: Sequence[str]) -> dict[str, Numbers]:
    """Positions, components and their ``*_uncertainty`` over the stations, by name, NaN where null.

    Parameters
    ----------
    data : xarray.Dataset
        With easting, northing, upward over one dimension.
    components : sequence of str
        Those that are looked for; what is not there is left out. An uncertainty without units has those of its datum.

    Raises
    ------
    InputError
        If a variable is over something else than the stations, or
        :func:`geoinv.conventions.variables.numbers` rejects it.
    """
    known = set(map(str, data.variables))
    stations = tuple(map(str, data["easting"].dims))
    names = ["easting", "northing", "upward", *components, *(f"{name}_uncertainty" for name in components)]
    columns = {}
    for name in (name for name in names if name in known):
        variable = data[name]
        if len(stations) != 1 or tuple(map(str, variable.dims)) != stations:
            over = ", ".join(map(str, variable.dims)) or "no dimension"
            wanted = stations[0] if len(stations) == 1 else "station"
            raise InputError(f"expected {name} over {wanted}, got it over {over}; write one value a station")
        if not variable.size:
            raise InputError(f"expected stations, got none along {stations[0]}; write the file again")
        datum = name.removesuffix("_uncertainty")
        units = text_attribute(data[datum], "units") if datum in known else ""
        columns[name] = numbers(variable, dimension_of(name), units=units, height=name == "upward")
    return columns


def surface_points(surface: xr.DataArray) -> npt.NDArray[np.float64]:
    """Points (easting, northing, elevation) in metres of the nodes of a grid over (northing, easting).

    Nodes without elevation are left out.

    Raises
    ------
    InputError
        If an axis is not in order, or the units are not those of a length.
    """
    (north, rows), (east, columns) = axis_centres(surface, "northing"), axis_centres(surface, "easting")
    found = numbers(surface.transpose("northing", "easting"), "length", height=True)
    easting, northing = np.meshgrid(east, north)
    points = np.column_stack([easting.ravel(), northing.ravel(), found.values[np.ix_(rows, columns)].ravel()])
    return points[np.isfinite(points[:, 2])]


def _rounding(bounds: npt.NDArray[np.float64]) -> float:
    """Metres by which coordinates of single precision may miss a cell."""
    return 1e-6 * float(np.abs(bounds).max(initial=1.0))


def _complete(name: str, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Coordinates, none of which may be null."""
    missing = int(np.isnan(values).sum())
    if missing:
        raise InputError(
            f"expected a number in every {name}, got {missing} of {values.size} without one; a mesh needs them all"
        )
    return values


def _direction(variable: xr.DataArray) -> dict[str, str]:
    """Attribute that says that a height is counted downwards, for what goes with it."""
    down = text_attribute(variable, "positive").lower() == "down"
    return {"positive": "down"} if down or text_attribute(variable, "standard_name") == "depth" else {}


def field_attributes(survey: Any) -> dict[str, float]:
    """Inducing field and anomaly direction of a survey as attributes, in degrees and nT; none without a field."""
    if survey.field is None:
        return {}
    return {
        "field_inclination": survey.field.inclination,
        "field_declination": survey.field.declination,
        "field_intensity": survey.field.intensity,
        "anomaly_inclination": survey.anomaly_direction[0],
        "anomaly_declination": survey.anomaly_direction[1],
    }


def with_crs(data: xr.Dataset, crs: str | None) -> xr.Dataset:
    """Attach the coordinate system as a CF ``grid_mapping`` variable, where there is one."""
    if crs is None:
        return data
    attributes = {"crs_wkt": crs} if "[" in crs else {"spatial_ref": crs}
    for name in data.data_vars:
        data[name].attrs["grid_mapping"] = "crs"
    return data.assign_coords(crs=((), 0, attributes))


def crs_of(data: xr.Dataset | xr.DataArray) -> str | None:
    """Coordinate system written by :func:`with_crs`, or None."""
    if "crs" not in data.coords and "crs" not in getattr(data, "data_vars", ()):
        return None
    variable = data["crs"]
    return text_attribute(variable, "crs_wkt") or text_attribute(variable, "spatial_ref") or None
