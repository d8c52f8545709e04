"""What there is to show: a model, the data beside it, or both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt

from geoinv.conventions.cf import axis_centres, dimension_of
from geoinv.conventions.quantities import COMPONENTS, QUANTITIES
from geoinv.conventions.variables import numbers
from geoinv.core.checks import InputError
from geoinv.core.wording import way
from geoinv.formats import recognise
from geoinv.formats.base import SurveyOptions
from geoinv.formats.netcdf_content import content_of, model_names
from geoinv.formats.reading import survey_of
from geoinv.inversion.joint_dataset import parts_of
from geoinv.meshes.base import AXES, Mesh
from geoinv.meshes.octree import OctreeGrid
from geoinv.meshes.octree_as_tensor import as_tensor
from geoinv.meshes.of_dataset import mesh_of, model_values
from geoinv.meshes.tensor import Grid
from geoinv.surveys.main_field import MainField
from geoinv.surveys.survey import Survey
from geoinv.view.caption import caption_of
from geoinv.view.investigation import unseen_of
from geoinv.view.known import Known, known_of
from geoinv.view.line_names import line_names
from geoinv.view.opened import shown_as_survey
from geoinv.view.wording import plain_text, plain_units, spaced

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["HIGHEST", "LOWEST", "Channel", "Model", "Subject", "channels_of", "data_set_of", "subject_of"]

Array = npt.NDArray[np.float64]

_ANY_FIELD = MainField(90.0, 0.0, 50000.0)  # a map of data does not show the field
_SMALLEST = 1e-30  # standard deviation in any unit
_UNITS = 12  # characters of units
_LONGEST = 300  # characters of how an inversion ended
LOWEST, HIGHEST = "percentile_5", "percentile_95"
"""Percentiles of samples, or error bars."""

MOMENTS = ("mean", "standard_deviation")
"""Of samples: drawn where both are there."""

_REMEDY = "give a solution, a netCDF model or a survey"


@dataclass(frozen=True)
class Model:
    """A model (upward, northing, easting) on its grid, NaN where there is no rock.

    Maps and sections show an octree on the tensor mesh of its sides; `octree` has its own cells and their values
    (cells,), and `cells` counts them. Of a magnetization the values are its
    amplitude, and `vectors` (3, upward, northing, easting) its components along easting, northing, upward. `left_out`
    says what of an octree the tensor mesh has no room for. `statistics` of samples stand under their names where all
    that are drawn are there. `known` is what the model was constrained by, `unseen` where the data do not decide on it.
    """

    grid: Grid
    values: Array
    name: str
    units: str
    cells: int
    vectors: Array | None = None
    left_out: str = ""
    octree: tuple[OctreeGrid, Array] | None = None
    statistics: Mapping[str, Array] = field(default_factory=dict)
    known: Known | None = None
    unseen: Array | None = None

    @property
    def label(self) -> str:
        """Name with the unit, for axes."""
        return f"{self.name} ({self.units})" if self.units else self.name


@dataclass(frozen=True)
class Channel:
    """One component at the stations: what was measured, predicted, and how well it is known."""

    name: str
    units: str
    observed: Array
    predicted: Array | None = None
    uncertainty: Array | None = None

    @property
    def short(self) -> str:
        """Name as a reader writes it."""
        return self.name.upper() if self.name == "tmi" else self.name

    @property
    def label(self) -> str:
        """Name with the unit, for axes."""
        return f"{self.short} ({self.units})"


@dataclass(frozen=True)
class Subject:
    """What a picture shows.

    Parameters
    ----------
    title : str
        One sentence.
    model : Model, optional
        What the slices and the scene show.
    stations : (3, stations) array
        Easting, northing and upward of the stations, in metres; none for a model alone.
    channels : tuple of Channel
        What the maps show.
    lines : (stations,) array of str, optional
        Survey line of each station.
    caption : str, optional
        Where it comes from, in which coordinates, and when it was made.
    """

    title: str
    model: Model | None = None
    stations: Array = field(default_factory=lambda: np.empty((3, 0)))
    channels: tuple[Channel, ...] = ()
    lines: npt.NDArray[np.str_] | None = None
    caption: str = ""


def subject_of(
    source: xr.Dataset | str | Path,
    columns: Mapping[str, str | int] | None = None,
    height: float | None = None,
    part: str | None = None,
) -> Subject:
    """Find out what a Dataset or a file has to show; columns and height as in `read_survey`.

    Of a joint solution it is the data set called `part`, or of that number from 1, or the first, with its model.

    Raises
    ------
    InputError
        If it holds no model on a grid and no stations, or no such data set.
    """
    if not isinstance(source, (str, Path)):
        return _told(data_set_of(source, part), None)
    kind = recognise(source)
    if shown_as_survey(kind, columns):
        survey = survey_of(source, SurveyOptions(None, _ANY_FIELD, columns, height))
        return replace(_of_survey(survey), caption=caption_of(None, source))
    if kind.dataset is not None:
        with kind.dataset(source) as data:
            return _told(data_set_of(data, part), source)
    joined = f"join it with its mesh: geoinv convert {source} model.nc --mesh MESH"
    in_python = f"join it with its mesh: geoinv.formats.convert({str(source)!r}, 'model.nc', mesh=...)"
    remedy = way(joined, in_python, joined) if "model" in kind.holds else _REMEDY
    raise InputError(f"{source} expects something to show, got {kind.name}; {remedy}")


def data_set_of(data: xr.Dataset, named: str | None) -> xr.Dataset:
    """Data set of a joint solution; any other Dataset as it is."""
    try:
        parts = parts_of(data)
    except (AttributeError, KeyError, TypeError, ValueError):
        told = plain_text(data.attrs.get("data_sets", ""))
        raise InputError(f"view expects data_sets as geoinv joint writes it, got {told!r}; remove it") from None
    if not parts:
        if named is not None:
            raise InputError(f"view expects a joint solution to take the data set {named!r} of, got another file")
        return data
    for number, part in enumerate(parts, start=1):
        if named in (None, part.name, str(number)):
            return part.solution
    raise InputError(f"view expects a data set among {', '.join(part.name for part in parts)}, got {named!r}")


def _told(data: xr.Dataset, source: str | Path | None) -> Subject:
    """Subject of a Dataset, with its lines and its caption."""
    subject, lines = _of_dataset(data), line_names(data)
    if lines is not None and lines.size != subject.stations.shape[1]:
        lines = None
    return replace(subject, lines=lines, caption=caption_of(data, source))


def _of_dataset(data: xr.Dataset) -> Subject:
    model = _model(data)
    channels = channels_of(data)
    if channels:
        lacking = [f"station_{axis}" for axis in AXES if f"station_{axis}" not in data.variables]
        if lacking:
            raise InputError(
                f"view expects the positions of the data of a solution, got no {', '.join(lacking)}; add them"
            )
        stations = np.stack([numbers(data[f"station_{axis}"], "length").values for axis in reversed(AXES)])
        if not np.isfinite(stations).all():
            raise InputError("view expects finite positions of the data of a solution, got missing ones; correct them")
        return Subject(_title(data.attrs, model, channels), model, stations, channels)
    if model is None:
        if content_of(data) == "grid":
            return _of_grid(data)
        if content_of(data) != "survey":
            raise InputError(
                "view expects a model over (upward, northing, easting) or data over station, "
                f"got variables {', '.join(map(str, data.variables)) or 'none'}; {_REMEDY}"
            )
        return _of_survey(Survey.from_xarray(data, field=_ANY_FIELD))
    return Subject(f"{model.name.capitalize()} of {spaced(model.cells)} cells.", model)


def _of_grid(data: xr.Dataset) -> Subject:
    """Grids over (northing, easting), as data at their nodes; those without a value in one of them are left out."""
    (north, rows), (east, columns) = axis_centres(data, "northing"), axis_centres(data, "easting")
    names = [str(name) for name, of in data.data_vars.items() if set(of.dims) == {"northing", "easting"}]
    planes = [numbers(data[name].transpose("northing", "easting")).values[np.ix_(rows, columns)] for name in names]
    known = np.isfinite(planes).all(axis=0)
    if not known.any():
        raise InputError(f"view expects a grid with a value at some node, got none in {', '.join(names)}; check it")
    easting, northing = np.meshgrid(east, north)
    stations = np.stack([easting[known], northing[known], np.zeros(int(known.sum()))])
    units = [plain_units(plain_text(data[name].attrs.get("units", ""), _UNITS)) for name in names]
    channels = tuple(
        Channel(plain_text(name), unit, plane[known]) for name, unit, plane in zip(names, units, planes, strict=True)
    )
    counts = f"{spaced(north.size)} x {spaced(east.size)} nodes"
    return Subject(f"Grid of {counts}: {', '.join(channel.short for channel in channels)}.", None, stations, channels)


def _of_survey(survey: Survey) -> Subject:
    stations = np.stack([survey.easting, survey.northing, survey.upward])
    if survey.data is None:
        heights = Channel("station elevation", "m", observed=survey.upward)
        return Subject(f"{spaced(survey.stations)} stations without data.", stations=stations, channels=(heights,))
    channels = tuple(
        Channel(name, QUANTITIES[name].unit, observed=values)
        for name, values in zip(survey.components, survey.data, strict=True)
    )
    names = ", ".join(channel.short for channel in channels)
    return Subject(f"Survey of {spaced(survey.stations)} stations: {names}.", stations=stations, channels=channels)


def _model(data: xr.Dataset) -> Model | None:
    """Susceptibility, the only model, or the strength of a magnetization."""
    names = model_names(data)
    if not names:
        return None
    mesh = mesh_of(data)
    vector = [f"magnetization_{axis}" for axis in reversed(AXES)]
    name = "susceptibility" if "susceptibility" in names else names[0]
    parts: list[Array] = []
    if set(vector) <= set(names):
        parts = [model_values(data, data[part]).values for part in vector]
        values, name, units = np.linalg.norm(parts, axis=0), "magnetization", "A/m"
    else:
        values = model_values(data, data[name], dimension_of(name)).values
        units = plain_units(plain_text(data[name].attrs.get("units", ""), _UNITS))
        units = "SI" if name == "susceptibility" else units
    of_samples = _statistics(data, "magnetization_amplitude" if parts else name, names, mesh)
    shown = np.where(mesh.active, values, np.nan)
    if not np.isfinite(shown).any():
        raise InputError(f"view expects a model with a value in some active cell, got none in {name}; check the model")
    grid, cells, left_out, octree = mesh, int(np.isfinite(shown).sum()), "", None
    if isinstance(mesh, OctreeGrid):
        octree = mesh, shown
        grid, shown = as_tensor(mesh, shown)
        left_out = _left_out(mesh, grid)
        parts = [as_tensor(mesh, part)[1] for part in parts]
        of_samples = {statistic: as_tensor(mesh, part)[1] for statistic, part in of_samples.items()}
    vectors = np.stack(parts) if parts else None
    beside = known_of(data, mesh), unseen_of(data, mesh)
    return Model(
        cast(Grid, grid), shown, plain_text(name), units, cells, vectors, left_out, octree, of_samples, *beside
    )


def _statistics(data: xr.Dataset, name: str, names: list[str], mesh: Mesh) -> dict[str, Array]:
    """What samples or error bars tell of a model, where the percentiles are there; NaN where there is no rock."""
    wanted = [statistic for statistic in (*MOMENTS, LOWEST, HIGHEST) if f"{name}_{statistic}" in names]
    if not {LOWEST, HIGHEST} <= set(wanted):
        return {}
    if not set(MOMENTS) <= set(wanted):
        wanted = [LOWEST, HIGHEST]
    found = {
        statistic: model_values(data, data[f"{name}_{statistic}"], dimension_of(name)).values for statistic in wanted
    }
    drawn = {statistic: np.where(mesh.active, values, np.nan) for statistic, values in found.items()}
    return drawn if all(np.isfinite(values).any() for values in drawn.values()) else {}


def _left_out(octree: OctreeGrid, grid: Grid) -> str:
    """Which cells of an octree its tensor mesh joins, for want of room; nothing where it has them all."""
    narrowest, drawn = octree.smallest_width("easting"), grid.smallest_width("easting")
    if drawn <= narrowest * 1.001:
        return ""
    joined = int((octree.spacing[2] * octree.width < drawn * 0.999)[octree.active].sum())
    return (
        f"with cells of {drawn:.10g} m and more (easting): {spaced(joined)} narrower ones, down to {narrowest:.10g} m, "
        "are left out, and those at the middle of the drawn ones stand for them"
    )


def channels_of(data: xr.Dataset) -> tuple[Channel, ...]:
    """Components of a solution, in their usual order."""

    def values(name: str) -> Array | None:
        return numbers(data[name]).values if name in data.variables else None

    found = []
    for name in COMPONENTS:
        observed, predicted = values(f"{name}_observed"), values(f"{name}_predicted")
        if observed is not None and predicted is not None and np.isfinite(observed - predicted).any():
            units = plain_units(plain_text(data[f"{name}_observed"].attrs.get("units", "nT"), _UNITS))
            found.append(Channel(name, units, observed, predicted, _known(values(f"{name}_uncertainty"))))
    return tuple(found)


def _known(uncertainty: Array | None) -> Array | None:
    """Standard deviations that a residual can be divided by, NaN for others; None where there are none."""
    if uncertainty is None:
        return None
    usable = np.where(uncertainty > _SMALLEST, uncertainty, np.nan)
    return usable if np.isfinite(usable).any() else None


def _title(attributes: Mapping[str, object], model: Model | None, channels: tuple[Channel, ...]) -> str:
    """What was recovered from what, how the inversion ended and how well it fits."""
    names = " ".join(channel.short for channel in channels)
    data = f"{spaced(sum(channel.observed.size for channel in channels))} {names} data"
    what = f"{model.name.capitalize()} recovered from {data}" if model else f"Fit of {data}"
    # what is doubted about the fit follows a semicolon, and has no room in a title
    ending = (
        plain_text(str(attributes.get("status", "")).partition("; ")[0], _LONGEST).rstrip(".").replace("chi^2", "χ²")
    )
    if "χ²" not in ending and "chi2_per_datum" in attributes:
        fit = f"χ²/N = {_number(attributes['chi2_per_datum'])}"
        ending = f"{ending}, {fit}" if ending else fit
    return f"{what}{'; ' if ending else ''}{ending}."


def _number(value: object) -> str:
    """Attribute as a number of four digits, or as what it is."""
    try:
        return f"{float(str(value)):.4g}"
    except ValueError:
        return plain_text(value)
