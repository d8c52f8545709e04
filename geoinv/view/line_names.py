"""Names of the survey lines that the stations of a solution belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["line_names"]

_COLUMN = "station_line"


def line_names(data: xr.Dataset) -> npt.NDArray[np.str_] | None:
    """Name of the line of each station of a solution; None where it does not tell."""
    if _COLUMN not in data.variables or data[_COLUMN].dims != ("station",):
        return None
    return np.asarray([_name(line) for line in data[_COLUMN].values], np.str_)


def _name(line: object) -> str:
    """Name of a line; whole numbers without a point, and nothing for NaN."""
    if isinstance(line, (float, np.floating)):
        return "" if np.isnan(line) else f"{line:.10g}"
    return str(line)
