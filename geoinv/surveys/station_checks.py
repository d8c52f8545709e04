"""Whether the stations of a survey can be inverted over a mesh: where they lie, and above all how high."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.core.wording import way
from geoinv.meshes.base import Mesh
from geoinv.meshes.stations import heights_remedy, some_stations, station_text
from geoinv.surveys.survey import Survey

__all__ = [
    "heights_above_rock",
    "refuse_other_stations",
    "refuse_stations",
    "refuse_unusable_stations",
]

FAR = 2.0
"""Extents of the mesh above its ground beyond which it is one point for every station."""


def refuse_unusable_stations(operator: Any) -> None:
    """Reject an operator whose survey cannot be inverted over its mesh, see :func:`refuse_stations`.

    Operators without ``mesh`` and ``survey`` pass; of sums, multiples and compositions each part is looked at.
    """
    for part in getattr(operator, "parts", ()):
        refuse_unusable_stations(part)
    mesh, survey = getattr(operator, "mesh", None), getattr(operator, "survey", None)
    if mesh is not None and isinstance(survey, Survey):
        refuse_stations(mesh, survey)


def refuse_other_stations(operator: Any, name: str, values: Any) -> None:
    """Reject labelled data whose stations are not those of an operator's survey, one by one.

    Raises
    ------
    InputError
        Naming the first station that differs.
    """
    survey, coordinates = getattr(operator, "survey", None), getattr(values, "coords", {})
    for axis in ("easting", "northing", "upward"):
        if survey is None or axis not in coordinates or not hasattr(survey, axis):
            continue
        given, own = np.asarray(coordinates[axis], np.float64), np.asarray(getattr(survey, axis))
        if given.shape != own.shape or not np.allclose(given, own, rtol=1e-7, atol=1e-3):
            first = (
                "" if given.shape != own.shape else f", first at station {int(np.argmax(np.abs(given - own) > 1e-3))}"
            )
            raise InputError(
                f"invert expects {name} at the stations of the operator's survey, in their order, got {given.size} of "
                f"another {axis}{first} (counted from 0); make the survey and the data of one table"
            )


def refuse_stations(mesh: Mesh, survey: Survey, *, measured: bool = True) -> None:
    """Reject stations where no survey can have them.

    They lie inside the rock, under the mesh, far above it, or all of them outside it. Stations on the
    surface of the active cells pass.

    Parameters
    ----------
    mesh : Mesh
        Mesh.
    survey : Survey
        Stations.
    measured : bool, optional
        False for stations at which a field is only computed: they may lie under the mesh and far above it.

    Raises
    ------
    InputError
        Naming a station, its height, and how many there are.
    """
    for axis in ("easting", "northing"):
        (lowest, highest), values = mesh.bounds[axis], getattr(survey, axis)
        if values.max() < lowest or values.min() > highest:
            raise InputError(
                f"the survey expects to lie over the mesh, but its {axis} runs from {values.min():.10g} to "
                f"{values.max():.10g} m and the mesh's from {lowest:.10g} to {highest:.10g} m; "
                "bring both into one coordinate system"
            )
    height = heights_above_rock(mesh, survey)
    if measured:
        _refuse_under_the_mesh(mesh, survey, height)
    _refuse_inside_rock(mesh, survey, height)
    if measured:
        _refuse_far_above(mesh, survey, height)


def _refuse_under_the_mesh(mesh: Mesh, survey: Survey, height: npt.NDArray[np.float64]) -> None:
    """No station is measured below all cells."""
    bottom, top = mesh.bounds["upward"]
    under = survey.upward < bottom
    if not under.all():
        under &= np.isfinite(height)
    if under.any():
        lowest = int(np.flatnonzero(under)[np.argmin(survey.upward[under])])
        raise InputError(
            f"the survey expects heights above the mesh, which reaches from {bottom:.10g} to {top:.10g} m, but "
            f"{some_stations(under)} under it, the lowest {station_text(survey, lowest)}; {heights_remedy()}"
        )


def _refuse_inside_rock(mesh: Mesh, survey: Survey, height: npt.NDArray[np.float64]) -> None:
    buried = mesh.inside_rock(survey.easting, survey.northing, survey.upward)
    if buried.any():
        lowest = int(np.flatnonzero(buried)[np.argmin(height[buried])])
        touched = mesh.touching(*(getattr(survey, axis)[[lowest]] for axis in ("easting", "northing", "upward")))[0]
        cells = [_cell(mesh, number) for number in touched[touched >= 0][[0, -1]]]
        where = f"inside cell {cells[0]}" if cells[0] == cells[1] else f"between the cells {cells[0]} and {cells[1]}"
        raise InputError(
            f"the survey expects stations outside the active cells, but {some_stations(buried)} inside them, the "
            f"deepest {station_text(survey, lowest)} {where}, {-height[lowest]:.6g} m below the top of the active "
            f"cells there; {heights_remedy()}, or cut away the cells that rise above the stations "
            + way(
                "with --topo FILE (as --cell SIZE --depth D does around each of them)",
                "with with_topography (as mesh_for_survey does around each of them)",
                "in the mesh",
            )
        )


def _refuse_far_above(mesh: Mesh, survey: Survey, height: npt.NDArray[np.float64]) -> None:
    over = np.isfinite(height)
    if not over.any():
        return
    lowest = int(np.nanargmin(height))
    extent = max(high - low for low, high in mesh.bounds.values())
    if height[lowest] > FAR * extent:
        raise InputError(
            f"the survey expects heights near the ground, but its lowest station over the mesh, "
            f"{station_text(survey, lowest)}, lies {height[lowest]:.6g} m above the active cells, which reach up to "
            f"{survey.upward[lowest] - height[lowest]:.10g} m there and are {extent:.6g} m across in all; "
            "give heights and mesh as elevations in metres above one level, positive up"
        )


def heights_above_rock(mesh: Mesh, survey: Survey) -> npt.NDArray[np.float64]:
    """Height in metres of each station above the highest active cell of its column.

    Returns
    -------
    (stations,) array
        On a face between columns, above the lower one; above the bottom of the mesh where a column
        has no active cell; NaN outside the mesh.
    """
    return np.asarray(survey.upward - mesh.top_of_rock(survey.easting, survey.northing))


def _cell(mesh: Mesh, number: int) -> tuple[int, ...]:
    """Index of a cell in a model."""
    return tuple(int(index) for index in np.unravel_index(number, mesh.shape))
