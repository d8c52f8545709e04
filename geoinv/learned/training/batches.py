"""Batches of a training: of stored models in a random order, or of a stream; and what is held back to choose by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import InputError
from geoinv.learned.training.examples import Examples, generator_of, with_noise
from geoinv.learned.training.stream import Stream, check_stream, checked_draw
from geoinv.learned.training.training_settings import TrainingSettings

__all__ = ["LAYERS", "Batches", "HeldBack", "batches_of", "held_back"]

ORDER, NOISE, LAYERS, VALIDATION, DRAW = range(5)
"""What random numbers are for: each has a source of its own."""


class Batches(Protocol):
    """Samples of an epoch, batch by batch: the same in every process, and whenever they are drawn."""

    samples: int
    checksum: str

    def epoch(self, number: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Models and noisy data of each batch."""


@dataclass(frozen=True)
class HeldBack:
    """Models with noisy data, drawn once, by which the best epoch is chosen.

    Parameters
    ----------
    models, data : (samples, ...) tensor
    checksum : str
        Tells them from others.
    """

    models: Tensor
    data: Tensor
    checksum: str


def batches_of(
    A: LinearOperator | None, models: Any, settings: TrainingSettings, dtype: torch.dtype, device: torch.device
) -> Batches:
    """Batches of stored models, or of a stream.

    Parameters
    ----------
    A : LinearOperator or None
        Makes the data of stored models.
    models : array, tensor or Stream
    settings : TrainingSettings
        Their batch, noise, seed and loss count.
    dtype, device
        Of the batches.

    Raises
    ------
    InputError
        As :class:`geoinv.learned.training.examples.Examples`, and for a stream that does not say what it is.
    """
    if isinstance(models, Stream):
        check_stream(models, "stream")
        return _Streamed(models, settings, dtype, device)
    return _Stored(_examples(A, models, "training models", settings, dtype, device), settings, device)


def held_back(
    A: LinearOperator | None,
    models: Any,
    validation: Any,
    settings: TrainingSettings,
    dtype: torch.dtype,
    device: torch.device,
) -> HeldBack:
    """Validation models with the one draw of their data.

    Parameters
    ----------
    validation : array, tensor, Stream or int
        A number is that of samples drawn from the stream in `models`, which no batch of the training has.
    A, models, settings, dtype, device
        As in :func:`batches_of`.

    Raises
    ------
    InputError
        As :func:`batches_of`, and for a number without a stream.
    """
    if isinstance(validation, int) and not isinstance(validation, bool):
        if not isinstance(models, Stream):
            raise InputError(
                f"training expects validation models beside models that are stored, got the number {validation}; give "
                "models, or a stream to draw from"
            )
        if validation < 1:
            raise InputError(f"training expects one validation sample or more, got {validation}")
        return _drawn_once(models, validation, settings, dtype, device)
    if isinstance(validation, Stream):
        check_stream(validation, "validation stream")
        return _drawn_once(validation, validation.samples, settings, dtype, device)
    examples = _examples(A, validation, "validation models", settings, dtype, device)
    noise = generator_of(device, settings.seed, VALIDATION)
    return HeldBack(examples.models, with_noise(examples.clean, settings.noise, noise), examples.checksum)


class _Stored:
    """Batches of models in memory, in another order and with other noise in each epoch."""

    def __init__(self, examples: Examples, settings: TrainingSettings, device: torch.device) -> None:
        self.examples, self.settings, self.device = examples, settings, device
        self.samples, self.checksum = len(examples), examples.checksum

    def epoch(self, number: int) -> Iterator[tuple[Tensor, Tensor]]:
        settings = self.settings
        order = torch.randperm(self.samples, generator=generator_of("cpu", settings.seed, ORDER, number))
        for step, rows in enumerate(torch.split(order.to(self.device), settings.batch)):
            noise = generator_of(self.device, settings.seed, NOISE, number, step)
            yield self.examples.models[rows], with_noise(self.examples.clean[rows], settings.noise, noise)


class _Streamed:
    """Batches that a stream draws, each by the seed, its epoch and its step."""

    def __init__(self, stream: Stream, settings: TrainingSettings, dtype: torch.dtype, device: torch.device) -> None:
        self.stream, self.settings, self.dtype, self.device = stream, settings, dtype, device
        self.samples, self.checksum = stream.samples, stream.checksum

    def epoch(self, number: int) -> Iterator[tuple[Tensor, Tensor]]:
        seed, batch = self.settings.seed, self.settings.batch
        for step, start in enumerate(range(0, self.samples, batch)):
            drawn = checked_draw(self.stream, min(batch, self.samples - start), seed, DRAW, number, step)
            yield _ready(*drawn, self.settings, self.dtype, self.device)


def _drawn_once(
    stream: Stream, count: int, settings: TrainingSettings, dtype: torch.dtype, device: torch.device
) -> HeldBack:
    drawn = checked_draw(stream, count, settings.seed, VALIDATION)
    return HeldBack(*_ready(*drawn, settings, dtype, device), f"{stream.checksum}, {count} drawn")


def _ready(
    models: Tensor, data: Tensor, settings: TrainingSettings, dtype: torch.dtype, device: torch.device
) -> tuple[Tensor, Tensor]:
    _check_sizes(models, settings)
    return models.to(device, dtype), data.to(device, dtype)


def _examples(
    A: LinearOperator | None,
    models: Any,
    name: str,
    settings: TrainingSettings,
    dtype: torch.dtype,
    device: torch.device,
) -> Examples:
    if A is None:
        raise InputError(f"training expects the operator that makes the data of {name}, got None; give A, or a stream")
    examples = Examples(A, models, name, dtype, device)
    _check_sizes(examples.models, settings)
    return examples


def _check_sizes(models: Tensor, settings: TrainingSettings) -> None:
    """Reject models of zero where errors are relative to them."""
    if settings.loss != "relative":
        return
    zero = int((models.flatten(1) == 0.0).all(1).sum())
    if zero:
        raise InputError(
            f'the loss "relative" expects models that are not zero everywhere, got {zero} of {len(models)} that are; '
            'leave them out, or take the loss "squared"'
        )
