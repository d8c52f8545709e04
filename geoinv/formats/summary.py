"""Lines about what a file holds: stations, data, cells, ranges."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from geoinv.conventions.quantities import QUANTITIES
from geoinv.meshes.base import AXES, Mesh
from geoinv.surveys.survey import Survey

__all__ = ["extent_lines", "mesh_lines", "point_lines", "range_line", "survey_lines"]

Array = npt.NDArray[np.float64]


def range_line(name: str, values: Array, units: str = "") -> str:
    """Lowest, highest and median value, null values left out."""
    values = values[np.isfinite(values)]
    if not values.size:
        return f"{name}: no value"
    return f"{name} {values.min():.6g} to {values.max():.6g}{units and ' ' + units}, median {np.median(values):.6g}"


def extent_lines(positions: Mapping[str, Array]) -> list[str]:
    """Extent along each axis."""
    return [f"{axis} {values.min():.10g} to {values.max():.10g} m" for axis, values in positions.items()]


def point_lines(points: Array) -> list[str]:
    """Number and extent of points (points, 3)."""
    return [f"{len(points)} points", *extent_lines(dict(zip(("easting", "northing", "upward"), points.T, strict=True)))]


def survey_lines(survey: Survey) -> list[str]:
    """Stations, ranges of data and standard deviations, and the field."""
    lines = [f"{survey.stations} stations", *extent_lines({axis: getattr(survey, axis) for axis in reversed(AXES)})]
    for row, name in enumerate(survey.components):
        units = QUANTITIES[name].unit
        lines.append(f"{name}: no data" if survey.data is None else range_line(name, survey.data[row], units))
        if survey.uncertainty is not None:
            lines.append(range_line(f"standard deviation of {name}", survey.uncertainty[row], units))
    lines += _known_beside(survey)
    field = survey.field
    if field is None:
        return lines
    lines.append(
        f"field: inclination {field.inclination:g}, declination {field.declination:g} degrees, {field.intensity:g} nT"
    )
    if survey.anomaly_direction not in (None, (field.inclination, field.declination)):
        inclination, declination = survey.anomaly_direction
        lines.append(f"tmi projected on inclination {inclination:g}, declination {declination:g} degrees")
    return lines


def _known_beside(survey: Survey) -> list[str]:
    """Coordinate system, lines, and what was done before."""
    lines = [] if survey.crs is None else [f"coordinate system: {survey.crs.partition(',')[0]}"]
    if survey.line is not None:
        lines.append(f"{np.unique(survey.line).size} lines")
    done = str((survey.attributes or {}).get("preparation", "")).splitlines()
    return [*lines, *(f"prepared: {step}" for step in done)]


def mesh_lines(mesh: Mesh) -> list[str]:
    """Cells, extents and widths of a mesh."""
    axes = f" ({', '.join(mesh.dims)})" if len(mesh.dims) > 1 else ""
    lines = [f"{' x '.join(map(str, mesh.shape))} cells{axes}, {int(mesh.active.sum())} active"]
    lines += extent_lines({axis: np.array(mesh.bounds[axis]) for axis in reversed(AXES)})
    return lines + [
        f"cells {mesh.smallest_width(axis):g} to {mesh.largest_width(axis):g} m along {axis}" for axis in reversed(AXES)
    ]
