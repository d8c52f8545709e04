"""Spikes: data far from the median of their neighbours on the line."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.core.wording import way
from geoinv.preparation.lines import lines_of
from geoinv.preparation.record import recorded
from geoinv.surveys.survey import Survey

__all__ = ["despiked", "spikes"]

WINDOW = 5
"""Stations of which the median is taken: two neighbouring spikes do not move it."""

_MOST = 0.2
"""Share of the stations beyond which what is found is no spikes but the signal."""


def spikes(survey: Survey, threshold: float, purpose: str = "despiking") -> npt.NDArray[np.bool_]:
    """Which stations have a datum further than a threshold from the median of five along their line.

    Parameters
    ----------
    survey : Survey
        With data and a column ``line``.
    threshold : float
        In the unit of the data.
    purpose : str, optional
        For errors.

    Raises
    ------
    InputError
        If there are no data or no lines, or the threshold is not above zero.
    """
    if survey.data is None:
        raise InputError(f"{purpose} expects data, got stations only; name the column of the data")
    if not 0.0 < threshold < np.inf:
        raise InputError(f"{purpose} expects a threshold above zero in the unit of the data, got {threshold:g}")
    found = np.zeros(survey.stations, bool)
    for _, places in lines_of(survey, purpose):
        for row in survey.data:
            values = row[places]
            # windows end with the line: a mirrored end would be the median of itself, whatever it is
            padded = np.pad(values, WINDOW // 2, constant_values=np.nan)
            middle = np.nanmedian(np.lib.stride_tricks.sliding_window_view(padded, WINDOW), axis=1)
            found[places] |= np.abs(values - middle) > threshold
    return found


def despiked(survey: Survey, threshold: float) -> Survey:
    """Survey without the stations that have a spike, see :func:`spikes`.

    Raises
    ------
    InputError
        If more than a fifth of the stations would go, and as of :func:`spikes`.

    Examples
    --------
    >>> data = [1.0, 2.0, 90.0, 4.0, 5.0, 6.0, 7.0]
    >>> survey = Survey(range(7), [0] * 7, [5] * 7, components=("gz",), data=data, columns={"line": [1] * 7})
    >>> despiked(survey, 10.0).data.tolist()
    [[1.0, 2.0, 4.0, 5.0, 6.0, 7.0]]
    """
    option = way("--despike", "despiking")
    found = spikes(survey, threshold, option)
    count = int(found.sum())
    if count > _MOST * survey.stations:
        raise InputError(
            f"{option} expects spikes to be few, got {count} of {survey.stations} stations beyond {threshold:g} from "
            f"the median of {WINDOW} neighbours on the line; give a higher threshold"
        )
    left = survey.select(~found) if count else survey
    return recorded(
        left,
        "despiked",
        f"{count} of {survey.stations} stations were beyond {threshold:g} from the median of {WINDOW} along the line: "
        f"{left.stations} left",
    )
