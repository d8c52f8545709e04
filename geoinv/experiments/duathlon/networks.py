"""The duathlon's networks: OPTEnet, EUnet and their rivals, trained by both losses with several seeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from geoinv.experiments.duathlon.problem import Duathlon
from geoinv.experiments.duathlon.training import Trained, train_tuned
from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.shared.seeds import over_seeds
from geoinv.experiments.shared.table import Row
from geoinv.learned.networks.eunet import EUnet
from geoinv.learned.networks.learned_gradient import LearnedGradient
from geoinv.learned.networks.optenet import OPTEnet
from geoinv.learned.networks.proximal import Proximal
from geoinv.learned.networks.unrolled import UnrolledNetwork
from geoinv.operators import TotalTime

__all__ = ["EMBEDDING", "LAYERS", "TrainedNetworks", "network_rows", "train_networks"]

PAPER = {"Proximal": 3.5e-1, "OPTEnet": 8.2e-2, "EUnet": 4.1e-2}
"""Table 1, which was trained by the unsquared loss."""

EMBEDDING, LAYERS = 128, 8
LOSSES = {"squared": "squared loss", "norm": "the paper's loss, unsquared"}

Maker = Callable[[TotalTime, int], UnrolledNetwork]


@dataclass(frozen=True)
class TrainedNetworks:
    """What the trainings came to.

    Attributes
    ----------
    rows : list of Row
        NMSE, and what is left of the way from the best linear estimator to the posterior mean.
    shown : dict of str to Trained
        Networks of the first seed and the squared loss.
    """

    rows: list[Row]
    shown: dict[str, Trained]

    def save(self, folder: Path) -> None:
        """Write the weights of OPTEnet and EUnet."""
        for name in ("OPTEnet", "EUnet"):
            self.shown[name].network.save(folder / f"{name}.safetensors")


def train_networks(settings: RunSettings, problems: Sequence[Duathlon]) -> TrainedNetworks:
    """Train every network by both losses, once for each of the problems, which differ in their seed."""
    size = settings.choose(quick=8, cpu=EMBEDDING, full=EMBEDDING)
    layers = settings.choose(quick=2, cpu=LAYERS, full=LAYERS)
    rows: list[Row] = []
    shown: dict[str, Trained] = {}
    for loss, case in LOSSES.items():
        for name, make in _makers(size, layers).items():
            of_seed = partial(make, problems[0].A)
            trained = train_tuned(settings, problems, f"{loss} {name}", of_seed, loss=loss)
            if loss == "squared":
                shown[name] = trained[0]
            paper = PAPER.get(name) if loss == "norm" else None
            rows += network_rows(settings, trained, case=case, method=name, paper=paper)
    return TrainedNetworks(rows, shown)


def _makers(size: int, layers: int) -> dict[str, Maker]:
    """Every network compared, by name."""
    return {
        "EUnet": lambda A, seed: EUnet(A, embedding=size, layers=layers, hidden=2, seed=seed),
        "OPTEnet": lambda A, seed: OPTEnet(A, embedding=size, layers=layers, seed=seed),
        "EUnet without embedding": lambda A, seed: EUnet(A, embedding=0, width=size, layers=layers, seed=seed),
        "Proximal": lambda A, seed: Proximal(A, width=size, layers=layers, seed=seed),
        "LearnedGradient": lambda A, seed: LearnedGradient(A, width=size // 2, layers=layers, seed=seed),
    }


def network_rows(
    settings: RunSettings, trained: Sequence[Trained], *, paper: float | None = None, note: str = "", **about: Any
) -> list[Row]:
    """Rows of a network trained once a seed: its NMSE, that over the Bayes error, and what is left to the latter."""
    count = len(trained)
    common: dict[str, Any] = {
        **about,
        "note": "; ".join(text for text in (note, trained[0].note) if text),
        "parameters": trained[0].network.parameter_count,
        "seconds": sum(one.record.seconds for one in trained) / count,
    }
    bayes = sum(one.bayes for one in trained) / count
    measures: dict[str, tuple[list[float], dict[str, float | None]]] = {
        "NMSE": ([one.error for one in trained], {"limit": bayes, "paper": paper}),
        "NMSE / Bayes error": ([one.error / one.bayes for one in trained], {"limit": 1.0}),
        "(MSE - Bayes)/(LMMSE - Bayes)": ([one.way_left for one in trained], {"limit": 0.0}),
    }
    return [
        settings.row(**common, metric=metric, **over_seeds(values), **beside)
        for metric, (values, beside) in measures.items()
    ]
