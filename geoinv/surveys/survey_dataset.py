"""A survey as a CF Dataset over its stations, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geoinv.conventions import cf
from geoinv.conventions.quantities import COMPONENTS, attributes_of, kinds_of
from geoinv.conventions.variables import attribute_number, numbers
from geoinv.core.checks import InputError
from geoinv.core.wording import way
from geoinv.surveys.main_field import MainField
from geoinv.surveys.station_columns import COLUMN_ATTRIBUTES, RESERVED

if TYPE_CHECKING:
    import xarray as xr

    from geoinv.surveys.survey import Survey

__all__ = ["column_variables", "components_in", "dataset_of", "station_variables", "survey_arguments"]

_POSITIONS = ("easting", "northing", "upward")


def dataset_of(survey: Survey) -> xr.Dataset:
    """Dataset of a survey, see :meth:`geoinv.Survey.to_xarray`."""
    import xarray as xr

    data = xr.Dataset(
        coords={name: ("station", getattr(survey, name), _plain(cf.AXIS_ATTRIBUTES[name])) for name in _POSITIONS},
        attrs={
            **(survey.attributes or {}),
            "Conventions": cf.CONVENTIONS,
            "featureType": "point",
            "components": " ".join(survey.components),
            **cf.field_attributes(survey),
        },
    )
    for row, name in enumerate(survey.components):
        attributes = attributes_of(name)
        if survey.data is not None:
            data[name] = ("station", survey.data[row], attributes)
        if survey.uncertainty is not None:
            text = {"long_name": f"standard deviation of {name}", "units": attributes["units"]}
            data[f"{name}_uncertainty"] = ("station", survey.uncertainty[row], text)
    return cf.with_crs(data, survey.crs).assign(station_variables(survey))


def station_variables(survey: Any, prefix: str = "") -> dict[str, Any]:
    """Columns of a survey as variables over ``station``, their names behind a prefix."""
    columns: Mapping[str, npt.NDArray[Any]] = getattr(survey, "columns", {})
    return {
        f"{prefix}{name}": ("station", values, dict(COLUMN_ATTRIBUTES.get(name, {})))
        for name, values in columns.items()
    }


def survey_arguments(data: xr.Dataset, field: MainField | None, components: tuple[str, ...]) -> dict[str, Any]:
    """Arguments of the survey that a Dataset holds, see :meth:`geoinv.Survey.from_xarray`."""
    attributes = dict(data.attrs)
    direction = None
    if field is None and kinds_of(components) == ("magnetic",):
        field = _stated_field(attributes)
        projected = ("anomaly_inclination", "anomaly_declination")
        if all(name in attributes for name in projected):
            one, other = (attribute_number(attributes, name, "the survey") for name in projected)
            direction = (one, other)
    own = {"Conventions", "featureType", "components"}
    kept = {k: v for k, v in attributes.items() if k not in own and not k.startswith(("field_", "anomaly_"))}
    columns = cf.station_columns(data, components)

    def rows(suffix: str) -> npt.NDArray[np.float64] | None:
        names = [f"{component}{suffix}" for component in components]
        found = [name for name in names if name in columns]
        if found and len(found) < len(names) and not suffix:
            lacking = ", ".join(sorted(set(names) - set(found)))
            raise InputError(f"expected {', '.join(names)} together, got no {lacking}; add it, or remove the others")
        return np.stack([columns[name].values for name in names]) if len(found) == len(names) else None

    return {
        **{name: columns[name].values for name in _POSITIONS},
        "components": components,
        "field": field,
        "data": rows(""),
        "uncertainty": rows("_uncertainty"),
        "anomaly_direction": direction,
        "crs": cf.crs_of(data),
        "attributes": kept,
        "columns": column_variables(data)[0],
    }


def components_in(data: xr.Dataset) -> tuple[str, ...]:
    """Components that a Dataset over the stations holds: those it names, those that are there, or ``tmi``.

    Raises
    ------
    InputError
        If a position is missing.
    """
    known = set(map(str, data.variables))
    missing = [name for name in _POSITIONS if name not in known]
    if missing:
        raise InputError(
            f"Survey.from_xarray expects {', '.join(_POSITIONS)} over station, got {', '.join(sorted(known))}; "
            f"add {', '.join(missing)} in metres"
        )
    named = tuple(str(data.attrs.get("components", "")).split())
    return named or tuple(name for name in COMPONENTS if name in known) or ("tmi",)


def column_variables(data: xr.Dataset) -> tuple[dict[str, npt.NDArray[Any]], list[str]]:
    """Columns over the stations beside positions and data, and the names of those that cannot be kept.

    Numbers are unpacked, NaN where null, whole ones stay whole where none is; times since a date become times; texts
    stay.
    """
    stations = data["easting"].dims
    kept: dict[str, npt.NDArray[Any]] = {}
    left = []
    for name in map(str, data.variables):
        variable = data[name]
        if name in RESERVED or name in map(str, stations) or variable.dims[:1] != stations:
            continue
        try:
            values = _column(variable)
        except InputError:
            values = None
        if values is None or not name.strip():
            left.append(name)
        else:
            kept[name] = values
    return kept, left


def _column(variable: xr.DataArray) -> npt.NDArray[Any] | None:
    """Values of a column, or None where they are of no type that one has."""
    if variable.ndim != 1:
        return None
    if variable.dtype.kind in "MUT":
        return np.asarray(variable.values)
    if variable.dtype.kind == "O":
        values = variable.values
        return values.astype(str) if all(isinstance(value, str) for value in values) else None
    if " since " in str(variable.attrs.get("units", "")):
        return _times(variable)
    found = numbers(variable)
    whole = variable.dtype.kind in "iu" and not found.nulls
    if whole and not {"scale_factor", "add_offset"} & set(variable.attrs):
        return np.asarray(variable.values).astype(np.int64)
    return found.values


def _times(variable: xr.DataArray) -> npt.NDArray[Any] | None:
    """Times of numbers since a date, or None where they are none that xarray decodes."""
    import xarray as xr

    try:
        decoded = xr.decode_cf(
            variable.to_dataset(name="times"), decode_times=xr.coders.CFDatetimeCoder(use_cftime=False)
        )["times"].values
    except (ValueError, OverflowError, KeyError, TypeError):
        return None
    return np.asarray(decoded) if decoded.dtype.kind == "M" else None


def _stated_field(attributes: Mapping[str, Any]) -> MainField:
    """Inducing field that the attributes of a Dataset state."""
    stated = [f"field_{part}" for part in ("inclination", "declination", "intensity")]
    lacking = [name for name in stated if name not in attributes]
    if lacking:
        remedy = way("give --field I D F (degrees, degrees, nT)", "give field=MainField(...)", "add them")
        raise InputError(
            f"expected the inducing field as attributes {', '.join(stated)}, got no {', '.join(lacking)}; {remedy}"
        )
    return MainField(*(attribute_number(attributes, name, "the survey") for name in stated))


def _plain(attributes: Mapping[str, str]) -> dict[str, str]:
    """Axis attributes for stations: the same names without ``axis``, which is for grids."""
    return {key: value for key, value in attributes.items() if key != "axis"}
