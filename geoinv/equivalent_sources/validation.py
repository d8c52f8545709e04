"""The depth of the sources, and the noise where nobody knows it, by cross-validation over whole lines or blocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geoinv.core.progress import report
from geoinv.equivalent_sources.spacing import Spacing
from geoinv.equivalent_sources.trial import Trial, tried
from geoinv.surveys.survey import Survey

__all__ = ["Validation", "depths_for", "folds_of", "sample_of", "validated"]

MOST_STATIONS = 1200
"""Stations that depths are tried on: those nearest the middle of the survey, as close together as all are."""

FOLDS = 4
"""Parts that the lines or blocks are dealt into; each is left out once."""

DEEPEST = 4.0
"""Gaps between the stations beyond which no depth is tried."""


@dataclass(frozen=True)
class Validation:
    """What cross-validation found.

    Attributes
    ----------
    best : Trial
        Of the least error among those that fit the data to their noise, or of all where none does.
    trials : tuple of Trial
        All of them, by depth.
    unit : str
        What was left out: "lines" or "blocks".
    stations : int
        How many stations they were tried on.
    """

    best: Trial
    trials: tuple[Trial, ...]
    unit: str
    stations: int


def depths_for(spacing: Spacing) -> list[float]:
    """Depths to try: from the spacing of the stations by the root of two to four times the gaps between them.

    Examples
    --------
    >>> [round(depth) for depth in depths_for(Spacing(50.0, 75.0))]
    [50, 71, 100, 141, 200, 283]
    """
    count = int(np.floor(2.0 * np.log2(DEEPEST * spacing.gap / spacing.station) + 1e-9)) + 1
    return [spacing.station * 2.0 ** (0.5 * k) for k in range(count)]


def sample_of(survey: Survey, most: int = MOST_STATIONS) -> Survey:
    """Stations around the middle of a survey, in a rectangle of its proportions."""
    if survey.stations <= most:
        return survey
    distance = np.zeros(survey.stations)
    for values in (survey.easting, survey.northing):
        distance = np.maximum(distance, np.abs(values - np.median(values)) / max(float(np.ptp(values)), 1.0))
    return survey.select(np.sort(np.argsort(distance, kind="stable")[:most]))


def folds_of(survey: Survey, gap: float) -> tuple[npt.NDArray[np.intp], str]:
    """Part 0 to 3 that each station belongs to, with its whole line or block, and which of the two.

    Lines are dealt out in the order of their numbers; squares of two gaps, where there are no lines, like the colours
    of a map: each has all others around it.
    """
    if survey.line is not None:
        names, number = np.unique(np.asarray(survey.line), return_inverse=True)
        if len(names) >= FOLDS:
            return np.asarray(number % FOLDS, np.intp), "lines"
    rows, columns = (
        np.floor((values - values.min()) / (2.0 * gap)).astype(np.intp) for values in (survey.northing, survey.easting)
    )
    return np.asarray(2 * (rows % 2) + columns % 2, np.intp), "blocks"


def validated(survey: Survey, spacing: Spacing, depth: float | None) -> Validation:
    """Depth, and noise where the survey tells none, that predict best what was left out.

    Parameters
    ----------
    survey : Survey
        With data.
    spacing : Spacing
        Of its stations.
    depth : float, optional
        The only one to try.
    """
    sample = sample_of(survey)
    folds, unit = folds_of(sample, spacing.gap)
    depths = depths_for(spacing) if depth is None else [depth]
    trials = []
    for done, of_depth in enumerate(depths):
        report("cross-validation", done, len(depths))
        trials.append(tried(sample, folds, of_depth))
    report("cross-validation", 1, 1)
    able = [trial for trial in trials if trial.fits] or trials
    return Validation(min(able, key=lambda trial: trial.error), tuple(trials), unit, sample.stations)
