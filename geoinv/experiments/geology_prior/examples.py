"""Examples for the steps of a GeologyNetwork: the models that the inversion itself gives at their place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from geoinv.datasets.geology.surveys import RandomSurveys, SyntheticSurvey
from geoinv.experiments.shared.whole_inversion import invert_whole
from geoinv.formats.atomic import whole_file
from geoinv.learned.priors.geology_network import GeologyNetwork
from geoinv.learned.priors.geology_prior import BETWEEN, GeologyPrior

__all__ = ["SHAPES", "Shard", "recorded", "survey_of", "surveys_of"]

Array = npt.NDArray[np.float64]

SHAPES = ((8, 20, 20), (10, 16, 28), (12, 24, 24), (16, 24, 24), (12, 32, 32), (12, 24, 24))
"""Cells of the surveys of one shard after another."""

UNBOUNDED = 0.25
"""Share of the surveys that are inverted for models of either sign."""

FIRST_SEED = 1000
"""Seed of the surveys of the first shard; each further one has the next."""


@dataclass(frozen=True)
class Shard:
    """Surveys of one shape, as the steps of a network see them; a row a survey.

    Attributes
    ----------
    models : (surveys, steps, upward, northing, easting) array
        Model that the inversion had come to at each step, SI.
    truth, weights : (surveys, upward, northing, easting) arrays
        True model, and squared weights against depth.
    rock : array of bool
    penalty : (surveys, steps) array
        ``beta phi(m) / N``.
    spacing, direction : (surveys, 3) arrays
        Cell size in metres, and unit vector of the field.
    either_sign : (surveys,) array of bool
        Whether the model had no bounds.
    """

    models: npt.NDArray[np.float32]
    truth: npt.NDArray[np.float32]
    weights: npt.NDArray[np.float32]
    rock: npt.NDArray[np.bool_]
    penalty: Array
    spacing: Array
    direction: Array
    either_sign: npt.NDArray[np.bool_]

    @classmethod
    def load(cls, path: Path) -> Shard:
        """Read what :meth:`save` wrote."""
        with np.load(path) as file:
            return cls(**{name: file[name] for name in cls.__dataclass_fields__})

    def save(self, path: Path) -> None:
        """Write it whole, or not at all."""
        with whole_file(path) as partial, partial.open("wb") as file:
            np.savez(file, **{name: getattr(self, name) for name in self.__dataclass_fields__})


def survey_of(shard: int, index: int) -> tuple[SyntheticSurvey, float]:
    """Survey of a shard, and the lowest susceptibility that its inversion may give."""
    surveys = RandomSurveys(SHAPES[shard % len(SHAPES)], seed=FIRST_SEED + shard)
    free = np.random.default_rng([shard, index]).random() < UNBOUNDED
    return surveys[index], -np.inf if free else 0.0


def recorded(surveys: Iterable[tuple[SyntheticSurvey, float] | None], network: GeologyNetwork) -> Shard:
    """Invert surveys, with their lowest susceptibilities, up to where the step after those of a network would be taken.

    A survey whose inversion does not come so far is left out.
    """
    rows: list[dict[str, Any]] = list(_rows(surveys, network))
    return Shard(**{name: np.array([row[name] for row in rows]) for name in Shard.__dataclass_fields__})


def surveys_of(shard: int, number: int) -> Iterator[tuple[SyntheticSurvey, float]]:
    """Surveys of a shard, the first so many of them."""
    return (survey_of(shard, index) for index in range(number))


def _rows(surveys: Iterable[tuple[SyntheticSurvey, float] | None], network: GeologyNetwork) -> Iterator[dict[str, Any]]:
    for survey, lowest in filter(None, surveys):
        try:
            invert_whole(
                survey.operator, survey.data, survey.uncertainty, _Recorder(_network=network), (lowest, np.inf)
            )
        except _ArrivedError as arrived:
            phi = arrived.phi
            mesh = survey.geology.grid
            yield {
                "models": np.stack([model for model, _ in phi.seen_models]).astype(np.float32),
                "truth": survey.true_model.astype(np.float32),
                "weights": (phi.bound.cell_weights / mesh.volumes).astype(np.float32),
                "rock": mesh.active,
                "penalty": [penalty for _, penalty in phi.seen_models],
                "spacing": [mesh.smallest_width(axis) for axis in mesh.dims],
                "direction": survey.operator.survey.main_field.direction,
                "either_sign": lowest < 0.0,
            }


class _ArrivedError(Exception):
    """An inversion has come to the step that is to be trained."""

    def __init__(self, phi: _Recorder) -> None:
        super().__init__()
        self.phi = phi


@dataclass(frozen=True, eq=False)
class _Recorder(GeologyPrior):
    """Prior that notes the models its steps are taken from, and ends the inversion at the first that it lacks."""

    seen_models: list[tuple[Array, float]] = field(default_factory=list)

    @property
    def settled(self) -> bool:
        """Never: there is a step to come."""
        return False

    def update(self, z: Array, beta: float) -> Self:
        """Next regularizer, as of the prior; models at the steps are noted."""
        step, waits = divmod(self._updates, BETWEEN)
        if not waits:
            self.seen_models.append((z.copy(), self.penalty(z, beta)))
            if step == len(self._network.steps):
                raise _ArrivedError(self)
        return super().update(z, beta)
