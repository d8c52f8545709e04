"""What is sought in the ground: what the data of a survey tell of, or what the user names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geoinv.conventions.quantities import QUANTITIES, Quantity, unknown_of
from geoinv.core.checks import InputError, choice

if TYPE_CHECKING:
    from geoinv.surveys.survey import Survey

__all__ = ["of_model", "said", "sought"]

MAGNETIZATION = replace(
    QUANTITIES["magnetization_amplitude"], name="magnetization", long_name="magnetization", lowest=-np.inf
)
"""The vector, whose components may be negative."""

UNKNOWNS = {"magnetic": ("susceptibility", "magnetization"), "gravity": ("density",)}
"""What may be sought, by the kind of the data."""


def sought(source: str | Path, survey: Survey, unknown: str | None = None) -> Quantity:
    """Quantity of models that a survey is inverted for.

    Parameters
    ----------
    source : str or Path
        The survey's file, for the error.
    survey : Survey
        Survey.
    unknown : str, optional
        What ``--unknown`` names; what such data usually tell of, if it is not given.

    Raises
    ------
    InputError
        If the data of the survey do not tell of it.
    """
    if unknown is None:
        return unknown_of(survey.kind)
    choice("the inversion", "--unknown", unknown, tuple(name for names in UNKNOWNS.values() for name in names))
    if unknown not in UNKNOWNS[survey.kind]:
        raise InputError(
            f"--unknown expects {' or '.join(UNKNOWNS[survey.kind])} for the {survey.kind} data of {source} "
            f"({' '.join(survey.components)}), got {unknown}; leave it out"
        )
    return MAGNETIZATION if unknown == "magnetization" else QUANTITIES[unknown]


def of_model(path: Path, survey: Survey) -> Quantity:
    """Quantity of a model that the data of a survey are computed from: what its file says, if they tell of it."""
    from geoinv.formats import recognise

    found = recognise(path)
    named = found.quantity(path) if found.quantity is not None else ""
    return sought(path, survey, named if named in UNKNOWNS[survey.kind] else None)


def said(quantity: Quantity) -> str:
    """Name of a quantity for a reader.

    Examples
    --------
    >>> said(QUANTITIES["susceptibility"]), said(QUANTITIES["density"]), said(MAGNETIZATION)
    ('magnetic susceptibility', 'density contrast', 'magnetization')
    """
    return quantity.long_name.split(",")[0]
