"""Files of netCDF made by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import xarray as xr

from geoinv import Grid, MainField

FIELD = MainField(65.0, 25.0, 50000.0)
EASTING, NORTHING, UPWARD, TMI = [500.0, 525.0, 550.0], [10.0, 20.0, 30.0], [40.0, 40.0, 41.0], [1.5, -2.0, 3.0]


def survey_file(
    folder: Path, *, scale: dict[str, float] | None = None, attributes: dict[str, dict[str, Any]] | None = None
) -> Path:
    """Three stations; values divided by `scale`, with attributes by variable."""
    values = {
        "easting": EASTING,
        "northing": NORTHING,
        "upward": UPWARD,
        "tmi": TMI,
        "tmi_uncertainty": [0.5, 0.5, 1.0],
    }
    data = xr.Dataset(
        {
            name: ("station", np.array(value) / (scale or {}).get(name, 1.0), (attributes or {}).get(name, {}))
            for name, value in values.items()
        },
        attrs={"field_inclination": 65.0, "field_declination": 25.0, "field_intensity": 50000.0},
    )
    data.to_netcdf(folder / "a.nc", encoding={name: {"_FillValue": None} for name in values})
    return folder / "a.nc"


def edited(path: Path, edit: Callable[[netCDF4.Dataset], Any]) -> Path:
    with netCDF4.Dataset(path, "a") as file:
        file.set_auto_maskandscale(False)
        edit(file)
    return path


def mesh_data(**changes: Any) -> xr.Dataset:
    """Model on 2 x 3 x 4 cells, whose variables may be replaced or (None) removed."""
    grid = Grid([0.0, 10.0, 20.0, 33.0, 50.0], [-5.0, 0.0, 5.5, 7.0], [-40.7, -10.1, 0.0])
    data = grid.to_xarray(susceptibility=np.arange(24.0).reshape(2, 3, 4)).reset_coords(drop=False)
    data = data.drop_vars([name for name in changes if name in data.variables])
    return data.assign({name: value for name, value in changes.items() if value is not None})
