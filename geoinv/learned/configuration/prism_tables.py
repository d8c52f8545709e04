"""Tables of the operators of prisms: mesh and survey from files, or from regular numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv import operators
from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import InputError
from geoinv.formats.reading import read_mesh, read_survey
from geoinv.learned.configuration.table_checks import call_with, check_keys, check_path, parameters_of, shown
from geoinv.meshes.base import Mesh
from geoinv.meshes.tensor import Grid
from geoinv.surveys.main_field import MainField
from geoinv.surveys.survey import Survey

__all__ = ["PRISMS", "make_prism_operator", "prism_table"]

PRISMS = {"Magnetics": "tmi", "Gravity": "gz"}
"""Operators of prisms, and the component of those whose table names none."""

GEOMETRY = ("mesh", "survey", "components", "field", "anomaly_direction")
REGULAR = ("shape", "spacing", "origin")
EDGES = ("easting_edges", "northing_edges", "upward_edges")
STATIONS = ("easting", "northing", "upward")

APPLICATIONS = 100_000
"""How often a training applies its operator unless the table says so: "auto" weighs building an engine against it."""

MOST_STATIONS = 20_000
"""Stations whose coordinates a table lists; a header of weights is read whole."""


def make_prism_operator(where: str, table: Mapping[str, Any]) -> LinearOperator:
    """Operator of a table that names one of :data:`PRISMS`.

    Parameters
    ----------
    where : str
        File and table, for errors.
    table : mapping
        ``mesh``: a file, or ``shape``, ``spacing`` and ``origin`` as :meth:`geoinv.Grid.regular` takes them, or
        the edges of each axis. ``survey``: a file, or ``height`` in metres above the top of the mesh, for a station
        above the centre of each column of cells, or lists of ``easting``, ``northing`` and ``upward``.
        ``components``, ``field`` (inclination, declination in degrees, intensity in nT), ``anomaly_direction``, and
        the operator's own arguments.

    Raises
    ------
    InputError
        If a file cannot be read, or a value is none that the operator can use.

    Examples
    --------
    >>> mesh = {"shape": [2, 3, 4], "spacing": [10, 10, 10]}
    >>> table = {"name": "Gravity", "mesh": mesh, "survey": {"height": 5.0}}
    >>> make_prism_operator("run.toml [operator]", table).range_shape
    (1, 12)
    """
    kind: Any = getattr(operators, table["name"])
    arguments = tuple(parameters_of(kind, but=("self", "grid", "mesh", "survey")))
    check_keys(where, table, ("name", *GEOMETRY, *arguments))
    for name in ("mesh", "survey"):
        if name not in table:
            raise InputError(f"{where} expects {name}, a file or a table of numbers, got none; add it")
    field = _field(where, table)
    mesh = _mesh(where, table["mesh"])
    survey = _survey(where, table, mesh, field)
    own = {"applications": APPLICATIONS, **{name: value for name, value in table.items() if name in arguments}}
    operator: LinearOperator = call_with(where, kind, own, mesh, survey)
    return operator


def prism_table(A: LinearOperator) -> dict[str, Any] | None:
    """Table that :func:`make_prism_operator` makes an operator of prisms of; None where numbers alone cannot.

    Examples
    --------
    >>> import geoinv
    >>> grid = geoinv.Grid.regular((2, 3, 4), (10, 10, 10))
    >>> survey = geoinv.Survey([5.0], [5.0], [30.0], components=("gz",))
    >>> prism_table(geoinv.operators.Gravity(grid, survey))["mesh"]
    {'shape': [2, 3, 4], 'spacing': [10.0, 10.0, 10.0], 'origin': [0.0, 0.0, 0.0]}
    """
    mesh, survey = A.mesh, A.survey  # type: ignore[attr-defined]
    if not isinstance(mesh, Grid) or not mesh.active.all() or survey.stations > MOST_STATIONS:
        return None
    table: dict[str, Any] = {
        "name": type(A).__name__,
        "mesh": _mesh_table(mesh),
        "survey": _survey_table(mesh, survey),
        "components": list(survey.components),
        "dtype": A.dtype.name,
    }
    if survey.field is not None:
        table["field"] = [survey.field.inclination, survey.field.declination, survey.field.intensity]
        table["anomaly_direction"] = list(survey.anomaly_direction)
    if "unknown" in parameters_of(type(A)):
        table["unknown"] = A.unknown  # type: ignore[attr-defined]
    rtol = A.problem.rtol  # type: ignore[attr-defined]
    return table if rtol is None else {**table, "rtol": rtol}


def _mesh(where: str, given: Any) -> Mesh:
    if isinstance(given, str):
        check_path(where, "mesh", given)
        return read_mesh(given)
    place = f"{where} mesh"
    _check_table(place, given, "shape, spacing and origin")
    if set(given) & set(EDGES):
        grid: Mesh = call_with(
            place, Grid, {}, *(_numbers(place, given, name) for name in _all_of(place, given, EDGES))
        )
    else:
        check_keys(place, given, REGULAR)
        grid = call_with(place, Grid.regular, given)
    return grid


def _survey(where: str, table: Mapping[str, Any], mesh: Mesh, field: MainField | None) -> Survey:
    given, components = table["survey"], _components(where, table)
    place = f"{where} survey"
    options: dict[str, Any] = {}
    if "anomaly_direction" in table:
        options["anomaly_direction"] = table["anomaly_direction"]
    if isinstance(given, str):
        check_path(where, "survey", given)
        # data in the file are not what a training learns from
        survey = read_survey(given, field=field, components=components).with_data(None)
        return replace(survey, **options)
    _check_table(place, given, "height, or easting, northing and upward")
    if "height" in given:
        check_keys(place, given, ("height",))
        easting, northing = mesh.columns()
        upward = np.full(easting.shape, mesh.bounds["upward"][1] + _number(place, "height", given["height"]))
    else:
        easting, northing, upward = (_numbers(place, given, name) for name in _all_of(place, given, STATIONS))
    options |= {"field": field, "components": components or (PRISMS[table["name"]],)}
    return call_with(place, Survey, options, easting, northing, upward)  # type: ignore[no-any-return]


def _field(where: str, table: Mapping[str, Any]) -> MainField | None:
    given = table.get("field")
    if given is None:
        return None
    if not isinstance(given, list | tuple) or len(given) != 3:
        raise InputError(
            f"{where} expects field as inclination, declination and intensity (degrees, degrees, nT), "
            f"got {shown(given)}"
        )
    return call_with(where, MainField, dict(zip(parameters_of(MainField), given, strict=True)))  # type: ignore[no-any-return]


def _components(where: str, table: Mapping[str, Any]) -> tuple[str, ...] | None:
    names = table.get("components")
    if names is None:
        return None
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names) or not names:
        raise InputError(f'{where} expects components to be a list of names, such as ["tmi"], got {shown(names)}')
    return tuple(names)


def _check_table(place: str, given: Any, keys: str) -> None:
    if not isinstance(given, Mapping):
        raise InputError(f"{place} expects the name of a file, or a table of {keys}, got {shown(given)}")


def _all_of(place: str, given: Mapping[str, Any], names: tuple[str, ...]) -> tuple[str, ...]:
    """Names of a table that has all of them and no other."""
    check_keys(place, given, names)
    for name in names:
        if name not in given:
            raise InputError(f"{place} expects {name}, got none; add it")
    return names


def _number(place: str, name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        raise InputError(f"{place} expects {name} to be a finite number of metres, got {shown(value)}")
    return float(value)


def _numbers(place: str, given: Mapping[str, Any], name: str) -> npt.NDArray[np.float64]:
    values = given[name]
    if not isinstance(values, list | tuple):
        raise InputError(f"{place} expects {name} to be a list of metres, got {shown(values)}")
    return np.array([_number(place, name, value) for value in values])


def _mesh_table(mesh: Grid) -> dict[str, Any]:
    axes = ("upward", "northing", "easting")
    edges = [mesh.edges(axis) for axis in axes]
    spacing = [float(values[1] - values[0]) for values in edges]
    origin = [float(values[0]) for values in edges]
    made = Grid.regular(mesh.shape, spacing, origin)
    if all(np.array_equal(made.edges(axis), values) for axis, values in zip(axes, edges, strict=True)):
        return {"shape": list(mesh.shape), "spacing": spacing, "origin": origin}
    return {f"{axis}_edges": values.tolist() for axis, values in zip(axes, edges, strict=True)}


def _survey_table(mesh: Grid, survey: Survey) -> dict[str, Any]:
    top = mesh.bounds["upward"][1]
    easting, northing = mesh.columns()
    height = float(survey.upward[0]) - top
    if (
        np.array_equal(survey.easting, easting)
        and np.array_equal(survey.northing, northing)
        and np.array_equal(survey.upward, np.full(easting.shape, top + height))
    ):
        return {"height": height}
    return {name: getattr(survey, name).tolist() for name in STATIONS}
