"""The networks that invert magnetic sections: equal in size, tuned alike, trained alike."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import nn

from geoinv.experiments.magnetics.problem import Magnetics
from geoinv.experiments.shared.bent_potential import bent
from geoinv.experiments.shared.parameter_matching import match_parameters, parameter_count
from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.shared.regression import RegressionNetwork
from geoinv.experiments.shared.tuned_training import Maker, TrainingProtocol
from geoinv.learned.layers.normalisation import Centred
from geoinv.learned.networks.eunet import EUnet
from geoinv.learned.networks.learned_gradient import LearnedGradient
from geoinv.learned.networks.optenet import OPTEnet
from geoinv.learned.networks.proximal import Proximal

__all__ = ["WITHOUT_EMBEDDING", "begins", "network_makers", "training_protocol"]

SCALE = 0.02
"""Unit of magnetization in which the networks count, chosen on validation models."""

POTENTIAL_LAYERS = 2

HIDDEN = 1
"""Columns of the hypernetwork of E(t)."""

WITHOUT_EMBEDDING = "EUnet without embedding"
"""What the embedding is worth: the same network with E = I, its potential as wide as makes them equal in size."""


def training_protocol(settings: RunSettings) -> TrainingProtocol:
    """How all networks are tuned and trained."""
    return TrainingProtocol(
        rates=settings.choose(quick=[1e-3], cpu=[5e-4, 1e-3, 2e-3], full=[5e-4, 1e-3, 2e-3]),
        batch=64,
        tuning_epochs=settings.choose(quick=1, cpu=1, full=10),
        epochs=settings.choose(quick=2, cpu=6, full=100),
        tuning_models=settings.choose(quick=None, cpu=27_520, full=None),
        at_a_time=1000,
        # data steps subtract numbers that half precision would not tell apart
        precision="float32",
        looked_at=2000,
    )


def network_makers(settings: RunSettings, problem: Magnetics) -> dict[str, Maker]:
    """Every network compared, by name, with as many parameters as EUnet within 5 %."""
    A, mean = problem.A, problem.training.mean(axis=0)
    layers = settings.choose(quick=2, cpu=3, full=8)
    embedding = settings.choose(quick=40, cpu=800, full=1024)
    width = settings.choose(quick=16, cpu=192, full=512)
    data = torch.from_numpy(A(problem.training))

    def eunet_with(embedding: int, width: int, seed: int) -> nn.Module:
        network = EUnet(
            A,
            embedding=embedding,
            layers=layers,
            potential_layers=POTENTIAL_LAYERS,
            width=width,
            hidden=HIDDEN,
            dense=True,
            seed=seed,
            normalisation=Centred(mean, SCALE),
        )
        return bent(network, seed)

    def eunet(seed: int) -> nn.Module:
        return eunet_with(embedding, width, seed)

    def optenet(size: int, seed: int) -> nn.Module:
        network = OPTEnet(
            A,
            embedding=embedding,
            layers=layers,
            potential_layers=POTENTIAL_LAYERS,
            width=size,
            dense=True,
            seed=seed,
            normalisation=Centred(mean, SCALE),
        )
        return bent(network, seed)

    def without_embedding(size: int, seed: int) -> nn.Module:
        return eunet_with(0, size, seed)

    def proximal(size: int, seed: int) -> nn.Module:
        return Proximal(A, width=size, layers=layers, seed=seed, dense=True, normalisation=Centred(mean, SCALE))

    def learned_gradient(size: int, seed: int) -> nn.Module:
        return LearnedGradient(
            A, width=size, depth=1, layers=layers, seed=seed, dense=True, normalisation=Centred(mean, SCALE)
        )

    def regression(size: int, seed: int) -> nn.Module:
        return RegressionNetwork(A, data, width=size, seed=seed)

    makers: dict[str, Maker] = {"EUnet": eunet}
    target = parameter_count(eunet(0))
    sized: dict[str, Callable[..., nn.Module]] = {
        "OPTEnet": optenet,
        "Proximal": proximal,
        "LearnedGradient": learned_gradient,
        "plain regression": regression,
        WITHOUT_EMBEDDING: without_embedding,
    }
    for name, make in sized.items():
        size = match_parameters(partial(make, seed=0), target, range(2, 2049, 2))
        makers[name] = partial(make, size)
    return makers


def begins(name: str) -> str:
    """What differs between the networks besides their form: units, and first weights."""
    if name == "plain regression":
        return "is not told the physics; sees normalised data"
    units = f"counts in deviations from the mean model, in units of {SCALE:g}"
    return f"{units}; first potential far from even" if name in ("EUnet", "OPTEnet", WITHOUT_EMBEDDING) else units
