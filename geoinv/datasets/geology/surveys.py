"""A stream of random magnetic surveys over random geology, draped over its ground, with noise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError, whole_number
from geoinv.datasets.geology.kinds import TRAINING_KINDS
from geoinv.datasets.geology.model import Geology
from geoinv.datasets.geology.stream import RandomGeology
from geoinv.operators import Magnetics
from geoinv.surveys.main_field import MainField
from geoinv.surveys.survey import Survey

__all__ = ["RandomSurveys", "SyntheticSurvey", "random_field_of_the_earth"]

Array = npt.NDArray[np.float64]

WIDTHS = (10.0, 200.0)
"""Metres of a cell along easting and northing."""

ASPECTS = (0.4, 1.0)
"""Height of a cell over its width."""

DECLINATIONS = (-30.0, 30.0)
"""Degrees."""

HEIGHTS = (0.75, 2.0)
"""Of the stations above the ground, in cell widths."""

LINE_SPACINGS, STATION_SPACINGS = (1.0, 2.5), (0.5, 1.0)
"""Between lines and along them, in cell widths."""

JITTER = 0.1
"""Standard deviation of stations from their plan along easting and northing, in cell widths."""

NOISE = (0.005, 0.05)
"""Share of the mean absolute datum that goes into the standard deviation of the noise."""

FLOOR = 0.5
"""nT that are added to it."""

VISIBLE = 20.0
"""Standard deviations that the largest datum has at least."""

ATTEMPTS = 50
"""Models and surveys that are drawn for an index before it is given up."""

RTOL = 1e-5
"""Of the operators: far below the noise."""


@dataclass(frozen=True, eq=False)
class SyntheticSurvey:
    """Survey of which the true model is known.

    Attributes
    ----------
    operator : Magnetics
        From susceptibility to TMI in nT; ``operator.survey`` and ``operator.mesh`` are its geometry.
    data, uncertainty : (1, stations) arrays
        nT, with noise of that standard deviation.
    true_model : (upward, northing, easting) array
        Susceptibility, SI; of remanent rock the one that comes closest to its magnetization, which may be negative.
    geology : Geology
        What it lies over.
    """

    operator: Magnetics
    data: Array
    uncertainty: Array
    true_model: Array
    geology: Geology


class RandomSurveys:
    """Random surveys over random geology, one for each index from 0 on.

    ``surveys[i]`` and iteration give :class:`SyntheticSurvey`. The ranges drawn from are the constants of this module;
    within each, factors or angles are equally probable. There is one height above the ground and one standard
    deviation a survey, no base level or regional field, no self-demagnetization, and nothing outside the grid.

    Parameters
    ----------
    shape : (int, int, int)
        Cells along (upward, northing, easting).
    kinds : sequence of str
        As for :class:`RandomGeology`.
    seed : int
    **geology
        Further arguments of :class:`RandomGeology`.

    Raises
    ------
    InputError
        If an argument is not one of these.

    Examples
    --------
    >>> survey = RandomSurveys((8, 12, 12), kinds=("block",), seed=5)[0]
    >>> residual = (survey.data - survey.operator(survey.true_model)) / survey.uncertainty
    >>> bool(0.5 < np.mean(residual**2) < 1.5)
    True
    """

    def __init__(
        self,
        shape: Sequence[int] = (16, 32, 32),
        *,
        kinds: Sequence[str] = TRAINING_KINDS,
        seed: int = 0,
        **geology: tuple[float, float],
    ) -> None:
        self.shape, self.kinds, self.seed, self._geology = shape, kinds, seed, geology
        self._models((1.0, 1.0, 1.0))  # what is wrong is said now

    def _models(self, spacing: tuple[float, float, float]) -> RandomGeology:
        return RandomGeology(self.shape, spacing, kinds=self.kinds, seed=self.seed, **self._geology)  # type: ignore[arg-type]  # ranges of whole numbers are checked there

    def __getitem__(self, index: int) -> SyntheticSurvey:
        """Survey of an index: the first of its draws whose anomaly is above the noise and whose stations are in air.

        Raises
        ------
        InputError
            If the index is not 0 or more, or no draw is such.
        """
        which = whole_number("RandomSurveys", "the index", index)
        random = np.random.Generator(np.random.PCG64([self.seed, which, 1]))
        for attempt in range(ATTEMPTS):
            width = _log_uniform(random, WIDTHS)
            models = self._models((_log_uniform(random, ASPECTS) * width, width, width))
            geology = models[ATTEMPTS * which + attempt]
            survey = _random_survey(random, geology, width)
            if geology.grid.inside_rock(survey.easting, survey.northing, survey.upward).any():
                continue
            operator = Magnetics(geology.grid, survey, rtol=RTOL)
            clean = _anomaly(operator, geology)
            deviation = FLOOR + _log_uniform(random, NOISE) * float(np.abs(clean).mean())
            data = clean + deviation * random.standard_normal(clean.shape)
            if np.abs(clean).max() > VISIBLE * deviation:
                true_model = geology.apparent_susceptibility(survey.main_field)
                return SyntheticSurvey(operator, data, np.full(clean.shape, deviation), true_model, geology)
        raise InputError(
            f"RandomSurveys expects an anomaly of {VISIBLE:g} times the noise from stations outside the rock, got "
            f"none in {ATTEMPTS} draws; take a stronger susceptibility or less relief"
        )

    def __iter__(self) -> Iterator[SyntheticSurvey]:
        """Surveys without end, from index 0 on."""
        return map(self.__getitem__, count())


def random_field_of_the_earth(random: np.random.Generator) -> MainField:
    """Field of an axial dipole at a place anywhere on the Earth, all places equally probable, declined at random.

    With u the sine of the magnetic latitude, ``tan(inclination) = 2 tan(latitude)`` and the intensity is ``30,000
    sqrt(1 + 3 u^2)`` nT (Blakely 1995, section 8.2.1).

    Examples
    --------
    >>> field = random_field_of_the_earth(np.random.default_rng(0))
    >>> bool(-90.0 <= field.inclination <= 90.0 and 3e4 <= field.intensity <= 6e4)
    True
    """
    sine = random.uniform(-1.0, 1.0)
    inclination = np.degrees(np.arctan2(2.0 * sine, np.sqrt(1.0 - sine**2)))
    return MainField(float(inclination), random.uniform(*DECLINATIONS), 30_000.0 * float(np.sqrt(1.0 + 3.0 * sine**2)))


def _random_survey(random: np.random.Generator, geology: Geology, width: float) -> Survey:
    """Stations on parallel lines northward or eastward over the whole grid, draped over the ground."""
    grid = geology.grid
    spacings = [width * _log_uniform(random, spacing) for spacing in (LINE_SPACINGS, STATION_SPACINGS)]
    axes = ("easting", "northing") if random.random() < 0.5 else ("northing", "easting")
    places = {}
    for axis, spacing in zip(axes, spacings, strict=True):
        low, high = grid.bounds[axis]
        number = int((high - low - width) / spacing) + 1
        places[axis] = 0.5 * (low + high) + spacing * (np.arange(number) - 0.5 * (number - 1))
    lines, along = (values.ravel() for values in np.meshgrid(places[axes[0]], places[axes[1]], indexing="ij"))
    stations = dict(zip(axes, (lines, along), strict=True))
    shifted = {}
    for axis in ("easting", "northing"):
        shift = JITTER * width * random.standard_normal(lines.size)
        shifted[axis] = np.clip(stations[axis] + shift, *grid.bounds[axis])
    survey = Survey(**shifted, upward=np.zeros(lines.size), field=random_field_of_the_earth(random))
    return survey.draped(geology.topography, width * random.uniform(*HEIGHTS))


def _anomaly(operator: Magnetics, geology: Geology) -> Array:
    """TMI without noise, remanence included, in nT."""
    if geology.remanent is None:
        return np.asarray(operator(geology.susceptibility))
    survey = operator.survey
    rock = geology.grid.with_active(geology.susceptibility > 0.0)
    vectors = Magnetics(rock, survey, unknown="magnetization", engine="direct")
    return np.asarray(vectors(geology.magnetization(survey.main_field)))


def _log_uniform(random: np.random.Generator, limits: tuple[float, float]) -> float:
    return float(np.exp(random.uniform(np.log(limits[0]), np.log(limits[1]))))
