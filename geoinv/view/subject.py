"""What there is to show: a model, the data beside it, or both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geoinv.checks import InputError
from geoinv.field import MainField
from geoinv.formats import read_survey, recognise
from geoinv.formats.netcdf import open_netcdf
from geoinv.grid import AXES, Grid
from geoinv.survey import COMPONENTS, Survey

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Channel", "Model", "Subject", "subject_of"]

Array = npt.NDArray[np.float64]

_ANY_FIELD = MainField(90.0, 0.0, 50000.0)  # a map of data does not show the field
_REMEDY = "give a solution, a netCDF model or a survey"


@dataclass(frozen=True)
class Model:
    """A model (upward, northing, easting) on its grid, NaN where there is no rock, and its name with the unit."""

    grid: Grid
    values: Array
    label: str


@dataclass(frozen=True)
class Channel:
    """One component at the stations: what was measured, predicted, and how well it is known."""

    name: str
    units: str
    observed: Array | None = None
    predicted: Array | None = None
    uncertainty: Array | None = None


@dataclass(frozen=True)
class Subject:
    """What a picture shows.

    Parameters
    ----------
    title : str
        One sentence.
    model : Model, optional
        What the slices and the scene show.
    stations : (3, stations) array, optional
        Easting, northing and upward of the stations, in metres.
    channels : tuple of Channel
        What the maps show.
    """

    title: str
    model: Model | None = None
    stations: Array | None = None
    channels: tuple[Channel, ...] = ()


def subject_of(source: xr.Dataset | str | Path) -> Subject:
    """Find out what a Dataset or a file has to show.

    Raises
    ------
    InputError
        If it holds no model on a grid and no stations.
    """
    if not isinstance(source, (str, Path)):
        return _of_dataset(source)
    kind = recognise(source)
    if kind.name.startswith(("netCDF", "geoinv")):
        with open_netcdf(source) as data:
            return _of_dataset(data)
    if "survey" in kind.holds:
        return _of_survey(read_survey(source, field=_ANY_FIELD))
    remedy = f"join it with its mesh: geoinv convert {source} model.nc --mesh MESH" if "model" in kind.holds else _REMEDY
    raise InputError(f"{source} expects something to show, got {kind.name}; {remedy}")


def _of_dataset(data: xr.Dataset) -> Subject:
    model = _model(data)
    channels = _channels(data)
    stations = None
    if channels:
        stations = np.stack([np.asarray(data[f"station_{axis}"], np.float64) for axis in reversed(AXES)])
    elif model is None:
        if not {"easting", "northing"} <= set(map(str, data.variables)):
            raise InputError(
                "view expects a model over (upward, northing, easting) or data over station, "
                f"got variables {', '.join(map(str, data.variables)) or 'none'}; {_REMEDY}"
            )
        return _of_survey(Survey.from_xarray(data, field=_ANY_FIELD))
    return Subject(_title(data.attrs, model, channels), model, stations, channels)


def _of_survey(survey: Survey) -> Subject:
    from geoinv.cf import QUANTITIES

    stations = np.stack([survey.easting, survey.northing, survey.upward])
    if survey.data is None:
        heights = Channel("station elevation", "m", observed=survey.upward)
        return Subject(f"{survey.stations} stations without data.", stations=stations, channels=(heights,))
    channels = tuple(
        Channel(name, _plain_units(QUANTITIES[name]["units"]), observed=values)
        for name, values in zip(survey.components, survey.data, strict=True)
    )
    names = ", ".join(_shown(name) for name in survey.components)
    return Subject(f"Survey of {survey.stations} stations, {names}.", stations=stations, channels=channels)


def _model(data: xr.Dataset) -> Model | None:
    """Susceptibility, the only model, or the strength of a magnetization."""
    names = [str(name) for name, variable in data.data_vars.items() if set(variable.dims) == set(AXES)]
    if not names:
        return None
    data = data.sortby(list(AXES))
    grid = Grid.from_xarray(data)
    vector = [f"magnetization_{axis}" for axis in reversed(AXES)]
    name = "susceptibility" if "susceptibility" in names else names[0]
    if set(vector) <= set(names):
        parts = [np.asarray(data[part].transpose(*AXES), np.float64) for part in vector]
        values, label = np.linalg.norm(parts, axis=0), "magnetization (A/m)"
    else:
        values = np.asarray(data[name].transpose(*AXES), np.float64)
        units = _plain_units(str(data[name].attrs.get("units", "")))
        label = f"{name} ({'SI' if name == 'susceptibility' else units})" if units else name
    shown = np.where(grid.active, values, np.nan)
    if not np.isfinite(shown).any():
        raise InputError(f"view expects a model with a value in some active cell, got none in {name}; check the model")
    return Model(grid, shown, label)


def _channels(data: xr.Dataset) -> tuple[Channel, ...]:
    """Components of a solution, in their usual order."""

    def values(name: str) -> Array | None:
        return np.asarray(data[name], np.float64) if name in data.variables else None

    found = []
    for name in COMPONENTS:
        observed, predicted = values(f"{name}_observed"), values(f"{name}_predicted")
        if observed is not None and predicted is not None:
            units = _plain_units(str(data[f"{name}_observed"].attrs.get("units", "nT")))
            found.append(Channel(name, units, observed, predicted, values(f"{name}_uncertainty")))
    return tuple(found)


def _title(attributes: Mapping[str, object], model: Model | None, channels: tuple[Channel, ...]) -> str:
    what = "Data" if model is None else model.label.partition(" (")[0].capitalize()
    if not channels:
        cells = 0 if model is None else int(np.isfinite(model.values).sum())
        return f"{what} of {cells} cells."
    data = sum(channel.observed.size for channel in channels if channel.observed is not None)
    names = ", ".join(_shown(channel.name) for channel in channels)
    ending = str(attributes.get("status", "")).rstrip(".").replace("chi^2", "χ²")
    if "χ²" not in ending and "chi2_per_datum" in attributes:
        fit = f"χ²/N = {float(str(attributes['chi2_per_datum'])):.4g}"
        ending = f"{ending}, {fit}" if ending else fit
    return f"{what} recovered from {data} data ({names}){': ' if ending else ''}{ending}."


def _shown(component: str) -> str:
    return component.upper() if component == "tmi" else component


def _plain_units(units: str) -> str:
    """Units as a reader writes them: nT/m rather than nT m-1."""
    return units.replace(" m-1", "/m").replace(" cm-3", "/cm³")
