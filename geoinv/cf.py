"""How grids, surveys and quantities are written in xarray: CF names, units and bounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geoinv.checks import InputError

if TYPE_CHECKING:
    import xarray as xr

__all__ = [
    "CONVENTIONS",
    "QUANTITIES",
    "cell_coordinates",
    "cell_edges",
    "crs_of",
    "field_attributes",
    "with_crs",
]

CONVENTIONS = "CF-1.11"

AXIS_ATTRIBUTES: Mapping[str, Mapping[str, str]] = {
    "easting": {"standard_name": "projection_x_coordinate", "units": "m", "axis": "X"},
    "northing": {"standard_name": "projection_y_coordinate", "units": "m", "axis": "Y"},
    "upward": {"long_name": "height, positive up", "units": "m", "axis": "Z", "positive": "up"},
}

_GRADIENTS = {
    f"b{i}{j}": {"long_name": f"derivative of B_{i} along {j}", "units": "nT m-1"}
    for i, j in ("ee", "en", "eu", "nn", "nu", "uu")
}

QUANTITIES: Mapping[str, Mapping[str, str]] = {
    "susceptibility": {"long_name": "magnetic susceptibility, SI", "units": "1"},
    **{
        f"magnetization_{axis}": {"long_name": f"magnetization, {axis} component", "units": "A m-1"}
        for axis in ("easting", "northing", "upward")
    },
    "tmi": {"long_name": "total magnetic intensity anomaly, projected on the anomaly direction", "units": "nT"},
    "be": {"long_name": "anomalous magnetic field, easting component", "units": "nT"},
    "bn": {"long_name": "anomalous magnetic field, northing component", "units": "nT"},
    "bu": {"long_name": "anomalous magnetic field, upward component", "units": "nT"},
    **_GRADIENTS,
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


def cell_edges(data: xr.Dataset | xr.DataArray, axis: str) -> npt.NDArray[np.float64]:
    """Ascending cell edges of an axis, from bounds, widths or equally spaced centres.

    Raises
    ------
    InputError
        If the cells overlap, leave gaps, or have no widths and unequal spacing.
    """
    centres = np.asarray(data[axis], dtype=np.float64)
    order = np.argsort(centres)
    centres = centres[order]
    bounds_name = data[axis].attrs.get("bounds", f"{axis}_bounds")
    known = set(data.coords) | set(getattr(data, "data_vars", ()))
    if bounds_name in known:
        bounds = np.sort(np.asarray(data[bounds_name], dtype=np.float64)[order], axis=1)
    elif f"{axis}_width" in known:
        half = 0.5 * np.asarray(data[f"{axis}_width"], dtype=np.float64)[order]
        bounds = np.column_stack([centres - half, centres + half])
    else:
        spacing = np.diff(centres)
        if not spacing.size or np.ptp(spacing) > 1e-6 * abs(spacing).max():
            got = f"{centres.size} with spacings {spacing.min():g} to {spacing.max():g} m" if spacing.size else "one"
            raise InputError(
                f"Grid.from_xarray expects {axis} with {axis}_bounds, {axis}_width or equally spaced centres, "
                f"got centres alone, {got}; add the bounds"
            )
        # spacing of the whole axis: differences of single centres carry their rounding
        half = np.full(centres.size, 0.5 * (centres[-1] - centres[0]) / (centres.size - 1))
        bounds = np.column_stack([centres - half, centres + half])
    gaps = np.abs(bounds[1:, 0] - bounds[:-1, 1])
    if gaps.size and gaps.max() > 1e-6 * np.diff(bounds, axis=1).max():
        raise InputError(
            f"Grid.from_xarray expects {axis} cells that touch, got a gap or overlap of {gaps.max():g} m; "
            f"check {bounds_name}"
        )
    return np.append(bounds[:, 0], bounds[-1, 1])


def field_attributes(survey: Any) -> dict[str, float]:
    """Inducing field and anomaly direction of a survey as attributes, in degrees and nT."""
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
    attributes = data["crs"].attrs
    return attributes.get("crs_wkt", attributes.get("spatial_ref"))
