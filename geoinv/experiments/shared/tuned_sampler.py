"""Samplers that are compared: a diffusion learned from the training models, drawn from under the data in three ways."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from geoinv.core.checks import InputError
from geoinv.experiments.shared.bracket import Bracket, bracketed
from geoinv.experiments.shared.measures import nmse
from geoinv.experiments.shared.noisy_problem import NoisyProblem
from geoinv.experiments.shared.parameter_matching import parameter_count
from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.shared.tuned_training import CHECKPOINTS
from geoinv.formats.atomic import whole_file
from geoinv.learned.priors.diffusion import Diffusion, DiffusionRecord, fit
from geoinv.learned.sampling.diffusion_sampling import dps, mcg, score_based
from geoinv.learned.sampling.pseudo_inverse import PseudoInverse

__all__ = ["Sampler", "SamplingProtocol", "TrainedDiffusion", "train_diffusion"]

Array = npt.NDArray[Any]

VALIDATION = 1000
"""Most models that tell when a diffusion is trained."""


@dataclass(frozen=True)
class SamplingProtocol:
    """How the diffusion of an experiment is trained, and how its samplers are tuned.

    Parameters
    ----------
    steps, width, depth : int
        Of the :class:`geoinv.learned.priors.diffusion.Diffusion`.
    epochs, batch, learning_rate
        Of its training, at most as many epochs.
    patience : int
        Epochs that have to bring the validation loss down by 1 % for the training to go on.
    candidates : mapping of str to sequence of float
        The samplers, of "Diffusion" (DPS, as the paper's tables call it), "score-based" and "MCG", with the
        strengths to choose from, to begin with; of the second, relaxations, which end at 1.
    chosen_by : int
        Validation models to choose by.
    models : int, optional
        Training models that the diffusion learns from; None: all.
    half : bool
        Convolutions of half precision in training, where a plain processor has to train in minutes.
    """

    steps: int
    width: int
    depth: int
    epochs: int
    batch: int
    learning_rate: float
    patience: int
    candidates: Mapping[str, Sequence[float]]
    chosen_by: int
    models: int | None = None
    half: bool = False

    def products(self, device: torch.device) -> torch.autocast:
        """Context in which the diffusion is trained; draws, which are held against data, are of single precision."""
        # a cache would keep the first weights for as long as the context lasts, and nothing would be learned
        return torch.autocast(device.type, torch.bfloat16, enabled=self.half, cache_enabled=False)


@dataclass(frozen=True)
class TrainedDiffusion:
    """A diffusion, and how long it was trained.

    Attributes
    ----------
    prior : Diffusion
    record : DiffusionRecord
    patience : int
        Of the training.
    """

    prior: Diffusion
    record: DiffusionRecord
    patience: int

    @property
    def text(self) -> str:
        """Whether it was trained until its own validation loss was flat."""
        state = "flat" if self.record.flat(self.patience) else "still falling"
        return f"prior of {self.prior.steps} steps, {len(self.record.losses)} epochs, its validation loss {state}"


def train_diffusion(
    settings: RunSettings, models: Array, validation: Array, shape: Sequence[int], protocol: SamplingProtocol, seed: int
) -> TrainedDiffusion:
    """Diffusion of training models, or the one that a run which was killed left.

    Parameters
    ----------
    settings : RunSettings
        Preset, folder and device.
    models, validation : (samples, [channels,] *shape) array
        The latter tell when it is trained.
    shape : sequence of int
        Of one channel.
    protocol : SamplingProtocol
    seed : int
        Of first weights and training.
    """
    folder = settings.folder / CHECKPOINTS
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{settings.preset} diffusion {seed}.safetensors"
    history = path.with_suffix(".json")
    if path.exists() and history.exists():
        record = DiffusionRecord(**json.loads(history.read_text(encoding="utf-8")))
        return TrainedDiffusion(Diffusion.load(path).to(settings.device), record, protocol.patience)
    prior = Diffusion(
        shape,
        channels=models[0].size // math.prod(shape),
        steps=protocol.steps,
        width=protocol.width,
        depth=protocol.depth,
        seed=seed,
    ).to(settings.device)
    with protocol.products(prior.centre.device):
        record = fit(
            prior,
            torch.from_numpy(models[: protocol.models]),
            epochs=protocol.epochs,
            batch=protocol.batch,
            learning_rate=protocol.learning_rate,
            seed=seed,
            validation=torch.from_numpy(validation[:VALIDATION]),
            patience=protocol.patience,
        )
    prior.save(path)
    with whole_file(history) as partial:
        partial.write_text(json.dumps(asdict(record)), encoding="utf-8")
    return TrainedDiffusion(prior, record, protocol.patience)


class Sampler:
    """A sampler with its strength chosen on validation models.

    Parameters
    ----------
    method : str
        One of the protocol's candidates.
    trained : TrainedDiffusion
    problem : NoisyProblem
    protocol : SamplingProtocol
    seed : int
        Of the draws to choose by.
    pseudo_inverse : callable, optional
        What "score-based" and "MCG" pull back with; that of the dense matrix if not given.

    Attributes
    ----------
    tuned : Bracket
        Strength of DPS and MCG, or relaxation of the score-based projection, and what it was chosen from.
    seconds : float
        Taken by the draws of the last call.
    """

    def __init__(
        self,
        method: str,
        trained: TrainedDiffusion,
        problem: NoisyProblem,
        protocol: SamplingProtocol,
        seed: int,
        pseudo_inverse: PseudoInverse | None = None,
    ) -> None:
        self.method, self.trained, self.prior = method, trained, trained.prior
        self.A, self.protocol = problem.A, protocol
        self.pseudo_inverse, self.seconds = pseudo_inverse, 0.0
        count = protocol.chosen_by
        truth, data = problem.validation[:count], problem.validation_data[:count]
        self.tuned: Bracket = bracketed(
            protocol.candidates[method],
            lambda value: self._error(value, truth, data, seed),
            highest=1.0 if method == "score-based" else math.inf,
        )

    def __call__(self, data: Array, draws: int, seed: int) -> Array:
        """Draws (draws, samples, ...) for each of (samples, ...) data."""
        began = time.perf_counter()
        found = self._draw(self.tuned.best, data, draws, seed)
        self.seconds = time.perf_counter() - began
        return found

    @property
    def parameters(self) -> int:
        """How many numbers of the prior were learned."""
        return parameter_count(self.prior)

    @property
    def note(self) -> str:
        """How it came about, for the table."""
        setting = "relaxation" if self.method == "score-based" else "strength"
        by = f" by {self.protocol.chosen_by} validation models" if len(self.tuned.errors) > 1 else ""
        name = "DPS, " if self.method == "Diffusion" else ""
        return f"{name}{self.tuned.text(setting)}{by}; {self.trained.text}; seconds are of the draws"

    def _error(self, value: float, truth: Array, data: Array, seed: int) -> float:
        try:
            return nmse(self._draw(value, data, 1, seed)[0], truth)
        except InputError:  # a pull under which the draws do not stay finite
            return math.inf

    def _draw(self, value: float, data: Array, draws: int, seed: int) -> Array:
        observed = torch.from_numpy(data).to(self.prior.centre)
        return np.asarray(self._sampled(value, observed, draws, seed).cpu().numpy())

    def _sampled(self, value: float, observed: Tensor, draws: int, seed: int) -> Tensor:
        prior, A, inverse = self.prior, self.A, self.pseudo_inverse
        if self.method == "Diffusion":
            return dps(prior, A, observed, draws=draws, strength=value, seed=seed)
        if self.method == "score-based":
            return score_based(prior, A, observed, draws=draws, relaxation=value, pseudo_inverse=inverse, seed=seed)
        return mcg(prior, A, observed, draws=draws, strength=value, pseudo_inverse=inverse, seed=seed)
