"""Fingerprint of cells, stations, components and field: what must not differ between a training and a use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.conventions.quantities import QUANTITIES
from geoinv.core.checks import InputError
from geoinv.learned.configuration.sketch import is_sketch, relative_difference, sketch_of
from geoinv.meshes.tensor import Grid

__all__ = ["check_geometry", "geometry_of"]

CLOSE = 1e-6
"""Largest relative difference of coordinates that rounding explains, as of files with a few decimals."""

PLACES = {
    "cells": "cells",
    "active": "active cells",
    "stations": "stations",
    "heights": "heights of its stations",
}
"""What the sketches are of, for a reader."""


def geometry_of(A: LinearOperator) -> dict[str, Any] | None:
    """Geometry and units of an operator between a mesh and a survey; None of any other.

    Places are relative to the top south-west corner of the mesh: a problem that is moved as a whole stays the same.

    Returns
    -------
    dict
        JSON-able: ``unknown``, ``components``, ``multiple`` (of their units), ``field`` and ``anomaly_direction`` in
        degrees and nT, and sketches of ``cells``, ``active`` cells, ``stations`` and their ``heights``.

    Examples
    --------
    >>> import geoinv
    >>> grid = geoinv.Grid.regular((2, 2, 2), (10, 10, 10))
    >>> survey = geoinv.Survey([10.0], [10.0], [30.0], components=("gz",))
    >>> found = geometry_of(geoinv.operators.Gravity(grid, survey))
    >>> found["unknown"], found["components"], found["field"]
    ('density', ['gz'], None)
    """
    mesh, survey = getattr(A, "mesh", None), getattr(A, "survey", None)
    if mesh is None or survey is None:
        return None
    bounds = mesh.bounds
    corner = [bounds["easting"][0], bounds["northing"][0], bounds["upward"][1]]
    field = survey.field
    return {
        "unknown": getattr(A, "unknown", None),
        "components": list(survey.components),
        "multiple": A.data_multiple,
        "field": None if field is None else [field.inclination, field.declination, field.intensity],
        "anomaly_direction": None if survey.anomaly_direction is None else list(survey.anomaly_direction),
        "cells": sketch_of(_cells(mesh, corner)),
        "active": sketch_of(mesh.active),
        "stations": sketch_of([survey.easting - corner[0], survey.northing - corner[1]]),
        "heights": sketch_of(survey.upward - corner[2]),
    }


def _cells(mesh: Any, corner: list[float]) -> npt.NDArray[np.float64]:
    """Numbers that follow from the cells, and from which these follow."""
    if isinstance(mesh, Grid):
        axes = zip(("easting", "northing", "upward"), corner, strict=True)
        return np.concatenate([mesh.edges(axis) - start for axis, start in axes])
    places = [centre - start for centre, start in zip(mesh.centres, corner, strict=True)]
    return np.concatenate([*(np.ravel(place) for place in places), np.ravel(mesh.volumes) ** (1.0 / 3.0)])


def check_geometry(where: str, A: LinearOperator, kept: Any) -> None:
    """Reject an operator of another geometry, or between other units, than the one in a file.

    An operator without mesh and survey is let through: nothing of it can be compared here.

    Parameters
    ----------
    where : str
        File, for the error.
    A : LinearOperator
        What is to be used.
    kept : mapping
        :func:`geometry_of` the operator in the file.

    Raises
    ------
    InputError
        With what differs first; or if what the file keeps is no geometry.
    """
    found = geometry_of(A)
    if found is None:
        return
    if not isinstance(kept, Mapping) or set(kept) != set(found) or not all(is_sketch(kept[name]) for name in PLACES):
        raise InputError(f"{where} expects the geometry that it was trained with, got {kept!r:.60}; copy it again")
    difference = _difference(kept, found)
    if difference is not None:
        raise InputError(
            f"{where} expects the geometry that it was trained with, got {A.name} {difference}; give the operator of "
            "the training, or train anew"
        )


def _difference(kept: Mapping[str, Any], found: Mapping[str, Any]) -> str | None:
    """First thing in which two geometries differ, in words."""
    if kept["unknown"] != found["unknown"]:
        return f"of {found['unknown']} where it was {kept['unknown']}"
    if kept["components"] != found["components"]:
        return f"with components {_listed(found['components'])} where they were {_listed(kept['components'])}"
    if kept["multiple"] != found["multiple"]:
        unit = QUANTITIES[found["components"][0]].unit
        now, before = (f"{_multiple(multiple['multiple'])} {unit}" for multiple in (found, kept))
        return f"with data in {now} where they were in {before}"
    for name, units in (("field", "degrees, degrees, nT"), ("anomaly_direction", "degrees")):
        if not _close(kept[name], found[name]):
            text = name.replace("_", " ")
            return f"with {text} {_listed(found[name])} where it was {_listed(kept[name])} ({units})"
    for name, text in PLACES.items():
        share = relative_difference(kept[name], found[name])
        if not share <= CLOSE:
            amount = "" if name == "active" else f" (by {share:.2g} of their coordinates)"
            return f"with other {text}{amount}"
    return None


def _close(one: Any, other: Any) -> bool:
    """Whether two lists of numbers, or None, are the same but for rounding."""
    if one is None or other is None:
        return one is other
    try:
        return len(one) == len(other) and bool(np.allclose(one, other, rtol=CLOSE, atol=CLOSE))
    except TypeError:  # a file that was tampered with
        return False


def _listed(values: Any) -> str:
    return " ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in values or ["none"])


def _multiple(value: Any) -> str:
    return f"{value:g} times" if isinstance(value, (int, float)) else "another combination of"
