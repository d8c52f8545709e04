"""The networks that deblur: equal in size, tuned alike, trained alike."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from torch import nn

from geoinv.classical import choose
from geoinv.experiments.deblurring.problem import Deblurring
from geoinv.experiments.deblurring.whitening import tikhonov_filter
from geoinv.experiments.shared.parameter_matching import match_parameters, parameter_count
from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.shared.tight_start import start_tight
from geoinv.experiments.shared.tuned_training import Maker, TrainingProtocol
from geoinv.learned.layers.normalisation import Whitened
from geoinv.learned.networks.eunet import EUnet
from geoinv.learned.networks.learned_gradient import LearnedGradient
from geoinv.learned.networks.optenet import OPTEnet
from geoinv.learned.networks.proximal import Proximal
from geoinv.learned.networks.unrolled import UnrolledNetwork

__all__ = ["WITHOUT_EMBEDDING", "begins", "network_makers", "training_protocol", "whitening_damping"]

WITHOUT_EMBEDDING = "EUnet without embedding"
"""What the embedding is worth: the same network with E = I, its potential as wide as makes them equal in size."""

_DAMPINGS = [10.0 ** (exponent / 4.0) for exponent in range(-20, -3)]


_STARTS = {"EUnet": "begins as plain descent: tight frame", "Proximal": "begins near the identity"}


def training_protocol(settings: RunSettings) -> TrainingProtocol:
    """How all networks are tuned and trained."""
    return TrainingProtocol(
        rates=settings.choose(quick=[3e-3], cpu=[2e-3, 4e-3, 8e-3], full=[1e-3, 2e-3, 4e-3]),
        # with the few images of the preset cpu, more and noisier steps serve all networks better
        batch=settings.choose(quick=8, cpu=4, full=64),
        tuning_epochs=settings.choose(quick=1, cpu=1, full=10),
        epochs=settings.choose(quick=2, cpu=4, full=100),
        tuning_models=settings.choose(quick=None, cpu=400, full=None),
        at_a_time=10,
        precision=settings.choose(quick="float32", cpu="bfloat16", full="float32"),
    )


def begins(name: str, network: nn.Module) -> str:
    """What differs between the networks besides their form: data seen, and first weights."""
    whitened = isinstance(getattr(network, "normalisation", None), Whitened)
    seen = "sees whitened data" if whitened else "sees the data as they are"
    start = _STARTS.get(name.partition(",")[0])
    return f"{seen}; {start}" if start else seen


def network_makers(settings: RunSettings, problem: Deblurring) -> dict[str, Maker]:
    """Every network compared, by name, with as many parameters as EUnet within 5 %.

    All see whitened data; ``full`` also trains EUnet and Proximal as the paper does, on the data as they are.
    """
    layers = settings.choose(quick=2, cpu=4, full=8)
    embedding = settings.choose(quick=8, cpu=16, full=64)
    kernel = settings.choose(quick=3, cpu=5, full=5)
    potential_layers = settings.choose(quick=1, cpu=1, full=2)
    common: dict[str, Any] = {"channels": problem.training.shape[1], "layers": layers}
    embedded = {**common, "kernel": kernel, "potential_layers": potential_layers, "embedding": embedding}
    damping, scale = whitening_damping(problem), _deviation(problem)

    A = problem.A

    def eunet(seed: int, **more: Any) -> UnrolledNetwork:
        return start_tight(EUnet(A, hidden=2, seed=seed, **embedded, **more), seed)

    def proximal(seed: int, size: int, **more: Any) -> UnrolledNetwork:
        return Proximal(A, width=size, kernel=kernel, seed=seed, **common, **more)

    def optenet(seed: int, size: int, **more: Any) -> UnrolledNetwork:
        return OPTEnet(A, width=size, seed=seed, **embedded, **more)

    def learned_gradient(seed: int, size: int, **more: Any) -> UnrolledNetwork:
        return LearnedGradient(A, width=size, depth=2, seed=seed, **common, **more)

    def without_embedding(seed: int, size: int, **more: Any) -> UnrolledNetwork:
        return EUnet(A, hidden=2, width=size, seed=seed, **{**embedded, "embedding": 0}, **more)

    target = parameter_count(eunet(0))
    sized: dict[str, Callable[..., UnrolledNetwork]] = {"Proximal": proximal}
    if settings.preset == "full":
        sized |= {"OPTEnet": optenet, "LearnedGradient": learned_gradient}
    sized[WITHOUT_EMBEDDING] = without_embedding
    plain: dict[str, Callable[..., UnrolledNetwork]] = {"EUnet": eunet}
    for name, make in sized.items():
        size = match_parameters(partial(make, 0), target, range(1, 513))
        plain[name] = partial(make, size=size)

    def whitened(make: Callable[..., UnrolledNetwork], seed: int) -> nn.Module:
        return make(seed, normalisation=Whitened(damping, scale))

    makers: dict[str, Maker] = {name: partial(whitened, make) for name, make in plain.items()}
    if settings.preset == "full":
        makers |= {f"{name}, data as they are": plain[name] for name in ("EUnet", "Proximal")}
    # last: it is trained where it has something to explain
    makers[WITHOUT_EMBEDDING] = makers.pop(WITHOUT_EMBEDDING)
    return makers


def whitening_damping(problem: Deblurring) -> float:
    """Damping for which Tikhonov's estimate, where the networks begin, serves some validation images best."""
    truth, data = problem.validation[:20], problem.validation_data[:20]
    return choose(lambda d, damping: tikhonov_filter(problem.A, damping)(d), _DAMPINGS, truth, data)


def _deviation(problem: Deblurring) -> float:
    """Size of the training images without their mean colours."""
    return float((problem.training - problem.training.mean(axis=(2, 3), keepdims=True)).std())
