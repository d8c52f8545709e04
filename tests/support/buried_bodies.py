"""Bodies whose field is known anywhere, and surveys of it: what equivalent sources are compared with."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from geoinv import Grid, MainField, Survey
from geoinv.equivalent_sources.sources import EquivalentSources
from geoinv.operators import Gravity, Magnetics

Array = npt.NDArray[np.float64]

SIDE = 1500.0
FIELD = MainField(60.0, 10.0, 50000.0)
POLE = MainField(90.0, 0.0, 50000.0)
NOISE = {"magnetic": 0.5, "gravity": 0.005}


def bodies() -> Grid:
    """Two cubes below a square of `SIDE` metres."""
    grid = Grid.regular((3, 12, 12), (100.0, 100.0, 100.0), (-450.0, 150.0, 150.0))
    active = np.zeros(grid.shape, bool)
    active[1:, 3:5, 3:6] = active[2, 7:9, 6:8] = True
    return grid.with_active(active)


def truth(survey: Survey) -> Array:
    """Data (components, stations) of the bodies, by another engine than that of the sources."""
    grid = bodies()
    if survey.kind == "gravity":
        return np.asarray(Gravity(grid, survey, engine="direct")(np.full(grid.shape, 400.0)))
    return np.asarray(Magnetics(grid, survey, engine="direct")(np.full(grid.shape, 0.03)))


def hills(easting: Array, northing: Array) -> Array:
    """Height of the stations over hills of 60 m."""
    return np.asarray(50.0 + 30.0 * np.sin(easting / 300.0) * np.cos(northing / 250.0))


def survey_of(component: str = "tmi", side: int = 25, field: MainField = FIELD) -> Survey:
    """Survey of jittered, draped stations with the noise that it states."""
    random = np.random.default_rng(0)
    axis = (np.arange(side) + 0.5) * SIDE / side
    easting, northing = (part.ravel() for part in np.meshgrid(axis, axis))
    easting, northing = (part + random.uniform(-15.0, 15.0, part.size) for part in (easting, northing))
    places = (easting, northing, hills(easting, northing))
    survey = Survey(*places, (component,), None if component.startswith("g") else field)
    noise = NOISE[survey.kind]
    return survey.with_data(truth(survey) + noise * random.standard_normal(survey.range_shape), noise)


def lines() -> Survey:
    """Survey along lines 100 m apart, each with its number."""
    northing, easting = (
        part.ravel() for part in np.meshgrid(np.arange(0.0, 1500.0, 25.0), np.arange(0.0, 1501.0, 100.0))
    )
    line = np.repeat(np.arange(100, 116), 60)
    survey = Survey(easting, northing, hills(easting, northing), field=FIELD, columns={"line": line})
    noise = np.random.default_rng(1).standard_normal(survey.range_shape)
    return survey.with_data(truth(survey) + noise, 1.0)


@cache
def fitted(component: str = "tmi") -> EquivalentSources:
    """Sources of the survey of a component, at a depth that suits it."""
    return EquivalentSources(depth=240.0 if component == "gz" else 170.0).fit(survey_of(component))


def nodes(height: float = 0.0) -> tuple[Array, Array, Array]:
    """Places away from the edges, so many metres above the stations."""
    easting, northing = (
        part.ravel() for part in np.meshgrid(np.arange(300.0, 1201.0, 50.0), np.arange(300.0, 1201.0, 50.0))
    )
    return easting, northing, hills(easting, northing) + height
