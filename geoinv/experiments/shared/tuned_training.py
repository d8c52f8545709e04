"""How each network is tuned on validation models, and all are trained alike."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from geoinv.experiments.shared.measures import nmse
from geoinv.experiments.shared.noisy_problem import NOISE, NoisyProblem
from geoinv.experiments.shared.parameter_matching import parameter_count
from geoinv.experiments.shared.preset import RunSettings
from geoinv.learned.training.train import DivergenceError, fit
from geoinv.learned.training.training_record import EpochRecord, TrainingRecord
from geoinv.learned.training.training_settings import TrainingSettings

__all__ = [
    "CHECKPOINTS",
    "Maker",
    "TrainedNetwork",
    "TrainingProtocol",
    "checkpoint_folder",
    "chosen_text",
    "seeds_of",
    "train_network",
]

Array = npt.NDArray[Any]

Maker = Callable[[int], nn.Module]
"""Builds a network from the seed of its first weights."""

CHECKPOINTS = "checkpoints"
"""Folder in that of the experiment from which a run that was killed goes on."""


def seeds_of(settings: RunSettings) -> range:
    """Seeds of a run, with each of which everything is trained: three in ``full``, else one."""
    return range(settings.seed, settings.seed + settings.choose(quick=1, cpu=1, full=3))


@dataclass(frozen=True)
class TrainingProtocol:
    """How all networks of an experiment are tuned and trained.

    Parameters
    ----------
    grid : mapping of str to sequence
        Values of fields of :class:`geoinv.learned.training.training_settings.TrainingSettings` to choose from.
    tuning_epochs, epochs : int
        Of the training of each point of the grid, and of the one that counts.
    tuning_models, tuning_validation : int or None
        How many models the points of the grid are trained with, and judged by; None: all.
    at_a_time : int
        Samples to which a trained network is applied together.
    precision : {"float32", "bfloat16"}
        Of products while training.
    clip : float, optional
        Largest norm of a gradient.
    looked_at : int, optional
        Test models whose error is noted after each epoch, for Figure 12; nothing is chosen by it.
    """

    grid: Mapping[str, Sequence[Any]]
    tuning_epochs: int
    epochs: int
    tuning_models: int | None
    tuning_validation: int
    at_a_time: int
    precision: str
    clip: float | None = None
    looked_at: int = 0

    def points(self) -> list[dict[str, Any]]:
        """Every point of the grid."""
        return [dict(zip(self.grid, values, strict=True)) for values in product(*self.grid.values())]

    def training(self, device: str, seed: int, epochs: int, point: Mapping[str, Any]) -> TrainingSettings:
        """Settings of one training, with the squared loss and a learning rate that falls along half a cosine."""
        return TrainingSettings(
            loss="squared",
            noise=NOISE,
            epochs=epochs,
            seed=seed,
            schedule="cosine",
            clip=self.clip,
            precision=self.precision,
            device=device,
            **point,
        )


@dataclass(frozen=True)
class TrainedNetwork:
    """A network of one seed after training.

    Attributes
    ----------
    network : torch.nn.Module
        With the weights of the epoch that served the validation models best.
    record : TrainingRecord
        Every epoch.
    chosen : mapping
        What the tuning grid came to.
    test_errors : mapping
        NMSE on test models after each epoch that this run trained, where the protocol looks at it.
    protocol : TrainingProtocol
        What it was trained by.
    """

    network: nn.Module
    record: TrainingRecord
    chosen: Mapping[str, Any]
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
        grid = self.protocol.grid
        chosen = [chosen_text(name.replace("_", " "), value, grid[name]) for name, value in self.chosen.items()]
        return ", ".join([f"{len(self.record.epochs)} epochs", *chosen])


def chosen_text(name: str, value: float, grid: Sequence[float]) -> str:
    """What was chosen from a grid, with a warning where a longer grid might have served better.

    Examples
    --------
    >>> chosen_text("strength", 3.0, [0.3, 1.0, 3.0]), chosen_text("batch", 8, [8])
    ('strength 3 (edge of the grid)', 'batch 8 (not tuned)')
    """
    if len(grid) == 1:
        return f"{name} {value:g} (not tuned)"
    return f"{name} {value:g}" + (" (edge of the grid)" if value in (min(grid), max(grid)) else "")


def checkpoint_folder(settings: RunSettings, name: str, seed: int) -> Path:
    """Folder of the checkpoints of one network and seed, which is made."""
    place = settings.folder / CHECKPOINTS / f"{settings.preset} {name} {seed}"
    place.mkdir(parents=True, exist_ok=True)
    return place


def train_network(
    settings: RunSettings, problem: NoisyProblem, protocol: TrainingProtocol, name: str, make: Maker
) -> list[TrainedNetwork]:
    """Choose a network's rates by short trainings, then train it in full with each seed, from checkpoints if any.

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
    """
    chosen = _tuned(settings, problem, protocol, make)
    trained = []
    for seed in seeds_of(settings):
        network = make(seed)
        place = checkpoint_folder(settings, name, seed)
        tests: dict[int, float] = {}
        record = fit(
            network,
            problem.A,
            problem.training,
            problem.validation,
            protocol.training(settings.device, seed, protocol.epochs, chosen),
            place,
            resume=True,
            callback=_look_at_test(network, problem, protocol, tests) if protocol.looked_at else None,
        )
        trained.append(TrainedNetwork(network.cpu().eval(), record, chosen, tests, protocol))
    return trained


def _tuned(settings: RunSettings, problem: NoisyProblem, protocol: TrainingProtocol, make: Maker) -> dict[str, Any]:
    """Point of the grid with the least validation error after a short training on some of the models."""
    points = protocol.points()
    models = problem.training[: protocol.tuning_models]
    validation = problem.validation[: protocol.tuning_validation]
    errors = []
    for point in points if len(points) > 1 else ():
        training = protocol.training(settings.device, settings.seed, protocol.tuning_epochs, point)
        try:
            record = fit(make(settings.seed), problem.A, models, validation, training)
        except DivergenceError:  # a rate that is too high for this network
            errors.append(math.inf)
        else:
            errors.append(record.best.validation_error)
    return points[int(np.argmin(errors))] if errors else points[0]


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
