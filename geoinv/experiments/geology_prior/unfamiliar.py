"""Surveys that no prior of geology should be trusted with: other rock, or data that the operator does not describe."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from geoinv.datasets.geology.surveys import FLOOR, NOISE, RandomSurveys, SyntheticSurvey
from geoinv.experiments.geology_prior.examples import SHAPES
from geoinv.operators import Magnetics

__all__ = ["UNFAMILIAR", "unfamiliar_survey"]

Array = npt.NDArray[np.float64]

UNFAMILIAR = ("texture", "foliation", "opposite signs", "wrong heights", "level left in the data")
"""What is wrong with them. No kind of rock that is held back from the training is among these."""

SEED = 720_000


def unfamiliar_survey(kind: str, shard: int, index: int) -> tuple[SyntheticSurvey, float] | None:
    """Survey of a shard, one shape each, and the lowest susceptibility that its inversion may give.

    ``texture`` is rock or none at random, correlated over a cell or so, ``foliation`` over a cell across and many along
    sheets of any direction; ``opposite signs`` the rock of the training in patches of either sign. With ``wrong
    heights`` the stations were half a cell width lower, or one or one and a half higher, than the operator takes them
    to be; None where they would lie inside the rock. The ``level left in the data`` is 0.3 to 1 times their mean size.
    """
    place = UNFAMILIAR.index(kind)
    survey = RandomSurveys(SHAPES[shard % len(SHAPES)], seed=SEED + 100 * place + shard)[index]
    random = np.random.default_rng([SEED, place, shard, index])
    lowest = -np.inf if kind == "opposite signs" or index % 2 else 0.0
    if kind == "level left in the data":
        level = random.choice([-1.0, 1.0]) * random.uniform(0.3, 1.0) * np.abs(survey.data).mean()
        return replace(survey, data=survey.data + level), lowest
    if kind == "wrong heights":
        stations, mesh = survey.operator.survey, survey.geology.grid
        higher = random.choice([-0.5, 1.0, 1.5]) * mesh.smallest_width("easting")
        true = replace(stations, upward=stations.upward + higher)
        if mesh.inside_rock(true.easting, true.northing, true.upward).any():
            return None
        return _measured(survey, Magnetics(mesh, true, rtol=1e-5), survey.true_model, random), lowest
    return _measured(survey, survey.operator, _rock(kind, survey, random), random), lowest


def _rock(kind: str, survey: SyntheticSurvey, random: np.random.Generator) -> Array:
    """Model of a kind, as strong as that of the survey."""
    model, shape = survey.true_model, survey.true_model.shape
    if kind == "opposite signs":
        return np.asarray(model * np.sign(_correlated(random, shape, (6.0, 6.0, 6.0))))
    if kind == "texture":
        lengths = tuple(np.exp(random.uniform(np.log(0.7), np.log(1.6), 3)))
    else:
        lengths = (random.uniform(0.6, 1.4), *random.uniform(4.0, 10.0, 2))
    high = _correlated(random, shape, lengths) > random.uniform(0.3, 1.1)
    return np.asarray(high * survey.geology.grid.active * model.max())


def _correlated(random: np.random.Generator, shape: tuple[int, ...], lengths: tuple[float, ...]) -> Array:
    """Gaussian random field of unit variance, correlated over lengths in cells along axes of a random direction."""
    frequencies = np.stack([axis.ravel() for axis in np.meshgrid(*map(np.fft.fftfreq, shape), indexing="ij")])
    axes, _ = np.linalg.qr(random.standard_normal((3, 3)))
    spectrum = np.exp(-2.0 * np.sum((np.array(lengths)[:, None] * (axes @ frequencies)) ** 2, axis=0)).reshape(shape)
    values = np.fft.ifftn(np.fft.fftn(random.standard_normal(shape)) * spectrum).real
    return np.asarray(values / values.std())


def _measured(
    survey: SyntheticSurvey, operator: Magnetics, model: Array, random: np.random.Generator
) -> SyntheticSurvey:
    """Survey with the data of a model under another operator, and noise as in training."""
    clean = np.asarray(operator(model))
    deviation = FLOOR + float(np.exp(random.uniform(*np.log(NOISE)))) * float(np.abs(clean).mean())
    data = clean + deviation * random.standard_normal(clean.shape)
    return replace(survey, data=data, uncertainty=np.full(clean.shape, deviation), true_model=model)
