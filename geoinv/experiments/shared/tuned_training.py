"""How each network is tuned on validation models, and all are trained alike."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from geoinv.experiments.shared.bracket import Bracket
from geoinv.experiments.shared.convergence import Convergence
from geoinv.experiments.shared.fair_training import fair_training, tuned_rate
from geoinv.experiments.shared.measures import nmse
from geoinv.experiments.shared.noisy_problem import NoisyProblem
from geoinv.experiments.shared.parameter_matching import parameter_count
from geoinv.experiments.shared.preset import RunSettings
from geoinv.learned.training.train import fit
from geoinv.learned.training.training_record import EpochRecord, TrainingRecord
from geoinv.learned.training.training_settings import TrainingSettings

__all__ = [
    "CHECKPOINTS",
    "Maker",
    "TrainedNetwork",
    "TrainingProtocol",
    "checkpoint_folder",
    "train_network",
    "tune_network",
]

Array = npt.NDArray[Any]

Maker = Callable[[int], nn.Module]
"""Builds a network from the seed of its first weights."""

CHECKPOINTS = "checkpoints"
"""Folder in that of the experiment from which a run that was killed goes on."""


@dataclass(frozen=True)
class TrainingProtocol:
    """How all networks of an experiment are tuned and trained.

    Parameters
    ----------
    rates : sequence of float
        Learning rates to choose from, to begin with; a single one is not tuned.
    batch : int
        Models a step.
    tuning_epochs, epochs : int
        Of the training of each rate, and of the one that counts.
    tuning_models : int or None
        How many models the rates are tried with; None: all.
    at_a_time : int
        Samples to which a trained network is applied together.
    precision : {"float32", "bfloat16"}
        Of products while training.
    clip : float, optional
        Largest norm of a gradient.
    looked_at : int, optional
        Test models whose error is noted after each epoch, for Figure 12; nothing is chosen by it.
    """

    rates: Sequence[float]
    batch: int
    tuning_epochs: int
    epochs: int
    tuning_models: int | None
    at_a_time: int
    precision: str
    clip: float | None = 1.0
    looked_at: int = 0

    def training(self, device: str, seed: int, samples: int, epochs: int, rate: float) -> TrainingSettings:
        """Settings of one training on as many models."""
        return fair_training(
            samples,
            batch=self.batch,
            epochs=epochs,
            seed=seed,
            learning_rate=rate,
            clip=self.clip,
            precision=self.precision,
            device=device,
        )

    def steps(self, samples: int) -> int:
        """Steps of an epoch of as many models."""
        return math.ceil(samples / self.batch)


@dataclass(frozen=True)
class TrainedNetwork:
    """A network of one seed after training.

    Attributes
    ----------
    network : torch.nn.Module
        With the weights of the epoch that served the validation models best.
    record : TrainingRecord
        Every epoch.
    rate : Bracket
        What the learning rate was chosen from.
    convergence : Convergence
        Whether the training was long enough.
    test_errors : mapping
        NMSE on test models after each epoch that this run trained, where the protocol looks at it.
    protocol : TrainingProtocol
        What it was trained by.
    """

    network: nn.Module
    record: TrainingRecord
    rate: Bracket
    convergence: Convergence
    test_errors: Mapping[int, float]
    protocol: TrainingProtocol

    def __call__(self, data: Array) -> Array:
        """Models recovered from (samples, ...) data."""
        return _applied(self.network, data, self.protocol.at_a_time)

    @property
    def parameters(self) -> int:
        """How many numbers were learned."""
        return parameter_count(self.network)

    @property
    def note(self) -> str:
        """How it was trained, for the table."""
        return f"batch {self.protocol.batch}, {self.convergence.text}; {self.rate.text('learning rate')}"


def checkpoint_folder(settings: RunSettings, name: str, seed: int) -> Path:
    """Folder of the checkpoints of one network and seed, which is made."""
    place = settings.folder / CHECKPOINTS / f"{settings.preset} {name} {seed}"
    place.mkdir(parents=True, exist_ok=True)
    return place


def tune_network(
    settings: RunSettings, problem: NoisyProblem, protocol: TrainingProtocol, name: str, make: Maker
) -> Bracket:
    """Choose a network's learning rate by short trainings, those of a run that was killed included.

    Parameters
    ----------
    settings, problem, protocol, name, make
        As in :func:`train_network`.
    """
    models = problem.training[: protocol.tuning_models]
    training = protocol.training(settings.device, settings.seed, len(models), protocol.tuning_epochs, protocol.rates[0])
    folder = settings.folder / CHECKPOINTS / f"{settings.preset} {name} rates"
    return tuned_rate(
        lambda: make(settings.seed), problem.A, models, problem.validation, training, folder, protocol.rates
    )


def train_network(
    settings: RunSettings,
    problem: NoisyProblem,
    protocol: TrainingProtocol,
    name: str,
    make: Maker,
    rate: Bracket | None = None,
    seeds: range | None = None,
) -> list[TrainedNetwork]:
    """Choose a network's rate by short trainings, then train it in full with each seed, from checkpoints if any.

    Parameters
    ----------
    settings : RunSettings
        Preset, seeds, folder and device.
    problem : NoisyProblem
    protocol : TrainingProtocol
    name : str
        Of the checkpoints; of this network on this problem alone.
    make : callable
        Builds the network from a seed.
    rate : Bracket, optional
        Of :func:`tune_network` on a problem much like this one, where it is not to be chosen anew.
    seeds : range, optional
        With each of which it is trained; those of the preset if not given.
    """
    own = rate is None
    chosen = tune_network(settings, problem, protocol, name, make) if rate is None else rate
    samples, shorter = len(problem.training), None
    tuned_by = len(problem.training[: protocol.tuning_models])
    if own and len(chosen.errors) > 1:
        shorter = (protocol.tuning_epochs * protocol.steps(tuned_by), chosen.errors[chosen.best])
    trained = []
    for seed in settings.seeds() if seeds is None else seeds:
        network = make(seed)
        place = checkpoint_folder(settings, name, seed)
        tests: dict[int, float] = {}
        record = fit(
            network,
            problem.A,
            problem.training,
            problem.validation,
            protocol.training(settings.device, seed, samples, protocol.epochs, chosen.best),
            place,
            resume=True,
            callback=_look_at_test(network, problem, protocol, tests) if protocol.looked_at else None,
        )
        convergence = Convergence(record, protocol.steps(samples), shorter)
        trained.append(TrainedNetwork(network.cpu().eval(), record, chosen, convergence, tests, protocol))
    return trained


def _look_at_test(
    network: nn.Module, problem: NoisyProblem, protocol: TrainingProtocol, tests: dict[int, float]
) -> Callable[[EpochRecord], None]:
    def look(epoch: EpochRecord) -> None:
        # from all over the test models: the first half of MNIST's is another population than the second
        every = max(1, len(problem.test) // protocol.looked_at)
        found = _applied(network, problem.test_data[::every], protocol.at_a_time)
        tests[epoch.epoch] = nmse(found, problem.test[::every])

    return look


@torch.no_grad()
def _applied(network: nn.Module, data: Array, at_a_time: int) -> Array:
    device = next(network.parameters()).device
    blocks = torch.split(torch.from_numpy(data), at_a_time)
    return np.asarray(torch.cat([network(block.to(device)).cpu() for block in blocks]).numpy())
