"""The networks that invert magnetic sections: equal in size, tuned alike, trained alike."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from geoinv.checks import InputError
from geoinv.experiments.centred import CentredNetwork
from geoinv.experiments.magnetics_problem import NOISE, Magnetics
from geoinv.experiments.measures import nmse
from geoinv.experiments.parameter_matching import match_parameters, parameter_count
from geoinv.experiments.preset import RunSettings
from geoinv.experiments.regression import RegressionNetwork
from geoinv.learned.eunet import EUnet
from geoinv.learned.learned_gradient import LearnedGradient
from geoinv.learned.optenet import OPTEnet
from geoinv.learned.proximal import Proximal
from geoinv.learned.training import fit
from geoinv.learned.training_record import EpochRecord, TrainingRecord
from geoinv.learned.training_settings import TrainingSettings
from geoinv.learned.unrolled import seeded

__all__ = ["CHECKPOINTS", "TrainedNetwork", "apply_network", "network_makers", "train_network"]

Maker = Callable[[int], nn.Module]
"""Builds a network from the seed of its first weights."""

CHECKPOINTS = "checkpoints"
"""Folder in that of the experiment from which a run that was killed goes on."""

SCALE = 0.05
"""Unit of magnetization in which the networks count: what they first make of the data is then near 0.06."""

POTENTIAL_LAYERS = 2

WEIGHTS, BIASES = 3.0, 0.5
"""Deviations of the potential's first q and b."""

_AT_A_TIME = 1000
_SHOWN = 2000


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
        NMSE on test models after each epoch that this run trained, looked at for Figure 12 only.
    """

    network: nn.Module
    record: TrainingRecord
    chosen: Mapping[str, Any]
    test_errors: Mapping[int, float]


def network_makers(settings: RunSettings, problem: Magnetics) -> dict[str, Maker]:
    """Every network compared, by name, with as many parameters as EUnet within 5 %."""
    A, mean = problem.A, problem.training.mean(axis=0)
    layers = settings.choose(quick=2, cpu=3, full=8)
    embedding = settings.choose(quick=40, cpu=1024, full=2048)
    width = settings.choose(quick=16, cpu=320, full=512)
    data = torch.from_numpy(A(problem.training))

    def centred(network: nn.Module) -> nn.Module:
        return CentredNetwork(network, A, mean, SCALE)

    def eunet(seed: int) -> nn.Module:
        network = EUnet(
            A,
            embedding=embedding,
            layers=layers,
            potential_layers=POTENTIAL_LAYERS,
            width=width,
            hidden=2,
            dense=True,
            seed=seed,
        )
        return centred(_bent(network, seed))

    def optenet(size: int, seed: int) -> nn.Module:
        network = OPTEnet(
            A,
            embedding=embedding,
            layers=layers,
            potential_layers=POTENTIAL_LAYERS,
            width=size,
            dense=True,
            seed=seed,
        )
        return centred(_bent(network, seed))

    def proximal(size: int, seed: int) -> nn.Module:
        return centred(Proximal(A, width=size, layers=layers, seed=seed, dense=True))

    def learned_gradient(size: int, seed: int) -> nn.Module:
        return centred(LearnedGradient(A, width=size, depth=1, layers=layers, seed=seed, dense=True))

    def regression(size: int, seed: int) -> nn.Module:
        return RegressionNetwork(A, data, width=size, seed=seed)

    makers: dict[str, Maker] = {"EUnet": eunet}
    target = parameter_count(eunet(0))
    sized: dict[str, Callable[..., nn.Module]] = {
        "OPTEnet": optenet,
        "Proximal": proximal,
        "LearnedGradient": learned_gradient,
        "plain regression": regression,
    }
    for name, make in sized.items():
        size = match_parameters(partial(make, seed=0), target, range(2, 2049, 2))
        makers[name] = partial(make, size)
    return makers


def train_network(
    settings: RunSettings, problem: Magnetics, name: str, make: Maker, seeds: Sequence[int]
) -> list[TrainedNetwork]:
    """Choose a network's rates by short trainings, then train it in full with each seed, from checkpoints if any."""
    chosen = _tuned(settings, problem, make)
    trained = []
    for seed in seeds:
        network = make(seed)
        place = settings.folder / CHECKPOINTS / f"{settings.preset} {name} {seed}"
        place.mkdir(parents=True, exist_ok=True)
        training = _training(settings, settings.choose(quick=2, cpu=14, full=300), seed, chosen)
        tests: dict[int, float] = {}
        record = fit(
            network,
            problem.A,
            problem.training,
            problem.validation,
            training,
            place,
            resume=True,
            callback=partial(_look_at_test, network, problem, tests),
        )
        trained.append(TrainedNetwork(network.cpu().eval(), record, chosen, tests))
    return trained


@torch.no_grad()
def apply_network(network: nn.Module, data: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Models that a network recovers from (samples, ...) data."""
    blocks = torch.split(torch.from_numpy(data), _AT_A_TIME)
    return np.asarray(torch.cat([network(block) for block in blocks]).numpy())


@torch.no_grad()
def _look_at_test(network: nn.Module, problem: Magnetics, tests: dict[int, float], epoch: EpochRecord) -> None:
    """Note the error on the first test models; nothing is chosen by it."""
    device = next(network.parameters()).device
    found = network(torch.from_numpy(problem.test_data[:_SHOWN]).to(device)).cpu()
    tests[epoch.epoch] = nmse(found, problem.test[:_SHOWN])


@torch.no_grad()
def _bent(network: EUnet | OPTEnet, seed: int) -> EUnet | OPTEnet:
    """Start the potential far from even and small: an odd, weak gradient learns little more than a linear map."""
    generator = seeded(seed)
    for parameters, size in ((network.potential.weights, WEIGHTS), *((b, BIASES) for b in network.potential.biases)):
        parameters.copy_(size * torch.randn(parameters.shape, generator=generator))
    return network


def _tuned(settings: RunSettings, problem: Magnetics, make: Maker) -> dict[str, Any]:
    """Point of the grid with the least validation error after a short training on some of the models."""
    grid: dict[str, list[Any]] = settings.choose(
        quick={"learning_rate": [1e-3], "batch": [64]},
        cpu={"learning_rate": [1e-3, 2e-3, 4e-3], "batch": [256]},
        full={
            "learning_rate": [1e-2, 1e-3, 1e-4, 1e-5],
            "weight_decay": [1e-3, 1e-4, 1e-5, 1e-6, 0.0],
            "batch": [32, 64, 128, 256, 512],
        },
    )
    points = [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]
    models, validation = problem.training[:20_000], problem.validation[:1000]
    errors = []
    for point in points if len(points) > 1 else ():
        training = _training(settings, epochs=4, seed=settings.seed, chosen=point)
        try:
            record = fit(make(settings.seed), problem.A, models, validation, training)
        except InputError:  # a rate that is too high for this network
            errors.append(math.inf)
        else:
            errors.append(record.best.validation_error)
    return points[int(np.argmin(errors))] if errors else points[0]


def _training(settings: RunSettings, epochs: int, seed: int, chosen: Mapping[str, Any]) -> TrainingSettings:
    return TrainingSettings(
        loss="squared",
        noise=NOISE,
        epochs=epochs,
        seed=seed,
        schedule="cosine",
        precision=settings.choose(quick="float32", cpu="bfloat16", full="float32"),
        device=settings.device,
        **chosen,
    )
