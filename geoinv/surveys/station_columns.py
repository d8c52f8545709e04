"""What a survey's file had beside positions and data: line, date, radar height and whatever else, a value a station."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.conventions.quantities import COMPONENTS
from geoinv.core.checks import InputError, shape_text

__all__ = ["COLUMN_ATTRIBUTES", "RESERVED", "checked_columns", "free_name"]

COLUMN_ATTRIBUTES: Mapping[str, Mapping[str, str]] = {
    "line": {"long_name": "line"},
    "flight": {"long_name": "flight"},
    "fiducial": {"long_name": "fiducial"},
    "date": {"long_name": "date"},
    "time": {"long_name": "time of day"},
    "ground": {"long_name": "elevation of the ground", "units": "m"},
    "radar_height": {"long_name": "height above the ground", "units": "m"},
    "longitude": {"standard_name": "longitude", "units": "degrees_east"},
    "latitude": {"standard_name": "latitude", "units": "degrees_north"},
    "igrf": {"long_name": "main field, as the file has it", "units": "nT"},
}
"""Names under which what is known is kept, whatever a file calls it, with CF attributes; others keep their own."""

RESERVED = frozenset(
    {
        *("easting", "northing", "upward", "station", "crs"),
        *(f"{name}{suffix}" for name in COMPONENTS for suffix in ("", "_uncertainty")),
    }
)
"""Names that columns cannot have, since a survey has something else under them."""


def checked_columns(columns: Mapping[str, Any], stations: int) -> dict[str, npt.NDArray[Any]]:
    """Copy of columns, each of numbers (float64), whole numbers (int64), texts or times (datetime64[us]).

    Parameters
    ----------
    columns : mapping of str to (stations,) array_like
        NaN, an empty text and NaT stand for a missing value.
    stations : int
        Number of values that each must have.

    Raises
    ------
    InputError
        If a name is not a text, is empty or reserved, or reads as a number; if a column has another shape, or values
        of another type.

    Examples
    --------
    >>> checked_columns({"line": ["L10", "L20"], "fiducial": [1.0, 2.5]}, 2)["line"].tolist()
    ['L10', 'L20']
    """
    found = {}
    for name, given in columns.items():
        _refuse_name(name)
        values = _typed(name, given)
        if values.shape != (stations,):
            raise InputError(
                f"Survey expects the column {name!r} of shape ({stations},) (stations), got "
                f"{shape_text(values.shape)}; give a value a station"
            )
        values.setflags(write=False)
        found[name] = values
    return found


def _refuse_name(name: Any) -> None:
    usable = isinstance(name, str) and name == name.strip() != "" and name.isprintable() and "/" not in name
    if not usable or _is_number(name):
        raise InputError(f"Survey expects names of columns as texts without a slash, got {name!r}; rename that column")
    if name in RESERVED:
        raise InputError(f"Survey expects other names of columns than its own, got {name!r}; rename that column")


def _is_number(name: str) -> bool:
    try:
        float(name)
    except ValueError:
        return False
    return True


def _typed(name: str, given: Any) -> npt.NDArray[Any]:
    values = np.asarray(given)
    kind = values.dtype.kind
    if kind in "iub":
        return values.astype(np.int64)
    if kind == "f":
        return values.astype(np.float64)
    if kind == "M":
        return values.astype("datetime64[us]")
    if kind in "UT" or (kind == "O" and all(isinstance(value, str) for value in values.ravel())):
        return values.astype(str)
    raise InputError(
        f"Survey expects numbers, texts or times in the column {name!r}, got values of type {values.dtype}; "
        "convert them"
    )


def free_name(name: str, taken: Mapping[str, Any]) -> str:
    """Name for a column that a file calls `name`: as near to it as :func:`checked_columns` and those taken allow.

    Examples
    --------
    >>> free_name("Mag (nT/m)", {}), free_name("tmi", {}), free_name("Mag", {"Mag": 0})
    ('Mag (nT per m)', 'tmi column', 'Mag 2')
    """
    plain = "".join(one if one.isprintable() else " " for one in name.replace("/", " per ")).strip()
    if not plain or _is_number(plain) or plain in RESERVED:
        plain = f"{plain} column".strip()
    number, free = 1, plain
    while free in taken:
        number += 1
        free = f"{plain} {number}"
    return free
