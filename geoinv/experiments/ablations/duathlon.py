"""Ablations on the duathlon: size of the embedding, shared weights, layers added after training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import cast

from geoinv.experiments.duathlon.networks import EMBEDDING, LAYERS, network_rows
from geoinv.experiments.duathlon.problem import Duathlon
from geoinv.experiments.duathlon.training import Trained, duathlon_training, test_error, train
from geoinv.experiments.shared.parameter_matching import match_parameters
from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.shared.seeds import over_seeds
from geoinv.experiments.shared.table import Row
from geoinv.learned.networks.eunet import EUnet
from geoinv.learned.networks.optenet import OPTEnet
from geoinv.learned.networks.proximal import Proximal
from geoinv.learned.networks.unrolled import UnrolledNetwork

__all__ = ["embedding_rows", "layer_rows", "sharing_rows"]

UNKNOWNS = 2
"""N of the duathlon."""


def embedding_rows(settings: RunSettings, problems: Sequence[Duathlon]) -> list[Row]:
    """EUnet with K/N from 1 to 64 and without E, its potential as wide as keeps the number of parameters."""
    largest = settings.choose(quick=64, cpu=EMBEDDING, full=EMBEDDING)
    layers = settings.choose(quick=2, cpu=LAYERS, full=LAYERS)
    A = problems[0].A
    target = EUnet(A, embedding=largest, layers=layers, hidden=2).parameter_count
    every = settings.choose(quick=2, cpu=4, full=2)
    embeddings = [k for k in (every**power * UNKNOWNS for power in range(7)) if k <= largest]
    rows: list[Row] = []
    for size in [0, *embeddings]:

        def of_width(width: int, seed: int = 0, size: int = size) -> EUnet:
            return EUnet(A, embedding=size, width=width, layers=layers, hidden=2, seed=seed)

        width = match_parameters(of_width, target, range(2, 4 * largest))
        trained = _trained(settings, problems, lambda seed, width=width: of_width(width, seed))  # type: ignore[misc]
        name = f"K/N = {size // UNKNOWNS}" if size else "no embedding, E = I"
        note = f"potential {width} wide" + ("" if size else ": what the embedding itself is worth")
        rows += network_rows(settings, trained, case="embedding, equal parameters", method=name, note=note)
    return rows


def sharing_rows(settings: RunSettings, problems: Sequence[Duathlon]) -> tuple[list[Row], list[Trained]]:
    """Networks with one set of weights for all layers and with one each, as wide as makes them equal in size.

    Returns
    -------
    rows : list of Row
    eunets : list of Trained
        The trained EUnets, one a seed.
    """
    size = settings.choose(quick=64, cpu=EMBEDDING, full=EMBEDDING)
    layers = settings.choose(quick=2, cpu=LAYERS, full=LAYERS)
    A, case = problems[0].A, "shared weights, equal parameters"
    target = EUnet(A, embedding=size, layers=layers, hidden=2).parameter_count
    sizes = range(4, 8 * size)

    def matched(make: Callable[[int, int], UnrolledNetwork]) -> Callable[[int], UnrolledNetwork]:
        width = match_parameters(lambda width: make(width, 0), target, sizes)
        return lambda seed: make(width, seed)

    networks: dict[str, Callable[[int], UnrolledNetwork]] = {
        "EUnet (weights of each layer)": lambda seed: EUnet(A, embedding=size, layers=layers, hidden=2, seed=seed),
        "OPTEnet (shared weights)": matched(
            lambda width, seed: OPTEnet(A, embedding=size, width=width, layers=layers, seed=seed)
        ),
        "Proximal (weights of each layer)": matched(
            lambda width, seed: Proximal(A, width=width, layers=layers, seed=seed)
        ),
        "Proximal (shared weights)": matched(
            lambda width, seed: Proximal(A, width=width, layers=layers, shared=True, seed=seed)
        ),
    }
    rows: list[Row] = []
    eunets: list[Trained] = []
    for name, make in networks.items():
        trained = _trained(settings, problems, make)
        eunets = eunets or trained
        rows += network_rows(settings, trained, case=case, method=name)
    return rows, eunets


def layer_rows(settings: RunSettings, problems: Sequence[Duathlon], eunets: Sequence[Trained]) -> list[Row]:
    """Trained EUnets with more steps over the same time."""
    rows: list[Row] = []
    trained_with = eunets[0].network.layers
    for factor in (1, 2, 4):
        ratios = []
        for trained, problem in zip(eunets, problems, strict=True):
            network = cast(EUnet, trained.network)
            # what this ablation shows is what the warning of `layers` is about
            with network.taking(factor * trained_with):
                ratios.append(test_error(network, problem) / trained.bayes)
        rows.append(
            settings.row(
                case="layers after training",
                method=f"EUnet, L = {factor * trained_with}",
                metric="NMSE / Bayes error",
                **over_seeds(ratios),
                limit=1.0,
                parameters=eunets[0].network.parameter_count,
                note=f"trained with L = {trained_with}",
            )
        )
    return rows


def _trained(
    settings: RunSettings, problems: Sequence[Duathlon], make: Callable[[int], UnrolledNetwork]
) -> list[Trained]:
    """One training a seed."""
    training = duathlon_training(settings)
    return [
        train(make(seed), problem, replace(training, seed=seed)) for seed, problem in enumerate(problems, settings.seed)
    ]
