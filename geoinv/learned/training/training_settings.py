"""How a network is trained: the numbers that decide it, checked before anything runs."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields
from typing import Any

from geoinv.core.checks import InputError, choice, is_whole, whole_number

__all__ = ["ADDED", "LOSSES", "OPTIMIZERS", "PRECISIONS", "SCHEDULES", "TrainingSettings"]

LOSSES = ("norm", "squared", "relative", "data")
OPTIMIZERS = ("Adam", "AdamW")
PRECISIONS = ("float32", "bfloat16")
SCHEDULES = ("constant", "cosine", "cosine per step")


@dataclass(frozen=True)
class TrainingSettings:
    """Settings of a training by Adam or AdamW.

    Parameters
    ----------
    loss : {"norm", "squared", "relative", "data"}, optional
        Mean over the samples of ``|f(b) - x|``, of ``|f(b) - x|^2``, of ``|f(b) - x|^2 / |x|^2`` (the NMSE of each
        sample), or of the second plus `data_weight` times ``|A f(b) - b|^2``.
    data_weight : float, optional
        Weight of the data in the loss "data".
    learning_rate, weight_decay : float, optional
        Of the optimizer.
    batch : int, optional
        Samples a step, over all processes together.
    epochs : int, optional
        Passes over the training models.
    seed : int, optional
        Of the order of the samples and of the noise.
    noise : float, optional
        Standard deviation of the noise, as a share of the mean ``|b|`` of each sample; of no effect on a stream, which
        gives its own data.
    schedule : {"constant", "cosine", "cosine per step"}, optional
        The learning rate: constant, or falling to zero along half a cosine, from epoch to epoch or from step to step.
    clip : float, optional
        Largest norm of a gradient; a longer one is shortened to it. None leaves all as they are.
    precision : {"float32", "bfloat16"}, optional
        Of convolutions and matrix products; the loss and the weights stay as they are.
    device : str, optional
        As torch names it, such as "cpu" or "cuda"; "auto" is a GPU where there is one.
    optimizer : {"Adam", "AdamW"}, optional
        With Adam the weight decay is a part of the gradient; with AdamW it is decoupled from it: each step shrinks the
        weights by the rate times the decay.
    warmup : int, optional
        Steps in which the learning rate rises from nearly zero to that of the schedule.
    average : float, optional
        Decay of an exponential moving average of the weights over the steps, such as 0.999 for about the last
        thousand; validation, the best epoch and the final weights are then those of the average. None: no average.
    layers : sequence of int, optional
        Numbers of layers, of which one is drawn for each batch, for networks whose layers may change
        (:class:`geoinv.learned.EUnet`). None: every batch takes the layers of the network.

    Raises
    ------
    InputError
        If a value is not one of these.

    Notes
    -----
    The loss "norm", Adam and 300 epochs at a constant rate are those of Eliasof, Haber and Treister
    (arXiv 2402.04653, section 5).

    Examples
    --------
    >>> TrainingSettings(epochs=20).learning_rate_of(10)
    0.001
    >>> TrainingSettings(warmup=100).learning_rate_of(1, step=24, steps=1000)
    0.00025
    """

    loss: str = "norm"
    data_weight: float = 1.0
    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    batch: int = 128
    epochs: int = 300
    seed: int = 0
    noise: float = 0.01
    schedule: str = "constant"
    clip: float | None = None
    precision: str = "float32"
    device: str = "auto"
    optimizer: str = "Adam"
    warmup: int = 0
    average: float | None = None
    layers: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        """Reject what no training can use."""
        owner = "training"
        choice(owner, "loss", self.loss, LOSSES)
        choice(owner, "schedule", self.schedule, SCHEDULES)
        choice(owner, "precision", self.precision, PRECISIONS)
        choice(owner, "optimizer", self.optimizer, OPTIMIZERS)
        for name, least in (("batch", 1), ("epochs", 1), ("seed", 0), ("warmup", 0)):
            object.__setattr__(self, name, whole_number(owner, name, getattr(self, name), least))
        for name in ("data_weight", "weight_decay", "noise"):
            if not _is_number(getattr(self, name)) or getattr(self, name) < 0:
                raise InputError(f"{owner} expects {name} to be zero or more, got {getattr(self, name)!r}")
        for name in ("learning_rate", "clip"):
            value = getattr(self, name)
            if value is not None and (not _is_number(value) or value <= 0):
                raise InputError(f"{owner} expects {name} to be above zero, got {value!r}")

        if self.average is not None and not (_is_number(self.average) and 0.0 < self.average < 1.0):
            raise InputError(f"{owner} expects average to be between 0 and 1, such as 0.999, got {self.average!r}")
        if self.layers is not None:
            object.__setattr__(self, "layers", self._checked_layers(self.layers))

    def _checked_layers(self, layers: object) -> tuple[int, ...]:
        """Numbers of layers to draw from, as a file keeps them."""
        if (
            not isinstance(layers, (list, tuple))
            or not layers
            or not all(is_whole(number, 1) for number in layers)
            or len(set(layers)) < len(layers)
        ):
            raise InputError(
                f"training expects layers to be different whole numbers from 1 up, such as [4, 8, 16], got {layers!r}"
            )
        return tuple(int(number) for number in layers)

    def learning_rate_of(self, epoch: int, step: int = 0, steps: int = 1) -> float:
        """Learning rate of a step.

        Parameters
        ----------
        epoch : int
            From 1.
        step, steps : int, optional
            Number of the step in its epoch, from 0, and how many an epoch has.
        """
        rate, before = self.learning_rate, (epoch - 1) * steps + step
        if self.warmup:
            rate *= min(1.0, (before + 1) / self.warmup)
        if self.schedule == "constant":
            return rate
        over = (epoch - 1) / self.epochs if self.schedule == "cosine" else before / (self.epochs * steps)
        return 0.5 * rate * (1.0 + math.cos(math.pi * over))

    def check_steps(self, steps: int) -> None:
        """Reject a warm-up that no step of the training would come out of.

        Parameters
        ----------
        steps : int
            Of an epoch.

        Raises
        ------
        InputError
            With the steps that there are.
        """
        if self.warmup >= self.epochs * steps:
            raise InputError(
                f"training expects a warmup of fewer steps than its {self.epochs * steps} ({self.epochs} epochs of "
                f"{steps}), got {self.warmup}; warm up for less, or train for longer"
            )

    def decisive(self) -> dict[str, Any]:
        """Return the settings on which the trained weights depend: all but the device."""
        settings = asdict(self)
        del settings["device"]
        return settings


ADDED = {
    field.name: field.default
    for field in fields(TrainingSettings)
    if field.name in ("optimizer", "warmup", "average", "layers")
}
"""Settings that trainings of older versions do not say, and what these trained with."""


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
