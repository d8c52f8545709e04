"""The networks that deblur: equal in size, tuned alike, trained alike."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from geoinv.checks import InputError
from geoinv.classical import choose
from geoinv.experiments.deblurring_problem import NOISE, Deblurring
from geoinv.experiments.deblurring_whitening import WhitenedNetwork, tikhonov_filter
from geoinv.experiments.parameter_matching import match_parameters, parameter_count
from geoinv.experiments.preset import RunSettings
from geoinv.experiments.tight_start import start_tight
from geoinv.learned.eunet import EUnet
from geoinv.learned.learned_gradient import LearnedGradient
from geoinv.learned.optenet import OPTEnet
from geoinv.learned.proximal import Proximal
from geoinv.learned.training import fit
from geoinv.learned.training_record import TrainingRecord
from geoinv.learned.training_settings import TrainingSettings
from geoinv.learned.unrolled import UnrolledNetwork
from geoinv.linop import LinearOperator

__all__ = ["CHECKPOINTS", "TrainedNetwork", "apply_network", "network_makers", "train_network", "whitening_damping"]

Maker = Callable[[int], nn.Module]
"""Builds a network from the seed of its first weights."""

CHECKPOINTS = "checkpoints"
"""Folder in that of the experiment from which a run that was killed goes on."""

_AT_A_TIME = 10

_DAMPINGS = [10.0 ** (exponent / 4.0) for exponent in range(-20, -3)]


@dataclass(frozen=True)
class TrainedNetwork:
    """A network of one seed after training.

    Attributes
    ----------
    network : torch.nn.Module
        With the weights of the epoch that served the validation pictures best.
    record : TrainingRecord
        Every epoch.
    chosen : mapping
        What the tuning grid came to.
    """

    network: nn.Module
    record: TrainingRecord
    chosen: Mapping[str, Any]


def network_makers(settings: RunSettings, problem: Deblurring) -> dict[str, Maker]:
    """Every network compared, by name, with as many parameters as EUnet within 5 %.

    All see whitened data; ``full`` also trains EUnet and Proximal as the paper does, on the data as they are.
    """
    layers = settings.choose(quick=2, cpu=4, full=8)
    embedding = settings.choose(quick=8, cpu=32, full=64)
    kernel = settings.choose(quick=3, cpu=5, full=5)
    potential_layers = settings.choose(quick=1, cpu=1, full=2)
    common: dict[str, Any] = {"channels": problem.training.shape[1], "layers": layers}
    embedded = {**common, "kernel": kernel, "potential_layers": potential_layers, "embedding": embedding}
    damping, scale = whitening_damping(problem), _deviation(problem)

    def eunet(A: LinearOperator, seed: int) -> UnrolledNetwork:
        return start_tight(EUnet(A, hidden=2, seed=seed, **embedded), seed)

    def proximal(A: LinearOperator, seed: int, size: int) -> UnrolledNetwork:
        return Proximal(A, width=size, kernel=kernel, seed=seed, **common)

    def optenet(A: LinearOperator, seed: int, size: int) -> UnrolledNetwork:
        return OPTEnet(A, width=size, seed=seed, **embedded)

    def learned_gradient(A: LinearOperator, seed: int, size: int) -> UnrolledNetwork:
        return LearnedGradient(A, width=size, depth=2, seed=seed, **common)

    target = parameter_count(eunet(problem.A, 0))
    sized: dict[str, Callable[..., UnrolledNetwork]] = {"Proximal": proximal}
    if settings.preset == "full":
        sized |= {"OPTEnet": optenet, "LearnedGradient": learned_gradient}
    plain: dict[str, Callable[[LinearOperator, int], UnrolledNetwork]] = {"EUnet": eunet}
    for name, make in sized.items():
        size = match_parameters(partial(make, problem.A, 0), target, range(1, 513))
        plain[name] = partial(make, size=size)

    def whitened(make: Callable[[LinearOperator, int], UnrolledNetwork], seed: int) -> nn.Module:
        return WhitenedNetwork(lambda A: make(A, seed), problem.A, damping, scale)

    makers: dict[str, Maker] = {name: partial(whitened, make) for name, make in plain.items()}
    if settings.preset == "full":
        makers |= {f"{name}, data as they are": partial(plain[name], problem.A) for name in ("EUnet", "Proximal")}
    return makers


def whitening_damping(problem: Deblurring) -> float:
    """Damping for which Tikhonov's estimate, where the networks begin, serves some validation pictures best."""
    truth, data = problem.validation[:20], problem.validation_data[:20]
    return choose(lambda d, damping: tikhonov_filter(problem.A, damping)(d), _DAMPINGS, truth, data)


def _deviation(problem: Deblurring) -> float:
    """Size of the training pictures without their mean colours."""
    return float((problem.training - problem.training.mean(axis=(2, 3), keepdims=True)).std())


def train_network(settings: RunSettings, problem: Deblurring, name: str, make: Maker, seed: int) -> TrainedNetwork:
    """Choose a network's rates by short trainings, then train it in full, from its checkpoint where there is one."""
    chosen = _tuned(settings, problem, make)
    network = make(seed)
    place = settings.folder / CHECKPOINTS / f"{settings.preset} {name} s{problem.scale:g} {seed}"
    place.mkdir(parents=True, exist_ok=True)
    training = _training(settings, settings.choose(quick=2, cpu=8, full=300), seed, chosen)
    record = fit(network, problem.A, problem.training, problem.validation, training, place, resume=True)
    return TrainedNetwork(network.cpu().eval(), record, chosen)


@torch.no_grad()
def apply_network(network: nn.Module, data: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Pictures that a network recovers from (pictures, 3, rows, columns) data."""
    starts = range(0, len(data), _AT_A_TIME)
    return torch.cat([network(torch.from_numpy(data[start : start + _AT_A_TIME])) for start in starts]).numpy()


def _tuned(settings: RunSettings, problem: Deblurring, make: Maker) -> dict[str, Any]:
    """Point of the grid with the least validation error after a short training on some of the pictures."""
    grid: dict[str, list[Any]] = settings.choose(
        quick={"learning_rate": [3e-3], "batch": [8]},
        cpu={"learning_rate": [2e-3, 4e-3, 8e-3], "batch": [4]},
        full={
            "learning_rate": [1e-2, 1e-3, 1e-4, 1e-5],
            "weight_decay": [1e-3, 1e-4, 1e-5, 1e-6, 0.0],
            "batch": [32, 64, 128, 256, 512],
        },
    )
    points = [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]
    models = problem.training[: settings.choose(quick=8, cpu=160, full=len(problem.training))]
    validation = problem.validation[: settings.choose(quick=4, cpu=20, full=100)]
    errors = []
    for point in points if len(points) > 1 else ():
        training = _training(settings, settings.choose(quick=1, cpu=2, full=3), settings.seed, point)
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
        clip=1.0,
        precision=settings.choose(quick="float32", cpu="bfloat16", full="float32"),
        device=settings.device,
        **chosen,
    )
