"""Models that are made while a network learns from them: drawn by seeds, none stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import InputError, shape_text, whole_number
from geoinv.learned.training.examples import generator_of, with_noise

__all__ = ["ModelStream", "Stream", "check_stream", "checked_draw"]

Array = npt.NDArray[Any]


@runtime_checkable
class Stream(Protocol):
    """Models with their noisy data, made on the fly.

    A draw follows from its seeds alone, so that a training can be resumed exactly and nothing is stored. The data are
    the stream's own: what a network is to take, noise and scaling included.
    """

    @property
    def samples(self) -> int:
        """How many a training draws in an epoch."""

    @property
    def checksum(self) -> str:
        """What makes the draws, in a few characters: two streams of one checksum draw the same."""

    def draw(self, count: int, *seeds: int) -> tuple[Tensor, Tensor]:
        """Models (count, ...) and data (count, ...) of the seeds."""


class ModelStream:
    """Stream of models with their data under an operator, and noise.

    Parameters
    ----------
    A : LinearOperator
        Makes the data; given to :func:`geoinv.learned.training.train.fit` as well, a resumed training is checked
        against it.
    models : callable
        ``models(count, random)`` gives (count, [channels,] *domain_shape) models of a numpy.random.Generator alone.
    samples : int
        Of an epoch.
    checksum : str
        Says what `models` makes, such as its name, settings and version.
    noise : float, optional
        Standard deviation of the noise, as a share of the mean ``|b|`` of each sample.

    Examples
    --------
    >>> from geoinv.algebra.matrices import MatrixOperator
    >>> stream = ModelStream(MatrixOperator([[2.0]]), lambda count, random: random.random((count, 1)), 64, "uniform")
    >>> models, data = stream.draw(3, 0, 1)
    >>> models.shape, bool((data / models - 2.0).abs().max() < 0.2)
    (torch.Size([3, 1]), True)
    """

    def __init__(
        self,
        A: LinearOperator,
        models: Callable[[int, np.random.Generator], Array],
        samples: int,
        checksum: str,
        noise: float = 0.01,
    ) -> None:
        self.A, self.models, self.samples, self.noise = A, models, samples, noise
        self.checksum = f"{checksum}, {A.name} to {shape_text(A.range_shape)}, noise {noise:g}"

    def draw(self, count: int, *seeds: int) -> tuple[Tensor, Tensor]:
        """Models and noisy data of the seeds."""
        models = np.ascontiguousarray(self.models(count, np.random.default_rng(seeds)))
        clean = torch.from_numpy(self.A(models))
        # not the numbers that made the models
        noise = generator_of("cpu", *seeds, 1)
        return torch.from_numpy(models).to(clean.dtype), with_noise(clean, self.noise, noise)


def checked_draw(stream: Stream, count: int, *seeds: int) -> tuple[Tensor, Tensor]:
    """Draw from a stream, and reject what no network could learn from.

    Raises
    ------
    InputError
        If the stream gives other than `count` finite real models and data.
    """
    drawn = stream.draw(count, *seeds)
    if not isinstance(drawn, tuple) or len(drawn) != 2:
        raise InputError(f"training expects a stream to draw (models, data), got {type(drawn).__name__}; return both")
    for name, values in zip(("models", "data"), drawn, strict=True):
        if not isinstance(values, Tensor) or not values.is_floating_point() or values.ndim < 2 or len(values) != count:
            got = f"{values.dtype} of {shape_text(values.shape)}" if isinstance(values, Tensor) else f"{type(values)}"
            raise InputError(
                f"training expects a stream to draw {count} {name}, a tensor of real numbers, samples first, got {got}"
            )
        if not bool(torch.isfinite(values).all()):
            raise InputError(
                f"training expects a stream to draw finite {name}, got others with the seeds {seeds}; mend the stream"
            )
    return drawn


def check_stream(stream: Stream, name: str) -> None:
    """Reject a stream that does not say what it is.

    Raises
    ------
    InputError
        If its samples are no whole number above zero, or its checksum is no text.
    """
    whole_number("training", f"samples of the {name}", stream.samples, least=1)
    checksum = stream.checksum
    if not isinstance(checksum, str) or not checksum:
        raise InputError(
            f"training expects the checksum of the {name} to be text that tells it from others, got {checksum!r}"
        )
