"""How a network of the duathlon is trained, and what it comes to on fresh models."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from geoinv.experiments.duathlon.problem import NOISE, Duathlon
from geoinv.experiments.shared.measures import nmse
from geoinv.experiments.shared.preset import RunSettings
from geoinv.learned.networks.unrolled import UnrolledNetwork
from geoinv.learned.training.train import fit
from geoinv.learned.training.training_record import TrainingRecord
from geoinv.learned.training.training_settings import TrainingSettings

__all__ = ["Trained", "duathlon_training", "test_error", "train"]


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
    """

    network: UnrolledNetwork
    record: TrainingRecord
    error: float
    bayes: float
    linear: float

    @property
    def way_left(self) -> float:
        """Share of the way from the best linear estimator to the posterior mean that is left."""
        return (self.error - self.bayes) / (self.linear - self.bayes)


def duathlon_training(settings: RunSettings, loss: str = "squared") -> TrainingSettings:
    """Settings of the preset; the seed is the run's first."""
    schedule: dict[str, Any] = settings.choose(
        quick={"epochs": 2, "batch": 64, "learning_rate": 3e-3},
        cpu={"epochs": 25, "batch": 256, "learning_rate": 3e-3, "schedule": "cosine", "clip": 1.0},
        full={"epochs": 300, "batch": 256, "learning_rate": 3e-3, "schedule": "cosine", "clip": 1.0},
    )
    return TrainingSettings(loss=loss, noise=NOISE, device=settings.device, seed=settings.seed, **schedule)


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
