"""What an inversion depends on, as far as two of them can be told apart: its settings in words, the rest by numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.provenance import checksum, described
from geoinv.core.version import __version__
from geoinv.inversion.problem import InverseProblem

__all__ = ["fingerprint", "first_difference"]

Array = npt.NDArray[np.float64]

CLOSE = 1e-4
"""Relative difference of values that other engines of one physics, or other machines, may give."""

SHOWN = 16
"""Digits of a checksum that are kept."""

SIZE = 1e-2
"""Of the values of the model that the operator is tried with: small enough for every physics."""

WORDS = {
    "data": "other data",
    "uncertainty": "other standard deviations of the data",
    "mesh": "another mesh, or other active cells",
    "stations": "other stations",
    "operator values": "an operator of the same name and shapes with other values",
    "regularizer values": "a regularizer with other weights or another reference",
}
"""How differences are told whose values say nothing to a reader."""


def fingerprint(problem: InverseProblem, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of an inversion, and numbers that no other operator, survey, mesh or regularizer gives.

    Parameters
    ----------
    problem : InverseProblem
        What is inverted.
    settings : mapping
        Arguments.

    Returns
    -------
    dict
        JSON-able; :func:`first_difference` compares two.
    """
    objective, physics = problem.objective, problem.physics
    random = np.random.default_rng(1)
    tried = SIZE * np.abs(random.standard_normal(objective.operator.domain_shape))
    predicted = objective.weights * np.asarray(objective.operator(tried), np.float64)
    products = [float(np.vdot(predicted, random.standard_normal(predicted.shape))) for _ in range(2)]
    mesh, survey = getattr(physics, "mesh", None), getattr(physics, "survey", None)
    job = {
        "geoinv": __version__,
        **{name: described(value) for name, value in settings.items() if name != "operator"},
        "operator": getattr(physics, "name", type(physics).__name__),
        "model": list(objective.operator.domain_shape),
        "datum": list(objective.operator.range_shape),
        "mesh": None if mesh is None else checksum(mesh.active, mesh.volumes, *mesh.centres)[:SHOWN],
        "stations": None if survey is None else checksum(*_places(survey))[:SHOWN],
        "data": checksum(problem.data)[:SHOWN],
        "uncertainty": checksum(problem.uncertainty)[:SHOWN],
        "operator values": [float(np.linalg.norm(predicted)), *products],
        "regularizer values": [float(objective.regularizer.value(tried))],
    }
    # as it comes back from a file: lists in place of tuples
    return dict(json.loads(json.dumps(job)))


def first_difference(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    """What differs between two fingerprints, for a sentence; empty where nothing does.

    Examples
    --------
    >>> first_difference({"target": 1.0, "data": "a5"}, {"target": 2.0, "data": "a5"})
    'target 1.0 there, 2.0 here'
    >>> first_difference({"data": "a5"}, {"data": "c7"})
    'other data'
    """
    for name in dict.fromkeys([*wanted, *found]):
        there, here = found.get(name), wanted.get(name)
        if name.endswith(" values") and _close(there, here):
            continue
        if there != here:
            return WORDS.get(name, f"{name} {there} there, {here} here")
    return ""


def _close(there: Any, here: Any) -> bool:
    """Whether numbers differ by no more than a part of the largest."""
    try:
        first, second = np.asarray(there, np.float64), np.asarray(here, np.float64)
    except (TypeError, ValueError):
        return False
    largest = np.abs(first).max(initial=0.0)
    return first.shape == second.shape and bool(np.all(np.abs(first - second) <= CLOSE * largest))


def _places(survey: Any) -> list[Array]:
    """Coordinates of stations, as far as a survey has them."""
    names = ("easting", "northing", "upward")
    return [np.asarray(getattr(survey, name), np.float64) for name in names if hasattr(survey, name)]
