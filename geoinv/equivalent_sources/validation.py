"""The depth of the sources, and the noise where nobody knows it, by cross-validation over whole lines or blocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geoinv.core.progress import report
from geoinv.equivalent_sources.spacing import Spacing
from geoinv.equivalent_sources.trial import Trial, together, tried
from geoinv.surveys.survey import Survey

__all__ = ["Validation", "depths_for", "folds_of", "samples_of", "validated"]

MOST_STATIONS = 1200
"""Stations of a part of the survey that depths are tried on, as close together as all are."""

CENTRES = 200
"""Places around which a part of the survey may lie, about."""

NEIGHBOURS = 6
"""Nearest stations whose mean is held against a station's own datum."""

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


def samples_of(survey: Survey, most: int = MOST_STATIONS) -> list[npt.NDArray[np.intp]]:
    """Stations that depths are tried on: around the survey's middle, and where data differ most from their neighbours.

    Sources that are deep enough for the middle need not be able to make the sharpest anomalies.
    """
    if survey.stations <= most:
        return [np.arange(survey.stations)]
    roughness = _roughness(survey)
    some = slice(None, None, max(1, survey.stations // CENTRES))
    centres = zip(survey.easting[some], survey.northing[some], strict=True)
    around = [_nearest(survey, east, north, most) for east, north in centres]
    roughest = max(around, key=lambda stations: float(roughness[stations].sum()))
    middle = _nearest(survey, float(np.median(survey.easting)), float(np.median(survey.northing)), most)
    return [np.sort(middle), np.sort(roughest)]


def _nearest(survey: Survey, east: float, north: float, most: int) -> npt.NDArray[np.intp]:
    """Stations around a place, in a rectangle of the survey's proportions."""
    distance = np.zeros(survey.stations)
    for values, place in ((survey.easting, east), (survey.northing, north)):
        distance = np.maximum(distance, np.abs(values - place) / max(float(np.ptp(values)), 1.0))
    return np.asarray(np.argpartition(distance, most)[:most], np.intp)


def _roughness(survey: Survey) -> npt.NDArray[np.float64]:
    """Square of the difference of each station's data and the mean of its neighbours', in variances of the data."""
    from scipy.spatial import cKDTree

    assert survey.data is not None, "cross-validation needs data"
    places = np.stack([survey.easting, survey.northing], axis=-1)
    _, neighbours = cKDTree(places).query(places, NEIGHBOURS + 1)
    difference = survey.data - survey.data[:, neighbours[:, 1:]].mean(axis=-1)
    spread = np.maximum(survey.data.std(axis=1, keepdims=True), np.finfo(np.float64).tiny)
    return np.asarray(np.sum((difference / spread) ** 2, axis=0))


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
    parts = samples_of(survey)
    samples = [survey.select(stations) for stations in parts]
    folds, units = zip(*(folds_of(sample, spacing.gap) for sample in samples), strict=True)
    depths = depths_for(spacing) if depth is None else [depth]
    trials = []
    for done, of_depth in enumerate(depths):
        report("cross-validation", done, len(depths))
        trials.append(together([tried(*sample, of_depth) for sample in zip(samples, folds, strict=True)]))
    report("cross-validation", 1, 1)
    able = [trial for trial in trials if trial.fits] or trials
    stations = len(np.unique(np.concatenate(parts)))
    return Validation(min(able, key=lambda trial: trial.error), tuple(trials), units[0], stations)
