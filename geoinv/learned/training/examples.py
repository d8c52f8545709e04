"""What a network learns from: models, their clean data, and noise that can be drawn again."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import InputError, finite, shape_text

__all__ = ["Examples", "generator_of", "models_checksum", "with_noise"]

BLOCK = 2**24
"""Unknowns to which the operator is applied at a time."""


class Examples:
    """Models with their clean data, on one device.

    Parameters
    ----------
    A : LinearOperator
        Makes the data.
    models : (samples, [channels,] *domain_shape) array or tensor
        Clean models.
    name : str
        What they are called in errors, such as "training models".
    dtype : torch.dtype
        Of models and data.
    device : torch.device
        Where both stay.

    Attributes
    ----------
    models, clean : tensor
        The models, and A of them.
    checksum : str
        Tells two sets of models apart.

    Raises
    ------
    InputError
        If there is no sample, the shape does not fit the operator, or a value is not finite.
    """

    def __init__(self, A: LinearOperator, models: Any, name: str, dtype: torch.dtype, device: torch.device) -> None:
        array = _array(A, models, name)
        self.checksum = _checksum(array)
        self.models = torch.tensor(array, dtype=dtype, device=device)
        self.clean = torch.empty((*array.shape[: array.ndim - len(A.domain_shape)], *A.range_shape), dtype=dtype)
        count = max(1, BLOCK // max(1, array[0].size))
        for start in range(0, len(array), count):
            rows = slice(start, start + count)
            self.clean[rows] = torch.from_numpy(A(array[rows])).to(dtype)
        self.clean = self.clean.to(device)

    def __len__(self) -> int:
        """Count of samples."""
        return len(self.models)


def models_checksum(A: LinearOperator, models: Any, name: str) -> str:
    """Return what tells two sets of models apart: :attr:`Examples.checksum`.

    Raises
    ------
    InputError
        As :class:`Examples`.
    """
    return _checksum(_array(A, models, name))


def _checksum(array: npt.NDArray[Any]) -> str:
    digest = hashlib.blake2b(f"{array.dtype} {array.shape}".encode(), digest_size=16)
    digest.update(array.data)
    return digest.hexdigest()


def _array(A: LinearOperator, models: Any, name: str) -> npt.NDArray[Any]:
    """Models as an array that fits the operator."""
    array = np.asarray(models.detach().cpu().numpy() if isinstance(models, Tensor) else models)
    if array.dtype.kind not in "fiub":
        raise InputError(f"training expects {name} to be real numbers, got {array.dtype}; convert them to float32")
    rank = len(A.domain_shape)
    if array.ndim not in (rank + 1, rank + 2) or array.shape[array.ndim - rank :] != A.domain_shape or not len(array):
        expected = f"(samples, [channels,] {', '.join(map(str, A.domain_shape))})"
        raise InputError(
            f"training expects {name} of shape {expected}, as {A.name} takes them, got {shape_text(array.shape)}; "
            "put the samples first"
        )
    finite("training", name, array, "mend or leave out that sample (the first index)")
    # torch takes neither another order of bytes nor a negative stride nor more than eight bytes
    native = np.dtype(np.float64) if array.dtype.itemsize > 8 else array.dtype.newbyteorder("=")
    return np.ascontiguousarray(array, native)


def with_noise(clean: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Add normal noise whose standard deviation is a share of the mean ``|b|`` of each sample.

    Parameters
    ----------
    clean : (samples, ...) tensor
        Data without noise.
    share : float
        Such as 0.01 for 1 %.
    generator : torch.Generator
        Of the same device; it alone decides the noise.

    Examples
    --------
    >>> clean = torch.tensor([[1.0, -3.0], [0.0, 0.0]])
    >>> with_noise(clean, 0.01, generator_of("cpu", 1)).sub(clean).abs().amax(1) < 0.1
    tensor([True, True])
    """
    level = share * clean.flatten(1).abs().mean(1).reshape(-1, *[1] * (clean.ndim - 1))
    return clean + level * torch.randn(clean.shape, generator=generator, dtype=clean.dtype, device=clean.device)


def generator_of(device: torch.device | str, *numbers: int) -> torch.Generator:
    """Source of random numbers that depends on the given numbers and on nothing that was drawn before."""
    state = np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0]
    return torch.Generator(device).manual_seed(int(state >> np.uint64(1)))
