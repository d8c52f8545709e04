"""A few lines about what a file holds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geoinv.conventions.variables import numbers, text_attribute
from geoinv.core.checks import InputError
from geoinv.core.wording import way
from geoinv.formats.column_names import DIMENSIONS
from geoinv.formats.layout import layout_of
from geoinv.formats.netcdf import model_names
from geoinv.formats.netcdf_file import open_netcdf
from geoinv.formats.notes import collected, note_elevation
from geoinv.formats.recognition import POINTS, TABLE, UBC_MODEL, FileKind, recognise
from geoinv.formats.registry import read_mesh, read_survey, read_topography
from geoinv.formats.table import read_table
from geoinv.formats.text import TextLines
from geoinv.formats.ubc_mesh import ubc_model_values
from geoinv.meshes.tensor import AXES
from geoinv.surveys.main_field import MainField
from geoinv.surveys.quantities import QUANTITIES
from geoinv.surveys.survey import Survey

__all__ = ["describe"]


def describe(
    path: str | Path,
    *,
    field: MainField | None = None,
    columns: Mapping[str, str | int] | None = None,
    height: float | None = None,
) -> str:
    """Say what a file was recognised as, and what it holds.

    Parameters
    ----------
    path : str or Path
        Any file that geoinv reads.
    field, columns, height
        As in :func:`geoinv.formats.read_survey`, for a file that holds a survey.

    Returns
    -------
    str
        Lines: the kind of file; stations or cells; extents; ranges of data, deviations and model;
        the field.

    Raises
    ------
    InputError
        If the file cannot be recognised, or its content is wrong.
    """
    kind = recognise(path)
    with collected() as notes:
        lines = _lines(path, kind, field, columns, height)
    lines += [f"{label}: {text}" if label else f"  {text}" for label, text in notes.taken]
    lines += [f"doubtful: {sentence}" for sentence in notes.doubts]
    return "\n".join([f"{path}: {kind.name}", *(f"  {line}" for line in lines)])


def _lines(
    path: str | Path,
    kind: FileKind,
    field: MainField | None,
    columns: Mapping[str, str | int] | None,
    height: float | None,
) -> list[str]:
    if kind in (TABLE, POINTS):
        return _table_lines(path, columns, height)
    if "survey" in kind.holds:
        return _survey_lines(read_survey(path, field=field, columns=columns, height=height))
    if kind is UBC_MODEL:
        values = np.asarray(ubc_model_values(path))
        active = values[np.isfinite(values)]
        marked = f", {values.size - active.size} marked inactive" if active.size < values.size else ""
        return [f"{values.size} values{marked}", _range("model", active)]
    if "mesh" in kind.holds:
        return _mesh_lines(path, kind)
    if "topography" in kind.holds:
        points = read_topography(path)
        return [f"{len(points)} points", *_extents(dict(zip(("easting", "northing", "upward"), points.T, strict=True)))]
    if kind.name.startswith("netCDF grid"):
        return ["read as nothing: a grid of heights states a unit of length, data stand over station"]
    return ["geoinv does not read this format"]


def _range(name: str, values: npt.NDArray[np.float64], units: str = "") -> str:
    values = values[np.isfinite(values)]
    if not values.size:
        return f"{name}: no value"
    return f"{name} {values.min():.6g} to {values.max():.6g}{units and ' ' + units}, median {np.median(values):.6g}"


def _extents(positions: Mapping[str, npt.NDArray[np.float64]]) -> list[str]:
    return [f"{axis} {values.min():.10g} to {values.max():.10g} m" for axis, values in positions.items()]


def _survey_lines(survey: Survey) -> list[str]:
    lines = [f"{survey.stations} stations", *_extents({axis: getattr(survey, axis) for axis in reversed(AXES)})]
    for row, name in enumerate(survey.components):
        units = QUANTITIES[name].unit
        lines.append(f"{name}: no data" if survey.data is None else _range(name, survey.data[row], units))
        if survey.uncertainty is not None:
            lines.append(_range(f"standard deviation of {name}", survey.uncertainty[row], units))
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


def _mesh_lines(path: str | Path, kind: FileKind) -> list[str]:
    grid = read_mesh(path)
    lines = [f"{' x '.join(map(str, grid.shape))} cells (upward, northing, easting), {int(grid.active.sum())} active"]
    lines += _extents({axis: grid.edges(axis) for axis in reversed(AXES)})
    lines += [
        f"cells {grid.widths(axis).min():g} to {grid.widths(axis).max():g} m along {axis}" for axis in reversed(AXES)
    ]
    if "model" in kind.holds:
        with open_netcdf(path) as data:
            stations = [name for name in map(str, data.data_vars) if data[name].dims == ("station",)]
            for name in (*model_names(data), *(name for name in stations if not name.startswith("station_"))):
                units = text_attribute(data[name], "units")
                lines.append(_range(name, numbers(data[name]).values, "" if units == "1" else units))
            lines += [f"{name}: {data.attrs[name]}" for name in ("chi2_per_datum", "status") if name in data.attrs]
    return lines


def _table_lines(path: str | Path, columns: Mapping[str, str | int] | None, height: float | None) -> list[str]:
    text = TextLines.read(path, inline_comments=False)
    layout = layout_of(text)
    lines = [
        f"{len(text.lines) - (layout.start if layout else 0)} rows",
        f"names: {layout.listing if layout else ''}",
    ]
    wanted = [name for name in DIMENSIONS if height is None or name != "upward"]
    try:
        table = read_table(path, columns, optional=wanted, given=() if height is None else ("upward",))
    except InputError as error:
        return [*lines, f"cannot be read as it is: {error}"]
    if height is not None:
        note_elevation(height)
    positions = {name: values for name, values in table.columns.items() if name in AXES}
    others = [_range(name, values) for name, values in table.columns.items() if name not in AXES]
    return [*lines, *_extents(positions), *others, f"field: none in a table; {way('give --field', 'give field=...')}"]
