"""How the networks of the duathlon are tuned and trained, and what they come to on fresh models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from geoinv.experiments.duathlon.problem import Duathlon
from geoinv.experiments.shared.fair_training import fair_training, tuned_rate
from geoinv.experiments.shared.measures import nmse
from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.shared.tuned_training import CHECKPOINTS
from geoinv.learned.networks.unrolled import UnrolledNetwork
from geoinv.learned.training.train import fit
from geoinv.learned.training.training_record import TrainingRecord
from geoinv.learned.training.training_settings import TrainingSettings

__all__ = ["Maker", "Trained", "duathlon_training", "test_error", "train", "train_tuned"]

Maker = Callable[[int], UnrolledNetwork]
"""Builds a network from the seed of its first weights."""


@dataclass(frozen=True)
class Trained:
    """A network with what it came to.

    Attributes
    ----------
    network : UnrolledNetwork
        With the weights of the best epoch by validation.
    record : TrainingRecord
        Of every epoch.
    error, bayes, linear : float
        NMSE on the test models: of the network, the posterior mean and the best linear estimator.
    note : str
        How it was trained.
    """

    network: UnrolledNetwork
    record: TrainingRecord
    error: float
    bayes: float
    linear: float
    note: str = ""

    @property
    def way_left(self) -> float:
        """Share of the way from the best linear estimator to the posterior mean that is left."""
        return (self.error - self.bayes) / (self.linear - self.bayes)


def duathlon_training(
    settings: RunSettings,
    samples: int,
    loss: str = "squared",
    layers: tuple[int, ...] | None = None,
    epochs: int | None = None,
) -> TrainingSettings:
    """Settings of the preset for as many models; seed and learning rate are the run's first.

    Parameters
    ----------
    settings : RunSettings
    samples : int
        Training models.
    loss : str, optional
    layers : tuple of int, optional
        To draw from for each batch.
    epochs : int, optional
        In place of those of the preset.
    """
    return fair_training(
        samples,
        loss=loss,
        batch=64,
        epochs=epochs or settings.choose(quick=2, cpu=16, full=300),
        learning_rate=3e-3,
        clip=1.0,
        layers=layers,
        seed=settings.seed,
        device=settings.device,
    )


def train_tuned(
    settings: RunSettings, problems: Sequence[Duathlon], name: str, make: Maker, **about: Any
) -> list[Trained]:
    """Choose a network's learning rate on the first problem, then train it once on each, from checkpoints if any.

    Parameters
    ----------
    settings : RunSettings
    problems : sequence of Duathlon
        One for each seed.
    name : str
        Of the checkpoints.
    make : callable
    **about
        Loss and layers, as in :func:`duathlon_training`.
    """
    first = problems[0]
    place = settings.folder / CHECKPOINTS
    training = duathlon_training(settings, len(first.training), **about)
    tuning = settings.choose(quick=1, cpu=2, full=20)
    shorter = duathlon_training(settings, len(first.training), epochs=tuning, **about)
    models, validation = first.tensors(first.training, first.validation)
    rates = settings.choose(quick=[3e-3], cpu=[1e-3, 3e-3, 9e-3], full=[1e-3, 3e-3, 9e-3])
    folder = place / f"{settings.preset} {name} rates"
    rate = tuned_rate(lambda: make(settings.seed), first.A, models, validation, shorter, folder, rates)
    trained = []
    for seed, problem in enumerate(problems, settings.seed):
        own = replace(training, seed=seed, learning_rate=rate.best)
        one = train(make(seed), problem, own, place / f"{settings.preset} {name} {seed}")
        trained.append(replace(one, note=f"{training.epochs} epochs, {rate.text('learning rate')}"))
    return trained


def train(
    network: UnrolledNetwork, problem: Duathlon, training: TrainingSettings, place: Path | None = None
) -> Trained:
    """Train a network on a problem's models, from the checkpoint in a folder if any, and test it on the fresh ones."""
    models, validation = problem.tensors(problem.training, problem.validation)
    if place is not None:
        place.mkdir(parents=True, exist_ok=True)
    record = fit(network, problem.A, models, validation, training, place, resume=True)
    network.cpu()
    return Trained(network, record, test_error(network, problem), problem.bayes_error, problem.linear_error)


@torch.no_grad()
def test_error(network: UnrolledNetwork, problem: Duathlon) -> float:
    """NMSE on the test models."""
    (data,) = problem.tensors(problem.test_data)
    found = torch.cat([network(part) for part in torch.split(data, 20_000)])
    return nmse(found, problem.test)
