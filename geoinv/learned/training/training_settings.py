"""How a network is trained: the numbers that decide it, checked before anything runs."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from geoinv.core.checks import InputError, choice

__all__ = ["LOSSES", "PRECISIONS", "SCHEDULES", "TrainingSettings"]

LOSSES = ("norm", "squared", "data")
PRECISIONS = ("float32", "bfloat16")
SCHEDULES = ("constant", "cosine")
LARGEST = 2**63 - 1


@dataclass(frozen=True)
class TrainingSettings:
    """Settings of a training by Adam.

    Parameters
    ----------
    loss : {"norm", "squared", "data"}, optional
        Mean over the samples of ``|f(b) - x|``, of ``|f(b) - x|^2``, or of the latter plus
        `data_weight` times ``|A f(b) - b|^2``.
    data_weight : float, optional
        Weight of the data in the loss "data".
    learning_rate, weight_decay : float, optional
        Of Adam.
    batch : int, optional
        Samples a step, over all processes together.
    epochs : int, optional
        Passes over the training models.
    seed : int, optional
        Of the order of the samples and of the noise.
    noise : float, optional
        Standard deviation of the noise, as a share of the mean ``|b|`` of each sample.
    schedule : {"constant", "cosine"}, optional
        The learning rate over the epochs: constant, or falling to zero along half a cosine.
    clip : float, optional
        Largest norm of a gradient; a longer one is shortened to it. None leaves all as they are.
    precision : {"float32", "bfloat16"}, optional
        Of convolutions and matrix products; the loss and the weights stay as they are.
    device : str, optional
        As torch names it, such as "cpu" or "cuda"; "auto" is a GPU where there is one.

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

    def __post_init__(self) -> None:
        """Reject what no training can use."""
        owner = "training"
        choice(owner, "loss", self.loss, LOSSES)
        choice(owner, "schedule", self.schedule, SCHEDULES)
        choice(owner, "precision", self.precision, PRECISIONS)
        for name, least in (("batch", 1), ("epochs", 1), ("seed", 0)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise InputError(f"{owner} expects {name} to be a whole number of at least {least}, got {value!r}")
            if value > LARGEST:
                raise InputError(f"{owner} expects {name} to be a whole number of at most 2^63 - 1, got a larger one")
        for name in ("data_weight", "weight_decay", "noise"):
            if not _is_number(getattr(self, name)) or getattr(self, name) < 0:
                raise InputError(f"{owner} expects {name} to be zero or more, got {getattr(self, name)!r}")
        for name in ("learning_rate", "clip"):
            value = getattr(self, name)
            if value is not None and (not _is_number(value) or value <= 0):
                raise InputError(f"{owner} expects {name} to be above zero, got {value!r}")

    def learning_rate_of(self, epoch: int) -> float:
        """Learning rate of an epoch, the first of which is 1."""
        if self.schedule == "constant":
            return self.learning_rate
        return 0.5 * self.learning_rate * (1.0 + math.cos(math.pi * (epoch - 1) / self.epochs))

    def decisive(self) -> dict[str, Any]:
        """Return the settings on which the trained weights depend: all but the device."""
        settings = asdict(self)
        del settings["device"]
        return settings


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
