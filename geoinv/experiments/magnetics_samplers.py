"""Magnetic sections by sampling: a diffusion learned from digits, drawn from under the data in three ways."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from geoinv.checks import InputError
from geoinv.experiments.magnetics_networks import CHECKPOINTS
from geoinv.experiments.magnetics_problem import Magnetics
from geoinv.experiments.measures import nmse
from geoinv.experiments.preset import RunSettings
from geoinv.learned.diffusion import Diffusion, fit
from geoinv.learned.sampling import dps, mcg, score_based

__all__ = ["METHODS", "Sampler", "train_diffusion"]

Array = npt.NDArray[Any]

METHODS = ("Diffusion", "score-based", "MCG")
"""Diffusion, as the paper's tables call it, is DPS."""


def train_diffusion(settings: RunSettings, problem: Magnetics, seed: int) -> Diffusion:
    """Diffusion of the training models, or the one that a run which was killed left."""
    folder = settings.folder / CHECKPOINTS
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{settings.preset} diffusion {seed}.safetensors"
    if path.exists():
        return Diffusion.load(path).to(settings.device)
    prior = Diffusion(
        problem.A.domain_shape,
        steps=settings.choose(quick=8, cpu=100, full=1000),
        width=settings.choose(quick=4, cpu=16, full=64),
        seed=seed,
    ).to(settings.device)
    fit(
        prior,
        torch.from_numpy(problem.training),
        epochs=settings.choose(quick=1, cpu=2, full=100),
        batch=settings.choose(quick=64, cpu=128, full=128),
        learning_rate=settings.choose(quick=1e-3, cpu=2e-3, full=5e-4),
        seed=seed,
    )
    prior.save(path)
    return prior


_CANDIDATES = {
    "Diffusion": [0.03, 0.1, 0.3, 0.6],
    "score-based": [0.3, 0.6, 1.0],
    "MCG": [0.03, 0.1, 0.3, 0.6],
}


class Sampler:
    """One of :data:`METHODS` with its strength chosen on validation models.

    Parameters
    ----------
    method : str
    prior : Diffusion
    settings : RunSettings
    problem : Magnetics

    Attributes
    ----------
    chosen : float
        Strength of DPS and MCG, or relaxation of the score-based projection.
    seconds : float
        Taken by the draws of the last call.
    """

    def __init__(self, method: str, prior: Diffusion, settings: RunSettings, problem: Magnetics) -> None:
        self.method, self.prior, self.problem, self.seconds = method, prior, problem, 0.0
        self.chosen = 1.0
        count = settings.choose(quick=4, cpu=24, full=256)
        candidates = settings.choose(quick=[0.1], cpu=_CANDIDATES[method], full=_CANDIDATES[method])
        truth = problem.validation[:count]
        errors = [self._error(value, truth, problem.validation_data[:count], settings.seed) for value in candidates]
        self.chosen = candidates[int(np.argmin(errors))]

    def __call__(self, data: Array, draws: int, seed: int) -> Array:
        """Draws (draws, samples, 28, 28) for data (samples, 28)."""
        began = time.perf_counter()
        found = self._draw(self.chosen, data, draws, seed)
        self.seconds = time.perf_counter() - began
        return found

    def _error(self, value: float, truth: Array, data: Array, seed: int) -> float:
        try:
            return nmse(self._draw(value, data, 1, seed)[0], truth)
        except InputError:  # a pull under which the draws do not stay finite
            return float("inf")

    def _draw(self, value: float, data: Array, draws: int, seed: int) -> Array:
        A, observed = self.problem.A, torch.from_numpy(data).to(self.prior.centre)
        ways: dict[str, Callable[[], torch.Tensor]] = {
            "Diffusion": lambda: dps(self.prior, A, observed, draws=draws, strength=value, seed=seed),
            "score-based": lambda: score_based(self.prior, A, observed, draws=draws, relaxation=value, seed=seed),
            "MCG": lambda: mcg(self.prior, A, observed, draws=draws, strength=value, seed=seed),
        }
        return np.asarray(ways[self.method]().cpu().numpy())
