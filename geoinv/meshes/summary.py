"""Lines about meshes, points and ranges of values."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from geoinv.core.html import html_of
from geoinv.meshes.base import AXES, Mesh

__all__ = ["extent_lines", "html_of_mesh", "mesh_lines", "point_lines", "range_line"]

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


def mesh_lines(mesh: Mesh) -> list[str]:
    """Cells, extents and widths of a mesh."""
    axes = f" ({', '.join(mesh.dims)})" if len(mesh.dims) > 1 else ""
    lines = [f"{' x '.join(map(str, mesh.shape))} cells{axes}, {int(mesh.active.sum())} active"]
    lines += extent_lines({axis: np.array(mesh.bounds[axis]) for axis in reversed(AXES)})
    return lines + [
        f"cells {mesh.smallest_width(axis):g} to {mesh.largest_width(axis):g} m along {axis}" for axis in reversed(AXES)
    ]


def html_of_mesh(mesh: Mesh) -> str:
    """What a notebook shows of a mesh."""
    return html_of(type(mesh).__name__, mesh_lines(mesh))
