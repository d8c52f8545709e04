"""Deblurring by sampling: a diffusion learned from the pictures, drawn from under the data in three ways."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from geoinv.checks import InputError
from geoinv.experiments.deblurring_networks import CHECKPOINTS
from geoinv.experiments.deblurring_problem import NOISE, Deblurring
from geoinv.experiments.measures import nmse
from geoinv.experiments.preset import RunSettings
from geoinv.learned.diffusion import Diffusion, fit
from geoinv.learned.pseudo_inverse import damped_pseudo_inverse
from geoinv.learned.sampling import dps, mcg, score_based

__all__ = ["Sampler", "sampling_methods", "train_diffusion"]

Array = npt.NDArray[Any]

_CANDIDATES = {"Diffusion": [1.0, 3.0, 10.0], "score-based": [0.3, 0.6, 1.0], "MCG": [0.3, 1.0, 3.0]}


def sampling_methods(settings: RunSettings) -> list[str]:
    """Samplers of a preset; Diffusion, as the paper's tables call it, is DPS."""
    return list(_CANDIDATES) if settings.preset == "full" else ["Diffusion"]


def train_diffusion(settings: RunSettings, training: Array, seed: int) -> Diffusion:
    """Diffusion of the training pictures, or the one that a run which was killed left."""
    folder = settings.folder / CHECKPOINTS
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{settings.preset} diffusion {seed}.safetensors"
    if path.exists():
        return Diffusion.load(path).to(settings.device)
    prior = Diffusion(
        training.shape[2:],
        channels=training.shape[1],
        steps=settings.choose(quick=8, cpu=100, full=1000),
        width=settings.choose(quick=8, cpu=24, full=64),
        depth=settings.choose(quick=1, cpu=3, full=3),
        seed=seed,
    ).to(settings.device)
    with _cheap_products(settings):
        fit(
            prior,
            torch.from_numpy(training),
            epochs=settings.choose(quick=1, cpu=5, full=300),
            batch=settings.choose(quick=8, cpu=8, full=64),
            learning_rate=settings.choose(quick=1e-3, cpu=1e-3, full=5e-4),
            seed=seed,
        )
    prior.save(path)
    return prior


class Sampler:
    """A sampler with its strength chosen on validation pictures.

    Parameters
    ----------
    method : {"Diffusion", "score-based", "MCG"}
    prior : Diffusion
    settings : RunSettings
    problem : Deblurring

    Attributes
    ----------
    chosen : float
        Strength of DPS and MCG, or relaxation of the score-based projection.
    seconds : float
        Taken by the draws of the last call.
    """

    def __init__(self, method: str, prior: Diffusion, settings: RunSettings, problem: Deblurring) -> None:
        self.method, self.prior, self.settings, self.A, self.seconds = method, prior, settings, problem.A, 0.0
        candidates = settings.choose(quick=[1.0], cpu=_CANDIDATES[method], full=_CANDIDATES[method])
        count = settings.choose(quick=1, cpu=3, full=16)
        truth, data = problem.validation[:count], problem.validation_data[:count]
        # what the projections amplify is not to be noise alone
        damping = NOISE * float(np.abs(problem.validation_data).mean()) / float(problem.training.std())
        self.pseudo_inverse = damped_pseudo_inverse(problem.A, damping)
        self.chosen = candidates[0]
        if len(candidates) > 1:
            errors = [self._error(value, truth, data) for value in candidates]
            self.chosen = candidates[int(np.argmin(errors))]

    def __call__(self, data: Array, seed: int) -> Array:
        """One draw for each of (pictures, 3, rows, columns) data."""
        began = time.perf_counter()
        found = self._draw(self.chosen, data, seed)
        self.seconds = time.perf_counter() - began
        return found

    def _error(self, value: float, truth: Array, data: Array) -> float:
        try:
            return nmse(self._draw(value, data, self.settings.seed), truth)
        except InputError:  # a pull under which the draws do not stay finite
            return float("inf")

    def _draw(self, value: float, data: Array, seed: int) -> Array:
        observed = torch.from_numpy(data).to(self.prior.centre)
        with _cheap_products(self.settings):
            return np.asarray(self._sampled(value, observed, seed)[0].float().cpu().numpy())

    def _sampled(self, value: float, observed: Tensor, seed: int) -> Tensor:
        prior, A, pull_back = self.prior, self.A, self.pseudo_inverse
        if self.method == "Diffusion":
            return dps(prior, A, observed, strength=value, seed=seed)
        if self.method == "score-based":
            return score_based(prior, A, observed, relaxation=value, pseudo_inverse=pull_back, seed=seed)
        return mcg(prior, A, observed, strength=value, pseudo_inverse=pull_back, seed=seed)


def _cheap_products(settings: RunSettings) -> torch.autocast:
    """Convolutions of half precision where a plain processor has to train in minutes."""
    return torch.autocast(settings.device.partition(":")[0], torch.bfloat16, enabled=settings.preset == "cpu")
