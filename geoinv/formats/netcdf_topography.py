"""netCDF grids over (northing, easting) of heights of the ground."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from geoinv.conventions.variables import numbers, text_attribute
from geoinv.core.checks import InputError
from geoinv.formats.base import Format
from geoinv.formats.degrees import refuse_degrees
from geoinv.formats.netcdf_content import content_of, say_taken, surface_names
from geoinv.formats.netcdf_file import open_netcdf
from geoinv.formats.notes import note

__all__ = ["FORMAT", "read_netcdf_topography"]


def read_netcdf_topography(path: str | Path) -> npt.NDArray[np.float64]:
    """Points (easting, northing, elevation) in metres of a grid over (northing, easting).

    Nodes without elevation (null) are left out.
    """
    from geoinv.conventions import cf

    with open_netcdf(path) as data:
        names = surface_names(data)
        if len(names) != 1:
            raise InputError(f"expected one grid of heights over (northing, easting), got {', '.join(names)}; keep one")
        surface = data[names[0]]
        lacking = [axis for axis in ("easting", "northing") if axis not in data.variables]
        if lacking:
            raise InputError(f"expected coordinates easting and northing, got no {' and '.join(lacking)}; add them")
        columns = {axis: numbers(data[axis], "length") for axis in ("easting", "northing")}
        columns[names[0]] = numbers(surface, "length", height=True)
        say_taken(columns)
        points = cf.surface_points(surface)
        if not any(text_attribute(data[axis], "units") for axis in ("easting", "northing")):
            refuse_degrees(path, points[:, 0], points[:, 1])
        if not len(points):
            raise InputError(f"expected elevations in {names[0]}, got none at any node; check the file")
        if len(points) < surface.size:
            note("ground", f"{surface.size - len(points)} of {surface.size} nodes without elevation are left out")
        return points


FORMAT = Format(
    name="netCDF topography",
    recognises=lambda head: head.is_netcdf and head.of_dataset(content_of) == "topography",
    readers={"topography": read_netcdf_topography},
    dataset=open_netcdf,
)
