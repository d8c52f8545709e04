"""Diffusion of models into noise, step by step, and the way back for whoever can predict the noise."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch
from torch import Generator, Tensor, nn

from geoinv.core.checks import InputError, choice
from geoinv.core.progress import report
from geoinv.learned.layers.sizes import require_size

__all__ = ["SCHEDULES", "Noising", "signal_power"]

SCHEDULES = ("linear", "cosine")
# one step back magnifies an error of the predicted noise by (1 - variance)^(-1/2): Nichol and Dhariwal's own 0.999
# for the last steps of the cosine schedule would throw some draws far away
_LARGEST_STEP = 0.5


def signal_power(steps: int, schedule: str) -> Tensor:
    """Share of the model's variance that is left after each step, abar_t for t = 1 .. steps.

    Parameters
    ----------
    steps : int
        Number of steps T.
    schedule : {"linear", "cosine"}
        Ho et al. (2020), section 4 (its variances scaled by 1000/T, so that any T ends in noise), or
        Nichol and Dhariwal (2021), equation 17.

    Returns
    -------
    (steps,) float64 tensor, falling from near one to near zero

    Raises
    ------
    InputError
        If there are fewer than two steps, or no schedule of that name.

    Examples
    --------
    >>> signal_power(1000, "linear")[[0, -1]]
    tensor([9.9990e-01, 4.0358e-05], dtype=torch.float64)
    """
    if steps < 2:
        raise InputError(f"a diffusion expects two steps or more, got {steps}")
    require_size("a diffusion", 6 * steps)
    choice("a diffusion", "schedule", schedule, SCHEDULES)
    if schedule == "linear":
        variances = torch.linspace(1e-4, 2e-2, steps, dtype=torch.float64) * (1000 / steps)
    else:
        angles = (torch.arange(steps + 1, dtype=torch.float64) / steps + 0.008) / 1.008 * (math.pi / 2)
        left = torch.cos(angles).square()
        variances = 1 - left[1:] / left[:-1]
    return torch.cumprod(1 - variances.clamp(max=_LARGEST_STEP), 0)


class Noising(nn.Module, ABC):
    """Models that turn into noise over T steps, u_t = sqrt(abar_t) u_0 + sqrt(1 - abar_t) n (Ho et al. 2020).

    Works in normalised models u = (x - centre) / scale, with the mean of the models and one scale for all values.
    A subclass predicts the noise n of u_t.

    Parameters
    ----------
    shape : sequence of int
        Shape of one model: (N,) a vector, of rank 2 an image, of rank 3 a volume.
    channels : int
        Values a cell has; above one, models have the shape (channels, *shape).
    steps, schedule : int, str
        See :func:`signal_power`.
    """

    power: Tensor
    centre: Tensor
    scale: Tensor

    def __init__(self, shape: Sequence[int], channels: int, steps: int, schedule: str) -> None:
        super().__init__()
        self.shape = tuple(int(n) for n in shape)
        if min(self.shape, default=0) < 1 or channels < 1:
            raise InputError(f"a diffusion expects a shape and channels of one or more, got {self.shape}, {channels}")
        require_size("a diffusion", channels * math.prod(self.shape))
        self.channels = channels
        self.steps = steps
        self.register_buffer("power", signal_power(steps, schedule).to(torch.get_default_dtype()))
        self.register_buffer("centre", torch.zeros(self.model_shape))
        self.register_buffer("scale", torch.tensor(1.0))

    @abstractmethod
    def predict_noise(self, u: Tensor, step: Tensor) -> Tensor:
        """Most likely mean of the noise in u_t, of shape (batch, *model_shape), after `step` (batch,) = t - 1."""

    @property
    def model_shape(self) -> tuple[int, ...]:
        """Shape of one model with its channels."""
        return self.shape if self.channels == 1 else (self.channels, *self.shape)

    def normalised(self, models: Tensor) -> Tensor:
        """The u of models x."""
        return (models - self.centre) / self.scale

    def restored(self, u: Tensor) -> Tensor:
        """Models x of u."""
        return self.centre + self.scale * u

    def diffused(self, u: Tensor, step: Tensor, noise: Tensor) -> Tensor:
        """u_t of u_0 and a noise; `step` (batch,) counts from zero, t = step + 1."""
        power = self._power(step, u.ndim)
        return power.sqrt() * u + (1 - power).sqrt() * noise

    def predict_clean(self, u: Tensor, step: int) -> Tensor:
        """Expected u_0 given u_t (Tweedie's formula; Ho et al. 2020, equation 15)."""
        power = self.power[step]
        return (u - (1 - power).sqrt() * self.predict_noise(u, self._steps(u, step))) / power.sqrt()

    def score(self, models: Tensor, step: int) -> Tensor:
        """Gradient of the logarithm of the density of models blurred by the noise of a step.

        The blur has the standard deviation ``scale * sqrt((1 - abar)/abar)`` in the unit of the models: the
        smallest at step 0.

        Parameters
        ----------
        models : (batch, *model_shape) tensor
            Points x.
        step : int
            Step, from zero.
        """
        power = self.power[step]
        noise = self.predict_noise(power.sqrt() * self.normalised(models), self._steps(models, step))
        return -noise * (power / (1 - power)).sqrt() / self.scale

    def one_step_back(self, u: Tensor, clean: Tensor, step: int, generator: Generator) -> Tensor:
        """Draw u_{t-1} given u_t and the expected u_0 (Ho et al. 2020, equations 6 and 7).

        Parameters
        ----------
        u, clean : (batch, *model_shape) tensor
            u_t, and the result of :meth:`predict_clean`.
        step : int
            t - 1; the last one, 0, gives `clean`.
        generator : Generator
            Source of the noise.
        """
        if step == 0:
            return clean
        now, before = self.power[step], self.power[step - 1]
        kept = now / before
        mean = (before.sqrt() * (1 - kept) * clean + kept.sqrt() * (1 - before) * u) / (1 - now)
        variance = (1 - kept) * (1 - before) / (1 - now)
        return mean + variance.sqrt() * self.noise_like(u, generator)

    @torch.no_grad()
    def sample(self, count: int, seed: int = 0) -> Tensor:
        """Draw models from the prior.

        Parameters
        ----------
        count : int
            How many.
        seed : int
            Equal seeds give equal models.

        Returns
        -------
        (count, *model_shape) tensor
        """
        generator = self.generator(seed)
        u = self.noise_like(self.centre.expand(count, *self.model_shape), generator)
        for step in reversed(range(self.steps)):
            u = self.one_step_back(u, self.predict_clean(u, step), step, generator)
            report("diffusion samples", self.steps - step, self.steps)
        return self.restored(u)

    def generator(self, seed: int) -> Generator:
        """Source of noise on the device of the diffusion."""
        return Generator(self.centre.device).manual_seed(seed)

    @staticmethod
    def noise_like(u: Tensor, generator: Generator) -> Tensor:
        """Standard normal numbers with the shape, type and device of `u`."""
        return torch.randn(u.shape, generator=generator, dtype=u.dtype, device=u.device)

    def _steps(self, u: Tensor, step: int) -> Tensor:
        return torch.full((u.shape[0],), step, device=u.device)

    def _power(self, step: Tensor, dimensions: int) -> Tensor:
        power = self.power[step]
        return power.reshape(-1, *[1] * (dimensions - 1))
