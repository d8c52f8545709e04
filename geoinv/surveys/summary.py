"""Lines about a survey: stations, data, standard deviations, field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoinv.conventions.quantities import QUANTITIES
from geoinv.meshes.base import AXES
from geoinv.meshes.summary import extent_lines, range_line

if TYPE_CHECKING:
    from geoinv.surveys.survey import Survey

__all__ = ["survey_lines"]


def survey_lines(survey: Survey) -> list[str]:
    """Stations, ranges of data and standard deviations, and the field."""
    lines = [f"{survey.stations} stations", *extent_lines({axis: getattr(survey, axis) for axis in reversed(AXES)})]
    for row, name in enumerate(survey.components):
        units = QUANTITIES[name].unit
        lines.append(f"{name}: no data" if survey.data is None else range_line(name, survey.data[row], units))
        if survey.uncertainty is not None:
            lines.append(range_line(f"standard deviation of {name}", survey.uncertainty[row], units))
    lines += _known_beside(survey)
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


def _known_beside(survey: Survey) -> list[str]:
    """Coordinate system, lines, and what was done before."""
    lines = [] if survey.crs is None else [f"coordinate system: {survey.crs.partition(',')[0]}"]
    if survey.line is not None:
        lines.append(f"{np.unique(survey.line).size} lines")
    done = str((survey.attributes or {}).get("preparation", "")).splitlines()
    return [*lines, *(f"prepared: {step}" for step in done)]
