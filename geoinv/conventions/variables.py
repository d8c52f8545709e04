"""The numbers of a CF variable: unpacked, without null values, in the units of the project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geoinv.conventions.nulls import is_null, nulls_in
from geoinv.conventions.units import PROJECT_UNITS, required_unit
from geoinv.core.checks import InputError
from geoinv.core.memory import require_memory

if TYPE_CHECKING:
    import xarray as xr

__all__ = [
    "INVESTIGATION_CUTOFF",
    "INVESTIGATION_INDEX",
    "Numbers",
    "attribute_number",
    "numbers",
    "text_attribute",
]

INVESTIGATION_INDEX = "depth_of_investigation_index"
"""Variable beside a model: about 0 where the data decide on it, about 1 where its reference does."""

INVESTIGATION_CUTOFF = 0.2
"""Index above which a model counts as its reference's: the upper of the two that Oldenburg and Li (1999) draw."""

_LONGITUDES = ("longitude", "latitude", "grid_longitude", "grid_latitude")

_PHYSICAL = 1e30
"""Magnitude that no quantity has in any unit; the sums of such numbers overflow."""


@dataclass(frozen=True)
class Numbers:
    """Numbers of a variable.

    Parameters
    ----------
    values : array of float64, of the shape of the variable
        NaN where the file has none.
    taken : str
        What was done to them or assumed, for a reader: "km, converted to m"; empty where nothing was.
    nulls : int
        How many values stand for a missing one.
    """

    values: npt.NDArray[np.float64]
    taken: str
    nulls: int


def numbers(
    variable: xr.DataArray,
    dimension: str | None = None,
    *,
    name: str | None = None,
    units: str | None = None,
    height: bool = False,
    along_axis: bool = False,
) -> Numbers:
    """Numbers of a variable as they are meant.

    Packed integers are unpacked (``scale_factor``, ``add_offset``); ``_FillValue``, ``missing_value``, values
    outside the valid range, netCDF's default fill values and all of :mod:`geoinv.conventions.nulls` become NaN; units
    are converted; a height with ``positive: down`` is turned up. A variable that xarray has decoded passes as it is.

    Parameters
    ----------
    variable : xarray.DataArray
        With its attributes.
    dimension : str, optional
        Key of :data:`geoinv.conventions.units.PROJECT_UNITS`; without one the units stay.
    name : str, optional
        For errors; the variable's own by default.
    units : str, optional
        Units in place of the variable's, where it states none: cell bounds have those of their axis.
    height : bool, optional
        Whether the attribute ``positive`` (or the standard name depth) tells the direction.
    along_axis : bool, optional
        Whether these are the coordinates of an axis, where -999 and the like are numbers.

    Raises
    ------
    InputError
        If the variable holds no real numbers, does not fit into memory, has infinite values, units of something
        else, or an attribute of the wrong type.
    """
    name = str(variable.name) if name is None else name
    if variable.dtype.kind not in "fiub":
        raise InputError(f"expected numbers in {name}, got {_kind_text(variable.dtype)}; write it as float64")
    require_memory(f"{name}", f"{variable.size:.3g} values", 16.0 * variable.size, "give a smaller file")
    raw = np.asarray(variable.values)
    if raw.dtype.kind not in "fiub":
        raise InputError(f"expected numbers in {name}, got {_kind_text(raw.dtype)}; write it as float64")
    values = _unpacked(raw, variable.attrs, name, negative=not along_axis)
    unphysical = ~np.isfinite(values) & ~np.isnan(values) | (np.abs(values) >= _PHYSICAL)
    if unphysical.any():
        first = values[unphysical].flat[0]
        raise InputError(
            f"expected finite numbers in {name}, got {first:g} ({int(unphysical.sum())} of {values.size} values); "
            "remove them, or mark them as missing"
        )
    taken = []
    if dimension is not None:
        stated = text_attribute(variable, "units") or units or ""
        try:
            unit = required_unit(stated, dimension)
        except InputError as error:
            raise InputError(f"{name}: {error}") from None
        if text_attribute(variable, "standard_name") in _LONGITUDES:
            raise InputError(
                f"{name}: expected lengths, got longitudes or latitudes (by its standard name), which are no eastings "
                "and northings; project them to metres (UTM, for example)"
            )
        if unit is None:
            taken.append(f"no unit stated, taken as {PROJECT_UNITS[dimension]}")
        elif unit.factor != 1.0:
            values = values * unit.factor
            taken.append(f"{unit.text}, converted to {PROJECT_UNITS[dimension]}")
    if height and _points_down(variable, name):
        values = -values
        taken.append("positive down, turned up")
    return Numbers(values, "; ".join(taken), int(np.isnan(values).sum()))


def _unpacked(raw: npt.NDArray[Any], attributes: Any, name: str, negative: bool) -> npt.NDArray[np.float64]:
    """Values as float64, NaN where missing."""
    values = raw.astype(np.float64)
    missing = np.zeros(raw.shape, bool)
    for key in ("_FillValue", "missing_value"):
        for fill in _attribute(attributes, key, name):
            missing |= values == fill
    if "_FillValue" not in attributes and raw.dtype.kind in "iu" and raw.dtype.itemsize > 1:
        limits = np.iinfo(raw.dtype)
        # netCDF's default fill value of a type, and the least number of a signed one
        fills = (limits.min, limits.min + {2: 1, 4: 1, 8: 2}[raw.dtype.itemsize])
        missing |= np.isin(raw, fills if raw.dtype.kind == "i" else (limits.max, limits.max - 1))
    valid = _attribute(attributes, "valid_range", name)
    low = valid[:1] if valid.size == 2 else _attribute(attributes, "valid_min", name)
    high = valid[1:] if valid.size == 2 else _attribute(attributes, "valid_max", name)
    for limit in low[:1]:
        missing |= values < limit
    for limit in high[:1]:
        missing |= values > limit
    if raw.dtype.kind == "i" and str(attributes.get("_Unsigned", "")).lower() == "true":
        values = np.where(values < 0, values + 2.0 ** (8 * raw.dtype.itemsize), values)
    scale = attribute_number(attributes, "scale_factor", name, 1.0)
    offset = attribute_number(attributes, "add_offset", name, 0.0)
    if scale == 0.0:
        raise InputError(f"expected scale_factor of {name} other than 0, got 0; correct the attribute")
    if (scale, offset) != (1.0, 0.0):
        values = values * scale + offset
    if negative and values.ndim in (1, 2):  # a column of stations, a grid of elevations: told by the others
        missing |= nulls_in(np.where(missing, np.nan, values)).reshape(values.shape)
    else:
        missing |= is_null(values, negative=negative)
    values[missing] = np.nan
    return values


def _attribute(attributes: Any, key: str, name: str) -> npt.NDArray[np.float64]:
    """Numbers of an attribute, none where it is not there."""
    if key not in attributes:
        return np.empty(0)
    try:
        found = np.atleast_1d(np.asarray(attributes[key], dtype=np.float64)).ravel()
    except (TypeError, ValueError):
        raise InputError(
            f"expected the attribute {key} of {name} as a number, got {str(attributes[key])[:40]!r}; "
            "write it as a number, or remove it"
        ) from None
    return found


def attribute_number(attributes: Any, key: str, name: str, default: float | None = None) -> float:
    """One finite number of an attribute.

    Raises
    ------
    InputError
        If it is there and no finite number, or is not there and has no default.
    """
    given = attributes.get(key, default)
    number = None
    if not isinstance(given, str):
        try:
            array = np.asarray(given, dtype=np.float64)
            number = float(array.ravel()[0]) if array.size == 1 else None
        except (TypeError, ValueError):
            number = None
    if number is None or not np.isfinite(number):
        shown = f"the text {given[:40]!r}" if isinstance(given, str) else repr(str(given)[:40])
        raise InputError(f"expected the attribute {key} of {name} as one finite number, got {shown}; correct it")
    return number


def text_attribute(variable: xr.DataArray, key: str) -> str:
    """Attribute as text without blanks around it; empty where there is none."""
    given: Any = variable.attrs.get(key, "")
    if isinstance(given, bytes):
        given = given.decode("utf-8", errors="replace")
    return str(given).strip()


def _points_down(variable: xr.DataArray, name: str) -> bool:
    """Tell whether a height is counted downwards."""
    direction = text_attribute(variable, "positive").lower()
    if direction not in ("", "up", "down"):
        raise InputError(f"expected the attribute positive of {name} as up or down, got {direction[:40]!r}; correct it")
    return direction == "down" or (not direction and text_attribute(variable, "standard_name") == "depth")


def _kind_text(dtype: np.dtype[Any]) -> str:
    """Type of something that is no number, for a reader."""
    names = {"S": "text", "U": "text", "O": "text or lists", "V": "a compound type", "c": "complex numbers"}
    return names.get(dtype.kind, f"values of type {dtype}")
