"""Training of the error bars of a GeologyNetwork, and how many truths they hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from geoinv.core.progress import report
from geoinv.datasets.geology import TRAINING_KINDS
from geoinv.datasets.geology.surveys import RandomSurveys, SyntheticSurvey
from geoinv.experiments.geology.problem import shape_of
from geoinv.experiments.geology_prior.stream import ExampleStream
from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.shared.whole_inversion import invert_whole
from geoinv.inversion.solution import Solution
from geoinv.learned.priors.error_bars import ErrorBars, pinball
from geoinv.learned.priors.geology_network import GeologyNetwork
from geoinv.learned.priors.geology_prior import GeologyPrior
from geoinv.learned.priors.survey_channels import CHANNELS

__all__ = ["fit_error_bars", "held", "trained_error_bars", "widening"]

Array = npt.NDArray[np.float64]

SHARE = 0.9
"""Of the truths that the distances hold."""

SEED = 740_000
"""Of the surveys that the widening is chosen by."""

FURTHER = 5_000
"""Added to it for those that it is measured on."""

ROCK = 0.05
"""Of the largest susceptibility: cells with more count as magnetic rock."""


def trained_error_bars(settings: RunSettings, paths: Sequence[Path]) -> ErrorBars:
    """Distances below and above models of the last step's examples, by the pinball loss at 5 and 95 %."""
    torch.manual_seed(settings.seed)
    errors = ErrorBars(len(CHANNELS), settings.choose(quick=(4, 8), cpu=(12, 24, 48), full=(24, 48, 96)))
    steps, batch = settings.choose(quick=(4, 2), cpu=(1000, 16), full=(10_000, 32))
    fit_error_bars(errors, ExampleStream(paths, 0), steps, batch, settings.seed)
    return errors


def fit_error_bars(errors: ErrorBars, stream: ExampleStream, steps: int, batch: int, seed: int) -> None:
    """Train error bars on the last models of a stream's examples."""
    optimizer = torch.optim.AdamW(errors.parameters(), 2e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for step in range(steps):
        added, seen = stream.draw(batch, seed, step)
        loss = _loss(errors, added, seen[:, -len(CHANNELS) :])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(errors.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        report("error bars", step + 1, steps)
    errors.eval().requires_grad_(False)


def _loss(errors: ErrorBars, added: Tensor, channels: Tensor) -> Tensor:
    """Mean pinball loss over the rock of both distances."""
    channels = channels.contiguous(memory_format=torch.channels_last_3d)
    with torch.autocast("cpu", torch.bfloat16):
        below, above = errors(channels)
    error, rock = added[:, 0], channels[:, 1]
    share = 0.5 + 0.5 * SHARE
    losses = pinball(error, above.float(), share) + pinball(-error, below.float(), share)
    return (losses * rock).sum() / rock.sum()


def widening(settings: RunSettings, network: GeologyNetwork) -> float:
    """Factor by which a network's error bars hold their share of the magnetic rock of fresh surveys."""
    number = settings.choose(quick=2, cpu=60, full=400)
    needed = [_needed(survey, solution) for survey, solution in _solved(settings, network, SEED, number)]
    return float(np.quantile(np.concatenate(needed), SHARE))


def _needed(survey: SyntheticSurvey, solution: Solution) -> Array:
    """Of each cell with magnetic rock, the factor of its distance that would reach its truth."""
    percentiles, model, truth = solution.percentiles(), solution.model, survey.true_model
    rock = truth > ROCK * truth.max()
    # the lower one is cut at zero, where no truth lies below it
    low, high = (np.maximum(np.abs(percentiles[percent] - model), 1e-12 * model.max()) for percent in (5, 95))
    factors = np.where(truth > model, (truth - model) / high, (model - truth) / low)
    return np.asarray(factors[rock & np.isfinite(factors)])


def held(settings: RunSettings, network: GeologyNetwork) -> tuple[float, float]:
    """Shares of the cells with magnetic rock, and of all, whose truths the error bars hold in further surveys."""
    of_rock: list[npt.NDArray[np.bool_]] = []
    of_all: list[npt.NDArray[np.bool_]] = []
    number = settings.choose(quick=2, cpu=30, full=100)
    for survey, solution in _solved(settings, network, SEED + FURTHER, number):
        percentiles, truth = solution.percentiles(), survey.true_model
        inside = (percentiles[5] <= truth) & (truth <= percentiles[95])
        of_rock.append(inside[truth > ROCK * truth.max()])
        of_all.append(inside[survey.geology.grid.active])
    return float(np.concatenate(of_rock).mean()), float(np.concatenate(of_all).mean())


def _solved(
    settings: RunSettings, network: GeologyNetwork, seed: int, number: int
) -> Iterable[tuple[SyntheticSurvey, Solution]]:
    """Surveys over training kinds, inverted with a network in the loop; those that it warns of have no error bars."""
    surveys = RandomSurveys(shape_of(settings), kinds=TRAINING_KINDS, seed=seed + settings.seed)
    for index, survey in enumerate(islice(surveys, number)):
        report("widening", index, number)
        phi = GeologyPrior(_network=network)
        solution = invert_whole(survey.operator, survey.data, survey.uncertainty, phi, (0.0, np.inf))
        if solution.percentiles():
            yield survey, solution
