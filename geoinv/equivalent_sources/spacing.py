"""How far apart stations are: what their data can hold, and how far they reach."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.surveys.survey import Survey

__all__ = ["Spacing", "round_down", "spacing_of"]

Array = npt.NDArray[np.float64]

PROBES = 4000
"""Places inside the survey where the distance to the nearest station is looked up."""

GAPS = 4.0
"""Distance between parallel lines over the mean distance of a place to the nearest of them."""

THINNEST = 1e-3
"""Width over length of what is a line and no area."""


@dataclass(frozen=True)
class Spacing:
    """Distances between stations.

    Attributes
    ----------
    station : float
        Side of the square in metres that each station has to itself.
    gap : float
        Four times the mean distance of a place in the survey to its nearest station, in metres: the distance of lines
        where the stations stand on lines, and 1.5 times `station` on a square grid.
    """

    station: float
    gap: float


def spacing_of(survey: Survey) -> Spacing:
    """Spacing of the stations of a survey.

    Raises
    ------
    InputError
        If there are fewer than three, or all stand on one line: then no area is covered.

    Examples
    --------
    >>> import geoinv
    >>> x, y = (c.ravel() for c in np.meshgrid(np.arange(0.0, 1000.0, 5.0), np.arange(0.0, 1001.0, 100.0)))
    >>> found = spacing_of(geoinv.Survey(x, y, 0.0 * x, components=("gz",)))
    >>> round(found.station), 90 < found.gap < 110
    (21, True)
    """
    from scipy.spatial import ConvexHull, QhullError, cKDTree

    middle = np.array([survey.easting.mean(), survey.northing.mean()])
    places = np.column_stack([survey.easting, survey.northing]) - middle
    axes = np.linalg.svd(places, full_matrices=False)[1] if len(places) > 2 else np.zeros(2)
    if not axes[1] > THINNEST * axes[0]:
        few = f"{len(places)} station{'s' if len(places) > 1 else ''}"
        got = "stations that stand on one line" if len(places) > 2 else few
        raise InputError(f"equivalent sources expect stations over an area, got {got}; give several lines")
    try:
        hull = ConvexHull(places)
    except QhullError:
        raise InputError(
            "equivalent sources expect stations over an area, got places that span none; check the coordinates"
        ) from None
    area = float(hull.volume)
    count = len(np.unique(np.round(places, 3), axis=0))
    low, high = places.min(axis=0), places.max(axis=0)
    random = np.random.default_rng(0)
    probes = low + (high - low) * random.random((PROBES, 2))
    inside = (probes @ hull.equations[:, :2].T + hull.equations[:, 2] <= 0.0).all(axis=1)
    nearest = cKDTree(places).query(probes[inside])[0]
    return Spacing(float(np.sqrt(area / count)), GAPS * float(nearest.mean()))


def round_down(value: float) -> float:
    """Largest of 1, 2 and 5 times a power of ten that is not above a positive value.

    Examples
    --------
    >>> round_down(49.0), round_down(50.0), round_down(0.15)
    (20.0, 50.0, 0.1)
    """
    power = 10.0 ** np.floor(np.log10(value))
    factor = max(step for step in (1.0, 2.0, 5.0) if step * power <= value * (1.0 + 1e-9))
    return float(factor * power)
