"""Ablations on the duathlon: size of the embedding, shared weights, layers added after training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import cast

from geoinv.experiments.duathlon.networks import EMBEDDING, LAYERS, network_rows
from geoinv.experiments.duathlon.problem import Duathlon
from geoinv.experiments.duathlon.training import Maker, Trained, test_error, train_tuned
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
        trained = train_tuned(settings, problems, f"embedding {size}", partial(of_width, width))
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

    def matched(make: Callable[[int, int], UnrolledNetwork]) -> Maker:
        width = match_parameters(lambda width: make(width, 0), target, sizes)
        return lambda seed: make(width, seed)

    networks: dict[str, Maker] = {
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
        trained = train_tuned(settings, problems, f"sharing {name}", make)
        eunets = eunets or trained
        rows += network_rows(settings, trained, case=case, method=name)
    return rows, eunets


def layer_rows(settings: RunSettings, problems: Sequence[Duathlon], eunets: Sequence[Trained]) -> list[Row]:
    """EUnets with other numbers of steps over the same time: trained with one number, and with numbers drawn.

    Parameters
    ----------
    settings : RunSettings
    problems : sequence of Duathlon
    eunets : sequence of Trained
        Trained with their own number of layers in every batch, one a seed.
    """
    own = eunets[0].network.layers
    drawn = settings.choose(quick=(1, 2, 4), cpu=(4, 8, 16), full=(4, 8, 16))
    numbers = settings.choose(quick=(2, 4, 8), cpu=(4, 8, 12, 16, 32, 64), full=(4, 8, 12, 16, 32, 64))

    def make(seed: int) -> EUnet:
        return EUnet(problems[0].A, embedding=eunets[0].network.settings["embedding"], layers=own, hidden=2, seed=seed)

    several = train_tuned(settings, problems, "layers drawn", make, layers=drawn)
    text = f"{', '.join(map(str, drawn[:-1]))} or {drawn[-1]} layers, drawn for each batch"
    trainings = {f"trained with {own} layers": eunets, f"trained with {text}": several}
    rows: list[Row] = []
    for note, trained in trainings.items():
        for layers in numbers:
            ratios = []
            for one, problem in zip(trained, problems, strict=True):
                network = cast(EUnet, one.network)
                # what this ablation shows is what the warning of `layers` is about
                with network.taking(layers):
                    ratios.append(test_error(network, problem) / one.bayes)
            rows.append(
                settings.row(
                    case="layers after training",
                    method=f"EUnet, L = {layers}",
                    metric="NMSE / Bayes error",
                    **over_seeds(ratios),
                    limit=1.0,
                    parameters=trained[0].network.parameter_count,
                    seconds=sum(one.record.seconds for one in trained) / len(trained),
                    note=f"{note}; {trained[0].note}",
                )
            )
    return rows
