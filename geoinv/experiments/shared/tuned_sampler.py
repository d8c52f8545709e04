"""Samplers that are compared: a diffusion learned from the training models, drawn from under the data in three ways."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from geoinv.core.checks import InputError
from geoinv.experiments.shared.measures import nmse
from geoinv.experiments.shared.noisy_problem import NoisyProblem
from geoinv.experiments.shared.parameter_matching import parameter_count
from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.shared.tuned_training import CHECKPOINTS, chosen_text
from geoinv.learned.priors.diffusion import Diffusion, fit
from geoinv.learned.sampling.diffusion_sampling import dps, mcg, score_based
from geoinv.learned.sampling.pseudo_inverse import PseudoInverse

__all__ = ["Sampler", "SamplingProtocol", "train_diffusion"]

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class SamplingProtocol:
    """How the diffusion of an experiment is trained, and how its samplers are tuned.

    Parameters
    ----------
    steps, width, depth : int
        Of the :class:`geoinv.learned.priors.diffusion.Diffusion`.
    epochs, batch, learning_rate
        Of its training.
    candidates : mapping of str to sequence of float
        The samplers, of "Diffusion" (DPS, as the paper's tables call it), "score-based" and "MCG", with the
        strengths to choose from; of the second, relaxations.
    chosen_by : int
        Validation models to choose by.
    half : bool
        Convolutions of half precision, where a plain processor has to train in minutes.
    """

    steps: int
    width: int
    depth: int
    epochs: int
    batch: int
    learning_rate: float
    candidates: Mapping[str, Sequence[float]]
    chosen_by: int
    half: bool = False

    def products(self, device: torch.device) -> torch.autocast:
        """Context in which networks compute with the precision of this protocol."""
        return torch.autocast(device.type, torch.bfloat16, enabled=self.half)


def train_diffusion(
    settings: RunSettings, models: Array, shape: Sequence[int], protocol: SamplingProtocol, seed: int
) -> Diffusion:
    """Diffusion of training models, or the one that a run which was killed left.

    Parameters
    ----------
    settings : RunSettings
        Preset, folder and device.
    models : (samples, [channels,] *shape) array
    shape : sequence of int
        Of one channel.
    protocol : SamplingProtocol
    seed : int
        Of first weights and training.
    """
    folder = settings.folder / CHECKPOINTS
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{settings.preset} diffusion {seed}.safetensors"
    if path.exists():
        return Diffusion.load(path).to(settings.device)
    prior = Diffusion(
        shape,
        channels=models[0].size // math.prod(shape),
        steps=protocol.steps,
        width=protocol.width,
        depth=protocol.depth,
        seed=seed,
    ).to(settings.device)
    with protocol.products(prior.centre.device):
        fit(
            prior,
            torch.from_numpy(models),
            epochs=protocol.epochs,
            batch=protocol.batch,
            learning_rate=protocol.learning_rate,
            seed=seed,
        )
    prior.save(path)
    return prior


class Sampler:
    """A sampler with its strength chosen on validation models.

    Parameters
    ----------
    method : str
        One of the protocol's candidates.
    prior : Diffusion
    problem : NoisyProblem
    protocol : SamplingProtocol
    seed : int
        Of the draws to choose by.
    pseudo_inverse : callable, optional
        What "score-based" and "MCG" pull back with; that of the dense matrix if not given.

    Attributes
    ----------
    chosen : float
        Strength of DPS and MCG, or relaxation of the score-based projection.
    seconds : float
        Taken by the draws of the last call.
    """

    def __init__(
        self,
        method: str,
        prior: Diffusion,
        problem: NoisyProblem,
        protocol: SamplingProtocol,
        seed: int,
        pseudo_inverse: PseudoInverse | None = None,
    ) -> None:
        self.method, self.prior, self.A, self.protocol = method, prior, problem.A, protocol
        self.pseudo_inverse, self.seconds = pseudo_inverse, 0.0
        candidates, count = protocol.candidates[method], protocol.chosen_by
        self.chosen = candidates[0]
        if len(candidates) > 1:
            truth, data = problem.validation[:count], problem.validation_data[:count]
            errors = [self._error(value, truth, data, seed) for value in candidates]
            self.chosen = candidates[int(np.argmin(errors))]

    def __call__(self, data: Array, draws: int, seed: int) -> Array:
        """Draws (draws, samples, ...) for each of (samples, ...) data."""
        began = time.perf_counter()
        found = self._draw(self.chosen, data, draws, seed)
        self.seconds = time.perf_counter() - began
        return found

    @property
    def parameters(self) -> int:
        """How many numbers of the prior were learned."""
        return parameter_count(self.prior)

    @property
    def note(self) -> str:
        """How it came about, for the table."""
        protocol, tuned = self.protocol, "relaxation" if self.method == "score-based" else "strength"
        candidates = protocol.candidates[self.method]
        by = f" by {protocol.chosen_by} validation samples" if len(candidates) > 1 else ""
        prior = f"prior of {protocol.steps} steps, epochs trained: {protocol.epochs}"
        name = "DPS, " if self.method == "Diffusion" else ""
        return f"{name}{chosen_text(tuned, self.chosen, candidates)}{by}; {prior}; seconds are of the draws"

    def _error(self, value: float, truth: Array, data: Array, seed: int) -> float:
        try:
            return nmse(self._draw(value, data, 1, seed)[0], truth)
        except InputError:  # a pull under which the draws do not stay finite
            return math.inf

    def _draw(self, value: float, data: Array, draws: int, seed: int) -> Array:
        observed = torch.from_numpy(data).to(self.prior.centre)
        with self.protocol.products(observed.device):
            return np.asarray(self._sampled(value, observed, draws, seed).float().cpu().numpy())

    def _sampled(self, value: float, observed: Tensor, draws: int, seed: int) -> Tensor:
        prior, A, inverse = self.prior, self.A, self.pseudo_inverse
        if self.method == "Diffusion":
            return dps(prior, A, observed, draws=draws, strength=value, seed=seed)
        if self.method == "score-based":
            return score_based(prior, A, observed, draws=draws, relaxation=value, pseudo_inverse=inverse, seed=seed)
        return mcg(prior, A, observed, draws=draws, strength=value, pseudo_inverse=inverse, seed=seed)
