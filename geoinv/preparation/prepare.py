"""All steps from raw lines to data that can be inverted, in their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from geoinv.conventions.quantities import QUANTITIES, units_among
from geoinv.core.checks import InputError
from geoinv.core.wording import way
from geoinv.formats.notes import doubt
from geoinv.preparation.crossovers import with_noise_of_crossovers, with_noise_of_repeats
from geoinv.preparation.lines import decimated, without_lines
from geoinv.preparation.main_field_removal import without_igrf
from geoinv.preparation.record import recorded
from geoinv.preparation.spikes import despiked
from geoinv.preparation.window import in_box, in_polygon
from geoinv.surveys.main_field import MainField
from geoinv.surveys.survey import Survey

__all__ = ["prepare"]


def prepare(
    survey: Survey,
    *,
    drop_lines: Sequence[str] = (),
    box: tuple[float, float, float, float] | None = None,
    polygon: str | Path | npt.ArrayLike | None = None,
    remove: Literal["igrf"] | None = None,
    date: str | None = None,
    field: MainField | None = None,
    despike: float | None = None,
    noise: Literal["crossovers", "repeats"] | float | None = None,
    decimate: float | None = None,
) -> Survey:
    """Take the wanted steps, in the order of the arguments.

    Parameters
    ----------
    survey : Survey
        As :func:`geoinv.preparation.raw_lines.read_lines` reads it.
    drop_lines : sequence of str, optional
        Lines that are left out.
    box : (west, east, south, north), optional
        Metres; stations outside are left out.
    polygon : str, Path or (vertices, 2) array_like, optional
        As of :func:`geoinv.preparation.window.in_polygon`.
    remove : "igrf", optional
        The main field is removed from a total field.
    date : str, optional
        For that, in place of the survey's dates.
    field : MainField, optional
        Inducing field, in place of that of the model.
    despike : float, optional
        Threshold, in the unit of the data.
    noise : "crossovers", "repeats" or float, optional
        Where standard deviations come from, or one for all.
    decimate : float, optional
        Metres between stations along a line.

    Returns
    -------
    Survey
        ``attributes["preparation"]`` says what was done, a line a step.

    Raises
    ------
    InputError
        If a step cannot be taken.

    Examples
    --------
    >>> survey = Survey([0.0, 9.0], [0.0, 0.0], [5.0, 5.0], components=("gz",), data=[1.0, 2.0])
    >>> prepare(survey, box=(-1.0, 1.0, -1.0, 1.0)).attributes["preparation"]
    'window: box -1 to 1, -1 to 1 m: 1 of 2 stations left'
    """
    if drop_lines:
        survey = without_lines(survey, drop_lines)
    if box is not None:
        survey = in_box(survey, *box)
    if polygon is not None:
        survey = in_polygon(survey, polygon)
    if remove == "igrf":
        survey = without_igrf(survey, date)
    elif remove is not None:
        raise InputError(f"{way('--remove', 'remove')} expects igrf, got {remove!r}; leave it out, or give igrf")
    if field is not None:
        survey = _with_field(survey, field)
    _doubt_total_field(survey)
    if despike is not None:
        survey = despiked(survey, despike)
    if noise == "crossovers":
        survey = with_noise_of_crossovers(survey)
    elif noise == "repeats":
        survey = with_noise_of_repeats(survey)
    elif noise is not None:
        survey = recorded(survey.with_data(survey.data, noise), "noise", _given(survey, noise))
    return survey if decimate is None else decimated(survey, decimate)


def _given(survey: Survey, noise: float) -> str:
    return f"standard deviation {noise:g} {' and '.join(units_among(survey.components))}, as given"


def _with_field(survey: Survey, field: MainField) -> Survey:
    if survey.field is None:
        raise InputError(
            f"{way('--field', 'field')} expects a magnetic survey, got {' '.join(survey.components)}; leave it out"
        )
    inclination, declination = field.inclination, field.declination
    known = replace(survey, field=field, anomaly_direction=(inclination, declination))
    sentence = f"inclination {inclination:g}, declination {declination:g} degrees, {field.intensity:g} nT, as given"
    return recorded(known, "field", sentence)


def _doubt_total_field(survey: Survey) -> None:
    """Warn of data from which the main field is still to be removed."""
    if survey.data is None:
        return
    for name, values in zip(survey.components, survey.data, strict=True):
        middle = float(np.median(np.abs(values)))
        if middle > QUANTITIES[name].total:
            remedy = way("remove the main field with --remove igrf", "remove the main field with remove='igrf'")
            doubt(f"{name} is a total field, with a median of {middle:.0f} {QUANTITIES[name].unit}: {remedy}")
