"""What trained methods are compared on: models in three parts, and their noisy data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator

__all__ = ["NOISE", "NoisyProblem", "noise_level", "noisy_data"]

Array = npt.NDArray[Any]

NOISE = 0.01
"""Standard deviation of the noise, as a share of the mean ``|d|`` of each sample."""


@dataclass(frozen=True)
class NoisyProblem:
    """Models to train, to choose and to test with, and noisy data of the latter two.

    Attributes
    ----------
    A : LinearOperator
        Makes the data.
    training, validation, test : (samples, [channels,] *domain_shape) float32 array
        The last is never used for a choice.
    validation_data, test_data : (samples, [channels,] *range_shape) float32 array
        With noise; that of the training is drawn anew in every epoch.
    """

    A: LinearOperator
    training: Array
    validation: Array
    test: Array
    validation_data: Array
    test_data: Array


def noise_level(data: Array) -> Array:
    """Standard deviation of the noise of each of (samples, ...) data, in an array (samples, 1, ...) to multiply with.

    Examples
    --------
    >>> noise_level(np.array([[1.0, -3.0]])).tolist()
    [[0.02]]
    """
    return np.asarray(NOISE * np.abs(data).mean(axis=tuple(range(1, data.ndim)), keepdims=True))


def noisy_data(A: LinearOperator, models: Array, random: np.random.Generator) -> Array:
    """Data of (samples, ...) models with normal noise of :func:`noise_level`, in single precision."""
    clean = A(models)
    return np.asarray(clean + noise_level(clean) * random.standard_normal(clean.shape), np.float32)
