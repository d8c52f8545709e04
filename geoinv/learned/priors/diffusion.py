"""A small diffusion model: a network that learned to predict the noise in models of a data set."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import torch
from torch import Generator, Tensor, nn

from geoinv.core.checks import InputError, shape_text, whole_number
from geoinv.core.progress import report
from geoinv.learned.configuration.table_checks import call_with
from geoinv.learned.layers.unet import UNet
from geoinv.learned.layers.weights import load_into, read_weights, write_weights
from geoinv.learned.priors.noising import Noising

__all__ = ["Diffusion", "DiffusionRecord", "fit"]

FLAT = 0.01
"""Share below which a fall of the validation loss counts as none."""

# the average of the weights forgets over about 1 / (1 - decay) batches, fewer at the beginning
_LONGEST_DECAY = 0.999


class Diffusion(Noising):
    """Prior learned from models by denoising (DDPM, Ho et al. 2020), with the U-Net of this package.

    Parameters
    ----------
    shape : sequence of int
        Shape of one model: (N,) a vector, of rank 2 an image, of rank 3 a volume.
    channels : int
        Values a cell has; above one, models have the shape (channels, *shape).
    steps : int
        Steps T from a model to noise, and back.
    schedule : {"linear", "cosine"}
        How the noise grows, see :func:`~geoinv.learned.priors.noising.signal_power`.
    width, depth : int
        Size of the network, see :class:`~geoinv.learned.layers.unet.UNet`.
    seed : int
        Of the first weights.

    Attributes
    ----------
    extremes : (2,) tensor
        Least and largest value in the models that it learned from. Expected models are cut there: the
        first steps back magnify an error of the predicted noise a hundred times (as in the code of Ho et al. 2020).

    Raises
    ------
    InputError
        If the rank is not 1, 2 or 3, a vector has channels, or a number is too small.

    Examples
    --------
    >>> prior = Diffusion((2,), steps=10, width=8)
    >>> record = fit(prior, torch.randn(64, 2), epochs=1)
    >>> prior.sample(5, seed=1).shape
    torch.Size([5, 2])
    """

    extremes: Tensor

    def __init__(
        self,
        shape: Sequence[int],
        channels: int = 1,
        *,
        steps: int = 200,
        schedule: str = "linear",
        width: int = 32,
        depth: int = 2,
        seed: int = 0,
    ) -> None:
        super().__init__(shape, channels, steps, schedule)
        rank = len(self.shape)
        if rank not in (1, 2, 3) or (rank == 1 and channels != 1):
            raise InputError(
                "Diffusion expects the shape of a vector (one channel), an image or a volume, "
                f"got {shape_text(self.shape)} with {channels} channels"
            )
        self.settings: dict[str, Any] = {
            "shape": list(self.shape),
            "channels": channels,
            "steps": steps,
            "schedule": schedule,
            "width": width,
            "depth": depth,
        }
        # finite, as what is read from a file has to be
        self.register_buffer("extremes", torch.tensor([-1.0, 1.0]) * torch.finfo(torch.float32).max)
        features = self.shape[0] if rank == 1 else channels
        # forked, so that building a network leaves the caller's random numbers alone
        first = whole_number("Diffusion", "seed", seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(first)
            self.denoiser = UNet(features, features, width, 0 if rank == 1 else rank, depth, time=True)

    def predict_clean(self, u: Tensor, step: int) -> Tensor:
        """Expected u_0 given u_t, no further out than the models that were learned from."""
        low, high = self.extremes
        return self.normalised(self.restored(super().predict_clean(u, step)).clamp(low, high))

    def predict_noise(self, u: Tensor, step: Tensor) -> Tensor:
        """Noise in u_t as the network sees it."""
        fields = u.unsqueeze(1) if len(self.shape) > 1 and self.channels == 1 else u
        # times from 0 to 1,000 whatever T is: what the embedding of the network is made for
        return cast(Tensor, self.denoiser(fields, step * (1000 / self.steps))).reshape(u.shape)

    def loss(self, models: Tensor, generator: Generator) -> Tensor:
        """Mean square error of the predicted noise at random steps (Ho et al. 2020, equation 14).

        Parameters
        ----------
        models : (batch, *model_shape) tensor
            Models x, not normalised.
        generator : Generator
            Source of the steps and the noise.
        """
        u = self.normalised(models)
        step = torch.randint(self.steps, (len(u),), generator=generator, device=u.device)
        noise = self.noise_like(u, generator)
        return (self.predict_noise(self.diffused(u, step, noise), step) - noise).square().mean()

    def save(self, path: str | Path) -> None:
        """Write weights, normalisation and settings into one safetensors file.

        Raises
        ------
        InputError
            If the file cannot be written.
        """
        write_weights(path, "Diffusion", self.settings, self.state_dict())

    @classmethod
    def load(cls, path: str | Path) -> Diffusion:
        """Read a file of :meth:`save`.

        Raises
        ------
        InputError
            If the file is truncated or holds something else.
        """
        settings, tensors = read_weights(path, "Diffusion")
        diffusion: Diffusion = call_with(f"{path} (settings of its diffusion)", cls, settings)
        load_into(path, diffusion, tensors)
        return diffusion


@dataclass(frozen=True)
class DiffusionRecord:
    """What the training of a diffusion came to, epoch by epoch.

    Attributes
    ----------
    losses : list of float
        Mean loss of the training models while the weights move.
    validation : list of float
        Loss of the validation models with the average of the weights, by the same noise in each epoch; empty where
        there are none.
    """

    losses: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)

    def flat(self, patience: int) -> bool:
        """Whether the last epochs have not brought the validation loss 1 % below the least before them.

        Parameters
        ----------
        patience : int
            How many epochs.

        Examples
        --------
        >>> DiffusionRecord([], [0.9, 0.5, 0.499, 0.498]).flat(2), DiffusionRecord([], [0.9, 0.5, 0.49]).flat(1)
        (True, False)
        """
        before, last = self.validation[:-patience], self.validation[-patience:]
        return bool(before) and min(last) > (1.0 - FLAT) * min(before)


def fit(
    diffusion: Diffusion,
    models: Tensor,
    *,
    epochs: int,
    batch: int = 128,
    learning_rate: float = 1e-3,
    seed: int = 0,
    validation: Tensor | None = None,
    patience: int | None = None,
) -> DiffusionRecord:
    """Teach a diffusion the distribution of models, with Adam; it ends with the moving average of its weights.

    Parameters
    ----------
    diffusion : Diffusion
        Changed in place: its centre and scale become those of the models, its network learns.
    models : (count, *model_shape) tensor
        Training models; moved to the device of the diffusion batch by batch.
    epochs, batch : int
        Passes over the models, and models a step.
    learning_rate : float
        Step of Adam.
    seed : int
        Of the order of the models and their noise: equal seeds give equal weights.
    validation : (count, *model_shape) tensor, optional
        Models that are not trained with, whose loss is noted after each epoch.
    patience : int, optional
        End as soon as so many epochs have not lowered the validation loss by 1 %.

    Returns
    -------
    DiffusionRecord

    Raises
    ------
    InputError
        If the models have another shape or are not finite, or the loss becomes so; the diffusion then keeps
        the average of the weights before that.
    """
    if models.shape[1:] != diffusion.model_shape or not len(models):
        raise InputError(
            f"fit expects models of shape (count, *{diffusion.model_shape}), got {shape_text(models.shape)}"
        )
    bad = int((~torch.isfinite(models)).sum())
    if bad:
        raise InputError(f"fit expects finite models, got {bad} values that are not; remove these models")
    centre = models.mean(dim=0)
    diffusion.centre.copy_(centre)
    # one constant model has no scale
    diffusion.scale.fill_(float((models - centre).square().mean().sqrt()) or 1.0)
    diffusion.extremes.copy_(torch.stack(torch.aminmax(models)))
    average = copy.deepcopy(diffusion.denoiser)
    generator, order = diffusion.generator(seed), Generator().manual_seed(seed)
    adam = torch.optim.Adam(diffusion.denoiser.parameters(), lr=learning_rate)
    starts = range(0, len(models), batch)
    record = DiffusionRecord()
    done = 0
    try:
        for epoch in range(epochs):
            shuffled = torch.randperm(len(models), generator=order)
            total = torch.zeros((), device=diffusion.centre.device)
            for number, start in enumerate(starts):
                chosen = models[shuffled[start : start + batch]].to(diffusion.centre)
                adam.zero_grad()
                loss = diffusion.loss(chosen, generator)
                if not bool(torch.isfinite(loss)):
                    raise InputError(
                        f"fit expects a finite loss, got {loss.item()} in batch {number + 1} of epoch {epoch + 1}; "
                        "lower the learning rate"
                    )
                loss.backward()  # type: ignore[no-untyped-call]
                adam.step()
                done += 1
                _follow(average, diffusion.denoiser, min(_LONGEST_DECAY, done / (done + 10)))
                total += loss.detach() * len(chosen)
                report("training of the diffusion", done, epochs * len(starts))
            record.losses.append(float(total) / len(models))
            if validation is not None:
                own = copy.deepcopy(diffusion.denoiser.state_dict())
                diffusion.denoiser.load_state_dict(average.state_dict())
                record.validation.append(_held_back_loss(diffusion, validation, batch, seed))
                diffusion.denoiser.load_state_dict(own)
            if patience is not None and record.flat(patience):
                break
    finally:
        diffusion.denoiser.load_state_dict(average.state_dict())
    return record


@torch.no_grad()
def _held_back_loss(diffusion: Diffusion, models: Tensor, batch: int, seed: int) -> float:
    """Mean loss of models by the same steps and noise whenever it is asked for."""
    generator = diffusion.generator(seed + 1)
    parts = torch.split(models, batch)
    losses = [float(diffusion.loss(part.to(diffusion.centre), generator)) * len(part) for part in parts]
    return sum(losses) / len(models)


@torch.no_grad()
def _follow(average: nn.Module, network: nn.Module, decay: float) -> None:
    """Move the average a little towards the network."""
    for kept, new in zip(average.parameters(), network.parameters(), strict=True):
        kept.lerp_(new, 1 - decay)
